"""A spreadsheet in memory: tabs of rows, and all that stands on ranges. Rows are never changed, only replaced.

A copy of a document is therefore cheap, and a batch that fails half-way is undone by going back to the copy.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from .cells import BLANK, Cell
from .errors import Json, invalid, protected, unknown_grid
from .ranges import Area, Axis, a1, cells_of, column_name, quoted, split_title

MOST_CELLS = 10_000_000
MOST_COLUMNS = 18_278
ROWS, COLUMNS = 1000, 26
# What stands on ranges of a tab, by the name of its list in the tab's resource.
ON_RANGES = ("merges", "protectedRanges", "conditionalFormats", "bandedRanges", "filterViews", "charts")


class Line(NamedTuple):
    """A row or a column: the cells (of a row), its own properties, the metadata on it."""

    cells: tuple[Cell, ...] = ()
    properties: Json | None = None
    tags: frozenset[int] = frozenset()

    def cell(self, column: int) -> Cell:
        """Return a cell of the row."""
        return self.cells[column] if column < len(self.cells) else BLANK

    def with_cells(self, changed: dict[int, Cell]) -> Line:
        """Return the row with other cells; blank ones at its end are left out."""
        cells = list(self.cells)
        cells += [BLANK] * (max(changed) + 1 - len(cells))
        for column, cell in changed.items():
            cells[column] = cell
        while cells and cells[-1] == BLANK:
            cells.pop()
        return self._replace(cells=tuple(cells))


EMPTY = Line()


@dataclass
class Thing:
    """Something on one or more ranges: a protection, a rule, a band, a chart. ``spec`` is kept as it was sent."""

    areas: tuple[Area, ...]
    spec: Json
    id: int = 0


@dataclass
class Tab:
    """One tab."""

    id: int
    properties: Json
    rows: list[Line] = field(default_factory=lambda: [EMPTY] * ROWS)
    columns: list[Line] = field(default_factory=lambda: [EMPTY] * COLUMNS)
    things: dict[str, list[Thing]] = field(default_factory=lambda: {name: [] for name in ON_RANGES})
    basic_filter: Thing | None = None
    groups: dict[Axis, list[Json]] = field(default_factory=lambda: {"ROWS": [], "COLUMNS": []})

    @property
    def title(self) -> str:
        """The name on the tab."""
        return str(self.properties["title"])

    @property
    def hidden(self) -> bool:
        """Whether people do not see it."""
        return bool(self.properties.get("hidden"))

    def lines(self, axis: Axis) -> list[Line]:
        """Return its rows or columns."""
        return self.rows if axis == "ROWS" else self.columns

    def size(self) -> tuple[int, int]:
        """Return the number of rows and columns of the grid."""
        return len(self.rows), len(self.columns)

    def clipped(self, area: Area) -> Area:
        """Return a range with all bounds, inside the grid.

        Raises:
            ApiError: It begins outside.
        """
        rows, columns = self.size()
        if (area.top or 0) >= rows or (area.left or 0) >= columns:
            raise self.outside(area)
        return area.clipped(rows, columns)

    def outside(self, area: Area) -> Exception:
        """Return the refusal of a range that is not inside the grid."""
        rows, columns = self.size()
        named = a1(Area(area.sheet_id, area.top or 0, area.bottom, area.left or 0, area.right), self.title)
        return invalid(
            f"Range ({named}) exceeds grid limits. Max rows: {rows}, max columns: {columns}",
        )

    def last_row(self) -> int:
        """Return how many rows there are down to the last one with a value."""
        for number in range(len(self.rows), 0, -1):
            if any(cell.value is not None for cell in self.rows[number - 1].cells):
                return number
        return 0

    def copied(self) -> Tab:
        """Return a copy that can be changed without changing this tab."""
        return replace(
            self,
            properties=copy.deepcopy(self.properties),
            rows=list(self.rows),
            columns=list(self.columns),
            things={name: [replace(thing) for thing in things] for name, things in self.things.items()},
            basic_filter=replace(self.basic_filter) if self.basic_filter else None,
            groups={axis: list(groups) for axis, groups in self.groups.items()},
        )


@dataclass
class Metadata:
    """Developer metadata. On a row or column it is found by the line's ``tags``."""

    id: int
    spec: Json
    place: str  # SPREADSHEET, SHEET, ROW or COLUMN
    sheet_id: int = 0


