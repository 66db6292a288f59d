"""What a spreadsheet looks like now, as far as building and mending it needs to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from automations.books.google.values import Json, effective
from automations.books.tabs import Grid
from automations.core.records import dataclass

STRUCTURE = (
    "sheets(properties(sheetId,title,sheetType,gridProperties),conditionalFormats,"
    "protectedRanges(range),filterViews(filterViewId,title),basicFilter(range)),"
    "developerMetadata(metadataId,metadataKey)"
)
"""Fields of the first look: the tabs and what stands on them beside cells."""
CELLS = (
    "sheets(properties(sheetId),data(startRow,startColumn,rowData(values(effectiveValue,note,"
    "userEnteredFormat(numberFormat(type)),dataValidation(condition)))))"
)
"""Fields of the second look: the cells of ``looked_at``."""

# So many rows of a tab are looked at; what they show is taken to be true of those below, but for the last row.
_LOOKED_AT = 1_000
_LOOKED_AT_OF_OURS = 100


@dataclass(frozen=True)
class Found:
    """One tab of the spreadsheet as it stands.

    Attributes:
        cells: CellData by row (0 = first) of the rows that were looked at and hold anything.
        looked: How many rows from the top were looked at.
    """

    properties: Json
    parts: Json
    cells: Mapping[int, Sequence[Json]]
    looked: int

    @property
    def sheet_id(self) -> int:
        """Return the number of the tab."""
        return int(self.properties.get("sheetId", 0))

    @property
    def title(self) -> str:
        """Return the title of the tab."""
        return str(self.properties["title"])

    @property
    def grid_properties(self) -> Json:
        """Return the size of the grid and what is frozen of it."""
        return self.properties.get("gridProperties") or {}

    @property
    def rows(self) -> int:
        """Return how many rows the grid has."""
        return int(self.grid_properties.get("rowCount", 0))

    @property
    def columns(self) -> int:
        """Return how many columns the grid has."""
        return int(self.grid_properties.get("columnCount", 0))

    def cell(self, row: int, column: int) -> Json:
        """Return the CellData at a place counted from 0."""
        cells = self.cells.get(row, ())
        return cells[column] if column < len(cells) else {}

    @cached_property
    def grid(self) -> Grid:
        """Return the values of the rows that were looked at from the top."""
        return [[effective(cell) for cell in self.cells.get(row, ())] for row in range(self.looked)]

    @cached_property
    def extent(self) -> int:
        """Return how many columns from A on hold a value somewhere."""
        return max((at + 1 for cells in self.cells.values() for at, cell in enumerate(cells)
                    if effective(cell) is not None), default=0)  # fmt: skip

    def is_blank_below(self, row: int) -> bool:
        """Return whether no value stands below the first ``row`` rows; unticked boxes count as nothing."""
        below = (cell for number, cells in self.cells.items() if number >= row for cell in cells)
        return not any(effective(cell) not in (None, False, "") for cell in below)


def looked_at(structure: Json, ours: frozenset[int]) -> list[str]:
    """Return the ranges whose cells are to be fetched next: the top of each tab and its last row.

    Args:
        structure: What a GET of ``STRUCTURE`` answered.
        ours: sheetIds of tabs that were made by us.
    """
    ranges: list[str] = []
    for properties in _grids(structure):
        rows = int(properties["gridProperties"]["rowCount"])
        name = "'{}'".format(str(properties["title"]).replace("'", "''"))
        top = _looked(properties, ours)
        ranges.append(f"{name}!1:{top}")
        if rows > top:
            ranges.append(f"{name}!{rows}:{rows}")
    return ranges


def found_in(structure: Json, cells: Json, ours: frozenset[int]) -> tuple[Found, ...]:
    """Return the tabs in their order, from what the two looks answered; charts on tabs of their own are left out."""
    parts = {int(sheet["properties"].get("sheetId", 0)): sheet for sheet in structure.get("sheets", ())}
    data = {
        int(sheet["properties"].get("sheetId", 0)): sheet.get("data", ()) for sheet in cells.get("sheets", ())
    }
    return tuple(
        Found(
            properties,
            parts[int(properties.get("sheetId", 0))],
            dict(_rows(data.get(int(properties.get("sheetId", 0)), ()))),
            _looked(properties, ours),
        )
        for properties in _grids(structure)
    )


def _grids(structure: Json) -> Iterator[Json]:
    for sheet in structure.get("sheets", ()):
        properties = sheet["properties"]
        if properties.get("sheetType", "GRID") == "GRID" and "gridProperties" in properties:
            yield properties


def _looked(properties: Json, ours: frozenset[int]) -> int:
    most = _LOOKED_AT_OF_OURS if int(properties.get("sheetId", 0)) in ours else _LOOKED_AT
    return min(int(properties["gridProperties"]["rowCount"]), most)


def _rows(segments: Sequence[Json]) -> Iterator[tuple[int, Sequence[Json]]]:
    for segment in segments:
        before: list[Json] = [{}] * int(segment.get("startColumn", 0))
        for number, row in enumerate(segment.get("rowData", ()), int(segment.get("startRow", 0))):
            if values := row.get("values"):
                yield number, [*before, *values]
