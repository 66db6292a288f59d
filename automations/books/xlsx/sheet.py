"""Edit one sheet: render the touched rows, let its areas grow, leave every other byte alone."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache

from .cells import Content, changed_cell, content, new_cell
from .edits import CellValue, Wanted
from .formula_groups import check_groups, formula_of, handed_over, refuse_inside
from .growth import (
    Growing,
    Grown,
    Layout,
    filter_of,
    filters,
    growing_areas,
    grown,
    grown_splices,
    new_runs,
)
from .markup import Node, Splice, Xml, attributes, is_true, nodes, usual_attributes, with_attributes
from .references import Area, area, cell_name, cell_position
from .rows import Cell, Grid, Row
from .styles import Styles, style_number
from .tables import Table, check_headings, check_totals

_EXTENSIONS = re.compile(rb"<([^\s<>/]*?extLst)[\s>].*</\1\s*>", re.DOTALL)


@dataclass(frozen=True)
class Calendar:
    """What a sheet needs from its workbook: the styles (read when first asked for), and its first year."""

    styles: Callable[[], Styles]
    from_1904: bool


@dataclass(frozen=True)
class EditedSheet:
    """A sheet after its edits.

    Attributes:
        content: The sheet part.
        tables: The changed table parts by name.
        formulas_gone: Names of the cells that held a formula and now hold a value.
        has_formulas: Whether it held a formula before.
        filter_rows: Old and new last row of the sheet's filter; None when it did not grow.
    """

    content: bytes
    tables: Mapping[str, bytes]
    formulas_gone: frozenset[str]
    has_formulas: bool
    filter_rows: tuple[int, int] | None


def edit_sheet(xml: Xml, title: str, wanted: Wanted, tables: list[Table], calendar: Calendar) -> EditedSheet:
    """Return the sheet with the wanted values in place.

    Raises:
        EditRefused: A cell cannot be written (see the reasons there).
        WorkbookRefused: ``damaged``.
    """
    grid = Grid.read(xml)
    layout = nodes(xml, without=grid.inner)
    runs = new_runs(grid, wanted)
    _check(grid, layout, title, wanted)
    check_headings(tables, wanted, title)
    check_totals(tables, wanted, {row for run in runs for row in range(run.top, run.bottom + 1)}, title)
    changes = handed_over(grid, wanted)
    if changes:
        grid = Grid.read(xml.spliced(changes))
        layout = nodes(grid.xml, without=grid.inner)
    headers = _header_rows(layout, tables)
    growing = growing_areas(grid.xml, layout) + [_growing_table(table) for table in tables]
    new_rows = grown(grid, runs, growing, headers)
    writer = _Writer(grid, wanted, calendar, _column_styles(grid.xml, layout), headers)
    splices = [*writer.splices(), *grown_splices(grid.xml, layout, new_rows), *_dimension(layout, wanted)]
    return EditedSheet(
        content=grid.xml.content(splices),
        tables={
            table.xml.part: table.with_last_row(new_rows[one])
            for table in tables
            if (one := _growing_table(table)) in new_rows
        },
        formulas_gone=frozenset(writer.formulas_gone),
        has_formulas=grid.has_formulas,
        filter_rows=_filter_rows(layout, new_rows),
    )


def _check(grid: Grid, layout: Layout, title: str, wanted: Wanted) -> None:
    for node in layout:
        if node.name == b"mergeCell" and (merged := area(node.attributes().get(b"ref", ""))):
            refuse_inside(merged, wanted, title, "merged-cell")
    check_groups(grid, wanted, title)


def _growing_table(table: Table) -> Growing:
    return Growing(table.area, has_header=True)


def _header_rows(layout: Layout, tables: list[Table]) -> list[int]:
    """Return the rows known to be the last row of a heading: frozen, above a filter, or of a table."""
    found = [table.area.top + table.header_rows - 1 for table in tables]
    found += [place.top for node in filters(layout) if (place := area(node.attributes().get(b"ref", "")))]
    for node in layout:
        is_pane = node.name == b"pane" and node.parent is not None and node.parent.name == b"sheetView"
        given = node.attributes() if is_pane else {}
        if given.get(b"state", "").startswith("frozen") and given.get(b"ySplit", "").isdecimal():
            found.append(_first_shown(node.parent) - 1 + int(given[b"ySplit"]))
    return [row for row in found if row > 0]


def _first_shown(view: Node | None) -> int:
    shown = cell_position(view.attributes().get(b"topLeftCell", "A1")) if view else None
    return shown[0] if shown else 1


def _column_styles(xml: Xml, layout: Layout) -> list[tuple[range, int]]:
    found = []
    for node in layout:
        given = node.attributes() if node.name == b"col" else {}
        first, last = given.get(b"min", ""), given.get(b"max", "")
        if first.isdecimal() and last.isdecimal():
            found.append((range(int(first), int(last) + 1), style_number(xml, given.get(b"style"))))
    return found


def _dimension(layout: Layout, wanted: Wanted) -> list[Splice]:
    written = {row: columns for row, cells in wanted.items() if (columns := _columns(cells))}
    changes = []
    for node in layout if written else ():
        known = area(node.attributes().get(b"ref", "")) if node.name == b"dimension" else None
        if known is not None:
            whole = Area(
                min(known.top, *written),
                min(known.left, *map(min, written.values())),
                max(known.bottom, *written),
                max(known.right, *map(max, written.values())),
            )
            changes += [node.with_tag({b"ref": whole.name().encode()})] if whole != known else []
    return changes


def _columns(cells: Mapping[int, CellValue]) -> list[int]:
    return [column for column, value in cells.items() if value is not None]


def _filter_rows(layout: Layout, new_rows: Grown) -> tuple[int, int] | None:
    for node in filters(layout):
        place = area(node.attributes().get(b"ref", ""))
        if place and (growing := filter_of(place)) in new_rows:
            return place.bottom, new_rows[growing]
    return None


@dataclass
class _Writer:
    """Renders the touched rows from top to bottom, so that a row finds the styles of the one above."""

    grid: Grid
    wanted: Wanted
    calendar: Calendar
    column_styles: list[tuple[range, int]]
    header_rows: list[int]
    formulas_gone: set[str] = field(default_factory=set)
    _new_styles: dict[int, dict[int, int]] = field(default_factory=dict)

    def splices(self) -> list[Splice]:
        """Return the changes of all touched rows."""
        changes: list[Splice] = []
        fresh: list[tuple[int, bytes]] = []
        for number in sorted(self.wanted):
            row = self.grid.row(number)
            if row is not None:
                changes += self._changed_row(row)
            elif written := self._new_cells(number, self.wanted[number], 0):
                cells = b"".join(written.values())
                name = self.grid.prefix + b"row"
                fresh.append((number, b'<%s r="%d">%s</%s>' % (name, number, cells, name)))
        return changes + self._placed(fresh)

    def _placed(self, fresh: list[tuple[int, bytes]]) -> list[Splice]:
        if self.grid.data[1] == self.grid.inner[1]:
            return [self._opened_data(b"".join(row for _, row in fresh))] if fresh else []
        places = ((self.grid.place_of_row(number), written) for number, written in fresh)
        return [Splice(at, at, written) for at, written in places]

    def _opened_data(self, written: bytes) -> Splice:
        start, end = self.grid.data
        tag = self.grid.xml.raw[start:end].rstrip(b"/> \t\r\n")
        return Splice(start, end, b"%s>%s</%ssheetData>" % (tag, written, self.grid.prefix))

    def _changed_row(self, row: Row) -> list[Splice]:
        changes: list[Splice] = []
        missing: dict[int, CellValue] = {}
        for column, value in sorted(self.wanted[row.number].items()):
            cell = self.grid.cell(row, column)
            if cell is None:
                missing[column] = value
            else:
                changes.append(self._changed_cell(row, cell, value))
        new = self._new_cells(row.number, missing, self._row_style(row))
        return changes + self._inserted(row, new)

    def _style(self, tag: bytes) -> int:
        return style_number(self.grid.xml, usual_attributes(tag).get(b"s"))

    def _row_style(self, row: Row) -> int:
        is_styled = is_true(usual_attributes(row.tag).get(b"customFormat"))
        return self._style(row.tag) if is_styled else 0

    def _changed_cell(self, row: Row, cell: Cell, value: CellValue) -> Splice:
        if self.grid.has_formulas and formula_of(self.grid, row, cell) is not None:
            self.formulas_gone.add(cell_name(row.number, cell.column))
        style = None
        if isinstance(value, date):
            style = self._dated(self._style(cell.tag), value)
            self._new_styles.setdefault(row.number, {})[cell.column] = style
        inner = self.grid.inner_of(cell)
        kept = _EXTENSIONS.search(inner) if b"extLst" in inner else None
        extensions = kept[0] if kept else b""
        new = changed_cell(self.grid.prefix, cell, style, self._content(value), extensions)
        return Splice(cell.start, cell.end, new)

    def _content(self, value: CellValue) -> Content:
        return content(value, self.grid.prefix, from_1904=self.calendar.from_1904)

    def _dated(self, style: int, value: CellValue) -> int:
        return self.calendar.styles().dated(style, value) if isinstance(value, date) else style

    def _new_cells(self, row: int, values: Mapping[int, CellValue], row_style: int) -> dict[int, bytes]:
        filled = {column: values[column] for column in sorted(values) if values[column] is not None}
        above = self._data_row_styles(row - 1, filled) if filled else {}
        styles = self._new_styles.setdefault(row, {})
        written = {}
        for column, value in filled.items():
            style = above[column] if column in above else row_style or self._column_style(column)
            styles[column] = self._dated(self._undated(style, value), value)
            written[column] = new_cell(self.grid.prefix, row, column, styles[column], self._content(value))
        return written

    def _undated(self, style: int, value: CellValue) -> int:
        """Return the style, or the plain one where it would show (and read) a number as a date."""
        is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
        return 0 if style and is_number and self.calendar.styles().is_date(style) else style

    def _column_style(self, column: int) -> int:
        return next((style for columns, style in self.column_styles if column in columns), 0)

    def _data_row_styles(self, number: int, columns: Collection[int]) -> dict[int, int]:
        """Return the styles of a row to be copied downwards in these columns; none when it is a heading."""
        header = max((row for row in self.header_rows if row <= number), default=0)
        if header == number or not (header or self._gets_values(number - 1)):
            return {}
        row = self.grid.row(number)
        cells = (self.grid.cell(row, column) for column in columns) if row else ()
        known = {cell.column: self._style(cell.tag) for cell in cells if cell}
        return known | self._new_styles.get(number, {})

    def _gets_values(self, number: int) -> bool:
        if any(value is not None for value in self.wanted.get(number, {}).values()):
            return True
        row = self.grid.row(number)
        return row is not None and self.grid.has_value(row.tag_end, row.limit)

    def _shown(self, row: Row) -> bytes:
        """Return the attributes of a row; one that was blank and hidden is shown once something stands in it."""
        if b"hidden" not in row.tag or self.grid.has_value(row.tag_end, row.limit):
            return row.tag
        return with_attributes(row.tag, {b"hidden": None})

    def _inserted(self, row: Row, new: Mapping[int, bytes]) -> list[Splice]:
        if not new:
            return []
        tag = _spanning(self._shown(row), min(new), max(new))
        name = self.grid.prefix + b"row"
        opening = b"<%s%s%s>" % (name, row.name, tag)
        if row.is_empty_tag:
            return [Splice(row.start, row.tag_end, b"%s%s</%s>" % (opening, b"".join(new.values()), name))]
        places = [Splice(row.start, row.tag_end, opening)] if tag != row.tag else []
        for column, written in new.items():
            at = self.grid.place_of_cell(row, column)
            places.append(Splice(at, at, written))
        return places


@lru_cache(maxsize=512)
def _spanning(tag: bytes, left: int, right: int) -> bytes:
    """Return the attributes of a row that has cells in these columns too."""
    first, _, last = attributes(tag).get(b"spans", "").partition(":")
    if not (first.isdecimal() and last.isdecimal()):
        return tag
    return with_attributes(tag, {b"spans": b"%d:%d" % (min(int(first), left), max(int(last), right))})
