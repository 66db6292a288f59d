"""Says what a line that cannot be served is missing, and who holds it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from automations.core.messages import Message, msg
from automations.core.reserving import Line, Survey
from automations.core.stock import Shelf

_NAMED = 5


def holders_of(survey: Survey, skus: Iterable[str], sku_of: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the orders that hold units of these products after the run, by product, in sheet order."""
    wanted = set(skus)
    held = survey.held_by()
    orders = {row.key: row.text("order_id") for row in survey.holding}
    orders |= {line.row.key: line.order.key for line in survey.lines}
    found: dict[str, dict[str, None]] = {}
    for key, order in sorted(orders.items(), key=lambda pair: natural(pair[1])):
        for stock_key, _ in held[key]:
            sku = sku_of.get(stock_key, "")
            if sku in wanted:
                found.setdefault(sku, {})[order] = None
    return {sku: list(names) for sku, names in found.items()}


def natural(number: str) -> tuple[int, str]:
    """Return a sort key that puts order 999 before order 1000."""
    return (len(number), number)


def named(orders: Sequence[str]) -> Message:
    """Return at most five order numbers, and whether there are more."""
    if len(orders) > _NAMED:
        return msg("{orders} and others", orders=tuple(orders[:_NAMED]))
    return msg("{orders}", orders=tuple(orders))


def shortage_of(line: Line, shelf: Shelf, holders: Mapping[str, Sequence[str]]) -> Message | None:
    """Return what is missing for the rest of a line; None when everything has become free in this very run.

    Args:
        line: A line that is not served whole.
        shelf: What is free after the run, units given back in it included.
        holders: Orders that hold each product.
    """
    short = []
    for sku, each in line.parts:
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
