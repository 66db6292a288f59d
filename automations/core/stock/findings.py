"""What a person should know of the stock: too much promised, lots that cannot ship, movements without a shelf."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from automations.core.ledger import Ledger, Row
from automations.core.messages import msg
from automations.core.plan import Finding
from automations.core.statuses import standing_of
from automations.core.stock.demand import SEALED, Demand
from automations.core.stock.shelf import Lot, stock_key
from automations.core.stock.shortages import holders_of, named


def shortage_findings(demand: Demand) -> Iterator[Finding]:
    """Yield the lines that stay short."""
    fix = msg("Receive or recount the goods, or agree with the customer to wait, take less or cancel.")
    for line in demand.lines:
        if line.short is not None:
            why = msg("{shortage}.", shortage=line.short)
            yield line.row.warning("stock-short", "qty", why, fix)


def over_reserved(
    ledger: Ledger, units: Mapping[str, int], reserved: Counter[str], demand: Demand
) -> Iterator[Finding]:
    """Yield the stock rows of which more is promised than there is."""
    over = {row.key: row for row in ledger["stock"] if reserved[row.key] > max(0, units[row.key])}
    holders = holders_of(demand, {key: key for key in over})
    for key, row in over.items():
        yield row.warning(
            "stock-over-reserved",
            "counted_qty",
            msg(
                "On hand: {units}; reserved for {orders}: {reserved}.",
                reserved=reserved[key],
                orders=named(holders[key]),
                units=units[key],
            ),
            msg("Count once more; then receive goods, or set one of these orders back to unallocated."),
        )


def unfit_lots(ledger: Ledger, lots: Iterable[Lot], demand: Demand) -> Iterator[Finding]:
    """Yield reservations that stand, but from a lot that is too old by the day it arrives or has no row any more."""
    last_day = {lot.key: lot.last_day for lot in lots}
    known = last_day.keys() | {row.key for row in ledger["stock"].set_aside}
    farthest = _farthest_day(ledger)
    ageing = {key for key, day in last_day.items() if day < farthest}
    if ageing.isdisjoint(demand.reserved) and known >= demand.reserved.keys():
        return
    changed = {line.row.key: line.held for line in demand.lines}
    for row, before in demand.holding:
        for key, _ in changed.get(row.key, before):
            if key not in known:
                yield _lot_missing(row, key)
            elif key in ageing and last_day[key] < _arrival_day(row, ledger):
                yield _lot_too_old(row, key)


def _farthest_day(ledger: Ledger) -> date:
    """Return a day by which everything planned will have arrived."""
    wished = [row.day("requested_on") for row in ledger["orders"] if row.cells.get("requested_on")]
    planned = [row.day("deliver_on") for row in ledger["shipments"] if row.cells.get("deliver_on")]
    return max((ledger.today + timedelta(days=1), *filter(None, {*wished, *planned})))


def _arrival_day(row: Row, ledger: Ledger) -> date:
    """Return the day the line arrives as far as it is known; the far past for what is packed already."""
    shipment = ledger["shipments"].get(row.text("shipment_id"))
    if shipment is not None and standing_of(shipment) in SEALED:
        return date.min
    order = ledger["orders"].get(row.text("order_id"))
    known = (shipment.day("deliver_on") if shipment else None) or (
        order.day("requested_on") if order else None
    )
    tomorrow = ledger.today + timedelta(days=1)
    return max(tomorrow, known or tomorrow)


def _lot_missing(row: Row, key: str) -> Finding:
    return row.warning(
        "lot-missing",
        "reserved",
        msg("{lot} is reserved here and has no row in the stock tab any more.", lot=key),
        msg("Put the stock row back, or set the order back to unallocated."),
    )


def _lot_too_old(row: Row, key: str) -> Finding:
    return row.warning(
        "lot-too-old",
        "reserved",
        msg("{lot} is reserved here and will be too close to its date when it arrives.", lot=key),
        msg("Ship it earlier with the customer's consent, or set the order back to unallocated."),
    )


def stray_movements(strays: Iterable[Row]) -> Iterator[Finding]:
    """Yield one movement of every place and lot that has no row in the stock tab."""
    first: dict[str, Row] = {}
    for move in strays:
        first.setdefault(stock_key(move.text("sku"), move.text("place"), move.text("lot")), move)
    for key, move in first.items():
        yield move.warning(
            "movement-without-stock",
            "sku",
            msg("There is no row {key} in the stock tab, so this movement counts for nothing.", key=key),
            msg("Add the row with the number you counted, or correct product, place and lot here."),
        )
