"""Which customer an order belongs to: by e-mail, or by telephone and name; new ones are added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from automations.core.orders.numbering import Numbers
from automations.core.plan import AppendRow
from automations.core.text import match_key, phone_digits
from automations.core.values import Cells, Value

# Customer column <- order column.
_TAKEN_OVER = {
    "name": "buyer_name",
    "kana": "buyer_kana",
    "company": "buyer_company",
    "postcode": "buyer_postcode",
    "prefecture": "buyer_prefecture",
    "address": "buyer_address",
    "building": "buyer_building",
    "phone": "buyer_phone",
    "email": "buyer_email",
}


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """What a customer is known by."""

    id: str
    name: str
    phone: str
    email: str


class Customers:
    """Finds the customer of an order; whoever is not found becomes a new row in ``added``.

    Receivers of gifts never count. A mall's masked address changes with every order, so it tells nothing
    about a person and is not kept. Source: backoffice-practice 8.1.
    """

    def __init__(
        self, known: Iterable[KnownCustomer], numbers: Numbers, masked_domains: tuple[str, ...]
    ) -> None:
        self.added: list[AppendRow] = []
        self._numbers = numbers
        self._masked = tuple(domain.casefold() for domain in masked_domains)
        self._by_email: dict[str, str] = {}
        self._by_phone_and_name: dict[tuple[str, str], str] = {}
        for customer in known:
            self._remember(customer)

    def of(self, order: Cells) -> Value:
        """Return the customer id for the buyer in an order's cells; None when nothing tells who it is."""
        buyer = KnownCustomer(
            "", _text(order, "buyer_name"), _text(order, "buyer_phone"), _text(order, "buyer_email")
        )
        email = self._email_key(buyer)
        phone = _phone_key(buyer)
        found = self._by_email.get(email) or self._by_phone_and_name.get(phone)
        if found is None:
            if not buyer.name or not (email or phone[0]):
                return None
            found = self._add(order)
        self._remember(KnownCustomer(found, buyer.name, buyer.phone, buyer.email))
        return found

    def _add(self, order: Cells) -> str:
        number = self._numbers.following()
        cells = {column: order.get(source) for column, source in _TAKEN_OVER.items()}
        if self._is_masked(_text(order, "buyer_email").casefold()):
            cells["email"] = None
        filled = {column: value for column, value in cells.items() if value is not None}
        self.added.append(AppendRow("customers", {"customer_id": number, **filled}))
        return number

    def _remember(self, customer: KnownCustomer) -> None:
        if email := self._email_key(customer):
            self._by_email.setdefault(email, customer.id)
        phone = _phone_key(customer)
        if all(phone):
            self._by_phone_and_name.setdefault(phone, customer.id)

    def _email_key(self, customer: KnownCustomer) -> str:
        email = customer.email.strip().casefold()
        return "" if "@" not in email or self._is_masked(email) else email

    def _is_masked(self, email: str) -> bool:
        domain = email.rpartition("@")[2]
        return any(domain == masked or domain.endswith("." + masked) for masked in self._masked)


def _phone_key(customer: KnownCustomer) -> tuple[str, str]:
    return phone_digits(customer.phone), match_key(customer.name)


def _text(cells: Mapping[str, Value], column: str) -> str:
    value = cells.get(column)
    return value if isinstance(value, str) else ""
