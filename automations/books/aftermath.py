"""The ledger as a commit leaves it, so that nobody has to read again what was just written."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter

from automations.books.changes import CellsOfCommit
from automations.books.tabs import is_blank_row
from automations.books.xlsx import CellEdit
from automations.core.cells import RawCell
from automations.core.journal import Commit
from automations.core.plan import Plan
from automations.core.snapshot import Sheet, Snapshot
from automations.core.wording import raw_cell


def snapshot_after(
    base: Snapshot,
    written: CellsOfCommit,
    plan: Plan,
    commit: Commit,
    token: str,
    emptied: Collection[str] = (),
) -> Snapshot:
    """Return what reading would give after these edits of ``base``; rows they do not touch are the same objects.

    Args:
        base: What the commit was made on.
        written: Everything it wrote, journal included.
        plan: What it was made of.
        commit: Its name and number.
        token: Of the book's new content.
        emptied: Titles of the sheets in which the rows that go stand on as blank ones.
    """
    cells = {edit.sheet: edit.cells for edit in written.edits}
    sheets = {
        tab: _without(
            _edited(_widened(sheet, tab, written), cells.get(sheet.title, ())),
            written.removed.get(sheet.title, ()),
            moves_up=sheet.title not in emptied,
        )
        for tab, sheet in base.sheets.items()
    }
    marks = base.marks.difference(plan.retired).union(plan.marks)
    return Snapshot(commit.ledger_id, commit.op, commit.n, sheets, marks, token)


def _widened(sheet: Sheet, tab: str, written: CellsOfCommit) -> Sheet:
    added, headers = written.added.get(tab), written.headers.get(tab)
    if not added and not headers:
        return sheet
    columns, unknown = {**sheet.columns, **(added or {})}, {**sheet.unknown, **(headers or {})}
    return replace(sheet, columns=columns, unknown=unknown)


def _edited(sheet: Sheet, edits: Sequence[CellEdit]) -> Sheet:
    if not edits:
        return sheet
    rows = dict(sheet.rows)
    for number, cells in _by_row(edits).items():
        if number == sheet.header_row:
            continue
        row = _edited_row(rows.get(number, ()), cells)
        if is_blank_row(row):
            rows.pop(number, None)
        else:
            rows[number] = row
    return replace(sheet, rows=tuple(sorted(rows.items(), key=itemgetter(0))))


def _without(sheet: Sheet, removed: Sequence[int], *, moves_up: bool) -> Sheet:
    if not removed:
        return sheet
    gone = frozenset(removed)
    rows = tuple(
        (number - bisect_left(removed, number) if moves_up else number, cells)
        for number, cells in sheet.rows
        if number not in gone
    )
    return replace(sheet, rows=rows)


def _by_row(edits: Iterable[CellEdit]) -> dict[int, dict[int, RawCell]]:
    rows: dict[int, dict[int, RawCell]] = {}
    for edit in edits:
        rows.setdefault(edit.row, {})[edit.column] = raw_cell(edit.value)
    return rows


def _edited_row(row: Sequence[RawCell], cells: Mapping[int, RawCell]) -> tuple[RawCell, ...]:
    width = max(len(row), *cells)
    edited = [*row, *[None] * (width - len(row))]
    for column, value in cells.items():
        edited[column - 1] = value
    return tuple(edited)
