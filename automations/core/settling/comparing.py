"""When two cells say the same, whatever form a sheet, the journal and a person give them."""

from __future__ import annotations

from datetime import date

from automations.core.cells import RawCell, Unreadable, as_typed, read_cell, serial_of
from automations.core.journal import Written, written
from automations.core.schema import Column
from automations.core.wording import Wording

# Digits of a serial day number that count: one is about a thousandth of a second.
_PLACES = 8


def meaning(column: Column, raw: RawCell, wording: Wording) -> Written:
    """Return what a cell says as the journal keeps it: typed, or as typed by a person where it cannot be read."""
    try:
        return written(read_cell(column, raw, wording.zone, wording.currency))
    except Unreadable:
        return {"typed": as_typed(raw)}


def equal(one: RawCell, other: RawCell) -> bool:
    """Return whether two raw cells are the same: ``""`` is blank, ``TRUE`` is not 1, a day is its serial number."""
    return one is other or _comparable(one) == _comparable(other)


def is_blank(raw: RawCell) -> bool:
    """Return whether nothing stands in a cell."""
    return raw is None or raw == ""


def _comparable(raw: RawCell) -> object:
    if raw is None or raw == "":
        return None
    if isinstance(raw, date):
        raw = serial_of(raw)
    return (isinstance(raw, bool), round(raw, _PLACES) if isinstance(raw, float) else raw)


def is_as_left(column: Column, raw: RawCell, twin: RawCell) -> bool:
    """Return whether a shared cell shows what the program put there last, which its twin knows: nobody typed it."""
    shown, known = as_typed(raw), as_typed(twin)
    return bool(known) and column.written_choices.get(shown, shown) == known


def raw_of(value: object) -> str | int | float | None:
    """Return a value of the journal as the raw cell it was, as a settle commit keeps them."""
    return value if isinstance(value, (str, int, float)) else None


def plain(raw: RawCell) -> str | int | float | None:
    """Return a raw cell as JSON and a sheet take it: a day as its serial number."""
    return serial_of(raw) if isinstance(raw, date) else raw_of(raw)
