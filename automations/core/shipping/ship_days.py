"""When a parcel leaves and when it arrives. Source: backoffice-practice 4.1."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from automations.core.calendar import Calendar
from automations.core.ledger import Row
from automations.core.messages import Message, msg
from automations.core.orders.order_day import ordered_moment
from automations.core.payments import Payment
from automations.core.shipping.services import latest_ship_day


@dataclass(frozen=True, slots=True)
class ShipDay:
    """The day a parcel leaves, the day it arrives, and why; no days while something is still open.

    Attributes:
        keeps_wish: The requested day can be kept, or there is none.
    """

    ship_on: date | None
    deliver_on: date | None
    reason: Message
    keeps_wish: bool = True


def ship_day(  # noqa: PLR0913 - the facts of practice 4.1, each from its own place
    order: Row,
    payment: Payment,
    *,
    days: int,
    release_on: date | None,
    calendar: Calendar,
    now: datetime,
    handling_days: int,
    confirmed_at: datetime | None = None,
) -> ShipDay:
    """Return when a parcel of an order whose stock is reserved leaves.

    Args:
        order: Its row.
        payment: Its method; while the gate is closed there is no day.
        days: Days under way.
        release_on: Latest release day of its products.
        calendar: Working days and the cut-off, which counts for what has newly come in.
        now: The moment of the run; a day that has passed moves to today, or the next working day.
        handling_days: Working days the shop needs for every parcel.
        confirmed_at: When the last hold of the order was closed; the order is taken up after that.
    """
    waits = payment.waits_for(order)
    if waits is not None:
        return ShipDay(None, None, waits)
    earliest, reason = _earliest(order, payment, calendar, handling_days)
    if confirmed_at is not None:
        confirmed = calendar.after(calendar.start_of(confirmed_at), handling_days)
        earliest, reason = max(
            (earliest, reason), (confirmed, _confirmed(confirmed_at, calendar)), key=_day_of
        )
    if release_on is not None and release_on > earliest:
        earliest, reason = calendar.first_open(release_on), msg("released on {day}", day=release_on)
    if earliest < now.date():
        reason = msg("was due on {day}", day=earliest) if earliest > date.min else reason
        earliest = calendar.first_open(now.date())
    requested_on = order.day("requested_on")
    if requested_on is None:
        return ShipDay(earliest, earliest + timedelta(days=days), reason)
    return _for_wish(requested_on, earliest, days, calendar)


def last_to_leave(days: Iterable[ShipDay]) -> ShipDay:
    """Return the day of the order that leaves last, for orders in one parcel: the first that has no day yet."""
    found = list(days)
    waiting = (day for day in found if day.ship_on is None)
    return next(waiting, max(found, key=lambda day: day.ship_on or date.min))


def confirmations(holds: Iterable[Row]) -> dict[str, datetime]:
    """Return by order when the last hold that kept it back was closed.

    Left out are orders that only waited for others to go with (H11): those wait until the cut-off, and no longer.
    """
    found: dict[str, datetime] = {}
    for hold in holds:
        closed_at = hold.moment("closed_at")
        if closed_at and hold.text("severity") != "warn" and hold.text("reason") != "same_parcel":
            order = hold.text("order_id")
            found[order] = max(closed_at, found.get(order, closed_at))
    return found


def _earliest(order: Row, payment: Payment, calendar: Calendar, handling_days: int) -> tuple[date, Message]:
    """Count from the order, or from the payment where it came later. A payment day has no time of day."""
    ordered_at = ordered_moment(order)
    paid_on = order.day("paid_on") if payment.needs_money else None
    if paid_on is not None and (ordered_at is None or paid_on > ordered_at.date()):
        return calendar.after(paid_on, handling_days), msg("paid on {day}", day=paid_on)
    if ordered_at is None:
        return date.min, msg("as early as possible")
    start = calendar.start_of(ordered_at)
    if start == ordered_at.date():
        reason = msg("ordered on {day} before the cut-off", day=start)
    else:
        reason = msg("ordered on {day}, the next working day counts", day=ordered_at.date())
    return calendar.after(start, handling_days), reason


def _day_of(found: tuple[date, Message]) -> date:
    return found[0]


def _confirmed(moment: datetime, calendar: Calendar) -> Message:
    if calendar.start_of(moment) == moment.date():
        return msg("confirmed on {day}", day=moment.date())
    return msg("confirmed on {day}, the next working day counts", day=moment.date())


def _for_wish(requested_on: date, earliest: date, days: int, calendar: Calendar) -> ShipDay:
    latest = latest_ship_day(calendar, requested_on, days)
    if latest < earliest:
        too_soon = msg("{day} cannot be kept; as early as possible", day=requested_on)
        return ShipDay(earliest, earliest + timedelta(days=days), too_soon, keeps_wish=False)
    return ShipDay(latest, requested_on, msg("arrives on the requested day"))
