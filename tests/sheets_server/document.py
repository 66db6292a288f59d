"""A spreadsheet in memory: tabs, names, metadata, and what a caller may not do to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from .errors import Json, invalid, protected, unknown_grid
from .lines import Line
from .ranges import Area, Axis, a1, cells_of, split_title
from .tabs import Tab, Thing

__all__ = ["Document", "Line", "Metadata", "Tab"]

MOST_CELLS = 10_000_000
MOST_COLUMNS = 18_278


@dataclass(frozen=True)
class Metadata:
    """Developer metadata. On a row or column it is found by the line's ``tags``."""

    id: int
    spec: Json
    place: str  # SPREADSHEET, SHEET, ROW or COLUMN
    sheet_id: int = 0


@dataclass
class Document:
    """One spreadsheet and who may use it. Its ``properties`` are replaced, never changed in place.

    Attributes:
        mine: Numbers of the tabs that this copy has made its own; None when all are.
    """

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
    mine: set[int] | None = None

    def copied(self) -> Document:
        """Return a copy that can be changed without changing this document; a tab is copied when it is taken."""
        return replace(
            self,
            tabs=list(self.tabs),
            editors=set(self.editors),
            named=dict(self.named),
            metadata=dict(self.metadata),
            mine=set(),
        )

    def new_number(self) -> int:
        """Return a number no thing of this document had yet; the same history gives the same numbers."""
        self.next_number = (self.next_number * 1_103_515_245 + 12_345) % 2_000_000_011
        return self.next_number

    def tab(self, sheet_id: int) -> Tab:
        """Return the tab with this numeric id, this document's own to change.

        Raises:
            ApiError: There is none.
        """
        for place, tab in enumerate(self.tabs):
            if tab.id == sheet_id:
                return tab if self.mine is None else self._owned(place)
        raise unknown_grid(sheet_id)

    def tab_named(self, title: str) -> Tab | None:
        """Return a tab by its title, upper and lower case alike as in the service."""
        for place, tab in enumerate(self.tabs):
            if tab.title == title or tab.title.lower() == title.lower():
                return self._owned(place)
        return None

    def _owned(self, place: int) -> Tab:
        tab = self.tabs[place]
        if self.mine is None or tab.id in self.mine:
            return tab
        fresh = tab.copied()
        self.tabs[place] = fresh
        self.mine.add(tab.id)
        return fresh

    def index_of(self, tab: Tab) -> int:
        """Return a tab's place."""
        return [one.id for one in self.tabs].index(tab.id)

    def area(self, text: str) -> Area:
        """Return the range that a text names: A1 with or without a tab, a tab, or a named range.

        Raises:
            ApiError: It names nothing.
        """
        title, cells = split_title(text)
        if title is None:
            found = self.area_named(text)
            if found:
                return found
            visible = next(tab for tab in self.tabs if not tab.hidden)
            area = cells_of(text, visible.id)
            if area is not None:
                return area
            title, cells = text, ""
        tab = self.tab_named(title)
        if tab is None:
            raise invalid(f"Unable to parse range: {text}")
        area = cells_of(cells, tab.id) if cells else Area(tab.id)
        area = area or self.area_named(cells)
        if area is None:
            raise invalid(f"Unable to parse range: {text}")
        return area

    def area_named(self, name: str) -> Area | None:
        """Return the named range of this name."""
        return next((area for known, area in self.named.values() if known == name), None)

    def named_text(self, area: Area) -> str:
        """Return a clipped range as the service echoes it."""
        return a1(area, self.tab(area.sheet_id).title)

    def refuse_too_many_cells(self) -> None:
        """Refuse a document above the limit of cells."""
        if sum(tab.rows.count * tab.columns.count for tab in self.tabs) > MOST_CELLS:
            raise invalid(
                "This action would increase the number of cells in the workbook above the limit of "
                f"{MOST_CELLS} cells.",
            )

    def lets_edit(self, who: str, protection: Thing) -> bool:
        """Return whether a protected range lets somebody edit it."""
        spec = protection.spec
        named = who in (spec.get("editors") or {}).get("users", ())
        return named or who == self.owner or bool(spec.get("warningOnly"))

    def refuse_protected(self, who: str, area: Area) -> None:
        """Refuse a write into a range that is protected against this caller."""
        if who == self.owner:
            return
        for thing in self.tab(area.sheet_id).things["protectedRanges"]:
            if self.lets_edit(who, thing) or thing.spec.get("unprotectedRanges"):
                continue
            if any(part.meets(area) for part in thing.areas):
                raise protected()

    def place_of(self, tag: int) -> tuple[Tab, Axis, int] | None:
        """Return where metadata on a row or column is now."""
        axes: tuple[Axis, Axis] = ("ROWS", "COLUMNS")
        for tab in self.tabs:
            for axis in axes:
                for index, line in enumerate(tab.lines(axis).kept):
                    if tag in line.tags:
                        return tab, axis, index
        return None
