"""What a mail template sees: ledger rows as plain, cleaned values under their column names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import timedelta
from typing import Self, TypeAlias

from automations.core.ledger import Row
from automations.core.mails.kinds import Occasion
from automations.core.mails.standing import is_gift
from automations.core.messages import Label
from automations.core.orders.order_day import ordered_day
from automations.core.places.destinations import Destination, destination_of, destinations_of
from automations.core.schema import Column, Tab
from automations.core.shop import Shop
from automations.core.values import Value
from automations.mail.wording import addressee

# Line ends would break the form of a mail, direction marks would turn its text round.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]+")


class Blank(str):
    """A known value that is empty: false in ``{% if %}``, an error in ``{{ }}``; ``path`` names it."""

    __slots__ = ("path",)
    path: str

    def __new__(cls, path: str) -> Self:
        """Make the empty value of ``path``, for example ``order.buyer_building``."""
        blank = super().__new__(cls)
        blank.path = path
        return blank


class Choice(str):
    """The id of one of a column's values, with the name people see for the filter ``label``."""

    __slots__ = ("label",)
    label: Label

    def __new__(cls, chosen: str, label: Label) -> Self:
        """Make the id ``chosen`` with its label."""
        choice = super().__new__(cls, chosen)
        choice.label = label
        return choice


Seen: TypeAlias = "Value | View | list[View] | list[str]"


class View:
    """Read-only values by name; an empty one is a ``Blank``, one nobody declared is not there."""

    __slots__ = ("_known", "_name", "_values")

    def __init__(self, name: str, values: Mapping[str, Seen], known: Iterable[str] = ()) -> None:
        self._name = name
        self._values = {key: value for key, value in values.items() if value not in (None, "")}
        self._known = frozenset(known) | values.keys()

    def __getattr__(self, name: str) -> Seen:
        if name in self._values:
            return self._values[name]
        if name in self._known:
            return Blank(f"{self._name}.{name}")
        raise AttributeError(name)

    def __getitem__(self, name: str) -> Seen:
        try:
            return self.__getattr__(name)
        except AttributeError:
            raise KeyError(name) from None

    def __str__(self) -> str:
        return self._name


def clean(text: str) -> str:
    """Return text from a cell as one line without unseen characters."""
    return _UNSEEN.sub(" ", text).strip()


def row_view(name: str, row: Row, tab: Tab, more: Mapping[str, Seen] | None = None) -> View:
    """Return a row under its column names; columns the schema does not know are there where filled in."""
    values: dict[str, Seen] = {key: _seen(tab.columns.get(key), value) for key, value in row.cells.items()}
    return View(name, {**values, **(more or {})}, tab.columns)


def context_of(occasion: Occasion, shop: Shop, language: str) -> dict[str, Seen]:
    """Return every name a template may use. mail_templates/README.md lists them for owners."""
    order, schema = occasion.order, occasion.schema
    mail: dict[str, Seen] = {
        "id": occasion.mail.id,
        "label": occasion.mail.label.text(language),
        "trigger": occasion.mail.trigger,
        "is_transactional": occasion.mail.is_transactional,
    }
    context: dict[str, Seen] = {
        "shop": _shop_view(shop),
        "sender": _sender_view(shop),
        "mail": View("mail", mail),
        "order": row_view("order", order, schema["orders"]),
        "addressee": _addressee(order, language),
        "lines": [_line_view(line, occasion, language) for line in occasion.lines],
        "receivers": _receivers(occasion, language),
        "payment": _payment_view(occasion, language),
        "gift": is_gift(order, occasion.lines),
        "notes": _notes(occasion),
    }
    if occasion.shipment is not None:
        context |= _about_parcel(occasion, occasion.shipment, language)
    if occasion.customer is not None:
        context["customer"] = row_view("customer", occasion.customer, schema["customers"])
    return context


def _seen(column: Column | None, value: Value) -> Value:
    if not isinstance(value, str):
        return value
    choice = column.choices.get(value) if column else None
    return Choice(value, choice.label) if choice else clean(value)


