"""What one person is known by however it is written: name, company, address, phone and e-mail in one form each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from automations.core.ledger import Row
from automations.core.orders.order_day import ordered_moment
from automations.core.places.addresses import place_key
from automations.core.places.prefectures import split_off
from automations.core.records import dataclass
from automations.core.text import match_key, phone_digits

if TYPE_CHECKING:
    from automations.core.holds.case import Surroundings

_LEGAL_FORM = re.compile(
    r"株式会社|有限会社|合同会社|合資会社|合名会社|一般社団法人|一般財団法人|\((?:株|有|同|資|名)\)"
)
# 9丁目55番地20号 is 9-55-20; 三番町 is a town. In the form for comparing, の is ノ.
_BETWEEN = re.compile(r"(?<=\d)(?:丁目|番地?ノ?|号|ノ)(?=\d)")
_AT_THE_END = re.compile(r"(?<=\d)(?:番地|番|号)(?![\d町])")
_TAG = re.compile(r"\+[^@]*(?=@)")
# These providers deliver a.b@ and ab@ to the same person.
_DOTS_MEAN_NOTHING = frozenset({"gmail.com", "googlemail.com"})


def company_key(company: str) -> str:
    """Return a company without its legal form: ``㈱みどり商会`` and ``みどり商会 株式会社`` are the same."""
    return _LEGAL_FORM.sub("", match_key(company)) if company else ""


@lru_cache(maxsize=20_000)
def address_key(prefecture: str, address: str, building: str = "") -> str:
    """Return where somebody lives, without the prefecture, which many leave out; ``""`` without a number.

    A street without a house number is shared by too many people to say anything about one.
    """
    if not address:
        return ""
    written = address.removeprefix(prefecture) if prefecture else address
    key = _AT_THE_END.sub("", _BETWEEN.sub("-", place_key(split_off(written)[1] + building)))
    return key if any(char.isdigit() for char in key) else ""


def phone_key(phone: str) -> str:
    """Return the digits of a phone number, ``""`` for what is too short to be one."""
    digits = phone_digits(phone) if phone else ""
    return digits if len(digits) >= 9 else ""


def email_key(email: str) -> str:
    """Return the mailbox an address leads to: lower case, no ``+tag``; ``""`` for what is no address."""
    if "@" not in email:
        return ""
    local, _, domain = _TAG.sub("", email.strip().casefold()).rpartition("@")
    return f"{local.replace('.', '') if domain in _DOTS_MEAN_NOTHING else local}@{domain}"


def person_keys(order: Row) -> tuple[str, ...]:
    """Return what tells the buyer of an order from others: customer, address with building, phone, e-mail."""
    address = address_key(
        order.text("buyer_prefecture"), order.text("buyer_address"), order.text("buyer_building")
    )
    found = {
        "customer": order.text("customer_id"),
        "address": address,
        "phone": phone_key(order.text("buyer_phone")),
        "email": email_key(order.text("buyer_email")),
    }
    return tuple(f"{kind} {key}" for kind, key in found.items() if key)


@dataclass(frozen=True)
class People:
    """Orders by the person who sent them: whoever shares a customer number, address, phone or e-mail is one.

    Attributes:
        person_of: A name for the person behind each order, by order key; orders that say nothing are left out.
        sent: The orders of each person by time, as moment and order key, without the cancelled ones.
    """

    person_of: Mapping[str, str]
    sent: Mapping[str, tuple[tuple[datetime, str], ...]]

    @classmethod
    def of(cls, orders: Iterable[Row]) -> People:
        """Return the people behind all orders."""
        circles = _Circles()
        known: dict[str, str] = {}
        counted: list[tuple[datetime, str]] = []
        for order in orders:
            keys, ordered_at = person_keys(order), ordered_moment(order)
            if not keys:
                continue
            circles.join(keys)
            known[order.key] = keys[0]
            if ordered_at is not None and order.text("status") != "cancelled":
                counted.append((ordered_at, order.key))
        person_of = {order_key: circles.of(key) for order_key, key in known.items()}
        sent: dict[str, list[tuple[datetime, str]]] = {}
        for ordered_at, order_key in sorted(counted):
            sent.setdefault(person_of[order_key], []).append((ordered_at, order_key))
        return cls(person_of, {person: tuple(own) for person, own in sent.items()})

    def before(self, order_key: str) -> Iterator[tuple[datetime, str]]:
        """Yield the person's orders before this one, oldest first."""
        for ordered_at, other in self.sent.get(self.person_of.get(order_key, ""), ()):
            if other == order_key:
                return
            yield ordered_at, other


def people_of(around: Surroundings) -> People:
    """Return the people behind all orders of the ledger, for ``Surroundings.index``."""
    return People.of(around.ledger["orders"])


class _Circles:
    """Keys that belong together, directly or through others; each circle has one key that stands for it."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def of(self, key: str) -> str:
        """Return the key that stands for the circle of ``key``."""
        top = key
        while (above := self._above.get(top, top)) != top:
            top = above
        while self._above.get(key, top) != top:
            self._above[key], key = top, self._above[key]
        return top

    def join(self, keys: Iterable[str]) -> None:
        """Make one circle of all these keys."""
        tops = [self.of(key) for key in keys]
        for top in tops:
            self._above[top] = tops[0]
