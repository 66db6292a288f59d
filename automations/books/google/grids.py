"""Reads the tabs of a spreadsheet in one call, wherever people have put them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from automations.books.google.errors import BadRequest
from automations.books.google.ids import COPIES, COPIES_TITLE, sheet_id_of
from automations.books.google.values import Json, days
from automations.books.tabs import Grid, find_sheets, read_sheet
from automations.core import journal
from automations.core.cells import RawCell, as_typed
from automations.core.records import dataclass
from automations.core.schema import Schema, Tab
from automations.core.snapshot import Sheet
from automations.core.text import normal_header

# So many of the newest rows of 記録 are read with their content in the same call.
_NEWEST = 40


class Reads(Protocol):
    """What reading needs of a spreadsheet (see ``service.Spreadsheet``)."""

    titles: dict[int, str]

    def values(self, filters: Sequence[Json]) -> list[list[list[RawCell]]]:
        """Return the cells of each range."""
        ...

    def get(self, fields: str, ranges: Sequence[str] = ()) -> Json:
        """Return what the mask leaves of the spreadsheet's description."""
        ...


@dataclass(frozen=True)
class Seen:
    """What was read.

    Attributes:
        lengths: Number of the last row of each tab that holds anything.
        copies: The scratch tab; blank when there is none.
    """

    sheets: Mapping[str, Sheet]
    lengths: Mapping[str, int]
    copies: Grid


class Grids:
    """Knows under which number each tab is found."""

    def __init__(self, schema: Schema, language: str) -> None:
        self._schema = schema
        self._language = language
        self.ids = {name: sheet_id_of(name) for name in (*schema, COPIES)}

    def copies_title(self, spreadsheet: Reads) -> str:
        """Return the title of the scratch tab as it was last read."""
        return spreadsheet.titles.get(self.ids[COPIES], COPIES_TITLE.text(self._language))

    def read(self, spreadsheet: Reads) -> Seen:
        """Return all tabs as they are now.

        Raises:
            LedgerRefused: A tab or key column is missing or stands twice.
        """
        try:
            return self._read(spreadsheet)
        except BadRequest:
            self.find(spreadsheet)
            return self._read(spreadsheet)

    def find(self, spreadsheet: Reads) -> None:
        """Find tabs that do not carry our numbers, by title or headers, and remember theirs."""
        found = spreadsheet.get("sheets.properties(sheetId,title)").get("sheets", ())
        numbers = {sheet["properties"]["title"]: sheet["properties"]["sheetId"] for sheet in found}
        ours = {number: title for title, number in numbers.items()}
        heads = dict(
            zip(numbers, spreadsheet.values([_head(number) for number in numbers.values()]), strict=True)
        )
        for tab in self._schema.values():
            title = ours.get(sheet_id_of(tab.id))
            if title is not None:
                heads[tab.label.ja] = heads.pop(title)
                numbers[tab.label.ja] = numbers.pop(title)
        for tab_id, sheet in find_sheets(heads, self._schema).items():
            self.ids[tab_id] = numbers[sheet.title]

    def _read(self, spreadsheet: Reads) -> Seen:
        tabs = [tab for tab in self._schema.values() if tab.id != journal.TAB]
        record = self._schema[journal.TAB]
        split = list(record.columns).index("content")
        number = self.ids[journal.TAB]
        small, newest, copies, *grids = spreadsheet.values(
            [
                {"gridRange": {"sheetId": number, "endColumnIndex": split}},
                {"gridRange": {"sheetId": number, "startColumnIndex": split, "endRowIndex": _NEWEST + 1}},
                {"gridRange": {"sheetId": self.ids[COPIES]}},
                *({"gridRange": {"sheetId": self.ids[tab.id]}} for tab in tabs),
            ]
        )
        whole = self._journal(spreadsheet, small, newest, split)
        by_tab: dict[str, Grid] = {
            record.id: whole,
            **{tab.id: grid for tab, grid in zip(tabs, grids, strict=True)},
        }
        same: dict[RawCell, RawCell] = {}
        sheets = {
            tab.id: _typed(read_sheet(self._title(tab, spreadsheet), by_tab[tab.id], tab, same), tab)
            for tab in self._schema.values()
        }
        return Seen(sheets, {tab: len(grid) for tab, grid in by_tab.items()}, copies)

    def _title(self, tab: Tab, spreadsheet: Reads) -> str:
        return spreadsheet.titles.get(self.ids[tab.id], tab.label.text(self._language))

    def _journal(self, spreadsheet: Reads, small: Grid, newest: Grid, split: int) -> Grid:
        """Return 記録 with the content of its newest commit; that of older ones only counts for people."""
        tab = self._schema[journal.TAB]
        head = as_typed(newest[0][0]) if newest and newest[0] else ""
        number = self.ids[journal.TAB]
        if tab.by_header.get(normal_header(head)) != "content":
            return spreadsheet.values([{"gridRange": {"sheetId": number}}])[0]
        last = _last_of_newest(small, tab)
        if last > len(newest) and last > _NEWEST + 1:
            more = {"sheetId": number, "startColumnIndex": split, "endRowIndex": last}
            newest = spreadsheet.values([{"gridRange": more}])[0]
        return [
            [*row, *[None] * (split - len(row)), *(newest[place] if place < len(newest) else ())]
            for place, row in enumerate(small)
        ]


def _head(number: int) -> Json:
    return {"gridRange": {"sheetId": number, "endRowIndex": 20}}


def _last_of_newest(small: Grid, tab: Tab) -> int:
    """Return how many rows of 記録 reach down to the end of its first commit."""
    headers = [tab.by_header.get(normal_header(as_typed(raw))) for raw in small[0]] if small else []
    if "op" not in headers:
        return 0
    at = headers.index("op")
    ops = [as_typed(row[at]) if at < len(row) else "" for row in small[1:]]
    return 1 + sum(op == ops[0] for op in ops) if ops else 0


def _typed(sheet: Sheet, tab: Tab) -> Sheet:
    """Return the sheet with its serial numbers as the days they are."""
    dated = [
        (at - 1, column)
        for name, at in sheet.columns.items()
        if (column := tab.columns[name]).type in {"date", "datetime"}
    ]
    if not dated:
        return sheet
    rows = []
    for number, cells in sheet.rows:
        changed = list(cells)
        for at, column in dated:
            if at < len(changed):
                changed[at] = days(column, changed[at])
        rows.append((number, tuple(changed)))
    return replace(sheet, rows=tuple(rows))
