"""What triggers look at: one order with all that hangs on it, as it stands today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from automations.core.calendar import Calendar
from automations.core.holds.reasons import HoldReason
from automations.core.ledger import Row, Table
from automations.core.mails.habits import Habits
from automations.core.mails.kinds import MailKind
from automations.core.orders.order_day import ordered_day
from automations.core.payments import Payment
from automations.core.shipping.carriers import Carrier
from automations.core.shop import Shop

# Working days a customer is given to answer or to pay (practice 5, no. 6), and that pass until an unpaid order is
# cancelled (practice 2.5).
REPLY_WORKDAYS = 3
# An order that was this old when it came in is one the shop has dealt with in its old way.
_HISTORY_DAYS = 7
_GONE_OUT = frozenset({"written", "sent", "sending", "unknown"})
_GONE = frozenset({"shipped", "arrived", "returned"})
ON_THE_WAY = frozenset({"partially_shipped", "shipped", "arrived", "posted", "returned"})


class Declared(Protocol):
    """The declarations mails go by; a shop's configuration and the settings of queue_mails have them."""

    @property
    def mails(self) -> Mapping[str, MailKind]: ...  # noqa: D102
    @property
    def payments(self) -> Mapping[str, Payment]: ...  # noqa: D102
    @property
    def carriers(self) -> Mapping[str, Carrier]: ...  # noqa: D102
    @property
    def holds(self) -> Mapping[str, HoldReason]: ...  # noqa: D102
    @property
    def calendar(self) -> Calendar: ...  # noqa: D102
    @property
    def shop(self) -> Shop: ...  # noqa: D102


class KnowsHabits(Protocol):
    """Works the habits of customers out when they are asked for."""

    @property
    def habits(self) -> Habits: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Matter:
    """One order, or the letterhead of a customer, with all that hangs on it.

    Attributes:
        parcels: Its shipments that were not cancelled.
        holds: Its holds, open or not.
        told: The mails made about it.
    """

    order: Row
    today: date
    declared: Declared
    products: Table
    lines: Sequence[Row] = ()
    parcels: Sequence[Row] = ()
    holds: Sequence[Row] = ()
    told: Sequence[Row] = ()
    habits: KnowsHabits | None = None

    @property
    def payment(self) -> Payment | None:
        """The order's method of payment, None where nobody declared it."""
        return self.declared.payments.get(self.order.text("payment_method"))

    @property
    def has_left(self) -> bool:
        """Whether anything of the order has been on its way."""
        return (
            self.order.text("status") in ON_THE_WAY
            or self.order.get("arrived_on") is not None
            or any(parcel.text("state") in _GONE for parcel in self.parcels)
        )

    @property
    def is_history(self) -> bool:
        """Whether the order was old when it came into the ledger."""
        ordered, imported = ordered_day(self.order), self.order.day("imported_at")
        return bool(ordered and imported and (imported - ordered).days > _HISTORY_DAYS)

    @property
    def open_questions(self) -> tuple[Row, ...]:
        """Open holds about which the customer can be asked."""
        reasons = self.declared.holds
        return tuple(
            hold
            for hold in self.holds
            if hold.text("state") == "open"
            and (reason := reasons.get(hold.text("reason"))) is not None
            and reason.question is not None
        )

    @property
    def short_lines(self) -> tuple[Row, ...]:
        """Lines that stock does not cover; what is not yet on sale is not short."""
        return tuple(
            line for line in self.lines if line.text("shortage") and not self._is_ahead(line.text("sku"))
        )

    @property
    def pay_by(self) -> date | None:
        """The last day to pay: as the method says, and some working days after the customer was asked."""
        ordered, payment = ordered_day(self.order), self.payment
        if ordered is None or payment is None or not payment.due_days:
            return None
        due = ordered + timedelta(days=payment.due_days)
        asked = [day for row in self.told if self._asked_to_pay(row) and (day := row.day("made_at"))]
        return max([due, *(self.declared.calendar.after(day, REPLY_WORKDAYS) for day in asked)])

    @property
    def was_written_to(self) -> bool:
        """Whether a customer, not the shop itself in a trial, has had a mail about the order."""
        own = self.order.text("buyer_email").casefold() == self.declared.shop.email.casefold()
        return not own and any(row.text("state") in _GONE_OUT for row in self.told)

    def _asked_to_pay(self, row: Row) -> bool:
        mail = self.declared.mails.get(row.text("template"))
        return mail is not None and mail.trigger == "payment_asked" and row.text("state") != "cancelled"

    def _is_ahead(self, sku: str) -> bool:
        product = self.products.get(sku)
        release = product.day("release_on") if product else None
        return release is not None and release > self.today
