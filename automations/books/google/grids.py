"""Reads the tabs of a spreadsheet in one call, wherever people have put them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import zip_longest
from typing import Protocol

from automations.books.google.errors import BadRequest
from automations.books.google.ids import COPIES, COPIES_TITLE, sheet_id_of
from automations.books.google.values import Days, Json, runs
from automations.books.tabs import Grid, filled_rows, find_sheets, read_head
from automations.core import journal
from automations.core.cells import RawCell, as_typed
from automations.core.errors import LedgerChanged
from automations.core.records import dataclass
from automations.core.schema import Column, Schema, Tab
from automations.core.snapshot import Sheet
from automations.core.text import normal_header

# So many of the newest rows of 記録 are read with their content in the same call.
_NEWEST = 10
# So often everything is read anew when other runs commit while this one is still reading.
_LOOKS = 4


class Spreadsheet(Protocol):
    """What a book needs of a spreadsheet (see ``service.Spreadsheet``)."""

    key: str
    titles: dict[int, str]

    def values(self, filters: Sequence[Json]) -> list[list[list[RawCell]]]:
        """Return the cells of each range."""
        ...

    def get(self, fields: str, ranges: Sequence[str] = ()) -> Json:
        """Return what the mask leaves of the spreadsheet's description."""
        ...

    def update(
        self, requests: Sequence[Json], *, ranges: Sequence[str] = (), fields: str = "replies"
    ) -> Json:
        """Apply all requests, or none of them."""
        ...

    def now(self) -> datetime:
        """Return the moment by the service's clock."""
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

    def copies_title(self, spreadsheet: Spreadsheet) -> str:
        """Return the title of the scratch tab as it was last read."""
        return spreadsheet.titles.get(self.ids[COPIES], COPIES_TITLE.text(self._language))

    def read(self, spreadsheet: Spreadsheet, *, texts: bool = True) -> Seen:
        """Return all tabs as they are now; ``texts`` as in ``Book.read``.

        Raises:
            LedgerRefused: A tab or key column is missing or stands twice.
        """
        for _ in range(_LOOKS):
            try:
                return self._read(spreadsheet, texts=texts)
            except BadRequest:
                self.find(spreadsheet)
                return self._read(spreadsheet, texts=True)
            except _RecordMoved:
                continue
        raise LedgerChanged

    def find(self, spreadsheet: Spreadsheet) -> None:
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
        if self.ids[COPIES] not in ours:
            spreadsheet.update([new_copies(self._language)])

    def _read(self, spreadsheet: Spreadsheet, *, texts: bool) -> Seen:
        tabs = [tab for tab in self._schema.values() if tab.id != journal.TAB]
        record = self._schema[journal.TAB]
        split = list(record.columns).index("content")
        number = self.ids[journal.TAB]
        parts = [self._parts(tab, texts=texts) for tab in tabs]
        small, newest, copies, *grids = spreadsheet.values(
            [
                {"gridRange": {"sheetId": number, "endColumnIndex": split}},
                {"gridRange": {"sheetId": number, "startColumnIndex": split, "endRowIndex": _NEWEST + 1}},
                {"gridRange": {"sheetId": self.ids[COPIES]}},
                *(part for group in parts for part in group),
            ]
        )
        rest = iter(grids)
        by_tab: dict[str, Grid] = {record.id: self._journal(spreadsheet, small, newest, split)}
        for tab, group in zip(tabs, parts, strict=True):
            by_tab[tab.id] = self._whole(spreadsheet, tab, [next(rest) for _ in group])
        sheets = {
            tab.id: _read_sheet(self._title(tab, spreadsheet), by_tab[tab.id], tab)
            for tab in self._schema.values()
        }
        return Seen(sheets, {tab: len(grid) for tab, grid in by_tab.items()}, copies)

    def _parts(self, tab: Tab, *, texts: bool) -> list[Json]:
        """Return what to ask of a tab: all of it, or what stands on both sides of a long text and its header."""
        number = self.ids[tab.id]
        at = _text_column(tab)
        if texts or at is None:
            return [{"gridRange": {"sheetId": number}}]
        return [
            {"gridRange": {"sheetId": number, "endColumnIndex": at}},
            {
                "gridRange": {
                    "sheetId": number,
                    "startColumnIndex": at,
                    "endColumnIndex": at + 1,
                    "endRowIndex": 1,
                }
            },
            {"gridRange": {"sheetId": number, "startColumnIndex": at + 1}},
        ]

    def _whole(self, spreadsheet: Spreadsheet, tab: Tab, parts: Sequence[Grid]) -> Grid:
        """Return a tab from its parts, with the long texts of the rows that need them; one more call if there are any."""
        if len(parts) == 1:
            return parts[0]
        left, header, right = parts
        at = _text_column(tab) or 0
        title = as_typed(header[0][0]) if header and header[0] else ""
        column = tab.columns.get(tab.by_header.get(normal_header(title), ""))
        if column is None or not column.needed_in:
            return spreadsheet.values([{"gridRange": {"sheetId": self.ids[tab.id]}}])[0]
        texts = self._texts(spreadsheet, tab, left, _needing(left, tab, column))
        if texts is None:
            return spreadsheet.values([{"gridRange": {"sheetId": self.ids[tab.id]}}])[0]
        return _joined(left, {0: title, **texts}, right, at)

    def _texts(
        self, spreadsheet: Spreadsheet, tab: Tab, left: Grid, needed: Sequence[int]
    ) -> dict[int, RawCell] | None:
        """Return the long texts of these rows; None when people moved rows since: no text may reach another row."""
        if not needed:
            return {}
        at, number = _text_column(tab) or 0, self.ids[tab.id]
        spans = runs(needed)
        asked = [
            {"sheetId": number, "startRowIndex": first, "endRowIndex": last + 1, "endColumnIndex": at + 1}
            for first, last in spans
        ]
        texts: dict[int, RawCell] = {}
        grids = spreadsheet.values([{"gridRange": area} for area in asked])
        for (first, last), rows in zip(spans, grids, strict=True):
            for place in range(last - first + 1):
                row = rows[place] if place < len(rows) else []
                if _without_end(row[:at]) != _without_end(left[first + place]):
                    return None
                texts[first + place] = row[at] if at < len(row) else None
        return texts

    def _title(self, tab: Tab, spreadsheet: Spreadsheet) -> str:
        return spreadsheet.titles.get(self.ids[tab.id], tab.label.text(self._language))

    def _journal(self, spreadsheet: Spreadsheet, small: Grid, newest: Grid, split: int) -> Grid:
        """Return 記録 with the content of its newest commit; that of older ones only counts for people."""
        tab = self._schema[journal.TAB]
        head = as_typed(newest[0][0]) if newest and newest[0] else ""
        number = self.ids[journal.TAB]
        if tab.by_header.get(normal_header(head)) != "content":
            return spreadsheet.values([{"gridRange": {"sheetId": number}}])[0]
        last = _last_of_newest(small, tab)
        if last > len(newest) and last > _NEWEST + 1:
            again = spreadsheet.values([{"gridRange": {"sheetId": number, "endRowIndex": last}}])[0]
            if [_without_end(row[:split]) for row in again] != [_without_end(row) for row in small[:last]]:
                raise _RecordMoved
            newest = [row[split:] for row in again]
        return [
            [*row, *[None] * (split - len(row)), *(newest[place] if place < len(newest) else ())]
            for place, row in enumerate(small)
        ]


