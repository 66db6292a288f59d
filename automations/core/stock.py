"""Stock arithmetic: what lies on the shelf, what is spoken for, what a line may take from which lot.

Source: backoffice-practice 3.1-3.4; safety R10 (no stock cell is ever counted down in place).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from automations.core.components import read_components
from automations.core.ledger import Row, Table

# Key of a stock row, and how many units of it; product code, and how many units one set needs.
Reservation = tuple[str, int]
Part = tuple[str, int]

_MEMORY = 1 << 16


@dataclass(frozen=True, slots=True)
class Lot:
    """One stock row as allocation sees it.

    Attributes:
        expires_on: Best-before day, None for goods without one.
        last_day: Last day on which it may still reach a customer; the far future without a date.
    """

    key: str
    sku: str
    expires_on: date | None = None
    last_day: date = date.max


def stock_key(sku: str, place: str = "", lot: str = "") -> str:
    """Return the key of a stock row as the ledger writes it: ``K-002``, ``K-001//A``."""
    return f"{sku}/{place}/{lot}".rstrip("/")


@lru_cache(maxsize=_MEMORY)
def reservations(text: str) -> tuple[Reservation, ...]:
    """Return what a line's 引当内訳 says, each stock key once; text that is no such list counts as nothing."""
    return _summed(read_components(text) or ())


@lru_cache(maxsize=_MEMORY)
def parts_of(sku: str, components: str) -> tuple[Part, ...]:
    """Return the products in one unit of ``sku``; a product that is no set is its own only part."""
    return _summed(read_components(components) or ()) or ((sku, 1),)


def _summed(pairs: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    units: Counter[str] = Counter()
    for code, number in pairs:
        units[code] += number
    return tuple(units.items())


def lots_of(stock: Iterable[Row], min_days_left: Mapping[str, int]) -> tuple[Lot, ...]:
    """Return the lots of the stock tab.

    Args:
        stock: Rows of the stock tab.
        min_days_left: Days a product must still keep when it arrives, by product code.
    """
    return tuple(
        Lot(row.key, sku, expires_on, expires_on - timedelta(days=min_days_left.get(sku, 0)))
        if (expires_on := row.day("expires_on"))
        else Lot(row.key, sku)
        for row in stock
        for sku in (row.text("sku"),)
    )


def on_hand(stock: Table, movements: Table) -> tuple[dict[str, int], list[Row]]:
    """Return the units on hand by stock key, and the movements that belong to no stock row.

    On hand is the last count and every movement after it. A movement whose number stands twice cannot be
    trusted: if it takes goods out it is counted once, so that nothing is promised that may be gone.
    """
    counted_at: dict[str, datetime | None] = {row.key: row.moment("counted_at") for row in stock}
    units = {row.key: row.number_of("counted_qty") for row in stock}
    apart = {row.key for row in stock.set_aside}
    doubled = {row.key: row for row in movements.set_aside if row.number_of("qty") < 0}
    strays: list[Row] = []
    for move in (*movements, *doubled.values()):
        key = stock_key(move.text("sku"), move.text("place"), move.text("lot"))
        if key in units:
            since, moved_at = counted_at[key], move.moment("moved_at")
            if moved_at is not None and (since is None or moved_at > since):
                units[key] += move.number_of("qty")
        elif key not in apart:
            strays.append(move)
    return units, strays


def keep(
    held: tuple[Reservation, ...], parts: tuple[Part, ...], qty: int, sku_of: Mapping[str, str]
) -> tuple[int, tuple[Reservation, ...]]:
    """Return how many whole sets of ``parts`` the held units make, at most ``qty``, and the units to keep.

    Units of other products and units beyond the whole sets are not among those to keep; what was
    reserved last is given back first.
    """
    units: Counter[str] = Counter()
    for key, number in held:
        units[_sku(key, sku_of)] += number
    sets = max(0, min(qty, *(units[sku] // each for sku, each in parts)))
    wanted = {sku: each * sets for sku, each in parts}
    kept: list[Reservation] = []
    for key, number in held:
        sku = _sku(key, sku_of)
        use = min(number, wanted.get(sku, 0))
        if use:
            kept.append((key, use))
            wanted[sku] -= use
    return sets, tuple(kept)


def _sku(key: str, sku_of: Mapping[str, str]) -> str:
    return sku_of.get(key) or key.split("/", 1)[0]


class Shelf:
    """What is free to take, by lot. Taking lowers it; it never falls below zero.

    Args:
        lots: All lots; those with the nearest date are taken first, those without a date last.
        free: Free units by stock key; a negative number (more reserved than there is) counts as none.
    """

    __slots__ = ("_left", "_lots")

    def __init__(self, lots: Iterable[Lot], free: Mapping[str, int]) -> None:
        self._left = {key: max(0, units) for key, units in free.items()}
        self._lots: dict[str, list[Lot]] = {}
        for lot in sorted(lots, key=lambda lot: (lot.expires_on or date.max, lot.key)):
            self._lots.setdefault(lot.sku, []).append(lot)

    def left(self, sku: str, day: date) -> int:
        """Return the free units of a product that may still arrive on ``day``."""
        return sum(self._left.get(lot.key, 0) for lot in self._lots.get(sku, ()) if lot.last_day >= day)

    def too_old(self, sku: str, day: date) -> int:
        """Return the free units of a product whose date is too near for ``day``."""
        return sum(self._left.get(lot.key, 0) for lot in self._lots.get(sku, ()) if lot.last_day < day)

    def knows(self, sku: str) -> bool:
        """Return whether the product has any stock row."""
        return sku in self._lots

    def sets(self, parts: Iterable[Part], day: date) -> int:
        """Return how many whole sets could be taken."""
        return min(self.left(sku, day) // each for sku, each in parts)

    def take(self, parts: Iterable[Part], sets: int, day: date) -> tuple[Reservation, ...]:
        """Take the units of ``sets`` sets; the caller has asked ``sets()`` before.

        One lot serves a product whole where it can; else the nearest dates are used up first.
        """
        taken: list[Reservation] = []
        for sku, each in parts:
            taken += self._take_units(sku, each * sets, day)
        return tuple(taken)

    def put_back(self, taken: Iterable[Reservation]) -> None:
        """Undo a ``take``."""
        for key, units in taken:
            self._left[key] += units

    def _take_units(self, sku: str, wanted: int, day: date) -> list[Reservation]:
        left = self._left
        lots = [lot.key for lot in self._lots.get(sku, ()) if lot.last_day >= day and left.get(lot.key, 0)]
        whole = next((key for key in lots if left[key] >= wanted), None)
        taken: list[Reservation] = []
        for key in lots if whole is None else [whole]:
            units = min(wanted, left[key])
            if units:
                left[key] -= units
                wanted -= units
                taken.append((key, units))
        return taken


def merged(held: Iterable[Reservation], more: Iterable[Reservation]) -> tuple[Reservation, ...]:
    """Return both lists as one, each stock key once."""
    return _summed((*held, *more))
