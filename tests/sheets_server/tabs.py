"""The tabs of a spreadsheet: lines of cells, and what stands on ranges of them.

Lines and things are never changed, only replaced. A copy of a tab is therefore cheap, and undoing a batch that fails
half-way is going back to what was there before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NoReturn

from .cells import Cell
from .errors import Json, invalid
from .lines import Lines
from .ranges import Area, Axis, a1

ROWS, COLUMNS = 1000, 26
# What stands on ranges of a tab, by the name of its list in the tab's resource.
ON_RANGES = ("merges", "protectedRanges", "conditionalFormats", "bandedRanges", "filterViews", "charts")


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

    def write_each(self, area: Area, change: Callable[[Cell], Cell]) -> None:
        """Change every cell of a bounded range alike; rows that are one line stay one."""
        top, columns = area.top or 0, range(area.left or 0, area.right or 0)
        before = [self.rows[row] for row in range(top, area.bottom or 0)] if columns else []
        lines = {id(line): line for line in before}
        after = {
            number: line.with_cells({at: change(line.cell(at)) for at in columns})
            for number, line in lines.items()
        }
        self.rows.put(top, [after[id(line)] for line in before])
        self.rows.trim()

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
