"""Parcels that are not to leave: of orders called off, put on hold or deleted, and those a person took out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from automations.core.ledger import Ledger, Row, update
from automations.core.messages import Message, msg
from automations.core.plan import Change, Finding, Part
from automations.core.statuses import standing_of


def is_stopped(parcel: Row) -> bool:
    """Return whether a person has taken an instructed parcel out."""
    return parcel.text("state") == "instructed" and parcel.flag("stopped")


def cancelled(parcel: Row, why: Message) -> tuple[Change, ...]:
    """Return the change that calls a parcel off."""
    return update(parcel, {"state": "cancelled"}, why)


def called_off(order: Row, parcels: Sequence[Row]) -> Iterator[Part]:
    """Yield what happens to the parcels of an order that has ended: planned ones are cancelled, others told.

    Findings: ``cancelled-after-instruction``, ``cancelled-after-shipping``.
    """
    for parcel in parcels:
        if parcel.text("state") == "planned":
            yield cancelled(parcel, msg("the order was called off"))
    yield stopped_parcels(parcels, msg("The order was called off after its parcel was instructed."))
    if order.text("status") == "cancelled" and any(parcel.text("state") in _GONE for parcel in parcels):
        yield order.warning(
            "cancelled-after-shipping",
            "status",
            msg("The order was cancelled, but its goods have left the shop."),
            msg("Stop them at the carrier; if they come back, choose returned here and book what came back."),
        )


def stopped_parcels(parcels: Sequence[Row], why: Message) -> list[Finding]:
    """Return what a person has to do about parcels that are with the carrier, or nearly so."""
    fix = msg("Take the parcel out before it leaves, and tick this cell.")
    return [
        parcel.warning("cancelled-after-instruction", "stopped", why, fix)
        for parcel in parcels
        if standing_of(parcel) == "instructed"
    ]


def without_order(ledger: Ledger, parcels: Mapping[str, Sequence[Row]]) -> Iterator[Part]:
    """Call off planned parcels whose order a person has deleted."""
    apart = {row.text("order_id") for row in ledger["orders"].set_aside}
    for order_id, own in parcels.items():
        if order_id not in ledger["orders"] and order_id not in apart:
            for parcel in own:
                if parcel.text("state") == "planned":
                    yield cancelled(parcel, msg("the order is gone"))
            yield stopped_parcels(own, msg("The row of its order was deleted."))


_GONE = frozenset({"shipped", "arrived"})
