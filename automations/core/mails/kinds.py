"""Which mail goes when to whom: the entries of mails.yaml, and what a composer is given and gives back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Literal, Protocol

from automations.core.declare import Problems
from automations.core.ledger import Ledger, Row
from automations.core.messages import Label, Message, msg
from automations.core.payments import Payment
from automations.core.records import dataclass
from automations.core.schema import Schema
from automations.core.shipping.carriers import Carrier
from automations.core.shipping.shared_parcels import parcels_of

MailClass = Literal["transactional", "service", "advertising"]
Trigger = Literal["ordered", "shipped", "arrived"]
StopRule = Literal["cancelled", "returned", "on_hold", "trouble", "refused", "mourning", "gift"]

# What nobody may leave out of a mail that is not about the contract itself (practice 5, safety L1).
ALWAYS_STOPS: tuple[StopRule, ...] = ("cancelled", "returned", "on_hold", "trouble", "refused")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class MailKind:
    """One mail of ``mails.yaml``.

    Attributes:
        trigger: ``ordered``, ``shipped`` or ``arrived``; the fact the waiting counts from.
        mail_class: ``transactional`` (about the contract), ``service`` (a follow-up without any promotion)
            or ``advertising``; a mail that does not say is advertising (safety L1).
        wait_days: Days between that fact and the mail.
        per: One mail for each order or for each shipment.
        max_age_days: A mail that would be later than this is not made any more (imported history, a pause).
        quiet_days: No such mail while the customer had another service or advertising mail in these days.
        not_when: What stops it.
        approval: A person ticks each such mail before it goes.
    """

    id: str
    label: Label
    trigger: Trigger
    mail_class: MailClass = "advertising"
    wait_days: int = 0
    per: Literal["order", "shipment"] = "order"
    max_age_days: int = 7
    quiet_days: int = 0
    not_when: tuple[StopRule, ...] = ()
    approval: bool = False

    @property
    def is_transactional(self) -> bool:
        """True when the mail belongs to the contract and needs nobody's consent."""
        return self.mail_class == "transactional"


@dataclass(frozen=True, slots=True)
class Occasion:
    """Everything one mail is written from, all of one ledger.

    Attributes:
        schema: Gives each column its type and the labels of its values.
        lines: Order lines the mail is about: of the order, or of the one shipment.
        parcels: Shipments of the order that were not cancelled, in sheet order.
        products: Product rows by SKU, those of ``lines`` at least.
        customer: The buyer's row of the customer tab.
    """

    mail: MailKind
    schema: Schema
    order: Row
    lines: tuple[Row, ...] = ()
    shipment: Row | None = None
    parcels: tuple[Row, ...] = ()
    products: Mapping[str, Row] = field(default_factory=dict)
    customer: Row | None = None
    payment: Payment | None = None
    carrier: Carrier | None = None


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail ready to be frozen: a subject of one line, and plain text."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class CannotCompose:
    """Why there is no mail: ``variable`` (as written in ``template``) is unknown or empty, or ``why`` says."""

    template: str
    variable: str
    why: Message


class Compose(Protocol):
    """Puts an occasion into words; the same occasion always gives the same words."""

    def __call__(self, occasion: Occasion) -> Composed | CannotCompose:
        """Return the mail, or why it cannot be written."""
        ...


class Occasions:
    """Gathers what a mail about an order is written from; groups each tab once for a whole run."""

    def __init__(
        self, ledger: Ledger, payments: Mapping[str, Payment], carriers: Mapping[str, Carrier]
    ) -> None:
        self._ledger = ledger
        self._payments = payments
        self._carriers = carriers
        self._lines = ledger.lines_of()
        self._parcels = parcels_by_order(ledger)

    def of(self, mail: MailKind, order: Row, shipment: Row | None = None) -> Occasion:
        """Return the occasion of one mail; ``shipment`` for mails that go once per parcel."""
        parcels = self._parcels.get(order.key, ())
        lines = tuple(self._lines.get(order.key, ()))
        return Occasion(
            mail=mail,
            schema=self._ledger.schema,
            order=order,
            lines=lines if shipment is None else _inside(shipment, lines, parcels),
            shipment=shipment,
            parcels=parcels,
            products=self._products(lines),
            customer=self._ledger["customers"].get(order.text("customer_id")),
            payment=self._payments.get(order.text("payment_method")),
            carrier=self._carriers.get(shipment.text("carrier")) if shipment else None,
        )

    def lines_of(self, order: Row) -> list[Row]:
        """Return all lines of an order."""
        return self._lines.get(order.key, [])

    def _products(self, lines: Iterable[Row]) -> dict[str, Row]:
        found = {line.text("sku"): self._ledger["products"].get(line.text("sku")) for line in lines}
        return {sku: product for sku, product in found.items() if product is not None}


def _inside(shipment: Row, lines: tuple[Row, ...], parcels: Sequence[Row]) -> tuple[Row, ...]:
    named = tuple(line for line in lines if line.text("shipment_id") == shipment.key)
    return named or (lines if len(parcels) == 1 else ())


def parcels_by_order(ledger: Ledger) -> dict[str, tuple[Row, ...]]:
    """Return the shipments of each order that were not cancelled, in sheet order."""
    return {
        order: tuple(row for row in rows if row.text("state") != "cancelled")
        for order, rows in parcels_of(ledger).items()
    }


def check_mails(mails: Mapping[str, MailKind], problems: Problems) -> None:
    """Note mails that could never be due, repeat without end, or leave out a stop rule they must have."""
    for mail in mails.values():
        where = f"sheets_schema/mails.yaml: {mail.id}"
        if not _NAME.fullmatch(mail.id):
            problems.add(
                "mail-name",
                where,
                msg("The name of a mail is also a file name."),
                msg("Use small letters, digits and _ only, for example thank_you."),
            )
        for key, days in (("wait_days", mail.wait_days), ("max_age_days", mail.max_age_days)):
            if not 0 <= days <= 366:
                problems.add(
                    "mail-days",
                    f"{where}.{key}",
                    msg("{days} is not a number of days that can be waited for.", days=days),
                    msg("Write 0 to 366."),
                )
        _check_per(mail, where, problems)
        if not mail.is_transactional:
            _check_restraint(mail, where, problems)


def _check_per(mail: MailKind, where: str, problems: Problems) -> None:
    if mail.per == "shipment" and mail.trigger == "ordered":
        problems.add(
            "mail-per",
            f"{where}.per",
            msg("When the order comes in there is no shipment yet."),
            msg("Write 'per: order', or another trigger."),
        )


def _check_restraint(mail: MailKind, where: str, problems: Problems) -> None:
    left_out = tuple(rule for rule in ALWAYS_STOPS if rule not in mail.not_when)
    if left_out:
        problems.add(
            "mail-stop-missing",
            f"{where}.not_when",
            msg("A mail that is not about the contract itself must stop for: {rules}.", rules=left_out),
            msg("Add them to not_when, or write 'mail_class: transactional' if it only concerns the order."),
        )
    if not 0 < mail.quiet_days <= mail.max_age_days:
        problems.add(
            "mail-quiet",
            f"{where}.quiet_days",
            msg("Such mails keep a distance to each other, and it must be shorter than max_age_days."),
            msg("Write quiet_days: 3."),
        )
