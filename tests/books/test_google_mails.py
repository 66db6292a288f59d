"""Mails of a Google ledger: claimed, sent and reported in few calls, while people and the network interfere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import google_desk
import pytest
from google_day import BUYERS, Day
from mail_servers.desk import Desk, certificate_of, let_send, mail_desk

from automations.app import shops
from automations.app.configuration import Configuration
from automations.books.google.addresses import spreadsheet_key
from automations.books.google.service import Spreadsheet

SERVED: list[Spreadsheet] = []


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate_of(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def post(tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mail_desk(tmp_path, certificate) as desk:
        yield desk


@pytest.fixture
def day(tmp_path: Path, post: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Day]:
    """Give a day on which waiting takes no time, and mails are sent."""
    monkeypatch.setenv("DAICHO_STATE", str(tmp_path / "seen.json"))
    with google_desk.desk() as desk:
        made = Day(desk, tmp_path / "shop")
        SERVED.clear()

        def opened(configuration: Configuration, ledger: str = "") -> Spreadsheet:
            SERVED.append(desk.spreadsheet(key=spreadsheet_key(ledger or configuration.ledger)))
            return SERVED[-1]

        monkeypatch.setattr(shops, "open_spreadsheet", opened)
        let_send(made.folder, post)
        yield made


def assert_sent_once(day: Day, post: Desk) -> None:
    assert {row.text("state") for row in day.ledger()["mails"]} == {"sent"}
    sent = Counter(receiver for taken in post.smtp.taken for receiver in taken.receivers)
    assert sent == {f"buyer{number}@example.com": 1 for number in BUYERS}


def test_orders_are_instructed_and_mailed_in_one_run_of_six_calls(day: Day, post: Desk) -> None:
    outcome = day.run()
    assert {row.text("status") for row in outcome.after["orders"]} == {"instructed"}
    assert len(outcome.delivered.told.sent) == len(BUYERS)
    assert (SERVED[-1].reads, SERVED[-1].writes) == (3, 3)
    assert_sent_once(day, post)


@pytest.mark.parametrize(
    "what",
    [
        pytest.param(
            {"tab": "メール", "do": "sort", "column": "宛先", "descending": True}, id="sorts the mails"
        ),
        pytest.param({"tab": "メール", "do": "insert", "row": 2, "count": 2}, id="inserts rows"),
        pytest.param({"do": "sort", "column": "氏名"}, id="sorts the orders"),
    ],
)
@pytest.mark.parametrize("call", [2, 3, 4], ids=["before the claim", "after the claim", "before the report"])
def test_every_mail_goes_once_when_a_person(day: Day, post: Desk, what: dict[str, object], call: int) -> None:
    day.after_calls(call, what)
    day.run()
    day.run()
    assert_sent_once(day, post)


@pytest.mark.parametrize("kind", ["applied_then_503", "dropped_after", "truncated", "not_applied_503"])
@pytest.mark.parametrize("skip", [1, 2], ids=["claim", "report"])
def test_every_mail_goes_once_when_an_answer_is_lost(day: Day, post: Desk, kind: str, skip: int) -> None:
    day.desk.service.faults.add({"kind": kind, "path": "batchUpdate", "skip": skip})
    day.run()
    day.run()
    assert_sent_once(day, post)
