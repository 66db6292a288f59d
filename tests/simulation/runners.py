"""Runners: programs at work on the ledger, each held before every call until it is its turn."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import requests
from sheets_server.direct import DirectSession
from small_ledger import TOKYO

from automations.books import Book
from automations.core.errors import LedgerChanged, LedgerRefused, ServiceError
from automations.core.ledger import Ledger
from automations.core.reading import ledger_from
from automations.core.snapshot import RunNote, Snapshot

if TYPE_CHECKING:
    from .world import World

_COMMITS = 6
# What a person's damage may stop a run with, and nothing else.
EXPECTED = frozenset({"journal-damaged"})


def held_lock() -> threading.Lock:
    """Return a lock that nobody gets before somebody lets go of it: whose turn it is."""
    lock = threading.Lock()
    lock.acquire()
    return lock


class Killed(BaseException):
    """The process is gone; nothing of it goes on."""


class Session(DirectSession):
    """Reaches the service in this process, one call of one runner at a time."""

    def __init__(self, world: World, runner: Runner) -> None:
        super().__init__(world.service)
        self._turn = lambda call: world.called(runner, call)
        self.sent = _Nothing()  # type: ignore[assignment] # bodies are not looked at

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override] # noqa: ANN401
        """Send a request when it is this runner's turn."""
        return self._turn(lambda: super(Session, self).request(method, url, **options))


class WireSession(requests.Session):
    """The same over HTTP."""

    def __init__(self, world: World, runner: Runner) -> None:
        super().__init__()
        self.headers["Authorization"] = "Bearer token"
        self._turn = lambda call: world.called(runner, call)

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override] # noqa: ANN401
        """Send a request when it is this runner's turn."""
        return self._turn(lambda: super(WireSession, self).request(method, url, **options))


class _Nothing(list[bytes]):
    def append(self, _body: bytes) -> None:
        pass


class Runner:
    """One process with its own clock and memory."""

    def __init__(self, world: World, name: str, runs: int, skew_s: float) -> None:
        self.name = name
        self.alive = True
        self.dies = ""
        self._world = world
        self._runs = runs
        self._skew = timedelta(seconds=skew_s)
        self._go = held_lock()
        self.book: Book = world.book_for(self)

    def now(self) -> datetime:
        """Return the moment by this machine's clock."""
        return datetime.fromtimestamp(self._world.clock(), UTC) + self._skew

    def start(self) -> None:
        """Begin, and wait for the first turn."""
        threading.Thread(target=self._live, daemon=True).start()

    def go(self) -> None:
        """Let it do its next call."""
        self._go.release()

    def wait(self) -> None:
        """Hold until it is this runner's turn."""
        self._go.acquire()

    def _live(self) -> None:
        self.wait()
        try:
            for _ in range(self._runs):
                self.run()
        except Killed:
            self._world.note(f"{self.name} is dead")
        except BaseException as bug:  # noqa: BLE001 - every bug is a result
            self._world.bug(self.name, bug)
        self.alive = False
        self._world.turn.release()

    def run(self) -> bool:
        """Do one run; return whether it found nothing to do."""
        try:
            return self._worked()
        except LedgerRefused as refused:
            self._world.note(f"{self.name} stops: {refused.code}")
            if refused.code not in EXPECTED:
                raise
        except ServiceError as error:
            self._world.note(f"{self.name} gives up: {error.code}")
        return False

    def _worked(self) -> bool:
        snapshot = self.book.read()
        known: tuple[Snapshot, Ledger] | None = None
        for done in range(_COMMITS):
            ledger = ledger_from(
                snapshot,
                self._world.schema,
                self.now().astimezone(TOKYO),
                language="ja",
                currency="JPY",
                known=known,
            )
            plan = self._world.planner.plan(ledger, self._world.arrivals())
            if plan.is_empty:
                return done == 0
            note = RunNote(self.name, "simulation", self.now().isoformat())
            try:
                receipt = self.book.commit(plan, snapshot, note)
            except LedgerChanged:
                snapshot, known = self.book.read(), None
                continue
            known = (snapshot, ledger)
            snapshot = receipt.after or self.book.read()
        return False
