"""When customers bought what, orders that the archive holds included, and how long it usually takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from statistics import median

from automations.core.ledger import Ledger, Row
from automations.core.orders.order_day import ordered_day
from automations.core.records import dataclass
from automations.core.statuses import is_ended

# What a customer's row remembers of orders that were moved away (core/archiving/leave.py writes it).
DAYS = "archived_days"
PURCHASES = "archived_purchases"
# Three orders tell how long one customer usually waits; fewer tell nothing.
_FEWEST = 2

Bought = Mapping[tuple[str, str], Sequence[date]]


@dataclass(frozen=True)
class Habits:
    """The days of orders that stood.

    Attributes:
        ordered: By customer id, the earliest first.
        bought: By customer id and SKU, the earliest first.
        newest: The last order of each customer that is still in the ledger.
    """

    ordered: Mapping[str, Sequence[date]]
    bought: Bought
    newest: Mapping[str, Row]

    @classmethod
    def of(cls, ledger: Ledger) -> Habits:
        """Return the habits of all customers of the ledger."""
        ordered: dict[str, set[date]] = {}
        bought: dict[tuple[str, str], set[date]] = {}
        newest: dict[str, Row] = {}
        lines = ledger.lines_of()
        for customer in ledger["customers"]:
            ordered[customer.key] = set(days_in(customer))
            for sku, day in purchases_in(customer).items():
                bought.setdefault((customer.key, sku), set()).add(day)
        for order in sorted(ledger["orders"], key=lambda order: ordered_day(order) or date.min):
            who, made = order.text("customer_id"), ordered_day(order)
            if not who or made is None or is_ended(order):
                continue
            ordered.setdefault(who, set()).add(made)
            newest[who] = order
            for line in lines.get(order.key, ()):
                bought.setdefault((who, line.text("sku")), set()).add(made)
        return cls(_sorted(ordered), _sorted(bought), newest)

    def last_day(self, customer: str) -> date | None:
        """Return the day of a customer's last order."""
        days = self.ordered.get(customer)
        return days[-1] if days else None

    def interval_of(self, customer: str) -> int | None:
        """Return the days that usually lie between two orders of a customer, None while too few are known."""
        return _usual(_gaps(self.ordered.get(customer, ())), _FEWEST)

    def interval_of_product(self, sku: str, intervals_from: int) -> int | None:
        """Return the days after which customers usually buy a product again, None while too few have."""
        gaps = [gap for (_, bought), days in self.bought.items() if bought == sku for gap in _gaps(days)]
        return _usual(gaps, intervals_from)


def days_in(customer: Row) -> tuple[date, ...]:
    """Return the days of archived orders that a customer's row remembers."""
    return tuple(date.fromisoformat(word) for word in customer.text(DAYS).split())


def purchases_in(customer: Row) -> dict[str, date]:
    """Return by SKU the last purchase in the archive that a customer's row remembers."""
    words = (word.rpartition("=") for word in customer.text(PURCHASES).split("\n") if word)
    return {sku: date.fromisoformat(day) for sku, _, day in words}


def remembered(customer: Row, orders: Iterable[tuple[date, Iterable[str]]], most: int = 30) -> dict[str, str]:
    """Return what a customer's row remembers once these orders (day, SKUs) are gone too, the newest ``most`` of each."""
    days, skus = set(days_in(customer)), purchases_in(customer)
    for day, bought in orders:
        days.add(day)
        skus |= {sku: max(day, skus.get(sku, day)) for sku in bought if sku}
    newest = sorted(skus.items(), key=lambda pair: pair[1])[-most:]
    return {
        DAYS: " ".join(day.isoformat() for day in sorted(days)[-most:]),
        PURCHASES: "\n".join(f"{sku}={day.isoformat()}" for sku, day in newest),
    }


def _sorted(days: Mapping[str, set[date]] | Mapping[tuple[str, str], set[date]]) -> dict:  # type: ignore[type-arg]
    return {key: tuple(sorted(found)) for key, found in days.items()}


def _gaps(days: Sequence[date]) -> list[int]:
    return [(later - earlier).days for earlier, later in pairwise(days)]


def _usual(gaps: Sequence[int], fewest: int) -> int | None:
    return round(median(gaps)) if len(gaps) >= fewest else None
