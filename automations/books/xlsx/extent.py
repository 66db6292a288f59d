"""How far a sheet reaches. Whoever reads it makes room for every cell from A1 to there, blank ones too."""

import re
from bisect import bisect_right
from itertools import islice

from .markup import Xml
from .references import LAST_COLUMN, LAST_ROW, cell_name, column_number
from .rows import Grid

_LAST_NAME = re.compile(rb"\sr=\"[A-Z]{0,3}([0-9]{1,7})\"")
_LETTERS = (re.compile(rb" r=\"([A-Z]{3})[0-9]"), re.compile(rb" r=\"([A-Z]{2})[0-9]"))
_ONE_LETTER, _TWO_LETTERS = 26, 702
# What the last value or formula of a sheet ends or begins with, whatever the prefix of its elements.
_VALUE_ENDS = (b"v>", b"t>", b"f>", b"f/>")
_END = re.compile(rb"</(?:[^\s<>/:]+:)?sheetData")


def far_cell(content: bytes, part: str, most: int, most_rows: int) -> str:
    """Return the farthest cell in use of a sheet that has more than ``most`` cells from A1 to there, else "".

    Rows and columns are mostly counted by their names alone, which is quick; only where those go too far are
    the cells looked at, because names of empty cells do no harm. More than ``most_rows`` rows down to the last one
    in use are too many as well.

    Raises:
        WorkbookRefused: ``damaged``.
    """
    rows = _rows_named(content)
    if rows <= most_rows and (
        (rows * _TWO_LETTERS <= most and not _LETTERS[0].search(content))
        or rows * _columns_named(content) <= most
    ):
        return ""
    grid = Grid.read(Xml.read(content, part))
    count = _rows_used(grid)
    bottom = grid.numbers[count - 1] if count else 0
    if count > most_rows:
        return cell_name(bottom, 1)
    used = map(grid.valued_columns, islice(grid.rows(), count))
    right = max((max(columns, default=0) for columns in used), default=0)
    return cell_name(bottom, right) if bottom * right > most else ""


def _rows_used(grid: Grid) -> int:
    """Return how many rows there are down to the last that may hold anything."""
    last = max(grid.xml.view.rfind(end, *grid.inner) for end in _VALUE_ENDS)
    return bisect_right(grid.starts, last)


def _rows_named(content: bytes) -> int:
    end = _END.search(content, max(0, content.rfind(b"sheetData") - 99))
    limit = end.start() if end else len(content)
    found = _LAST_NAME.match(content, max(0, content.rfind(b' r="', 0, limit)))
    return int(found[1]) if found else LAST_ROW


def _columns_named(content: bytes) -> int:
    for letters in _LETTERS:
        found = set(letters.findall(content))
        if found:
            return min(LAST_COLUMN, max(column_number(name.decode()) for name in found))
    return _ONE_LETTER
