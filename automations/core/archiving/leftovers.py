"""Rows of orders that are no longer here: what a person moved just while their order left for the archive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from automations.core.archiving.copies import is_same
from automations.core.archiving.orders import OF_ORDERS
from automations.core.archiving.stock import FOLDED
from automations.core.ledger import Ledger, Row
from automations.core.shipping.shared_parcels import orders_in


def leftovers(ledger: Ledger) -> Iterator[Row]:
    """Yield the rows that name an order or a parcel which is not in the ledger."""
    for tab in OF_ORDERS:
        for row in ledger[tab]:
            named = orders_in(row)
            if row.has_key and not row.stale and named and not any(key in ledger["orders"] for key in named):
                yield row
    for move in ledger["movements"]:
        parcel = move.text("shipment_id")
        is_own = move.has_key and not move.stale and not move.key.startswith(FOLDED)
        if is_own and parcel and parcel not in ledger["shipments"]:
            yield move


def held_by(archive: Ledger, rows: Iterable[Row]) -> list[Row]:
    """Return those of the rows that an archive holds, as they are here or as they were."""
    found = ((row, archive[row.tab].get(row.key)) for row in rows)
    return [row for row, there in found if there is not None and is_same(row, there)]
