"""The requests of one commit: all of them are applied, or none (commit-protocol section 2)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from automations.books.google.copies import CopyRequests, copy_requests
from automations.books.google.ids import sheet_id_of
from automations.books.google.record import RecordRows
from automations.books.google.values import Json, entered, grid_range, runs
from automations.books.google.writes import TabWrite, Written
from automations.core import journal
from automations.core.journal import Commit
from automations.core.records import dataclass
from automations.core.snapshot import Sheet

TOKEN = "daicho_version"  # noqa: S105 - the name of a named range
_FIELDS = "userEnteredValue"


@dataclass(frozen=True)
class Batch:
    """One commit, ready to be sent.

    Attributes:
        copies: Range of the copies, to be asked back, and its size.
    """

    requests: tuple[Json, ...]
    copies: CopyRequests

    @property
    def size(self) -> int:
        """Return how many bytes the requests are as they are sent."""
        return len(json.dumps(self.requests, ensure_ascii=False, separators=(",", ":")).encode())

    def without_version(self, base: str, key: str) -> Batch:
        """Return the batch for a ledger whose version a person deleted: the first on ``base`` is the only one."""
        left = [request for request in self.requests if "deleteNamedRange" not in request]
        return replace(self, requests=(_only_on(base, key), *left))


def batch_of(
    commit: Commit, writes: Mapping[str, TabWrite], record: RecordRows, sheet: Sheet, ids: Mapping[str, int]
) -> Batch:
    """Return the requests of a commit, in the order in which they must stand.

    Args:
        commit: Its name; ``base`` is the version it was planned on.
        writes: What it writes, by tab.
        record: Its rows of 記録.
        sheet: 記録 as it stands.
        ids: Numbers of the tabs.
    """
    copies = copy_requests(commit.op, writes, ids)
    return Batch(
        (
            *_token(commit, ids[journal.TAB]),
            *_room(sheet, record, ids[journal.TAB]),
            *(_new_column(at, ids[tab]) for tab, write in writes.items() for at in write.added.values()),
            *copies.requests,
            _journal(sheet, record, ids[journal.TAB]),
            *(request for tab, write in writes.items() for request in _headers(write, ids[tab])),
            *(request for tab, write in writes.items() for request in _changes(write, ids[tab])),
            *(_additions(write, ids[tab]) for tab, write in writes.items() if write.appended),
            *(request for tab, write in writes.items() for request in _removals(write.removed, ids[tab])),
        ),
        copies,
    )


def copies_range(title: str, copies: CopyRequests) -> str:
    """Return the range of the copies in A1 form."""
    quoted = title.replace("'", "''")
    return f"'{quoted}'!A1:{_letters(copies.columns)}{copies.rows}"


def _letters(column: int) -> str:
    """Return the name of a column: 1 is A, 27 is AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _token(commit: Commit, sheet_id: int) -> Iterator[Json]:
    """Delete the version this was planned on and install the next: only one of two commits can."""
    if commit.base:
        yield {"deleteNamedRange": {"namedRangeId": commit.base}}
    else:
        yield _only_on(commit.base, commit.home)
    place = grid_range(sheet_id, 0, 1, 0, 1)
    yield {"addNamedRange": {"namedRange": {"namedRangeId": commit.op, "name": TOKEN, "range": place}}}


def _only_on(base: str, key: str) -> Json:
    """Return what Google takes once: where no version can be deleted, a second commit on ``base`` fails by it."""
    return {
        "createDeveloperMetadata": {
            "developerMetadata": {
                "metadataId": sheet_id_of(f"{key} after {base}"),
                "metadataKey": "daicho_base",
                "visibility": "DOCUMENT",
                "location": {"spreadsheet": True},
            }
        }
    }


def _room(sheet: Sheet, record: RecordRows, sheet_id: int) -> Iterator[Json]:
    """Make room at the top of 記録, where no row number can be stale, and let old entries go."""
    top, count = sheet.header_row, len(record.new)
    rows = {"sheetId": sheet_id, "dimension": "ROWS"}
    yield {
        "insertDimension": {
            "range": {**rows, "startIndex": top, "endIndex": top + count},
            "inheritFromBefore": False,
        }
    }
    yield from _removals((number + count for number in record.expired), sheet_id)


def _new_column(at: int, sheet_id: int) -> Json:
    area = {"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": at - 1, "endIndex": at}
    return {"insertDimension": {"range": area, "inheritFromBefore": False}}


def _headers(write: TabWrite, sheet_id: int) -> Iterator[Json]:
    for column, at in write.added.items():
        place = grid_range(sheet_id, write.sheet.header_row - 1, write.sheet.header_row, at - 1, at)
        cell = [{"values": [entered(write.labels[column])]}]
        yield {"updateCells": {"range": place, "rows": cell, "fields": _FIELDS}}


def _journal(sheet: Sheet, record: RecordRows, sheet_id: int) -> Json:
    rows = [{"values": [entered(cell) for cell in line]} for line in record.lines(sheet)]
    start = {"sheetId": sheet_id, "rowIndex": sheet.header_row, "columnIndex": 0}
    return {"updateCells": {"start": start, "rows": rows, "fields": _FIELDS}}


def _changes(write: TabWrite, sheet_id: int) -> Iterator[Json]:
    """Yield one request for neighbouring cells of neighbouring rows; cells in between are never touched."""
    open_areas: dict[tuple[int, int], tuple[int, list[Json]]] = {}
    last = 0
    for number in sorted(write.changed):
        areas = _areas(write, write.changed[number])
        if number != last + 1 or list(areas) != list(open_areas):
            yield from _requests(open_areas, sheet_id)
            open_areas = {place: (number, []) for place in areas}
        for place, cells in areas.items():
            open_areas[place][1].append({"values": cells})
        last = number
    yield from _requests(open_areas, sheet_id)


def _areas(write: TabWrite, row: Written) -> dict[tuple[int, int], list[Json]]:
    by_place = {write.position(column): value for column, value in row.items()}
    return {
        (first, last): [entered(by_place[at]) for at in range(first, last + 1)]
        for first, last in runs(sorted(by_place))
    }


def _requests(areas: Mapping[tuple[int, int], tuple[int, list[Json]]], sheet_id: int) -> Iterator[Json]:
    for (left, right), (number, rows) in areas.items():
        area = grid_range(sheet_id, number - 1, number - 1 + len(rows), left - 1, right)
        yield {"updateCells": {"range": area, "rows": rows, "fields": _FIELDS}}


def _additions(write: TabWrite, sheet_id: int) -> Json:
    rows = []
    for row in write.appended:
        by_place = {write.position(column): value for column, value in row.items()}
        rows.append({"values": [entered(by_place.get(at)) for at in range(1, max(by_place) + 1)]})
    return {"appendCells": {"sheetId": sheet_id, "rows": rows, "fields": _FIELDS}}


def _removals(numbers: Iterable[int], sheet_id: int) -> Iterator[Json]:
    """Yield what takes rows out, the lowest first, so that no number is stale."""
    for first, last in reversed(runs(sorted(numbers))):
        area = {"sheetId": sheet_id, "dimension": "ROWS", "startIndex": first - 1, "endIndex": last}
        yield {"deleteDimension": {"range": area}}
