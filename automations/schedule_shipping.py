"""Plan the parcels of every order that has its stock: ship day, carrier and service, what the label says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import count

from automations.core.holds.consolidation import merged
from automations.core.ledger import Ledger, Row, update
from automations.core.messages import Message, msg
from automations.core.orders.numbering import shipment_id
from automations.core.payments import Payment
from automations.core.plan import AppendRow, Finding, Part, Plan
from automations.core.records import dataclass
from automations.core.shipping import packing
from automations.core.shipping.calling_off import (
    called_off,
    cancelled,
    is_stopped,
    stopped_parcels,
    without_order,
)
from automations.core.shipping.packing import Catalogue, Group
from automations.core.shipping.shared_parcels import parcels_of
from automations.core.shipping.ship_days import confirmations
from automations.core.shipping.shipment_cells import Desk, ShippingRules, shipment_cells
from automations.core.statuses import is_ended, standing_of, stopped_by_hand
from automations.core.values import Value

ASKS_WHETHER_CLOSED = True
READS = {
    "orders": (
        "status", "intake", "payment_method", "payment_state", "credit_state", "paid_on", "ordered_at", "imported_at",
        "requested_on", "requested_time", "service_wish", "total", "shipping_fee", "fee", "discount", "points", "gift",
        "noshi", "noshi_name", "gift_message", "mourning", "combine", "channel", "allocation", "buyer_email", "status_set",
        "ship_on", "buyer_name", "buyer_company", "buyer_postcode", "buyer_prefecture", "buyer_address",
        "buyer_building", "buyer_phone", "ship_name", "ship_company", "ship_postcode", "ship_prefecture",
        "ship_address", "ship_building", "ship_phone",
    ),
    "order_lines": (
        "order_id", "sku", "product_name", "qty", "allocated_qty", "shipment_id", "components", "unit_price",
        "line_discount", "tax_rate", "ship_name", "ship_company", "ship_postcode", "ship_prefecture", "ship_address",
        "ship_building", "ship_phone",
    ),
    "products": (
        "name", "label_name", "temperature", "chilled_season", "weight_g", "size_cm", "thickness_mm", "mailbox",
        "fragile", "components", "release_on", "price", "tax_rate",
    ),
    "shipments": (
        "order_id", "with_orders", "state", "stopped", "tracking_number", "parcel", "ship_on", "cod_amount",
    ),
    "holds": ("order_id", "reason", "severity", "closed_at"),
}  # fmt: skip
WRITES = {
    "shipments": (
        "shipment_id", "state", "order_id", "with_orders", "parcel", "carrier", "service", "service_reason", "ship_on",
        "ship_on_reason", "deliver_on", "requested_on", "requested_time", "temperature", "size", "weight_g",
        "cod_amount", "cod_tax", "ship_name", "ship_company", "ship_postcode", "ship_prefecture", "ship_address",
        "ship_building", "ship_phone", "sender_name", "contents", "handling", "noshi", "gift",
    ),
    "order_lines": ("shipment_id",),
    "orders": ("ship_on",),
}  # fmt: skip


@dataclass(frozen=True)
class Settings(ShippingRules):
    """How the shop ships."""


def plan(ledger: Ledger, settings: Settings) -> Plan:
    """Plan one parcel for each destination and temperature whose lines are all reserved.

    A planned parcel follows its order until it is instructed; then nothing changes it any more. The ship
    day stays blank while payment or stock is open, and the reason says so (practice 4.1).

    Returns:
        Shipments, the parcel of each line, the order's first ship day. Findings: ``no-service-fits``,
        ``cod-several-destinations``; ``cancelled-after-instruction`` (called off, put on hold or deleted) and
        ``cancelled-after-shipping`` for parcels that a person must stop.
    """
    return _plan(ledger, settings, ledger["orders"])


def plan_again(ledger: Ledger, settings: Settings, seen: Ledger, said: Plan) -> Plan:
    """Plan once more after others have written: orders whose own rows have moved, and those there is a word about."""
    if ledger["products"] is not seen["products"] or merged(ledger, settings.channels):
        return plan(ledger, settings)
    return _plan(ledger, settings, _moved(ledger, seen, said))


def _moved(ledger: Ledger, seen: Ledger, said: Plan) -> Iterator[Row]:
    """Yield the orders of which any row was written, and those with findings, which are told again."""
    told = {finding.key for finding in said.findings}
    lines, lines_seen = ledger.lines_of(), seen.lines_of()
    parcels, parcels_seen = parcels_of(ledger), parcels_of(seen)
    confirmed, confirmed_seen = confirmations(ledger["holds"]), confirmations(seen["holds"])
    for order in ledger["orders"]:
        own = parcels.get(order.key)
        if (
            order is not seen["orders"].get(order.key)
            or lines.get(order.key) != lines_seen.get(order.key)
            or own != parcels_seen.get(order.key)
            or confirmed.get(order.key) != confirmed_seen.get(order.key)
            or order.key in told
            or (own and any(parcel.key in told for parcel in own))
        ):
            yield order


def _plan(ledger: Ledger, settings: Settings, orders: Iterable[Row]) -> Plan:
    catalogue = Catalogue({row.key: row for row in ledger["products"]})
    calendar = replace(settings.calendar, is_holiday=cache(settings.calendar.is_holiday))
    desk = Desk(
        ledger=ledger,
        rules=replace(settings, calendar=calendar),
        catalogue=catalogue,
        taken={row.key for row in ledger["shipments"]},
        riders=merged(ledger, settings.channels),
        confirmed_at=confirmations(ledger["holds"]),
    )
    riding = {rider.key for riders in desk.riders.values() for rider in riders}
    parcels = parcels_of(ledger)
    parts: list[Part] = []
    for order in orders:
        own = [row for row in parcels.get(order.key, ()) if _is_of(order, row) or not _follows_order(row)]
        parts += [
            cancelled(parcel, msg("the parcel was taken out"))
            for parcel in own
            if is_stopped(parcel) and _is_of(order, parcel)
        ]
        if stopped_by_hand(order):
            parts += stopped_parcels(own, msg("The order was put on hold after its parcel was instructed."))
        if is_ended(order):
            parts += called_off(order, own)
        elif order.key in riding:
            parts += [
                cancelled(row, msg("goes in another order's parcel")) for row in own if _follows_order(row)
            ]
        elif order.has_key and order.text("intake") != "incomplete" and order.text("status") != "posted":
            parts += _planned(order, own, desk)
    return Plan.of(parts, without_order(ledger, ledger["shipments"].by("order_id")))


def _is_of(order: Row, parcel: Row) -> bool:
    """Return whether a parcel was made for this order, and does not only carry it with another one."""
    return parcel.text("order_id") == order.key


def _planned(order: Row, parcels: Sequence[Row], desk: Desk) -> Iterator[Part]:
    together = desk.together(order)
    lines = [line for one in together for line in desk.lines_of(one)]
    payment = desk.rules.payments.get(order.text("payment_method"))
    living = [parcel for parcel in parcels if standing_of(parcel) != "cancelled"]
    free = {parcel.key: parcel for parcel in living if _follows_order(parcel)}
    fixed = {parcel.key: parcel for parcel in living if parcel.key not in free}
    days = [day for parcel in fixed.values() if (day := parcel.day("ship_on"))]
    loose = [line for line in lines if line.text("shipment_id") not in fixed]
    numbers = count(max((parcel.number_of("parcel") for parcel in parcels), default=0) + 1)
    if payment is not None and (free or any(line.number_of("allocated_qty") for line in loose)):
        groups = packing.grouped(order, loose, desk.catalogue, order.day("requested_on") or desk.ledger.today)
        homes = packing.homes_of(groups, free)
        kept = [(group, homes[at]) for at, group in enumerate(groups) if group.ready or homes[at] is not None]
        yield _several_cod(order, payment, groups)
        for group, home in kept:
            collects = group is kept[0][0] and not any(row.money("cod_amount") for row in fixed.values())
            cells, why_not = shipment_cells(order, payment, group, collects=collects, desk=desk)
            days += [cells["ship_on"]] if isinstance(cells["ship_on"], date) else []
            yield _written(order, group, home, cells, numbers, desk)
            yield [_no_service(order, why_not)] if why_not else []
        yield [update(line, {"shipment_id": None}) for line in packing.homeless(groups, kept)]
        stay = {home.key for _, home in kept if home is not None}
        yield [cancelled(row, msg("nothing is left in it")) for key, row in free.items() if key not in stay]
    if lines:
        first = min(days, default=None)
        yield [update(one, {"ship_on": first}, msg("first parcel of the order")) for one in together]


def _follows_order(parcel: Row) -> bool:
    """Return whether a parcel is still open: nothing was handed over, no number was typed for it."""
    return parcel.text("state") == "planned" and not parcel.text("tracking_number")


def _several_cod(order: Row, payment: Payment, groups: Sequence[Group]) -> list[Finding]:
    if not payment.cod or len({group.destination for group in groups}) < 2:
        return []
    return [
        order.warning(
            "cod-several-destinations",
            "payment_method",
            msg("Cash can be collected at one door only; the first parcel will ask for the whole amount."),
            msg("Agree on another payment method, or split the order."),
        )
    ]


def _no_service(order: Row, why: Message) -> Finding:
    return order.warning(
        "no-service-fits",
        "service_wish",
        msg("No service of the carrier takes this parcel. {why}", why=why),
        msg("Change the delivery method, the requested time or the payment method of the order."),
    )


def _written(
    order: Row,
    group: Group,
    home: Row | None,
    cells: Mapping[str, Value],
    numbers: Iterator[int],
    desk: Desk,
) -> Iterator[Part]:
    if home is not None:
        yield update(home, cells, msg("the order has changed"))
        key = home.key
    else:
        number = next(numbers)
        key = shipment_id(order.key, number, desk.taken)
        desk.taken.add(key)
        yield AppendRow(
            "shipments",
            {"shipment_id": key, "state": "planned", "order_id": order.key, "parcel": number, **cells},
            msg("all of it is reserved"),
        )
    yield [update(line, {"shipment_id": key}) for line in group.lines]
