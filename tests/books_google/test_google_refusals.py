"""What Google refuses is told in one clear sentence, with what to do; sign-ins are renewed once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import requests
from google.auth.exceptions import RefreshError, TransportError
from google.oauth2 import service_account
from google.oauth2.credentials import Credentials
from google_desk import ROBOT, Desk, says, token_refused
from sheets_server.service import Answer

from automations.books.google.clock import local_now
from automations.books.google.credentials import SCOPES
from automations.core.errors import DaichoError

API_OFF = (
    "Google Sheets API has not been used in project 123456789012 before or it is disabled. Enable it by visiting "
    "https://console.developers.google.com/apis/api/sheets.googleapis.com/overview?project=123456789012 then retry."
)
PROTECTED = (
    "Invalid requests[0].updateCells: You are trying to edit a protected cell or object. Please contact the "
    "spreadsheet owner to remove protection if you need to edit."
)
FULL = "This action would increase the number of cells in the workbook above the limit of 10000000 cells."
EDIT = [{"updateCells": {"rows": [], "fields": "userEnteredValue", "start": {"sheetId": 0}}}]


def robot(desk: Desk) -> service_account.Credentials:
    return service_account.Credentials.from_service_account_info(desk.robot_key(), scopes=SCOPES)


def refusal(desk: Desk, *, writing: bool = False) -> DaichoError:
    sheet = desk.spreadsheet(robot(desk))
    with pytest.raises(DaichoError) as caught:
        sheet.update(EDIT) if writing else sheet.get("spreadsheetId")
    return caught.value


@pytest.mark.parametrize(
    ("answer", "writing", "code", "told"),
    [
        pytest.param(says(403, "PERMISSION_DENIED", API_OFF, "SERVICE_DISABLED"), False,
                     "google-api-off", "project 123456789012", id="api off"),
        pytest.param(says(403, "PERMISSION_DENIED", API_OFF), False,
                     "google-api-off", "project 123456789012", id="api off, without details"),
        pytest.param(says(403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.",
                          "ACCESS_TOKEN_SCOPE_INSUFFICIENT"), False, "google-scope", ROBOT, id="scope"),
        pytest.param(says(403, "PERMISSION_DENIED", "The caller does not have permission"), True,
                     "google-read-only", ROBOT, id="may only read"),
        pytest.param(says(403, "PERMISSION_DENIED", "Your plan does not cover this."), False,
                     "google-refused", "Your plan does not cover this.", id="something new"),
        pytest.param(says(400, "INVALID_ARGUMENT", PROTECTED), True, "google-protected", ROBOT, id="protected"),
        pytest.param(says(400, "INVALID_ARGUMENT", FULL), True, "google-full", "10,000,000", id="full"),
        pytest.param(token_refused("invalid_grant", "Invalid grant: account not found"), False,
                     "google-signed-out", ROBOT, id="account deleted"),
        pytest.param(token_refused("invalid_grant", "Invalid JWT Signature."), False,
                     "google-signed-out", ROBOT, id="key deleted"),
        pytest.param(token_refused("invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) "
                                   "and in a reasonable timeframe. Check your iat and exp values in the JWT claim."),
                     False, "google-clock", "clock", id="clock off"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_to_do(
    desk: Desk, answer: Answer, code: str, told: str, *, writing: bool
) -> None:
    desk.service.will(answer, path="/token" if b"invalid_grant" in (answer.body or b"") else "/v4/")
    error = refusal(desk, writing=writing)
    assert (error.code, error.exit_code) == (code, 2)
    assert told in str(error)


def test_a_spreadsheet_that_is_not_shared_names_whom_to_share_it_with(desk: Desk) -> None:
    desk.service.documents[desk.key].editors.clear()
    error = refusal(desk)
    assert error.code == "google-not-shared"
    assert ROBOT in error.fix.text("ja")
    assert error.value == desk.key


def test_a_wrong_id_is_told(desk: Desk) -> None:
    desk.key = "1nosuchspreadsheet0000000000000000000000000"
    assert refusal(desk).code == "google-not-found"


def test_an_expired_token_is_renewed_once_and_nobody_notices(desk: Desk) -> None:
    desk.service.expired.add("old")
    desk.spreadsheet(desk.signed_in()).update(EDIT)
    assert desk.called() == [401, 200, 200]


def test_a_token_that_stays_refused_is_not_renewed_for_ever(desk: Desk) -> None:
    desk.service.expired |= {"old", "local-token"}
    with pytest.raises(DaichoError, match="google-signed-out"):
        desk.spreadsheet(desk.signed_in()).update(EDIT)
    assert desk.called() == [401, 200, 401]


def test_a_revoked_person_is_told_to_sign_in_again(desk: Desk) -> None:
    desk.service.expired.add("old")
    desk.service.will(token_refused("invalid_grant", "Token has been expired or revoked."), path="/token")
    with pytest.raises(DaichoError, match="daicho google login") as caught:
        desk.spreadsheet(desk.signed_in()).get("spreadsheetId")
    assert caught.value.code == "google-signed-out"


@pytest.mark.parametrize(
    "failure",
    [TransportError("no line"), RefreshError("<html>502</html>"), RefreshError("busy", retryable=True)],
)
def test_a_sign_in_that_cannot_be_reached_is_waited_for_and_leaves_nothing_unclear(
    desk: Desk, failure: Exception
) -> None:
    class Unreachable(Credentials):
        def refresh(self, _request: object) -> None:
            raise failure

    desk.service.expired.add("old")
    with pytest.raises(DaichoError) as caught:
        desk.spreadsheet(Unreachable("old"), budget_s=10).update(EDIT)
    assert (caught.value.code, caught.value.exit_code) == ("google-unreachable", 3)


def test_no_token_and_no_key_stands_in_a_refusal(desk: Desk) -> None:
    desk.service.will(token_refused("invalid_grant", "Invalid JWT Signature."), path="/token")
    error = refusal(desk)
    shown = repr(error) + repr(vars(error))
    assert "PRIVATE" not in shown
    assert "local-token" not in shown


@pytest.mark.parametrize("address", ["https://sheets.example.com", "http://127.0.0.1.example.com:80"])
def test_no_other_machine_gets_the_token(desk: Desk, address: str) -> None:
    with pytest.raises(ValueError, match="on this machine"):
        desk.spreadsheet(endpoint=address)


def test_nobody_is_asked_but_the_service_and_its_sign_in(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = requests.Session.send

    def send(session: requests.Session, request: requests.PreparedRequest, **how: Any) -> requests.Response:  # noqa: ANN401
        asked.append(str(request.url))
        return real(session, request, **how)

    monkeypatch.setattr(requests.Session, "send", send)
    desk.spreadsheet(robot(desk)).get("spreadsheetId")
    assert [address.removeprefix(desk.address).split("/")[1] for address in asked] == ["token", "v4"]
    assert all(address.startswith(desk.address) for address in asked)


def test_the_moment_is_the_services_also_where_the_local_clock_is_wrong(desk: Desk) -> None:
    sheet = desk.spreadsheet(local=lambda: local_now() + timedelta(minutes=5))
    assert sheet.ahead is None
    assert sheet.now() > local_now() + timedelta(minutes=4)
    sheet.get("spreadsheetId")
    assert sheet.ahead is not None
    assert abs(sheet.ahead + timedelta(minutes=5)) < timedelta(seconds=30)
    heard = sheet.now()
    assert abs(heard - local_now()) < timedelta(seconds=30)
    desk.time.seconds += 600
    assert sheet.now() - heard == timedelta(minutes=10)


@pytest.mark.parametrize("kind", ["not_applied_503", "quota"])
def test_the_moment_is_also_heard_in_an_answer_that_says_no(desk: Desk, kind: str) -> None:
    desk.service.faults.add({"kind": kind, "times": 99})
    sheet = desk.spreadsheet(budget_s=5)
    with pytest.raises(DaichoError):
        sheet.get("spreadsheetId")
    assert sheet.ahead is not None