@dataclass
class Document:
    """One spreadsheet and who may use it."""

    id: str
    properties: Json
    tabs: list[Tab]
    owner: str
    editors: set[str]
    named: dict[str, tuple[str, Area]] = field(default_factory=dict)
    metadata: dict[int, Metadata] = field(default_factory=dict)
    created: str = ""
    modified: str = ""
    version: int = 1
    next_number: int = 1

    def copied(self) -> Document:
        """Return a copy that can be changed without changing this document."""
        return replace(
            self,
            properties=copy.deepcopy(self.properties),
            tabs=[tab.copied() for tab in self.tabs],
            editors=set(self.editors),
            named=dict(self.named),
            metadata={number: replace(one) for number, one in self.metadata.items()},
        )

    def new_number(self) -> int:
        """Return a number no thing of this document had yet; the same history gives the same numbers."""
        self.next_number = (self.next_number * 1_103_515_245 + 12_345) % 2_000_000_011
        return self.next_number

    def tab(self, sheet_id: int) -> Tab:
        """Return the tab with this numeric id.

        Raises:
            ApiError: There is none.
        """
        for tab in self.tabs:
            if tab.id == sheet_id:
                return tab
        raise unknown_grid(sheet_id)

    def tab_named(self, title: str) -> Tab | None:
        """Return a tab by its title, upper and lower case alike as in the service."""
        return next((tab for tab in self.tabs if tab.title.lower() == title.lower()), None)

    def area(self, text: str) -> Area:
        """Return the range that a text names: A1 with or without a tab, a tab, or a named range.

        Raises:
            ApiError: It names nothing.
        """
        title, cells, is_quoted = split_title(text)
        if title is None:
            by_name = next((area for name, area in self.named.values() if name == text), None)
            if by_name:
                return by_name
            visible = next(tab for tab in self.tabs if not tab.hidden)
            area = cells_of(text, visible.id)
            if area is not None:
                return area
            title, cells = text, ""
        tab = self.tab_named(title)
        area = None if tab is None else Area(tab.id) if not cells else cells_of(cells, tab.id)
        if area is None or (is_quoted and tab is None):
            raise invalid(f"Unable to parse range: {text}")
        return area

    def named_text(self, area: Area) -> str:
        """Return a clipped range as the service echoes it."""
        return a1(area, self.tab(area.sheet_id).title)

    def refuse_too_many_cells(self) -> None:
        """Refuse a document above the limit of cells."""
        if sum(len(tab.rows) * len(tab.columns) for tab in self.tabs) > MOST_CELLS:
            raise invalid(
                "This action would increase the number of cells in the workbook above the limit of "
                f"{MOST_CELLS} cells.",
            )

    def refuse_protected(self, who: str, area: Area) -> None:
        """Refuse a write into a range that is protected against this caller."""
        if who == self.owner:
            return
        for thing in self.tab(area.sheet_id).things["protectedRanges"]:
            spec = thing.spec
            if spec.get("warningOnly") or who in (spec.get("editors") or {}).get("users", ()):
                continue
            open_areas = spec.get("unprotectedRanges") or ()
            if any(part.meets(area) for part in thing.areas) and not open_areas:
                raise protected()

    def insert(self, tab: Tab, axis: Axis, at: int, count: int, like: Line = EMPTY) -> None:
        """Put blank lines in, and move what stands behind them."""
        lines = tab.lines(axis)
        lines[at:at] = [Line((), like.properties)] * count
        if axis == "COLUMNS":
            blanks = (BLANK,) * count
            tab.rows[:] = [
                row._replace(cells=(*row.cells[:at], *blanks, *row.cells[at:]))
                if len(row.cells) > at
                else row
                for row in tab.rows
            ]
        self._move_ranges(tab, lambda area: area.after_insert(axis, at, count))
        self.refuse_too_many_cells()

    def delete(self, tab: Tab, axis: Axis, first: int, last: int) -> None:
        """Take lines out; what stood on them wholly goes too."""
        lines = tab.lines(axis)
        if first < 0 or last > len(lines) or last <= first:
            raise invalid(f"Cannot delete {axis.lower()} that do not exist")
        if last - first == len(lines):
            raise invalid(f"You can't delete all the {axis.lower()} on the sheet.")
        for line in lines[first:last]:
            for tag in line.tags:
                self.metadata.pop(tag, None)
        del lines[first:last]
        if axis == "COLUMNS":
            tab.rows[:] = [row._replace(cells=row.cells[:first] + row.cells[last:]) for row in tab.rows]
        self._move_ranges(tab, lambda area: area.after_delete(axis, first, last))

    def move(self, tab: Tab, axis: Axis, first: int, last: int, to: int) -> None:
        """Move lines before the line that stands at ``to`` now."""
        if first < to < last:
            raise invalid("Cannot move a selection to inside itself.")
        order = list(range(len(tab.lines(axis))))
        moved = order[first:last]
        rest = order[:first] + order[last:]
        at = to if to <= first else to - len(moved)
        order = rest[:at] + moved + rest[at:]
        lines = tab.lines(axis)
        lines[:] = [lines[index] for index in order]
        if axis == "COLUMNS":
            tab.rows[:] = [
                row._replace(cells=tuple(row.cell(index) for index in order)) if row.cells else row
                for row in tab.rows
            ]
        self._move_ranges(tab, lambda area: area.after_move(axis, first, last, to))

    def _move_ranges(self, tab: Tab, moved: Callable[[Area], Area | None]) -> None:
        for name, (title, area) in list(self.named.items()):
            if area.sheet_id == tab.id:
                there = moved(area)
                if there is None:
                    del self.named[name]
                else:
                    self.named[name] = (title, there)
        for kind, things in tab.things.items():
            for thing in things:
                thing.areas = tuple(
                    there
                    for area in thing.areas
                    if (there := moved(area) if area.sheet_id == tab.id else area)
                )
            tab.things[kind] = [thing for thing in things if thing.areas]
        if tab.basic_filter:
            tab.basic_filter.areas = tuple(
                there for area in tab.basic_filter.areas if (there := moved(area)) is not None
            )
            if not tab.basic_filter.areas:
                tab.basic_filter = None

    def place_of(self, tag: int) -> tuple[Tab, Axis, int] | None:
        """Return where metadata on a row or column is now."""
        for tab in self.tabs:
            for axis in ("ROWS", "COLUMNS"):
                for index, line in enumerate(tab.lines(axis)):
                    if tag in line.tags:
                        return tab, axis, index
        return None


