"""Reserve stock for orders that may be reserved, give back what is not needed, and say what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from automations.core.calendar import Calendar
from automations.core.ledger import Ledger, Row, update
from automations.core.messages import Message, msg
from automations.core.orders.order_day import ordered_day, ordered_moment
from automations.core.payments import Payment
from automations.core.places.destinations import destination_of
from automations.core.plan import Plan, SetCells
from automations.core.records import dataclass
from automations.core.shipping.carriers import Carrier
from automations.core.shipping.services import latest_ship_day, lead_days, main_carrier
from automations.core.shop import Shop
from automations.core.stock import shelf as stock
from automations.core.stock.components import write_components
from automations.core.stock.demand import Demand, Line, gather
from automations.core.stock.findings import over_reserved, shortage_findings, stray_movements, unfit_lots
from automations.core.stock.reserving import reserve
from automations.core.stock.shortages import natural, tell_shortages

ASKS_WHETHER_CLOSED = True
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
_LINE_WHY = {
    "given_back": msg("the order gives its stock back"),
    "too_much": msg("more was reserved than the line needs"),
    "none": msg("nothing could be reserved"),
    "partial": msg("only a part could be reserved"),
    "full": msg("reserved"),
}
_UNPAID = msg("reserved as soon as the payment is settled")


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
    demand = gather(ledger, sku_of)
    spendable = {key: units[key] - demand.reserved[key] for key in units}
    queue = queue_of(demand.lines, ledger.today, settings)
    reserve(queue, stock.Shelf(lots, spendable), whole_orders_first=settings.whole_orders_first)
    reserved = demand.reserved_after()
    shelf = stock.Shelf(lots, {key: units[key] - reserved[key] for key in units})
    tell_shortages(demand, shelf, sku_of)
    return Plan.of(
        _line_changes(demand, ledger.language),
        _order_changes(demand),
        _stock_changes(ledger, units, reserved, demand),
        _product_changes(ledger, shelf),
        shortage_findings(demand),
        over_reserved(ledger, units, reserved, demand),
        unfit_lots(ledger, lots, demand),
        stray_movements(strays),
    )


def queue_of(lines: Iterable[Line], today: date, settings: Settings) -> list[list[Line]]:
    """Return the lines that miss something, by order, most urgent order first; mark those that must wait."""
    waiting: dict[str, list[Line]] = {}
    for line in lines:
        if line.missing:
            line.waits = line.claim.barred or _unpaid(line.order, settings)
            waiting.setdefault(line.order.key, []).append(line)
    return sorted(waiting.values(), key=lambda own: _priority(own[0].order, today, settings))


def _unpaid(order: Row, settings: Settings) -> Message | None:
    if settings.allocate_at == "intake":
        return None
    payment = settings.payments.get(order.text("payment_method"))
    return None if payment and payment.may_ship(order) else _UNPAID


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


def _line_changes(demand: Demand, language: str) -> Iterator[SetCells]:
    spoken: dict[int, str] = {}  # by identity: many lines share one sentence
    for line in demand.lines:
        shortage = line.waits or line.short
        if shortage and id(shortage) not in spoken:
            spoken[id(shortage)] = shortage.text(language)
        cells = {
            "allocated_qty": line.sets,
            "reserved": _written(line.held),
            "shortage": spoken[id(shortage)] if shortage else None,
        }
        yield from update(line.row, cells, _LINE_WHY[_outcome(line)])


@lru_cache(maxsize=1 << 16)
def _written(held: tuple[stock.Reservation, ...]) -> str | None:
    return write_components(held) or None


def _outcome(line: Line) -> str:
    if not line.claim.parts:
        return "given_back"
    if line.claim.before and line.given_back:
        return "too_much"
    if not line.sets:
        return "none"
    return "partial" if line.missing else "full"


def _order_changes(demand: Demand) -> Iterator[SetCells]:
    for key, allocation in demand.allocations().items():
        order = demand.orders[key]
        if order.get("allocation") != allocation:
            yield from update(order, {"allocation": allocation}, _ALLOCATION_WHY[allocation])


def _stock_changes(
    ledger: Ledger, units: Mapping[str, int], reserved: Counter[str], demand: Demand
) -> Iterator[SetCells]:
    given_back = {key for line in demand.lines if line.claim.before for key, _ in line.given_back}
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
