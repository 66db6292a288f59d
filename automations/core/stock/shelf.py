"""Stock arithmetic: what lies on the shelf, what is spoken for, what a line may take from which lot.

Source: backoffice-practice 3.1-3.4; safety R10 (no stock cell is ever counted down in place).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from automations.core.ledger import Row, Table
from automations.core.stock.components import read_components

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
    units = {row.key: row.number_of("counted_qty") for row in stock}
    shelves = {
        (row.get("sku"), row.get("place"), row.get("lot")): (row.key, row.moment("counted_at"))
        for row in stock
    }
    by_key = dict(shelves.values())
    apart = {row.key for row in stock.set_aside}
    doubled = {row.key: row for row in movements.set_aside if row.number_of("qty") < 0}
    strays: list[Row] = []
    for move in (*movements, *doubled.values()):
        get = move.cells.get
        shelf = shelves.get((get("sku"), get("place"), get("lot")))
        if shelf is None:
            key = stock_key(move.text("sku"), move.text("place"), move.text("lot"))
            if key not in by_key:
                strays += [] if key in apart else [move]
                continue
            shelf = key, by_key[key]
        key, since = shelf
        moved_at = get("moved_at")
        if isinstance(moved_at, datetime) and (since is None or moved_at > since):
            units[key] += move.number_of("qty")
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


@dataclass(slots=True)
class _Pile:
    """What is left of one lot."""

    key: str
    last_day: date
    left: int


class Shelf:
    """What is free to take, by lot. Taking lowers it; it never falls below zero.

    Args:
        lots: The lots; those with the nearest dates are taken first, those without a date last.
        free: Free units by stock key; a negative number (more reserved than there is) counts as none.
    """

    __slots__ = ("_by_key", "_piles")

    def __init__(self, lots: Iterable[Lot], free: Mapping[str, int]) -> None:
        self._piles: dict[str, list[_Pile]] = {}
        self._by_key: dict[str, _Pile] = {}
        for lot in sorted(lots, key=lambda lot: (lot.expires_on or date.max, lot.key)):
            pile = _Pile(lot.key, lot.last_day, max(0, free.get(lot.key, 0)))
            self._by_key[lot.key] = pile
            self._piles.setdefault(lot.sku, []).append(pile)

    def left(self, sku: str, day: date) -> int:
        """Return the free units of a product that may still arrive on ``day``."""
        left = 0
        for pile in self._piles.get(sku, ()):
            if pile.last_day >= day:
                left += pile.left
        return left

    def too_old(self, sku: str, day: date) -> int:
        """Return the free units of a product whose date is too near for ``day``."""
        return sum(pile.left for pile in self._piles.get(sku, ()) if pile.last_day < day)

    def knows(self, sku: str) -> bool:
        """Return whether the product has any stock row."""
        return sku in self._piles

    def sets(self, parts: Iterable[Part], day: date) -> int:
        """Return how many whole sets could be taken."""
        return min(self.left(sku, day) // each for sku, each in parts)

    def serve(self, parts: tuple[Part, ...], wanted: int, day: date) -> tuple[int, tuple[Reservation, ...]]:
        """Take as many of the wanted sets (at least one) as there are; return how many, and their units.

        One lot serves a product whole where it can; else the nearest dates are used up first.
        """
        if len(parts) == 1:
            # Nearly every line: no set, and its first lot has enough.
            sku, each = parts[0]
            piles = self._piles.get(sku)
            if piles is None:
                return 0, ()
            first, units = piles[0], wanted * each
            if first.left >= units and first.last_day >= day:
                first.left -= units
                return wanted, ((first.key, units),)
        sets = wanted
        for sku, each in parts:
            sets = min(sets, self.left(sku, day) // each)
        return sets, self._take(parts, sets, day) if sets else ()

    def put_back(self, taken: Iterable[Reservation]) -> None:
        """Undo a ``serve``."""
        for key, units in taken:
            self._by_key[key].left += units

    def _take(self, parts: Iterable[Part], sets: int, day: date) -> tuple[Reservation, ...]:
        taken: list[Reservation] = []
        for sku, each in parts:
            self._take_units(self._piles[sku], each * sets, day, taken)
        return tuple(taken)

    @staticmethod
    def _take_units(piles: Iterable[_Pile], wanted: int, day: date, taken: list[Reservation]) -> None:
        fresh = [pile for pile in piles if pile.left and pile.last_day >= day]
        for pile in fresh:
            if pile.left >= wanted:
                pile.left -= wanted
                taken.append((pile.key, wanted))
                return
        for pile in fresh:
            units = min(wanted, pile.left)
            if units:
                pile.left -= units
                wanted -= units
                taken.append((pile.key, units))


def merged(held: Iterable[Reservation], more: Iterable[Reservation]) -> tuple[Reservation, ...]:
    """Return both lists as one, each stock key once."""
    return _summed((*held, *more))
