"""A small ledger in a spreadsheet of the local service, and people who edit it there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
from sheets_server.http_server import running
from sheets_server.service import Request, Service
from small_ledger import FIRST_ROWS, SCHEMA, TOKYO, Hand, Sheets

from automations.books.google.ids import COPIES, COPIES_TITLE, sheet_id_of
from automations.books.google.service import Spreadsheet
from automations.books.google.values import entered
from automations.books.google_sheets import GoogleBook
from automations.core.cells import RawCell
from automations.core.schema import Schema
from automations.core.values import Cells
from automations.core.wording import Wording, raw_cell

Json = dict[str, Any]


@dataclass
class GoogleShop:
    """A ledger in a spreadsheet; a person's edit rewrites the tabs that it changes."""

    book: GoogleBook
    spreadsheet: Spreadsheet
    service: Service
    address: str = ""
    _closing: list[Any] = field(default_factory=list)

    def edit(self, hand: Hand) -> None:
        found = self.spreadsheet.get("sheets.properties(sheetId,title)")["sheets"]
        ids = {sheet["properties"]["title"]: sheet["properties"]["sheetId"] for sheet in found}
        grids = self.spreadsheet.values([{"gridRange": {"sheetId": number}} for number in ids.values()])
        copies = COPIES_TITLE.text("ja")
        before: Sheets = {
            title: [[None if cell == "" else cell for cell in row] for row in rows]
            for title, rows in zip(ids, grids, strict=True)
            if title != copies
        }
        after: Sheets = {title: [list(row) for row in rows] for title, rows in before.items()}
        hand(after)
        asked: list[Json] = []
        for place, title in enumerate(before):
            now = list(after)[place]
            number = ids[title]
            if now != title:
                properties = {"sheetId": number, "title": now}
                asked.append({"updateSheetProperties": {"properties": properties, "fields": "title"}})
            if after[now] != before[title]:
                asked += rewritten(number, after[now])
        for title in list(after)[len(before) :]:
            number = sheet_id_of(f"extra {title}")
            asked.append({"addSheet": {"properties": {"sheetId": number, "title": title}}})
            asked += rewritten(number, after[title])
        if asked:
            self.spreadsheet.update(asked)

    def close(self) -> None:
        for one in self._closing:
            one.__exit__(None, None, None)


def rewritten(number: int, rows: Sequence[Sequence[RawCell]]) -> list[Json]:
    """Return the requests that give a tab exactly these cells."""
    width = max(26, *(len(row) for row in rows), 0)
    size = {"sheetId": number, "gridProperties": {"rowCount": len(rows) + 20, "columnCount": width}}
    cells = [{"values": [entered(cell) for cell in row]} for row in rows]  # type: ignore[arg-type]
    return [
        {"updateSheetProperties": {"properties": size, "fields": "gridProperties(rowCount,columnCount)"}},
        {"updateCells": {"range": {"sheetId": number}, "rows": cells, "fields": "userEnteredValue"}},
    ]


def google_shop(
    rows: Mapping[str, Sequence[Cells]] = FIRST_ROWS, currency: str = "JPY", schema: Schema = SCHEMA
) -> GoogleShop:
    service = Service()
    running_service = running(service)
    address = running_service.__enter__()
    key = new_spreadsheet(service, rows, currency, schema)
    spreadsheet = Spreadsheet(key, session=signed_session(), endpoint=address, pause=lambda _seconds: None)
    book = GoogleBook(spreadsheet, schema, language="ja", currency=currency, zone=TOKYO)
    return GoogleShop(book, spreadsheet, service, address, [running_service])


def signed_session() -> requests.Session:
    session = requests.Session()
    session.headers["Authorization"] = "Bearer token"
    return session


def new_spreadsheet(
    service: Service, rows: Mapping[str, Sequence[Cells]], currency: str, schema: Schema
) -> str:
    """Make a spreadsheet with the tabs of a schema and these rows; return its key."""
    file = {"name": "台帳", "mimeType": "application/vnd.google-apps.spreadsheet"}
    made = service.answer(Request("POST", "/drive/v3/files", {}, file, "token"))
    key = str(json.loads(made.body or b"")["id"])
    wording = Wording("ja", currency, TOKYO)
    asked: list[Json] = []
    for tab in schema.values():
        number = sheet_id_of(tab.id)
        header = [column.label.ja for column in tab.columns.values()]
        filled = [
            [raw_cell(wording.cell(column, cells.get(column.id))) for column in tab.columns.values()]
            for cells in rows.get(tab.id, ())
        ]
        asked.append({"addSheet": {"properties": {"sheetId": number, "title": tab.label.ja}}})
        asked += rewritten(number, [header, *filled])
    asked.append({"addSheet": {"properties": {"sheetId": sheet_id_of(COPIES), "title": COPIES_TITLE.ja}}})
    asked.append({"deleteSheet": {"sheetId": 0}})
    service.answer(Request("POST", f"/v4/spreadsheets/{key}:batchUpdate", {}, {"requests": asked}, "token"))
    return key
