"""The tools that hold the local spreadsheet service against recordings and against gspread's own tests."""

from __future__ import annotations

import json
from typing import Any

import requests
from google.auth.transport.requests import Request
from google.oauth2 import service_account
from sheets_server import compare, live

Json = dict[str, Any]


def test_a_recording_is_compared_in_status_keys_types_and_lengths() -> None:
    def one(method: str, path: str, body: Json | None, code: int, answer: Json) -> Json:
        uri = f"https://sheets.googleapis.com/v4/spreadsheets/1recorded{path}"
        asked_ = {"method": method, "uri": uri, "body": json.dumps(body) if body else None}
        return {
            "request": asked_,
            "response": {"status": {"code": code}, "body": {"string": json.dumps(answer)}},
        }

    add = {"requests": [{"addSheet": {"properties": {"title": "受注"}}}]}
    properties = {
        "sheetId": 1234567,
        "title": "受注",
        "index": 1,
        "sheetType": "GRID",
        "gridProperties": {"rowCount": 1, "columnCount": 1},
    }
    recorded = [
        one("POST", ":batchUpdate", add, 200, {"spreadsheetId": "1recorded", "replies": [{"addSheet": {"properties": properties}}]}),
        one("POST", ":batchUpdate", {"requests": [{"deleteSheet": {"sheetId": 1234567}}]}, 200, {"spreadsheetId": "1recorded", "replies": [{}]}),
        one("GET", "/values/A1", None, 404, {"range": 1, "values": [[]]}),
    ]  # fmt: skip
    found = list(compare.Replay().differences(recorded))
    assert found == [
        "[2] GET /v4/spreadsheets/1recorded/values/A1: status 200, recorded 404",
        "[2] GET /v4/spreadsheets/1recorded/values/A1: .values is missing",
        "[2] GET /v4/spreadsheets/1recorded/values/A1: .majorDimension was not recorded",
        "[2] GET /v4/spreadsheets/1recorded/values/A1: .range is str, recorded number",
    ]


def test_the_server_for_gspreads_own_tests_gives_tokens_and_has_files() -> None:
    with live.server() as address:
        told = live.service_account(f"{address}/token")
        credentials = service_account.Credentials.from_service_account_info(told, scopes=["s"])
        session = requests.Session()
        credentials.refresh(Request(session))
        headers = {"Authorization": f"Bearer {credentials.token}"}
        files = session.get(f"{address}/drive/v3/files", headers=headers, timeout=10).json()["files"]
        denied = session.get(f"{address}/v4/spreadsheets/{live.FOREIGN}", headers=headers, timeout=10)
    assert ([file["name"] for file in files], denied.status_code) == (["Another file"], 403)
