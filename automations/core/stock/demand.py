"""One pass over all order lines: what is reserved in the ledger, and which lines need a hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from automations.core.ledger import Ledger, Row, Table
from automations.core.messages import Message, msg
from automations.core.seals import SEAL
from automations.core.statuses import ENDED, standing_of
from automations.core.stock.shelf import Part, Reservation, keep, merged, parts_of, reservations
from automations.core.values import Value

# A shipment in one of these has left the house: its goods are movements now, no reservations.
GONE = frozenset({"shipped", "arrived", "returned"})
SEALED = GONE | {"instructed"}


@dataclass(frozen=True, slots=True)
class Claim:
    """What an order line asks for, and what it keeps of what it holds. Lines that say the same share one.

    Attributes:
        parts: What one unit of it consists of; empty for a line that gives everything back.
        qty: Units of the line.
        before: Stock keys and units that the ledger says it holds.
        sets: Units of the line that the units to keep serve whole.
        kept: Stock keys and units behind ``sets``.
        is_right: The line has all it needs, and the ledger says just that.
        rests: One of its products gave units back at this very moment.
        barred: Why its products cannot be reserved at all.
    """

    parts: tuple[Part, ...]
    qty: int
    before: tuple[Reservation, ...]
    sets: int = 0
    kept: tuple[Reservation, ...] = ()
    is_right: bool = False
    rests: bool = False
    barred: Message | None = None


@dataclass(slots=True)
class Line:
    """An order line that keeps, gets or gives back units.

    Attributes:
        day: Earliest day it can arrive; a lot must keep until then.
        sets: Units of the line that are served whole.
        missing: Units that are not; 0 for a line that gives everything back.
        held: Stock keys and units behind ``sets``.
        waits: Why it is not served although stock may be there.
        short: What is missing.
    """

    row: Row
    order: Row
    claim: Claim
    day: date
    sets: int
    missing: int
    held: tuple[Reservation, ...]
    waits: Message | None = None
    short: Message | None = None

    def take(self, sets: int, units: tuple[Reservation, ...]) -> None:
        """Serve so many units more of the line from these units of stock."""
        self.sets += sets
        self.missing -= sets
        self.held = merged(self.held, units) if self.held else units

    @property
    def given_back(self) -> tuple[Reservation, ...]:
        """Units it held in the ledger and holds no longer."""
        held = dict(self.held)
        return tuple(
            (key, units - held.get(key, 0)) for key, units in self.claim.before if units > held.get(key, 0)
        )


@dataclass(slots=True)
class Demand:
    """What the pass found.

    Attributes:
        reserved: Units by stock key that are reserved in the ledger and have not left the house.
        holding: Lines behind ``reserved`` and what they hold, also of orders that may not be touched now.
        lines: Lines of orders that may be touched and are not served as they should be.
        orders: Orders whose ``allocation`` is to be worked out, by order id.
        begun: Those of which a line that is not in ``lines`` has units.
        unserved: Those of which a line that is not in ``lines`` lacks some.
    """

    reserved: Counter[str] = field(default_factory=Counter)
    holding: list[tuple[Row, tuple[Reservation, ...]]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    orders: dict[Value, Row] = field(default_factory=dict)
    begun: set[Value] = field(default_factory=set)
    unserved: set[Value] = field(default_factory=set)

    def hold(self, row: Row) -> None:
        """Count what a line holds."""
        held = reservations(row.text("reserved"))
        self.holding.append((row, held))
        for key, units in held:
            self.reserved[key] += units

    def leave(self, order: Row, qty: int, sets: int) -> None:
        """Count a line that stays as it is for its order."""
        self.orders[order.key] = order
        if sets > 0:
            self.begun.add(order.key)
        if sets < qty:
            self.unserved.add(order.key)

    def reserved_after(self) -> Counter[str]:
        """Return the units by stock key that are reserved after this run."""
        reserved = Counter(self.reserved)
        for line in self.lines:
            if line.held != line.claim.before:
                for key, units in line.claim.before:
                    reserved[key] -= units
                for key, units in line.held:
                    reserved[key] += units
        return reserved

    def allocations(self) -> dict[Value, str]:
        """Return by order id ``full`` when every line is served, ``partial`` when any is begun, else ``none``."""
        begun, unserved = set(self.begun), set(self.unserved)
        for line in self.lines:
            if line.sets:
                begun.add(line.order.key)
            if line.sets < line.claim.qty:
                unserved.add(line.order.key)
        return {
            order: "full" if order not in unserved else "partial" if order in begun else "none"
            for order in self.orders
        }


def gather(ledger: Ledger, sku_of: Mapping[str, str]) -> Demand:
    """Look at every line once. A line that was copied with its number holds what it holds, counted once.

    A line that a person gave the number of another one is known by its seal; it holds what was reserved for it.

    Lines of products that gave units back at this very moment are left as they are: what a run releases,
    only a later run may spend.
    """
    found = Demand()
    states = _sealed_states(ledger["shipments"])
    holding = (line for line in ledger["order_lines"].set_aside if line.get("reserved"))
    for row in {line.text(SEAL) or line.key: line for line in holding}.values():
        if states.get(row.get("shipment_id")) not in GONE:
            found.hold(row)
    orders, letting_go = _orders(ledger["orders"])
    judge = _Judge(ledger, sku_of)
    for row in ledger["order_lines"]:
        get = row.cells.get
        state, order = states.get(get("shipment_id")), orders.get(get("order_id"))
        if state not in GONE and get("reserved"):
            found.hold(row)
        if order is None:
            continue
        if order.key in letting_go:
            if state is None:
                _give_back(found, row, order, judge.tomorrow)
        elif state is None:
            _claim(found, row, order, judge)
        else:
            qty = row.number_of("qty")
            found.leave(order, qty, qty)
    return found


def _sealed_states(shipments: Table) -> dict[Value, str]:
    """Return the states of the shipments that are instructed or gone."""
    sealed = [row for row in shipments if row.cells.get("state") in SEALED]
    states: dict[Value, str] = {row.key: standing_of(row) for row in sealed}
    return {key: state for key, state in states.items() if state in SEALED}


def _orders(orders: Table) -> tuple[dict[Value, Row], set[Value]]:
    """Return the orders that may be touched, and which of them let go of their stock.

    These are cancelled, returned, or set back to 未引当 by a person.
    """
    touched: dict[Value, Row] = {}
    letting_go: set[Value] = set()
    for order in orders:
        get = order.cells.get
        status = get("status")
        if status == "posted" or get("intake") == "incomplete":
            continue
        touched[order.key] = order
        if status in ENDED or (status == "unallocated" and get("status_set") not in (None, status)):
            letting_go.add(order.key)
    return touched, letting_go


class _Judge:
    """Works out what a line claims; lines that say the same are judged once."""

    def __init__(self, ledger: Ledger, sku_of: Mapping[str, str]) -> None:
        self.tomorrow = ledger.today + timedelta(days=1)
        self._products = ledger["products"]
        self._today = ledger.today
        self._resting = {row.get("sku") for row in ledger["stock"] if row.get("released_at") == ledger.now}
        self._sku_of = sku_of
        self._known: dict[tuple[Value, ...], Claim] = {}

    def claim(self, row: Row) -> Claim:
        """Return what a line claims."""
        get = row.cells.get
        says = (get("sku"), get("qty"), get("reserved"), get("allocated_qty"), get("components"))
        found = self._known.get(says)
        if found is None:
            found = self._known[says] = self._judged(row)
        return found

    def _judged(self, row: Row) -> Claim:
        sku, qty, before = row.text("sku"), row.number_of("qty"), reservations(row.text("reserved"))
        product = self._products.get(sku)
        parts = parts_of(sku, row.text("components") or (product.text("components") if product else ""))
        sets, kept = keep(before, parts, qty, self._sku_of)
        is_right = sets == qty == row.number_of("allocated_qty") and kept == before
        rests = any(part in self._resting for part, _ in parts)
        return Claim(parts, qty, before, sets, kept, is_right, rests, self._barred(sku, parts))

    def _barred(self, sku: str, parts: tuple[Part, ...]) -> Message | None:
        skus = (sku, *(part for part, _ in parts))
        for name in skus:
            if name not in self._products:
                return msg("{sku} is not in the products tab", sku=name)
        for name in skus:
            release_on = self._products[name].day("release_on")
            if release_on is not None and release_on > self._today:
                day = self._products[name].text("release_on")
                return msg("waits for the release of {sku} on {day}", sku=name, day=day)
        return None


def _claim(found: Demand, row: Row, order: Row, judge: _Judge) -> None:
    claim = judge.claim(row)
    is_settled = claim.qty <= 0 or claim.rests or (claim.is_right and row.cells.get("shortage") is None)
    if is_settled:
        found.leave(order, claim.qty, claim.sets)
        return
    found.orders[order.key] = order
    day = order.day("requested_on")
    day = judge.tomorrow if day is None else max(day, judge.tomorrow)
    missing = claim.qty - claim.sets
    found.lines.append(Line(row, order, claim, day, claim.sets, missing, claim.kept))


def _give_back(found: Demand, row: Row, order: Row, day: date) -> None:
    """Let go of everything; what an instructed parcel holds it keeps until a person has stopped that."""
    if any(row.cells.get(column) for column in ("reserved", "allocated_qty", "shortage")):
        before = reservations(row.text("reserved"))
        found.lines.append(Line(row, order, Claim((), 1, before), day, 0, 0, ()))
        found.orders.setdefault(order.key, order)
