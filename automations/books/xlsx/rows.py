"""Where the rows and cells of a sheet lie in its bytes, without building a tree."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

from .markup import ATTRIBUTES, NAME, Xml, attributes
from .references import LAST_COLUMN, LAST_ROW, cell_position, column_name, column_number

_QUOTED = rb"(?:\"[^\"<]*+\"|'[^'<]*+')"
_ROOT = re.compile(rb"<(?:(" + NAME + rb"):)?(" + NAME + rb")")


class Row(NamedTuple):
    """One row element: where its tag begins and ends, and where the next row begins.

    ``name`` is the attribute that numbers it where it stands first as usual, ``tag`` all others: these are
    mostly alike from row to row.
    """

    number: int
    name: bytes
    tag: bytes
    start: int
    tag_end: int
    limit: int
    is_empty_tag: bool


class Cell(NamedTuple):
    """One cell element: its column, place, attributes, and where its inside lies (-1 for an empty tag).

    The attributes are parted in two like those of a row.
    """

    column: int
    start: int
    end: int
    name: bytes
    tag: bytes
    inner_start: int
    inner_end: int


class Patterns(NamedTuple):
    """The searches of one sheet, made for the namespace prefix that it uses."""

    sheet_data: re.Pattern[bytes]
    row_start: re.Pattern[bytes]
    row: re.Pattern[bytes]
    cell_name: re.Pattern[bytes]
    cell: re.Pattern[bytes]
    formula: re.Pattern[bytes]
    formula_start: re.Pattern[bytes]
    value: re.Pattern[bytes]


@lru_cache(maxsize=16)
def patterns(prefix: bytes) -> Patterns:
    """Return the searches for a prefix such as b"x:" (b"" for none)."""
    p = re.escape(prefix)
    given = rb"([^<>\"']*+(?:" + _QUOTED + rb"[^<>\"']*+)*)"
    named = rb"((?: r=\"[A-Z]{1,3}[0-9]{1,7}\")?)(" + ATTRIBUTES + rb")"
    whole = rb"(?=[\s/>])(?:%s\s*+(?:/>|>(.*?)</" + p + rb"%s\s*+>))?"
    return Patterns(
        sheet_data=re.compile(rb"<" + p + rb"sheetData(?=[\s/>])(?:" + given + rb">)?"),
        row_start=re.compile(rb"<" + p + rb"row(?=[\s/>])(?: r=\"([0-9]{1,7})\")?"),
        row=re.compile(rb"<" + p + rb"row(?=[\s/>])(?:((?: r=\"[0-9]{1,7}\")?)" + given + rb">)?"),
        cell_name=re.compile(rb"<" + p + rb"c(?=[\s/>])(?: r=\"([A-Z]{1,3}[0-9]{1,7})\")?"),
        cell=re.compile(rb"<" + p + rb"c" + whole % (named, b"c"), re.DOTALL),
        formula=re.compile(rb"<" + p + rb"f" + whole % (rb"(" + ATTRIBUTES + rb")", b"f"), re.DOTALL),
        formula_start=re.compile(rb"<" + p + rb"f[\s/>]"),
        value=re.compile(rb"<" + p + rb"[vt](?:\s[^<>]*)?(?<!/)>[^<]|<" + p + rb"f[\s/>]"),
    )


@dataclass(frozen=True)
class Grid:
    """The rows of one sheet. They are all found at once, and taken apart one by one when asked for.

    Attributes:
        xml: The sheet part.
        prefix: Namespace prefix of its elements with the colon, or b"".
        data: Where the element that holds the rows begins and ends, tags included.
        inner: Where the rows begin and end; both the end of the tag when it is written as one tag.
        numbers: The numbers of all rows, ascending.
        starts: Where each of them begins.
    """

    xml: Xml
    prefix: bytes
    data: tuple[int, int]
    inner: tuple[int, int]
    numbers: Sequence[int]
    starts: Sequence[int]
    _known: dict[int, Row | None] = field(default_factory=dict, repr=False, compare=False)
    _columns: dict[int, Sequence[int]] = field(default_factory=dict, repr=False, compare=False)
    _cells: dict[tuple[int, int], Cell | None] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, xml: Xml) -> "Grid":
        """Return the rows of a sheet.

        Raises:
            WorkbookRefused: ``damaged`` when the rows are out of order.
        """
        root = _ROOT.search(xml.view)
        if root is None or root[2] != b"worksheet":
            raise xml.damaged("no worksheet")
        prefix = root[1] + b":" if root[1] else b""
        found = patterns(prefix).sheet_data.search(xml.view)
        if found is None or found[1] is None:
            raise xml.damaged("no sheet data")
        if found[1].endswith(b"/"):
            return cls(xml, prefix, found.span(), (found.end(), found.end()), (), ())
        close = xml.view.rfind(b"</" + prefix + b"sheetData")
        end = xml.view.find(b">", close) + 1
        if close < found.end() or not end:
            raise xml.damaged("sheet data without end")
        inner = (found.end(), close)
        return cls(xml, prefix, (found.start(), end), inner, *_row_starts(xml, prefix, *inner))

    def row(self, number: int) -> Row | None:
        """Return the row with this number.

        Raises:
            WorkbookRefused: ``damaged`` when its tags do not fit together.
        """
        if number not in self._known:
            at = bisect_left(self.numbers, number)
            is_there = at < len(self.numbers) and self.numbers[at] == number
            self._known[number] = self._row(at) if is_there else None
        return self._known[number]

    def rows(self) -> Iterator[Row]:
        """Yield all rows from top to bottom."""
        return map(self._row, range(len(self.numbers)))

    def rows_below(self, number: int) -> Iterator[Row]:
        """Yield the rows below a number, the last one first."""
        return map(self._row, range(len(self.numbers) - 1, bisect_right(self.numbers, number) - 1, -1))

    def place_of_row(self, number: int) -> int:
        """Return where a row that is not there yet belongs."""
        return self._start_of_row(bisect_right(self.numbers, number))

    def _start_of_row(self, at: int) -> int:
        return self.starts[at] if at < len(self.starts) else self.inner[1]

    def _row(self, at: int) -> Row:
        number, start, limit = self.numbers[at], self.starts[at], self._start_of_row(at + 1)
        found = patterns(self.prefix).row.match(self.xml.view, start, limit)
        name, tag = found.groups() if found else (None, None)
        if found is None or name is None or tag is None:
            raise self.xml.damaged(f"broken row at byte {start}")
        is_empty_tag = tag.endswith(b"/")
        if self.xml.view.count(b"</" + self.prefix + b"row", found.end(), limit) != (not is_empty_tag):
            raise self.xml.damaged(f"row {number} and its end do not fit")
        return Row(number, name, tag.removesuffix(b"/"), start, found.end(), limit, is_empty_tag)

    def cells(self, row: Row) -> Iterator[Cell]:
        """Yield the cells of a row in ascending order.

        Raises:
            WorkbookRefused: ``damaged`` when the cells do not fit together.
        """
        return (self._cell(row, column, self._start(row, column)) for column in self._columns_in(row))

    def cell(self, row: Row, column: int) -> Cell | None:
        """Return one cell of a row; raises like `cells`."""
        key = row.number, column
        if key not in self._cells:
            is_there = column in self._columns_in(row)
            self._cells[key] = self._cell(row, column, self._start(row, column)) if is_there else None
        return self._cells[key]

    def place_of_cell(self, row: Row, column: int) -> int:
        """Return where a cell that is not there yet belongs; raises like `cells`."""
        columns = self._columns_in(row)
        at = bisect_right(columns, column)
        if at < len(columns):
            return self._start(row, columns[at])
        return self._cell(row, columns[-1], self._start(row, columns[-1])).end if columns else row.tag_end

    def _columns_in(self, row: Row) -> Sequence[int]:
        """Return the columns in which a row has a cell, ascending."""
        columns = self._columns.get(row.number)
        if columns is None:
            names = patterns(self.prefix).cell_name.findall(self.xml.view, row.tag_end, row.limit)
            letters = (b" ".join(names) + b" ").replace(b"%d " % row.number, b" ")
            columns = self._columns[row.number] = _columns(letters) or tuple(self._starts(row))
        return columns

    def _start(self, row: Row, column: int) -> int:
        usual = b'<%sc r="%s%d"' % (self.prefix, column_name(column).encode(), row.number)
        start = self.xml.view.find(usual, row.tag_end, row.limit)
        return start if start >= 0 else self._starts(row)[column]

    def _starts(self, row: Row) -> dict[int, int]:
        """Return where each cell of a row begins, by column, whether they are named or only counted."""
        starts: dict[int, int] = {}
        column = 0
        for found in patterns(self.prefix).cell_name.finditer(self.xml.view, row.tag_end, row.limit):
            before = column
            column = self._column(row, found.start(), before)
            if not before < column <= LAST_COLUMN:
                raise self.xml.damaged(f"cell out of order in row {row.number}")
            starts[column] = found.start()
        return starts

    def _column(self, row: Row, start: int, before: int) -> int:
        cell = self._cell(row, before + 1, start)
        name = attributes(cell.name + cell.tag).get(b"r")
        position = (row.number, before + 1) if name is None else cell_position(name)
        return position[1] if position is not None and position[0] == row.number else 0

    def _cell(self, row: Row, column: int, start: int) -> Cell:
        found = patterns(self.prefix).cell.match(self.xml.view, start, row.limit)
        if found is None or found[1] is None:
            raise self.xml.damaged(f"broken cell in row {row.number}")
        return Cell(column, *found.span(), found[1], found[2], *found.span(3))

    def inner_of(self, cell: Cell) -> bytes:
        """Return what stands between the tags of a cell."""
        return self.xml.raw[cell.inner_start : cell.inner_end] if cell.inner_start >= 0 else b""

    def has_value(self, start: int, end: int) -> bool:
        """Tell whether a stretch of the sheet holds a value or a formula."""
        return patterns(self.prefix).value.search(self.xml.view, start, end) is not None

    @cached_property
    def has_formulas(self) -> bool:
        """Whether any cell holds a formula."""
        if self.xml.view.find(b"f", *self.inner) < 0:
            return False
        return patterns(self.prefix).formula_start.search(self.xml.view, *self.inner) is not None

    def has_value_in(self, row: Row, columns: Collection[int]) -> bool:
        """Tell whether a row holds a value or a formula in any of the columns."""
        cells = (self.cell(row, column) for column in columns)
        return any(cell is not None and self.has_value(cell.start, cell.end) for cell in cells)

    def valued_columns(self, row: Row) -> set[int]:
        """Return the columns in which a row holds a value or a formula."""
        if not self.has_value(row.tag_end, row.limit):
            return set()
        return {cell.column for cell in self.cells(row) if self.has_value(cell.start, cell.end)}


def _row_starts(xml: Xml, prefix: bytes, start: int, end: int) -> tuple[list[int], list[int]]:
    names: list[bytes | None] = []
    starts: list[int] = []
    # The matches themselves are let go at once: a sheet may have a million.
    for row in patterns(prefix).row_start.finditer(xml.view, start, end):
        names.append(row[1])
        starts.append(row.start())
    numbers = _numbered(xml, prefix, zip(names, starts, strict=True))
    for before, number in zip([0, *numbers], numbers, strict=False):
        if not before < number <= LAST_ROW:
            raise xml.damaged(f"row {number} out of order")
    return numbers, starts


def _numbered(xml: Xml, prefix: bytes, rows: Iterable[tuple[bytes | None, int]]) -> list[int]:
    number = 0
    numbers: list[int] = []
    for name, start in rows:
        number = int(name) if name else _unnamed_row(xml, prefix, start, number)
        numbers.append(number)
    return numbers


def _unnamed_row(xml: Xml, prefix: bytes, start: int, before: int) -> int:
    found = patterns(prefix).row.match(xml.view, start)
    if found is None or found[2] is None:
        raise xml.damaged(f"broken row at byte {start}")
    name = attributes(found[2]).get(b"r", str(before + 1))
    return int(name) if name.isdecimal() and len(name) < 8 else 0


@lru_cache(maxsize=512)
def _columns(letters: bytes) -> tuple[int, ...]:
    """Return the columns of these letters, () unless each is named and stands behind the one before it."""
    columns = tuple(column_number(name.decode()) for name in letters.split() if name.isalpha())
    is_usual = len(columns) == letters.count(b" ") and columns == tuple(sorted(set(columns)))
    return columns if is_usual and columns[-1] <= LAST_COLUMN else ()
