"""Orders that arrived and may have been archived before."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from automations.core.incoming import IncomingOrder
from automations.core.ledger import Ledger
from automations.core.orders.order_numbers import OrderNumbers, import_mark


def could_be_archived(ledger: Ledger, after_days: int) -> frozenset[str]:
    """Return the marks of orders that are not known here and so old, or without a day, that they may be archived."""
    orders = ledger.incoming.orders if ledger.incoming else ()
    before = ledger.today - timedelta(days=after_days)
    numbers = OrderNumbers(ledger["orders"], {})
    return frozenset(
        mark
        for order in orders
        if (mark := import_mark(order)) not in ledger.marks
        and _day(order) <= before
        and numbers.row_of(order) is None
    )


def _day(order: IncomingOrder) -> date:
    """Return the day of an order, the first of all days where the file tells none."""
    made = order.order.get("ordered_at")
    if isinstance(made, datetime):
        return made.date()
    return made if isinstance(made, date) else date.min
