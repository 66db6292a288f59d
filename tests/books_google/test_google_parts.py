"""The small parts: addresses, clocks, pace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from google_desk import Waiting

from automations.books.google.addresses import is_google, spreadsheet_key
from automations.books.google.clock import ServiceClock, steady_seconds
from automations.books.google.pace import Pace, wait_before
from automations.core.errors import SetupError

KEY = "1AbCdEfGhIjKlMnOpQrStUvWxYz-0123456789_abcd"
ADDRESS = "https://docs.google.com/spreadsheets"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "ledger",
    [
        f"google:{KEY}",
        f"google: {KEY}",
        f"google:{ADDRESS}/d/{KEY}/edit?gid=0#gid=0",
        f"{ADDRESS}/d/{KEY}/edit",
        f"{ADDRESS}/d/{KEY}",
        f"{ADDRESS}/u/1/d/{KEY}/edit#gid=7",
    ],
)
def test_key_is_found_in_what_people_paste(ledger: str) -> None:
    assert is_google(ledger)
    assert spreadsheet_key(ledger) == KEY


@pytest.mark.parametrize(
    "ledger",
    ["google:", "google:my ledger", f"{ADDRESS}/d/e/2PACX-{KEY}/pubhtml", f"{ADDRESS}/u/0/", "google:short"],
)
def test_what_names_no_spreadsheet_is_told(ledger: str) -> None:
    assert is_google(ledger)
    with pytest.raises(SetupError) as caught:
        spreadsheet_key(ledger)
    assert caught.value.code == "google-address"


def test_a_word_typed_after_a_command_is_answered_with_that_command():
    with pytest.raises(SetupError) as refused:
        spreadsheet_key("hello", "daicho init --google")
    (problem,) = refused.value.problems
    assert problem.where == "daicho init --google"
    assert str(problem.fix).endswith("copy its address: daicho init --google https://docs.google.com/…")


@pytest.mark.parametrize("ledger", ["ledger.xlsx", "google.xlsx", "https://example.com/spreadsheets/d/x"])
def test_other_ledgers_are_not_googles(ledger: str) -> None:
    assert not is_google(ledger)


def test_clock_of_the_service_goes_on_by_seconds() -> None:
    time = Waiting()
    clock = ServiceClock(time.clock, lambda: NOON)
    assert clock.now() == NOON
    clock.hear("Tue, 24 Nov 2026 12:03:00 GMT")
    time.seconds += 90
    assert clock.now() == NOON + timedelta(minutes=4, seconds=30)
    assert clock.ahead == timedelta(minutes=3)


@pytest.mark.parametrize("header", [None, "", "yesterday", "Tue, 24 Nov 2026 12:03:00 -0000"])
def test_date_that_cannot_be_read_changes_nothing(header: str | None) -> None:
    clock = ServiceClock(Waiting().clock, lambda: NOON)
    clock.hear(header)
    assert clock.now() == NOON
    assert clock.ahead is None


def test_steady_seconds_only_grow() -> None:
    seconds = [steady_seconds() for _ in range(5)]
    assert seconds == sorted(seconds)


def test_pace_waits_until_the_oldest_of_the_minute_is_past() -> None:
    time = Waiting()
    pace = Pace(time.clock, time.pause, a_minute=3)
    for _ in range(3):
        pace.wait("read")
        time.seconds += 10
    pace.wait("write")
    assert time.waits == []
    pace.wait("read")
    assert time.waits == [30]
    time.seconds += 60
    pace.wait("read")
    assert time.waits == [30]


def test_waits_grow_differ_and_end() -> None:
    for attempt in range(1, 12):
        longest = min(2**attempt, 32)
        waits = {wait_before(attempt) for _ in range(20)}
        assert len(waits) > 1
        assert longest / 2 <= min(waits) <= max(waits) <= longest
