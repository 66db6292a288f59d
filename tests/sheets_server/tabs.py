"""The tabs of a spreadsheet: lines of cells, and what stands on ranges of them.

Lines and things are never changed, only replaced. A copy of a tab is therefore cheap, and undoing a batch that fails
half-way is going back to what was there before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NoReturn

from .cells import BLANK, Cell, Formula, plain
from .errors import Json, invalid
from .ranges import Area, Axis, a1

ROWS, COLUMNS = 1000, 26
# What stands on ranges of a tab, by the name of its list in the tab's resource.
ON_RANGES = ("merges", "protectedRanges", "conditionalFormats", "bandedRanges", "filterViews", "charts")
_NO_TAGS: frozenset[int] = frozenset()


class Line:
    """A row or a column: the cells (of a row), its own properties, the metadata on it. Never changed."""

    __slots__ = ("_plain", "cells", "properties", "tags")

    def __init__(
        self, cells: tuple[Cell, ...] = (), properties: Json | None = None, tags: frozenset[int] = _NO_TAGS
    ) -> None:
        self.cells = cells
        self.properties = properties
        self.tags = tags
        self._plain: list[object] | Literal[False] | None = False

    @property
    def is_blank(self) -> bool:
        """Whether it is as a new sheet's lines are."""
        return not (self.cells or self.properties or self.tags)

    def cell(self, column: int) -> Cell:
        """Return a cell of the row."""
        return self.cells[column] if column < len(self.cells) else BLANK

    def with_cells(self, changed: dict[int, Cell]) -> Line:
        """Return the row with other cells; blank ones at its end are left out."""
        cells = list(self.cells)
        missing = max(changed) + 1 - len(cells)
        if missing > 0:
            cells += [BLANK] * missing
        for column, cell in changed.items():
            cells[column] = cell
        while cells and cells[-1] == BLANK:
            cells.pop()
        return Line(tuple(cells), self.properties, self.tags)

    def with_properties(self, properties: Json | None) -> Line:
        """Return the line with other properties."""
        return Line(self.cells, properties, self.tags)

    def with_tags(self, tags: frozenset[int]) -> Line:
        """Return the line with other metadata on it."""
        return Line(self.cells, self.properties, tags)

    def of(self, cells: tuple[Cell, ...]) -> Line:
        """Return the line with quite other cells."""
        return Line(cells, self.properties, self.tags)

    def plain(self) -> list[object] | None:
        """Return the values as they are read unformatted, without the blank ones at the end.

        None where a formula has to be reckoned first. The list is the line's own: copy it before you give it away.
        """
        if self._plain is False:
            self._plain = _plain(self.cells)
        return self._plain


EMPTY = Line()


def _plain(cells: tuple[Cell, ...]) -> list[object] | None:
    values = [cell.value for cell in cells]
    while values and values[-1] is None:
        values.pop()
    if any(isinstance(value, Formula) for value in values):
        return None
    return [plain(value) for value in values]  # type: ignore[arg-type] # no formula is among them


class Lines:
    """The rows or the columns of a tab; the blank ones at the end are only counted."""

    __slots__ = ("count", "kept")

    def __init__(self, count: int, kept: Iterable[Line] = ()) -> None:
        self.count = count
        self.kept = list(kept)

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, at: int) -> Line:
        if at < len(self.kept):
            return self.kept[at]
        if at >= self.count:
            raise IndexError(at)
        return EMPTY

    def __setitem__(self, at: int, line: Line) -> None:
        self._reach(at + 1)
        self.kept[at] = line

    def part(self, first: int, last: int) -> list[Line]:
        """Return the lines of a part; blank ones at the end may be missing."""
        return self.kept[first:last]

    def insert(self, at: int, count: int, like: Line = EMPTY) -> None:
        """Put lines in."""
        if at < len(self.kept) or not like.is_blank:
            self._reach(at)
            self.kept[at:at] = [like] * count
        self.count += count

    def delete(self, first: int, last: int) -> None:
        """Take lines out."""
        del self.kept[first:last]
        self.count -= last - first

    def move(self, first: int, last: int, to: int) -> None:
        """Move lines before the one that stands at ``to`` now."""
        self._reach(max(last, to))
        moved = self.kept[first:last]
        del self.kept[first:last]
        at = to if to <= first else to - len(moved)
        self.kept[at:at] = moved

    def trim(self) -> None:
        """Forget blank lines at the end."""
        while self.kept and self.kept[-1].is_blank:
            self.kept.pop()

    def copied(self) -> Lines:
        """Return a copy that can be changed by itself."""
        return Lines(self.count, self.kept)

    def _reach(self, end: int) -> None:
        if end > self.count:
            raise IndexError(end)
        if end > len(self.kept):
            self.kept += [EMPTY] * (end - len(self.kept))


