"""One shipment as the record a label is made from: the parcel's values, the shop's, the carrier's."""

from __future__ import annotations

import re
from datetime import date

from automations.core.ledger import Row
from automations.core.places.addresses import full_address
from automations.core.shipping.carriers import Carrier, Record, Service
from automations.core.shop import Shop
from automations.core.text import match_key, phone_digits, postcode_digits, postcode_written


def label_record(shipment: Row, ship_on: date, service: Service, shop: Shop, carrier: Carrier) -> Record:
    """Return the fields of ``core.carriers.RECORD_FIELDS`` for one shipment, and ``account.<key>``.

    Args:
        shipment: A row of ``shipments``.
        ship_on: The day that is printed as ship day.
        service: The service that takes it.
        shop: The sender; ``sender_name`` of a gift replaces only the name, the place stays the shop's.
        carrier: Brings what the shop agreed with it.
    """
    account = {f"account.{key}": carrier.account_value(key) for key in carrier.account_keys}
    return {
        "shipment_id": shipment.key,
        "order_id": shipment.text("order_id"),
        "service_code": service.code,
        "temperature": shipment.text("temperature") or "ambient",
        "ship_on": ship_on,
        "deliver_on": shipment.day("deliver_on"),
        "requested_on": shipment.day("requested_on"),
        "requested_time": shipment.text("requested_time"),
        "delivery_wish": shipment.text("requested_time") or ("day" if shipment.day("requested_on") else ""),
        "size": shipment.number_of("size") or None,
        "weight_g": shipment.number_of("weight_g") or None,
        "boxes": shipment.number_of("boxes") or 1,
        "cod_amount": shipment.money("cod_amount") or None,
        "cod_tax": shipment.money("cod_tax") if shipment.money("cod_amount") else None,
        "contents": shipment.text("contents"),
        "handling": shipment.text("handling"),
        "noshi": shipment.text("noshi"),
        **_receiver(shipment),
        **_sender(shipment, shop),
        **account,
    }


def _receiver(shipment: Row) -> dict[str, str]:
    address = shipment.text("ship_address")
    prefecture = shipment.text("ship_prefecture")
    plain_name, title = name_and_title(shipment.text("ship_name"), shipment.text("ship_company"))
    return {
        "ship_name": shipment.text("ship_name"),
        "ship_plain_name": plain_name,
        "ship_title": title,
        "ship_company": shipment.text("ship_company"),
        "ship_postcode": shipment.text("ship_postcode"),
        "ship_postcode_dashed": postcode_written(shipment.text("ship_postcode")),
        "ship_prefecture": prefecture,
        "ship_address": address,
        "ship_full_address": full_address(prefecture, address) if address else "",
        "ship_building": shipment.text("ship_building"),
        "ship_phone": shipment.text("ship_phone"),
    }


def name_and_title(name: str, company: str) -> tuple[str, str]:
    """Return a receiver's name without title, and the title: as typed behind it, else 御中 for a company, else 様."""
    typed = _TITLED.fullmatch(name.strip())
    if typed:
        return typed[1], typed[2]
    if not name.strip() or match_key(name) == match_key(company):
        return company, "御中"
    return name, "様"


def _sender(shipment: Row, shop: Shop) -> dict[str, str]:
    postcode = postcode_digits(shop.postcode)
    return {
        "sender_name": shipment.text("sender_name") or shop.name,
        "sender_company": shop.company,
        "sender_postcode": postcode,
        "sender_postcode_dashed": postcode_written(postcode),
        "sender_prefecture": shop.prefecture,
        "sender_full_address": full_address(shop.prefecture, shop.address) if shop.address else "",
        "sender_building": shop.building,
        "sender_phone": phone_digits(shop.phone),
    }


_TITLED = re.compile(r"(.*\S)\s*(様|御中)")
