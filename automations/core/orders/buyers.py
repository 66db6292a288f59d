"""Telling buyers apart: orders of one person, and orders of persons the owner has blocked."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from automations.core.ledger import Row
from automations.core.messages import Label
from automations.core.orders.order_day import ordered_moment
from automations.core.orders.persons import address_key, company_key, email_key, phone_key
from automations.core.places.destinations import Destination
from automations.core.text import match_key

Basket = frozenset[tuple[str, int]]
# Position in time: moment, then place in the sheet, for orders of the same minute.
Place = tuple[datetime, int, str]

FIELDS: Mapping[str, Label] = {
    "name": Label("氏名", "name"),
    "address": Label("住所", "address"),
    "phone": Label("電話", "phone"),
    "email": Label("メール", "e-mail"),
    "company": Label("会社", "company"),
}


def identities(order: Row) -> tuple[str, ...]:
    """Return the keys under which a buyer is known: customer, e-mail, phone with name (practice 1.4, H10)."""
    customer, email, phone = order.text("customer_id"), order.text("buyer_email"), order.text("buyer_phone")
    name = match_key(order.text("buyer_name")) if phone else ""
    found = (
        f"customer {customer}" if customer else "",
        f"email {email.lower()}" if "@" in email else "",
        f"phone {phone} {name}" if phone and name else "",
    )
    return tuple(key for key in found if key)


def basket_of(lines: Iterable[Row]) -> Basket:
    """Return what was ordered as pairs of product code and number, however it is split into lines."""
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.text("sku")] = counts.get(line.text("sku"), 0) + line.number_of("qty")
    return frozenset(counts.items())


@dataclass(frozen=True, slots=True)
class Sent:
    """One order as the book keeps it: when and where it stands, and who sent it."""

    place: Place
    buyers: tuple[str, ...]


@dataclass(frozen=True)
class OrderBook:
    """Orders by time for each buyer, oldest first; cancelled ones are left out."""

    sent: Mapping[str, Sent]
    by_buyer: Mapping[str, Sequence[Place]]
    lines: Mapping[str, Sequence[Row]]
    _by_basket: dict[str, dict[Basket, list[Place]]] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, orders: Iterable[Row], lines: Mapping[str, Sequence[Row]]) -> OrderBook:
        """Return the book of all orders that say when they were made."""
        sent: dict[str, Sent] = {}
        by_buyer: dict[str, list[Place]] = {}
        for number, order in enumerate(orders):
            ordered_at = ordered_moment(order)
            if ordered_at is None or order.cells.get("status") == "cancelled":
                continue
            made = sent[order.key] = Sent((ordered_at, number, order.key), identities(order))
            for buyer in made.buyers:
                by_buyer.setdefault(buyer, []).append(made.place)
        for places in by_buyer.values():
            places.sort()
        return cls(sent, by_buyer, lines)

    def same_before(self, order_key: str, hours: int) -> tuple[str, datetime] | None:
        """Return key and time of the buyer's last order before this one with the same basket, within ``hours``."""
        this = self.sent.get(order_key)
        if this is None:
            return None
        since = this.place[0] - timedelta(hours=hours)
        recent = [last for buyer in this.buyers if (last := self._last_same(buyer, this.place, since))]
        return (max(recent)[2], max(recent)[0]) if recent else None

    def _last_same(self, buyer: str, place: Place, since: datetime) -> Place | None:
        """Return the buyer's last order with the same basket before ``place``, None when it was made before ``since``."""
        before = _last_before(place, self.by_buyer[buyer])
        basket = basket_of(self.lines.get(place[2], ())) if before and before[0] >= since else None
        if not basket:
            return None
        same = _last_before(place, self._baskets_of(buyer)[basket])
        return same if same and same[0] >= since else None

    def _baskets_of(self, buyer: str) -> Mapping[Basket, Sequence[Place]]:
        """Return the buyer's orders by what is in them; few buyers are ever asked about."""
        if buyer not in self._by_basket:
            baskets = self._by_basket[buyer] = {}
            for place in self.by_buyer[buyer]:
                baskets.setdefault(basket_of(self.lines.get(place[2], ())), []).append(place)
        return self._by_basket[buyer]

    def is_first(self, order_key: str) -> bool:
        """Return whether the buyer has no order before this one in the ledger."""
        this = self.sent.get(order_key)
        return this is None or all(self.by_buyer[buyer][0] >= this.place for buyer in this.buyers)


def _last_before(place: Place, places: Sequence[Place]) -> Place | None:
    at = bisect_left(places, place)
    return places[at - 1] if at else None


@dataclass(frozen=True)
class Blocklist:
    """What is known of blocked customers: each field's value mapped to the customers who have it."""

    customers: frozenset[str]
    known: Mapping[tuple[str, str], Sequence[str]]

    @classmethod
    def of(cls, customers: Iterable[Row]) -> Blocklist:
        """Return the list of all customers whose ``blocked`` is ticked."""
        blocked = [row for row in customers if row.flag("blocked")]
        known: dict[tuple[str, str], list[str]] = {}
        for row in blocked:
            for named in _fields(row):
                known.setdefault(named, []).append(row.key)
        return cls(frozenset(row.key for row in blocked), known)

    def match(
        self, order: Row, destinations: Iterable[Destination], needed: int
    ) -> tuple[str, tuple[str, ...]] | None:
        """Return a blocked customer who agrees with buyer or receiver in at least ``needed`` fields.

        Returns:
            The customer's key and the fields (ids of ``FIELDS``) that agree; ``()`` when the order itself
            names the customer.
        """
        if order.text("customer_id") in self.customers:
            return order.text("customer_id"), ()
        for person in _persons(order, destinations) if self.known else ():
            agreeing: dict[str, list[str]] = {}
            for named in person:
                for customer in self.known.get(named, ()):
                    agreeing.setdefault(customer, []).append(named[0])
            for customer, fields in agreeing.items():
                if len(fields) >= needed:
                    return customer, tuple(fields)
        return None


def _persons(order: Row, destinations: Iterable[Destination]) -> Iterator[list[tuple[str, str]]]:
    yield _fields(order, "buyer_")
    for receiver in destinations:
        yield _known(
            match_key(receiver.name),
            address_key(receiver.prefecture, receiver.address),
            phone_key(receiver.phone),
            "",
            company_key(receiver.company),
        )


def _fields(row: Row, prefix: str = "") -> list[tuple[str, str]]:
    return _known(
        match_key(row.text(f"{prefix}name")),
        address_key(row.text(f"{prefix}prefecture"), row.text(f"{prefix}address")),
        phone_key(row.text(f"{prefix}phone")),
        email_key(row.text(f"{prefix}email")),
        company_key(row.text(f"{prefix}company")),
    )


def _known(*values: str) -> list[tuple[str, str]]:
    return [(field, value) for field, value in zip(FIELDS, values, strict=True) if value]
