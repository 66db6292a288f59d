"""The real client reaches the local spreadsheet service without a wire, and meets the same troubles."""

from __future__ import annotations

from typing import Any

import gspread
import pytest
import requests
from sheets_server.direct import DirectSession
from sheets_server.service import Service


@pytest.fixture
def service() -> Service:
    return Service(clock=lambda: 1_000_000_000.0)


@pytest.fixture
def book(service: Service) -> gspread.Spreadsheet:
    return gspread.Client(auth=None, session=DirectSession(service)).create("台帳")


def test_the_real_client_writes_and_reads(service: Service, book: gspread.Spreadsheet) -> None:
    book.sheet1.update(range_name="A1", values=[["受注", 5]])
    assert book.sheet1.get("A1:B1") == [["受注", "5"]]
    assert service.calls[-1][0] == "GET"


def test_an_answer_looks_like_one_from_the_wire(service: Service, book: gspread.Spreadsheet) -> None:
    address = f"https://sheets.googleapis.com/v4/spreadsheets/{book.id}"
    answer = DirectSession(service).request("get", address, params={"fields": "spreadsheetId"})
    assert (answer.ok, answer.status_code, answer.json()) == (True, 200, {"spreadsheetId": book.id})
    assert answer.headers["date"] == "Sun, 09 Sep 2001 01:46:40 GMT"
    assert answer.text == f'{{\n  "spreadsheetId": "{book.id}"\n}}\n'


def test_another_person_needs_the_file_shared(service: Service, book: gspread.Spreadsheet) -> None:
    other = gspread.Client(auth=None, session=DirectSession(service, who="staff@shop.example.com"))
    with pytest.raises(PermissionError):
        other.open_by_key(book.id)
    service.documents[book.id].editors.add("staff@shop.example.com")
    assert other.open_by_key(book.id).title == "台帳"


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        ({"kind": "dropped_before"}, requests.ConnectionError),
        ({"kind": "dropped_after"}, requests.ConnectionError),
        ({"kind": "cut_short"}, requests.exceptions.ChunkedEncodingError),
        ({"kind": "truncated"}, requests.exceptions.JSONDecodeError),
        ({"kind": "empty"}, requests.exceptions.JSONDecodeError),
        ({"kind": "slow", "seconds": 200}, requests.ReadTimeout),
    ],
)
def test_a_line_can_fail_without_a_wire(
    service: Service, book: gspread.Spreadsheet, fault: dict[str, Any], raised: type[Exception]
) -> None:
    book.client.set_timeout((5, 60))
    service.faults.add({"path": "PUT", **fault})
    with pytest.raises(raised):
        book.sheet1.update_acell("A1", "x")


def test_a_token_that_ran_out_is_renewed_once(service: Service, book: gspread.Spreadsheet) -> None:
    service.faults.add({"kind": "expired", "path": "PUT"})
    book.sheet1.update_acell("A1", "x")
    assert [code for method, _, code in service.calls if method == "PUT"] == [401, 200]
    service.faults.add({"kind": "expired", "path": "GET", "times": 2})
    with pytest.raises(gspread.exceptions.APIError, match="invalid authentication credentials"):
        book.sheet1.get("A1")


def test_a_late_request_is_done_after_others_and_only_if_it_still_fits(
    service: Service, book: gspread.Spreadsheet
) -> None:
    sheet = book.sheet1
    service.faults.add({"kind": "late", "path": "PUT", "calls": 2})
    with pytest.raises(requests.ConnectionError):
        sheet.update_acell("A1", "late")
    assert sheet.get("A1") == [[]]
    sheet.update_acell("A1", "newer")
    assert sheet.get("A1") == [["late"]]


def test_what_never_comes_due_can_be_done_at_the_end(service: Service, book: gspread.Spreadsheet) -> None:
    sheet = book.sheet1
    service.faults.add({"kind": "late_503", "path": "PUT", "seconds": 3_600})
    with pytest.raises(gspread.exceptions.APIError):
        sheet.update_acell("A1", "late")
    service.do_late(everything=True)
    assert sheet.get("A1") == [["late"]]
