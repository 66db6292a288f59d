"""One history of mails: a seed decides who does what, when, and what goes wrong on the way."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from automations.app import configuration as conf
from automations.app.configuration import Configuration
from automations.core.declare import Problems
from automations.core.errors import ServiceError

from .ablations import PRODUCT, Variant
from .clock import TOKYO, Acting, Actor, Clock, Process, live
from .ledger import SharedLedger
from .lines import Rough
from .people import People
from .post import HOUR, Folder, Post, Rates
from .rivals import RIVALS
from .runs import one_run, wired
from .truth import Broken, Truth

SHOP = Path(__file__).parent / "shop"
_DAY = 24 * HOUR
# People and faults have their way for so long; then everything that was begun comes to an end.
_ROUGH, _END = 2 * _DAY, 8 * _DAY
_FOLDERS = (
    (Folder(), 5),
    (Folder(away=0.3, late_s=60), 3),
    (Folder(saves=False), 1),
    (None, 1),
)  # fmt: skip


@dataclass
class Result:
    """What came of a history.

    Attributes:
        broken: Promises that were not kept.
        counts: How often what happened.
        events: The history, line by line.
    """

    seed: int
    broken: tuple[Broken, ...]
    counts: Counter[str]
    events: list[str] = field(default_factory=list)


class World:
    """Everything of one history.

    Attributes:
        folder: How sent mails are kept; None when there is no mailbox to look into.
    """

    def __init__(
        self,
        seed: int,
        mails: int,
        *,
        rates: Rates | None = None,
        folder: Folder | str | None = "drawn",
        variant: Variant = PRODUCT,
    ) -> None:
        self.seed, self.variant = seed, variant
        self.chance = random.Random(seed)
        self.clock = Clock()
        self.rates = rates or Rates()
        kinds, weights = zip(*_FOLDERS, strict=True)
        drawn = self.chance.choices(kinds, weights)[0]
        self.folder = drawn if isinstance(folder, str) else folder
        limit = mails // self.chance.choice((1, 1, 3))
        self.configuration = _configuration(limit, has_mailbox=self.folder is not None)
        is_file = self.chance.random() < 0.4
        self.ledger = SharedLedger(self.configuration.schema, {}, TOKYO, is_file=is_file)
        self.truth = Truth(self.clock, claims_are_needed=variant.needs_claims, most_copies=variant.copies)
        self.events: list[str] = []
        self.post = Post(self.chance, self.clock, self.rates, self.folder, self._took)
        self.people = People(
            self.ledger, self.truth, self.chance, self.clock, mails, haste=variant.haste, note=self.events
        )
        self.late: list[Callable[[], None]] = []
        self.is_calm = False
        self._runs = 0

    def note(self, text: str) -> None:
        """Write a line of the history."""
        self.events.append(f"{self.clock.local():%d %H:%M:%S}  {text}")

    def product(self) -> Result:
        """Let two runners of the product live through the history."""
        self.ledger.committed = self.truth.committed
        with wired(), self.variant.in_place():
            self._live([self._process(f"runner {number}", self._product_run) for number in (1, 2)])
        can_look = self.folder is not None and self.folder.saves
        self.truth.judge(self.ledger, can_look=can_look)
        return self._result()

    def rival(self, name: str) -> Result:
        """Let one runner of a usual script live through the history."""
        self.truth.claims_are_needed = False
        script = RIVALS[name](self)
        self._live([self._process(name, script.run)])
        script.judge()
        return self._result()

    def _result(self) -> Result:
        counts = self.truth.counts
        counts.update({f"server {name}": count for name, count in self.post.counts.items()})
        counts["mails"] += len(set(self.truth.orders_of.values()))
        counts["taken"] += len(self.truth.took)
        counts["copies too many"] += sum(copies - 1 for copies in self.truth.copies().values() if copies > 1)
        return Result(self.seed, tuple(dict.fromkeys(self.truth.broken)), counts, self.events)

    def _live(self, processes: list[Process]) -> None:
        actors: list[Actor] = [
            *processes,
            Acting("orders", turn=self.people.take_orders),
            Acting("people", ready=60.0, turn=self.people.change_minds),
            Acting("boss", ready=300.0, turn=self.people.approve),
            Acting("post", turn=self._arrive),
        ]
        live(actors, self.clock, _ROUGH)
        self._calm_down()
        while self.clock.seconds < _END:
            live(actors, self.clock, self.clock.seconds + 6 * HOUR)
            self.clock.seconds += 6 * HOUR
            if self._is_quiet() and not any(one.runs for one in processes):
                break
        for process in processes:
            process.end()

    def _calm_down(self) -> None:
        """From now on nothing fails, and nobody changes anything."""
        self.note("calm")
        self.is_calm = self.post.is_calm = True
        self.people.calm_down()

    def _is_quiet(self) -> bool:
        states = self.ledger.words("mails", "state")
        waiting = {"queued", "awaiting", "sending", *(["unknown"] if self._can_look else [])}
        return not any(states[str(row["state"])] in waiting for row in self.ledger.cells("mails"))

    @property
    def _can_look(self) -> bool:
        return self.folder is not None and self.folder.saves

    def _arrive(self) -> float | None:
        late, self.late = self.late, []
        for apply in late:
            apply()
        return self.post.arrive()

    def _took(self, letter: object) -> None:
        self.note(f"    the server takes {letter}")
        self.truth.take(letter)  # type: ignore[arg-type]

    def _process(self, name: str, run: Callable[[Rough], None]) -> Process:
        process = Process(name, clock=self.clock, next_run=self._next_run, broken=self._bug)
        process.work = lambda me: run(self._rough(me))
        return process

    def _rough(self, process: Process) -> Rough:
        self._runs += 1
        return Rough(self, process, f"{process.name}.{self._runs}")

    def _product_run(self, rough: Rough) -> None:
        self.note(f"{rough.name} begins")
        try:
            one_run(self, rough)
        except ServiceError as error:
            self.note(f"{rough.name} gives up: {error.code}")
            self.truth.doubts.add(rough.name)

    def _next_run(self) -> float:
        """Return when the next run begins: every twenty minutes at first, less often later."""
        now = self.clock.seconds
        every = HOUR / 3 if now < 6 * HOUR else 2 * HOUR if now < 24 * HOUR else 6 * HOUR
        return (now // every + 1) * every + self.chance.uniform(0, 20)

    def _bug(self, process: Process, error: BaseException) -> None:
        import traceback

        frame = traceback.extract_tb(error.__traceback__)[-1]
        said = f"{type(error).__name__}: {error} ({frame.name}, line {frame.lineno})"
        self.truth.broken.append(Broken("bug", process.name, said))
        self.note("".join(traceback.format_exception(error)))


@cache
def _configuration(daily_limit: int, *, has_mailbox: bool) -> Configuration:
    problems = Problems()
    tree = conf.read_tree(SHOP, problems)
    tree["mail"] = {
        "host": "smtp.example.com",
        "user": "shop@komorebi.example.jp",
        "daily_limit": daily_limit,
        **({"imap": {"host": "imap.example.com"}} if has_mailbox else {}),
    }
    made = conf.build(SHOP, tree, problems)
    assert made is not None, problems.found
    assert not problems.found, problems.found
    return made
