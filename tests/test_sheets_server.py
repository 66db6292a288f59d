"""The local spreadsheet service keeps to what is recorded of the real one (asked through the real client)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gspread
import pytest
import requests
from google.oauth2.credentials import Credentials
from sheets_server.http_server import running
from sheets_server.service import Service

Json = dict[str, Any]


class Client(gspread.HTTPClient):
    """The real client, its calls sent to the local address."""

    address = ""

    def request(self, method: str, endpoint: str, *args: object, **options: Any) -> requests.Response:  # noqa: ANN401
        for host in ("https://sheets.googleapis.com", "https://www.googleapis.com"):
            endpoint = endpoint.replace(host, self.address)
        return super().request(method, endpoint, *args, **options)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def address(service: Service) -> Iterator[str]:
    with running(service) as where:
        yield where


@pytest.fixture
def book(address: str) -> gspread.Spreadsheet:
    bound = type("Bound", (Client,), {"address": address})
    return gspread.authorize(Credentials("token"), http_client=bound).create("台帳")


def batch(book: gspread.Spreadsheet, *asked: Json) -> Json:
    return book.batch_update({"requests": list(asked)})


def refusal(book: gspread.Spreadsheet, *asked: Json) -> str:
    with pytest.raises(gspread.exceptions.APIError) as caught:
        batch(book, *asked)
    assert caught.value.code == 400
    return str(caught.value)


def named(name: str, key: str = "") -> Json:
    identity = {"namedRangeId": key} if key else {}
    return {"addNamedRange": {"namedRange": {**identity, "name": name, "range": {"endRowIndex": 1}}}}


@pytest.mark.parametrize(
    ("entered", "raw", "typed"),
    [
        ("0042", "0042", "42"),
        ("=1+1", "=1+1", "2"),
        ("2,000,000.01", "2,000,000.01", "2,000,000.01"),
        ("2020-01-01", "2020-01-01", "2020-01-01"),
        ("'0042", "'0042", "0042"),
        ("TRUE", "TRUE", "TRUE"),
    ],
)
def test_text_stays_text_with_raw_and_is_typed_with_user_entered(
    book: gspread.Spreadsheet, entered: str, raw: str, typed: str
) -> None:
    sheet = book.sheet1
    sheet.update(range_name="A1", values=[[entered]], raw=True)
    sheet.update(range_name="B1", values=[[entered]], raw=False)
    assert sheet.get("A1:B1") == [[raw, typed]]


def test_dates_are_serial_numbers_unformatted(book: gspread.Spreadsheet) -> None:
    book.sheet1.update(range_name="A1", values=[["2020-01-01", "1999-01-02"]], raw=False)
    assert book.sheet1.get("A1:B1", value_render_option="UNFORMATTED_VALUE") == [[43831, 36162]]


def test_a_text_column_keeps_what_a_person_types(service: Service, book: gspread.Spreadsheet) -> None:
    text = {"userEnteredFormat": {"numberFormat": {"type": "TEXT"}}}
    whole = {"startColumnIndex": 0, "endColumnIndex": 1}
    batch(book, {"repeatCell": {"range": whole, "cell": text, "fields": "userEnteredFormat.numberFormat"}})
    service.person(book.id, {"do": "edit", "tab": "Sheet1", "row": 2, "column": 0, "value": "0042"})
    service.person(book.id, {"do": "edit", "tab": "Sheet1", "row": 2, "column": 1, "value": "0042"})
    assert book.sheet1.get("A2:B2") == [["0042", "42"]]


def test_null_leaves_a_cell_and_blank_text_clears_it(book: gspread.Spreadsheet) -> None:
    book.sheet1.update(range_name="A1", values=[["a", "b"]])
    book.sheet1.update(range_name="A1", values=[[None, ""]])
    assert book.sheet1.get("A1:B1") == [["a"]]


def test_blank_ends_are_trimmed_and_a_blank_range_has_no_values(book: gspread.Spreadsheet) -> None:
    book.sheet1.update(range_name="A1", values=[["a", "", "c", ""], ["", ""], ["x"], [""]])
    assert book.values_get("Sheet1")["values"] == [["a", "", "c"], [], ["x"]]
    assert book.values_get("Sheet1!D1:E9") == {"range": "Sheet1!D1:E9", "majorDimension": "ROWS"}


@pytest.mark.parametrize(
    ("asked", "echoed"),
    [
        ("'Sheet1'", "Sheet1!A1:Z1000"),
        ("A1:1", "Sheet1!A1:Z1"),
        ("B1:B", "Sheet1!B1:B1000"),
        ("D4:A1", "Sheet1!A1:D4"),
        ("A1:A1", "Sheet1!A1"),
        ("Sheet1!2:3", "Sheet1!A2:Z3"),
        ("Orders", "Sheet1!A1:Z1"),
    ],
)
def test_the_answer_names_the_range_clipped_to_the_grid(
    book: gspread.Spreadsheet, asked: str, echoed: str
) -> None:
    batch(book, named("Orders"))
    assert book.values_get(asked)["range"] == echoed


def test_a_quoted_title_is_a_tab_even_where_a_range_has_its_name(book: gspread.Spreadsheet) -> None:
    book.add_worksheet("Orders", 5, 5)
    batch(book, named("Orders"))
    assert book.values_get("Orders")["range"] == "Sheet1!A1:Z1"
    assert book.values_get("'Orders'")["range"] == "Orders!A1:E5"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("受注!A1", "Unable to parse range: 受注!A1"),
        ("A0", "Unable to parse range: A0"),
        ("Sheet1!AA1", "Range (Sheet1!AA1) exceeds grid limits. Max rows: 1000, max columns: 26"),
    ],
)
def test_a_range_that_is_not_there_is_refused(book: gspread.Spreadsheet, text: str, said: str) -> None:
    with pytest.raises(gspread.exceptions.APIError, match=r"\[400\]") as caught:
        book.values_get(text)
    assert said in str(caught.value)


def test_more_values_than_the_range_takes_are_refused(book: gspread.Spreadsheet) -> None:
    with pytest.raises(gspread.exceptions.APIError) as caught:
        book.sheet1.update(range_name="A2:C4", values=[["x"]] * 4)
    assert "Requested writing within range [Sheet1!A2:C4], but tried writing to row [5]" in str(caught.value)


def test_append_lands_beside_the_last_table_unless_the_table_is_named(book: gspread.Spreadsheet) -> None:
    sheet = book.sheet1
    sheet.append_row(["x", "", "y"])
    told = sheet.append_row(["x", "", "y"])
    assert (told["tableRange"], told["updates"]["updatedRange"]) == ("Sheet1!C1", "Sheet1!C2:E2")
    sheet.clear()
    sheet.append_row(["x", "", "y"])
    assert sheet.append_row(["x", "", "y"], table_range="A1")["updates"]["updatedRange"] == "Sheet1!A2:C2"


def test_appended_cells_go_below_the_last_filled_row_and_grow_the_grid(book: gspread.Spreadsheet) -> None:
    book.sheet1.resize(2, 3)
    book.sheet1.update(range_name="B2", values=[["last"]])
    cell = {"values": [{"userEnteredValue": {"stringValue": "=1+1"}}]}
    batch(book, {"appendCells": {"rows": [cell], "fields": "userEnteredValue"}})
    assert book.sheet1.get("A3:C3") == [["=1+1"]]
    assert book.worksheet("Sheet1").row_count == 3


def test_a_batch_is_done_whole_or_not_at_all(book: gspread.Spreadsheet) -> None:
    added = {"addSheet": {"properties": {"title": "受注"}}}
    said = refusal(book, added, {"deleteSheet": {"sheetId": 99}})
    assert "Invalid requests[1].deleteSheet: No grid with id: 99" in said
    assert [sheet.title for sheet in book.worksheets()] == ["Sheet1"]


def test_a_version_token_lets_one_of_two_writers_through(book: gspread.Spreadsheet) -> None:
    batch(book, named("daicho_version", "op1"))
    swap = ({"deleteNamedRange": {"namedRangeId": "op1"}}, named("daicho_version", "op2"))
    batch(book, *swap)
    assert "deleteNamedRange" in refusal(book, *swap)
    assert "already exists" in refusal(book, named("daicho_version", "op3"))


def test_the_reply_can_hold_the_state_right_after_the_batch(book: gspread.Spreadsheet) -> None:
    rows = [{"values": [{"userEnteredValue": {"stringValue": "済"}}]}]
    mask = "updatedSpreadsheet.sheets.data(startRow,rowData.values.effectiveValue)"
    body = {
        "requests": [{"updateCells": {"rows": rows, "fields": "userEnteredValue", "start": {"rowIndex": 4}}}],
        "includeSpreadsheetInResponse": True,
        "responseRanges": ["Sheet1!A5:B5"],
    }
    url = f"https://sheets.googleapis.com/v4/spreadsheets/{book.id}:batchUpdate"
    told = book.client.request("post", url, params={"fields": mask}, json=body).json()
    data = {"startRow": 4, "rowData": [{"values": [{"effectiveValue": {"stringValue": "済"}}]}]}
    assert told == {"updatedSpreadsheet": {"sheets": [{"data": [data]}]}}


def test_named_ranges_and_row_metadata_follow_rows_but_only_metadata_follows_a_sort(
    service: Service, book: gspread.Spreadsheet
) -> None:
    book.sheet1.update(range_name="A1", values=[["No"], [3], [1], [2]])
    place = {"dimensionRange": {"dimension": "ROWS", "startIndex": 1, "endIndex": 2}}
    row = {"metadataId": 7, "metadataKey": "order", "visibility": "DOCUMENT", "location": place}
    area = {"startRowIndex": 1, "endRowIndex": 2}
    batch(book, {"createDeveloperMetadata": {"developerMetadata": row}},
          {"addNamedRange": {"namedRange": {"namedRangeId": "n", "name": "three", "range": area}}})  # fmt: skip
    service.person(book.id, {"do": "sort", "tab": "Sheet1", "column": "No"})
    service.person(book.id, {"do": "insert", "tab": "Sheet1", "row": 2})
    url = f"https://sheets.googleapis.com/v4/spreadsheets/{book.id}"
    found = book.client.request("get", f"{url}/developerMetadata/7").json()
    assert found["location"]["dimensionRange"]["startIndex"] == 4
    range_now = book.fetch_sheet_metadata(params={"fields": "namedRanges"})["namedRanges"][0]["range"]
    assert range_now == {"startRowIndex": 2, "endRowIndex": 3}
    batch(book, {"deleteDimension": {"range": {"dimension": "ROWS", "startIndex": 4, "endIndex": 5}}})
    with pytest.raises(gspread.exceptions.APIError, match="No developer metadata with ID 7"):
        book.client.request("get", f"{url}/developerMetadata/7")


def test_a_protected_range_keeps_others_out_with_a_400(service: Service, book: gspread.Spreadsheet) -> None:
    batch(book, {"addProtectedRange": {"protectedRange": {"range": {"endColumnIndex": 1}}}})
    service.documents[book.id].editors.add("staff@shop.example.com")
    service.tokens["staff"] = "staff@shop.example.com"
    client = gspread.authorize(Credentials("staff"), http_client=type(book.client))
    with pytest.raises(gspread.exceptions.APIError, match="protected cell or object") as caught:
        client.open_by_key(book.id).sheet1.update_acell("A1", "x")
    assert caught.value.code == 400
    client.open_by_key(book.id).sheet1.update_acell("B1", "x")


def test_reads_and_writes_are_counted_apart_in_a_moving_minute(
    book: gspread.Spreadsheet, service: Service
) -> None:
    now = [1_000.0]
    service.quota, service.clock = 2, lambda: now[0]
    sheet = book.sheet1
    sheet.get("A1")
    with pytest.raises(gspread.exceptions.APIError, match="Quota exceeded for quota metric 'Read requests'"):
        sheet.get("A1")
    sheet.update_acell("A1", "x")
    now[0] += 61
    sheet.get("A1")


@pytest.mark.parametrize(
    ("kind", "applied"),
    [
        ("applied_then_503", True),
        ("not_applied_503", False),
        ("html_502", False),
        ("dropped_before", False),
        ("dropped_after", True),
        ("truncated", True),
        ("empty", True),
    ],
)
def test_a_write_can_fail_before_or_after_it_was_done(
    service: Service, book: gspread.Spreadsheet, kind: str, applied: bool
) -> None:
    sheet = book.sheet1
    service.faults.add({"kind": kind, "path": "PUT"})
    with pytest.raises((gspread.exceptions.APIError, requests.RequestException)):
        sheet.update_acell("A1", "x")
    assert sheet.get("A1") == ([["x"]] if applied else [[]])


def test_a_request_can_be_done_long_after_its_line_was_lost(
    service: Service, book: gspread.Spreadsheet
) -> None:
    now = [1_000.0]
    service.clock = lambda: now[0]
    sheet = book.sheet1
    service.faults.add({"kind": "late", "path": "PUT", "seconds": 30})
    with pytest.raises(requests.RequestException):
        sheet.update_acell("A1", "late")
    assert sheet.get("A1") == [[]]
    now[0] += 31
    assert sheet.get("A1") == [["late"]]


def test_a_person_can_act_between_two_calls(book: gspread.Spreadsheet, address: str) -> None:
    sheet = book.sheet1
    act = {
        "do": "edit",
        "tab": "Sheet1",
        "row": 1,
        "column": 0,
        "value": "people",
        "key": book.id,
        "after": 1,
    }
    requests.post(f"{address}/admin/person", json=act, timeout=5)
    assert sheet.get("A1") == [[]]
    assert sheet.get("A1") == [["people"]]


def test_spreadsheets_outlive_the_process_in_a_file(tmp_path: Path) -> None:
    first = Service(file=tmp_path / "state")
    with running(first) as where:
        client = gspread.authorize(Credentials("t"), http_client=type("Bound", (Client,), {"address": where}))
        key = client.create("台帳").id
        client.open_by_key(key).sheet1.update_acell("A1", "kept")
    with running(Service(file=tmp_path / "state")) as where:
        client = gspread.authorize(Credentials("t"), http_client=type("Bound", (Client,), {"address": where}))
        assert client.open_by_key(key).sheet1.acell("A1").value == "kept"
