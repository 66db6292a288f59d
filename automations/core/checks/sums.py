"""Amounts that must agree: the total of an order, and its goods against its lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from automations.core.ledger import Row
from automations.core.records import dataclass
from automations.core.schema import SumCheck
from automations.core.values import Value


@dataclass(frozen=True, slots=True)
class Gap:
    """Two amounts that should be equal, in minor units.

    Attributes:
        total: Column of the amount that was given.
        given: What stands there.
        counted: What its parts come to.
    """

    total: str
    given: int
    counted: int


def row_gaps(checks: Iterable[SumCheck], row: Row) -> Iterator[Gap]:
    """Yield the declared sums that do not come out; blank parts count as 0.

    A sum is only checked when its total and the first of its parts are given, so that an order typed by
    hand may leave them blank.
    """
    for check in checks:
        if row.get(check.total) is None or row.get(check.plus[0]) is None:
            continue
        counted = sum(map(row.money, check.plus)) - sum(map(row.money, check.minus))
        if counted != row.money(check.total):
            yield Gap(check.total, row.money(check.total), counted)


def goods_gap(order: Row, counted: int | None) -> Gap | None:
    """Return the gap between an order's goods and what its lines come to, None when they agree.

    Nor can they be compared where ``counted`` is None (see `goods_of`) or the order says nothing.
    """
    given = order.cells.get("goods_total")
    if not isinstance(given, int) or counted is None or counted == given:
        return None
    return Gap("goods_total", given, counted)


def goods_of(lines: Iterable[Row]) -> int | None:
    """Return what the lines of one order come to, None unless every line has its number and price."""
    goods = None
    for line in lines:
        amount = _amount(line)
        if amount is None:
            return None
        goods = amount if goods is None else goods + amount
    return goods


def goods_by_order(lines: Iterable[Row]) -> dict[Value, int | None]:
    """Return `goods_of` every order that has lines, by the order's number."""
    goods: dict[Value, int | None] = {}
    for line in lines:
        order, amount = line.cells.get("order_id"), _amount(line)
        so_far = goods.get(order, 0)
        goods[order] = None if amount is None or so_far is None else so_far + amount
    return goods


def _amount(line: Row) -> int | None:
    get = line.cells.get
    qty, price, discount = get("qty"), get("unit_price"), get("line_discount")
    if not isinstance(qty, int) or not isinstance(price, int):
        return None
    return qty * price - (discount if isinstance(discount, int) else 0)


def amount_of(order: Row, lines: Sequence[Row]) -> int:
    """Return what the customer is to pay: the total, or where it is blank what its parts come to."""
    if order.get("total") is not None:
        return order.money("total")
    goods = order.money("goods_total") or goods_of(lines) or 0
    return (
        goods
        + order.money("shipping_fee")
        + order.money("fee")
        - order.money("discount")
        - order.money("points")
    )
