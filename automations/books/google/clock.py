"""Time as a run at the service needs it: seconds that also count while asleep, and the service's own clock."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


def steady_seconds() -> float:
    """Return seconds that only grow, and go on while the machine sleeps (a claimed mail's time runs out then)."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    return time.monotonic()


def local_now() -> datetime:
    """Return the moment by this machine's clock, in UTC."""
    return datetime.now(UTC)


class ServiceClock:
    """The clock of the service: its last ``Date`` header, carried on by ``seconds``."""

    def __init__(self, seconds: Callable[[], float], local: Callable[[], datetime]) -> None:
        self._seconds = seconds
        self._local = local
        self._heard: tuple[datetime, float] | None = None
        self.ahead: timedelta | None = None

    def hear(self, header: str | None) -> None:
        """Set the clock by a reply's ``Date``; ``ahead`` is how far it is before the local clock.

        One that lacks or cannot be read changes nothing.
        """
        try:
            moment = parsedate_to_datetime(header or "")
        except ValueError:
            return
        if moment.tzinfo is None:
            return
        self._heard = (moment.astimezone(UTC), self._seconds())
        self.ahead = moment - self._local()

    def now(self) -> datetime:
        """Return the moment by the service's clock; by the local one before the first reply."""
        if self._heard is None:
            return self._local()
        moment, then = self._heard
        return moment + timedelta(seconds=self._seconds() - then)
