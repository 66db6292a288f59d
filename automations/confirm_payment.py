"""Settle what is paid and approved, by payment method, and name transfers that are overdue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from automations.core.calendar import Calendar
from automations.core.ledger import Ledger, Row, update
from automations.core.messages import Message, msg
from automations.core.orders.order_day import ordered_day
from automations.core.payments import Payment
from automations.core.plan import Finding, Part, Plan
from automations.core.records import dataclass
from automations.core.statuses import is_closed
from automations.core.values import Value

ASKS_WHETHER_CLOSED = True
READS = {
    "orders": (
        "status", "intake", "payment_method", "payment_state", "payment_set", "paid_on", "credit_state",
        "ordered_at", "imported_at", "total", "source_state",
    )
}  # fmt: skip
WRITES = {"orders": ("payment_state", "payment_set", "paid_on", "credit_state")}

_OPEN = ("", "unpaid", "partly_paid")


@dataclass(frozen=True)
class Settings:
    """``patience_days``: working days after the due day before an unpaid transfer is named."""

    payments: Mapping[str, Payment]
    calendar: Calendar
    patience_days: int = 3


def plan(ledger: Ledger, settings: Settings) -> Plan:
    """Fill the payment and credit columns where the shop need not think about them.

    A person's value always stands: choosing 入金済み dates the payment today, a typed 入金日 counts as
    paid. Orders whose method is unknown are left to the row check.

    Returns:
        Changes, ``payment-day-ahead`` and ``payment-contradicts`` for values that cannot be meant,
        ``payment-overdue`` for prepaid orders past their day (practice 2.5). Nothing is cancelled here.
    """
    parts: list[Part] = []
    for order in ledger["orders"]:
        payment = settings.payments.get(order.text("payment_method"))
        if payment is None or is_closed(order) or order.text("intake") == "incomplete":
            continue
        cells, why = _settled(order, payment, ledger.today)
        parts += update(order, cells, why)
        parts += _doubts(order, ledger.today)
        parts += _overdue(order.with_cells(cells, order.key), payment, ledger.today, settings)
    return Plan.of(parts)


def _settled(order: Row, payment: Payment, today: date) -> tuple[dict[str, Value], Message | None]:
    state = order.text("payment_state")
    usual = _usual_state(payment, state)
    as_usual = msg("as usual for {method}", method=payment.label)
    cells: dict[str, Value] = {}
    why: Message | None = None
    if order.is_persons("payment_state", "payment_set"):
        cells, why = _agreed(order, state, payment, today)
    elif _is_taken_back(order):
        pass  # neither paid nor unpaid until a person says which
    elif state in ("", "unpaid") and _has_come_in(order, today):
        cells, why = {"payment_state": "paid"}, msg("a payment day stands here")
    elif usual != state:
        cells, why = {"payment_state": usual}, as_usual
    if _is_blank(order, "credit_state"):
        cells["credit_state"] = _usual_credit(order, payment)
    return cells, why or as_usual


def _agreed(order: Row, state: str, payment: Payment, today: date) -> tuple[dict[str, Value], Message | None]:
    """Take over what a person chose, unless their own payment day or the method says otherwise."""
    contradicts = state == "unpaid" and order.day("paid_on") is not None
    if not state or contradicts or _usual_state(payment, state) != state:
        return {}, None
    if state == "paid" and _is_blank(order, "paid_on"):
        return {"payment_set": state, "paid_on": today}, msg("marked as paid by hand")
    return {"payment_set": state}, msg("chosen by hand")


def _is_taken_back(order: Row) -> bool:
    """Return whether a person emptied the cell of a paid order, whose payment day still stands."""
    blank = _is_blank(order, "payment_state")
    return blank and order.text("payment_set") == "paid" and order.day("paid_on") is not None


def _is_blank(order: Row, column: str) -> bool:
    return order.get(column) is None and column not in order.raw


def _has_come_in(order: Row, today: date) -> bool:
    paid_on = order.day("paid_on")
    return paid_on is not None and paid_on <= today


def _usual_state(payment: Payment, state: str) -> str:
    """Return the state nobody chose: what the method starts with, also after the method was changed."""
    if payment.needs_money:
        return "unpaid" if state in ("", "not_needed") else state
    if payment.gate == "paid_or_approved":
        return state or "not_needed"
    return "not_needed" if state in ("", "unpaid") else state


def _usual_credit(order: Row, payment: Payment) -> str:
    if not payment.needs_approval:
        return "not_needed"
    came_with_approval = (
        payment.approved_at_order
        and order.get("source_state") is not None
        and order.text("payment_state") in ("", "paid", "not_needed")
    )
    return "approved" if came_with_approval else "pending"


def _doubts(order: Row, today: date) -> Iterable[Finding]:
    paid_on = order.day("paid_on")
    if paid_on is None:
        return
    if paid_on > today:
        yield order.finding(
            "payment-day-ahead",
            "paid_on",
            msg("A payment cannot have come in on a day that is still ahead."),
            msg("Write the day on which the money arrived."),
        )
    if _is_taken_back(order):
        yield order.finding(
            "payment-contradicts",
            "payment_state",
            msg("This was emptied, and {day} stands as the day it was paid.", day=paid_on),
            msg("Empty the payment day if the money did not come, or choose paid."),
        )
    if order.text("payment_state") == "unpaid" != order.text("payment_set"):
        yield order.finding(
            "payment-contradicts",
            "payment_state",
            msg("This says unpaid, and {day} stands as the day it was paid.", day=paid_on),
            msg("Empty the payment day if the money did not come, or choose paid."),
        )


def _overdue(order: Row, payment: Payment, today: date, settings: Settings) -> Iterable[Finding]:
    ordered = ordered_day(order)
    if not payment.due_days or ordered is None or order.text("payment_state") not in _OPEN:
        return
    due = ordered + timedelta(days=payment.due_days)
    if today <= due or today < settings.calendar.after(due, settings.patience_days):
        return
    yield order.warning(
        "payment-overdue",
        "payment_state",
        msg("The payment was due on {due} and has not come in.", due=due),
        msg("Look into the bank account once more; then choose paid, or cancel the order."),
    )
