"""One pass over all order lines: what is reserved in the ledger, and which lines need a hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from automations.core.ledger import Ledger, Row
from automations.core.messages import Message
from automations.core.statuses import ENDED, standing_of
from automations.core.stock import Part, Reservation, keep, parts_of, reservations
from automations.core.values import Value

# A shipment in one of these has left the house: its goods are movements now, no reservations.
GONE = frozenset({"shipped", "arrived", "returned"})
_SEALED = GONE | {"instructed"}
_SAYS = ("sku", "components", "qty", "reserved", "allocated_qty")


@dataclass(slots=True)
class Line:
    """An order line that keeps, gets or gives back units.

    Attributes:
        parts: What one unit of it consists of; empty for a line that gives everything back.
        day: Earliest day it can arrive; a lot must keep until then.
        sets: Units of the line that are served whole.
        held: Stock keys and units behind ``sets``.
        waits: Why it is not served although stock may be there.
        short: What is missing.
    """

    row: Row
    order: Row
    parts: tuple[Part, ...]
    qty: int
    day: date
    sets: int
    held: tuple[Reservation, ...]
    waits: Message | None = None
    short: Message | None = None

    @property
    def missing(self) -> int:
        """Units of the line that are not served."""
        return self.qty - self.sets

    @property
    def given_back(self) -> tuple[Reservation, ...]:
        """Units it held in the ledger and holds no longer."""
        held = dict(self.held)
        before = reservations(self.row.text("reserved"))
        return tuple((key, units - held.get(key, 0)) for key, units in before if units > held.get(key, 0))


@dataclass(slots=True)
class Tally:
    """How many lines of an order there are, and how many need nothing."""

    order: Row
    lines: int = 0
    whole: int = 0
    begun: int = 0

    def add(self, qty: int, sets: int) -> None:
        """Count a line of ``qty`` units of which ``sets`` are served."""
        self.lines += 1
        self.whole += sets >= qty
        self.begun += sets > 0

    @property
    def allocation(self) -> str:
        """``full`` when every line is served whole, ``partial`` when any is begun, else ``none``."""
        if self.whole == self.lines:
            return "full"
        return "partial" if self.begun else "none"


@dataclass(slots=True)
class Survey:
    """What the pass found.

    Attributes:
        reserved: Units by stock key that are reserved in the ledger and have not left the house.
        holding: Lines behind ``reserved``, also of orders that may not be touched now.
        lines: Lines of orders that may be touched and are not served as they should be.
        tallies: By order id, without the lines of ``lines``.
    """

    reserved: Counter[str] = field(default_factory=Counter)
    holding: list[Row] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    tallies: dict[str, Tally] = field(default_factory=dict)

    def held_by(self) -> dict[str, tuple[Reservation, ...]]:
        """Return what each line holds after this run, by line key."""
        held = {row.key: reservations(row.text("reserved")) for row in self.holding}
        return held | {line.row.key: line.held for line in self.lines}

    def reserved_after(self) -> Counter[str]:
        """Return the units by stock key that are reserved after this run."""
        units = Counter(self.reserved)
        for line in self.lines:
            units.subtract(dict(reservations(line.row.text("reserved"))))
            units.update(dict(line.held))
        return units


def survey(ledger: Ledger, sku_of: Mapping[str, str]) -> Survey:
    """Look at every line once. A line whose number stands twice holds what it holds, counted once.

    Lines of products that gave units back at this very moment are left as they are: what a run releases,
    only a later run may spend.
    """
    found = Survey()
    states: dict[Value, str] = {row.key: standing_of(row) for row in ledger["shipments"]}
    orders: dict[Value, Row] = {order.key: order for order in ledger["orders"] if _may_be_touched(order)}
    letting_go = {key for key, order in orders.items() if is_given_back(order)}
    resting = {row.text("sku") for row in ledger["stock"] if row.get("released_at") == ledger.now}
    tomorrow = ledger.today + timedelta(days=1)
    judge = _Judge({row.key: row.text("components") for row in ledger["products"]}, sku_of)
    for row in {line.key: line for line in ledger["order_lines"].set_aside}.values():
        _count(found, row, states.get(row.get("shipment_id"), ""))
    for row in ledger["order_lines"]:
        cells = row.cells
        order_id = cells.get("order_id")
        state = states.get(cells.get("shipment_id"), "")
        _count(found, row, state)
        order = orders.get(order_id)
        if order is None:
            continue
        if order_id in letting_go:
            _give_back(found, row, order, state, tomorrow)
            continue
        tally = found.tallies.get(order.key) or found.tallies.setdefault(order.key, Tally(order))
        kept = judge.kept(row)
        if state in _SEALED or kept.qty <= 0 or (kept.is_right and "shortage" not in cells):
            tally.add(kept.qty, kept.qty)
        elif resting and any(part in resting for part, _ in kept.parts):
            tally.add(kept.qty, kept.sets)
        else:
            day = max(tomorrow, order.day("requested_on") or tomorrow)
            found.lines.append(Line(row, order, kept.parts, kept.qty, day, kept.sets, kept.held))
    return found


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a line keeps of what it holds, and whether that is just what the ledger says."""

    parts: tuple[Part, ...]
    qty: int
    sets: int
    held: tuple[Reservation, ...]
    is_right: bool


class _Judge:
    """Works out what a line keeps; lines that say the same are judged once."""

    def __init__(self, components: Mapping[str, str], sku_of: Mapping[str, str]) -> None:
        self._components = components
        self._sku_of = sku_of
        self._known: dict[tuple[Value, ...], _Kept] = {}

    def kept(self, row: Row) -> _Kept:
        cells = row.cells
        says = tuple(map(cells.get, _SAYS))
        found = self._known.get(says)
        if found is None:
            found = self._known[says] = self._judged(row)
        return found

    def _judged(self, row: Row) -> _Kept:
        sku, qty, before = row.text("sku"), row.number_of("qty"), reservations(row.text("reserved"))
        parts = parts_of(sku, row.text("components") or self._components.get(sku, ""))
        sets, held = keep(before, parts, qty, self._sku_of)
        is_right = sets == qty == row.number_of("allocated_qty") and held == before
        return _Kept(parts, qty, sets, held, is_right)


def _may_be_touched(order: Row) -> bool:
    return order.cells.get("intake") != "incomplete" and order.cells.get("status") != "posted"


def is_given_back(order: Row) -> bool:
    """Return whether an order lets go of its stock: cancelled, returned, or set back to 未引当 by a person."""
    status = order.cells.get("status")
    if status in ENDED:
        return True
    before = order.cells.get("status_set")
    return status == "unallocated" and before is not None and before != status


def _count(found: Survey, row: Row, state: str) -> None:
    held = row.cells.get("reserved")
    if held and state not in GONE:
        for key, units in reservations(str(held)):
            found.reserved[key] += units
        found.holding.append(row)


def _give_back(found: Survey, row: Row, order: Row, state: str, day: date) -> None:
    """Let go of everything; an instructed parcel keeps its goods until a person has stopped it."""
    holds = any(row.cells.get(column) for column in ("reserved", "allocated_qty", "shortage"))
    if holds and state not in _SEALED:
        found.lines.append(Line(row, order, (), 1, day, 0, ()))
        found.tallies.setdefault(order.key, Tally(order))
