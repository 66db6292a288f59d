"""The scratch tab 記録の写し: what stood at the place of each write of the last commit, right before it.

It begins with the name of the commit. Then follow, for each tab that was written to, a line with the columns that were
meant, a copy of the header row, and a copy of every row that was written to, in the order of the journal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from automations.books.google.ids import COPIES
from automations.books.google.values import Json, entered, grid_range, runs
from automations.books.google.writes import TabWrite
from automations.books.tabs import Grid
from automations.core.cells import RawCell, as_typed
from automations.core.journal import Recorded
from automations.core.reading import keys_in
from automations.core.records import dataclass
from automations.core.schema import Schema, Tab
from automations.core.settling import Cell, Hit, Misfiled
from automations.core.snapshot import Sheet
from automations.core.text import normal_header

_VALUES = "PASTE_VALUES"
# Stands before a column that the commit itself adds: its header was blank until then.
_ADDED = "+"


@dataclass(frozen=True)
class CopyRequests:
    """The requests that make the copies, and the size of what they make."""

    requests: tuple[Json, ...]
    rows: int
    columns: int


def copy_requests(op: str, writes: Mapping[str, TabWrite], ids: Mapping[str, int]) -> CopyRequests:
    """Return the requests that copy what a commit is about to write over; they stand before any write."""
    scratch = ids[COPIES]
    labels: dict[int, list[str]] = {0: [op]}
    pastes: list[Json] = []
    at, width = 1, 1
    for tab, write in writes.items():
        across = _width(write)
        width = max(width, across)
        labels[at] = _meant(write)
        header = write.sheet.header_row
        numbers = (header, *write.order)
        for first, last in runs_in_order(numbers):
            source = grid_range(ids[tab], first - 1, last, 0, across)
            start = at + 1 + numbers.index(first)
            target = grid_range(scratch, start, start + last - first + 1, 0, across)
            pastes.append({"copyPaste": {"source": source, "destination": target, "pasteType": _VALUES}})
        at += 1 + len(numbers)
    size = {"sheetId": scratch, "gridProperties": {"rowCount": at, "columnCount": width}}
    return CopyRequests(
        (
            {"updateSheetProperties": {"properties": size, "fields": "gridProperties(rowCount,columnCount)"}},
            {"updateCells": {"range": {"sheetId": scratch}, "fields": "userEnteredValue"}},
            *(_line(scratch, row, texts) for row, texts in labels.items()),
            *pastes,
        ),
        at,
        width,
    )


def runs_in_order(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return runs of rising neighbours in the order given; runs are never joined across it."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        found += runs([number]) if not found or number != found[-1][1] + 1 else []
        found[-1] = (found[-1][0], number)
    return found


def commit_of(copies: Grid) -> str:
    """Return the name of the commit that made the copies, ``""`` when there are none."""
    return as_typed(copies[0][0]) if copies and copies[0] else ""


def read_copies(
    op: str, recorded: Sequence[Recorded], copies: Grid, schema: Schema
) -> tuple[list[Hit], list[Misfiled]] | None:
    """Return whom the writes of a commit met, from its entries and the copies; None when these are of another commit."""
    if commit_of(copies) != op:
        return None
    by_tab: dict[str, list[Recorded]] = {}
    for entry in recorded:
        by_tab.setdefault(entry.tab, []).append(entry)
    hits: list[Hit] = []
    misfiled: list[Misfiled] = []
    at = 1
    for tab_id, entries in by_tab.items():
        changes = [entry for entry in entries if entry.key]
        block = _Block(schema[tab_id], _rows(copies, at, 2 + len(changes)))
        hits += block.hits(changes)
        if block.is_shifted:
            misfiled += (block.misfiled(entry) for entry in entries if not entry.key)
        at += 2 + len(changes)
    return hits, misfiled


def _width(write: TabWrite) -> int:
    sheet = write.sheet
    return max((*sheet.columns.values(), *sheet.unknown.values(), *write.added.values()))


def _meant(write: TabWrite) -> list[str]:
    meant = {write.position(column): column for column in write.columns}
    meant |= {at: f"{_ADDED}{column}" for column, at in write.added.items()}
    return [meant.get(at, "") for at in range(1, max(meant, default=0) + 1)]


def _line(sheet_id: int, row: int, texts: Sequence[str]) -> Json:
    cells = [entered(text) for text in texts]
    start = {"sheetId": sheet_id, "rowIndex": row, "columnIndex": 0}
    return {"updateCells": {"start": start, "rows": [{"values": cells}], "fields": "userEnteredValue"}}


def _rows(grid: Grid, at: int, count: int) -> list[Sequence[RawCell]]:
    there = list(grid[at : at + count])
    return there + [()] * (count - len(there))


class _Block:
    """The copies of one tab."""

    def __init__(self, tab: Tab, rows: Sequence[Sequence[RawCell]]) -> None:
        meant, header, *copied = rows
        self._tab = tab
        names = {at: as_typed(name) for at, name in enumerate(meant, 1) if name}
        self._places = {name.removeprefix(_ADDED): at for at, name in names.items()}
        self._added = {at for at, name in names.items() if name.startswith(_ADDED)}
        self._headers = {at: text for at, raw in enumerate(header, 1) if (text := as_typed(raw).strip())}
        known = {at: tab.by_header.get(normal_header(text)) for at, text in self._headers.items()}
        self._columns = {column: at for at, column in known.items() if column}
        numbered = tuple((number, tuple(cells)) for number, cells in enumerate(copied, 2))
        self._copied = Sheet(tab.id, "", 1, self._columns, {}, numbered)

    @property
    def is_shifted(self) -> bool:
        """True when a column that was written to stood elsewhere by then."""
        return any(self._hit(column) != column for column in self._places)

    def hits(self, changes: Sequence[Recorded]) -> Iterator[Hit]:
        keys = keys_in(self._copied, self._tab)
        for entry, key, (_, cells) in zip(changes, keys, self._copied.rows, strict=True):
            expected = "" if entry.key.startswith("#") else entry.key
            row = {self._hit_at(at): cells[at - 1] if at <= len(cells) else None for at in self._headers}
            met = tuple(self._cells(entry, cells))
            if entry.is_removed:
                yield Hit(self._tab.id, expected, key, met, removed=row)
            else:
                others = row.keys() - {cell.hit for cell in met}
                yield Hit(
                    self._tab.id,
                    expected,
                    key,
                    met,
                    beside={name: row[name] for name in sorted(others)},
                    meant=entry.beside,
                )

    def misfiled(self, entry: Recorded) -> Misfiled:
        return Misfiled(self._tab.id, tuple(self._cells(entry, ())))

    def _cells(self, entry: Recorded, cells: Sequence[RawCell]) -> Iterator[Cell]:
        for column, (base, new) in entry.cells.items():
            at = self._places.get(column)
            if at is not None:
                found = cells[at - 1] if at <= len(cells) else None
                yield Cell(column, base, new, self._hit(column), found)

    def _hit(self, column: str) -> str:
        at = self._places[column]
        if at not in self._headers and at in self._added:
            return column
        return self._hit_at(at)

    def _hit_at(self, at: int) -> str:
        header = self._headers.get(at, "")
        return self._tab.by_header.get(normal_header(header)) or header
