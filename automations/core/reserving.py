"""One pass over all order lines: what is reserved in the ledger, and which lines need a hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from automations.core.ledger import Ledger, Row
from automations.core.messages import Message
from automations.core.statuses import ENDED
from automations.core.stock import Part, Reservation, keep, parts_of, reservations

# A shipment in one of these has left the house: its goods are movements now, no reservations.
GONE = frozenset({"shipped", "arrived", "returned"})


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
    states = {row.key: standing_of(row) for row in ledger["shipments"]}
    resting = {row.text("sku") for row in ledger["stock"] if row.get("released_at") == ledger.now}
    orders = {order.key: order for order in ledger["orders"]}
    components = {row.key: row.text("components") for row in ledger["products"]}
    tomorrow = ledger.today + timedelta(days=1)
    right: dict[tuple[object, ...], bool] = {}
    for row in {line.key: line for line in ledger["order_lines"].set_aside}.values():
        if states.get(row.text("shipment_id")) not in GONE:
            _count(found, row)
    for row in ledger["order_lines"]:
        cells = row.cells
        state = states.get(row.text("shipment_id"), "")
        if cells.get("reserved") and state not in GONE:
            _count(found, row)
        order = orders.get(row.text("order_id"))
        if (
            order is None
            or order.cells.get("intake") == "incomplete"
            or order.cells.get("status") == "posted"
        ):
            continue
        if is_given_back(order):
            _give_back(found, row, order, state, tomorrow)
            continue
        sku = row.text("sku")
        made_of = row.text("components") or components.get(sku, "")
        qty = row.number_of("qty")
        fits = (sku, made_of, qty, cells.get("reserved"), cells.get("allocated_qty"))
        if fits not in right:
            right[fits] = _is_right(row, parts_of(sku, made_of), qty, sku_of)
        tally = found.tallies.get(order.key) or found.tallies.setdefault(order.key, Tally(order))
        if state in GONE or state == "instructed" or qty <= 0 or (right[fits] and "shortage" not in cells):
            tally.add(qty, qty)
            continue
        parts = parts_of(sku, made_of)
        sets, held = keep(reservations(row.text("reserved")), parts, qty, sku_of)
        if resting and any(part in resting for part, _ in parts):
            tally.add(qty, sets)
            continue
        day = max(tomorrow, order.day("requested_on") or tomorrow)
        found.lines.append(Line(row, order, parts, qty, day, sets, held))
    return found


def standing_of(shipment: Row) -> str:
    """Return a shipment's state; a parcel that a person took out after the instruction counts as cancelled."""
    state = shipment.text("state")
    return "cancelled" if state == "instructed" and shipment.flag("stopped") else state


def is_given_back(order: Row) -> bool:
    """Return whether an order lets go of its stock: cancelled, returned, or set back to 未引当 by a person."""
    status = order.cells.get("status")
    if status in ENDED:
        return True
    before = order.cells.get("status_set")
    return status == "unallocated" and before is not None and before != status


def _count(found: Survey, row: Row) -> None:
    for key, units in reservations(row.text("reserved")):
        found.reserved[key] += units
    found.holding.append(row)


def _give_back(found: Survey, row: Row, order: Row, state: str, day: date) -> None:
    """Let go of everything; an instructed parcel keeps its goods until a person has stopped it."""
    holds = any(row.cells.get(column) for column in ("reserved", "allocated_qty", "shortage"))
    if holds and state not in GONE and state != "instructed":
        found.lines.append(Line(row, order, (), 1, day, 0, ()))
        found.tallies.setdefault(order.key, Tally(order))


def _is_right(row: Row, parts: tuple[Part, ...], qty: int, sku_of: Mapping[str, str]) -> bool:
    before = reservations(row.text("reserved"))
    sets, held = keep(before, parts, qty, sku_of)
    return sets == qty == row.number_of("allocated_qty") and held == before
