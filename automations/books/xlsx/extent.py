"""How far a sheet reaches. Whoever reads it makes room for every cell from A1 to there, blank ones too."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from .markup import NAME, Xml
from .references import cell_name, column_number
from .rows import Grid, Row

_DATA = b"sheetData"
_LAST_NAME = re.compile(rb"\sr=\"[A-Z]{0,3}([1-9][0-9]{0,6})\"")
_LETTERS = (re.compile(rb" r=\"([A-Z]{3})[0-9]"), re.compile(rb" r=\"([A-Z]{2})[0-9]"))
_ONE_LETTER, _TWO_LETTERS = 26, 702
_WITH_PREFIX = re.compile(rb"<(" + NAME + rb":)(?:row|c|v|is|f)[\s/>]")
_CONTENTS = (b"v", b"is", b"f")
# Run over the whole sheet at once: whatever is put together from its tokens takes many times the sheet's room.
_CLEAR = re.compile(
    rb"(?:[^<]++|<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>"
    rb"|<[^<>\"'!?]++(?:(?:\"[^\"<]*+\"|'[^'<]*+')[^<>\"']*+)*+>)*+",
    re.DOTALL,
)


def far_cell(content: bytes, part: str, most: int, most_rows: int) -> str:
    """Return the farthest cell in use of a sheet that has more than ``most`` cells from A1 to there, else "".

    Rows and columns are mostly counted by their names alone, which is quick; only where those go too far, or
    are written as no spreadsheet program writes them, are the cells looked at, because names of empty cells
    do no harm. More than ``most_rows`` rows down to the last one in use are too many as well.

    Raises:
        WorkbookRefused: ``damaged``, also where readers might not agree on which cell is which.
    """
    last = _last_named(content)
    if 0 < last <= most_rows and _fits_by_names(content, last, most):
        return ""
    grid = _clear_grid(Xml.read(content, part))
    count = _rows_used(grid)
    bottom = grid.numbers[count - 1] if count else 0
    if count > most_rows:
        return cell_name(bottom, 1)
    right = max((_right_in(grid, row) for row in islice(grid.rows(), count)), default=0)
    return cell_name(bottom, right) if bottom * right > most else ""


def _last_named(content: bytes) -> int:
    """Return the row that the last name in a sheet tells, 0 if none does."""
    found = _LAST_NAME.match(content, max(0, content.rfind(b' r="', 0, content.rfind(_DATA))))
    return int(found[1]) if found else 0


def _fits_by_names(content: bytes, last: int, most: int) -> bool:
    """Tell whether all rows and cells are named as usual, none of them below a row or too far out with it."""
    if last * _TWO_LETTERS <= most and _are_named(content, _usual_names(last, 2)):
        return True
    return _are_named(content, _usual_names(last, 3)) and last * _columns_named(content) <= most


def _are_named(content: bytes, odd: Iterable[re.Pattern[bytes]]) -> bool:
    start, end = content.find(_DATA), content.rfind(_DATA)
    return not any(pattern.search(content, start, end) for pattern in odd)


@lru_cache(maxsize=64)
def _usual_names(last: int, letters: int) -> tuple[re.Pattern[bytes], ...]:
    """Return what finds a row or cell that has a prefix, no name first of all, or one far out or below a row."""
    digits = str(last)
    number = [
        rf"{digits[:at]}[{int(at == 0)}-{int(digit) - 1}][0-9]{{{len(digits) - at - 1}}}"
        for at, digit in enumerate(digits)
        if int(digit) > int(at == 0)
    ]
    # Tried first what most rows have: all digits but a smaller first one, then fewer digits.
    if len(digits) > 1:
        number.insert(1, rf"[1-9][0-9]{{0,{len(digits) - 2}}}")
    numbers = "|".join([*number, digits])
    odd = (
        ":(?:c|row)[\\s/>]",
        f'<row(?! r="(?:{numbers})")',
        f'<c(?! r="[A-Z]{{1,{letters}}}+(?:{numbers})")',
    )
    return tuple(re.compile(pattern.encode()) for pattern in odd)


def _columns_named(content: bytes) -> int:
    for letters in _LETTERS:
        found = set(letters.findall(content))
        if found:
            return max(column_number(name.decode()) for name in found)
    return _ONE_LETTER


def _clear_grid(xml: Xml) -> Grid:
    """Return the rows of a sheet in which nothing can be taken for a tag that is none, or the other way round."""
    if not _CLEAR.fullmatch(xml.raw):
        raise xml.damaged("a tag begins within another")
    grid = Grid.read(xml)
    if any(prefix != grid.prefix for prefix in _WITH_PREFIX.findall(xml.view)):
        raise xml.damaged("rows or cells of another kind")
    if xml.view.count(b"<" + grid.prefix + _DATA) > 1:
        raise xml.damaged("sheet data twice")
    return grid


def _rows_used(grid: Grid) -> int:
    """Return how many rows there are down to the last that may hold anything."""
    found = (grid.xml.view.rfind(b"<" + grid.prefix + name, *grid.inner) for name in _CONTENTS)
    return bisect_right(grid.starts, max(found))


def _right_in(grid: Grid, row: Row) -> int:
    """Return the last column of a row in which a cell has anything between its tags, 0 if none has."""
    if grid.xml.view.find(b"</" + grid.prefix + b"c", row.tag_end, row.limit) < 0:
        return 0
    return max((cell.column for cell in grid.cells(row) if grid.inner_of(cell).strip()), default=0)
