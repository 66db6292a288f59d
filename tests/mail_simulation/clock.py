"""Virtual time: who acts next is who is ready first; nobody ever waits for real."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")
START = datetime(2026, 11, 24, 8, 0, tzinfo=TOKYO)


class Killed(BaseException):
    """The process is gone; nothing of it goes on."""


@dataclass
class Clock:
    """The moment it is, in seconds since the history began."""

    seconds: float = 0.0

    def now(self) -> datetime:
        """Return the moment in UTC."""
        return START.astimezone(UTC) + timedelta(seconds=self.seconds)

    def local(self) -> datetime:
        """Return the moment by the shop's clock."""
        return START + timedelta(seconds=self.seconds)


@dataclass
class Actor:
    """Somebody who acts from time to time.

    Attributes:
        ready: When it acts next, in seconds; None when it never acts again.
    """

    name: str
    ready: float | None = 0.0

    def act(self) -> None:
        """Do the next thing, and say in ``ready`` when the one after comes."""
        raise NotImplementedError


@dataclass
class Acting(Actor):
    """Somebody whose every act is one call, which returns when the next one comes."""

    turn: Callable[[], float | None] = lambda: None

    def act(self) -> None:
        """Do the next thing."""
        self.ready = self.turn()


def held_lock() -> threading.Lock:
    """Return a lock that nobody gets before somebody lets go of it: whose turn it is."""
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass
class Process(Actor):
    """A program in a thread of its own, held before each of its steps until it is its turn.

    Attributes:
        work: What one run of the program does; it calls ``step`` before everything that others can see.
        next_run: When the run after this one begins, None for never.
        broken: Told of an error that no run may end with.
        runs: Whether a run is under way.
    """

    work: Callable[[Process], None] = lambda _self: None
    next_run: Callable[[], float | None] = lambda: None
    clock: Clock = field(default_factory=Clock)
    broken: Callable[[Process, BaseException], None] = lambda _self, _error: None
    is_dead: bool = False
    _go: threading.Lock = field(default_factory=held_lock)
    _back: threading.Lock = field(default_factory=held_lock)
    runs: bool = False

    def act(self) -> None:
        """Go on to the next step, or begin the next run."""
        if not self.runs:
            self.runs, self.is_dead = True, False
            threading.Thread(target=self._live, daemon=True).start()
        else:
            self._go.release()
        self._back.acquire()
        if not self.runs:
            self.ready = self.next_run()

    def step(self, seconds: float) -> None:
        """Let ``seconds`` go by, and others act meanwhile.

        Raises:
            Killed: The process is dead and only unwinds.
        """
        if self.is_dead:
            raise Killed
        self.ready = self.clock.seconds + seconds
        self._back.release()
        self._go.acquire()

    def die(self) -> None:
        """Be killed here; whatever it tries from now on does nothing.

        Raises:
            Killed: Always.
        """
        self.is_dead = True
        raise Killed

    def end(self) -> None:
        """Let what is left of a run unwind."""
        if self.runs:
            self.is_dead = True
            self._go.release()
            self._back.acquire()

    def _live(self) -> None:
        try:
            self.work(self)
        except Killed:
            pass
        except BaseException as bug:  # noqa: BLE001 - every bug is a result
            self.broken(self, bug)
        self.runs = False
        self._back.release()


def live(actors: list[Actor], clock: Clock, until: float) -> None:
    """Let everybody act, who is ready first first, until ``until`` or until nobody acts any more."""
    while True:
        waiting = [one for one in actors if one.ready is not None]
        if not waiting:
            return
        first = min(waiting, key=lambda one: (one.ready, one.name))
        moment = first.ready or 0.0
        if moment > until:
            return
        clock.seconds = max(clock.seconds, moment)
        first.act()
