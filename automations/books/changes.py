"""From a plan to the cells of a commit: where each one stands and what is written there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from automations.books.tabs import refuse_unclear
from automations.books.xlsx import CellEdit, SheetEdit
from automations.core import journal
from automations.core.errors import LedgerRefused
from automations.core.messages import msg
from automations.core.plan import AppendRow, Change, Plan, RemoveRow, SetCells
from automations.core.reading import row_keys
from automations.core.records import dataclass
from automations.core.schema import Column, Schema
from automations.core.snapshot import RunNote, Sheet, Snapshot
from automations.core.values import Cells, Value
from automations.core.wording import Wording

_LONGEST_TEXT = 32_767
# So many blank rows, and what stands below them got there by a slip: nobody would find new rows under it.
_FAR_ROWS = 1_000
_FEW = 10


@dataclass(frozen=True)
class CellsOfCommit:
    """Everything a commit writes, and how much of it is the plan's own.

    Attributes:
        added: Where columns stand that a sheet lacked, by tab and column; they are among the edits.
        headers: Where columns stand that a sheet lacked and the schema does not know, as people add them.
        removed: Rows that go, by the title of their sheet; numbered as before the edits.
    """

    edits: tuple[SheetEdit, ...]
    cells: int
    rows: int
    added: Mapping[str, Mapping[str, int]]
    headers: Mapping[str, Mapping[str, int]]
    removed: Mapping[str, tuple[int, ...]]


def cells_of(
    plan: Plan, base: Snapshot, commit: journal.Commit, note: RunNote, *, schema: Schema, wording: Wording
) -> CellsOfCommit:
    """Return the cells of a plan and of its journal rows, by sheet.

    A column that a sheet lacks is added behind the last one when something is written there.

    Raises:
        LedgerRefused: A text is longer than a cell.
    """
    refuse_unclear(plan, base.sheets, schema)
    pages = {tab: _Page(schema, sheet, wording) for tab, sheet in base.sheets.items()}
    rows = 0
    for change in plan.changes:
        if isinstance(change, AppendRow):
            pages[change.tab].append(change.cells)
            rows += 1
        elif isinstance(change, RemoveRow):
            pages[change.tab].remove(change)
            rows += 1
        else:
            pages[change.tab].change(change)
    cells = sum(len(page.edits) for page in pages.values())
    record = pages[journal.TAB]
    today = date.fromisoformat(note.at[:10])
    sheet, tab = base.sheets[journal.TAB], schema[journal.TAB]
    leaving, kept = journal.rows_of_marks(sheet, tab, plan.retired)
    record.removed.update(journal.expired_rows(sheet, tab, today), leaving)
    recorded = tuple(_recorded(change, schema) for change in plan.changes)
    for row in journal.rows_for(Plan(recorded, marks=(*plan.marks, *kept)), schema, commit, note):
        record.append(row)
    edits = tuple(
        SheetEdit(page.title, (*page.new_headers(), *page.edits)) for page in pages.values() if page.edits
    )
    added = {tab: page.added for tab, page in pages.items() if page.added}
    removed = {page.title: tuple(sorted(page.removed)) for page in pages.values() if page.removed}
    headers = {tab: page.headers for tab, page in pages.items() if page.headers}
    return CellsOfCommit(edits, cells, rows, added, headers, removed)


def _recorded(change: Change, schema: Schema) -> Change:
    """Return a change as it goes on record: of a row that can be read in another ledger the key is enough."""
    key = schema[change.tab].key
    if isinstance(change, RemoveRow) and change.is_archived:
        return replace(change, before={name: change.before.get(name) for name in key})
    if isinstance(change, AppendRow) and change.is_copy:
        return replace(change, cells={name: change.cells.get(name) for name in key})
    return change


class _Page:
    """The cells to be written on one sheet, and the rows to go. New rows go below what people see as the last row."""

    def __init__(self, schema: Schema, sheet: Sheet, wording: Wording) -> None:
        self.title = sheet.title
        self.edits: list[CellEdit] = []
        self.added: dict[str, int] = {}
        self.headers: dict[str, int] = {}
        self.removed: set[int] = set()
        self._tab = schema[sheet.tab]
        self._sheet = sheet
        self._wording = wording
        self._numbers: Mapping[str, int] | None = None
        self._taken = {number for number, _ in sheet.rows}
        self._last = _last_row(sheet)

    def change(self, change: SetCells) -> None:
        self.edits += self._cells(self._number(change.key), change.cells)

    def remove(self, change: RemoveRow) -> None:
        self.removed.add(self._number(change.key))

    def _number(self, key: str) -> int:
        if self._numbers is None:
            self._numbers = row_keys(self._sheet, self._tab)
        return self._numbers[key]

    def append(self, cells: Cells) -> None:
        self._last += 1
        while self._last in self._taken:
            self._last += 1
        filled = {column: value for column, value in cells.items() if value is not None}
        self.edits += self._cells(self._last, filled)

    def new_headers(self) -> Iterator[CellEdit]:
        """Yield the headers of the columns that were added."""
        for name, at in self.added.items():
            label = self._tab.columns[name].label.text(self._wording.language)
            yield CellEdit(self._sheet.header_row, at, label)
        for header, at in self.headers.items():
            yield CellEdit(self._sheet.header_row, at, header)

    def _cells(self, number: int, cells: Cells) -> Iterator[CellEdit]:
        for name, value in cells.items():
            if name not in self._tab.columns:
                yield from self._peoples_own(number, name, value)
                continue
            column = self._tab.columns[name]
            written = self._wording.cell(column, value)
            if isinstance(written, str) and _is_too_long(written):
                raise too_long(self.title, number, column)
            at = self._sheet.columns.get(name) or self.added.get(name)
            if at is None and written is not None:
                at = self.added[name] = self._free_column()
            if at is not None:
                yield CellEdit(number, at, written)

    def _peoples_own(self, number: int, header: str, value: Value) -> Iterator[CellEdit]:
        """Yield a cell of a column that only people know, as rows bring it from another ledger."""
        at = self._sheet.unknown.get(header) or self.headers.get(header)
        if at is None and value is not None:
            at = self.headers[header] = self._free_column()
        if at is not None:
            yield CellEdit(number, at, value)

    def _free_column(self) -> int:
        """Return the first column behind everything that stands in the sheet."""
        sheet = self._sheet
        headers = (
            *sheet.columns.values(),
            *sheet.unknown.values(),
            *self.added.values(),
            *self.headers.values(),
        )
        return max(*headers, *(len(cells) for _, cells in self._sheet.rows), 0) + 1


def _last_row(sheet: Sheet) -> int:
    """Return the last row; what few rows stand far below the others got there by a slip."""
    last = sheet.header_row
    for above, (number, _) in enumerate(sheet.rows):
        if number - last > _FAR_ROWS and len(sheet.rows) - above < max(above, _FEW):
            break
        last = number
    return last


def _is_too_long(text: str) -> bool:
    return (
        len(text) * 2 > _LONGEST_TEXT and len(text.encode("utf-16-le", "surrogatepass")) // 2 > _LONGEST_TEXT
    )


def too_long(title: str, number: int, column: Column) -> LedgerRefused:
    """Return the refusal of a text that no cell can hold."""
    return LedgerRefused(
        "text-too-long",
        msg(
            "The text for {title}, row {row}, {column} is longer than a cell can hold.",
            title=title,
            row=number,
            column=column.label,
        ),
        msg("Shorten the text it is made from; nothing was changed."),
        where=title,
    )
