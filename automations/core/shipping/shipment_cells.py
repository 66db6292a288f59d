"""What the row of a planned shipment says: carrier and service, days, measures, cash, label texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime

from automations.core.calendar import Calendar
from automations.core.holds.reasons import HoldReason
from automations.core.ledger import Ledger, Row
from automations.core.messages import Message, msg
from automations.core.orders.channels import Channel
from automations.core.payments import Payment
from automations.core.places.islands import is_island
from automations.core.records import dataclass
from automations.core.shipping import packing
from automations.core.shipping.carriers import Carrier
from automations.core.shipping.packing import Catalogue, Group
from automations.core.shipping.services import SIZES, Chosen, Parcel, choose, lead_days, main_carrier
from automations.core.shipping.shared_parcels import with_orders
from automations.core.shipping.ship_days import ShipDay, last_to_leave, ship_day
from automations.core.shop import Shop
from automations.core.values import Value

_SIZES = tuple(size for size, _ in SIZES)
_NOT_YET = msg("not chosen yet")


@dataclass(frozen=True)
class ShippingRules:
    """How the shop ships; the settings of ``schedule_shipping``.

    Attributes:
        holds: Its rule on delivery wishes knows how much longer the way to an island is.
        carrier: Id of the carrier that ships without another wish.
        prefer_mailbox: Use a mailbox service without a wish where everything fits.
        mailbox_carrier: Id of the carrier whose mailbox services come first; blank is the usual carrier.
        handling_days: Working days between taking up an order and shipping it; 0 ships an order that came
            before the cut-off on the same day.
        box_size_cm: What a box adds to length, width and height together.
        box_weight_g: What a box and its filling weigh.
        standard_tax_rate: Percent on shipping and fees.
    """

    shop: Shop
    calendar: Calendar
    payments: Mapping[str, Payment]
    carriers: Mapping[str, Carrier]
    holds: Mapping[str, HoldReason]
    channels: Mapping[str, Channel]
    carrier: str = "yamato"
    prefer_mailbox: bool = False
    mailbox_carrier: str = ""
    handling_days: int = 0
    box_size_cm: int = 5
    box_weight_g: int = 200
    standard_tax_rate: int = 10


@dataclass(slots=True)
class Desk:
    """What planning one order needs beside the order, and what was found out for earlier ones.

    Attributes:
        taken: All parcel ids, new ones included.
        riders: Orders that go in the parcel of another one, by the key of that one.
        confirmed_at: When the last hold of an order was closed.
        chosen: Services by everything that decides on them; lead days by carrier, service and prefecture.
    """

    ledger: Ledger
    rules: ShippingRules
    catalogue: Catalogue
    taken: set[str]
    riders: Mapping[str, Sequence[Row]]
    confirmed_at: Mapping[str, datetime]
    chosen: dict[tuple[object, ...], Chosen] = field(default_factory=dict)
    lead_days: dict[tuple[str, str, str], int] = field(default_factory=dict)
    texts: dict[tuple[object, ...], str] = field(default_factory=dict)

    def text(self, reason: Message) -> str:
        """Return a reason in the shop's language; the same few are written for many orders."""
        key = (reason.template, *reason.values.values())
        if key not in self.texts:
            self.texts[key] = reason.text(self.ledger.language)
        return self.texts[key]

    def together(self, order: Row) -> tuple[Row, ...]:
        """Return the orders that go in this order's parcel, itself first."""
        return (order, *self.riders.get(order.key, ()))

    def lines_of(self, order: Row) -> Sequence[Row]:
        """Return an order's lines."""
        return self.ledger.lines_of().get(order.key, ())


