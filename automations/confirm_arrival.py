"""Note which parcels have arrived: told by a person, or reckoned from the days they are under way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from automations.core.ledger import Ledger, Row, update
from automations.core.messages import Message, msg
from automations.core.plan import Finding, Part, Plan
from automations.core.records import dataclass
from automations.core.shipping.carriers import Carrier
from automations.core.shipping.services import lead_days, main_carrier
from automations.core.shipping.shared_parcels import parcels_of
from automations.core.shop import Shop
from automations.core.statuses import is_ended

ASKS_WHETHER_CLOSED = True
READS = {
    "shipments": (
        "order_id", "with_orders", "state", "arrived", "arrived_on", "shipped_on", "ship_on", "deliver_on", "requested_on", "carrier",
        "service", "ship_prefecture",
    ),
    "orders": ("status", "arrived_on"),
}  # fmt: skip
WRITES = {"shipments": ("state", "arrived_on"), "orders": ("arrived_on",)}

_NOT_COUNTED = ("cancelled", "returned")


@dataclass(frozen=True)
class Settings:
    """``grace_days``: days after the usual arrival before a silent parcel counts as arrived."""

    shop: Shop
    carriers: Mapping[str, Carrier]
    grace_days: int = 3


def plan(ledger: Ledger, settings: Settings) -> Plan:
    """Mark shipped parcels as arrived, and orders when their last parcel has.

    A person's tick or day counts first; a day typed into the order counts for all its parcels. Without
    either, a parcel counts as arrived on its expected day once ``grace_days`` more have passed (practice
    1.2, status 70). A day still ahead is the finding ``arrival-day-ahead`` and counts for nothing.
    """
    parts: list[Part] = []
    noted: set[str] = set()
    for order_id, own in parcels_of(ledger).items():
        order = ledger["orders"].get(order_id)
        if (
            order is None
            or is_ended(order)
            or not any(row.text("state") in ("shipped", "arrived") for row in own)
        ):
            continue
        parts += _days_ahead([order, *own], ledger.today)
        parts += _arrivals(order, own, ledger.today, settings, noted)
    return Plan.of(parts)


def _arrivals(
    order: Row, parcels: Sequence[Row], today: date, settings: Settings, noted: set[str]
) -> Iterator[Part]:
    """Yield what arrived of an order; a parcel that it shares is noted once for all its orders."""
    days: list[date | None] = []
    for parcel in parcels:
        if parcel.text("state") == "shipped":
            day, why = _arrival(parcel, order, today, settings)
            days.append(day)
            if day is not None and parcel.key not in noted:
                noted.add(parcel.key)
                yield update(parcel, {"state": "arrived", "arrived_on": parcel.day("arrived_on") or day}, why)
        elif parcel.text("state") not in _NOT_COUNTED:
            days.append(parcel.day("arrived_on") if parcel.text("state") == "arrived" else None)
    known = [day for day in days if day is not None]
    if (
        known
        and len(known) == len(days)
        and order.get("arrived_on") is None
        and "arrived_on" not in order.raw
    ):
        yield update(order, {"arrived_on": max(known)}, msg("every parcel has arrived"))


def _arrival(parcel: Row, order: Row, today: date, settings: Settings) -> tuple[date | None, Message]:
    """Return the day a shipped parcel arrived, None while it is under way, and how we know."""
    left_on = parcel.day("shipped_on") or date.min
    for row in (parcel, order):
        typed = row.day("arrived_on")
        if typed is not None and left_on <= typed <= today:
            return typed, msg("the day was typed in")
    if parcel.flag("arrived"):
        return today, msg("ticked as arrived")
    expected = _expected(parcel, settings)
    if expected is not None and expected + timedelta(days=settings.grace_days) <= today:
        return expected, msg("reckoned: {days} days after it was expected", days=settings.grace_days)
    return None, msg("under way")


def _expected(parcel: Row, settings: Settings) -> date | None:
    shipped_on = parcel.day("shipped_on") or parcel.day("ship_on")
    if shipped_on is None:
        return None
    carrier = main_carrier(settings.carriers, parcel.text("carrier"))
    service = carrier.services.get(parcel.text("service"))
    days = lead_days(carrier, settings.shop.prefecture, parcel.text("ship_prefecture"), service)
    return max(shipped_on + timedelta(days=days), parcel.day("requested_on") or shipped_on)


def _days_ahead(rows: Sequence[Row], today: date) -> Iterator[Finding]:
    for row in rows:
        day = row.day("arrived_on")
        if day is not None and day > today:
            yield row.finding(
                "arrival-day-ahead",
                "arrived_on",
                msg("A parcel cannot have arrived on a day that is still ahead."),
                msg("Write the day on which it arrived, or empty the cell."),
            )
