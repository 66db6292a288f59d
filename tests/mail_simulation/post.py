"""A mail server that takes mails, fails as servers do, and knows the truth: what it took, and for whom."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from .clock import Clock

# What an attempt ends with, seen from the client: "dropped" before the text was sent, "lost" after it.
Reply = Literal["accepted", "deferred", "refused", "quota", "dropped", "lost"]
MINUTE, HOUR = 60.0, 3600.0


@dataclass(frozen=True)
class Rates:
    """How often what goes wrong, as a share of the attempts or steps.

    Attributes:
        lost: The text was sent and no reply came; half of these mails were taken.
        dropped: The line is gone, half of the time before the text, half right after the reply.
        deferred: 4xx; a few of them are greylistings that last for hours.
        refused: Addresses that the server never takes, as a share of the addresses.
        quota: The account may send no more for some hours.
        killed: The process dies before or after a step.
        paused: The process stands still for minutes in the middle of a step (a laptop sleeps).
        ledger: Calls of the ledger that fail.
    """

    lost: float = 0.02
    dropped: float = 0.02
    deferred: float = 0.02
    greylisted: float = 0.1
    refused: float = 0.003
    quota: float = 0.0003
    killed: float = 0.005
    paused: float = 0.0005
    ledger: float = 0.02


@dataclass(frozen=True)
class Folder:
    """How the account keeps sent mails.

    Attributes:
        saves: The server keeps what it sends.
        keeps: Share of the mails that it keeps.
        away: Share of the hours in which it cannot be looked into.
        late_s: How long a mail takes at most until it is seen there.
    """

    saves: bool = True
    keeps: float = 1.0
    away: float = 0.0
    late_s: float = 30.0


@dataclass(frozen=True)
class Letter:
    """What was handed over: key of its row, address, Message-ID, and who handed it over."""

    key: str
    receiver: str
    message_id: str
    sender: str


@dataclass
class Post:
    """The mail server.

    Attributes:
        took: Told of every mail that it took for good.
        seen: From when on each Message-ID stands in the folder of sent mails.
        counts: How often what happened.
    """

    chance: random.Random
    clock: Clock
    rates: Rates
    folder: Folder | None
    took: Callable[[Letter], None] = lambda _letter: None
    seen: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    _grey: dict[str, float] = field(default_factory=dict)
    _pause: float = 0.0
    _late: list[tuple[float, Letter]] = field(default_factory=list)
    _is_line_dead: dict[str, bool] = field(default_factory=dict)
    _hours: dict[int, bool] = field(default_factory=dict)
    is_calm: bool = False

    def attempt(self, letter: Letter) -> Reply:
        """Return what the client sees of handing over one mail."""
        reply = self._reply(letter)
        self.counts[reply] = self.counts.get(reply, 0) + 1
        return reply

    def is_never_taken(self, receiver: str) -> bool:
        """Return whether no mail to this address is ever taken."""
        return random.Random(receiver).random() < self.rates.refused

    def arrive(self) -> float | None:
        """Take what was still under way; return when to look again."""
        due = [one for one in self._late if one[0] <= self.clock.seconds]
        self._late = [one for one in self._late if one[0] > self.clock.seconds]
        for _, letter in due:
            self._take(letter)
        return self.clock.seconds + 5.0

    def holds(self, message_ids: frozenset[str]) -> frozenset[str] | None:
        """Return which of these are seen in the folder now; None when it cannot be looked into."""
        if self.folder is None or self._is_away(self.folder):
            return None
        now = self.clock.seconds
        return frozenset(one for one in message_ids if self.seen.get(one, now + 1) <= now)

    def _is_away(self, folder: Folder) -> bool:
        hour = int(self.clock.seconds // HOUR)
        if hour not in self._hours:
            self._hours[hour] = self.chance.random() < folder.away
        return self._hours[hour] and not self.is_calm

    def _reply(self, letter: Letter) -> Reply:
        if self._is_line_dead.pop(letter.sender, False):
            return "dropped"
        now, rates, receiver = self.clock.seconds, self.rates, letter.receiver
        if now < self._pause:
            return "quota"
        if self.is_never_taken(receiver):
            return "refused"
        if now < self._grey.get(receiver, 0.0):
            return "deferred"
        if self.is_calm:
            return self._taken(letter)
        drawn = self.chance.random()
        for share, fault in (
            (rates.quota, self._quota),
            (rates.deferred, self._defer),
            (rates.dropped, self._drop),
            (rates.lost, self._lose),
        ):
            if drawn < share:
                return fault(letter)
            drawn -= share
        return self._taken(letter)

    def _quota(self, _letter: Letter) -> Reply:
        self._pause = self.clock.seconds + self.chance.uniform(1, 8) * HOUR
        return "quota"

    def _defer(self, letter: Letter) -> Reply:
        if self.chance.random() < self.rates.greylisted:
            self._grey[letter.receiver] = self.clock.seconds + self.chance.uniform(0.2, 30) * HOUR
        return "deferred"

    def _drop(self, letter: Letter) -> Reply:
        if self.chance.random() < 0.5:
            return "dropped"
        self._is_line_dead[letter.sender] = True
        return self._taken(letter)

    def _lose(self, letter: Letter) -> Reply:
        drawn = self.chance.random()
        if drawn < 0.4:
            self._take(letter)
        elif drawn < 0.5:
            self._late.append((self.clock.seconds + self.chance.uniform(5, 4 * MINUTE), letter))
        return "lost"

    def _taken(self, letter: Letter) -> Reply:
        self._take(letter)
        return "accepted"

    def _take(self, letter: Letter) -> None:
        folder = self.folder
        if folder is not None and folder.saves and self.chance.random() < folder.keeps:
            late = self.chance.uniform(0, folder.late_s)
            self.seen.setdefault(letter.message_id, self.clock.seconds + late)
        self.took(letter)

    def hang_up(self, sender: str) -> None:
        """Forget the line of a process that is gone."""
        self._is_line_dead.pop(sender, None)
