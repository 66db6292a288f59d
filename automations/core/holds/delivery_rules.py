"""Hold rules about the delivery a customer asked for: day and time (H17), method (H18)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from automations.core.checks.sums import amount_of
from automations.core.holds.case import Case, Evidence, Surroundings
from automations.core.holds.reasons import HoldReason
from automations.core.ledger import Row
from automations.core.messages import Message, msg
from automations.core.orders.order_day import ordered_moment
from automations.core.places.addresses import full_address
from automations.core.places.destinations import Destination, destination_of
from automations.core.places.islands import is_island
from automations.core.places.prefectures import full_name
from automations.core.shipping.carriers import Carrier, Record, Service
from automations.core.shipping.refusals import refusals
from automations.core.shipping.services import lead_days

_COLDEST_FIRST = ("frozen", "chilled")


def impossible_wish(case: Case, reason: HoldReason, around: Surroundings) -> Evidence:
    """H17: a day too early or too far ahead, or a day or time that the service does not offer."""
    asked = case.order.day("requested_on")
    if asked is None and not case.order.text("requested_time"):
        return ()
    found = [*_not_offered(case, around)]
    if not found and asked is not None:
        found += _out_of_reach(asked, case, reason, around)
    return tuple(found)


def _not_offered(case: Case, around: Surroundings) -> Iterator[Message]:
    order = case.order
    wish: Record = {"requested_on": order.day("requested_on"), "requested_time": order.text("requested_time")}
    wished = around.services.get(order.text("service_wish"))
    if wished:
        yield from (refusal.why for refusal in refusals(wished[1], wish) if refusal.field in wish)
    elif wish["requested_time"] and not any(
        wish["requested_time"] in service.times for _, service in around.usual_services
    ):
        window = (
            around.ledger.schema["orders"].columns["requested_time"].choices[order.text("requested_time")]
        )
        yield msg("No carrier of the shop delivers at {window}", window=window.label)


def _out_of_reach(asked: date, case: Case, reason: HoldReason, around: Surroundings) -> Iterator[Message]:
    """Compare the day with the first possible one, counted from the order and from now.

    Only the first is named: a sentence that changed with the calendar would open a cleared hold again.
    """
    ordered_at = ordered_moment(case.order) or around.ledger.now
    if reason.accept_days_ahead and asked > ordered_at.date() + timedelta(days=reason.accept_days_ahead):
        yield msg(
            "Asked for {day}, more than {days} days after the order", day=asked, days=reason.accept_days_ahead
        )
        return
    from_order = around.calendar.after(around.calendar.start_of(ordered_at), reason.work_days)
    from_now = around.calendar.first_open(around.ledger.today)
    for receiver in case.destinations:
        days = _days_under_way(case, receiver, reason, around)
        if days is None:
            continue
        if from_order + timedelta(days=days) > asked:
            yield msg(
                "Asked for {day}; {place} is reached on {earliest} at the earliest",
                day=asked,
                place=_place(receiver),
                earliest=from_order + timedelta(days=days),
            )
        elif from_now + timedelta(days=days) > asked:
            yield msg(
                "Asked for {day}; {place} can no longer be reached by then", day=asked, place=_place(receiver)
            )


def _days_under_way(
    case: Case, receiver: Destination, reason: HoldReason, around: Surroundings
) -> int | None:
    """Return the shortest way to the receiver in days, None while sender or receiver have no prefecture."""
    origin, prefecture = around.shop.prefecture, receiver.prefecture
    if full_name(origin) is None or full_name(prefecture) is None:
        return None
    wished = around.services.get(case.order.text("service_wish"))
    services: Sequence[tuple[Carrier, Service]] = [wished] if wished else around.usual_services
    days = [lead_days(carrier, origin, prefecture, service) for carrier, service in services if service.day]
    extra = reason.island_extra_days if is_island(receiver.postcode) else 0
    return min(days) + extra if days else None


def _place(receiver: Destination) -> str:
    return full_address(receiver.prefecture, receiver.address)


def contradictory_method(case: Case, _reason: HoldReason, around: Surroundings) -> Evidence:
    """H18: the wished service cannot carry the order: payment at the door, cold, size, weight, thickness.

    A mailbox takes one parcel for each receiver; at the door an order may come in several.
    """
    wished = around.services.get(case.order.text("service_wish"))
    if wished is None:
        return ()
    service = wished[1]
    found = list(_payment_refusals(service, case, around))
    for load in _loads(service, case, around):
        found += [refusal.why for refusal in refusals(service, load) if refusal.field in load]
        thickness, limit = load["thickness_mm"], service.max_thickness_mm
        if limit and isinstance(thickness, int) and thickness > limit:
            found.append(msg("{service} takes at most {limit} mm", service=service.label, limit=limit))
    return tuple(dict.fromkeys(found))


def _payment_refusals(service: Service, case: Case, around: Surroundings) -> Iterator[Message]:
    if service.delivery == "hand" and service.cod == "never":
        return  # shipping takes the carrier's service that collects in its place; a mailbox has none
    amount = amount_of(case.order, case.lines) if around.is_cod(case.order) else 0
    if amount:
        yield from (
            refusal.why
            for refusal in refusals(service, {"cod_amount": amount})
            if refusal.field == "cod_amount"
        )


def _loads(service: Service, case: Case, around: Surroundings) -> Iterator[Record]:
    together: dict[Destination, list[tuple[Row, int]]] = {}
    for line in case.lines:
        product = around.ledger["products"].get(line.text("sku"))
        if product is None:
            continue
        if service.delivery == "hand":
            yield _load([(product, 1)])
        else:
            receiver = destination_of(case.order, line)
            together.setdefault(receiver, []).append((product, line.number_of("qty")))
    yield from map(_load, together.values())


def _load(units: Sequence[tuple[Row, int]]) -> Record:
    temperatures = {product.text("temperature") for product, _ in units}
    return {
        "temperature": next((cold for cold in _COLDEST_FIRST if cold in temperatures), "ambient"),
        "size": max(product.number_of("size_cm") for product, _ in units),
        "weight_g": sum(product.number_of("weight_g") * number for product, number in units),
        "thickness_mm": sum(product.number_of("thickness_mm") * number for product, number in units),
    }
