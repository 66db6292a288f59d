"""What a caller asks for, and the checks that come before anything is written."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from .errors import ValueReason, ValueRefused
from .references import LAST_COLUMN, LAST_ROW, cell_name

CellValue = str | int | float | Decimal | bool | date | datetime | None
"""What a cell can hold. None and "" clear the cell and keep its style."""

LONGEST_TEXT = 32_767
_DIGITS = 15
_PLAIN = 10**_DIGITS
_FIRST_DAYS = {False: date(1900, 1, 1), True: date(1904, 1, 1)}


@dataclass(frozen=True)
class CellEdit:
    """One cell (row and column count from 1) and its new value."""

    row: int
    column: int
    value: CellValue


@dataclass(frozen=True)
class SheetEdit:
    """The new values of one sheet, by its title as the workbook has it."""

    sheet: str
    cells: tuple[CellEdit, ...]


Wanted = dict[int, dict[int, CellValue]]
"""New values by row and column."""


def wanted(edits: Sequence[SheetEdit]) -> dict[str, Wanted]:
    """Return the new values by sheet, row and column.

    Raises:
        ValueRefused: A value does not fit into a cell, a cell does not exist, or stands twice.
    """
    sheets: dict[str, Wanted] = {}
    for edit in edits:
        rows = sheets.setdefault(edit.sheet, {})
        for cell in edit.cells:
            _add(rows, edit.sheet, cell)
    return sheets


def _add(rows: Wanted, sheet: str, cell: CellEdit) -> None:
    if not (1 <= cell.row <= LAST_ROW and 1 <= cell.column <= LAST_COLUMN):
        raise ValueRefused("position-out-of-range", sheet=sheet, cell=f"{cell.row}, {cell.column}")
    row = rows.setdefault(cell.row, {})
    reason = "edited-twice" if cell.column in row else _misfit(cell.value)
    if reason:
        raise ValueRefused(reason, sheet=sheet, cell=cell_name(cell.row, cell.column))
    row[cell.column] = None if cell.value == "" else cell.value


def _misfit(value: CellValue) -> ValueReason | None:
    if isinstance(value, str):
        is_long = len(value) * 2 > LONGEST_TEXT and _utf16_units(value) > LONGEST_TEXT
        return "text-too-long" if is_long else None
    if isinstance(value, int) and -_PLAIN < value < _PLAIN:
        return None
    if isinstance(value, Decimal | float) and not math.isfinite(value):
        return "number-not-finite"
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return _misfit_number(Decimal(value))
    if isinstance(value, datetime) and value.tzinfo is not None:
        return "time-zone"
    return None


def _misfit_number(number: Decimal) -> ValueReason | None:
    if number and not -307 <= number.adjusted() <= 307:
        return "number-not-finite"
    digits = "".join(map(str, number.as_tuple().digits)).strip("0")
    return "number-too-precise" if len(digits) > _DIGITS else None


def _utf16_units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_days(rows: Wanted, sheet: str, *, from_1904: bool) -> None:
    """Refuse dates before the first day that the workbook's calendar knows.

    Raises:
        ValueRefused: ``date-out-of-range``.
    """
    first = _FIRST_DAYS[from_1904]
    for row, cells in rows.items():
        for column, value in cells.items():
            if isinstance(value, date) and _day(value) < first:
                raise ValueRefused("date-out-of-range", sheet=sheet, cell=cell_name(row, column))


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def serial(value: date, *, from_1904: bool) -> str:
    """Return a date or date-time as the number of days that a workbook stores, time as the fraction.

    The 1900 calendar has a 29 February 1900 that never was: from 1 March 1900 on the count is one higher.
    """
    days = (_day(value) - _FIRST_DAYS[from_1904]).days
    if not from_1904:
        days += 1 if _day(value) < date(1900, 3, 1) else 2
    if not isinstance(value, datetime):
        return str(days)
    into_day = timedelta(
        hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond
    )
    fraction = Decimal(into_day // timedelta(microseconds=1)) / Decimal(86_400_000_000)
    return f"{days + round(fraction, 11):f}".rstrip("0").rstrip(".") if fraction else str(days)
