"""A ledger that several programs and people share: the product's memory book, with what a service does to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, NoReturn
from zoneinfo import ZoneInfo

from automations.books.changes import cells_of
from automations.books.memory import MemoryBook
from automations.books.operations import new_op
from automations.books.xlsx import SheetEdit
from automations.core import journal
from automations.core.cells import RawCell
from automations.core.errors import LedgerChanged, ServiceError
from automations.core.journal import Commit
from automations.core.messages import msg
from automations.core.plan import Plan
from automations.core.schema import Schema
from automations.core.seals import seal_of
from automations.core.snapshot import Receipt, RunNote, Snapshot
from automations.core.values import Cells
from automations.core.wording import raw_cell

from .lines import Rough

if TYPE_CHECKING:
    from .world import World

Sheets = dict[str, list[list[RawCell]]]


class SharedLedger(MemoryBook):
    """The rows. A commit is refused when another program was faster; people's edits do not refuse it, as on a service.

    Attributes:
        is_file: It is a workbook: whoever saved meanwhile, the commit is refused.
        committed: Told of every plan as it is applied.
    """

    def __init__(
        self, schema: Schema, rows: Mapping[str, Sequence[Cells]], zone: ZoneInfo, *, is_file: bool
    ) -> None:
        super().__init__(schema, language="ja", currency="JPY", zone=zone, rows=rows)
        self._ledger_id = "0123456789abcdef"
        self.is_file = is_file
        self.committed: Callable[[str, Plan], None] = lambda _who, _plan: None
        self._edition = 0
        self._places = {
            tab.id: {column: at for at, column in enumerate(tab.columns)} for tab in schema.values()
        }
        self._titles = {tab.id: tab.label.text("ja") for tab in schema.values()}

    def put(self, tab: str, key: str, **cells: RawCell) -> bool:
        """Let a person type into a row; return whether it was there."""
        row = self.row(tab, key)
        if row is None:
            return False
        for column, cell in cells.items():
            at = self._places[tab][column]
            row.extend([None] * (at + 1 - len(row)))
            row[at] = cell
        self._edition += 1
        return True

    def add(self, tab: str, **cells: RawCell) -> None:
        """Add a row below the others that the program has seen before."""
        row: list[RawCell] = [None] * len(self._places[tab])
        key = str(cells[self._schema[tab].key[0]])
        seals = {"seal": seal_of(self._ledger_id, tab, key)} if self._schema[tab].sealed else {}
        for column, cell in {**cells, **seals}.items():
            row[self._places[tab][column]] = cell
        self.sheets[self._titles[tab]].append(row)
        self._edition += 1

    def row(self, tab: str, key: str) -> list[RawCell] | None:
        """Return the cells of the row with this key in its first column."""
        rows = self.sheets[self._titles[tab]]
        return next((row for row in rows if row and row[0] == key), None)

    def cells(self, tab: str) -> list[dict[str, RawCell]]:
        """Return the rows of a tab as they stand, by column."""
        rows = self.sheets[self._titles[tab]][1:]
        return [dict(zip(self._places[tab], row, strict=False)) for row in rows if any(row)]

    def remove(self, tab: str, key: str) -> None:
        """Let a person empty a whole row."""
        row = self.row(tab, key)
        if row is not None:
            row[:] = [None] * len(row)
            self._edition += 1

    def copy(self, tab: str, key: str) -> None:
        """Let a person copy a whole row below the others."""
        row = self.row(tab, key)
        if row is not None:
            self.sheets[self._titles[tab]].append([*row])
            self._edition += 1

    def cell(self, tab: str, key: str, column: str) -> RawCell:
        """Return what a cell shows."""
        at, row = self._places[tab][column], self.row(tab, key) or []
        return row[at] if at < len(row) else None

    def words(self, tab: str, column: str) -> dict[str, str]:
        """Return the id of each label that a choice column shows."""
        choices = self._schema[tab].columns[column].choices
        return {choice.label.text("ja"): name for name, choice in choices.items()}

    def label(self, tab: str, column: str, name: str) -> str:
        """Return what a person types for a choice."""
        return self._schema[tab].columns[column].choices[name].label.text("ja")

    def choice(self, tab: str, column: str) -> str:
        """Return the first thing a choice column takes."""
        return next(iter(self._schema[tab].columns[column].choices.values())).label.text("ja")

    def apply(self, plan: Plan, base: Snapshot, note: RunNote, who: str) -> Receipt:
        """Write a whole plan, or nothing; the receipt shows what the plan's own reading has become."""
        if base.version != self._version or (self.is_file and base.token != self._hash()):
            raise LedgerChanged
        marks = base.marks.difference(plan.retired).union(plan.marks)
        commit = Commit(new_op(), base.number + 1, base.version, self._ledger_id, marks=len(marks))
        written = cells_of(plan, base, commit, note, schema=self._schema, wording=self._wording)
        for edit in written.edits:
            self._write(edit)
        self._version = commit.op
        self._edition += 1
        self.committed(who, plan)
        after = None if self.is_file else self._after(base, written.edits)
        return Receipt(commit.op, written.cells, written.rows, after)

    def _after(self, base: Snapshot, edits: Sequence[SheetEdit]) -> Snapshot:
        """Return ``base`` with the commit in it: what people typed since the reading is not seen."""
        titles = {title: tab for tab, title in self._titles.items()}
        sheets = dict(base.sheets)
        for edit in edits:
            tab = titles[edit.sheet]
            rows = {number: list(cells) for number, cells in sheets[tab].rows}
            for cell in edit.cells:
                row = rows.setdefault(cell.row, [])
                row.extend([None] * (cell.column - len(row)))
                row[cell.column - 1] = raw_cell(cell.value)
            sheets[tab] = replace(
                sheets[tab], rows=tuple((number, tuple(rows[number])) for number in sorted(rows))
            )
        tab = self._schema[journal.TAB]
        last = journal.last_commit(sheets[journal.TAB], tab, self._version)
        marks = journal.marks_in(sheets[journal.TAB], tab, last)
        return Snapshot(self._ledger_id, last.op, last.n, sheets, marks, self._hash())

    def _hash(self) -> str:
        return str(self._edition)


