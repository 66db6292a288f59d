"""Where the rows and cells of a sheet lie in its bytes, without building a tree."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

from .markup import ATTRIBUTES, NAME, Xml, attributes
from .references import LAST_COLUMN, LAST_ROW, cell_position, column_number

_QUOTED = rb"(?:\"[^\"<]*+\"|'[^'<]*+')"
_ROOT = re.compile(rb"<(?:(" + NAME + rb"):)?(" + NAME + rb")")


class Row(NamedTuple):
    """One row element: where its tag begins and ends, and a place between its last cell and the next row."""

    number: int
    tag: bytes
    start: int
    tag_end: int
    limit: int
    is_empty_tag: bool


class Cell(NamedTuple):
    """One cell element: its column, place, attributes, and where its inside lies (-1 for an empty tag)."""

    column: int
    start: int
    end: int
    tag: bytes
    inner_start: int
    inner_end: int


class Patterns(NamedTuple):
    """The searches of one sheet, made for the namespace prefix that it uses."""

    sheet_data: re.Pattern[bytes]
    row: re.Pattern[bytes]
    cell: re.Pattern[bytes]
    formula: re.Pattern[bytes]
    formula_start: re.Pattern[bytes]
    value: re.Pattern[bytes]


@lru_cache(maxsize=16)
def patterns(prefix: bytes) -> Patterns:
    """Return the searches for a prefix such as b"x:" (b"" for none)."""
    p = re.escape(prefix)
    rest = rb"(?=[\s/>])(?:((?: r=\"([0-9]{1,7})\")?[^<>\"']*+(?:" + _QUOTED + rb"[^<>\"']*+)*)>)?"
    named = rb"((?: r=\"([A-Z]{1,3})([0-9]{1,7})\")?" + ATTRIBUTES + rb")"
    whole = rb"(?=[\s/>])(?:%s\s*+(?:/>|>(.*?)</" + p + rb"%s\s*+>))?"
    return Patterns(
        sheet_data=re.compile(rb"<" + p + rb"sheetData" + rest),
        row=re.compile(rb"<" + p + rb"row" + rest),
        cell=re.compile(rb"<" + p + rb"c" + whole % (named, b"c"), re.DOTALL),
        formula=re.compile(rb"<" + p + rb"f" + whole % (rb"(" + ATTRIBUTES + rb")", b"f"), re.DOTALL),
        formula_start=re.compile(rb"<" + p + rb"f[\s/>]"),
        value=re.compile(rb"<" + p + rb"[vt](?:\s[^<>]*)?(?<!/)>[^<]|<" + p + rb"f[\s/>]"),
    )


@dataclass(frozen=True)
class Grid:
    """The rows of one sheet.

    Attributes:
        xml: The sheet part.
        prefix: Namespace prefix of its elements with the colon, or b"".
        data: Where the element that holds the rows begins and ends, tags included.
        inner: Where the rows begin and end; both the end of the tag when it is written as one tag.
        rows: All rows in ascending order.
        known: The cells of the rows that were taken apart so far, by row number and last column wanted.
    """

    xml: Xml
    prefix: bytes
    data: tuple[int, int]
    inner: tuple[int, int]
    rows: tuple[Row, ...]
    known: dict[tuple[int, int], tuple[Cell, ...]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, xml: Xml) -> "Grid":
        """Return the rows of a sheet.

        Raises:
            WorkbookRefused: ``damaged`` when the rows do not fit together.
        """
        root = _ROOT.search(xml.view)
        if root is None or root[2] != b"worksheet":
            raise xml.damaged("no worksheet")
        prefix = root[1] + b":" if root[1] else b""
        found = patterns(prefix).sheet_data.search(xml.view)
        if found is None or found[1] is None:
            raise xml.damaged("no sheet data")
        if found[1].endswith(b"/"):
            return cls(xml, prefix, found.span(), (found.end(), found.end()), ())
        close = xml.view.rfind(b"</" + prefix + b"sheetData")
        end = xml.view.find(b">", close) + 1
        if close < found.end() or not end:
            raise xml.damaged("sheet data without end")
        inner = (found.end(), close)
        return cls(xml, prefix, (found.start(), end), inner, tuple(_rows(xml, prefix, *inner)))

    @cached_property
    def by_number(self) -> dict[int, Row]:
        """The rows by their numbers."""
        return {row.number: row for row in self.rows}

    def cells(self, row: Row, up_to: int = LAST_COLUMN) -> tuple[Cell, ...]:
        """Return the cells of a row in ascending order, at most one of them beyond the column ``up_to``.

        Raises:
            WorkbookRefused: ``damaged`` when the cells do not fit together.
        """
        key = row.number, up_to
        if key not in self.known:
            self.known[key] = tuple(self._cells(row, up_to))
        return self.known[key]

    def _cells(self, row: Row, up_to: int) -> Iterator[Cell]:
        column = 0
        for match in patterns(self.prefix).cell.finditer(self.xml.view, row.tag_end, row.limit):
            tag, letters, digits = match.group(1, 2, 3)
            if tag is None:
                raise self.xml.damaged(f"broken cell in row {row.number}")
            before = column
            if letters is None:
                column = self._column(row, tag, before)
            else:
                column = _column_number(letters) if int(digits) == row.number else 0
            if not before < column <= LAST_COLUMN:
                raise self.xml.damaged(f"cell out of order in row {row.number}")
            yield Cell(column, *match.span(), tag, *match.span(4))
            if column > up_to:
                return

    def _column(self, row: Row, tag: bytes, before: int) -> int:
        name = attributes(tag).get(b"r")
        position = (row.number, before + 1) if name is None else cell_position(name)
        return position[1] if position is not None and position[0] == row.number else 0

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
        return any(
            cell.column in columns and self.has_value(cell.start, cell.end)
            for cell in self.cells(row, max(columns))
        )

    def valued_columns(self, row: Row) -> set[int]:
        """Return the columns in which a row holds a value or a formula."""
        if not self.has_value(row.tag_end, row.limit):
            return set()
        return {cell.column for cell in self.cells(row) if self.has_value(cell.start, cell.end)}


def _rows(xml: Xml, prefix: bytes, start: int, end: int) -> list[Row]:
    rows: list[Row] = []
    tag, number, at, tag_end, is_empty_tag = b"", 0, start, start, True
    open_tags = 0
    for found in patterns(prefix).row.finditer(xml.view, start, end):
        before, place, place_end = number, at, tag_end
        at, tag_end = found.span()
        if before:
            rows.append(Row(before, tag, place, place_end, at, is_empty_tag))
        tag, name = found.groups()
        if tag is None:
            raise xml.damaged(f"broken row at byte {at}")
        number = int(name) if name else _number(tag, before)
        if not before < number <= LAST_ROW:
            raise xml.damaged(f"row {number} out of order")
        is_empty_tag = tag.endswith(b"/")
        if is_empty_tag:
            tag = tag[:-1]
        else:
            open_tags += 1
    if number:
        rows.append(Row(number, tag, at, tag_end, end, is_empty_tag))
    if open_tags != xml.view.count(b"</" + prefix + b"row", start, end):
        raise xml.damaged("rows and their ends do not fit")
    return rows


def _number(tag: bytes, before: int) -> int:
    name = attributes(tag).get(b"r", str(before + 1))
    return int(name) if name.isdecimal() and len(name) < 8 else 0


@lru_cache(maxsize=512)
def _column_number(letters: bytes) -> int:
    return column_number(letters.decode())
