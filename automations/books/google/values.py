"""Values as Google Sheets takes and gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from automations.core.cells import RawCell, WrittenCell, moment_of, serial_of
from automations.core.schema import Column

Json = dict[str, Any]
# Serial day numbers of 1982 to 2119: what a column of days may hold as a number.
_DAYS = (30_000, 80_000)


def entered(value: WrittenCell) -> Json:
    """Return a cell for ``updateCells``: always typed, so that no text becomes a formula or a number."""
    match value:
        case None | "":
            return {}
        case bool():
            return {"userEnteredValue": {"boolValue": value}}
        case str():
            return {"userEnteredValue": {"stringValue": value}}
        case Decimal():
            return {"userEnteredValue": {"numberValue": float(value)}}
        case date():
            return {"userEnteredValue": {"numberValue": serial_of(value)}}
        case _:
            return {"userEnteredValue": {"numberValue": value}}


def effective(cell: Mapping[str, Any]) -> RawCell:
    """Return a cell of a reply as ``values`` would give it; an error value stands as its text."""
    found = cell.get("effectiveValue") or {}
    for kind, value in found.items():
        raw: RawCell = str(value.get("message", "#ERROR!")) if kind == "errorValue" else value
        return raw
    return None


class Days(dict[RawCell, RawCell]):
    """What stands in a column of days or moments, by its cells: serial numbers as the day or wall time they are."""

    def __init__(self, column: Column) -> None:
        super().__init__({None: None, "": ""})
        self._timed = column.type == "datetime"

    def __missing__(self, raw: RawCell) -> RawCell:
        if isinstance(raw, bool) or not isinstance(raw, (int, float)) or not _DAYS[0] < raw < _DAYS[1]:
            return raw
        moment = moment_of(raw)
        self[raw] = day = moment if self._timed or raw % 1 else moment.date()
        return day


def grid_range(sheet_id: int, first: int, last: int, left: int, right: int) -> Json:
    """Return a range: rows and columns counted from 0, the ends left out."""
    return {
        "sheetId": sheet_id,
        "startRowIndex": first,
        "endRowIndex": last,
        "startColumnIndex": left,
        "endColumnIndex": right,
    }


def runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return rising numbers as runs of neighbours: (first, last)."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
