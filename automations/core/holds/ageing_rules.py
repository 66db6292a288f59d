"""Hold rule about orders that stay too long in one status (H30)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache

from automations.core.holds.case import Case, Evidence, Surroundings
from automations.core.holds.reasons import HoldReason
from automations.core.ledger import Row
from automations.core.messages import msg
from automations.core.shipping.shared_parcels import parcels_of
from automations.core.statuses import standing_of

# Until here an order may wait for its payment, which is watched elsewhere, or for its product's release.
_BEFORE_STOCK = frozenset({"received", "unallocated", "partially_allocated"})


def too_long(case: Case, reason: HoldReason, around: Surroundings) -> Evidence:
    """H30: more working days in one status than ``limit_days`` gives it; a status without a limit may last.

    Orders that wait for a transfer, or for a product that is not on sale yet, wait for a reason.
    """
    status = case.order.text("status")
    limit = reason.limit_days.get(status)
    if limit is None:
        return ()
    since = _since(case.order, status, around)
    if since is None or not around.index(_is_older)(since, limit):
        return ()
    if status in _BEFORE_STOCK and _waits_for_a_reason(case, around):
        return ()
    shown = around.ledger.schema["orders"].columns["status"].choices[status].label
    return (msg("{status} since {day}", status=shown, day=since),)


def _since(order: Row, status: str, around: Surroundings) -> date | None:
    """Return the day the status began: the parcels' own days where they have one, else what was noted."""
    parcels: Sequence[Row] = around.index(_parcels).get(order.key, ())
    column = {"instructed": "instructed_at", "shipped": "shipped_on"}.get(status)
    if column:
        days = [row.day(column) for row in parcels if standing_of(row) == status]
        known = [day for day in days if day]
        if known:
            return min(known)
    return order.day("status_since")


def _waits_for_a_reason(case: Case, around: Surroundings) -> bool:
    payment = around.payments.get(case.order.text("payment_method"))
    if payment is not None and payment.needs_money and not payment.may_ship(case.order):
        return True
    products, today = around.ledger["products"], around.ledger.today
    found = (products.get(line.text("sku")) for line in case.lines)
    return any(product is not None and (product.day("release_on") or today) > today for product in found)


def _parcels(around: Surroundings) -> Mapping[str, Sequence[Row]]:
    return parcels_of(around.ledger)


def _is_older(around: Surroundings) -> Callable[[date, int], bool]:
    """Return a test whether more than so many working days have passed since a day; asked once per day."""
    today, calendar = around.ledger.today, around.calendar

    @cache
    def is_older(since: date, days: int) -> bool:
        return (today - since).days > days and calendar.after(since, days) < today

    return is_older
