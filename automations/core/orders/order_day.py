"""When an order was made: what its row says, else when the program first saw it."""

from __future__ import annotations

from datetime import date, datetime

from automations.core.ledger import Row


def ordered_moment(order: Row) -> datetime | None:
    """Return when the order was made, or was taken in where nobody wrote that; None when neither is known."""
    return order.moment("ordered_at") or order.moment("imported_at")


def ordered_day(order: Row) -> date | None:
    """Return the shop's day of `ordered_moment`."""
    return order.day("ordered_at") or order.day("imported_at")
