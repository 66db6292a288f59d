"""Lists to print beside a shipping file: what to fetch from the shelves, and what goes into each parcel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from automations.core import money
from automations.core.ledger import Ledger, Row
from automations.core.messages import Message, msg, spoken
from automations.core.places.addresses import full_address
from automations.core.shipping.shared_parcels import orders_in
from automations.core.stock.components import read_components
from automations.core.text import postcode_written

_WORDS: Mapping[str, Message] = {
    "place": msg("Place"),
    "sku": msg("Product code"),
    "product": msg("Product"),
    "lot": msg("Lot"),
    "best_before": msg("Best before"),
    "quantity": msg("Quantity"),
    "total": msg("Total"),
    "order": msg("Order"),
    "receiver": msg("Receiver"),
    "taken_from": msg("Taken from"),
}


@dataclass(frozen=True, slots=True)
class Pick:
    """One product of one place and lot, for all parcels of a batch together."""

    place: str
    sku: str
    lot: str
    name: str
    jan: str
    best_before: str
    qty: int


def picking_list(batch: Row, shipments: Sequence[Row], ledger: Ledger) -> str:
    """Return the picking list of a batch as a printable page, in the order of the shelves.

    Args:
        batch: A row of ``batches``.
        shipments: Its shipments.
        ledger: Brings lines, products and stock; the page is in its language. Sets are listed by part.
    """
    picks = sorted(_picks(shipments, ledger), key=lambda pick: (pick.place, pick.sku, pick.lot))
    total = sum(pick.qty for pick in picks)
    return _page("picking.html.j2", msg("Picking list"), batch, ledger, picks=picks, total=total)


def instruction_list(batch: Row, shipments: Sequence[Row], ledger: Ledger) -> str:
    """Return the shipping instructions of a batch as a printable page, one block per parcel.

    Arguments as for ``picking_list``. Source: backoffice-practice 4.6.
    """
    lines = ledger["order_lines"].by("shipment_id")
    parcels = [_parcel(shipment, lines.get(shipment.key, ()), ledger) for shipment in shipments]
    return _page("instructions.html.j2", msg("Shipping instructions"), batch, ledger, parcels=parcels)


@cache
def _environment() -> Environment:
    # Every page is HTML, whatever its file is called: escaping is on for all of them (safety S5).
    return Environment(
        loader=PackageLoader("automations.files"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )


def _page(template: str, title: Message, batch: Row, ledger: Ledger, **content: object) -> str:
    language = ledger.language
    about = msg(
        "{batch}, {carrier}, ships {day}, {parcels} parcels",
        batch=batch.key,
        carrier=_label(batch, "carrier", ledger),
        day=batch.day("ship_on"),
        parcels=batch.number_of("parcels"),
    )
    return (
        _environment()
        .get_template(template)
        .render(
            language=language,
            title=title.text(language),
            batch=batch.key,
            about=about.text(language),
            words={name: word.text(language) for name, word in _WORDS.items()},
            **content,
        )
    )


def _picks(shipments: Sequence[Row], ledger: Ledger) -> Iterator[Pick]:
    lines = ledger["order_lines"].by("shipment_id")
    totals: dict[str, int] = {}
    for shipment in shipments:
        for line in lines.get(shipment.key, ()):
            for key, qty in read_components(line.text("reserved")) or ():
                totals[key] = totals.get(key, 0) + qty
    for key, qty in totals.items():
        sku, place, lot = (*key.split("/"), "", "")[:3]
        stock = ledger["stock"].get(key)
        expires_on = stock.day("expires_on") if stock else None
        best_before = expires_on.isoformat() if expires_on else ""
        yield Pick(
            place, sku, lot, _product(ledger, sku, "name"), _product(ledger, sku, "jan"), best_before, qty
        )


def _product(ledger: Ledger, sku: str, column: str) -> str:
    product = ledger["products"].get(sku)
    return product.text(column) if product else ""


def _parcel(shipment: Row, lines: Sequence[Row], ledger: Ledger) -> dict[str, object]:
    keys = orders_in(shipment)
    place = full_address(shipment.text("ship_prefecture"), shipment.text("ship_address"))
    address = (f"〒{postcode_written(shipment.text('ship_postcode'))}", place, shipment.text("ship_building"))
    return {
        "id": shipment.key,
        "order": spoken(keys, ledger.language),
        "receiver": shipment.text("ship_name"),
        "company": shipment.text("ship_company"),
        "address": " ".join(filter(None, address)),
        "phone": shipment.text("ship_phone"),
        "facts": _facts(shipment, ledger),
        "notes": _notes(shipment, keys, ledger),
        "lines": [_line(line, ledger) for line in lines],
    }


def _line(line: Row, ledger: Ledger) -> dict[str, object]:
    sku = line.text("sku")
    return {
        "sku": sku,
        "name": " ".join(
            filter(None, (line.text("product_name") or _product(ledger, sku, "name"), line.text("options")))
        ),
        "jan": _product(ledger, sku, "jan"),
        "taken_from": line.text("reserved"),
        "qty": line.number_of("qty"),
    }


def _facts(shipment: Row, ledger: Ledger) -> list[tuple[str, str]]:
    """Return the parcel's short facts that are filled, with the headers of the shipments tab."""
    columns = ("service", "temperature", "size", "requested_on", "requested_time", "parcel")
    return _filled(shipment, columns, ledger)


def _notes(shipment: Row, order_keys: Sequence[str], ledger: Ledger) -> list[tuple[str, str]]:
    """Return what the packer must not miss: money to collect, gift, handling, the customer's remarks."""
    notes = _filled(shipment, ("cod_amount", "sender_name", "noshi", "handling"), ledger)
    for order in filter(None, map(ledger["orders"].get, order_keys)):
        notes += _filled(order, ("noshi_name", "gift_message", "remark", "memo"), ledger)
    return list(dict.fromkeys(notes))


def _filled(row: Row, columns: Sequence[str], ledger: Ledger) -> list[tuple[str, str]]:
    declared = ledger.schema[row.tab].columns
    return [
        (declared[name].label.text(ledger.language), _label(row, name, ledger))
        for name in columns
        if row.get(name) not in (None, "", 0, False)
    ]


def _label(row: Row, name: str, ledger: Ledger) -> str:
    """Return a cell as people read it: labels of choices, money with its separators, days with weekday."""
    # The windows and their names are declared where people choose them.
    tab = "orders" if name == "requested_time" else row.tab
    column = ledger.schema[tab].columns[name]
    value = row.get(name)
    if isinstance(value, str) and value in column.choices:
        return column.choices[value].label.text(ledger.language)
    if column.type == "money":
        return money.written(row.money(name), ledger.currency)
    return spoken(value, ledger.language)
