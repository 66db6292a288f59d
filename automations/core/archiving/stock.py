"""Movements that leave, and the rows that keep every shelf at what it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta

from automations.core.ledger import Ledger, Row
from automations.core.messages import msg
from automations.core.plan import AppendRow, Part, RemoveRow
from automations.core.stock.shelf import stock_key

# Rows that stand for movements in the archive.
FOLDED = "F-"
_NUMBER = re.compile(r"(\D+)(\d{1,9})")


def leaving_movements(
    ledger: Ledger, parcels: Collection[str], after_days: int, most_others: int = 0
) -> list[Row]:
    """Return the movements that leave: of parcels that leave, and old ones of no parcel that a later count covers.

    The newest number of each series stays, so that no number is given twice. Of those of no parcel at most
    ``most_others`` leave; 0 for all.
    """
    before = ledger.today - timedelta(days=after_days)
    counted = _counted(ledger)
    newest = _newest(ledger)
    whole = [
        move
        for move in ledger["movements"]
        if move.has_key and not move.stale and not move.key.startswith(FOLDED)
    ]
    others = [
        move
        for move in whole
        if move.text("shipment_id") not in ledger["shipments"]
        and move.key not in newest
        and _is_old(move, before)
        and _is_covered(move, counted)
    ]
    return [move for move in whole if move.text("shipment_id") in parcels] + others[: most_others or None]


def folded(ledger: Ledger, leaving: Collection[Row]) -> Iterator[Part]:
    """Yield one row for each shelf that stands for all movements since its last count that leave now or left before.

    Rows that stood for those of before go; on hand stays the same everywhere.
    """
    if not leaving:
        return
    counted = _counted(ledger)
    gone = {move.key for move in leaving}
    shelves: dict[str, list[Row]] = {}
    touched: set[str] = set()
    for move in ledger["movements"]:
        key = _shelf(move)
        is_folded = move.key.startswith(FOLDED)
        if not (is_folded or move.key in gone) or key not in counted:
            continue
        if not _is_covered(move, counted) and isinstance(move.get("moved_at"), datetime):
            shelves.setdefault(key, []).append(move)
            touched |= {key} if not is_folded else set()
        elif is_folded:
            touched.add(key)
    for move in ledger["movements"]:
        if move.key.startswith(FOLDED) and _shelf(move) in touched:
            yield RemoveRow("movements", move.key, move.cells)
    for key in sorted(touched):
        yield from _sum(key, shelves.get(key, []), ledger)


def _sum(key: str, moves: list[Row], ledger: Ledger) -> Iterator[AppendRow]:
    qty = sum(move.number_of("qty") for move in moves)
    if not qty:
        return
    last = max(moment for move in moves if (moment := move.moment("moved_at")))
    stock = ledger["stock"][key]
    yield AppendRow(
        "movements",
        {
            "movement_id": f"{FOLDED}{ledger.now:%Y%m%d%H%M%S}-{key}",
            "kind": "corrected",
            "sku": stock.get("sku"),
            "place": stock.get("place"),
            "lot": stock.get("lot"),
            "qty": qty,
            "moved_at": last,
            "memo": msg("Stands for movements in the archive").text(ledger.language),
        },
    )


def _counted(ledger: Ledger) -> dict[str, datetime | None]:
    return {row.key: row.moment("counted_at") for row in ledger["stock"]}


def _shelf(move: Row) -> str:
    return stock_key(move.text("sku"), move.text("place"), move.text("lot"))


def _is_covered(move: Row, counted: dict[str, datetime | None]) -> bool:
    """Return whether the shelf was counted after the movement."""
    since, moved = counted.get(_shelf(move)), move.get("moved_at")
    return since is not None and isinstance(moved, datetime) and moved <= since


def _is_old(move: Row, before: date) -> bool:
    moved = move.day("moved_at")
    return moved is not None and moved <= before


def _newest(ledger: Ledger) -> set[str]:
    highest: dict[str, tuple[int, str]] = {}
    for move in ledger["movements"]:
        found = _NUMBER.fullmatch(move.key)
        if found:
            highest[found[1]] = max(highest.get(found[1], (0, "")), (int(found[2]), move.key))
    return {key for _, key in highest.values()}