def _shop_view(shop: Shop) -> View:
    written = {field.name: getattr(shop, field.name) for field in fields(shop)}
    values: dict[str, Seen] = {key: clean(text) for key, text in written.items() if isinstance(text, str)}
    return View("shop", {**values, "full_address": _full_address(shop)})


def _sender_view(shop: Shop) -> View:
    """Return what law asks of an advertising mail (safety L2)."""
    sender = {
        "name": clean(shop.company or shop.name),
        "address": f"{_full_address(shop)} {clean(shop.building)}".strip(),
        "contact": clean(shop.phone or shop.email),
        "refusal": clean(shop.email),
    }
    return View("sender", sender)


def _addressee(order: Row, language: str) -> Seen:
    name, company = clean(order.text("buyer_name")), clean(order.text("buyer_company"))
    return addressee(name, company, language) or Blank("order.buyer_name")


def _line_view(line: Row, occasion: Occasion, language: str) -> View:
    product = occasion.products.get(line.text("sku"))
    name = line.text("product_name") or (product.text("name") if product else "") or line.text("sku")
    priced = line.get("unit_price") is not None
    amount = line.money("unit_price") * line.number_of("qty") - line.money("line_discount")
    place = destination_of(occasion.order, line)
    more: dict[str, Seen] = {
        "product_name": clean(name),
        "amount": amount if priced else None,
        "receiver": addressee(clean(place.name), clean(place.company), language).replace("\n", " "),
    }
    return row_view("line", line, occasion.schema["order_lines"], more)


def _receivers(occasion: Occasion, language: str) -> list[View]:
    if occasion.shipment is None:
        places = destinations_of(occasion.order, list(occasion.lines))
    else:
        names = [field.name for field in fields(Destination)]
        places = (Destination(*(occasion.shipment.text(f"ship_{name}") for name in names)),)
    return [_receiver_view(place, language) for place in places]


def _receiver_view(place: Destination, language: str) -> View:
    values = {field.name: clean(getattr(place, field.name)) for field in fields(place)}
    named = addressee(values["name"], values["company"], language)
    return View("receiver", {**values, "full_address": _full_address(place), "addressee": named})


def _full_address(place: Shop | Destination) -> str:
    return clean(f"{place.prefecture}{place.address}") if place.address else ""


def _payment_view(occasion: Occasion, language: str) -> View:
    payment, order = occasion.payment, occasion.order
    if payment is None:
        label = clean(order.typed("payment_method"))
        return View("payment", {"id": "", "label": label, "is_cod": False, "waits": False, "due_on": None})
    ordered = ordered_day(order)
    due = ordered + timedelta(days=payment.due_days) if ordered and payment.due_days else None
    values: dict[str, Seen] = {
        "id": payment.id,
        "label": payment.label.text(language),
        "is_cod": payment.cod,
        "waits": payment.needs_money and not payment.may_ship(order),
        "due_on": due,
    }
    return View("payment", values)


def _notes(occasion: Occasion) -> list[str]:
    skus = dict.fromkeys(line.text("sku") for line in occasion.lines)
    found = (occasion.products[sku].text("mail_note") for sku in skus if sku in occasion.products)
    return [clean(note) for note in dict.fromkeys(found) if note]


def _about_parcel(occasion: Occasion, shipment: Row, language: str) -> dict[str, Seen]:
    keys = [parcel.key for parcel in occasion.parcels]
    carrier = occasion.carrier
    service = carrier.services.get(shipment.text("service")) if carrier else None
    link = carrier.tracking.url.replace("{number}", shipment.text("tracking_number")) if carrier else ""
    return {
        "shipment": row_view("shipment", shipment, occasion.schema["shipments"]),
        "parcel": View(
            "parcel",
            {
                "number": keys.index(shipment.key) + 1 if shipment.key in keys else 1,
                "count": max(len(keys), 1),
                "to_mailbox": service is not None and service.delivery == "mailbox",
            },
        ),
        "carrier": View(
            "carrier", {"label": carrier.label.text(language) if carrier else "", "tracking_url": link}
        ),
    }
