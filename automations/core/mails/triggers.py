"""When the fact that a mail waits for happened: one function for each trigger of mails.yaml.

Each gives the day of the fact, None while it has not happened or does not hold any more. A state that lasts (an order
is held, a line is short) happens today. What happened before the order came into the ledger triggers nothing: the shop
has told the buyer in its old way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from automations.core.ledger import Row
from automations.core.mails.habits import Habits
from automations.core.mails.kinds import MailKind, Trigger
from automations.core.mails.matter import Matter
from automations.core.orders.order_day import ordered_day
from automations.core.statuses import is_closed

_UNPAID = ("", "unpaid")


def happened_on(mail: MailKind, matter: Matter, shipment: Row | None = None) -> date | None:
    """Return the day of the fact that ``mail`` waits for, None while there is none."""
    return _TRIGGERS[mail.trigger](mail, matter, shipment)


def has_ended(mail: MailKind, matter: Matter) -> bool:
    """Return whether what a mail in the queue speaks of is over: paid, cleared, in stock, already on its way."""
    return mail.trigger in _LASTING and _TRIGGERS[mail.trigger](mail, matter, None) is None


def is_accepted(matter: Matter) -> bool:
    """Return whether nothing is left to check: the order ships on a day that is still ahead."""
    order, payment = matter.order, matter.payment
    ship_on = order.day("ship_on")
    return (
        not matter.has_left
        and not is_closed(order)
        and order.text("confirmation") in ("clear", "cleared")
        and order.text("allocation") == "full"
        and payment is not None
        and payment.may_ship(order)
        and ship_on is not None
        and ship_on > matter.today
    )


def due_purchases(mail: MailKind, matter: Matter) -> Iterator[tuple[Row, date]]:
    """Yield the lines whose product its buyers usually order again, with the day on which it is time to say so."""
    bought = ordered_day(matter.order)
    for line in matter.lines if bought else ():
        sku = line.text("sku")
        product = matter.products.get(sku)
        days = product.number_of("repurchase_days") if product else 0
        days = days or (_habits(matter).interval_of_product(sku, mail.intervals_from) or 0)
        if days and bought:
            yield line, bought + timedelta(days=days * mail.percent // 100)


def _ordered(_mail: MailKind, matter: Matter, _shipment: Row | None) -> date | None:
    return None if matter.has_left else ordered_day(matter.order)


def _accepted(_mail: MailKind, matter: Matter, _shipment: Row | None) -> date | None:
    return _today(matter, is_accepted(matter))


def _payment_asked(_mail: MailKind, matter: Matter, _shipment: Row | None) -> date | None:
    return ordered_day(matter.order) if _waits_for_money(matter) else None


def _paid(_mail: MailKind, matter: Matter, _shipment: Row | None) -> date | None:
    payment = matter.payment
    came_in = payment is not None and payment.needs_money and matter.order.text("payment_state") == "paid"
    return (
        _before_import(matter.order, matter.order.day("paid_on")) if came_in and not matter.has_left else None
    )


def _payment_due(_mail: MailKind, matter: Matter, _shipment: Row | None) -> date | None:
    # Where a part has come in, a person looks into that first; nobody is reminded then.
    return matter.pay_by if _waits_for_money(matter) else None


def _held(_mail: MailKind, matter: Matter, _shipment: Row | None) -> date | None:
    return _today(matter, not matter.has_left and not is_closed(matter.order) and bool(matter.open_questions))


def _short(_mail: MailKind, matter: Matter, _shipment: Row | None) -> date | None:
    waits = not matter.has_left and not is_closed(matter.order) and matter.order.text("allocation") != "full"
    return _today(matter, waits and bool(matter.short_lines))


def _credit_refused(_mail: MailKind, matter: Matter, _shipment: Row | None) -> date | None:
    payment = matter.payment
    refused = (
        payment is not None and payment.needs_approval and matter.order.text("credit_state") == "refused"
    )
    return _today(matter, refused and not matter.has_left and not is_closed(matter.order))


def _shipped(_mail: MailKind, matter: Matter, shipment: Row | None) -> date | None:
    return _before_import(matter.order, _shipped_on([shipment] if shipment else matter.parcels))


def _arrived(_mail: MailKind, matter: Matter, shipment: Row | None) -> date | None:
    return _before_import(matter.order, (shipment or matter.order).day("arrived_on"))


def _cancelled(_mail: MailKind, matter: Matter, _shipment: Row | None) -> date | None:
    cancelled = matter.order.text("status") == "cancelled" and matter.was_written_to
    return matter.order.day("cancelled_on") if cancelled else None


def _repurchase(mail: MailKind, matter: Matter, _shipment: Row | None) -> date | None:
    who, bought = matter.order.text("customer_id"), ordered_day(matter.order)
    if not matter.has_left or _habits(matter).last_day(who) != bought:
        return None
    return min((day for _, day in due_purchases(mail, matter)), default=None)


def _absent(mail: MailKind, matter: Matter, _shipment: Row | None) -> date | None:
    who = matter.order.text("customer_id")
    last, usual = _habits(matter).last_day(who), _habits(matter).interval_of(who)
    if last is None:
        return None
    days = max(mail.least_days, usual * mail.percent // 100) if usual else mail.absent_days
    return last + timedelta(days=days)


_TRIGGERS: Mapping[Trigger, Callable[[MailKind, Matter, Row | None], date | None]] = {
    "ordered": _ordered,
    "accepted": _accepted,
    "payment_asked": _payment_asked,
    "paid": _paid,
    "payment_due": _payment_due,
    "held": _held,
    "short": _short,
    "credit_refused": _credit_refused,
    "shipped": _shipped,
    "arrived": _arrived,
    "cancelled": _cancelled,
    "repurchase": _repurchase,
    "absent": _absent,
}
# Facts that can come to an end while a mail about them waits.
_LASTING: frozenset[Trigger] = frozenset(
    {"accepted", "payment_asked", "payment_due", "held", "short", "credit_refused", "repurchase", "absent"}
)


def _waits_for_money(matter: Matter) -> bool:
    payment, order = matter.payment, matter.order
    unpaid = payment is not None and payment.needs_money and order.text("payment_state") in _UNPAID
    return unpaid and not matter.has_left and not is_closed(order)


def _habits(matter: Matter) -> Habits:
    return matter.habits.habits if matter.habits else Habits({}, {}, {})


def _today(matter: Matter, is_so: bool) -> date | None:
    return matter.today if is_so and not matter.is_history else None


def _shipped_on(parcels: Sequence[Row]) -> date | None:
    """Return the day the last of the parcels left, None while one stands here or has no tracking number."""
    days = [
        parcel.day("shipped_on")
        for parcel in parcels
        if parcel.text("state") == "shipped" and parcel.text("tracking_number")
    ]
    known = [day for day in days if day]
    return max(known) if known and len(known) == len(parcels) else None


def _before_import(order: Row, day: date | None) -> date | None:
    imported = order.day("imported_at")
    return None if day and imported and day < imported else day
