"""The ledger as a clean commit leaves it, so that the same run need not read it again."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from automations.books.google.record import RecordRows
from automations.books.google.writes import TabWrite, Written
from automations.core import journal
from automations.core.cells import RawCell
from automations.core.journal import Commit
from automations.core.snapshot import Sheet, Snapshot
from automations.core.wording import raw_cell

NumberedRow = tuple[int, tuple[RawCell, ...]]


def token_of(lengths: Mapping[str, int]) -> str:
    """Return what a snapshot carries for its book: how many rows of each tab hold anything."""
    return json.dumps(lengths)


def after_commit(
    base: Snapshot,
    commit: Commit,
    writes: Mapping[str, TabWrite],
    record: RecordRows,
    marks: Iterable[str],
) -> Snapshot:
    """Return what reading would give if nobody but this commit touched ``base``.

    New rows stand where the service most likely put them; a write that trusts in that and misses is settled.
    """
    lengths: dict[str, int] = json.loads(base.token)
    sheets = dict(base.sheets)
    for tab, write in writes.items():
        sheets[tab] = _written(base.sheets[tab], write, lengths[tab])
        lengths[tab] += len(write.appended) - len(write.removed)
    sheets[journal.TAB] = _recorded(base.sheets[journal.TAB], record)
    lengths[journal.TAB] += len(record.new) - len(record.expired)
    return Snapshot(
        commit.ledger_id, commit.op, commit.n, sheets, base.marks | frozenset(marks), token_of(lengths)
    )


def _written(sheet: Sheet, write: TabWrite, length: int) -> Sheet:
    rows = [
        (number, _edited(cells, write.changed[number], write) if number in write.changed else cells)
        for number, cells in sheet.rows
    ]
    rows += ((length + place, _edited((), row, write)) for place, row in enumerate(write.appended, 1))
    left = _without(rows, sorted(write.removed))
    return replace(sheet, columns={**sheet.columns, **write.added}, rows=tuple(left))


def _without(rows: Iterable[NumberedRow], gone: Sequence[int]) -> list[NumberedRow]:
    """Return the rows that stay, those below the others moved up."""
    return [(number - bisect_left(gone, number), cells) for number, cells in rows if number not in gone]


def _edited(cells: Sequence[RawCell], row: Written, write: TabWrite) -> tuple[RawCell, ...]:
    by_place = {write.position(column): raw_cell(value) for column, value in row.items()}
    edited = [*cells, *[None] * (max(by_place, default=0) - len(cells))]
    for at, value in by_place.items():
        edited[at - 1] = value
    return tuple(edited)


def _recorded(sheet: Sheet, record: RecordRows) -> Sheet:
    lines = enumerate(record.lines(sheet), sheet.header_row + 1)
    new = [(number, tuple(map(raw_cell, line))) for number, line in lines]
    kept = [(number + len(new), cells) for number, cells in _without(sheet.rows, sorted(record.expired))]
    return replace(sheet, rows=(*new, *kept))
