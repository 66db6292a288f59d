"""Working days: weekends, holidays, the shop's own closing days, the daily cut-off."""

from __future__ import annotations

from datetime import date, datetime, time

import ledgers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from automations.app.calendars import is_public_holiday
from automations.core.calendar import Calendar

# November 2026: Mon 23 is a holiday, Thu 26 the shop is closed, Sat 28 and Sun 29 are the weekend.
CALENDAR = Calendar(frozenset({5, 6}), {date(2026, 11, 26)}, is_public_holiday, time(12))
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def _at(day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ledgers.TOKYO)


def _november(day: int) -> date:
    return date(2026, 11, day)


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        pytest.param(24, True, id="Tuesday"),
        pytest.param(28, False, id="Saturday"),
        pytest.param(23, False, id="public holiday"),
        pytest.param(26, False, id="closing day of the shop"),
    ],
)
def test_open_days(day: int, is_open: bool) -> None:
    assert CALENDAR.is_open(_november(day)) is is_open


@pytest.mark.parametrize(
    ("day", "is_holiday"),
    [
        pytest.param(date(2026, 1, 1), True, id="new year"),
        pytest.param(date(2027, 3, 22), True, id="substitute for a Sunday"),
        pytest.param(date(2026, 9, 22), True, id="day between two holidays"),
        pytest.param(date(2026, 12, 31), False, id="new year's eve is none"),
    ],
)
def test_public_holidays_follow_the_law(day: date, is_holiday: bool) -> None:
    assert is_public_holiday(day) is is_holiday


@pytest.mark.parametrize(
    ("start", "working_days", "end"),
    [
        pytest.param(24, 0, 24, id="open day itself"),
        pytest.param(21, 0, 24, id="over a long weekend"),
        pytest.param(24, 2, 27, id="over a closing day"),
        pytest.param(25, 2, 30, id="over a closing day and a weekend"),
        pytest.param(22, 1, 25, id="counted from the first open day"),
    ],
)
def test_working_days_are_counted(start: int, working_days: int, end: int) -> None:
    assert CALENDAR.after(_november(start), working_days) == _november(end)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        pytest.param(_at(24, 11, 59), 24, id="before the cut-off"),
        pytest.param(_at(24, 12, 0), 24, id="at the cut-off"),
        pytest.param(_at(24, 12, 1), 25, id="after the cut-off"),
        pytest.param(_at(25, 18, 0), 27, id="evening before a closing day"),
        pytest.param(_at(28, 9, 0), 30, id="Saturday morning"),
    ],
)  # fmt: skip
def test_orders_are_taken_up_by_the_cut_off(moment: datetime, day: int) -> None:
    assert CALENDAR.start_of(moment) == _november(day)


@given(day=DAYS, working_days=st.integers(0, 15))
def test_counted_days_are_open_and_never_earlier(day: date, working_days: int) -> None:
    end = CALENDAR.after(day, working_days)
    assert CALENDAR.is_open(end)
    assert (end - CALENDAR.first_open(day)).days >= working_days
    assert CALENDAR.last_open(day) <= day <= CALENDAR.first_open(day)
