"""Say of every order where it stands, what happens next, what keeps it waiting, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from automations.core.ledger import Ledger, Row, update
from automations.core.messages import Label, Message, msg
from automations.core.payments import Payment
from automations.core.plan import Finding, Plan, SetCells
from automations.core.shipping.shared_parcels import orders_in, parcels_of
from automations.core.statuses import (
    CLOSED,
    Status,
    derive,
    is_closed,
    is_ended,
    moved_on_by_hand,
    stopped_by_hand,
)
from automations.core.values import Value

READS = {
    "orders": (
        "status", "status_set", "errors", "intake", "confirmation", "payment_state", "credit_state", "allocation",
        "ship_on", "arrived_on", "posted_on", "payment_method", "stuck_since", "stuck_code", "status_since", "status_noted",
        "cancelled_on",
    ),
    "order_lines": ("order_id", "shortage"),
    "holds": ("order_id", "reason", "state", "severity", "next_step"),
    "shipments": ("order_id", "with_orders", "state", "stopped", "errors"),
}  # fmt: skip
WRITES = {
    "orders": (
        "status",
        "status_set",
        "stuck_reason",
        "next_step",
        "stuck_days",
        "stuck_since",
        "stuck_code",
        "status_since",
        "status_noted",
        "cancelled_on",
    ),
}

_NOTHING_WAITS = frozenset({"partially_shipped", "shipped", "arrived", "posted", "cancelled", "returned"})
# More of them would hide the other reasons; the order lines tell them all.
_MOST_SHORTAGES = 5
# What a person may set by hand and have taken at its word; everything else is what the facts say.
_TAKEN_AT_WORD = frozenset({"cancelled", "returned"})


@dataclass(frozen=True)
class Settings:
    """Labels of holds and statuses, and the payment gates."""

    statuses: Mapping[str, Status]
    payments: Mapping[str, Payment]
    holds: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing an order waits for: a stable code, the sentence, and who or what ends it."""

    code: str
    why: Message | Label
    step: Message | Label


def plan(ledger: Ledger, settings: Settings) -> Plan:
    """Write status, next step, reason and days waiting of every order.

    Args:
        ledger: After all other automations of the run.
        settings: Declared statuses and payment methods.

    Returns:
        ``status`` as the facts give it (a person's own value is left and noted), one plain sentence in
        ``stuck_reason`` that names everything the order waits for, ``stuck_days`` since the present mix of
        reasons began. Closed orders keep their status and have nothing left to say.
    """
    lines = ledger.lines_of()
    shipments = parcels_of(ledger)
    holds = ledger["holds"].by("order_id")
    parts: list[tuple[SetCells, ...] | Finding] = []
    for order in ledger["orders"]:
        if not order.has_key:
            continue
        parcels = shipments.get(order.key, [])
        status = derive(order, parcels)
        parts.append(_status(order, status))
        if by_hand := _typed_otherwise(order, status, settings):
            parts.append(by_hand)
        blockers = _blockers(
            order, status, lines.get(order.key, []), parcels, holds.get(order.key, []), settings
        )
        blockers += _companions(order, parcels, ledger, settings.payments)
        parts.append(
            update(order, {**_sentences(order, status, blockers, ledger), **_since(order, status, ledger)})
        )
    return Plan.of(parts)


def _status(order: Row, status: str) -> tuple[SetCells, ...]:
    """Set the derived status, or agree with a person who typed just that."""
    if order.get("status") != status:
        return update(order, {"status": status})
    if status == "on_hold":
        return ()  # a person's 保留 stays the person's, even while a hold is open as well
    return update(order, {"status_set": status})


def _typed_otherwise(order: Row, status: str, settings: Settings) -> Finding | None:
    """Note a status typed by hand that the facts do not bear out; it stays."""
    typed = order.text("status")
    if (
        not order.is_persons("status", "status_set")
        or typed in (status, "on_hold", "")
        or typed in _TAKEN_AT_WORD
    ):
        return None
    return order.warning(
        "status-by-hand",
        "status",
        msg(
            "This status was typed by hand; by what the ledger shows it would be {status}.",
            status=settings.statuses[status].label,
        ),
        msg("Empty the cell to let Daicho go on with the order, or fill in what is missing for this status."),
    )


def _blockers(
    order: Row,
    status: str,
    lines: Sequence[Row],
    parcels: Sequence[Row],
    holds: Sequence[Row],
    settings: Settings,
) -> list[Blocker]:
    if status in _NOTHING_WAITS:
        return []
    if is_closed(order):
        return list(_set_by_hand(order))
    found = list(_row_blockers(order))
    found += _hold_blockers(holds, settings)
    if status == "instructed":
        return found
    found += _payment_blockers(order, settings.payments)
    if order.text("allocation") != "full":
        found += _stock_blockers(lines)
    found += [
        Blocker("label", msg("the shipping label cannot be made"), msg("Mend what the shipments tab says"))
        for parcel in parcels
        if parcel.text("errors") and parcel.text("state") == "planned"
    ][:1]
    return found


def _set_by_hand(order: Row) -> Iterable[Blocker]:
    if moved_on_by_hand(order):
        yield Blocker("by-hand", msg("its status was set by hand"), msg("Empty the status cell to go on"))


