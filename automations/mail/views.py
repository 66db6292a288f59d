"""What a mail template sees: the order and all around it under their names; mail_templates/README.md lists them."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

from automations.core.ledger import Row
from automations.core.mails.occasions import Occasion
from automations.core.mails.standing import is_gift
from automations.core.orders.order_day import ordered_day
from automations.core.places.destinations import Destination, destination_of, destinations_of
from automations.core.shop import Shop
from automations.mail.reasons import reasons_of
from automations.mail.seen import Blank, Seen, View, clean, row_view
from automations.mail.wording import addressee

_OF_PAYMENT = (
    "id", "label", "is_cod", "waits", "due_on", "came_in", "is_paid", "is_refunded", "refund", "asked_apart",
)  # fmt: skip


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
        "notes": _notes(occasion, "mail_note"),
        "usage_notes": _notes(occasion, "usage_note"),
        **reasons_of(occasion, language),
    }
    if occasion.shipment is not None:
        context |= _about_parcel(occasion, occasion.shipment, language)
    if occasion.customer is not None:
        context["customer"] = row_view("customer", occasion.customer, schema["customers"])
    return context


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
        return View("payment", {**dict.fromkeys(_OF_PAYMENT), "id": "", "label": label})
    ordered = ordered_day(order)
    due = ordered + timedelta(days=payment.due_days) if ordered and payment.due_days else None
    values: dict[str, Seen] = {
        "id": payment.id,
        "label": payment.label.text(language),
        "is_cod": payment.cod,
        "waits": payment.needs_money and not payment.may_ship(order),
        "due_on": due,
        "came_in": payment.needs_money and order.text("payment_state") == "paid",
        "is_paid": order.text("payment_state") == "paid",
        "is_refunded": order.text("payment_state") == "refunded",
        "refund": payment.refund.text(language) if payment.refund else None,
        "asked_apart": any(
            mail.trigger == "payment_asked" and mail.enabled
            for mail in occasion.matter.declared.mails.values()
        ),
    }
    return View("payment", values, _OF_PAYMENT)


def _notes(occasion: Occasion, column: str) -> list[str]:
    skus = dict.fromkeys(line.text("sku") for line in occasion.lines)
    found = (occasion.products[sku].text(column) for sku in skus if sku in occasion.products)
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
