"""What one commit writes to each tab, whatever brought it about: a plan, or a ledger that is put right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

from automations.books.changes import too_long
from automations.books.tabs import refuse_unclear
from automations.core.cells import WrittenCell
from automations.core.messages import Label
from automations.core.plan import AppendRow, Plan, RemoveRow
from automations.core.reading import row_keys
from automations.core.records import dataclass
from automations.core.schema import Column, Schema
from automations.core.settling import Settled, plain
from automations.core.snapshot import Sheet, Snapshot
from automations.core.values import Cells
from automations.core.wording import Wording

# Characters that a cell of Google Sheets holds.
LONGEST_TEXT = 50_000
Written = dict[str, WrittenCell]


@dataclass(frozen=True)
class TabWrite:
    """The cells that a commit writes to one tab.

    Attributes:
        changed: Row number mapped to its columns and their values, in the order of the journal.
        appended: New rows.
        removed: Row numbers of rows that go, and the columns in which something stood.
        order: Numbers of all rows that are changed or go, in the order of the journal.
        added: Columns that the sheet lacks, mapped to the place behind its last one that they get.
        labels: Their headers.
    """

    sheet: Sheet
    changed: dict[int, Written] = field(default_factory=dict)
    appended: list[Written] = field(default_factory=list)
    removed: dict[int, tuple[str, ...]] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    added: dict[str, int] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def cells(self) -> int:
        """How many cells are written."""
        return sum(map(len, (*self.changed.values(), *self.appended)))

    def position(self, column: str) -> int:
        """Return where a column stands, 1 for A."""
        return self.sheet.columns.get(column) or self.added.get(column) or self.sheet.unknown[column]

    def has(self, column: str) -> bool:
        """Return whether the sheet has a column, be it one that the schema does not know."""
        return column in self.sheet.columns or column in self.sheet.unknown

    def add(self, column: str, label: str) -> None:
        """Give a column that the sheet lacks its place, once."""
        if column not in self.added:
            self.labels[column] = label
            taken = (*self.sheet.columns.values(), *self.sheet.unknown.values(), *self.added.values())
            self.added[column] = max((*taken, *(len(cells) for _, cells in self.sheet.rows))) + 1

    @property
    def columns(self) -> Iterable[str]:
        """Every column that is written, each once."""
        rows = (*self.changed.values(), *self.appended, *self.removed.values())
        return dict.fromkeys(name for row in rows for name in row)


def writes_of(plan: Plan, base: Snapshot, schema: Schema, wording: Wording) -> dict[str, TabWrite]:
    """Return the cells of a plan by tab, in the order in which the journal names the tabs.

    Raises:
        LedgerRefused: A text is longer than a cell, or a column stands twice.
    """
    refuse_unclear(plan, base.sheets, schema)
    writes: dict[str, TabWrite] = {}
    numbers: dict[str, dict[str, int]] = {}
    for change in plan.changes:
        tab = schema[change.tab]
        write = writes.setdefault(change.tab, TabWrite(base.sheets[change.tab]))
        if change.tab not in numbers:
            numbers[change.tab] = row_keys(write.sheet, tab)
        number = 0 if isinstance(change, AppendRow) else numbers[change.tab][change.key]
        if number:
            write.order.append(number)
        if isinstance(change, RemoveRow):
            write.removed[number] = tuple(name for name in change.before if write.has(name))
            continue
        cells = _cells(change.cells, write, number, tab.columns, wording)
        if isinstance(change, AppendRow):
            write.appended.append({name: value for name, value in cells.items() if value is not None})
        else:
            write.changed[number] = cells
    return writes


def corrections_of(settled: Settled, base: Snapshot) -> dict[str, TabWrite]:
    """Return what puts the ledger right, by tab, in the order in which the journal names it."""
    writes: dict[str, TabWrite] = {}
    for one in settled.corrections:
        write = writes.setdefault(one.tab, TabWrite(base.sheets[one.tab]))
        if one.number not in write.changed:
            write.order.append(one.number)
        write.changed.setdefault(one.number, {})[one.column] = plain(one.wanted)
    for row in settled.restored:
        write = writes.setdefault(row.tab, TabWrite(base.sheets[row.tab]))
        write.appended.append({name: plain(raw) for name, raw in row.cells.items() if write.has(name)})
    return writes


def _cells(
    cells: Cells, write: TabWrite, number: int, columns: Mapping[str, Column], wording: Wording
) -> Written:
    written: Written = {}
    for name, value in cells.items():
        column = columns.get(name) or _peoples_own(name)
        cell = wording.cell(column, value)
        if isinstance(cell, str) and len(cell) > LONGEST_TEXT:
            raise too_long(write.sheet.title, number, column)
        if name not in write.sheet.columns and name not in write.sheet.unknown:
            if cell is None:
                continue
            write.add(name, column.label.text(wording.language))
        written[name] = cell
    return written


def _peoples_own(header: str) -> Column:
    """Return a column that only people know, as rows bring it from another ledger."""
    return Column(header, Label(header, header))