def _row_blockers(order: Row) -> Iterable[Blocker]:
    yield from _set_by_hand(order)
    if stopped_by_hand(order):
        yield Blocker("by-hand", msg("put on hold by hand"), msg("Empty the status cell to go on"))
    if order.text("intake") == "incomplete":
        yield Blocker("errors", msg("the row has errors"), msg("Mend what the errors column says"))


def _hold_blockers(holds: Sequence[Row], settings: Settings) -> Iterable[Blocker]:
    for hold in holds:
        if hold.text("state") == "open" and hold.text("severity") != "warn":
            reason = hold.text("reason")
            label = getattr(settings.holds.get(reason), "label", Label(reason, reason))
            step = Label(hold.text("next_step"), hold.text("next_step"))
            yield Blocker(f"hold-{reason}", msg("to confirm: {reason}", reason=label), step)


def _companions(
    order: Row, parcels: Sequence[Row], ledger: Ledger, payments: Mapping[str, Payment]
) -> Iterable[Blocker]:
    """Yield the orders that go in the same parcel and wait for something of their own."""
    others = (key for parcel in parcels if parcel.text("state") == "planned" for key in orders_in(parcel))
    for key in others:
        other = ledger["orders"].get(key) if key != order.key else None
        why = _waits_for(other, payments) if other is not None else None
        if why is not None:
            together = msg("order {order} goes in the same parcel: {why}", order=key, why=why)
            yield Blocker("together", together, msg("See why order {order} waits", order=key))


def _waits_for(other: Row, payments: Mapping[str, Payment]) -> Message | None:
    if other.text("confirmation") == "open":
        return msg("a person must look at it")
    if other.text("allocation") != "full":
        return msg("not all of it is reserved")
    method = payments.get(other.text("payment_method"))
    return method.waits_for(other) if method is not None else None


def _payment_blockers(order: Row, payments: Mapping[str, Payment]) -> Iterable[Blocker]:
    method = payments.get(order.text("payment_method"))
    if method is not None and (waits := method.waits_for(order)):
        yield Blocker("payment", waits, _payment_step(order, method))


def _payment_step(order: Row, method: Payment) -> Message:
    if order.text("payment_state") == "refunded" or order.text("credit_state") == "refused":
        return msg("Agree on another payment method, or cancel the order")
    if method.needs_approval:
        return msg("Note the result of the credit check in the credit column")
    return msg("Confirm the payment and choose it in the payment column")


def _stock_blockers(lines: Sequence[Row]) -> Iterable[Blocker]:
    short = list(dict.fromkeys(line.text("shortage") for line in lines if line.text("shortage")))
    step = msg("Wait for stock, or agree on another way with the customer")
    if short:
        some, more = short[:_MOST_SHORTAGES], len(short) - _MOST_SHORTAGES
        named = Label("、".join(some), ", ".join(some))
        yield Blocker(
            "stock", msg("{named} and {count} more", named=named, count=more) if more > 0 else named, step
        )


def _sentences(order: Row, status: str, blockers: Sequence[Blocker], ledger: Ledger) -> dict[str, Value]:
    language = ledger.language
    step = blockers[0].step if blockers else _next_step(order, status, ledger.today)
    code = "+".join(dict.fromkeys(blocker.code for blocker in blockers))
    since = order.day("stuck_since") if code and code == order.text("stuck_code") else None
    since = since or (ledger.today if code else None)
    reasons = tuple(dict.fromkeys(blocker.why.text(language) for blocker in blockers))
    return {
        "stuck_reason": msg("{reasons}", reasons=reasons).text(language) or None if reasons else None,
        "next_step": _spoken(step, language) if step else None,
        "stuck_code": code or None,
        "stuck_since": since,
        "stuck_days": (ledger.today - since).days if since else None,
    }


@lru_cache(maxsize=1 << 10)
def _spoken(step: Message | Label, language: str) -> str:
    """Return a step in words; the same few stand in thousands of rows."""
    return step.text(language)


def _since(order: Row, status: str, ledger: Ledger) -> dict[str, Value]:
    """Note when the order came into its status, or was cancelled; an order that is closed has come to rest."""
    standing = order.text("status") if order.is_persons("status", "status_set") else status
    if standing in CLOSED:
        was_open = order.get("status_noted") is not None
        cancelled_on = ledger.today if was_open else order.day("cancelled_on")
        return {
            "status_noted": None,
            "status_since": None,
            "cancelled_on": cancelled_on if standing == "cancelled" else None,
        }
    since = order.day("status_since") if order.text("status_noted") == standing else None
    return {"status_noted": standing or None, "status_since": since or ledger.today, "cancelled_on": None}


def _next_step(order: Row, status: str, today: date) -> Message | None:
    ship_on = order.day("ship_on")
    if status == "allocated" and ship_on and ship_on > today:
        return msg("ships on {day}", day=ship_on)
    return _STEPS.get(status) if not is_ended(order) else None


_STEPS: Mapping[str, Message] = {
    "received": msg("checking the row"),
    "unallocated": msg("reserving stock"),
    "partially_allocated": msg("reserving the rest"),
    "allocated": msg("shipping instruction"),
    "instructed": msg("waiting for the tracking number"),
    "partially_shipped": msg("shipping the other parcels"),
    "shipped": msg("waiting for arrival"),
    "arrived": msg("posting after the return window"),
}
