"""Orders that could go in one parcel (H11), and those that a person has put together.

Source: backoffice-practice 3.5. The shop's ledger has one warehouse, and a mall's orders are left alone,
because malls count parcels by order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from automations.core.holds.case import Case, Evidence, NoLonger, Surroundings
from automations.core.holds.life import hold_id
from automations.core.holds.reasons import HoldReason
from automations.core.ledger import Ledger, Row
from automations.core.messages import Message, msg
from automations.core.money import written
from automations.core.orders.channels import Channel
from automations.core.orders.order_day import ordered_moment
from automations.core.orders.persons import address_key, email_key, phone_key
from automations.core.places.destinations import destination_of
from automations.core.records import dataclass
from automations.core.shipping.packing import SHIP_COLUMNS, Catalogue
from automations.core.shipping.shared_parcels import parcels_of
from automations.core.statuses import is_closed, moved_on_by_hand, standing_of, stopped_by_hand
from automations.core.text import match_key

_Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Waiting orders that could go in one parcel, oldest first.

    Attributes:
        decided: Somebody wants them together: at most one of them says nothing of its own.
    """

    orders: tuple[Row, ...]
    decided: bool = False

    def others(self, order_key: str) -> tuple[str, ...]:
        """Return the keys of all orders but one."""
        return tuple(order.key for order in self.orders if order.key != order_key)

    def ship_on(self) -> date | None:
        """Return the first day on which one of them ships, None while no day is known."""
        return min((day for order in self.orders if (day := order.day("ship_on"))), default=None)


def perhaps_together(case: Case, reason: HoldReason, around: Surroundings) -> Evidence | NoLonger:
    """H11: another order waits that could go in the same parcel, and nobody has said what to do.

    Both wait until a person chooses, or until the cut-off of the first one's ship day has passed. An order
    that may be another one sent twice (H10) is asked about as such, until a person has cleared that or wants it
    in one parcel.
    """
    bundle = around.index(_bundle_of_each, reason.within_hours).get(case.order.key)
    if bundle is None:
        return ()
    others = bundle.others(case.order.key)
    if not others:
        return (
            msg(
                "Marked to go together, but no other waiting order has the same buyer, receiver and delivery"
            ),
        )
    to_correct = tuple(_to_correct(bundle, around))
    if bundle.decided:
        return NoLonger(
            (msg("Goes in one parcel with order {orders}, as chosen", orders=others), *to_correct)
        )
    until = _ends_at(bundle, reason, around)
    if until is not None and around.ledger.now >= until:
        said = msg(
            "Nobody chose by {moment}: goes separately from order {orders}", moment=until, orders=others
        )
        return NoLonger((said,))
    return (msg("Could go in one parcel with order {orders}", orders=others), *to_correct)


def _ends_at(bundle: Bundle, reason: HoldReason, around: Surroundings) -> datetime | None:
    day = bundle.ship_on()
    if day is None:
        return None
    cut_off = datetime.combine(day, around.calendar.cut_off, around.ledger.now.tzinfo)
    return cut_off - timedelta(hours=reason.hours_before_cut_off)


def _to_correct(bundle: Bundle, around: Surroundings) -> Iterator[Message]:
    """Yield what a person must correct when the orders go together; the program changes no amount."""
    currency, orders = around.ledger.currency, bundle.orders
    payment = around.payments.get(orders[0].text("payment_method"))
    for column in ("shipping_fee", "fee"):
        paid = [order.money(column) for order in orders]
        if twice := sum(paid) - max(paid):
            label = around.ledger.schema["orders"].columns[column].label
            yield msg(
                "if together, give back {column}: {amount}", column=label, amount=written(twice, currency)
            )
    if payment is not None and payment.cod:
        whole = written(sum(order.money("total") for order in orders), currency)
        yield msg("if together, the carrier collects {amount} until you correct the orders", amount=whole)
    elif payment is not None and payment.gate == "approved":
        yield msg("if together, have the credit checked anew for the whole amount")


def _bundle_of_each(around: Surroundings, within_hours: int) -> dict[str, Bundle]:
    def is_twin(order: Row) -> bool:
        return around.orders.same_before(order.key, within_hours) is not None and not _is_meant(order, around)

    found = bundles(around.ledger, around.channels, left_out=is_twin)
    return {order.key: bundle for bundle in found for order in bundle.orders}


def _is_meant(order: Row, around: Surroundings) -> bool:
    """Return whether a person has cleared the doubt that this order is another one sent twice (H10)."""
    hold = around.ledger["holds"].get(hold_id(order.key, "duplicate_order"))
    return hold is not None and hold.flag("clear") and bool(hold.text("cleared_by"))


