"""Hold rules about how much is ordered: unusual numbers (H09), and what one person may buy (H28)."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate

from automations.core.holds.case import Case, Evidence, Surroundings
from automations.core.holds.reasons import HoldReason
from automations.core.ledger import Row
from automations.core.messages import Message, msg
from automations.core.orders.order_day import ordered_moment
from automations.core.orders.persons import people_of
from automations.core.records import dataclass

# More names would not help a person who looks.
_MOST_NAMED = 3


def unusual_quantity(case: Case, reason: HoldReason, around: Surroundings) -> Evidence:
    """H09: very many pieces of one product, or far more than orders before this one took of it."""
    return tuple(_unusual(case, reason, around))


def _unusual(case: Case, reason: HoldReason, around: Surroundings) -> Iterator[Message]:
    for sku, qty in _pieces(case.lines).items():
        if reason.qty_from and qty >= reason.qty_from:
            yield msg("{sku}: {qty} pieces in one order", sku=sku, qty=qty)
        elif reason.times_usual and qty > reason.times_usual:  # nothing usual is below one piece
            before = around.index(usual_before, reason.percentile, reason.past_orders_from)
            usual = before.get((case.order.key, sku), 0)
            if usual and qty > reason.times_usual * usual:
                yield msg(
                    "{sku}: {qty} pieces; {percent} % of the orders before took at most {usual}",
                    sku=sku,
                    qty=qty,
                    percent=reason.percentile,
                    usual=usual,
                )


def _pieces(lines: Sequence[Row]) -> dict[str, int]:
    """Return how many pieces an order takes of each product, however it is split into lines."""
    pieces: dict[str, int] = {}
    for line in lines:
        if sku := line.text("sku"):
            pieces[sku] = pieces.get(sku, 0) + line.number_of("qty")
    return pieces


def usual_before(around: Surroundings, percentile: int, past_orders_from: int) -> dict[tuple[str, str], int]:
    """Return by order and product how many pieces ``percentile`` % of the orders before it took at most.

    Orders with fewer than ``past_orders_from`` orders of the product before them are left out. The nearest
    rank counts, a number that somebody really took. Source: backoffice-practice 1.4, H09.
    """
    usual: dict[tuple[str, str], int] = {}
    taken: dict[str, Counter[int]] = {}
    for _, order_key in _by_time(around.ledger["orders"]):
        for sku, qty in _pieces(around.lines.get(order_key, ())).items():
            numbers = taken.setdefault(sku, Counter())
            orders = numbers.total()
            if orders >= max(past_orders_from, 1):
                usual[order_key, sku] = nearest_rank(numbers, -(-orders * percentile // 100))
            numbers[qty] += 1
    return usual


def _by_time(orders: Iterable[Row]) -> list[tuple[datetime, str]]:
    """Return moment and key of all orders that count, oldest first."""
    return sorted(
        (ordered_at, order.key)
        for order in orders
        if order.text("status") != "cancelled" and (ordered_at := ordered_moment(order)) is not None
    )


def nearest_rank(numbers: Mapping[int, int], rank: int) -> int:
    """Return the number at a place when all are put in order; ``numbers`` says how often each occurs."""
    for number in sorted(numbers):
        rank -= numbers[number]
        if rank <= 0:
            return number
    return 0


def over_limit(case: Case, reason: HoldReason, around: Surroundings) -> Evidence:
    """H28: more of a product than one person may buy, or a product for first orders in a later one.

    A person is known by customer number, address, phone or e-mail; the orders before this one count.
    """
    return tuple(_limits_passed(case, reason, around))


def _limits_passed(case: Case, reason: HoldReason, around: Surroundings) -> Iterator[Message]:
    for sku, qty in _pieces(case.lines).items():
        product = around.ledger["products"].get(sku)
        limit = product.number_of("person_limit") if product else 0
        if limit:
            yield from _beyond(limit, sku, qty, case.order, reason, around)
        if product and product.flag("first_only"):
            before = next((key for _, key in around.index(people_of).before(case.order.key)), "")
            if before:
                yield msg(
                    "{sku} is for first orders only; the same person sent order {order}",
                    sku=sku,
                    order=before,
                )
            elif around.archived(case.order):
                yield msg("{sku} is for first orders only; the customer has orders in the archive", sku=sku)


def _beyond(
    limit: int, sku: str, qty: int, order: Row, reason: HoldReason, around: Surroundings
) -> Iterator[Message]:
    person = around.index(people_of).person_of.get(order.key, "")
    bought, earlier = around.index(bought_of).get((person, sku), _NOTHING).before(order, reason.within_days)
    if qty + bought <= limit:
        return
    if not earlier:
        yield msg("{sku}: {qty} pieces, {limit} per person", sku=sku, qty=qty, limit=limit)
        return
    yield msg(
        "{sku}: {qty} pieces with order {orders} of the same person, {limit} per person",
        sku=sku,
        qty=qty + bought,
        orders=earlier[-_MOST_NAMED:],
        limit=limit,
    )


@dataclass(frozen=True)
class Bought:
    """What one person bought of one product.

    Attributes:
        orders: Moment and key of each order, oldest first.
        pieces: Pieces in all orders before the first, before the second … and before none.
    """

    orders: tuple[tuple[datetime, str], ...]
    pieces: tuple[int, ...]

    def before(self, order: Row, within_days: int) -> tuple[int, tuple[str, ...]]:
        """Return pieces and orders before ``order``, of the last ``within_days`` days; 0 is all days."""
        ordered_at = ordered_moment(order)
        if ordered_at is None:
            return 0, ()
        end = bisect_left(self.orders, (ordered_at, order.key))
        since = ordered_at - timedelta(days=within_days)
        start = bisect_left(self.orders, (since, "")) if within_days else 0
        return self.pieces[end] - self.pieces[start], tuple(key for _, key in self.orders[start:end])


_NOTHING = Bought((), (0,))


def bought_of(around: Surroundings) -> dict[tuple[str, str], Bought]:
    """Return what each person bought of the products that have a limit, by person and product."""
    limited = {row.key for row in around.ledger["products"] if row.number_of("person_limit")}
    taken: dict[tuple[str, str], list[tuple[datetime, str, int]]] = {}
    for person, orders in around.index(people_of).sent.items() if limited else ():
        for ordered_at, order_key in orders:
            for sku, qty in _pieces(around.lines.get(order_key, ())).items():
                if sku in limited:
                    taken.setdefault((person, sku), []).append((ordered_at, order_key, qty))
    return {
        key: Bought(
            tuple((ordered_at, order_key) for ordered_at, order_key, _ in sales),
            (0, *accumulate(qty for _, _, qty in sales)),
        )
        for key, sales in taken.items()
    }
