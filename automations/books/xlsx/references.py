"""Cell names and areas: ``C5``, ``$A$1:E10``, ``B:B``, ``2:7``."""

import re
from functools import lru_cache
from typing import NamedTuple

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_AREA = re.compile(r"\$?([A-Za-z]{1,3})?\$?([0-9]{1,7})?(?::\$?([A-Za-z]{1,3})?\$?([0-9]{1,7})?)?")
_BOTTOM = re.compile(r"[0-9]+(?=\s*$)")


class Area(NamedTuple):
    """A rectangle of cells, edges included, counted from 1."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, row: int, column: int) -> bool:
        """Tell whether a cell lies inside."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def is_one_cell(self) -> bool:
        """Tell whether the area is a single cell."""
        return self.top == self.bottom and self.left == self.right

    def name(self) -> str:
        """Return the area as ``A1:E10``, or ``A1`` for a single cell."""
        first = cell_name(self.top, self.left)
        return first if self.is_one_cell() else f"{first}:{cell_name(self.bottom, self.right)}"


@lru_cache(maxsize=512)
def column_name(column: int) -> str:
    """Return the letters of a column, ``A`` for 1."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


def column_number(letters: str) -> int:
    """Return the number of a column, 1 for ``A`` or ``a``."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell, ``A1`` for row 1 and column 1."""
    return f"{column_name(column)}{row}"


def cell_position(name: str) -> tuple[int, int] | None:
    """Return row and column of ``C5`` or ``$C$5``; None if it is not the name of a cell."""
    found = _CELL.fullmatch(name)
    if found is None:
        return None
    row, column = int(found[2]), column_number(found[1])
    return (row, column) if 1 <= row <= LAST_ROW and column <= LAST_COLUMN else None


def area(name: str) -> Area | None:
    """Return the rectangle that a name stands for; None if it is not the name of an area.

    A single cell, whole columns (``A:C``) and whole rows (``2:7``) are areas too.
    """
    found = _AREA.fullmatch(name)
    if found is None or not (found[1] or found[2]):
        return None
    left, top, right, bottom = found.groups()
    if ":" not in name:
        right, bottom = left, top
        if not (left and top):
            return None
    if (left is None) != (right is None) or (top is None) != (bottom is None):
        return None
    columns = sorted((column_number(left), column_number(right)) if left and right else (1, LAST_COLUMN))
    rows = sorted((int(top), int(bottom)) if top and bottom else (1, LAST_ROW))
    return Area(rows[0], columns[0], rows[1], columns[1])


def with_bottom(name: str, bottom: int) -> str:
    """Return the name of an area with another last row, written as before (``$`` kept)."""
    if ":" not in name:
        name = f"{name}:{name}"
    return _BOTTOM.sub(str(bottom), name)
