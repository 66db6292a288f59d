"""Hold rules about an order as a whole: remark, amount, gift, products and sums."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from automations.core import money
from automations.core.checks.sums import amount_of, goods_gap, goods_of, row_gaps
from automations.core.holds.case import Case, Evidence, Surroundings
from automations.core.holds.reasons import HoldReason
from automations.core.messages import Message, msg
from automations.core.text import by_capitals, match_key

# Headings of joyful gifts, wrong with the black and white cord of mourning (practice 4.5).
_JOYFUL = ("祝", "寿", "紅白")
# What a sentence may end with, as match_key writes it.
_STOPS = "。.!"


def remark_left(case: Case, reason: HoldReason, _around: Surroundings) -> Evidence:
    """H01: the customer wrote something, boilerplate of the order form not counted."""
    remark = case.order.text("remark")
    if not remark or match_key(remark).rstrip(_STOPS) in map(match_key, reason.ignored_texts):
        return ()
    return (msg("Remark: {remark}", remark=remark),)


def changed_at_source(case: Case, _reason: HoldReason, _around: Surroundings) -> Evidence:
    """Return what the order's channel says otherwise by now, and nobody has taken over."""
    changes = case.order.text("source_change")
    return (msg("Changed at the channel: {changes}", changes=changes),) if changes else ()


def high_amount(case: Case, reason: HoldReason, around: Surroundings) -> Evidence:
    """H08: the amount is high, or high for somebody's first order."""
    amount = amount_of(case.order, case.lines)
    currency = around.ledger.currency
    if reason.amount_from and amount >= minor(reason.amount_from, currency):
        return (msg("The order comes to {amount}", amount=_written(amount, currency)),)
    limit = reason.new_customer_amount_from
    if limit and amount >= minor(limit, currency) and around.is_first(case.order):
        return (msg("First order of this customer: {amount}", amount=_written(amount, currency)),)
    return ()


def sent_twice(case: Case, reason: HoldReason, around: Surroundings) -> Evidence:
    """H10: the same buyer ordered the same shortly before; the later order is the one to hold."""
    earlier = around.orders.same_before(case.order.key, reason.within_hours)
    if earlier is None:
        return ()
    key, ordered_at = earlier
    return (msg("Same buyer and same products as order {order} of {moment}", order=key, moment=ordered_at),)


def gift(case: Case, _reason: HoldReason, _around: Surroundings) -> Evidence:
    """H20: wrapping, heading or message to be looked over, and what contradicts itself in them."""
    return tuple(_gift_evidence(case))


def _gift_evidence(case: Case) -> Iterator[Message]:
    order = case.order
    noshi, name, message = order.text("noshi"), order.text("noshi_name"), order.text("gift_message")
    if noshi:
        yield msg("Noshi: {noshi}", noshi=noshi)
    if name:
        yield msg("Name on the noshi: {name}", name=name)
    if name and not noshi:
        yield msg("The noshi has a name but no heading")
    if message:
        yield msg("Gift message: {message}", message=message)
    if order.flag("mourning"):
        yield msg("For mourning")
        if any(sign in noshi for sign in _JOYFUL):
            yield msg("The heading {noshi} is for joyful gifts", noshi=noshi)
    if order.flag("gift") and not (noshi or name or message or order.flag("mourning")):
        yield msg("To be wrapped as a gift")


def unknown_product(case: Case, _reason: HoldReason, around: Surroundings) -> Evidence:
    """H26: a product code that the products tab does not have."""
    products = around.ledger["products"]
    missing = dict.fromkeys(line.text("sku") for line in case.lines if line.text("sku"))
    missing_codes = tuple(sku for sku in missing if sku not in products)
    if not missing_codes:
        return ()
    alike = around.index(_products_by_capitals)
    close = tuple(alike[sku.casefold()] for sku in missing_codes if sku.casefold() in alike)
    found = msg("Not in the product list: {codes}", codes=missing_codes)
    return (
        (found, msg("The list has {codes}; capital and small letters differ", codes=close))
        if close
        else (found,)
    )


def _products_by_capitals(around: Surroundings) -> dict[str, str]:
    return by_capitals(product.key for product in around.ledger["products"])


def sums_differ(case: Case, _reason: HoldReason, around: Surroundings) -> Evidence:
    """H27: the amounts of the order do not add up; they are never corrected by the program."""
    order, currency = case.order, around.ledger.currency
    columns = around.ledger.schema["orders"].columns
    gaps = list(row_gaps(around.ledger.schema["orders"].checks.sums, order))
    from_lines = goods_gap(order, goods_of(case.lines))
    found = [
        msg(
            "{column} is {given}, its parts come to {counted}",
            column=columns[gap.total].label,
            given=money.written(gap.given, currency),
            counted=money.written(gap.counted, currency),
        )
        for gap in (*gaps, *((from_lines,) if from_lines else ()))
    ]
    return tuple(found) or _total_without_goods(case, around)


def _total_without_goods(case: Case, around: Surroundings) -> Evidence:
    """Compare a total with lines and fees where nobody filled in the goods."""
    order, goods = case.order, goods_of(case.lines)
    if order.get("total") is None or order.get("goods_total") is not None or goods is None:
        return ()
    fees = order.money("shipping_fee") + order.money("fee") - order.money("discount") - order.money("points")
    if goods + fees == order.money("total"):
        return ()
    return (
        msg(
            "{column} is {given}, its parts come to {counted}",
            column=around.ledger.schema["orders"].columns["total"].label,
            given=money.written(order.money("total"), around.ledger.currency),
            counted=money.written(goods + fees, around.ledger.currency),
        ),
    )


@cache
def minor(amount: int, currency: str) -> int:
    """Return an amount of a declaration in minor units of the shop's currency."""
    return money.to_minor(amount, currency) or 0


def _written(amount: int, currency: str) -> Message:
    if currency == "JPY":
        return msg("{amount} yen", amount=money.written(amount, currency))
    return msg("{amount} {currency}", amount=money.written(amount, currency), currency=currency)
