"""How fast the service may be asked, and how long to wait before asking again."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable
from functools import cache
from typing import Literal

from automations.books.google.clock import steady_seconds

Kind = Literal["read", "write"]
# Google allows 60 a minute for each account and has refused after about 57 in quick succession.
A_MINUTE = 55
_WINDOW_S = 60.0
_LONGEST_WAIT_S = 32.0


class Pace:
    """Lets at most so many reads and so many writes through in any minute; the next one waits.

    Share one among all spreadsheets that are opened with one account.
    """

    def __init__(
        self,
        clock: Callable[[], float] = steady_seconds,
        pause: Callable[[float], None] = time.sleep,
        a_minute: int = A_MINUTE,
    ) -> None:
        self._clock = clock
        self._pause = pause
        self._sent: dict[Kind, deque[float]] = {
            "read": deque(maxlen=a_minute),
            "write": deque(maxlen=a_minute),
        }

    def wait(self, kind: Kind) -> None:
        """Return as soon as one more of this kind may be sent, and count it."""
        sent = self._sent[kind]
        if len(sent) == sent.maxlen:
            left = sent[0] + _WINDOW_S - self._clock()
            if left > 0:
                self._pause(left)
        sent.append(self._clock())


@cache
def pace_of_process() -> Pace:
    """Return the pace that everything in this process shares."""
    return Pace()


def wait_before(attempt: int) -> float:
    """Return how many seconds to wait before another attempt (1 is the second one): growing, never the same."""
    longest = min(2.0**attempt, _LONGEST_WAIT_S)
    return random.uniform(longest / 2, longest)  # noqa: S311 - spreads callers in time, keeps no secret
