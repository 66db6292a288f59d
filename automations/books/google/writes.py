"""What one commit writes to each tab, whatever brought it about: a plan, or a ledger that is put right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

from automations.books.changes import too_long
from automations.core.cells import WrittenCell
from automations.core.plan import AppendRow, Plan
from automations.core.reading import row_keys
from automations.core.records import dataclass
from automations.core.schema import Column, Schema
from automations.core.settle import Correction
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
        added: Columns that the sheet lacks, mapped to the place behind its last one that they get.
        labels: Their headers.
    """

    sheet: Sheet
    changed: dict[int, Written] = field(default_factory=dict)
    appended: list[Written] = field(default_factory=list)
    added: dict[str, int] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def cells(self) -> int:
        """How many cells are written."""
        return sum(map(len, (*self.changed.values(), *self.appended)))

    def position(self, column: str) -> int:
        """Return where a column stands, 1 for A."""
        return self.sheet.columns.get(column) or self.added.get(column) or self.sheet.unknown[column]

    def add(self, column: str, label: str) -> None:
        """Give a column that the sheet lacks its place, once."""
        if column not in self.added:
            self.labels[column] = label
            taken = (*self.sheet.columns.values(), *self.sheet.unknown.values(), *self.added.values())
            self.added[column] = max((*taken, *(len(cells) for _, cells in self.sheet.rows))) + 1

    @property
    def columns(self) -> Iterable[str]:
        """Every column that is written, each once."""
        return dict.fromkeys(name for row in (*self.changed.values(), *self.appended) for name in row)


def writes_of(plan: Plan, base: Snapshot, schema: Schema, wording: Wording) -> dict[str, TabWrite]:
    """Return the cells of a plan by tab, in the order in which the journal names the tabs.

    Raises:
        LedgerRefused: A text is longer than a cell.
    """
    writes: dict[str, TabWrite] = {}
    numbers: dict[str, dict[str, int]] = {}
    for change in plan.changes:
        tab = schema[change.tab]
        write = writes.setdefault(change.tab, TabWrite(base.sheets[change.tab]))
        if change.tab not in numbers:
            numbers[change.tab] = row_keys(write.sheet, tab)
        number = 0 if isinstance(change, AppendRow) else numbers[change.tab][change.key]
        cells = _cells(change.cells, write, number, tab.columns, wording)
        if isinstance(change, AppendRow):
            write.appended.append({name: value for name, value in cells.items() if value is not None})
        else:
            write.changed[number] = cells
    return writes


def corrections_of(corrections: Sequence[Correction], base: Snapshot) -> dict[str, TabWrite]:
    """Return what puts the ledger right, by tab."""
    writes: dict[str, TabWrite] = {}
    for one in corrections:
        write = writes.setdefault(one.tab, TabWrite(base.sheets[one.tab]))
        wanted = one.wanted if isinstance(one.wanted, (str, int, float)) else None
        write.changed.setdefault(one.number, {})[one.column] = wanted
    return writes


def _cells(
    cells: Cells, write: TabWrite, number: int, columns: Mapping[str, Column], wording: Wording
) -> Written:
    written: Written = {}
    for name, value in cells.items():
        cell = wording.cell(columns[name], value)
        if isinstance(cell, str) and len(cell) > LONGEST_TEXT:
            raise too_long(write.sheet.title, number, columns[name])
        if name not in write.sheet.columns:
            if cell is None:
                continue
            write.add(name, columns[name].label.text(wording.language))
        written[name] = cell
    return written
