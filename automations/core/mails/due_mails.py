"""Which mails are due and were not made before: of orders, and of customers who have not ordered for long."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from automations.core.ledger import Ledger, Row
from automations.core.mails.due import due_on, is_due, mail_id
from automations.core.mails.kinds import MailKind
from automations.core.mails.matter import Matter
from automations.core.mails.occasions import Occasions
from automations.core.orders.channels import Channel

# A customer's row gives the letter its head where there is no order to write about.
_HEAD = {
    "buyer_name": "name",
    "buyer_company": "company",
    "buyer_email": "email",
    "customer_id": "customer_id",
}


@dataclass(frozen=True, slots=True)
class Due:
    """One mail that is due.

    Attributes:
        name: What it is called in the mails tab.
        also: Names under which it counts as made, too.
        holds: The holds it asks about.
    """

    name: str
    mail: MailKind
    order: Row
    day: date
    shipment: Row | None = None
    also: tuple[str, ...] = ()
    holds: tuple[Row, ...] = ()


def due_mails(
    ledger: Ledger, occasions: Occasions, mails: Mapping[str, MailKind], channels: Mapping[str, Channel]
) -> Iterator[Due]:
    """Yield the mails about orders that are due and have no row or mark yet."""
    kinds = tuple(mail for mail in mails.values() if mail.enabled and not mail.is_late)
    oldest = ledger.today - timedelta(days=max((mail.longest_days for mail in kinds), default=0))
    made = _made(ledger)
    for order in ledger["orders"]:
        arrived = order.day("arrived_on")
        if (arrived and arrived < oldest) or not takes_part(order):
            continue
        allowed = [mail for mail in kinds if may_write(order, mail, channels)]
        matter = occasions.matter(order)
        for mail in allowed:
            yield from _of_order(mail, matter, made)


def late_mails(
    ledger: Ledger,
    occasions: Occasions,
    mails: Mapping[str, MailKind],
    channels: Mapping[str, Channel],
    consented: frozenset[str],
) -> Iterator[Due]:
    """Yield the mails that are due to customers whose last order was long ago, of those who agreed to such mails."""
    kinds = tuple(mail for mail in mails.values() if mail.enabled and mail.is_late)
    if not (kinds and consented):
        return
    made = _made(ledger)
    for customer in ledger["customers"]:
        if consented.isdisjoint((customer.key, customer.text("email").casefold())) or not customer.has_key:
            continue
        order = occasions.habits.newest.get(customer.key)
        for mail in kinds:
            head = letterhead(customer) if mail.per == "customer" else order
            if head is None or (order is not None and not may_write(order, mail, channels)):
                continue
            day = due_on(mail, occasions.matter(head))
            last = occasions.habits.last_day(customer.key)
            name = f"{mail_id(mail, head)}:{last:%Y%m%d}" if head.tab == "customers" else mail_id(mail, head)
            if day and is_due(mail, day, ledger.today) and not made(name):
                yield Due(name, mail, head, day)


def letterhead(customer: Row) -> Row:
    """Return what a mail to a customer is written on where it is about no order: a row with the columns of one."""
    cells = {column: customer.get(source) for column, source in _HEAD.items()}
    return Row("customers", customer.key, {column: value for column, value in cells.items() if value})


def head_of(mail: Row, ledger: Ledger) -> Row | None:
    """Return the order a mail is about, or the letterhead of the customer it goes to."""
    if mail.text("order_id"):
        return ledger["orders"].get(mail.text("order_id"))
    customer = ledger["customers"].get(mail.text("customer_id"))
    return letterhead(customer) if customer else None


def takes_part(order: Row) -> bool:
    """Return whether an order is written about; one that lacks something is completed first."""
    return order.has_key and order.text("intake") != "incomplete"


def may_write(order: Row, mail: MailKind, channels: Mapping[str, Channel]) -> bool:
    """Return whether the order's channel lets the shop send such a mail; malls write to their customers themselves."""
    channel = channels.get(order.text("channel"))
    return channel is None or channel.own_mails is True or channel.own_mails == mail.mail_class


def _made(ledger: Ledger) -> Callable[[str], bool]:
    """Return what tells of a name whether that mail was ever made."""
    rows = {row.key for row in (*ledger["mails"].rows, *ledger["mails"].set_aside)}
    return lambda name: name in rows or f"mail:{name}" in ledger.marks


def _of_order(mail: MailKind, matter: Matter, made: Callable[[str], bool]) -> Iterator[Due]:
    order, today = matter.order, matter.today
    if mail.only_with and not any(_is_filled(line, mail.only_with, matter) for line in matter.lines):
        return
    for shipment in matter.parcels if mail.per == "shipment" else (None,):
        day = due_on(mail, matter, shipment)
        if day is None or not is_due(mail, day, today):
            continue
        if mail.per != "hold":
            name = mail_id(mail, order, shipment)
            if not made(name):
                yield Due(name, mail, order, day, shipment)
            continue
        asked = {mail_id(mail, order, hold): hold for hold in matter.open_questions}
        names = [name for name in asked if not made(name)]
        if names:
            holds = tuple(asked[name] for name in names)
            yield Due(names[0], mail, order, day, None, tuple(names[1:]), holds)


def _is_filled(line: Row, column: str, matter: Matter) -> bool:
    product = matter.products.get(line.text("sku"))
    return product is not None and bool(product.text(column))
