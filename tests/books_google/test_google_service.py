"""What is asked of Google, what is asked again after a fault, and what is never sent twice blindly."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
import requests
from google.oauth2.credentials import Credentials
from google_desk import Desk, Wiretap, says
from google_desk import desk as new_desk
from sheets_server.service import Answer

from automations.books.google.errors import BadRequest, Unclear
from automations.core.errors import ServiceError

Json = dict[str, Any]
TAB = 0
# After these nobody can know whether the request was applied; True: the local service did apply it.
UNKNOWN = {
    "applied_then_503": True,
    "not_applied_503": False,
    "not_applied_500": False,
    "html_502": False,
    "dropped_before": False,
    "dropped_after": True,
    "truncated": True,
    "empty": True,
    "late": False,
}


def grid(**bounds: int) -> Json:
    return {"gridRange": {"sheetId": TAB, **bounds}}


def typed(*rows: list[str | float]) -> Json:
    def cell(value: str | float) -> Json:
        return {"userEnteredValue": {"stringValue" if isinstance(value, str) else "numberValue": value}}

    made = [{"values": [cell(value) for value in row]} for row in rows]
    return {"updateCells": {"rows": made, "fields": "userEnteredValue", "start": {"sheetId": TAB}}}


def token(old: str, new: str) -> list[Json]:
    area = {"sheetId": TAB, "endRowIndex": 1, "endColumnIndex": 1}
    fresh = {"addNamedRange": {"namedRange": {"namedRangeId": new, "name": "daicho_version", "range": area}}}
    return [{"deleteNamedRange": {"namedRangeId": old}}, fresh] if old else [fresh]


def shown(desk: Desk) -> list[list[object]]:
    return desk.spreadsheet().values([grid()])[0]


def test_values_are_what_the_cells_hold_not_what_they_show(desk: Desk) -> None:
    desk.spreadsheet().update([typed(["0042", 43831.5, "", "=1+1"], [], ["受注"])])
    assert shown(desk) == [["0042", 43831.5, "", "=1+1"], [], ["受注"]]


def test_each_range_gets_its_own_values_in_the_order_asked(desk: Desk) -> None:
    desk.spreadsheet().update([typed(["a", "b"], ["c", "d"])])
    asked = [grid(startRowIndex=1, endRowIndex=2), grid(startRowIndex=5), {"a1Range": "Sheet1!A1:B1"}]
    sheet = desk.spreadsheet()
    assert sheet.values(asked) == [[["c", "d"]], [], [["a", "b"]]]
    assert (sheet.reads, sheet.writes) == (1, 0)


def test_answers_are_told_apart_by_what_they_say_not_by_their_order(desk: Desk) -> None:
    first, second = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1}, {"sheetId": 7}
    parts = [
        {"valueRange": {"values": [["seven"]]}, "dataFilters": [{"gridRange": {"sheetId": 7}}]},
        {
            "valueRange": {"values": [["nought"]]},
            "dataFilters": [{"gridRange": {"startRowIndex": 0, "endRowIndex": 1}}],
        },
    ]
    reply = requests.models.complexjson.dumps({"valueRanges": parts}).encode()
    desk.service.will(Answer(200, reply))
    asked = [{"gridRange": first}, {"gridRange": second}]
    assert desk.spreadsheet().values(asked) == [[["nought"]], [["seven"]]]


def test_a_range_that_nobody_answered_is_not_taken_for_blank(desk: Desk) -> None:
    desk.service.will(Answer(200, b"{}"))
    with pytest.raises(ServiceError) as caught:
        desk.spreadsheet().values([grid()])
    assert caught.value.code == "google-unexpected"


def test_a_description_is_cut_down_to_the_mask(desk: Desk) -> None:
    told = desk.spreadsheet().get("sheets.properties(sheetId,title)")
    assert told == {"sheets": [{"properties": {"sheetId": 0, "title": "Sheet1"}}]}


def test_the_state_right_after_a_batch_comes_with_its_reply(desk: Desk) -> None:
    mask = "replies,updatedSpreadsheet.sheets.data(rowData.values.effectiveValue)"
    told = desk.spreadsheet().update([typed(["済"])], ranges=["Sheet1!A1"], fields=mask)
    data = told["updatedSpreadsheet"]["sheets"][0]["data"]
    assert data == [{"rowData": [{"values": [{"effectiveValue": {"stringValue": "済"}}]}]}]


@pytest.mark.parametrize("kind", [*UNKNOWN, "quota"])
def test_a_read_is_asked_again_until_it_is_answered(desk: Desk, kind: str) -> None:
    desk.spreadsheet().update([typed(["受注"])])
    desk.service.faults.add({"kind": kind, "path": "ByDataFilter", "times": 3})
    sheet = desk.spreadsheet()
    assert sheet.values([grid()]) == [[["受注"]]]
    assert sheet.reads == 4
    waits = desk.time.waits
    assert waits == sorted(waits)
    assert 1 <= waits[0] <= 2 <= waits[1] <= 4 <= waits[2] <= 8


@pytest.mark.parametrize(("kind", "applied"), UNKNOWN.items())
def test_a_guarded_write_of_unknown_outcome_is_sent_again_and_applied_once(
    desk: Desk, kind: str, *, applied: bool
) -> None:
    desk.spreadsheet().update(token("", "op1"))
    desk.service.faults.add({"kind": kind, "path": ":batchUpdate", "seconds": 3_600})
    tap = Wiretap(Credentials("token"))
    sheet = desk.spreadsheet(session=tap)
    requests_ = [*token("op1", "op2"), typed(["済"])]
    if applied:
        with pytest.raises(BadRequest) as caught:
            sheet.update(requests_)
        refusal = caught.value
        assert (refusal.resent, refusal.index, refusal.request) == (True, 0, "deleteNamedRange")
    else:
        sheet.update(requests_)
    assert shown(desk) == [["済"]]
    assert len(tap.sent) == 2
    assert tap.sent[0] == tap.sent[1]


@pytest.mark.parametrize("kind", UNKNOWN)
def test_a_write_is_sent_three_times_at_most(desk: Desk, kind: str) -> None:
    desk.service.faults.add({"kind": kind, "path": ":batchUpdate", "times": 9, "seconds": 3_600})
    sheet = desk.spreadsheet()
    with pytest.raises(Unclear):
        sheet.update([typed(["x"])])
    assert sheet.writes == len(desk.called()) == 3


def test_a_write_whose_answer_came_too_late_is_of_unknown_outcome(desk: Desk) -> None:
    tap = Wiretap(Credentials("token"))
    tap.after = [requests.ReadTimeout(), requests.ReadTimeout(), requests.ReadTimeout()]
    with pytest.raises(Unclear, match="no answer came in time"):
        desk.spreadsheet(session=tap).update([typed(["x"])])
    assert len(tap.sent) == 3


def test_a_complete_answer_that_is_no_json_is_of_unknown_outcome(desk: Desk) -> None:
    desk.service.will(Answer(200, b'{"replies": [{'), times=3)
    with pytest.raises(Unclear):
        desk.spreadsheet().update([typed(["x"])])


def test_a_refused_batch_is_not_sent_again_and_says_which_request_it_was(desk: Desk) -> None:
    sheet = desk.spreadsheet()
    with pytest.raises(BadRequest) as caught:
        sheet.update([typed(["x"]), {"deleteSheet": {"sheetId": 99}}])
    refusal = caught.value
    assert (refusal.index, refusal.request, refusal.resent) == (1, "deleteSheet", False)
    assert "No grid with id: 99" in refusal.message
    assert desk.called() == [400]
    assert shown(desk) == []


@pytest.mark.parametrize(
    "words",
    [
        "Range (Sheet1!AA1) exceeds grid limits. Max rows: 1000, max columns: 26",
        "Invalid requests[3].updateCells: GridCoordinate.rowIndex[9] is after last row in grid[6]",
        "Invalid requests[3].updateCells: GridCoordinate.columnIndex[9] is after last column in grid[6]",
        "Invalid requests[0].copyPaste: No grid with id: 7",
    ],
)
def test_rows_and_tabs_that_went_away_are_told_from_our_mistakes(words: str) -> None:
    assert BadRequest(words).place_is_gone
    assert not BadRequest("Invalid requests[0].updateCells: Unknown field").place_is_gone


def test_a_write_is_sent_again_as_often_as_google_says_too_many(desk: Desk) -> None:
    desk.service.faults.add({"kind": "quota", "path": ":batchUpdate", "times": 6})
    tap = Wiretap(Credentials("token"))
    desk.spreadsheet(session=tap).update([typed(["x"])])
    assert desk.called() == [429] * 6 + [200]
    assert len(set(tap.sent)) == 1
    assert sum(desk.time.waits) > 31


def test_a_token_refused_after_waiting_for_quota_was_not_resent(desk: Desk) -> None:
    desk.service.faults.add({"kind": "quota", "path": ":batchUpdate"})
    with pytest.raises(BadRequest) as caught:
        desk.spreadsheet().update(token("op0", "op1"))
    assert not caught.value.resent


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("quota", "google-quota"),
        ("not_applied_503", "google-unreachable"),
        ("dropped_before", "google-unreachable"),
    ],
)
def test_a_read_is_given_up_within_the_time_allowed(desk: Desk, kind: str, code: str) -> None:
    desk.service.faults.add({"kind": kind, "times": 99})
    begun = desk.time.seconds
    with pytest.raises(ServiceError) as caught:
        desk.spreadsheet(budget_s=120).values([grid()])
    assert (caught.value.code, caught.value.exit_code) == (code, 3)
    assert 60 < desk.time.seconds - begun <= 120


def test_a_write_that_never_got_in_is_given_up_as_not_applied(desk: Desk) -> None:
    desk.service.faults.add({"kind": "quota", "times": 99})
    with pytest.raises(ServiceError) as caught:
        desk.spreadsheet().update([typed(["x"])])
    assert caught.value.code == "google-quota"


def test_a_write_that_once_may_have_been_applied_is_given_up_as_unclear(desk: Desk) -> None:
    desk.service.faults.add({"kind": "applied_then_503", "path": ":batchUpdate"})
    desk.service.faults.add({"kind": "quota", "times": 99})
    with pytest.raises(Unclear):
        desk.spreadsheet().update([typed(["x"])])


def test_without_a_line_nothing_is_unclear(desk: Desk) -> None:
    with new_desk() as other:
        gone = other.address
    sheet = desk.spreadsheet(endpoint=gone)
    with pytest.raises(ServiceError) as caught:
        sheet.update([typed(["x"])])
    assert caught.value.code == "google-unreachable"
    assert sheet.writes > 3


def test_an_answer_that_leads_elsewhere_is_not_followed(desk: Desk) -> None:
    class Elsewhere(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(307)
            self.send_header("Location", f"{desk.address}{self.path}")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_said: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        sheet = desk.spreadsheet(endpoint=f"http://127.0.0.1:{server.server_address[1]}", budget_s=5)
        with pytest.raises(ServiceError, match="google-unreachable"):
            sheet.values([grid()])
        server.shutdown()
    assert desk.called() == []


def test_no_minute_sees_more_than_google_allows() -> None:
    with new_desk(quota=60) as desk:
        sheet = desk.spreadsheet()
        for _ in range(120):
            sheet.get("spreadsheetId")
            sheet.update([typed(["x"])])
        assert set(desk.called()) == {200}
        assert (sheet.reads, sheet.writes) == (120, 120)
        assert 120 <= sum(desk.time.waits) <= 130


def test_bytes_are_counted_both_ways(desk: Desk) -> None:
    sheet = desk.spreadsheet()
    sheet.update([typed(["受注" * 100])])
    written, read = sheet.bytes_written, sheet.bytes_read
    assert written > 600
    sheet.values([grid()])
    assert sheet.bytes_written > written
    assert sheet.bytes_read - read > 600


def test_numbers_of_the_count_include_every_attempt(desk: Desk) -> None:
    desk.service.will(says(503, "UNAVAILABLE", "The service is currently unavailable."), times=2)
    sheet = desk.spreadsheet()
    sheet.get("spreadsheetId")
    assert (sheet.reads, sheet.writes) == (3, 0)
