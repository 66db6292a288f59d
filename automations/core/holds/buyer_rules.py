"""Hold rules about who orders: blocked customers (H12), refused parcels (H13), several names (H23)."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice

from automations.core.holds.case import Case, Evidence, Surroundings
from automations.core.holds.reasons import HoldReason
from automations.core.ledger import Row
from automations.core.messages import Label, Message, msg
from automations.core.orders.buyers import FIELDS
from automations.core.orders.order_day import ordered_day, ordered_moment
from automations.core.orders.persons import people_of
from automations.core.records import dataclass
from automations.core.text import match_key

# More names or orders would not help a person who looks.
_MOST_NAMED = 3


def blocked_customer(case: Case, reason: HoldReason, around: Surroundings) -> Evidence:
    """H12: the buyer, or a receiver, is a customer the owner has blocked."""
    found = around.blocklist.match(case.order, case.destinations, reason.matching_fields)
    if found is None:
        return ()
    customer, fields = found
    labels = tuple(FIELDS[field] for field in fields)
    told = (
        msg("Like blocked customer {customer}: {fields}", customer=customer, fields=labels)
        if fields
        else msg("Customer {customer} is blocked", customer=customer)
    )
    row = around.ledger["customers"].get(customer)
    return (told, *_registration(row)) if row is not None else (told,)


def _registration(customer: Row) -> Iterator[Message]:
    why, name, day = customer.text("blocked_reason"), customer.text("blocked_by"), customer.day("blocked_on")
    if why:
        yield msg("Reason: {reason}", reason=why)
    if name and day:
        yield msg("Registered by {name} on {day}", name=name, day=day.isoformat())
    elif name:
        yield msg("Registered by {name}", name=name)
    elif day:
        yield msg("Registered on {day}", day=day.isoformat())


def refused_before(case: Case, reason: HoldReason, around: Surroundings) -> Evidence:
    """H13: somebody who has refused parcels pays at the door or afterwards again."""
    if case.order.text("payment_method") not in reason.payment_methods:
        return ()
    refused = around.index(refusals_of, reason.within_days)
    person = around.index(people_of).person_of.get(case.order.key, "") if refused else ""
    orders = [order for order in refused.get(person, ()) if order != case.order.key]
    customer = around.ledger["customers"].get(case.order.text("customer_id"))
    earlier = customer.number_of("refusals") if customer is not None else 0
    earlier += around.archived(case.order, "archived_refusals")
    if len(orders) + earlier < max(reason.times_from, 1):
        return ()
    found = [msg("Refused a parcel of order {orders}", orders=tuple(orders[:_MOST_NAMED]))] if orders else []
    if earlier:
        found.append(
            msg(
                "Customer {customer} has refused parcels: {count}",
                customer=case.order.text("customer_id"),
                count=earlier,
            )
        )
    return tuple(found)


def refusals_of(around: Surroundings, within_days: int) -> dict[str, tuple[str, ...]]:
    """Return by person the orders whose parcel was refused within the last days, 0 for all days."""
    since = around.ledger.today - timedelta(days=within_days) if within_days else None
    refused: dict[str, dict[str, None]] = {}
    for parcel in around.ledger["shipments"]:
        if parcel.text("return_reason") != "refused":
            continue
        order = around.ledger["orders"].get(parcel.text("order_id"))
        if order is None:
            continue
        day = parcel.day("shipped_on") or ordered_day(order)
        person = around.index(people_of).person_of.get(order.key)
        if person and (since is None or day is None or day >= since):
            refused.setdefault(person, {})[order.key] = None
    return {person: tuple(orders) for person, orders in refused.items()}


SAME_ORIGIN: Mapping[str, Label] = {
    "client_ip": Label("接続元IP", "IP address"),
    "card_fingerprint": Label("カード識別子", "card"),
}


@dataclass(frozen=True, slots=True)
class Shared:
    """Orders from one IP address or card around one order: how many, and under which names."""

    orders: int
    names: tuple[str, ...]


def several_names(case: Case, reason: HoldReason, around: Surroundings) -> Evidence:
    """H23: one IP address or one card has sent several orders under different names within hours."""
    found = []
    for column, label in SAME_ORIGIN.items():
        value = case.order.text(column)
        if not value or value in reason.ignored_values:
            continue
        shared = around.index(shared_origins, column, reason.within_hours).get(case.order.key)
        if shared and shared.orders >= reason.orders_from and len(shared.names) >= max(reason.names_from, 2):
            found.append(
                msg(
                    "The same {origin} {value} sent {count} orders within {hours} hours as {names}",
                    origin=label,
                    value=value,
                    count=shared.orders,
                    hours=reason.within_hours,
                    names=shared.names,
                )
            )
    return tuple(found)


def shared_origins(around: Surroundings, column: str, hours: int) -> dict[str, Shared]:
    """Return by order the orders of its IP address or card in the hours before and after it."""
    sent: dict[str, list[tuple[datetime, str, str]]] = {}
    for order in around.ledger["orders"]:
        ordered_at = ordered_moment(order)
        if ordered_at is not None and (value := order.text(column)) and order.text("status") != "cancelled":
            sent.setdefault(value, []).append((ordered_at, order.key, order.text("buyer_name")))
    found: dict[str, Shared] = {}
    for orders in sent.values():
        found.update(around_each(sorted(orders), timedelta(hours=hours)))
    return found


def around_each(orders: list[tuple[datetime, str, str]], span: timedelta) -> Iterator[tuple[str, Shared]]:
    """Yield what lies within ``span`` of each order; each order enters and leaves the window once."""
    window: deque[tuple[datetime, str]] = deque()
    names: Counter[str] = Counter()
    spelt: dict[str, str] = {}
    coming = iter(orders)
    ahead = next(coming, None)
    for ordered_at, order_key, _ in orders:
        while ahead is not None and ahead[0] <= ordered_at + span:
            name = match_key(ahead[2])
            spelt.setdefault(name, ahead[2])
            window.append((ahead[0], name))
            names[name] += 1
            ahead = next(coming, None)
        while window[0][0] < ordered_at - span:
            _, gone = window.popleft()
            names[gone] -= 1
            if not names[gone]:
                del names[gone]
        yield order_key, Shared(len(window), tuple(spelt[name] for name in islice(names, _MOST_NAMED)))
