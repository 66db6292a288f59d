"""How the shop stands with its customers: open trouble, refusals, and the rules that stop a mail."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from datetime import date, timedelta

from automations.core.ledger import Ledger, Row
from automations.core.mails.kinds import MailKind, StopRule
from automations.core.mails.suppressed import Suppressed, wish_of
from automations.core.orders.order_day import ordered_day
from automations.core.places.destinations import destinations_of
from automations.core.records import dataclass
from automations.core.shipping.shared_parcels import orders_in
from automations.core.text import match_key


def is_gift(order: Row, lines: Sequence[Row]) -> bool:
    """Return whether somebody else than the buyer receives any of it."""
    buyer = (match_key(order.text("buyer_name")), match_key(order.text("buyer_company")))
    return order.flag("gift") or any(
        match_key(place.name) not in ("", *buyer) for place in destinations_of(order, list(lines))
    )


def people_of(order: Row) -> tuple[str, ...]:
    """Return what one buyer is known by across orders: customer id and e-mail address."""
    email = order.text("buyer_email").casefold()
    return tuple(name for name in (order.text("customer_id"), email if "@" in email else "") if name)


@dataclass(frozen=True)
class Standing:
    """How the shop stands with its customers today, for the stop rules.

    Attributes:
        held: Orders with an open hold that keeps them from shipping.
        troubled: Customer (id or address) -> orders that went wrong and are not settled.
        returned: Orders with a parcel that came back.
        refused: Customers (id or address) who want no more mails than needed.
        consented: Customers (id or address) who agreed to advertising and did not refuse since.
        suppressed: Addresses that get no mails, whatever their customer's row says.
    """

    held: frozenset[str] = frozenset()
    troubled: Mapping[str, frozenset[str]] = field(default_factory=dict)
    returned: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    consented: frozenset[str] = frozenset()
    suppressed: Suppressed | None = None

    @classmethod
    def of(cls, ledger: Ledger, trouble_days: int) -> Standing:
        """Return the standing in ``ledger``; a return counts as trouble for ``trouble_days`` after the order."""
        open_holds = [hold for hold in ledger["holds"] if hold.text("state") == "open"]
        blocked = {hold.text("order_id") for hold in open_holds if hold.text("severity") == "block"}
        back = {
            key for row in ledger["shipments"] if row.text("state") == "returned" for key in orders_in(row)
        }
        since = ledger.today - timedelta(days=trouble_days)
        troubled: dict[str, set[str]] = {}
        for order in ledger["orders"]:
            if order.key in blocked or (_came_back(order, back) and not _is_before(order, since)):
                for person in people_of(order):
                    troubled.setdefault(person, set()).add(order.key)
        refused, consented = _wishes(ledger)
        return cls(
            held=frozenset(row.text("order_id") for row in open_holds if row.text("severity") != "warn"),
            troubled={person: frozenset(orders) for person, orders in troubled.items()},
            returned=frozenset(back),
            refused=refused,
            consented=consented - refused,
            suppressed=Suppressed.of(ledger),
        )

    def stops(self, mail: MailKind, order: Row, lines: Sequence[Row]) -> StopRule | None:
        """Return the first rule that keeps ``mail`` about ``order`` from being sent now, None if it may go."""
        people = people_of(order)
        if mail.mail_class == "advertising" and not self.consented.intersection(people):
            return "refused"
        if self.suppressed and self._is_suppressed(mail, order):
            return "refused"
        for rule in mail.not_when:
            if self._holds(rule, order, people, lines):
                return rule
        return None

    def _is_suppressed(self, mail: MailKind, order: Row) -> bool:
        """Return whether the address takes no mail at all, or the list has a refusal its customer's row lacks."""
        reason = (
            self.suppressed.stops(order.text("buyer_email"), mail.mail_class) if self.suppressed else None
        )
        return reason in ("bounced", "complaint", "refused")

    def _holds(self, rule: StopRule, order: Row, people: Sequence[str], lines: Sequence[Row]) -> bool:
        match rule:
            case "cancelled":
                stops = order.text("status") == "cancelled"
            case "returned":
                stops = _came_back(order, self.returned)
            case "on_hold":
                stops = order.key in self.held
            case "trouble":
                stops = any(self.troubled.get(person, frozenset()) - {order.key} for person in people)
            case "refused":
                stops = bool(self.refused.intersection(people))
            case "mourning":
                stops = order.flag("mourning")
            case "gift":
                stops = is_gift(order, lines)
        return stops


def _came_back(order: Row, with_returned_parcel: Collection[str]) -> bool:
    return order.text("status") == "returned" or order.key in with_returned_parcel


def _is_before(order: Row, day: date) -> bool:
    ordered = ordered_day(order)
    return ordered is not None and ordered < day


def _wishes(ledger: Ledger) -> tuple[frozenset[str], frozenset[str]]:
    refused: set[str] = set()
    consented: set[str] = set()
    for customer in ledger["customers"]:
        names = {customer.key, customer.text("email").casefold()} - {""}
        wish = wish_of(customer)
        if wish == "refused":
            refused |= names
        elif wish == "consented":
            consented |= names
    return frozenset(refused), frozenset(consented)