def shipment_cells(
    order: Row, payment: Payment, group: Group, *, collects: bool, desk: Desk
) -> tuple[dict[str, Value], Message | None]:
    """Return what the shipment's row says; and, where no service takes the parcel, why not.

    Args:
        order: The order, or the first of those that go in one parcel.
        payment: Its way to pay.
        group: What lies in the parcel.
        collects: Whether this parcel of the order is the one that collects the cash.
        desk: Rules, catalogue and what was found out for earlier orders.
    """
    rules = desk.rules
    together = desk.together(order)
    cash = sum(one.money("total") for one in together) if payment.cod and collects else 0
    usual = main_carrier(rules.carriers, rules.carrier)
    leaves = _leaves(order, payment, group, Chosen(usual, None, _NOT_YET), desk)
    parcel = _parcel(order, group, cash, keeps_wish=leaves.keeps_wish, desk=desk)
    chosen = _choice(parcel, order.text("service_wish"), desk)
    if chosen.carrier is not usual or (chosen.service and chosen.service.extra_days):
        leaves = _leaves(order, payment, group, chosen, desk)
    cells: dict[str, Value] = {
        **parcel.record,
        "size": parcel.record["size"] if parcel.record["size"] in _SIZES else None,
        "carrier": chosen.carrier.id,
        "service": chosen.service.id if chosen.service else None,
        "service_reason": desk.text(chosen.reason),
        "ship_on": leaves.ship_on,
        "deliver_on": leaves.deliver_on,
        "ship_on_reason": desk.text(leaves.reason),
        "cod_tax": _cod_tax(order, desk) if cash else None,
        "with_orders": with_orders(together[1:]),
        **packing.written_on(order, group),
    }
    return cells, None if chosen.service else chosen.reason


def _cod_tax(order: Row, desk: Desk) -> int:
    rate = desk.rules.standard_tax_rate
    return sum(
        packing.cod_tax(one, desk.lines_of(one), desk.catalogue, standard_rate=rate)
        for one in desk.together(order)
    )


def _choice(parcel: Parcel, wish: str, desk: Desk) -> Chosen:
    key = (*parcel.record.values(), parcel.thickness_mm, parcel.fits_mailbox, wish)
    if key not in desk.chosen:
        rules = desk.rules
        desk.chosen[key] = choose(
            parcel,
            wish,
            rules.carriers,
            rules.carrier,
            prefer_mailbox=rules.prefer_mailbox,
            mailbox_carrier=rules.mailbox_carrier,
        )
    return desk.chosen[key]


def _parcel(order: Row, group: Group, cash: int, *, keeps_wish: bool, desk: Desk) -> Parcel:
    measure = packing.measure(
        group,
        box_size_cm=desk.rules.box_size_cm,
        box_weight_g=desk.rules.box_weight_g,
    )
    record = {
        "temperature": group.temperature,
        "cod_amount": cash or None,
        "requested_on": order.day("requested_on") if keeps_wish else None,
        "requested_time": order.text("requested_time") or None,
        "size": measure.size_class or measure.size_cm,
        "weight_g": measure.weight_g,
    }
    in_mailbox = all(goods.mailbox for goods in group.goods)
    return Parcel(record, measure.thickness_mm, in_mailbox)


def _leaves(order: Row, payment: Payment, group: Group, chosen: Chosen, desk: Desk) -> ShipDay:
    if not group.ready:
        return ShipDay(None, None, msg("not all of it is reserved"))
    rules = desk.rules
    released = (goods.release_on for goods in group.goods)
    route = (chosen.carrier.id, chosen.service.id if chosen.service else "", group.destination.prefecture)
    if route not in desk.lead_days:
        desk.lead_days[route] = lead_days(chosen.carrier, rules.shop.prefecture, route[2], chosen.service)
    release_on = max((day for day in released if day), default=None)
    return last_to_leave(
        ship_day(
            one,
            payment,
            days=desk.lead_days[route] + _to_island(group, rules),
            release_on=release_on,
            calendar=rules.calendar,
            now=desk.ledger.now,
            handling_days=rules.handling_days,
            confirmed_at=desk.confirmed_at.get(one.key),
        )
        for one in desk.together(order)
    )


def _to_island(group: Group, rules: ShippingRules) -> int:
    """Return the days on top of the carrier's for an island, the same that a delivery wish is held by."""
    rule = rules.holds.get("delivery_wish")
    return rule.island_extra_days if rule and is_island(group.destination.postcode) else 0
