"""What people changed in an order when its parcel was already with the carrier, or nearly so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from automations.core import money
from automations.core.ledger import Ledger, Row
from automations.core.messages import Message, msg
from automations.core.orders.persons import address_key
from automations.core.payments import Payment
from automations.core.places.addresses import full_address
from automations.core.places.destinations import Destination, destination_of
from automations.core.plan import Finding
from automations.core.shipping.shared_parcels import orders_in, parcels_of
from automations.core.statuses import standing_of
from automations.core.stock.shelf import parts_of, reservations
from automations.core.text import match_key


def late_changes(ledger: Ledger, payments: Mapping[str, Payment]) -> Iterator[Finding]:
    """Yield a warning for each thing in which an instructed parcel no longer is what its order says.

    Receiver, amount to collect, products and numbers are compared; labels and reservations stay as they are.
    """
    instructed = [row for row in ledger["shipments"] if standing_of(row) == "instructed"]
    if not instructed:
        return
    lines, parcels = ledger["order_lines"].by("shipment_id"), parcels_of(ledger)
    for shipment in instructed:
        order = ledger["orders"].get(shipment.text("order_id"))
        own = lines.get(shipment.key)
        if order is None or not own:
            continue
        stop = ledger.schema["shipments"].columns["stopped"].label
        fix = msg("Change the label at the carrier, or take the parcel out and tick {stopped}.", stopped=stop)
        riders = [row for key in orders_in(shipment)[1:] if (row := ledger["orders"].get(key)) is not None]
        for column, why in (*_label_changes(shipment, order, own), *_riders_leave(order, riders)):
            yield shipment.warning("changed-after-instruction", column, why, fix)
        if why_amount := _amount_change(
            shipment, (order, *riders), parcels[order.key], payments, ledger.currency
        ):
            yield shipment.warning("changed-after-instruction", "cod_amount", why_amount, fix)
        yield from _content_changes(
            own, msg("Put back what was packed, or take the parcel out and tick {stopped}.", stopped=stop)
        )


def _label_changes(shipment: Row, order: Row, lines: Sequence[Row]) -> Iterator[tuple[str, Message]]:
    for column, (printed, now) in _receivers(shipment, destination_of(order, lines[0])).items():
        if match_key(printed) != match_key(now):
            yield column, msg("The order now says '{now}', but the label was already made.", now=now)


def _riders_leave(order: Row, riders: Sequence[Row]) -> Iterator[tuple[str, Message]]:
    """Tell of orders in the same parcel that by now are to go somewhere else."""
    goes_to = _door(order)
    for rider in riders:
        if _door(rider) != goes_to:
            yield (
                "with_orders",
                msg("Order {order} in the same parcel now has another receiver.", order=rider.key),
            )


def _door(order: Row) -> tuple[str, str]:
    to = destination_of(order)
    return match_key(to.name), address_key(to.prefecture, to.address, to.building)


def _receivers(shipment: Row, now: Destination) -> dict[str, tuple[str, str]]:
    """Return what the label was made from and what the order says now, by column of the shipment."""
    prefecture, address = shipment.text("ship_prefecture"), shipment.text("ship_address")
    return {
        "ship_name": (shipment.text("ship_name"), now.name),
        "ship_company": (shipment.text("ship_company"), now.company),
        "ship_postcode": (shipment.text("ship_postcode"), now.postcode),
        "ship_address": (
            full_address(prefecture, address) + shipment.text("ship_building"),
            full_address(now.prefecture, now.address) + now.building,
        ),
        "ship_phone": (shipment.text("ship_phone"), now.phone),
    }


def _amount_change(
    shipment: Row,
    orders: Sequence[Row],
    parcels: Sequence[Row],
    payments: Mapping[str, Payment],
    currency: str,
) -> Message | None:
    """Compare what the carrier collects with what the order comes to; told at the parcel that collects, or the first."""
    living = [parcel for parcel in parcels if standing_of(parcel) != "cancelled"]
    collecting = [parcel for parcel in living if parcel.money("cod_amount")] or living
    payment = payments.get(orders[0].text("payment_method"))
    due = sum(order.money("total") for order in orders) if payment is not None and payment.cod else 0
    collected = sum(parcel.money("cod_amount") for parcel in living)
    if payment is None or shipment is not collecting[0] or due == collected:
        return None
    return msg(
        "The order now asks to collect {due}, the label collects {collected}.",
        due=money.written(due, currency),
        collected=money.written(collected, currency),
    )


def _content_changes(lines: Sequence[Row], fix: Message) -> Iterator[Finding]:
    for line in lines:
        packed = {key.partition("/")[0] for key, _ in reservations(line.text("reserved"))}
        wanted = {sku for sku, _ in parts_of(line.text("sku"), line.text("components"))}
        if packed and packed != wanted:
            why = msg("The parcel was instructed with {packed}.", packed=tuple(sorted(packed)))
            yield line.warning("changed-after-instruction", "sku", why, fix)
        elif line.number_of("qty") != line.number_of("allocated_qty"):
            why = msg("The parcel was instructed with {packed}.", packed=line.number_of("allocated_qty"))
            yield line.warning("changed-after-instruction", "qty", why, fix)