def merged(ledger: Ledger, channels: Mapping[str, Channel]) -> dict[str, tuple[Row, ...]]:
    """Return the orders that a person has put together: the first one's key, and those that go with it."""
    if not any(order.text("combine") == "merge" for order in ledger["orders"]):
        return {}
    found = bundles(ledger, channels)
    return {bundle.orders[0].key: bundle.orders[1:] for bundle in found if bundle.decided}


def bundles(
    ledger: Ledger, channels: Mapping[str, Channel], left_out: Callable[[Row], bool] = lambda _: False
) -> list[Bundle]:
    """Return all waiting orders that share a key with another, and those that a person wants together in vain.

    ``left_out`` tells orders that nobody is asked about as long as no person wants any of them together.
    """
    lines, parcels = ledger.lines_of(), parcels_of(ledger)
    by_buyer: dict[_Key, list[Row]] = {}
    for order in ledger["orders"]:
        if _waits(order, channels) and (buyer := _buyer(order)):
            by_buyer.setdefault(buyer, []).append(order)
    catalogue = Catalogue({row.key: row for row in ledger["products"]})
    by_key: dict[_Key, list[Row]] = {}
    for buyer, orders in by_buyer.items():
        if len(orders) == 1 and orders[0].text("combine") != "merge":
            continue
        for order in orders:
            own = lines.get(order.key, ())
            if not any(map(_is_fixed, parcels.get(order.key, ()))) and _has_one_receiver(own):
                key = (*buyer, *_sending(order, own, catalogue, ledger.today))
                by_key.setdefault(key, []).append(order)
    return [bundle for orders in by_key.values() for bundle in _bundled(orders, left_out)]


def _waits(order: Row, channels: Mapping[str, Channel]) -> bool:
    if is_closed(order):
        return False
    channel = channels.get(order.text("channel"))
    return (
        order.has_key
        and order.text("combine") != "separate"
        and (channel is None or channel.own_mails)
        and order.text("intake") != "incomplete"
        and not (stopped_by_hand(order) or moved_on_by_hand(order))
    )


def _buyer(order: Row) -> _Key:
    name = match_key(order.text("buyer_name"))
    reached = email_key(order.text("buyer_email")) or phone_key(order.text("buyer_phone"))
    return (name, reached) if name and reached else ()


def _is_fixed(parcel: Row) -> bool:
    """Return whether a parcel no longer follows its order."""
    standing = standing_of(parcel)
    return standing not in ("planned", "cancelled") or (
        standing == "planned" and bool(parcel.text("tracking_number"))
    )


def _has_one_receiver(lines: Sequence[Row]) -> bool:
    return bool(lines) and all(SHIP_COLUMNS.isdisjoint(line.cells) for line in lines)


def _sending(order: Row, lines: Sequence[Row], catalogue: Catalogue, today: date) -> _Key:
    """Return everything about receiver and delivery that must be equal; an address nobody can find equals none."""
    to = destination_of(order)
    day = order.day("requested_on") or today
    cold = frozenset(catalogue.of(line).temperature_on(day) for line in lines)
    return (
        match_key(to.name),
        match_key(to.company),
        address_key(to.prefecture, to.address, to.building) or order.key,
        "frozen" in cold,
        "chilled" in cold,
        *(order.text(column) for column in ("channel", "payment_method", "service_wish", "requested_on")),
        *(order.text(column) for column in ("requested_time", "noshi", "noshi_name", "gift_message")),
        order.flag("gift"),
        order.flag("mourning"),
    )


def _age(order: Row) -> tuple[bool, str, str]:
    ordered_at = ordered_moment(order)
    return (ordered_at is None, ordered_at.isoformat() if ordered_at else "", order.key)


def _bundled(orders: Sequence[Row], left_out: Callable[[Row], bool]) -> Iterator[Bundle]:
    """Yield what goes together: everything once a person has said so, else what ships on the same day."""
    asked = sum(order.text("combine") == "merge" for order in orders)
    if len(orders) == 1 and not asked:
        return
    oldest_first = sorted(orders, key=_age)
    if asked:
        yield Bundle(tuple(oldest_first), decided=1 < len(orders) <= asked + 1)
        return
    for same_day in _by_ship_day(order for order in oldest_first if not left_out(order)):
        if len(same_day) > 1:
            yield Bundle(tuple(same_day))


def _by_ship_day(orders: Iterable[Row]) -> list[list[Row]]:
    """Group orders by ship day; one that was not planned yet may still ship with the first of the others."""
    days: dict[date | None, list[Row]] = {}
    unplanned: list[Row] = []
    for order in orders:
        day = order.day("ship_on")
        if day is None and not order.text("allocation"):
            unplanned.append(order)
        else:
            days.setdefault(day, []).append(order)
    first = min((day for day in days if day), default=None)
    together = days.setdefault(first, [])
    together += unplanned
    together.sort(key=_age)
    return list(days.values())
