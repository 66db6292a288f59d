"""Says what a line that cannot be served is missing, and who holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from automations.core.messages import Message, msg
from automations.core.stock.demand import Demand, Line
from automations.core.stock.shelf import Part, Shelf

_NAMED = 5
_NEXT_RUN = msg("has just become free; reserved in the next run")


def tell_shortages(demand: Demand, shelf: Shelf, sku_of: Mapping[str, str]) -> None:
    """Note in every line that stays short what is missing, or that it has become free in this very run.

    Args:
        demand: Lines after reserving.
        shelf: What is free after the run, units given back in it included.
        sku_of: Product by stock key.
    """
    short = [line for line in demand.lines if line.waits is None and line.missing]
    wanted = {sku for line in short for sku, _ in line.claim.parts}
    holders = holders_of(demand, {key: sku for key, sku in sku_of.items() if sku in wanted})
    holding = {order for orders in holders.values() for order in orders}
    known: dict[tuple[tuple[Part, ...], int, date, str], Message | None] = {}
    for line in short:
        order = line.order.key if line.order.key in holding else ""
        alike = (line.claim.parts, line.missing, line.day, order)
        if alike not in known:
            known[alike] = _shortage_of(line, shelf, holders)
        line.short = known[alike]
        if line.short is None:
            line.waits = _NEXT_RUN


def holders_of(demand: Demand, wanted: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the orders that hold something after the run, the lowest number first.

    Args:
        demand: Lines after reserving.
        wanted: Under which name to list the holders of each stock key; others are left out.
    """
    if not wanted:
        return {}
    held = {row.key: (row.text("order_id"), pairs) for row, pairs in demand.holding}
    held |= {line.row.key: (line.order.key, line.held) for line in demand.lines}
    found: dict[str, set[str]] = {}
    for order, pairs in held.values():
        for key, _ in pairs:
            if key in wanted:
                found.setdefault(wanted[key], set()).add(order)
    return {name: sorted(orders, key=natural) for name, orders in found.items()}


def natural(number: str) -> tuple[int, str]:
    """Return a sort key that puts order 999 before order 1000."""
    return (len(number), number)


def named(orders: Sequence[str]) -> Message:
    """Return at most five order numbers, and whether there are more."""
    if len(orders) > _NAMED:
        return msg("{orders} and others", orders=tuple(orders[:_NAMED]))
    return msg("{orders}", orders=tuple(orders))


def _shortage_of(line: Line, shelf: Shelf, holders: Mapping[str, Sequence[str]]) -> Message | None:
    """Return what is missing for the rest of a line; None when everything has become free in this very run."""
    short = []
    for sku, each in line.claim.parts:
        missing = each * line.missing - shelf.left(sku, line.day)
        if missing > 0:
            others = [order for order in holders.get(sku, ()) if order != line.order.key]
            short.append(_short(sku, missing, others, shelf.too_old(sku, line.day), shelf.knows(sku)))
    if not short:
        return None
    return short[0] if len(short) == 1 else msg("{shortages}", shortages=tuple(short))


def _short(sku: str, missing: int, others: Sequence[str], too_old: int, is_kept: bool) -> Message:
    reasons = []
    if others:
        reasons.append(msg("held for {orders}", orders=named(others)))
    if too_old:
        reasons.append(msg("on the shelf but too close to the date: {units}", units=too_old))
    if not is_kept:
        reasons.append(msg("no row in the stock tab"))
    if not reasons:
        return msg("{sku} is short by {missing}", sku=sku, missing=missing)
    return msg("{sku} is short by {missing} ({reasons})", sku=sku, missing=missing, reasons=tuple(reasons))