@dataclass(frozen=True)
class Thing:
    """Something on one or more ranges: a protection, a rule, a band, a chart. ``spec`` is kept as it was sent."""

    areas: tuple[Area, ...]
    spec: Json
    id: int = 0


@dataclass
class Tab:
    """One tab. Its ``properties``, ``things`` and ``groups`` are replaced, never changed in place."""

    id: int
    properties: Json
    rows: Lines = field(default_factory=lambda: Lines(ROWS))
    columns: Lines = field(default_factory=lambda: Lines(COLUMNS))
    things: dict[str, tuple[Thing, ...]] = field(default_factory=lambda: dict.fromkeys(ON_RANGES, ()))
    basic_filter: Thing | None = None
    groups: dict[Axis, tuple[Json, ...]] = field(default_factory=lambda: {"ROWS": (), "COLUMNS": ()})

    @property
    def title(self) -> str:
        """The name on the tab."""
        return str(self.properties["title"])

    @property
    def hidden(self) -> bool:
        """Whether people do not see it."""
        return bool(self.properties.get("hidden"))

    def lines(self, axis: Axis) -> Lines:
        """Return its rows or columns."""
        return self.rows if axis == "ROWS" else self.columns

    def size(self) -> tuple[int, int]:
        """Return the number of rows and columns of the grid."""
        return self.rows.count, self.columns.count

    def clipped(self, area: Area) -> Area:
        """Return a range with all bounds, inside the grid.

        Raises:
            ApiError: It begins outside.
        """
        rows, columns = self.size()
        if (area.top or 0) >= rows or (area.left or 0) >= columns:
            self.refuse_outside(area)
        return area.clipped(rows, columns)

    def refuse_outside(self, area: Area) -> NoReturn:
        """Refuse a range that is not inside the grid."""
        rows, columns = self.size()
        named = a1(Area(area.sheet_id, area.top or 0, area.bottom, area.left or 0, area.right), self.title)
        raise invalid(f"Range ({named}) exceeds grid limits. Max rows: {rows}, max columns: {columns}")

    def refuse_after_grid(self, row: int, column: int) -> None:
        """Refuse a coordinate behind the last row or column."""
        rows, columns = self.size()
        if row >= rows:
            raise invalid(f"GridCoordinate.rowIndex[{row}] is after last row in grid[{rows - 1}]")
        if column >= columns:
            raise invalid(f"GridCoordinate.columnIndex[{column}] is after last column in grid[{columns - 1}]")

    def last_row(self) -> int:
        """Return how many rows there are down to the last one with a value."""
        kept = self.rows.kept
        for number in range(len(kept), 0, -1):
            if any(cell.value is not None for cell in kept[number - 1].cells):
                return number
        return 0

    def write(self, changes: dict[tuple[int, int], Cell]) -> None:
        """Put cells in; places are (row, column)."""
        by_row: dict[int, dict[int, Cell]] = {}
        for (row, column), cell in changes.items():
            by_row.setdefault(row, {})[column] = cell
        self.write_rows(by_row)

    def write_rows(self, changes: dict[int, dict[int, Cell]]) -> None:
        """Put cells in, row by row; within a row by column."""
        rows = self.rows
        for row, cells in changes.items():
            if cells:
                rows[row] = rows[row].with_cells(cells)
        rows.trim()

    def put(self, kind: str, things: Iterable[Thing]) -> None:
        """Replace all things of a kind."""
        self.things = {**self.things, kind: tuple(things)}

    def copied(self) -> Tab:
        """Return a copy that can be changed without changing this tab."""
        return Tab(
            self.id,
            self.properties,
            self.rows.copied(),
            self.columns.copied(),
            dict(self.things),
            self.basic_filter,
            dict(self.groups),
        )


def places(area: Area) -> Iterator[tuple[int, int]]:
    """Yield every (row, column) of a bounded range."""
    for row in range(area.top or 0, area.bottom or 0):
        for column in range(area.left or 0, area.right or 0):
            yield row, column
