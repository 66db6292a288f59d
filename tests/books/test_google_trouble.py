"""What can be wrong with a spreadsheet: it stops or holds exactly what it must, and the next run goes on from there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import google_desk
import pytest
from google_day import ORDERS, Day, order
from google_desk import says, token_refused
from sheets_server.service import Answer

from automations.app import shops
from automations.app.checking import check_shop
from automations.app.configuration import Configuration
from automations.books.google.addresses import spreadsheet_key
from automations.books.google.service import Spreadsheet
from automations.core.errors import DaichoError

FULL = "This action would increase the number of cells in the workbook above the limit of 10000000 cells."
NOT_ALLOWED = "The caller does not have permission"
HELD = order("1004", "高橋 次郎") | {"buyer_phone": "1", "buyer_address": "神戸市中央区三宮町9-8-1"}


@pytest.fixture
def day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Day]:
    """Give a day of three orders that may ship and one whose phone number cannot be right; waiting takes no time."""
    monkeypatch.setenv("DAICHO_STATE", str(tmp_path / "seen.json"))
    with google_desk.desk() as desk:
        for name, value in desk.environment().items():
            monkeypatch.setenv(name, value)

        def opened(configuration: Configuration, ledger: str = "") -> Spreadsheet:
            return desk.spreadsheet(key=spreadsheet_key(ledger or configuration.ledger))

        monkeypatch.setattr(shops, "open_spreadsheet", opened)
        yield Day(desk, tmp_path / "shop", [*ORDERS, HELD])


def act(day: Day, **what: object) -> None:
    """Let a person do something right now."""
    day.desk.service.person(day.key, {"tab": "受注", **what})


def statuses(day: Day) -> dict[str, str]:
    return {row.key: row.text("status") for row in day.ledger()["orders"]}


def holds(day: Day) -> set[tuple[str, str]]:
    return {(hold.text("order_id"), hold.text("state")) for hold in day.ledger()["holds"]}


DONE = {"1001": "instructed", "1002": "instructed", "1003": "instructed", "1004": "on_hold"}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        pytest.param(says(400, "INVALID_ARGUMENT", FULL), "google-full", id="full grid"),
        pytest.param(
            says(403, "PERMISSION_DENIED", NOT_ALLOWED), "google-read-only", id="shared for reading"
        ),
    ],
)
def test_nothing_is_half_done_when_the_commit_is_refused(day: Day, answer: Answer, code: str):
    day.desk.service.will(answer, path="batchUpdate")
    with pytest.raises(DaichoError, match=code):
        day.run()
    ledger = day.ledger()
    assert (len(ledger["shipments"]), len(ledger["mails"]), ledger.marks, day.outbox()) == (
        0,
        0,
        frozenset(),
        [],
    )
    day.run()
    assert statuses(day) == DONE


def test_a_spreadsheet_that_may_only_be_read_can_be_checked(day: Day):
    day.desk.service.will(says(403, "PERMISSION_DENIED", NOT_ALLOWED), path="batchUpdate", times=9)
    assert {row.key for row in check_shop(day.folder, None, None).ledger["orders"]} == set(DONE)


def test_an_account_that_was_revoked_stops_the_run_before_anything(day: Day, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()
    for name, value in day.desk.environment().items():
        monkeypatch.setenv(name, value)
    day.desk.service.will(token_refused("invalid_grant", "Invalid grant: account not found"), path="/token")
    before = day.writes()
    with pytest.raises(DaichoError, match="google-signed-out"):
        day.run()
    assert day.writes() == before


def test_a_deleted_tab_stops_the_run_before_anything(day: Day):
    act(day, tab="出荷", do="delete_tab")
    before = day.writes()
    with pytest.raises(DaichoError, match="tab-missing"):
        day.run()
    assert day.writes() == before


def test_a_full_cell_of_a_person_keeps_nothing_back(day: Day):
    act(day, do="edit", row=2, column="社内メモ", value="長" * 50_000)
    day.run()
    assert statuses(day) == DONE
    assert len(day.ledger()["orders"]["1001"].text("memo")) == 50_000


def test_a_hold_stays_when_the_column_it_was_decided_by_is_renamed(day: Day):
    day.run()
    assert holds(day) == {("1004", "open")}
    act(day, do="rename_header", column="注文者電話", header="電話(旧)")
    outcome = day.run()
    assert [(one.code, one.column) for one in outcome.findings if one.code.startswith("header")] == [
        ("header-gone", "buyer_phone")
    ]
    assert holds(day) == {("1004", "open")}


def test_of_two_columns_with_one_header_neither_is_read_or_written(day: Day):
    day.run()
    act(day, do="rename_header", column="社内メモ", header="注文者電話")
    outcome = day.run()
    assert {(one.code, one.column) for one in outcome.findings if one.code.startswith("header")} == {
        ("header-twice", "buyer_phone"),
        ("header-gone", "memo"),
    }
    assert (holds(day), statuses(day)) == ({("1004", "open")}, DONE)
