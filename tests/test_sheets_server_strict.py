"""The local spreadsheet service refuses what the real one refuses, and answers no more and no less."""

from __future__ import annotations

from typing import Any

import pytest
from sheets_server.direct import DirectSession
from sheets_server.service import ACCOUNT, Service

Json = dict[str, Any]
KEY = "1book"
ADDRESS = f"https://sheets.googleapis.com/v4/spreadsheets/{KEY}"
TEXT = {"values": [{"userEnteredValue": {"stringValue": "x"}}]}


@pytest.fixture
def service() -> Service:
    made = Service()
    made.put_document(KEY, "台帳")
    return made


@pytest.fixture
def session(service: Service) -> DirectSession:
    return DirectSession(service)


def asked(session: DirectSession, method: str, path: str, body: Json | None = None, **query: Any) -> Json:  # noqa: ANN401
    found: Json = session.request(method, ADDRESS + path, params=query, json=body).json()
    return found


def batch(session: DirectSession, *wanted: Json) -> Json:
    return asked(session, "post", ":batchUpdate", {"requests": list(wanted)})


def said(answer: Json) -> str:
    return str(answer["error"]["message"])


def put(session: DirectSession, text: str, *rows: list[Any]) -> None:
    asked(session, "put", f"/values/{text}", {"values": list(rows)}, valueInputOption="RAW")


def rows(session: DirectSession, text: str = "Sheet1") -> list[list[Any]]:
    found: list[list[Any]] = asked(session, "get", f"/values/{text}").get("values", [])
    return found


def line(first: int, last: int, sheet: int = 0) -> Json:
    return {"sheetId": sheet, "dimension": "ROWS", "startIndex": first, "endIndex": last}


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        pytest.param(
            {"updateCells": {"rows": [TEXT], "fields": "note", "dataFilter": {}}},
            "Unknown name \"dataFilter\" at 'requests[0].update_cells': Cannot find field.",
            id="a field that is none",
        ),
        pytest.param(
            {"updateCells": {"rows": [TEXT], "fields": "userEnteredValue", "start": {"rowIndex": 1000}}},
            "Invalid requests[0].updateCells: GridCoordinate.rowIndex[1000] is after last row in grid[999]",
            id="a first cell behind the grid",
        ),
        pytest.param(
            {
                "updateCells": {
                    "rows": [TEXT, TEXT],
                    "fields": "userEnteredValue",
                    "range": {"startRowIndex": 4, "endRowIndex": 5},
                }
            },
            "Attempting to write row: 5, beyond the last requested row of: 4",
            id="more rows than the range has",
        ),
        pytest.param(
            {"deleteDimension": {"range": line(1000, 1001)}},
            "Cannot delete a row that doesn't exist. Tried to delete row index 1000 but there are only 1000 rows.",
            id="a row that is gone",
        ),
        pytest.param(
            {"insertDimension": {"range": line(1000, 1001)}},
            "range.startIndex[1000] must be less than the grid size (1000) if inheritFromBefore is false.",
            id="rows put in behind the last",
        ),
        pytest.param(
            {"updateCells": {"rows": [TEXT], "fields": "text", "start": {}}},
            "Invalid requests[0].updateCells: Invalid field: text",
            id="a mask of no cell's field",
        ),
        pytest.param(
            {"repeatCell": {"range": {}, "cell": {}}},
            "At least one field must be listed in 'fields'.",
            id="no mask",
        ),
    ],
)
def test_a_batch_that_the_service_would_refuse_is_refused_in_its_words(
    session: DirectSession, request_: Json, refusal: str
) -> None:
    assert refusal in said(batch(session, request_))


def test_names_nobody_knows_are_refused_before_anything_is_done(session: DirectSession) -> None:
    first = {"addSheet": {"properties": {"title": "受注"}}}
    assert "requests[1]" in said(batch(session, first, {"updateSheets": {}}))
    assert batch(session, first)["replies"][0]["addSheet"]["properties"]["title"] == "受注"