def write(tab: Tab, changes: dict[tuple[int, int], Cell]) -> None:
    """Put cells into a tab; places are (row, column)."""
    by_row: dict[int, dict[int, Cell]] = {}
    for (row, column), cell in changes.items():
        by_row.setdefault(row, {})[column] = cell
    for row, cells in by_row.items():
        tab.rows[row] = tab.rows[row].with_cells(cells)


def places(area: Area) -> Iterator[tuple[int, int]]:
    """Yield every (row, column) of a bounded range."""
    for row in range(area.top or 0, area.bottom or 0):
        for column in range(area.left or 0, area.right or 0):
            yield row, column


def new_document(key: str, title: str, owner: str, *, locale: str = "en_US", now: str = "") -> Document:
    """Return a spreadsheet as Drive makes it: one tab, 1000 x 26."""
    name = "シート1" if locale.startswith("ja") else "Sheet1"
    properties: dict[str, Any] = {
        "title": title,
        "locale": locale,
        "autoRecalc": "ON_CHANGE",
        "timeZone": "Asia/Tokyo" if locale.startswith("ja") else "Etc/GMT",
        "defaultFormat": default_format(),
        "spreadsheetTheme": theme(),
    }
    tab = Tab(0, {"title": name})
    number = sum(key.encode()) + len(key)
    return Document(key, properties, [tab], owner, {owner}, created=now, modified=now, next_number=number)


def default_format() -> Json:
    """Return the format of cells nobody has formatted."""
    return {
        "backgroundColor": {"red": 1, "green": 1, "blue": 1},
        "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
        "verticalAlignment": "BOTTOM",
        "wrapStrategy": "OVERFLOW_CELL",
        "textFormat": {
            "foregroundColor": {},
            "fontFamily": "arial,sans,sans-serif",
            "fontSize": 10,
            "bold": False,
            "italic": False,
            "strikethrough": False,
            "underline": False,
            "foregroundColorStyle": {"rgbColor": {}},
        },
        "backgroundColorStyle": {"rgbColor": {"red": 1, "green": 1, "blue": 1}},
    }


def theme() -> Json:
    """Return the standard theme, its colours shortened to what clients look at."""
    names = ("TEXT", "BACKGROUND", "ACCENT1", "ACCENT2", "ACCENT3", "ACCENT4", "ACCENT5", "ACCENT6", "LINK")
    return {
        "primaryFontFamily": "Arial",
        "themeColors": [{"colorType": name, "color": {"rgbColor": {}}} for name in names],
    }


__all__ = [
    "EMPTY",
    "Document",
    "Line",
    "Tab",
    "Thing",
    "column_name",
    "new_document",
    "places",
    "quoted",
    "write",
]
