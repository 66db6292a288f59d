"""Which areas reach further down when records are written right below them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .edits import Wanted
from .markup import Node, Splice, Xml, children, escape, unescape
from .references import Area, area, with_bottom
from .rows import Grid

Layout = Sequence[Node]
"""Everything of a sheet but its rows."""


class Growing(NamedTuple):
    """An area that may grow.

    Attributes:
        has_header: It is a table or a filter.
        is_exclusive: It is a validation.
        is_filter: It is the filter of the sheet, which in a spreadsheet program goes on to the first blank row.
    """

    area: Area
    has_header: bool = False
    is_exclusive: bool = False
    is_filter: bool = False


Grown = dict[Growing, int]
"""The new last row of each area that grows."""


def new_runs(grid: Grid, wanted: Wanted) -> list[Area]:
    """Return the stretches of rows that are new: cells get values and none of them had one."""
    runs: list[Area] = []
    for number in sorted(wanted):
        columns = [column for column, value in wanted[number].items() if value is not None]
        row = grid.row(number)
        if not columns or (row and grid.has_value_in(row, wanted[number])):
            continue
        left, right = min(columns), max(columns)
        if runs and runs[-1].bottom == number - 1:
            top, last_left, _, last_right = runs.pop()
            runs.append(Area(top, min(left, last_left), number, max(right, last_right)))
        else:
            runs.append(Area(number, left, number, right))
    return runs


def grown(grid: Grid, runs: Iterable[Area], growing: Sequence[Growing], header_rows: Iterable[int]) -> Grown:
    """Return the new last rows.

    An area grows when it ends right above a new run, nothing stood below it in its columns, and it belongs to
    the record: it touches its columns or those of the row above. Tables and filters need a written cell
    below them; rows that people typed right below a filter count as its own. An area of the header row alone
    stays.
    """
    found: Grown = {}
    for run in runs:
        above = run.top - 1
        first = max((row for row in header_rows if row <= above), default=0)
        is_header = first == above or (not first and not _has_values(grid, above - 1))
        ending = [
            one
            for one in growing
            if _last_row(grid, one, above) == above
            and (one.has_header or one.area.top < above or not is_header)
            and (not one.has_header or _overlap(one.area, run))
            and not (one.is_exclusive and _is_taken(one, run, growing))
        ]
        free = [one for one in ending if _is_free_below(grid, one.area, above)]
        found.update(dict.fromkeys(_belonging(grid, run, free), run.bottom))
    return found


def _overlap(one: Area, other: Area) -> bool:
    return one.left <= other.right and other.left <= one.right


def _is_taken(one: Growing, run: Area, growing: Iterable[Growing]) -> bool:
    return any(
        other.is_exclusive
        and other.area != one.area
        and _overlap(one.area, other.area)
        and other.area.top <= run.bottom
        and run.top <= other.area.bottom
        for other in growing
    )


def _has_values(grid: Grid, number: int) -> bool:
    row = grid.row(number)
    return row is not None and grid.has_value(row.tag_end, row.limit)


def _last_row(grid: Grid, one: Growing, limit: int) -> int:
    last = one.area.bottom
    while one.is_filter and last < limit and _is_filled(grid, one.area, last + 1):
        last += 1
    return last


def _is_filled(grid: Grid, one: Area, number: int) -> bool:
    row = grid.row(number)
    return row is not None and any(one.left <= column <= one.right for column in grid.valued_columns(row))


def _is_free_below(grid: Grid, one: Area, last: int) -> bool:
    return not any(_is_filled(grid, one, row.number) for row in grid.rows_below(last))


def _belonging(grid: Grid, run: Area, free: Sequence[Growing]) -> set[Growing]:
    tables = {one for one in free if one.has_header}
    left, right = _reach(run, tables) if tables else _reach_of_row(grid, run)
    belonging = set(tables)
    while near := {
        one
        for one in free
        if one not in belonging and one.area.left <= right + 1 and left - 1 <= one.area.right
    }:
        belonging |= near
        left = min(left, *(one.area.left for one in near))
        right = max(right, *(one.area.right for one in near))
    return belonging


def _reach(run: Area, tables: Iterable[Growing]) -> tuple[int, int]:
    return (
        min(run.left, *(one.area.left for one in tables)),
        max(run.right, *(one.area.right for one in tables)),
    )


def _reach_of_row(grid: Grid, run: Area) -> tuple[int, int]:
    above = grid.row(run.top - 1)
    columns = {cell.column for cell in grid.cells(above)} if above else set()
    left, right = run.left, run.right
    while left - 1 in columns:
        left -= 1
    while right + 1 in columns:
        right += 1
    return left, right


def growing_areas(xml: Xml, layout: Layout) -> list[Growing]:
    """Return the filter, conditional format and validation areas of a sheet, extensions included."""
    found = [filter_of(place) for node in filters(layout) if (place := _ref(node))]
    for node in layout:
        if _holds_areas(node):
            growing = (_growing(node, name) for name in _areas_text(xml, node).split())
            found += [one for one in growing if one]
    return found


def filter_of(place: Area) -> Growing:
    """Return the filter of a sheet as an area that may grow."""
    return Growing(place, has_header=True, is_filter=True)


def _growing(node: Node, name: str) -> Growing | None:
    place = area(name)
    is_exclusive = b"dataValidation" in {node.name, node.parent.name if node.parent else b""}
    return Growing(place, is_exclusive=is_exclusive) if place else None


def filters(layout: Layout) -> list[Node]:
    """Return the filter of the sheet itself (saved views of people have their own)."""
    return children(layout, layout[0], b"autoFilter")


def _ref(node: Node) -> Area | None:
    return area(node.attributes().get(b"ref", ""))


def _holds_areas(node: Node) -> bool:
    if node.name == b"sqref":
        return node.parent is not None and node.parent.name in {b"conditionalFormatting", b"dataValidation"}
    return node.name in {b"conditionalFormatting", b"dataValidation"} and b"sqref" in node.attributes()


def _areas_text(xml: Xml, node: Node) -> str:
    if node.name == b"sqref":
        return unescape(xml.raw[node.tag_end : node.close])
    return node.attributes()[b"sqref"]


def grown_splices(xml: Xml, layout: Layout, new_rows: Grown) -> list[Splice]:
    """Return the changes that make filter, conditional formats and validations reach the new rows."""
    changes = [
        node.with_tag({b"ref": with_bottom(node.attributes()[b"ref"], new_rows[growing]).encode()})
        for node in filters(layout)
        if (place := _ref(node)) and (growing := filter_of(place)) in new_rows
    ]
    for node in layout:
        if _holds_areas(node):
            written = _areas_text(xml, node).split()
            new = [
                with_bottom(name, new_rows[one]) if (one := _growing(node, name)) in new_rows else name
                for name in written
            ]
            if new != written:
                changes.append(_areas_splice(node, escape(" ".join(new))))
    return changes


def _areas_splice(node: Node, new: bytes) -> Splice:
    if node.name == b"sqref":
        return Splice(node.tag_end, node.close, new)
    return node.with_tag({b"sqref": new})
