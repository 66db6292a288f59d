"""Parcels that carry more than one order: whose they are, and which parcels an order lies in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from automations.core.ledger import Ledger, Row


def orders_in(parcel: Row) -> tuple[str, ...]:
    """Return the keys of all orders in a parcel; the first is the one it was made for."""
    others = parcel.text("with_orders")
    return (parcel.text("order_id"), *(others.split() if others else ()))


def with_orders(others: Sequence[Row]) -> str | None:
    """Return what stands in a parcel's ``with_orders`` for these further orders."""
    return " ".join(order.key for order in others) or None


def parcels_of(ledger: Ledger) -> Mapping[str, Sequence[Row]]:
    """Return the parcels of every order in sheet order, those it shares with others included."""
    parcels = ledger["shipments"]
    if not parcels.by("with_orders"):
        return parcels.by("order_id")
    found = {order_key: list(own) for order_key, own in parcels.by("order_id").items()}
    for parcel in parcels:
        for order_key in orders_in(parcel)[1:]:
            found.setdefault(order_key, []).append(parcel)
    return found
