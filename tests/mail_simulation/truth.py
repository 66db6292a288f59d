"""The checker: what the server took, for whom, and what people had asked before. It never asks the product."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from automations.core.plan import AppendRow, Plan, SetCells

from .clock import Clock
from .ledger import SharedLedger
from .post import MINUTE, Letter

# What a row may show in the end when its mail did not go; each with a reason beside it.
_NOT_SENT = frozenset({"cancelled", "refused", "held", "unknown"})
_WAITS = frozenset({"queued", "awaiting", "sending"})
# So often a mail is put off before it is held.
_DEFERRED = 7
# So long before, a script that reads the sheet and sends what it has read could have known it.
_KNOWABLE = 2 * MINUTE


@dataclass(frozen=True)
class Broken:
    """A promise that was not kept."""

    promise: str
    mail: str
    said: str


@dataclass(frozen=True)
class Took:
    """One mail the server took."""

    letter: Letter
    at: float


@dataclass
class Truth:
    """Everything that is known without the product.

    Attributes:
        addresses: Every address of an order, with the second it was typed.
        stops: When a person stopped a mail, an order or a customer.
        claims: When a program last claimed a mail, as the commit was applied.
        runs: Every run that ever claimed a mail.
        doubts: Mails and runs to which something happened after which nobody can know whether a mail went.
        asked: How often people asked to send a mail again.
    """

    clock: Clock
    addresses: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    stops: dict[str, float] = field(default_factory=dict)
    claims: dict[str, tuple[float, str]] = field(default_factory=dict)
    runs: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    doubts: set[str] = field(default_factory=set)
    asked: Counter[str] = field(default_factory=Counter)
    orders_of: dict[str, str] = field(default_factory=dict)
    services: set[str] = field(default_factory=set)
    deferred: Counter[str] = field(default_factory=Counter)
    took: list[Took] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    claims_are_needed: bool = True
    most_copies: int = 1

    def committed(self, who: str, plan: Plan) -> None:
        """Note which mails a commit made, and which it claimed."""
        for change in plan.changes:
            if change.tab != "mails":
                continue
            if isinstance(change, AppendRow):
                self.made(
                    str(change.cells["mail_id"]), str(change.cells["order_id"]), str(change.cells["class"])
                )
            elif isinstance(change, SetCells) and change.cells.get("state") == "sending":
                self.claims[change.key] = (self.clock.seconds, who)
                self.runs[change.key].append(who)

    def is_deferred(self, mail: str) -> None:
        """Note a 4xx; after the seventh one a person must look at it."""
        self.deferred[mail] += 1
        if self.deferred[mail] > _DEFERRED:
            self.doubts.add(mail)

    def made(self, mail: str, order: str, mail_class: str) -> None:
        """Note a mail that was planned."""
        self.orders_of[mail] = order
        if mail_class != "transactional":
            self.services.add(mail)

    def stopped(self, what: str) -> None:
        """Note that a person stopped a mail, an order or a customer."""
        self.stops.setdefault(what, self.clock.seconds)

    def take(self, letter: Letter) -> None:
        """Judge a mail that the server took."""
        self.took.append(Took(letter, self.clock.seconds))
        known = self._known(letter)
        order = self.orders_of[letter.key]
        if letter.receiver != self.address(order, known):
            self._break(
                "wrong address", letter.key, f"to {letter.receiver}, not {self.address(order, known)}"
            )
        for what in self._what_stops(letter.key):
            at = self.stops.get(what)
            if at is not None and at <= known:
                self._break(
                    "after a stop", letter.key, f"{what} was stopped at {at:.0f}, known at {known:.0f}"
                )

    def _what_stops(self, mail: str) -> Iterator[str]:
        order = self.orders_of[mail]
        yield mail
        yield f"order {order}"
        if mail in self.services:
            yield f"customer {order}"

    def _known(self, letter: Letter) -> float:
        """Return up to when the sender must know what people did."""
        if not self.claims_are_needed:
            return self.clock.seconds - _KNOWABLE
        at, who = self.claims.get(letter.key, (-1.0, ""))
        if who != letter.sender:
            self._break("not claimed", letter.key, f"{letter.sender} sent what {who or 'nobody'} had claimed")
        return at

    def address(self, order: str, at: float) -> str:
        """Return the address of an order as it stood then; the first one for times before."""
        typed = self.addresses[order]
        return next((address for when, address in reversed(typed) if when <= at), typed[0][1])

    def copies(self) -> Counter[str]:
        """Return how often each mail was taken, under the name it has without its number."""
        return Counter(name_of(one.letter.key) for one in self.took)

    def judge(self, ledger: SharedLedger, *, can_look: bool) -> None:
        """Judge the ledger as it stands when nothing more happens."""
        rows = ledger.cells("mails")
        states = ledger.words("mails", "state")
        taken = Counter(one.letter.key for one in self.took)
        there = set()
        for row in rows:
            key, state = str(row["mail_id"]), states[str(row["state"])]
            there.add(key)
            self.counts[f"state {state}"] += 1
            self._judge_row(key, state, str(row.get("errors") or ""), taken[key], can_look=can_look)
        for key in self.orders_of.keys() - there:
            if key not in self.stops:
                self._break("lost", key, "its row is gone")
        self.judge_orders(set(self.orders_of.values()))

    def judge_orders(self, served: set[str]) -> None:
        """Judge orders that had nothing, and those that had it twice."""
        for order in self.addresses.keys() - served:
            if not self._is_stopped(order):
                self._break("lost", order, "no mail was ever made")
        self._judge_copies()

    def _is_stopped(self, order: str) -> bool:
        return f"order {order}" in self.stops or f"customer {order}" in self.stops

    def _judge_row(self, key: str, state: str, reason: str, taken: int, *, can_look: bool) -> None:
        if state in _WAITS:
            self._break("lost", key, f"still {state} in the end")
        elif state == "sent" and not taken:
            self._break("lost", key, "sent says the ledger, and nobody took it")
        elif state in _NOT_SENT and not reason:
            self._break("lost", key, f"{state}, and no reason is shown")
        elif state == "cancelled" and not self._is_called_off(key):
            self._break("lost", key, f"cancelled, and nobody asked for it: {reason}")
        elif state in {"cancelled", "refused"} and taken and not self._is_stopped_in_doubt(key):
            self._break("wrong state", key, f"{state}, and yet it went")
        elif state == "unknown" and can_look:
            self._break("lost", key, "unknown, though it could be looked up")
        elif state in {"held", "unknown"}:
            self.counts[f"{state}, and {'went' if taken else 'did not go'}"] += 1
            if self.doubts.isdisjoint({key, *self.runs[key]}):
                self._break("held", key, f"{state} without need: {reason}")

    def _is_stopped_in_doubt(self, key: str) -> bool:
        """Return whether a person stopped a mail of unknown fate: its row then says that it may have arrived."""
        at, claimed = self.stops.get(key), self.claims.get(key)
        if at is None or not claimed or at <= claimed[0]:
            return False
        self.counts["stopped in doubt, and went"] += 1
        return True

    def _is_called_off(self, key: str) -> bool:
        order = self.orders_of[key]
        return any(what in self.stops for what in self._what_stops(key)) or len(self.addresses[order]) > 1

    def _judge_copies(self) -> None:
        for name, copies in self.copies().items():
            allowed = self.most_copies + self.asked[name]
            if copies > allowed:
                self._break("duplicate", name, f"{copies} copies went")

    def _break(self, promise: str, mail: str, said: str) -> None:
        self.broken.append(Broken(promise, mail, said))


def name_of(key: str) -> str:
    """Return the name of a mail without the number of its copy."""
    return key.partition("~")[0]