class _RecordMoved(Exception):
    """Another run committed between two looks at 記録; what was read of the tabs belongs to the version before."""


def _without_end(row: Sequence[RawCell]) -> Sequence[RawCell]:
    """Return a row without the blank cells at its end."""
    width = len(row)
    while width and row[width - 1] in {None, ""}:
        width -= 1
    return row[:width]


def new_copies(language: str) -> Json:
    """Return the request that makes the scratch tab."""
    properties = {"sheetId": sheet_id_of(COPIES), "title": COPIES_TITLE.text(language), "hidden": True}
    return {"addSheet": {"properties": properties}}


def _head(number: int) -> Json:
    return {"gridRange": {"sheetId": number, "endRowIndex": 20}}


def _last_of_newest(small: Grid, tab: Tab) -> int:
    """Return how many rows of 記録 reach down to the end of its newest commit, wherever people sorted it to."""
    headers = [tab.by_header.get(normal_header(as_typed(raw))) for raw in small[0]] if small else []
    if "op" not in headers or "n" not in headers:
        return 0
    op, number = headers.index("op"), headers.index("n")
    numbered = [
        (row[number], as_typed(row[op]))
        for row in small[1:]
        if len(row) > max(op, number) and isinstance(row[number], (int, float))
    ]
    newest = max(numbered, default=(0, ""))[1]
    ops = [as_typed(row[op]) if op < len(row) else "" for row in small]
    return max((place for place, one in enumerate(ops, 1) if one == newest), default=0)


def _read_sheet(title: str, grid: Grid, tab: Tab) -> Sheet:
    """Return one sheet as ``tabs.read_sheet`` does, with its serial numbers as the days they are."""
    sheet = read_head(title, grid, tab)
    days = [
        (at - 1, Days(column))
        for name, at in sheet.columns.items()
        if (column := tab.columns[name]).type in {"date", "datetime"}
    ]
    return replace(
        sheet,
        rows=tuple(
            (number, _with_days(cells, days)) for number, cells in filled_rows(grid, sheet.header_row)
        ),
    )


def _with_days(cells: Sequence[RawCell], days: Sequence[tuple[int, Days]]) -> tuple[RawCell, ...]:
    changed = list(cells)
    width = len(changed)
    for at, known in days:
        if at < width:
            changed[at] = known[changed[at]]
    return tuple(changed)


def _text_column(tab: Tab) -> int | None:
    """Return where the long text of a tab stands as it is made, counted from 0; None when it has none."""
    return next((at for at, column in enumerate(tab.columns.values()) if column.needed_in), None)


def _needing(left: Grid, tab: Tab, text: Column) -> list[int]:
    """Return the rows, counted from 0, whose state says that their long text is needed."""
    headers = [tab.by_header.get(normal_header(as_typed(raw))) for raw in left[0]] if left else []
    if "state" not in headers:
        return list(range(1, len(left)))
    at, choices = headers.index("state"), tab.columns["state"].written_choices
    states = [as_typed(row[at]) if at < len(row) else "" for row in left]
    needing = {state for state in set(states) if choices.get(normal_header(state)) in text.needed_in}
    return [number for number, state in enumerate(states) if state in needing]


def _joined(left: Grid, texts: Mapping[int, RawCell], right: Grid, at: int) -> Grid:
    """Return the rows of a tab of which what is left of a column, in it and right of it came apart."""
    joined: list[list[RawCell]] = []
    for number, (row, rest) in enumerate(zip_longest(left, right, fillvalue=())):
        text = texts.get(number)
        joined.append([*row, *[None] * (at - len(row)), text, *rest] if rest or text else [*row])
    return joined
