"""A whole run on a Google ledger, through credentials, HTTP and the real client, while people and the network interfere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import google_desk
import pytest
from google_day import BUYERS, NOW, Day
from sheets_server import drive
from sheets_server.service import ACCOUNT

from automations.app import effects, shops
from automations.app.adopting import adopt
from automations.app.configuration import Configuration
from automations.app.couriers import Delivered, deliver
from automations.app.runner import open_shop, read_ledger
from automations.books.google.addresses import spreadsheet_key
from automations.books.google.service import Spreadsheet
from automations.core.errors import LedgerRefused
from automations.core.ledger import Ledger


@pytest.fixture
def signed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Day]:
    """Give a day that is reached as a shop's computer reaches it, by a service account's key."""
    monkeypatch.setenv("DAICHO_STATE", str(tmp_path / "seen.json"))
    with google_desk.desk() as desk:
        for name, value in desk.environment().items():
            monkeypatch.setenv(name, value)
        yield Day(desk, tmp_path / "shop")


@pytest.fixture
def day(signed_in: Day, monkeypatch: pytest.MonkeyPatch) -> Day:
    """Give a day on which waiting takes no time."""

    def opened(configuration: Configuration, ledger: str = "") -> Spreadsheet:
        return signed_in.desk.spreadsheet(key=spreadsheet_key(ledger or configuration.ledger))

    monkeypatch.setattr(shops, "open_spreadsheet", opened)
    return signed_in


def assert_done_once(day: Day) -> None:
    """Every order is instructed in one parcel, and its buyer has one confirmation."""
    ledger = day.ledger()
    assert {row.key: row.text("buyer_name") for row in ledger["orders"]} == BUYERS
    assert {row.text("status") for row in ledger["orders"]} == {"instructed"}
    assert sorted(row.text("order_id") for row in ledger["shipments"]) == sorted(BUYERS)
    assert len(day.outbox()) == len(ledger["mails"]) == len(BUYERS)
    assert not ledger.unreadable


def test_a_day_takes_three_calls_and_an_idle_run_one(signed_in: Day):
    day = signed_in
    day.run()
    assert_done_once(day)
    assert day.writes() == 3  # new_spreadsheet's own, the commit, the report
    before = len([path for _, path, _ in day.desk.service.calls if "/v4/" in path])
    outcome = day.run()
    assert outcome.plan.is_empty
    assert len([path for _, path, _ in day.desk.service.calls if "/v4/" in path]) - before == 1


@pytest.mark.parametrize(
    "what",
    [
        pytest.param({"do": "sort", "column": "氏名"}, id="sorts by name"),
        pytest.param({"do": "sort", "column": "受注番号", "descending": True}, id="turns the order round"),
        pytest.param({"do": "insert", "row": 2, "count": 2}, id="inserts rows"),
        pytest.param({"do": "move_column", "column": "状態", "to": 5}, id="moves a column"),
    ],
)
@pytest.mark.parametrize("call", [1, 2], ids=["before the commit", "before the report"])
def test_all_orders_go_out_once_when_a_person(day: Day, what: dict[str, object], call: int):
    day.after_calls(call, what)
    day.run()
    assert_done_once(day)
    assert day.run().plan.is_empty


@pytest.mark.parametrize(
    "kind", ["applied_then_503", "dropped_after", "truncated", "not_applied_503", "html_502"]
)
@pytest.mark.parametrize("skip", [0, 1], ids=["commit", "report"])
def test_all_orders_go_out_once_when_an_answer_is_lost(day: Day, kind: str, skip: int):
    day.desk.service.faults.add({"kind": kind, "path": "batchUpdate", "skip": skip})
    day.run()
    assert_done_once(day)
    assert day.run().plan.is_empty


class Killed(BaseException):
    """The machine went down."""


def die(*_: object) -> Delivered:
    raise Killed


def test_a_run_that_died_before_its_report_is_finished_by_the_next(day: Day, monkeypatch: pytest.MonkeyPatch):
    def deliver_and_die(ledger: Ledger, configuration: Configuration, _: None) -> Delivered:
        deliver(ledger, configuration)
        raise Killed

    with monkeypatch.context() as machine:
        machine.setattr(effects, "deliver", deliver_and_die)
        with pytest.raises(Killed):
            day.run()
    assert {row.text("state") for row in day.ledger()["mails"]} == {"queued"}
    day.run()
    assert_done_once(day)
    assert {row.text("state") for row in day.ledger()["mails"]} == {"written"}


def test_no_mail_gets_the_text_of_another_when_a_person_sorts_them_while_they_are_read(
    day: Day, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as machine:
        machine.setattr(effects, "deliver", die)
        with pytest.raises(Killed):
            day.run()
    day.after_calls(1, {"tab": "メール", "do": "sort", "column": "宛先", "descending": True})
    mails = read_ledger(open_shop(day.folder), NOW, texts=False)[1]["mails"]
    assert {mail.text("order_id"): BUYERS[mail.text("order_id")] in mail.text("text") for mail in mails} == (
        dict.fromkeys(BUYERS, True)
    )


def test_a_copy_is_run_only_when_it_was_adopted(day: Day):
    day.run()
    service = day.desk.service
    copy = drive.copied(service, ACCOUNT, service.documents[day.key], {"name": "コピー"})
    settings = day.folder / "shop.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(day.key, str(copy["id"])), encoding="utf-8")
    with pytest.raises(LedgerRefused, match="ledger-copied"):
        day.run()
    adopt(day.folder, NOW, None)
    assert day.run().plan.is_empty
    assert_done_once(day)


def test_a_version_brought_back_is_run_only_when_it_was_adopted(day: Day):
    before = day.desk.service.documents[day.key].copied()
    day.run()
    day.desk.service.documents[day.key] = before
    with pytest.raises(LedgerRefused, match="ledger-restored"):
        day.run()
