"""What a mail is written from, and what a composer is given and gives back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from functools import cached_property
from typing import Protocol

from automations.core.ledger import Ledger, Row
from automations.core.mails.habits import Habits
from automations.core.mails.kinds import MailKind
from automations.core.mails.matter import Declared, Matter
from automations.core.messages import Message
from automations.core.payments import Payment
from automations.core.records import dataclass
from automations.core.schema import Schema
from automations.core.shipping.carriers import Carrier
from automations.core.shipping.shared_parcels import parcels_of


@dataclass(frozen=True, slots=True)
class Occasion:
    """Everything one mail is written from, all of one ledger.

    Attributes:
        schema: Gives each column its type and the labels of its values.
        lines: Order lines the mail is about: of the order, or of the one shipment.
        parcels: Shipments of the order that were not cancelled, in sheet order.
        products: Product rows by SKU, those of ``lines`` at least.
        customer: The buyer's row of the customer tab.
        matter: What the trigger looked at.
        holds: What the customer is asked about.
    """

    mail: MailKind
    schema: Schema
    order: Row
    matter: Matter
    lines: tuple[Row, ...] = ()
    shipment: Row | None = None
    holds: tuple[Row, ...] = ()
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

    def __init__(self, ledger: Ledger, declared: Declared) -> None:
        self._ledger = ledger
        self.declared = declared
        self._lines = ledger.lines_of()
        self._parcels = parcels_by_order(ledger)
        self._holds = ledger["holds"].by("order_id")
        self._told = ledger["mails"].by("order_id")

    def matter(self, order: Row) -> Matter:
        """Return an order with all that hangs on it, for the triggers."""
        return Matter(
            order=order,
            today=self._ledger.today,
            declared=self.declared,
            products=self._ledger["products"],
            lines=self._lines.get(order.key, ()),
            parcels=self._parcels.get(order.key, ()),
            holds=self._holds.get(order.key, ()),
            told=self._told.get(order.key, ()),
            habits=self,
        )

    def of(
        self, mail: MailKind, order: Row, shipment: Row | None = None, holds: Sequence[Row] = ()
    ) -> Occasion:
        """Return the occasion of one mail; ``shipment`` for mails that go once per parcel.

        ``holds`` are those the customer is asked about, all that can be asked about where none is named.
        """
        matter = self.matter(order)
        parcels = self._parcels.get(order.key, ())
        lines = tuple(self._lines.get(order.key, ()))
        carriers = self.declared.carriers
        return Occasion(
            mail=mail,
            schema=self._ledger.schema,
            order=order,
            matter=matter,
            lines=lines if shipment is None else _inside(shipment, lines, parcels),
            shipment=shipment,
            holds=tuple(holds or matter.open_questions),
            parcels=parcels,
            products=self._products(lines),
            customer=self._ledger["customers"].get(order.text("customer_id")),
            payment=self.declared.payments.get(order.text("payment_method")),
            carrier=carriers.get(shipment.text("carrier")) if shipment else None,
        )

    @cached_property
    def habits(self) -> Habits:
        """When customers bought what; worked out for the first that asks."""
        return Habits.of(self._ledger)

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
