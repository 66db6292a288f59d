"""What can be made to go wrong between a client and the service, and which request it hits."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from .errors import Json

Kind = Literal[
    "applied_then_503",
    "not_applied_503",
    "not_applied_500",
    "html_502",
    "dropped_before",
    "dropped_after",
    "truncated",
    "cut_short",
    "empty",
    "late",
    "late_503",
    "slow",
    "expired",
    "quota",
]
# Faults after which the request has been done all the same.
APPLIED = frozenset({"applied_then_503", "dropped_after", "truncated", "cut_short", "empty", "slow"})
# Faults after which the request is done later.
LATE = frozenset({"late", "late_503"})
HTML = (
    "<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Error 502 (Server Error)!!1</title>"
    "<p><b>502.</b> <ins>That’s an error.</ins><p>The server encountered a temporary error and could not "
    "complete your request.<p>Please try again in 30 seconds.</html>"
)


@dataclass
class Fault:
    """One fault, waiting for a request.

    Attributes:
        kind: What happens.
        path: Pattern of ``METHOD /path`` it waits for.
        skip: How many such requests go through first.
        times: How many it hits.
        seconds: How long a slow answer takes, or after how long a late request is applied.
        calls: After how many further requests a late one is applied; with ``seconds`` too, after both.
    """

    kind: Kind
    path: str = ""
    skip: int = 0
    times: int = 1
    seconds: float = 0.0
    calls: int = 0


@dataclass
class Faults:
    """The faults that wait, first come first hit."""

    waiting: list[Fault] = field(default_factory=list)

    def add(self, given: Json) -> None:
        """Add one as described in JSON."""
        self.waiting.append(Fault(**given))

    def hit(self, method: str, path: str) -> Fault | None:
        """Return the fault that this request meets, and count it."""
        for fault in self.waiting:
            if fault.path and not re.search(fault.path, f"{method} {path}"):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            fault.times -= 1
            if fault.times <= 0:
                self.waiting.remove(fault)
            return fault
        return None
