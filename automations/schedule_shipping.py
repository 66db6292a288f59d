"""Plan the parcels of every order that has its stock: ship day, carrier and service, what the label says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from itertools import count

from automations.core import packing
from automations.core.calendar import Calendar
from automations.core.calling_off import called_off, cancelled, is_stopped, stopped_parcels, without_order
from automations.core.carriers import Carrier
from automations.core.channels import Channel
from automations.core.consolidation import merged
from automations.core.holds import HoldReason
from automations.core.islands import is_island
from automations.core.ledger import Ledger, Row, update
from automations.core.messages import Message, msg
from automations.core.numbering import shipment_id
from automations.core.packing import Catalogue, Group
from automations.core.payments import Payment
from automations.core.plan import AppendRow, Finding, Part, Plan
from automations.core.services import SIZES, Chosen, Parcel, choose, lead_days, main_carrier
from automations.core.shared_parcels import parcels_of, with_orders
from automations.core.ship_days import ShipDay, last_to_leave, ship_day
from automations.core.shop import Shop
from automations.core.statuses import is_ended, standing_of, stopped_by_hand
from automations.core.values import Value

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


_SIZES = tuple(size for size, _ in SIZES)
_NOT_YET = msg("not chosen yet")


@dataclass(frozen=True)
class Settings:
    """How the shop ships.

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
class _Desk:
    """What planning one order needs beside the order, and what was found out for earlier ones.

    Attributes:
        taken: All parcel ids, new ones included.
        riders: Orders that go in the parcel of another one, by the key of that one.
        chosen: Services by everything that decides on them; lead days by carrier, service and prefecture.
    """

    ledger: Ledger
    settings: Settings
    catalogue: Catalogue
    taken: set[str]
    riders: Mapping[str, Sequence[Row]]
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


def plan(ledger: Ledger, settings: Settings) -> Plan:
    """Plan one parcel for each destination and temperature whose lines are all reserved.

    A planned parcel follows its order until it is instructed; then nothing changes it any more. The ship
    day stays blank while payment or stock is open, and the reason says so (practice 4.1).

    Returns:
        Shipments, the parcel of each line, the order's first ship day. Findings: ``no-service-fits``,
        ``cod-several-destinations``; ``cancelled-after-instruction`` (called off, put on hold or deleted) and
        ``cancelled-after-shipping`` for parcels that a person must stop.
    """
    catalogue = Catalogue({row.key: row for row in ledger["products"]})
    calendar = replace(settings.calendar, is_holiday=cache(settings.calendar.is_holiday))
    desk = _Desk(
        ledger=ledger,
        settings=replace(settings, calendar=calendar),
        catalogue=catalogue,
        taken={row.key for row in ledger["shipments"]},
        riders=merged(ledger, settings.channels),
    )
    riding = {rider.key for riders in desk.riders.values() for rider in riders}
    parcels = parcels_of(ledger)
    parts: list[Part] = []
    for order in ledger["orders"]:
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


def _planned(order: Row, parcels: Sequence[Row], desk: _Desk) -> Iterator[Part]:
    together = desk.together(order)
    lines = [line for one in together for line in desk.lines_of(one)]
    payment = desk.settings.payments.get(order.text("payment_method"))
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
            cells, why_not = _cells(order, payment, group, collects=collects, desk=desk)
            days += [cells["ship_on"]] if isinstance(cells["ship_on"], date) else []
            yield _written(order, group, home, cells, numbers, desk)
            yield why_not
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
        order.finding(
            "cod-several-destinations",
            "payment_method",
            msg("Cash can be collected at one door only; the first parcel will ask for the whole amount."),
            msg("Agree on another payment method, or split the order."),
            level="warning",
        )
    ]


def _cells(
    order: Row, payment: Payment, group: Group, *, collects: bool, desk: _Desk
) -> tuple[dict[str, Value], list[Finding]]:
    """Return what the shipment's row says, and what keeps it from going."""
    settings = desk.settings
    together = desk.together(order)
    cash = sum(one.money("total") for one in together) if payment.cod and collects else 0
    usual = main_carrier(settings.carriers, settings.carrier)
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
    return cells, [] if chosen.service else [_no_service(order, chosen.reason)]


def _cod_tax(order: Row, desk: _Desk) -> int:
    rate = desk.settings.standard_tax_rate
    return sum(
        packing.cod_tax(one, desk.lines_of(one), desk.catalogue, standard_rate=rate)
        for one in desk.together(order)
    )


def _choice(parcel: Parcel, wish: str, desk: _Desk) -> Chosen:
    key = (*parcel.record.values(), parcel.thickness_mm, parcel.fits_mailbox, wish)
    if key not in desk.chosen:
        settings = desk.settings
        desk.chosen[key] = choose(
            parcel,
            wish,
            settings.carriers,
            settings.carrier,
            prefer_mailbox=settings.prefer_mailbox,
            mailbox_carrier=settings.mailbox_carrier,
        )
    return desk.chosen[key]


def _parcel(order: Row, group: Group, cash: int, *, keeps_wish: bool, desk: _Desk) -> Parcel:
    measure = packing.measure(
        group,
        box_size_cm=desk.settings.box_size_cm,
        box_weight_g=desk.settings.box_weight_g,
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


def _leaves(order: Row, payment: Payment, group: Group, chosen: Chosen, desk: _Desk) -> ShipDay:
    if not group.ready:
        return ShipDay(None, None, msg("not all of it is reserved"))
    settings = desk.settings
    released = (goods.release_on for goods in group.goods)
    route = (chosen.carrier.id, chosen.service.id if chosen.service else "", group.destination.prefecture)
    if route not in desk.lead_days:
        desk.lead_days[route] = lead_days(chosen.carrier, settings.shop.prefecture, route[2], chosen.service)
    release_on = max((day for day in released if day), default=None)
    return last_to_leave(
        ship_day(
            one,
            payment,
            days=desk.lead_days[route] + _to_island(group, settings),
            release_on=release_on,
            calendar=settings.calendar,
            now=desk.ledger.now,
            handling_days=settings.handling_days,
        )
        for one in desk.together(order)
    )


def _to_island(group: Group, settings: Settings) -> int:
    """Return the days on top of the carrier's for an island, the same that a delivery wish is held by."""
    rule = settings.holds.get("delivery_wish")
    return rule.island_extra_days if rule and is_island(group.destination.postcode) else 0


def _no_service(order: Row, why: Message) -> Finding:
    return order.finding(
        "no-service-fits",
        "service_wish",
        msg("No service of the carrier takes this parcel. {why}", why=why),
        msg("Change the delivery method, the requested time or the payment method of the order."),
        level="warning",
    )


def _written(
    order: Row,
    group: Group,
    home: Row | None,
    cells: Mapping[str, Value],
    numbers: Iterator[int],
    desk: _Desk,
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