def test_a_merge_that_is_only_half_selected_is_refused(session: DirectSession) -> None:
    whole = {"startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 2}
    batch(session, {"mergeCells": {"range": whole, "mergeType": "MERGE_ALL"}})
    half = {"unmergeCells": {"range": {**whole, "endRowIndex": 1}}}
    assert "You must select all cells in a merged range" in said(batch(session, half))


def test_an_unknown_field_in_the_mask_of_an_answer_is_refused(session: DirectSession) -> None:
    assert "Invalid field selection tabs" in said(asked(session, "get", "", fields="tabs.title"))
    assert "Invalid field selection cells" in said(
        asked(session, "get", "", fields="sheets(properties,cells)")
    )


@pytest.mark.parametrize(
    "mask", ["sheets.properties.title", "sheets/properties/title", "sheets(properties(title))"]
)
def test_a_mask_can_be_written_in_three_ways(session: DirectSession, mask: str) -> None:
    assert asked(session, "get", "", fields=mask) == {"sheets": [{"properties": {"title": "Sheet1"}}]}


def test_answers_of_values_can_be_cut_down_too(session: DirectSession) -> None:
    put(session, "A1", ["a"])
    assert asked(session, "get", "/values/A1", fields="values") == {"values": [["a"]]}


def test_a_name_may_stand_behind_a_tab(session: DirectSession) -> None:
    area = {"startRowIndex": 0, "endRowIndex": 1, "endColumnIndex": 2}
    batch(session, {"addNamedRange": {"namedRange": {"name": "Head", "range": area}}})
    assert asked(session, "get", "/values/%27Sheet1%27%21Head")["range"] == "Sheet1!A1:B1"


def test_a_text_of_more_than_50000_characters_is_refused_everywhere(session: DirectSession) -> None:
    long = "あ" * 50_001
    cell = {"rows": [{"values": [{"userEnteredValue": {"stringValue": long}}]}], "fields": "userEnteredValue"}
    for wanted in ({"appendCells": cell}, {"updateCells": {**cell, "start": {}}}):
        assert "maximum of 50000 characters" in said(batch(session, wanted))
    told = asked(session, "put", "/values/A1", {"values": [[long]]}, valueInputOption="USER_ENTERED")
    assert "maximum of 50000 characters" in said(told)


def test_a_document_of_more_than_ten_million_cells_is_refused(session: DirectSession) -> None:
    huge = {"title": "big", "gridProperties": {"rowCount": 1_000_000, "columnCount": 10}}
    assert "above the limit of 10000000 cells" in said(batch(session, {"addSheet": {"properties": huge}}))


def test_pasted_values_leave_formats_and_reckon_formulas(session: DirectSession) -> None:
    asked(session, "put", "/values/A1", {"values": [["=1+1", "2020-01-01"]]}, valueInputOption="USER_ENTERED")
    source = {"startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 2}
    target = {"startRowIndex": 4, "endRowIndex": 6, "startColumnIndex": 0, "endColumnIndex": 2}
    batch(session, {"copyPaste": {"source": source, "destination": target, "pasteType": "PASTE_VALUES"}})
    found = asked(session, "get", "/values/A5:B6", valueRenderOption="FORMULA")["values"]
    assert found == [[2, 43831], [2, 43831]]
    assert rows(session, "B5") == [["43831"]]


@pytest.mark.parametrize(
    ("change", "after"),
    [
        pytest.param({"insertDimension": {"range": line(1, 3)}}, ["=SUM(A$4:A5)+B5", 6], id="rows put in"),
        pytest.param({"deleteDimension": {"range": line(2, 3)}}, ["=SUM(A$2:A2)+#REF!", "#REF!"], id="a row taken out"),
        pytest.param({"moveDimension": {"source": line(1, 2), "destinationIndex": 3}}, ["=SUM(A$2:A3)+B2", 6], id="a row moved"),
        pytest.param({"insertDimension": {"range": {**line(0, 1), "dimension": "COLUMNS"}}}, ["=SUM(B$2:B3)+C3", 6], id="a column put in"),
    ],
)  # fmt: skip
def test_references_follow_the_rows_and_columns_they_name(
    session: DirectSession, change: Json, after: list[Any]
) -> None:
    put(session, "A1", ["No", "q"], [1, 2], [2, 3])
    batch(session, {"addSheet": {"properties": {"title": "集計", "sheetId": 5}}})
    formula = [["=SUM(Sheet1!A$2:A3)+Sheet1!B3", '="A2"&TRUE']]
    asked(session, "put", "/values/集計!A1", {"values": formula}, valueInputOption="USER_ENTERED")
    batch(session, change)
    shown = [
        asked(session, "get", "/values/集計!A1:B1", valueRenderOption=how)["values"][0]
        for how in ("FORMULA", "UNFORMATTED_VALUE")
    ]
    assert shown[0][1] == '="A2"&TRUE'
    assert [shown[0][0].replace("Sheet1!", ""), shown[1][0]] == after


def test_formulas_that_wait_for_each_other_end(session: DirectSession) -> None:
    body = {"values": [["=SUM(A1:E9)"] * 5] * 9}
    asked(session, "put", "/values/A1", body, valueInputOption="USER_ENTERED")
    assert rows(session, "A1") == [["#REF!"]]


def test_ranges_by_filter_come_once_with_every_filter_that_finds_them(session: DirectSession) -> None:
    put(session, "A1", ["a", 5])
    grid = {"gridRange": {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1}}
    filters = [grid, {"a1Range": "Sheet1!A1:Z1"}, {"a1Range": "B1"}]
    body = {"dataFilters": filters, "valueRenderOption": "UNFORMATTED_VALUE"}
    told = asked(session, "post", "/values:batchGetByDataFilter", body)["valueRanges"]
    assert [part["valueRange"]["values"] for part in told] == [[["a", 5]], [[5]]]
    # A number of 0 is at its default and left out.
    assert told[0]["dataFilters"][0] == {"gridRange": {"startRowIndex": 0, "endRowIndex": 1}}
    assert told[0]["dataFilters"][1] == filters[1]


@pytest.mark.parametrize("text", ["Sheet1", "A1:B9", "B1:D3", "A4:D6", "Sheet1!A1:A2"])
@pytest.mark.parametrize("major", ["ROWS", "COLUMNS"])
def test_a_compact_answer_holds_the_same(session: DirectSession, text: str, major: str) -> None:
    asked(session, "put", "/values/A1", {"values": [["a", 1.5, "", True], ["=1+1"], [], ["受注", "", "x"]]},
          valueInputOption="USER_ENTERED")  # fmt: skip
    body = {
        "dataFilters": [{"a1Range": text}],
        "majorDimension": major,
        "valueRenderOption": "UNFORMATTED_VALUE",
    }
    path = "/values:batchGetByDataFilter"
    compact = asked(session, "post", path, body, prettyPrint="false")
    assert compact == asked(session, "post", path, body)
    plain = asked(
        session, "get", f"/values/{text}", majorDimension=major, valueRenderOption="UNFORMATTED_VALUE"
    )
    assert compact["valueRanges"][0]["valueRange"] == plain


def test_rows_are_found_written_and_cleared_by_their_metadata(
    session: DirectSession, service: Service
) -> None:
    put(session, "A1", ["No"], [3], [1])
    place = {"dimensionRange": line(1, 2)}
    tag = {"metadataKey": "order", "metadataValue": "3", "visibility": "DOCUMENT", "location": place}
    batch(session, {"createDeveloperMetadata": {"developerMetadata": tag}})
    service.person(KEY, {"do": "sort", "tab": "Sheet1", "column": "No"})
    lookup = {"developerMetadataLookup": {"metadataKey": "order", "metadataLocation": {"sheetId": 0},
              "locationMatchingStrategy": "INTERSECTING_LOCATION"}}  # fmt: skip
    data = {"valueInputOption": "RAW", "data": [{"dataFilter": lookup, "values": [[None, "here"]]}]}
    told = asked(session, "post", "/values:batchUpdateByDataFilter", data)
    assert told["responses"][0]["dataFilter"] == lookup
    assert rows(session) == [["No"], ["1"], ["3", "here"]]
    asked(session, "post", "/values:batchClearByDataFilter", {"dataFilters": [lookup]})
    assert rows(session) == [["No"], ["1"]]


def test_reads_by_filter_count_as_reads_and_writes_by_filter_as_writes(
    service: Service, session: DirectSession
) -> None:
    service.quota = 1
    body = {"dataFilters": [{"a1Range": "A1"}]}
    asked(session, "post", "/values:batchGetByDataFilter", body)
    assert "Read requests" in said(asked(session, "post", "/values:batchGetByDataFilter", body))
    asked(session, "post", "/values:batchClearByDataFilter", body)
    refused = session.request("post", f"{ADDRESS}/values:batchClearByDataFilter", json=body)
    assert (refused.status_code, "retry-after" in refused.headers) == (429, False)


def test_all_callers_together_have_a_quota_too(service: Service) -> None:
    service.quota, people = 1, [f"person{number}@example.com" for number in range(6)]
    service.documents[KEY].editors.update(people)
    codes = [DirectSession(service, who).request("get", ADDRESS).status_code for who in people]
    assert codes == [200] * 5 + [429]


def test_a_protected_row_is_not_deleted_by_others_and_says_who_may_edit(
    service: Service, session: DirectSession
) -> None:
    staff = "staff@shop.example.com"
    service.documents[KEY].editors.add(staff)
    batch(session, {"addProtectedRange": {"protectedRange": {"range": {"endRowIndex": 1}}}})
    theirs = DirectSession(service, staff)
    assert "protected cell or object" in said(batch(theirs, {"deleteDimension": {"range": line(0, 1)}}))
    mask = "sheets.protectedRanges(editors.users,requestingUserCanEdit)"
    told = asked(theirs, "get", "", fields=mask)["sheets"][0]["protectedRanges"]
    assert told == [{"editors": {"users": [ACCOUNT]}}]
    assert asked(session, "get", "", fields=mask)["sheets"][0]["protectedRanges"][0]["requestingUserCanEdit"]


def test_a_copied_file_keeps_its_names_and_their_numbers(service: Service, session: DirectSession) -> None:
    batch(session, {"addNamedRange": {"namedRange": {"namedRangeId": "op1", "name": "version", "range": {}}}})
    copy = session.request("post", f"https://www.googleapis.com/drive/v3/files/{KEY}/copy", json={}).json()
    batch(session, {"deleteNamedRange": {"namedRangeId": "op1"}})
    assert list(service.documents[copy["id"]].named) == ["op1"]
    assert not service.documents[KEY].named


def test_a_refused_batch_leaves_every_tab_as_it_was(service: Service, session: DirectSession) -> None:
    batch(session, {"addSheet": {"properties": {"title": "受注", "sheetId": 5}}})
    put(session, "A1", ["kept"])
    cell = {"rows": [TEXT], "fields": "userEnteredValue", "start": {}}
    steps = [{"updateCells": cell}, {"updateCells": {**cell, "start": {"sheetId": 5}}},
             {"insertDimension": {"range": line(0, 3)}}, {"updateSheetProperties": {
                 "properties": {"title": "gone"}, "fields": "title"}}]  # fmt: skip
    before = service.documents[KEY]
    assert "No grid with id: 9" in said(batch(session, *steps, {"deleteSheet": {"sheetId": 9}}))
    assert service.documents[KEY] is before
    assert (rows(session), rows(session, "受注")) == ([["kept"]], [])
