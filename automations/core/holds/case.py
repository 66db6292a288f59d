"""What a hold rule looks at: one order, and everything around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeVar

from automations.core.calendar import Calendar
from automations.core.holds.reasons import HoldReason
from automations.core.ledger import Ledger, Row
from automations.core.messages import Message
from automations.core.orders.buyers import Blocklist, OrderBook
from automations.core.orders.channels import Channel
from automations.core.payments import Payment
from automations.core.places.destinations import Destination, destinations_of
from automations.core.places.postcodes import EmailCheck, PhoneCheck, PostcodeLookup, Town
from automations.core.shipping.carriers import Carrier, Service
from automations.core.shop import Shop

# Sentences that stay the same as long as the order does; none when there is no reason to hold it.
Evidence = tuple[Message, ...]
Index = TypeVar("Index")


@dataclass(frozen=True, slots=True)
class NoLonger:
    """Nothing to hold for any more, and why that is so; an open hold is released with these words."""

    said: Evidence

    def __bool__(self) -> Literal[False]:
        """Return False, as for a reason that never was."""
        return False


@dataclass(frozen=True)
class Case:
    """One order with its lines, as it stands."""

    order: Row
    lines: Sequence[Row]

    @cached_property
    def destinations(self) -> tuple[Destination, ...]:
        """Every receiver of the order."""
        return destinations_of(self.order, self.lines)


@dataclass(frozen=True)
class Surroundings:
    """Everything beside the order that rules ask."""

    ledger: Ledger
    shop: Shop
    calendar: Calendar
    payments: Mapping[str, Payment]
    carriers: Mapping[str, Carrier]
    postcodes: PostcodeLookup
    phones: PhoneCheck
    emails: EmailCheck
    channels: Mapping[str, Channel]
    indexes: dict[object, Any] = field(default_factory=dict, compare=False)

    def archived(self, order: Row, column: str = "archived_orders") -> int:
        """Return what the row of an order's customer knows of orders that were moved to the archive."""
        customer = self.ledger["customers"].get(order.text("customer_id"))
        return customer.number_of(column) if customer is not None else 0

    def is_first(self, order: Row) -> bool:
        """Return whether the buyer has no order before this one, in the ledger or the archive."""
        return self.orders.is_first(order.key) and not self.archived(order)

    def index(self, made_by: Callable[..., Index], *thresholds: object) -> Index:
        """Return what ``made_by`` makes of this and the thresholds; made once, however many orders ask for it."""
        key = (made_by, *thresholds)
        if key not in self.indexes:
            self.indexes[key] = made_by(self, *thresholds)
        found: Index = self.indexes[key]
        return found

    @cached_property
    def lines(self) -> Mapping[str, Sequence[Row]]:
        """The lines of every order."""
        return self.ledger.lines_of()

    @cached_property
    def orders(self) -> OrderBook:
        """All orders by who sent them and what is in them."""
        return OrderBook.of(self.ledger["orders"], self.lines)

    @cached_property
    def blocklist(self) -> Blocklist:
        """The customers whose orders the owner wants to see first."""
        return Blocklist.of(self.ledger["customers"])

    @cached_property
    def services(self) -> Mapping[str, tuple[Carrier, Service]]:
        """Every service that a customer can wish for, by id."""
        return {
            service.id: (carrier, service)
            for carrier in self.carriers.values()
            for service in carrier.services.values()
        }

    @cached_property
    def usual_services(self) -> Sequence[tuple[Carrier, Service]]:
        """Door services of the carriers the shop uses (of all, while it names none)."""
        by_hand = [pair for pair in self.services.values() if pair[1].delivery == "hand"]
        return [pair for pair in by_hand if pair[0].in_use] or by_hand

    def towns_of(self, destination: Destination) -> tuple[Town, ...]:
        """Return the postcode master's entries for a destination."""
        return self.postcodes(destination.postcode) if destination.postcode else ()

    def is_cod(self, order: Row) -> bool:
        """Return whether the carrier collects the money."""
        payment = self.payments.get(order.text("payment_method"))
        return payment is not None and payment.cod


Rule = Callable[[Case, "HoldReason", Surroundings], Evidence | NoLonger]
