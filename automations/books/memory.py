"""A ledger in memory: the same contract as the others, for tests and for trying a plan out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from secrets import token_hex
from zoneinfo import ZoneInfo

from automations.books.changes import cells_of
from automations.books.operations import new_op
from automations.books.tabs import find_sheets
from automations.books.xlsx import SheetEdit
from automations.core import journal
from automations.core.cells import RawCell
from automations.core.errors import LedgerChanged
from automations.core.journal import Commit
from automations.core.plan import Plan
from automations.core.schema import Schema
from automations.core.snapshot import Receipt, RunNote, Snapshot
from automations.core.values import Cells
from automations.core.wording import Wording, raw_cell


class MemoryBook:
    """A ledger whose sheets are lists of rows.

    Attributes:
        sheets: Title of each sheet mapped to its rows from row 1 on; people (tests) edit it as they like.
    """

    def __init__(
        self,
        schema: Schema,
        *,
        language: str,
        currency: str,
        zone: ZoneInfo,
        rows: Mapping[str, Sequence[Cells]] | None = None,
    ) -> None:
        self._schema = schema
        self._wording = Wording(language, currency, zone)
        self._ledger_id = token_hex(8)
        self._version = ""
        filled = rows or {}
        self.sheets: dict[str, list[list[RawCell]]] = {}
        for tab in schema.values():
            header: list[RawCell] = [column.label.text(language) for column in tab.columns.values()]
            written = [
                [
                    raw_cell(self._wording.cell(column, cells.get(column.id)))
                    for column in tab.columns.values()
                ]
                for cells in filled.get(tab.id, ())
            ]
            self.sheets[tab.label.text(language)] = [header, *written]

    def read(self, *, texts: bool = True) -> Snapshot:  # noqa: ARG002 - they are at hand
        """Return all tabs as they are now."""
        sheets = find_sheets(self.sheets, self._schema)
        tab = self._schema[journal.TAB]
        last = journal.last_commit(sheets[journal.TAB], tab, self._version)
        marks = journal.marks_in(sheets[journal.TAB], tab, last)
        return Snapshot(self._ledger_id, last.op, last.n, sheets, marks, self._hash())

    def commit(self, plan: Plan, base: Snapshot, note: RunNote) -> Receipt:
        """Write a whole plan, or nothing of it; see ``Book.commit``."""
        if (base.version, base.token) != (self._version, self._hash()):
            raise LedgerChanged
        marks = base.marks.difference(plan.retired).union(plan.marks)
        commit = Commit(new_op(), base.number + 1, base.version, self._ledger_id, marks=len(marks))
        written = cells_of(plan, base, commit, note, schema=self._schema, wording=self._wording)
        for edit in written.edits:
            self._write(edit)
        for title, numbers in written.removed.items():
            gone = frozenset(numbers)
            self.sheets[title][:] = [row for at, row in enumerate(self.sheets[title], 1) if at not in gone]
        self._version = commit.op
        return Receipt(commit.op, written.cells, written.rows)

    def now(self) -> datetime:
        """Return the moment by this machine's clock."""
        return datetime.now(self._wording.zone)

    def _write(self, edit: SheetEdit) -> None:
        rows = self.sheets[edit.sheet]
        for cell in edit.cells:
            rows.extend([] for _ in range(cell.row - len(rows)))
            row = rows[cell.row - 1]
            row.extend([None] * (cell.column - len(row)))
            row[cell.column - 1] = raw_cell(cell.value)

    def _hash(self) -> str:
        return sha256(repr(self.sheets).encode("utf-8", "surrogatepass")).hexdigest()
