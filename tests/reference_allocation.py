"""Allocation once more, slowly and straight from the rules: every line scans every lot, nothing is remembered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from automations.allocate_stock import Settings
from automations.core.ledger import Ledger, Row
from automations.core.stock.components import read_components

Held = dict[str, int]


class Reference:
    """What each line should hold after a run on this ledger; shipments and movements are not looked at."""

    def __init__(self, ledger: Ledger, settings: Settings) -> None:
        self.ledger, self.settings = ledger, settings
        self.held = {line.key: _pairs(line.text("reserved")) for line in ledger["order_lines"]}
        reserved: Counter[str] = Counter()
        for held in self.held.values():
            reserved.update(held)
        self.free = {
            row.key: max(0, row.number_of("counted_qty") - reserved[row.key]) for row in ledger["stock"]
        }
        self.sets = {line.key: line.number_of("allocated_qty") for line in ledger["order_lines"]}

    def run(self) -> tuple[dict[str, int], dict[str, Held]]:
        """Return the whole units of each line that are served, and the stock behind them."""
        for line in self.ledger["order_lines"]:
            if self._is_touched(line):
                self._keep(line)
        orders = sorted((order for order in self.ledger["orders"] if self._waiting(order)), key=self._rank)
        served = [order for order in orders if self.settings.whole_orders_first and self._serve_whole(order)]
        for order in orders:
            if order not in served:
                for line in self._waiting(order):
                    self._serve(line, line.number_of("qty") - self.sets[line.key])
        return self.sets, self.held

    def _is_touched(self, line: Row) -> bool:
        order = self.ledger["orders"][line.text("order_id")]
        is_resting = any(
            row.get("released_at") == self.ledger.now and row.text("sku") in self._parts(line)
            for row in self.ledger["stock"]
        )
        return order.text("intake") != "incomplete" and (
            order.text("status") == "cancelled" or not is_resting
        )

    def _waiting(self, order: Row) -> list[Row]:
        lines = [line for line in self.ledger["order_lines"] if line.text("order_id") == order.key]
        return [
            line
            for line in lines
            if self._is_touched(line)
            and order.text("status") != "cancelled"
            and self.sets[line.key] < line.number_of("qty")
        ]

    def _parts(self, line: Row) -> Held:
        product = self.ledger["products"][line.text("sku")]
        return _pairs(product.text("components")) or {product.key: 1}

    def _sku(self, key: str) -> str:
        return self.ledger["stock"][key].text("sku")

    def _keep(self, line: Row) -> None:
        order, held = self.ledger["orders"][line.text("order_id")], self.held[line.key]
        parts = {} if order.text("status") == "cancelled" else self._parts(line)
        units: Counter[str] = Counter()
        for key, number in held.items():
            units[self._sku(key)] += number
        fitting = [
            sets
            for sets in range(line.number_of("qty") + 1)
            if parts and all(units[sku] >= each * sets for sku, each in parts.items())
        ]
        self.sets[line.key] = max(fitting, default=0)
        kept: Held = {}
        left = {sku: each * self.sets[line.key] for sku, each in parts.items()}
        for key, number in held.items():
            for _ in range(number):
                if left.get(self._sku(key), 0):
                    left[self._sku(key)] -= 1
                    kept[key] = kept.get(key, 0) + 1
        self.held[line.key] = kept

    def _rank(self, order: Row) -> tuple[object, ...]:
        payment = self.settings.payments[order.text("payment_method")]
        ordered_at = order.moment("ordered_at")
        assert ordered_at
        since = order.day("paid_on") if payment.needs_money else None
        number = (len(order.key), order.key)
        return (not payment.may_ship(order), since or ordered_at.date(), ordered_at, number)

    def _may_take(self, order: Row) -> bool:
        payment = self.settings.payments[order.text("payment_method")]
        return self.settings.allocate_at == "intake" or payment.may_ship(order)

    def _serve_whole(self, order: Row) -> bool:
        before = dict(self.free), dict(self.sets), {key: dict(held) for key, held in self.held.items()}
        lines = self._waiting(order)
        for line in lines:
            self._serve(line, line.number_of("qty") - self.sets[line.key])
        if all(self.sets[line.key] == line.number_of("qty") for line in lines):
            return True
        self.free, self.sets, self.held = before
        return False

    def _serve(self, line: Row, wanted: int) -> None:
        order = self.ledger["orders"][line.text("order_id")]
        parts = self._parts(line)
        while wanted and not all(self._left(sku) >= each * wanted for sku, each in parts.items()):
            wanted -= 1
        if not wanted or not self._may_take(order):
            return
        self.sets[line.key] += wanted
        for sku, each in parts.items():
            for key, units in self._taken(sku, each * wanted):
                self.free[key] -= units
                self.held[line.key][key] = self.held[line.key].get(key, 0) + units

    def _left(self, sku: str) -> int:
        return sum(self.free[lot.key] for lot in self._lots(sku))

    def _lots(self, sku: str) -> Sequence[Row]:
        """Return the lots that keep long enough, the nearest date first."""
        arrives = self.ledger.today + timedelta(days=1)
        days = timedelta(days=self.ledger["products"][sku].number_of("min_days_left"))
        lots = [
            lot
            for lot in self.ledger["stock"]
            if lot.text("sku") == sku and (lot.day("expires_on") or date(9000, 1, 1)) - days >= arrives
        ]
        return sorted(lots, key=lambda lot: (lot.day("expires_on") or date.max, lot.key))

    def _taken(self, sku: str, wanted: int) -> list[tuple[str, int]]:
        for lot in self._lots(sku):
            if self.free[lot.key] >= wanted:
                return [(lot.key, wanted)]
        taken = []
        for lot in self._lots(sku):
            units = min(wanted, self.free[lot.key])
            wanted -= units
            taken.append((lot.key, units))
        return [(key, units) for key, units in taken if units]


def _pairs(text: str) -> Held:
    units: Counter[str] = Counter()
    for code, number in read_components(text) or ():
        units[code] += number
    return dict(units)
