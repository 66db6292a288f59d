"""One history: a seed decides who does what, when, and what goes wrong on the way."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256

import requests
from google_ledger import new_spreadsheet
from sheets_server.cells import Cell
from sheets_server.document import Document
from sheets_server.faults import Fault
from sheets_server.http_server import running
from sheets_server.service import Answer, Request, Service

from automations.books import Book, google_sheets
from automations.books.google.service import Spreadsheet
from automations.core.errors import LedgerRefused

from .books import PRODUCT, Variant
from .people import Person
from .runners import Killed, Runner, Session, WireSession, held_lock
from .shop import FIRST_ROWS, MEMO, SCHEMA, SKUS, Arrival
from .truth import TABS, Sent, Truth, Violation, final_violations
from .views import columns, filled, grid, shown, tagged

_START = 1_795_500_000.0
_QUIET_RUNS = 12
_WRITE_FAULTS = {
    "applied_then_503": 4,
    "not_applied_503": 3,
    "not_applied_500": 1,
    "html_502": 1,
    "dropped_before": 3,
    "dropped_after": 3,
    "truncated": 2,
    "cut_short": 1,
    "empty": 1,
    "late": 2,
    "late_503": 2,
    "quota": 1,
}
_READ_FAULTS = {"not_applied_503": 3, "html_502": 1, "dropped_before": 2, "truncated": 2, "quota": 1}


@dataclass(frozen=True)
class Mode:
    """How rough it is: shares of gaps in which a person acts, of calls that fail, of steps that kill."""

    person: float
    fault: float
    kill: float
    steps: int = 60


MODES = {
    "mild": Mode(0.03, 0.04, 0.003),
    "hostile": Mode(0.25, 0.24, 0.01),
    "harsh": Mode(0.45, 0.48, 0.03),
    "quiet": Mode(0.0, 0.0, 0.0),
}


@dataclass
class Result:
    """What came of a history.

    Attributes:
        violations: Promises broken, each once.
        counts: How often what happened.
        events: The history, step by step.
    """

    seed: int
    violations: tuple[Violation, ...]
    counts: dict[str, int]
    events: list[str] = field(default_factory=list)


class WatchedService(Service):
    """The service; tells the truth of each commit as it is applied."""

    def __init__(self, world: World) -> None:
        super().__init__(clock=world.clock)
        self._world = world
        self._of: dict[int, tuple[Request, Sent | None]] = {}

    def answer(self, request: Request) -> Answer:
        writes = request.path.endswith(":batchUpdate")
        if writes:
            self._of[id(request)] = (request, self._world.sending)
        fault = self._world.fault(writes)
        self.faults.waiting = [fault] if fault else []
        return super().answer(request)

    def _answered(self, request: Request) -> Answer:
        sent = self._of.get(id(request), (request, None))[1]
        if sent is None:
            return super()._answered(request)
        key = self._world.key
        before = self.documents[key]
        answer = super()._answered(request)
        after = self.documents[key]
        if after is not before:
            self._world.truth.applied(sent, before, after)
        self._world.note(
            f"    {_kind(sent)} {sent.name[-6:]} {'applied' if after is not before else 'refused'}"
        )
        return answer


def _kind(sent: Sent) -> str:
    writes = (
        f"{tab} {sorted(sent.keys[tab].get(number, number) for number in write.changed)} +{len(write.appended)}"
        for tab, write in sent.writes.items()
    )
    return f"{'settle' if sent.settles else 'commit'} of {', '.join(map(str, writes))}"


class World:
    """Everything of one history."""

    def __init__(self, seed: int, mode: Mode, variant: Variant = PRODUCT, *, http: bool = False) -> None:
        self.chance = random.Random(seed)
        self.mode, self.variant = mode, variant
        self.schema = variant.used_schema
        self.planner = variant.planner()
        self.seconds = _START
        self.turn = held_lock()
        self.events: list[str] = []
        self.sending: Sent | None = None
        self.is_quiet = False
        self._http = http
        self._address = ""
        self._ops = 0
        self.service = WatchedService(self)
        self.key, self.truth = _first_document(self.service)
        self._incoming = _arrivals(self.chance)
        self._runners: list[Runner] = []
        self._named = 0
        self.person = Person(self.service, self.key, self.truth, self.chance)

    def clock(self) -> float:
        """Return the service's seconds since the epoch."""
        return self.seconds

    def pause(self, seconds: float) -> None:
        """Let time go by."""
        self.seconds += seconds

    def note(self, text: str) -> None:
        """Write a line of the history."""
        self.events.append(text)

    def bug(self, who: str, error: BaseException) -> None:
        """Note an error that no run may end with."""
        import traceback

        frame = traceback.extract_tb(error.__traceback__)[-1]
        code = getattr(error, "code", type(error).__name__)
        said = f"{code}: {error} ({frame.name}, line {frame.lineno})"
        self.truth.broken.append(Violation("I0", "", who, "", said))

    def new_op(self) -> str:
        """Return the next operation id; ids of one history are the same every time."""
        self._ops += 1
        return f"20261124-0102{self._ops:08d}-{self._ops:08x}"

    def arrivals(self) -> list[Arrival]:
        """Return the orders that have arrived by now."""
        return [one for one in self._incoming if self.is_quiet or one.at <= self.seconds]

    def book_for(self, runner: Runner) -> Book:
        """Return a book of a runner's own."""
        session = (WireSession if self._http else Session)(self, runner)
        return self._book_of(self.key, session, runner)

    def _book_of(self, key: str, session: requests.Session, runner: Runner) -> Book:
        spreadsheet = Spreadsheet(
            key,
            session=session,
            endpoint=self._address,
            clock=self.clock,
            pause=self.pause,
            local=runner.now,
        )
        book = self.variant.book(spreadsheet, self.schema)
        book.restores = lambda: self.truth.counts["restores"]
        return book

    def fault(self, writes: bool) -> Fault | None:
        """Return what goes wrong with the next call, if anything."""
        if self.is_quiet or self.chance.random() >= self.mode.fault:
            return None
        kinds = _WRITE_FAULTS if writes else _READ_FAULTS
        kind = self.chance.choices(list(kinds), list(kinds.values()))[0]
        self.note(f"    fault: {kind}")
        self.truth.counts[f"fault {kind}"] += 1
        late = kind.startswith("late")
        return Fault(
            kind,  # type: ignore[arg-type]
            seconds=self.chance.uniform(5, 300) if late else 0.0,
            calls=self.chance.randint(0, 10) if late else 0,
        )

    def called(self, runner: Runner, call: Callable[[], requests.Response]) -> requests.Response:
        """Do a runner's call when it is its turn, or let it die before or after."""
        if not self.is_quiet:
            self.turn.release()
            runner.wait()
        if runner.dies == "before":
            raise Killed
        self.seconds += 0.7
        self.sending = getattr(runner.book, "sending", None)
        try:
            return call()
        finally:
            if runner.dies == "after":
                raise Killed

    def run(self, seed: int) -> Result:
        """Live through the history and judge it."""
        random.seed(seed)  # waits are drawn from it
        with self._in_place():
            self._rough()
            is_settled = self._quiet()
        found = list(self.truth.broken)
        if not is_settled:
            found.append(Violation("I8", "", "", "", "there is still something to do after all quiet runs"))
        document = self.service.documents[self.key]
        ledger_id = sha256(self.key.encode()).hexdigest()[:16]
        found += final_violations(self.truth, document, ledger_id)
        found += self.truth.broken[len(found) :]
        found += self._missing()
        return Result(seed, tuple(dict.fromkeys(found)), dict(self.truth.counts), self.events)

    @contextmanager
    def _in_place(self) -> Iterator[None]:
        old = google_sheets.new_op
        google_sheets.new_op = self.new_op
        try:
            with self.variant.in_place():
                if not self._http:
                    yield
                    return
                with running(self.service) as self._address:
                    yield
        finally:
            google_sheets.new_op = old

    def _rough(self) -> None:
        """Let people, runners and faults have their way."""
        chance, mode = self.chance, self.mode
        for _ in range(chance.choice((1, 2, 2, 3, 3, 4))):
            self._start_runner()
        back = chance.randint(10, 40) if chance.random() < 0.06 else 0
        kept: tuple[Document, Truth] | None = None
        for step in range(mode.steps):
            alive = [one for one in self._runners if one.alive]
            if not alive:
                break
            if back and step == back // 2 and not self.person.has_damaged:
                kept = self.service.documents[self.key].copied(), self.truth.copied()
            if kept and step == back:
                self._go_back(*kept)
            if chance.random() < mode.person:
                self._person_acts()
            runner = chance.choice(alive)
            self._step(runner)
        for runner in self._runners:
            if runner.alive:
                runner.dies = "before"
                self._let(runner)

    def _start_runner(self) -> None:
        self._named += 1
        skew = self.chance.choice((0.0, 0.0, -3600.0, 86_400.0 * 40, 7.0))
        runner = Runner(self, f"runner {self._named}", self.chance.randint(2, 5), skew)
        self._runners.append(runner)
        runner.start()

    def _step(self, runner: Runner) -> None:
        chance = self.chance
        self.seconds += chance.choice((0.2, 1.0, 3.0, 20.0))
        self.note(f"{runner.name}")
        if chance.random() < self.mode.kill:
            runner.dies = chance.choice(("before", "after"))
            self.truth.counts["kills"] += 1
        self._let(runner)
        if not runner.alive and chance.random() < 0.6 and self._named < 8:
            self._start_runner()

    def _let(self, runner: Runner) -> None:
        runner.go()
        self.turn.acquire()

    def _person_acts(self) -> None:
        said = self.person.act()
        if said:
            self.truth.counts["acts"] += 1
            self.note(f"person: {said}")

    def _go_back(self, document: Document, truth: Truth) -> None:
        """Restore an older version of the whole spreadsheet, as a person can."""
        self.note("person: restores an older version")
        self.truth.counts["restores"] += 1
        self.service.changed(document)
        self.truth.__dict__.update(truth.__dict__)
        self.person.forget_damage()

    def _quiet(self) -> bool:
        """Let what is under way arrive, and run until nothing changes; return whether that came."""
        self.is_quiet = True
        self.note("quiet")
        self.service.do_late(everything=True)
        self.person.mend()
        self._named += 1
        runner = Runner(self, "quiet runner", 0, 0.0)
        for _ in range(_QUIET_RUNS):
            try:
                if runner.run():
                    self._copy(runner)
                    return True
            except Exception as bug:  # noqa: BLE001 - every bug is a result
                self.bug(runner.name, bug)
        return False

    def _copy(self, runner: Runner) -> None:
        """Let a person copy the whole spreadsheet; no program may begin to work in the copy."""
        if self.variant is not PRODUCT or self.chance.random() > 0.2:
            return
        copy = replace(self.service.documents[self.key].copied(), id=f"{self.key[:-4]}copy")
        self.service.changed(copy)
        session = (WireSession if self._http else Session)(self, runner)
        try:
            self._book_of(copy.id, session, runner).read()
        except LedgerRefused as refused:
            if refused.code == "ledger-copied" and self.service.documents[copy.id] is copy:
                return
        self.truth.broken.append(Violation("I0", "", "the copy", "", "was worked in"))

    def _missing(self) -> Iterator[Violation]:
        for one in self._incoming:
            if not self.truth.appended["orders", one.order_id]:
                yield Violation("I7", "orders", one.order_id, "", "was never imported")


