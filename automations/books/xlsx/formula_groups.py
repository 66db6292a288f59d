"""Formulas that belong to several cells: shared formulas, array formulas, what-if tables."""

import re
from typing import NamedTuple

from .edits import Wanted
from .errors import EditRefused, PlaceReason
from .formulas import translated
from .markup import Splice, attributes, escape, unescape, with_attributes
from .references import Area, area, cell_name
from .rows import Cell, Grid, Row, patterns

_GROUP_REASONS: dict[str | None, PlaceReason] = {"array": "array-formula", "dataTable": "data-table"}


class Formula(NamedTuple):
    """One formula element: its cell, its place in the sheet, its attributes and text."""

    row: int
    column: int
    start: int
    end: int
    tag: bytes
    given: dict[bytes, str]
    text: bytes


def formula_of(grid: Grid, row: Row, cell: Cell) -> Formula | None:
    """Return the formula of a cell; None if it has none."""
    if cell.inner_start < 0 or grid.xml.view.find(b"f", cell.inner_start, cell.inner_end) < 0:
        return None
    found = patterns(grid.prefix).formula.search(grid.xml.view, cell.inner_start, cell.inner_end)
    return None if found is None else _formula(grid, row.number, cell.column, found)


def _formula(grid: Grid, row: int, column: int, found: re.Match[bytes]) -> Formula:
    if found[1] is None:
        raise grid.xml.damaged(f"broken formula in {cell_name(row, column)}")
    start, end = found.span(2)
    text = grid.xml.raw[start:end] if start >= 0 else b""
    return Formula(row, column, *found.span(), found[1], attributes(found[1]), text)


def check_groups(grid: Grid, wanted: Wanted, sheet: str) -> None:
    """Refuse to change one cell of an array formula or what-if table of several cells.

    Raises:
        EditRefused: ``array-formula`` or ``data-table``.
    """
    if not grid.has_formulas or not any(word in grid.xml.view for word in (b"array", b"dataTable")):
        return
    for found in patterns(grid.prefix).formula.finditer(grid.xml.view, *grid.inner):
        given = attributes(found[1] or b"")
        reason = _GROUP_REASONS.get(given.get(b"t"))
        group = area(given.get(b"ref", ""))
        if reason and group and not group.is_one_cell():
            refuse_inside(group, wanted, sheet, reason)


def refuse_inside(group: Area, wanted: Wanted, sheet: str, reason: PlaceReason) -> None:
    """Refuse a wanted value inside an area; the first cell of a merged area may be written.

    Raises:
        EditRefused: With the cell and the area.
    """
    high = group.bottom - group.top + 1
    rows = range(group.top, group.bottom + 1) if high < len(wanted) else list(wanted)
    for row in rows:
        for column, value in wanted.get(row, {}).items():
            is_free = reason == "merged-cell" and (value is None or (row, column) == (group.top, group.left))
            if group.holds(row, column) and not is_free:
                raise EditRefused(reason, sheet=sheet, cell=cell_name(row, column), area=group.name())


def handed_over(grid: Grid, wanted: Wanted) -> list[Splice]:
    """Return the changes that let shared formulas live on when the cell that spells them out is replaced.

    The next cell of the group takes over: it gets the formula as it reads there, and the rest of the area.
    """
    if not grid.has_formulas or b"shared" not in grid.xml.view:
        return []
    return [
        change
        for number in sorted(wanted)
        if (row := grid.row(number)) is not None
        for column in sorted(wanted[number])
        if (cell := grid.cell(row, column)) is not None
        if (formula := formula_of(grid, row, cell)) is not None
        for change in _heirs(grid, wanted, formula)
    ]


def _heirs(grid: Grid, wanted: Wanted, master: Formula) -> list[Splice]:
    group = area(master.given.get(b"ref", ""))
    if master.given.get(b"t") != "shared" or group is None or not master.text:
        return []
    changes: list[Splice] = []
    for member in _members(grid, master):
        if member.column in wanted.get(member.row, {}):
            continue
        if member.column == group.left or member.row == group.bottom:
            rest = Area(member.row, member.column, group.bottom, group.right)
            return [*changes, _rewritten(grid, master, member, rest)]
        changes.append(_rewritten(grid, master, member, None))
    return changes


def _members(grid: Grid, master: Formula) -> list[Formula]:
    """Return the later cells of the group, up to where its number is used for another one."""
    number = master.given.get(b"si")
    search = patterns(grid.prefix).formula
    members: list[Formula] = []
    for row in grid.rows():
        if row.number < master.row or b"shared" not in grid.xml.view[row.tag_end : row.limit]:
            continue
        for found in search.finditer(grid.xml.view, max(row.tag_end, master.end), row.limit):
            given = attributes(found[1] or b"")
            if given.get(b"t") != "shared" or given.get(b"si") != number:
                continue
            if b"ref" in given:
                return members
            members.append(_formula(grid, row.number, column_at(grid, row, found.start()), found))
    return members


def column_at(grid: Grid, row: Row, at: int) -> int:
    """Return the column of the cell that holds the byte ``at`` of a row."""
    return next(cell.column for cell in grid.cells(row) if cell.start < at < cell.end)


def _rewritten(grid: Grid, master: Formula, member: Formula, rest: Area | None) -> Splice:
    text = translated(unescape(master.text), member.row - master.row, member.column - master.column)
    name = grid.prefix + b"f"
    changes: dict[bytes, bytes | None] = {b"t": None, b"si": None}
    if rest is not None:
        changes = {b"ref": rest.name().encode()}
    if b"ca" in master.given:
        changes[b"ca"] = master.given[b"ca"].encode()
    tag = with_attributes(member.tag, changes)
    return Splice(member.start, member.end, b"<%s%s>%s</%s>" % (name, tag, escape(text), name))
