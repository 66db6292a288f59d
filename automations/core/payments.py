"""Payment methods and their gates: what must have happened before an order may ship."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from automations.core.declare import Problems
from automations.core.ledger import Row
from automations.core.messages import Label, Message, msg
from automations.core.records import dataclass
from automations.core.text import normal_header

Gate = Literal["paid", "approved", "paid_or_approved", "none"]
Bill = Literal["none", "enclosed", "mailed"]


@dataclass(frozen=True)
class Payment:
    """One payment method of ``payments.yaml``.

    Attributes:
        gate: What opens the way to shipping: ``paid`` (the money is there), ``approved`` (the card or
            the credit check said yes), ``paid_or_approved`` (either), ``none`` (nothing to wait for).
        cod: The carrier collects the money at the door.
        due_days: Days the customer has to pay, counted from the order; 0 means no date is watched.
        approved_at_order: The channel lets such an order through only after the approval, so that an
            imported order without a word on it counts as approved.
        refund: How money comes back to the customer, as a mail says it.
        instead: Offered to a customer whose own method was refused.
        bill: The provider's bill comes after the goods: ``enclosed`` in the parcel or ``mailed`` on its own.

    Source: backoffice-practice 2.1.
    """

    id: str
    label: Label
    gate: Gate
    aliases: tuple[str, ...] = ()
    cod: bool = False
    due_days: int = 0
    approved_at_order: bool = False
    bill: Bill = "none"
    refund: Label | None = None
    instead: bool = False

    @property
    def needs_money(self) -> bool:
        """True when the order may not ship before the money is there (prepaid)."""
        return self.gate == "paid"

    @property
    def needs_approval(self) -> bool:
        """True when a card authorisation or a credit check belongs to this method."""
        return self.gate in ("approved", "paid_or_approved")

    def may_ship(self, order: Row) -> bool:
        """Return whether the payment side lets this order ship."""
        if self.gate == "none":
            return True
        paid = order.text("payment_state")
        if paid == "refunded":
            return False
        if paid == "paid" and self.gate != "approved":
            return True
        return self.needs_approval and order.text("credit_state") == "approved"

    def waits_for(self, order: Row) -> Message | None:
        """Return what the payment side waits for, None when the order may ship."""
        if self.may_ship(order):
            return None
        if order.text("payment_state") == "refunded":
            return msg("the payment was given back")
        if self.needs_approval:
            refused = order.text("credit_state") == "refused"
            return msg("the credit check was refused") if refused else msg("the credit check is not done")
        partly = order.text("payment_state") == "partly_paid"
        return msg("only a part is paid") if partly else msg("the payment has not come in")


def check_payments(payments: Mapping[str, Payment], problems: Problems) -> None:
    """Note settings that contradict each other and spellings that two methods share."""
    spoken_for: dict[str, str] = {}
    for payment in payments.values():
        place = f"sheets_schema/payments.yaml: {payment.id}"
        if payment.due_days and not payment.needs_money:
            problems.add(
                "due-days-unused",
                f"{place}.due_days",
                msg("Only a method with 'gate: paid' has a day by which the customer must pay."),
                msg("Remove due_days, or write 'gate: paid'."),
            )
        if payment.approved_at_order and not payment.needs_approval:
            problems.add(
                "approval-unused",
                f"{place}.approved_at_order",
                msg("This method waits for no approval, so none can come with the order."),
                msg("Remove approved_at_order, or write 'gate: approved'."),
            )
        _note_shared_spellings(payment, place, spoken_for, problems)


def _note_shared_spellings(
    payment: Payment, place: str, spoken_for: dict[str, str], problems: Problems
) -> None:
    for text in (payment.id, payment.label.ja, payment.label.en, *payment.aliases):
        other = spoken_for.setdefault(normal_header(text), payment.id)
        if other != payment.id:
            problems.add(
                "payment-spelling-shared",
                place,
                msg("'{text}' already means the payment method {other}.", text=text, other=other),
                msg("Keep it under one of the two."),
            )
