"""Working days of the shop: weekends, public holidays, its own closing days, the daily cut-off."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime, time, timedelta

from automations.core.records import dataclass


@dataclass(frozen=True)
class Calendar:
    """Which days the shop works.

    Attributes:
        closed_weekdays: 0 = Monday … 6 = Sunday.
        closed_on: The shop's own closing days.
        is_holiday: Tells public holidays; given from outside so that this module stays pure.
        cut_off: Orders before this time can still count for the same working day.
    """

    closed_weekdays: frozenset[int]
    closed_on: Collection[date]
    is_holiday: Callable[[date], bool]
    cut_off: time = time(12, 0)

    def is_open(self, day: date) -> bool:
        """Return whether the shop ships on ``day``."""
        return (
            day.weekday() not in self.closed_weekdays
            and day not in self.closed_on
            and not self.is_holiday(day)
        )

    def first_open(self, day: date) -> date:
        """Return ``day`` or the next working day after it."""
        while not self.is_open(day):
            day += timedelta(days=1)
        return day

    def last_open(self, day: date) -> date:
        """Return ``day`` or the last working day before it."""
        while not self.is_open(day):
            day -= timedelta(days=1)
        return day

    def after(self, day: date, working_days: int) -> date:
        """Return the working day that is ``working_days`` after ``day`` (0: the day itself if open)."""
        day = self.first_open(day)
        for _ in range(working_days):
            day = self.first_open(day + timedelta(days=1))
        return day

    def shifted(self, day: date, working_days: int) -> date:
        """Return the working day so many working days after ``day``, or before it where that is below 0."""
        if working_days >= 0:
            return self.after(day, working_days)
        day = self.last_open(day)
        for _ in range(-working_days):
            day = self.last_open(day - timedelta(days=1))
        return day

    def start_of(self, moment: datetime) -> date:
        """Return the working day on which something that arrived at ``moment`` is taken up (practice 4.1)."""
        day = moment.date()
        if self.is_open(day) and moment.time() <= self.cut_off:
            return day
        return self.first_open(day + timedelta(days=1))
