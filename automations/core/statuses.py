"""The status flow, and the one status an order has by the facts in the ledger."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from automations.core.declare import Problems, unknown_name
from automations.core.ledger import Row
from automations.core.messages import Label, msg
from automations.core.records import dataclass

# A person, or the channel, ends an order with these; the program never derives them from other facts.
ENDED = frozenset({"cancelled", "returned"})
CLOSED = ENDED | {"posted"}
# Statuses that automations name; statuses.yaml must declare them.
USED = (
    "received", "unallocated", "partially_allocated", "allocated", "instructed", "partially_shipped",
    "shipped", "arrived", "posted", "on_hold", "cancelled", "returned",
)  # fmt: skip
# From here on the goods are on their way; typed by a person, it means that they went without the program.
_GOING_OUT = frozenset({"instructed", "partially_shipped", "shipped", "arrived", "posted"})
_ON_THE_WAY = ("instructed", "shipped", "arrived")


@dataclass(frozen=True)
class Status:
    """One status of ``statuses.yaml``; ``next`` names what may follow, ``end`` that nothing need follow."""

    id: str
    label: Label
    next: tuple[str, ...] = ()
    end: bool = False
    aliases: tuple[str, ...] = ()
    colour: str = ""


def check_statuses(statuses: Mapping[str, Status], where: str, problems: Problems) -> None:
    """Note statuses that are missing, unknown as a follower, or that no order could ever leave."""
    for name in USED:
        if name not in statuses:
            problems.add(
                "status-missing",
                where,
                msg("The status {status} is used by the automations but not declared.", status=name),
                msg("Add it again; its label may be anything."),
            )
    for status in statuses.values():
        for follower in status.next:
            if follower not in statuses:
                unknown_name("status", follower, tuple(statuses), f"{where}: {status.id}.next", problems)
        if not status.end and not _reaches_end(status.id, statuses):
            problems.add(
                "status-dead-end",
                f"{where}: {status.id}",
                msg("No order could ever leave {status}: it leads to no final status.", status=status.label),
                msg("Add a follower under next, or write 'end: true'."),
            )


def is_closed(order: Row) -> bool:
    """Return whether nothing more happens to this order by itself."""
    return order.text("status") in CLOSED


def is_ended(order: Row) -> bool:
    """Return whether the order was cancelled or returned."""
    return order.text("status") in ENDED


def stopped_by_hand(order: Row) -> bool:
    """Return whether a person chose 保留 for this order; it stays until the person empties the cell."""
    return order.text("status") == "on_hold" and order.is_persons("status", "status_set")


def moved_on_by_hand(order: Row) -> bool:
    """Return whether a person chose a status of the way out: what is still here is not shipped as well."""
    return order.text("status") in _GOING_OUT and order.is_persons("status", "status_set")


def standing_of(shipment: Row) -> str:
    """Return a shipment's state; a parcel that a person took out after the instruction counts as cancelled."""
    state = shipment.text("state")
    return "cancelled" if state == "instructed" and shipment.flag("stopped") else state


def derive(order: Row, shipments: Sequence[Row]) -> str:
    """Return the status the facts give: holds, stock, shipments, arrival, posting (DESIGN.md section 3).

    Args:
        order: Its row after all automations of this run.
        shipments: Its shipments; cancelled ones are not counted.
    """
    if is_ended(order):
        return order.text("status")
    if order.day("posted_on"):
        return "posted"
    standings = [standing_of(row) for row in shipments]
    moving = _by_shipments([standing for standing in standings if standing != "cancelled"])
    if moving:
        return moving
    if order.text("intake") == "incomplete":
        return "received"
    if order.text("confirmation") == "open":
        return "on_hold"
    return {"full": "allocated", "partial": "partially_allocated"}.get(
        order.text("allocation"), "unallocated"
    )


def _by_shipments(states: Collection[str]) -> str:
    gone = [state for state in states if state in ("shipped", "arrived")]
    if not any(state in _ON_THE_WAY for state in states):
        return "returned" if states and all(state == "returned" for state in states) else ""
    if not gone:
        return "instructed"
    if len(gone) < len([state for state in states if state != "returned"]):
        return "partially_shipped"
    return "arrived" if "shipped" not in gone else "shipped"


def _reaches_end(start: str, statuses: Mapping[str, Status]) -> bool:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in statuses:
            continue
        seen.add(name)
        if statuses[name].end:
            return True
        waiting += statuses[name].next
    return False
