"""What a server was told to do wrong, and when."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field


@dataclass
class Fault:
    """At a step, a server says something else than it should, or hangs up.

    Attributes:
        at: ``connect``, ``auth``, ``mail``, ``rcpt``, ``data``, ``text`` (within the text) or ``reply`` (behind it);
            of a mailbox a command: ``LOGIN``, ``LIST``, ``EXAMINE``, ``SEARCH``, ``FETCH``.
        say: The reply in its place; ``""`` to hang up without a word.
        times: How often.
        skip: How often before that all is well.
        accept: Behind the text: the mail is taken all the same.
        hang_up: After its words.
        until: It waits for this first.
    """

    at: str
    say: str = ""
    times: int = 1
    skip: int = 0
    accept: bool = False
    hang_up: bool = False
    until: threading.Event | None = None


@dataclass
class Faults:
    """The faults that are to come."""

    planned: list[Fault] = field(default_factory=list)

    def next(self, at: str) -> Fault | None:
        """Return the fault that strikes at this step now, and count it."""
        for fault in self.planned:
            if fault.at != at or not fault.times:
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            fault.times -= 1
            return fault
        return None
