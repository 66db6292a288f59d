"""Which closed orders may leave, with everything that hangs on them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from automations.core.ledger import Ledger, Row
from automations.core.orders.order_day import ordered_day
from automations.core.records import dataclass
from automations.core.shipping.shared_parcels import orders_in
from automations.core.statuses import is_closed

# Tabs whose rows name their order.
OF_ORDERS = ("order_lines", "shipments", "holds", "mails")
_DAYS = ("status_since", "posted_on", "arrived_on")
_PARCEL_DONE = frozenset({"shipped", "arrived", "returned", "cancelled"})
# A mail that was held back so long after all else was old enough will not be sent any more.
_HELD_DAYS = timedelta(days=30)
_MAIL_DONE = frozenset({"written", "sent", "refused", "cancelled"})


@dataclass(frozen=True, slots=True)
class Leaving:
    """One order that leaves.

    Attributes:
        year: Of the order's day, and of its archive.
        rows: The order and all rows that name it, by tab.
    """

    order: Row
    year: int
    rows: tuple[Row, ...]


def leaving_orders(ledger: Ledger, after_days: int, without: Collection[str] = ()) -> dict[str, Leaving]:
    """Return by key the orders that were closed so many days ago and of which nothing is still under way.

    Orders that lie in one parcel leave together. One stays while a hold of it is open, a mail waits, a parcel may
    still go out, or one of its rows stands twice or was copied; and ``without`` names some that must stay. A mail that
    is held back keeps it for another 30 days.
    """
    before = ledger.today - timedelta(days=after_days)
    due = {
        order.key: order
        for order in ledger["orders"]
        if order.has_key and is_closed(order) and not order.stale and (closed_on(order) or date.max) <= before
    }
    for key in (*_busy(ledger, before - _HELD_DAYS), *without):
        due.pop(key, None)
    together = [keys for parcel in ledger["shipments"] if len(keys := orders_in(parcel)) > 1]
    while torn := [key for keys in together if not due.keys() >= set(keys) for key in keys if key in due]:
        for key in torn:
            due.pop(key, None)
    return {key: _leaving(order, ledger) for key, order in due.items()}


def at_most(leaving: dict[str, Leaving], rows: int) -> dict[str, Leaving]:
    """Return the first orders with no more rows than this, or only one order; those of one parcel stay together."""
    chosen: dict[str, Leaving] = {}
    count = 0
    for key in leaving:
        if key in chosen:
            continue
        group = _in_one_parcel(key, leaving)
        size = sum(len(leaving[other].rows) for other in group)
        if chosen and count + size > rows:
            break
        count += size
        chosen |= {other: leaving[other] for other in group}
    return chosen


def _in_one_parcel(key: str, leaving: dict[str, Leaving]) -> list[str]:
    """Return the order and all that leave in a parcel with it, or with one of these."""
    together = [orders_in(row) for one in leaving.values() for row in one.rows if row.get("with_orders")]
    found = [key]
    for other in found:
        found += [name for keys in together if other in keys for name in keys if name not in found]
    return found


def closed_on(order: Row) -> date | None:
    """Return the day since which nothing happened to a closed order; None when its row tells no day at all."""
    days = [day for column in _DAYS if (day := order.day(column))]
    made = ordered_day(order)
    return max([*days, *([made] if made else [])], default=None)


def _busy(ledger: Ledger, given_up: date) -> Iterator[str]:
    """Yield the orders, closed or not, of which a row is not finished or cannot be told from another."""
    for tab in OF_ORDERS:
        table = ledger[tab]
        for row in table.set_aside:
            yield from orders_in(row)
        for row in table:
            if row.stale or not row.has_key or not _is_done(tab, row, given_up):
                yield from orders_in(row)


def _is_done(tab: str, row: Row, given_up: date) -> bool:
    match tab:
        case "holds":
            return row.text("state") != "open"
        case "shipments":
            return row.text("state") in _PARCEL_DONE
        case "mails":
            is_given_up = row.text("state") == "held" and (row.day("made_at") or date.max) <= given_up
            return is_given_up or row.text("state") in _MAIL_DONE
        case _:
            return True


def _leaving(order: Row, ledger: Ledger) -> Leaving:
    made = ordered_day(order) or closed_on(order) or ledger.today
    hanging = [row for tab in OF_ORDERS for row in ledger[tab].by("order_id").get(order.key, ())]
    return Leaving(order, made.year, (order, *hanging))
