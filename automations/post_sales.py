"""Post the sale of orders whose return window has passed without trouble."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from automations.core.ledger import Ledger, update
from automations.core.messages import msg
from automations.core.plan import Part, Plan
from automations.core.records import dataclass
from automations.core.shipping.shared_parcels import orders_in
from automations.core.statuses import is_ended

ASKS_WHETHER_CLOSED = True
READS = {
    "orders": ("status", "intake", "arrived_on", "posted_on"),
    "holds": ("order_id", "state", "severity"),
    "shipments": ("order_id", "with_orders", "state"),
}
WRITES = {"orders": ("posted_on",)}


@dataclass(frozen=True)
class Settings:
    """``return_window_days``: days after arrival in which customers may send goods back."""

    return_window_days: int = 8


def plan(ledger: Ledger, settings: Settings) -> Plan:
    """Date the posting of arrived orders once nothing more is expected (practice 1.2, status 80).

    An order waits while it has an open hold, or a parcel that was sent back or has not arrived. Cancelled and
    returned orders are never posted.
    """
    return Plan.of(_posted(ledger, settings))


def _posted(ledger: Ledger, settings: Settings) -> Iterator[Part]:
    held = {
        hold.text("order_id")
        for hold in ledger["holds"]
        if hold.text("state") == "open" and hold.text("severity") != "warn"
    }
    unfinished = {
        order_key
        for parcel in ledger["shipments"]
        if parcel.text("state") not in ("arrived", "cancelled")
        for order_key in orders_in(parcel)
    }
    window = timedelta(days=settings.return_window_days)
    for order in ledger["orders"]:
        arrived_on = order.day("arrived_on")
        if arrived_on is None or order.get("posted_on") is not None or arrived_on + window > ledger.today:
            continue
        if is_ended(order) or order.text("intake") == "incomplete":
            continue
        if order.key not in held and order.key not in unfinished:
            yield update(order, {"posted_on": ledger.today}, msg("the return window has passed"))
