"""How many calls a minute are allowed, to one caller and to all together."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from .errors import quota_exceeded

Kind = Literal["read", "write"]
_MINUTE = 60.0
# What all callers of a project may do together, as a multiple of what one may.
_PROJECT = 5


@dataclass
class Quota:
    """The calls of the last minute, reads and writes apart."""

    used: dict[tuple[str, Kind], deque[float]] = field(default_factory=dict)

    def count(self, who: str, kind: Kind, limit: int, now: float) -> None:
        """Count one call.

        Raises:
            ApiError: There were as many as the limit in the last minute; it is not counted.
        """
        counters = []
        for caller, most in ((who, limit), ("", limit * _PROJECT)):
            used = self.used.setdefault((caller, kind), deque())
            while used and used[0] <= now - _MINUTE:
                used.popleft()
            if len(used) >= most:
                raise quota_exceeded(kind, most)
            counters.append(used)
        for used in counters:
            used.append(now)