class Door:
    """One run's way to the ledger: calls fail, are applied and not answered, or applied later."""

    def __init__(self, world: World, rough: Rough) -> None:
        self._ledger, self._rough, self._world = world.ledger, rough, world

    def read(self, *, texts: bool = True) -> Snapshot:
        """Return all tabs as they are now."""
        self._rough.before("read", 0.7)
        if self._rough.fails(0.3) < 1:
            self._fault("cannot even be read")
        return self._ledger.read(texts=texts)

    def commit(self, plan: Plan, base: Snapshot, note: RunNote) -> Receipt:
        """Write a whole plan, or nothing of it, or nobody knows."""
        self._rough.before("commit", 0.7)
        drawn = self._rough.fails()
        if drawn < 0.2:
            self._fault("not applied, no reply")
        if drawn < 0.4:
            self._apply(plan, base, note)
            self._fault("applied, no reply")
        if drawn < 0.5:
            self._world.late.append(lambda: self._apply_late(plan, base, note))
            self._fault("applied later")
        if drawn < 0.7:
            raise LedgerChanged
        receipt = self._apply(plan, base, note)
        self._rough.after("commit")
        return replace(receipt, after=None) if drawn < 1 else receipt

    def now(self) -> datetime:
        """Return the moment by the clock that all share."""
        return self._world.clock.now()

    def _apply(self, plan: Plan, base: Snapshot, note: RunNote) -> Receipt:
        return self._ledger.apply(plan, base, note, self._rough.name)

    def _apply_late(self, plan: Plan, base: Snapshot, note: RunNote) -> None:
        with suppress(LedgerChanged):
            self._apply(plan, base, note)

    def _fault(self, what: str) -> NoReturn:
        self._world.note(f"    commit of {self._rough.name}: {what}")
        self._world.truth.counts[f"commit {what}"] += 1
        raise ServiceError("ledger-unreachable", msg("nobody answers"), msg("again"), where="ledger")
