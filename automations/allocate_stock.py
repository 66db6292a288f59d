"""Reserve stock for orders that may be reserved, give back what is not needed, and say what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal

from automations.core import stock
from automations.core.calendar import Calendar
from automations.core.carriers import Carrier
from automations.core.components import write_components
from automations.core.destinations import destination_of
from automations.core.ledger import Ledger, Row, update
from automations.core.messages import Message, msg
from automations.core.order_day import ordered_day, ordered_moment
from automations.core.payments import Payment
from automations.core.plan import Finding, Plan, SetCells
from automations.core.records import dataclass
from automations.core.reserving import GONE, Line, Survey, is_given_back, survey
from automations.core.services import latest_ship_day, lead_days, main_carrier
from automations.core.shop import Shop
from automations.core.shortages import holders_of, named, natural, shortage_of
from automations.core.statuses import standing_of

READS = {
    "orders": (
        "status", "status_set", "intake", "payment_method", "payment_state", "credit_state", "paid_on",
        "ordered_at", "imported_at", "requested_on", "allocation", "ship_prefecture", "buyer_prefecture",
    ),
    "order_lines": ("order_id", "sku", "qty", "components", "reserved", "allocated_qty", "shortage", "shipment_id"),
    "shipments": ("state", "stopped", "deliver_on"),
    "products": ("sku", "components", "min_days_left", "release_on", "free"),
    "stock": (
        "sku", "place", "lot", "counted_qty", "counted_at", "expires_on", "on_hand", "reserved", "free", "released_at",
    ),
    "movements": ("sku", "place", "lot", "qty", "moved_at"),
}  # fmt: skip
WRITES = {
    "orders": ("allocation",),
    "order_lines": ("allocated_qty", "reserved", "shortage"),
    "products": ("free",),
    "stock": ("on_hand", "reserved", "free", "released_at"),
}

_ALLOCATION_WHY = {
    "full": msg("all lines are reserved"),
    "partial": msg("some lines are short"),
    "none": msg("nothing is reserved"),
}


@dataclass(frozen=True)
class Settings:
    """How stock is given to orders.

    Attributes:
        allocate_at: ``intake`` reserves for every complete order; ``payment_ok`` only once it may ship.
        whole_orders_first: An order that can be served whole goes before one that would stay short.
        carrier: Id of the carrier whose days under way decide when a requested day becomes urgent.
    """

    shop: Shop
    calendar: Calendar
    payments: Mapping[str, Payment]
    carriers: Mapping[str, Carrier]
    allocate_at: Literal["intake", "payment_ok"] = "intake"
    whole_orders_first: bool = False
    carrier: str = "yamato"


def plan(ledger: Ledger, settings: Settings) -> Plan:
    """Reserve free stock for waiting order lines, most urgent order first (practice 3.2).

    What an order has it keeps, until it is cancelled or needs less; such units are free for others in the
    next run only, because a run spends what was free when it began (safety R10).

    Returns:
        Reservations and the figures of the stock and product tabs. Findings, all warnings: ``stock-short``
        names product, missing units and who holds them; ``stock-over-reserved`` a recount below what is
        promised; ``lot-too-old`` and ``lot-missing`` reservations that cannot ship as they are;
        ``movement-without-stock``.
    """
    units, strays = stock.on_hand(ledger["stock"], ledger["movements"])
    lots = stock.lots_of(
        ledger["stock"], {row.key: row.number_of("min_days_left") for row in ledger["products"]}
    )
    sku_of = {lot.key: lot.sku for lot in lots}
    lines = survey(ledger, sku_of)
    spendable = {key: units[key] - lines.reserved[key] for key in units}
    _hold_up(lines.lines, ledger, settings)
    _serve(lines.lines, stock.Shelf(lots, spendable), ledger.today, settings)
    reserved = lines.reserved_after()
    shelf = stock.Shelf(lots, {key: units[key] - reserved[key] for key in units})
    _tell_shortages(lines, shelf, sku_of)
    return Plan.of(
        _line_changes(lines, ledger.language),
        _order_changes(lines),
        _stock_changes(ledger, units, reserved, lines),
        _product_changes(ledger, shelf),
        _shortage_findings(lines),
        _over_reserved(ledger, units, reserved, lines),
        _unfit_lots(ledger, lots, lines),
        _stray_movements(strays),
    )


def _hold_up(lines: Iterable[Line], ledger: Ledger, settings: Settings) -> None:
    """Mark the lines that get nothing now, whatever lies on the shelf."""
    products = ledger["products"]
    for line in lines:
        if not line.missing or not line.parts:
            continue
        payment = settings.payments.get(line.order.text("payment_method"))
        skus = (line.row.text("sku"), *(sku for sku, _ in line.parts))
        unknown = next((sku for sku in skus if sku not in products), None)
        if unknown is not None:
            line.waits = msg("{sku} is not in the products tab", sku=unknown)
        elif released := _still_to_come([products[sku] for sku in skus], ledger.today):
            line.waits = msg(
                "waits for the release of {sku} on {day}", sku=released.key, day=released.text("release_on")
            )
        elif settings.allocate_at == "payment_ok" and not (payment and payment.may_ship(line.order)):
            line.waits = msg("reserved as soon as the payment is settled")


def _still_to_come(products: Iterable[Row], today: date) -> Row | None:
    return next((row for row in products if (row.day("release_on") or today) > today), None)


def _serve(lines: Iterable[Line], shelf: stock.Shelf, today: date, settings: Settings) -> None:
    waiting: dict[str, list[Line]] = {}
    for line in lines:
        if line.missing and line.parts:
            waiting.setdefault(line.order.key, []).append(line)
    queue = sorted(waiting.values(), key=lambda lines: _priority(lines[0].order, today, settings))
    if settings.whole_orders_first:
        queue = [lines for lines in queue if not _served_whole(lines, shelf)]
    for order_lines in queue:
        for line in order_lines:
            if line.waits is None:
                _give(line, min(line.missing, shelf.sets(line.parts, line.day)), shelf)


def _priority(order: Row, today: date, settings: Settings) -> tuple[object, ...]:
    payment = settings.payments.get(order.text("payment_method"))
    ordered_at = ordered_moment(order)
    since = order.day("paid_on") if payment and payment.needs_money else None
    return (
        not _is_urgent(order, today, settings),
        not (payment and payment.may_ship(order)),
        since or ordered_day(order) or date.max,
        ordered_at.timestamp() if ordered_at else float("inf"),
        natural(order.key),
    )


def _is_urgent(order: Row, today: date, settings: Settings) -> bool:
    requested_on = order.day("requested_on")
    if requested_on is None:
        return False
    carrier = main_carrier(settings.carriers, settings.carrier)
    days = lead_days(carrier, settings.shop.prefecture, destination_of(order).prefecture)
    return latest_ship_day(settings.calendar, requested_on, days) <= today


def _served_whole(lines: Sequence[Line], shelf: stock.Shelf) -> bool:
    """Serve an order if all its lines can be served, else leave the shelf as it was."""
    taken: list[tuple[stock.Reservation, ...]] = []
    for line in lines:
        if line.waits is not None or shelf.sets(line.parts, line.day) < line.missing:
            for units in taken:
                shelf.put_back(units)
            return False
        taken.append(shelf.take(line.parts, line.missing, line.day))
    for line, units in zip(lines, taken, strict=True):
        line.held = stock.merged(line.held, units)
        line.sets = line.qty
    return True


def _give(line: Line, sets: int, shelf: stock.Shelf) -> None:
    if sets:
        line.held = stock.merged(line.held, shelf.take(line.parts, sets, line.day))
        line.sets += sets


def _tell_shortages(lines: Survey, shelf: stock.Shelf, sku_of: Mapping[str, str]) -> None:
    short = [line for line in lines.lines if line.missing and line.parts and line.waits is None]
    if not short:
        return
    holders = holders_of(lines, {sku for line in short for sku, _ in line.parts}, sku_of)
    for line in short:
        line.short = shortage_of(line, shelf, holders)
        if line.short is None:
            line.waits = msg("has just become free; reserved in the next run")


def _line_changes(lines: Survey, language: str) -> Iterator[SetCells]:
    for line in lines.lines:
        shortage = line.waits or line.short
        cells = {
            "allocated_qty": line.sets,
            "reserved": write_components(line.held) or None,
            "shortage": shortage.text(language) if shortage else None,
        }
        yield from update(line.row, cells, _why(line))


def _why(line: Line) -> Message:
    if is_given_back(line.order):
        return msg("the order gives its stock back")
    if line.given_back:
        return msg("more was reserved than the line needs")
    if not line.sets:
        return msg("nothing could be reserved")
    return msg("only a part could be reserved") if line.missing else msg("reserved")


def _order_changes(lines: Survey) -> Iterator[SetCells]:
    for line in lines.lines:
        lines.tallies[line.order.key].add(line.qty, line.sets)
    for tally in lines.tallies.values():
        yield from update(tally.order, {"allocation": tally.allocation}, _ALLOCATION_WHY[tally.allocation])


def _stock_changes(
    ledger: Ledger, units: Mapping[str, int], reserved: Counter[str], lines: Survey
) -> Iterator[SetCells]:
    given_back = {key for line in lines.lines for key, _ in line.given_back}
    for row in ledger["stock"]:
        key = row.key
        cells = {"on_hand": units[key], "reserved": reserved[key], "free": units[key] - reserved[key]}
        if key in given_back:
            yield from update(row, {**cells, "released_at": ledger.now}, msg("stock was given back"))
        else:
            yield from update(row, cells, msg("counted anew"))


def _product_changes(ledger: Ledger, shelf: stock.Shelf) -> Iterator[SetCells]:
    tomorrow = ledger.today + timedelta(days=1)
    for product in ledger["products"]:
        parts = stock.parts_of(product.key, product.text("components"))
        yield from update(product, {"free": shelf.sets(parts, tomorrow)}, msg("counted anew"))


def _shortage_findings(lines: Survey) -> Iterator[Finding]:
    for line in lines.lines:
        if line.short is not None:
            yield line.row.finding(
                "stock-short",
                "qty",
                msg("{shortage}.", shortage=line.short),
                msg("Receive or recount the goods, or agree with the customer to wait, take less or cancel."),
                level="warning",
            )


def _over_reserved(
    ledger: Ledger, units: Mapping[str, int], reserved: Counter[str], lines: Survey
) -> Iterator[Finding]:
    over = [row for row in ledger["stock"] if reserved[row.key] > max(0, units[row.key])]
    if not over:
        return
    holders = holders_of(lines, [row.key for row in over], {row.key: row.key for row in over})
    for row in over:
        yield row.finding(
            "stock-over-reserved",
            "counted_qty",
            msg(
                "On hand: {units}; reserved for {orders}: {reserved}.",
                reserved=reserved[row.key],
                orders=named(holders[row.key]),
                units=units[row.key],
            ),
            msg("Count once more; then receive goods, or set one of these orders back to unallocated."),
            level="warning",
        )


def _unfit_lots(ledger: Ledger, lots: Iterable[stock.Lot], lines: Survey) -> Iterator[Finding]:
    """Reservations that stand, but from a lot that is too old by the day it arrives or has no row any more."""
    last_day = {lot.key: lot.last_day for lot in lots}
    known = last_day.keys() | {row.key for row in ledger["stock"].set_aside}
    farthest = _farthest_day(ledger)
    ageing = {key for key, day in last_day.items() if day < farthest}
    held = lines.held_by()
    for row in lines.holding:
        for key, _ in held[row.key]:
            if key not in known:
                yield _lot_missing(row, key)
            elif key in ageing and last_day[key] < _arrival_day(row, ledger):
                yield _lot_too_old(row, key)


def _farthest_day(ledger: Ledger) -> date:
    """Return a day by which everything planned will have arrived."""
    wished = (day for order in ledger["orders"] if (day := order.day("requested_on")))
    planned = (day for parcel in ledger["shipments"] if (day := parcel.day("deliver_on")))
    return max((ledger.today + timedelta(days=1), *wished, *planned))


def _arrival_day(row: Row, ledger: Ledger) -> date:
    """Return the day the line arrives as far as it is known; the far past for what is packed already."""
    shipment = ledger["shipments"].get(row.text("shipment_id"))
    if shipment is not None and standing_of(shipment) in (*GONE, "instructed"):
        return date.min
    order = ledger["orders"].get(row.text("order_id"))
    known = (shipment.day("deliver_on") if shipment else None) or (
        order.day("requested_on") if order else None
    )
    tomorrow = ledger.today + timedelta(days=1)
    return max(tomorrow, known or tomorrow)


def _lot_missing(row: Row, key: str) -> Finding:
    return row.finding(
        "lot-missing",
        "reserved",
        msg("{lot} is reserved here and has no row in the stock tab any more.", lot=key),
        msg("Put the stock row back, or set the order back to unallocated."),
        level="warning",
    )


def _lot_too_old(row: Row, key: str) -> Finding:
    return row.finding(
        "lot-too-old",
        "reserved",
        msg("{lot} is reserved here and will be too close to its date when it arrives.", lot=key),
        msg("Ship it earlier with the customer's consent, or set the order back to unallocated."),
        level="warning",
    )


def _stray_movements(strays: Iterable[Row]) -> Iterator[Finding]:
    seen: set[str] = set()
    for move in strays:
        key = stock.stock_key(move.text("sku"), move.text("place"), move.text("lot"))
        if key not in seen:
            seen.add(key)
            yield move.finding(
                "movement-without-stock",
                "sku",
                msg("There is no row {key} in the stock tab, so this movement counts for nothing.", key=key),
                msg("Add the row with the number you counted, or correct product, place and lot here."),
                level="warning",
            )