def _arrivals(chance: random.Random) -> list[Arrival]:
    return [
        Arrival(
            str(1000 + number), chance.choice(SKUS), chance.randint(1, 3), _START + chance.uniform(-60, 120)
        )
        for number in range(chance.randint(4, 10))
    ]


_FIRST: list[tuple[Document, Truth]] = []


def _first_document(service: Service) -> tuple[str, Truth]:
    if not _FIRST:
        _FIRST.append(_made())
    document, truth = _FIRST[0]
    mine = document.copied()
    service.changed(mine)
    return mine.id, truth.copied_fresh()


def _made() -> tuple[Document, Truth]:
    """Make the spreadsheet as it stands at the beginning, and the truth of its rows."""
    service = Service(clock=lambda: _START)
    key = new_spreadsheet(service, FIRST_ROWS, "JPY", SCHEMA)
    document = service.documents[key].copied()
    orders = document.tab(grid(document, "orders").id)
    orders.rows[0] = orders.rows[0].with_cells({len(orders.rows[0].cells): Cell(MEMO)})
    truth = Truth()
    for tab in TABS:
        sheet = document.tab(grid(document, tab).id)
        places = columns(sheet, SCHEMA[tab])
        for at, line in filled(sheet):
            tag, row = truth.new_row(tab)
            sheet.rows[at] = tagged(line, tag)
            row.typed = {
                name: value for name, place in places.items() if (value := shown(line, place)) is not None
            }
            if tab == "stock":
                truth.most[str(row.typed["sku"])] = int(str(row.typed["on_hand"]))
    document.mine = None
    return document, truth


def history(seed: int, mode: str = "hostile", variant: Variant = PRODUCT, *, http: bool = False) -> Result:
    """Return what comes of a seed."""
    return World(seed, MODES[mode], variant, http=http).run(seed)
