"""An order that arrived again: what changed at its source, and which news of the channel flow on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from automations.core.incoming import IncomingOrder
from automations.core.ledger import Ledger, Row
from automations.core.messages import Message, msg, spoken
from automations.core.orders.source_state import (
    State,
    in_words,
    notice_of,
    open_differences,
    read_state,
    settled,
    state_of,
    state_text,
    with_notices,
    write_state,
)
from automations.core.plan import Finding
from automations.core.statuses import ENDED
from automations.core.values import Cells, Value

# A channel that says so has shipped the order itself; nothing is left for this shop to ship.
SHIPPED_ELSEWHERE = frozenset({"shipped", "arrived", "posted"})
# A payment only ever moves on to the right.
_PAYMENT_STEPS = ("", "unpaid", "partly_paid", "paid", "refunded")


def compared(
    row: Row, lines: Iterable[Row], order: IncomingOrder, ledger: Ledger, unsettled: Sequence[Finding] = ()
) -> tuple[dict[str, Value], list[Finding]]:
    """Return the cells and findings that say how an order that arrived again differs.

    ``source_change`` names every difference that nobody took over yet, ``source_state`` keeps the rest; cells of
    people are never touched. A finding is made once, when the difference is new. What a person must judge
    (``unsettled``, as ``flowing_on`` tells it) stands among the differences for as long as the order is open.
    """
    kept = read_state(row.text("source_state"))
    if kept is None:
        return {}, []
    status = state_text(order.order.get("status"))
    notices = (*order.findings, *(replace(finding, column="", value=status) for finding in unsettled))
    arrived = with_notices(state_of(order.order, order.lines), notices)
    # A file with fewer columns than the one before says nothing of the others.
    unsaid = {name: kept[name] for name in order.silent_on if name in kept}
    arrived = {**unsaid, **arrived}
    if kept == arrived and row.get("source_change") is None:
        return {}, []
    still_open = open_differences(kept, arrived, _state_here(row, lines))
    if unsaid and not still_open:
        return {}, []  # what was told before may be among the columns that are not there
    phrases = in_words(still_open, kept, arrived, ledger.schema, ledger.currency, notices)
    words = spoken(phrases, ledger.language)
    cells: dict[str, Value] = {
        "source_change": words or None,
        "source_state": write_state(settled(kept, arrived, still_open)),
    }
    told = {notice_of(finding) for finding in unsettled}
    if words == row.text("source_change") or told.issuperset(still_open):
        return cells, []
    why = msg("The order arrived again with other contents: {changes}", changes=phrases)
    fix = msg("Ask the customer if need be, and change the order here by hand where it is right.")
    return cells, [row.warning("order-changed", "", why, fix)]


def _state_here(row: Row, lines: Iterable[Row]) -> State:
    cells = {column: value for column, value in row.cells.items() if column != "source_state"}
    here = {column: state_text(value) for column, value in cells.items()}
    return {**here, **state_of({}, [line.cells for line in lines])}


def flowing_on(row: Row, order: IncomingOrder, *, on_the_way: bool) -> tuple[dict[str, Value], list[Finding]]:
    """Return the facts of the channel that flow on (cancelled, paid, approved), and those a person must judge.

    Args:
        row: The order as it stands; it is not closed.
        order: The order as it arrived.
        on_the_way: One of its parcels was instructed or has left.
    """
    cells = _payment_news(row, order.order)
    status = order.order.get("status")
    if status in ENDED:
        if not on_the_way and not row.is_persons("status", "status_set"):
            return {**cells, "status": status}, []
        if status == "returned":
            return cells, [_returned_at_channel(row)]
        return cells, [_cancelled_at_channel(row, on_the_way=on_the_way)]
    if status in SHIPPED_ELSEWHERE and not on_the_way and not row.is_persons("status", "status_set"):
        return cells, [_shipped_at_channel(row)]
    return cells, []


def _payment_news(row: Row, order: Cells) -> dict[str, Value]:
    cells: dict[str, Value] = {}
    here, there = row.text("payment_state"), str(order.get("payment_state") or "")
    may_move = here in _PAYMENT_STEPS and not row.is_persons("payment_state", "payment_set")
    if may_move and there in _PAYMENT_STEPS and _PAYMENT_STEPS.index(there) > _PAYMENT_STEPS.index(here):
        cells["payment_state"] = there
        if row.get("paid_on") is None and "paid_on" not in row.raw and order.get("paid_on") is not None:
            cells["paid_on"] = order.get("paid_on")
    credit = order.get("credit_state")
    if credit in ("approved", "refused") and row.text("credit_state") in ("", "pending"):
        cells["credit_state"] = credit
    return cells


def _cancelled_at_channel(row: Row, *, on_the_way: bool) -> Finding:
    why: Message = msg(
        "This order was cancelled or refunded at the channel, and its status here was set by hand."
    )
    fix = msg("Choose cancelled in this cell, or settle it with the customer.")
    if on_the_way:
        why = msg(
            "This order was cancelled or refunded at the channel, and its parcel is already on its way out."
        )
        fix = msg(
            "Stop the parcel and choose cancelled here; if it has left, agree on a return and choose returned."
        )
    return row.finding("cancelled-at-channel", "status", why, fix)


def _returned_at_channel(row: Row) -> Finding:
    return row.finding(
        "returned-at-channel",
        "status",
        msg("The channel says that this order came back."),
        msg("Choose returned in this cell once the goods are here, or correct it at the channel."),
    )


def _shipped_at_channel(row: Row) -> Finding:
    return row.finding(
        "shipped-at-channel",
        "status",
        msg("The channel says that this order was shipped, but it did not go out from here."),
        msg("Choose cancelled here if it was shipped elsewhere, so that it is not sent twice."),
    )
