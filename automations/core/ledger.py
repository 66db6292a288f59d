"""The ledger in memory: one table per tab, rows with typed getters, plans applied to make the next one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, KeysView, Mapping, Sequence
from dataclasses import field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from automations.core.cells import as_typed
from automations.core.messages import Message
from automations.core.plan import AppendRow, Change, Finding, Level, Plan, RemoveRow, SetCells
from automations.core.records import dataclass
from automations.core.schema import Schema, Tab
from automations.core.text import normal_header
from automations.core.values import Cells, Value

if TYPE_CHECKING:
    import pandas as pd

    from automations.core.incoming import Incoming

_NUMBERS = frozenset({"integer", "money"})
_NOTHING: Mapping[str, str] = MappingProxyType({})
TOTALS = frozenset({"合計", "小計", "総計", "計", "total", "totals", "subtotal", "sum"})


class Row:
    """One row: its key, where it stands, and typed getters for its cells.

    Attributes:
        tab: Id of the tab.
        key: Text of the key columns; ``#17`` (the sheet row) while a person has not given one.
        number: Row number in the sheet, 1-based with the header as row 1; 0 for a row not written yet.
        raw: What a person typed, by column, where it differs from the typed value's own text.
        stale: Another row's values in robot cells (of a copied row), by column; they are to be emptied.
    """

    __slots__ = ("cells", "key", "number", "raw", "stale", "tab")

    def __init__(
        self,
        tab: str,
        key: str,
        cells: dict[str, Value],
        number: int = 0,
        raw: Mapping[str, str] | None = None,
        stale: Mapping[str, Value] | None = None,
    ) -> None:
        self.tab = tab
        self.key = key
        self.cells = cells
        self.number = number
        self.raw = raw or _NOTHING
        self.stale = stale or _NOTHING

    def get(self, column: str) -> Value:
        """Return the typed value; None when the cell is blank or unreadable."""
        return self.cells.get(column)

    def text(self, column: str) -> str:
        """Return the cell as text, ``""`` when blank. Codes keep their leading zeros."""
        value = self.cells.get(column)
        return value if isinstance(value, str) else "" if value is None else str(value)

    def money(self, column: str) -> int:
        """Return an amount in minor units (whole yen), 0 when blank."""
        value = self.cells.get(column)
        return value if isinstance(value, int) else 0

    def number_of(self, column: str) -> int:
        """Return a whole number (pieces, grams, days), 0 when blank."""
        value = self.cells.get(column)
        return value if isinstance(value, int) else 0

    def day(self, column: str) -> date | None:
        """Return a day, or None when blank; a moment gives its day."""
        value = self.cells.get(column)
        return value.date() if isinstance(value, datetime) else value if isinstance(value, date) else None

    def moment(self, column: str) -> datetime | None:
        """Return a moment with time zone, or None when blank."""
        value = self.cells.get(column)
        return value if isinstance(value, datetime) else None

    def flag(self, column: str) -> bool:
        """Return whether the cell is ticked; blank is False."""
        return self.cells.get(column) is True

    def typed(self, column: str) -> str:
        """Return what stands in the cell as a person sees it, for quoting in a finding."""
        return self.raw.get(column) or as_typed(self.cells.get(column))

    @property
    def has_key(self) -> bool:
        """True when the row carries a key of its own."""
        return not self.key.startswith("#")

    def finding(self, code: str, column: str, why: Message, fix: Message, level: Level = "error") -> Finding:
        """Return a finding about one cell of this row (``""``: the whole row), quoting what stands there."""
        quoted = self.typed(column) if column else ""
        return Finding(code, self.tab, self.key, column, quoted, why, fix, self.number, level)

    def warning(self, code: str, column: str, why: Message, fix: Message) -> Finding:
        """Return a finding that a person should know and that keeps nothing back."""
        return self.finding(code, column, why, fix, "warning")

    def with_cells(self, cells: Cells, key: str) -> Row:
        """Return the row with these cells replaced and, perhaps, its first key."""
        raw = {column: text for column, text in self.raw.items() if column not in cells}
        return Row(self.tab, key, {**self.cells, **cells}, self.number, raw, self.stale)

    def is_persons(self, column: str, twin: str) -> bool:
        """Return whether a person typed the present value of a shared column with this twin.

        A blank cell is nobody's: emptying it hands the column back to the program. What cannot be read was typed.
        """
        here = self.cells.get(column)
        return column in self.raw if here is None else here != self.cells.get(twin)

    def __repr__(self) -> str:
        return f"<{self.tab} {self.key}>"


def is_begun(row: Row, tab: Tab) -> bool:
    """Return whether a person has begun to fill the row in.

    Numbers alone, or with a word such as 合計, are a line of totals below the others; unticked boxes and columns
    of the shop's own say nothing.
    """
    return any(
        (column := tab.columns.get(name)) is not None
        and column.owner != "robot"
        and column.type not in _NUMBERS
        and row.cells.get(name) is not False
        and (row.cells.get(name) is not None or name in row.raw)
        and normal_header(row.typed(name)) not in TOTALS
        for name in (*row.cells, *row.raw)
    )


def key_of(tab: Tab, cells: Cells) -> str:
    """Return a row's key, ``""`` when every key column is blank: ``K-001``, ``K-001//A`` for a lot."""
    if len(tab.key) == 1:
        key = cells.get(tab.key[0])
        return "" if key is None else str(key).rstrip("/")
    parts = (cells.get(column) for column in tab.key)
    return "/".join("" if part is None else str(part) for part in parts).rstrip("/")


class Table:
    """The rows of one tab in sheet order, found by key. Rows that may not be touched are left out.

    Attributes:
        rows: Rows that automations may use.
        set_aside: Rows whose key stands twice or whose seal is broken; never planned, never shipped.
    """

    __slots__ = ("_by_key", "_groups", "rows", "set_aside", "tab")

    def __init__(self, tab: Tab, rows: Sequence[Row], set_aside: Sequence[Row] = ()) -> None:
        self.tab = tab
        self.rows = tuple(rows)
        self.set_aside = tuple(set_aside)
        self._by_key = {row.key: row for row in self.rows}
        self._groups: dict[str, dict[str, list[Row]]] = {}

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    def keys(self) -> KeysView[str]:
        """Return every key of ``rows``."""
        return self._by_key.keys()

    def get(self, key: str) -> Row | None:
        """Return the row with this key, or None."""
        return self._by_key.get(key)

    def __getitem__(self, key: str) -> Row:
        return self._by_key[key]

    def by(self, column: str) -> dict[str, list[Row]]:
        """Return the rows grouped by the text of ``column``, in sheet order; blank is left out.

        Every caller gets the same groups; they are not to be changed.
        """
        if column in self._groups:
            return self._groups[column]
        groups = self._groups[column] = {}
        for row in self.rows:
            value = row.cells.get(column)
            if value is not None and value != "":
                groups.setdefault(value if isinstance(value, str) else str(value), []).append(row)
        return groups

    def changed(self, changes: Iterable[Change]) -> Table:
        """Return the table after these changes.

        Raises:
            KeyError: A change names a row that is not there, or appends one that is (a bug of an automation).
        """
        rows = dict(self._by_key)
        for change in changes:
            if isinstance(change, AppendRow):
                cells = {column: value for column, value in change.cells.items() if value is not None}
                key = key_of(self.tab, cells)
                if not key or key in rows:
                    raise KeyError(key)
                rows[key] = Row(self.tab.id, key, self._with_twins(cells))
            elif isinstance(change, RemoveRow):
                del rows[change.key]
            else:
                row = rows[change.key]
                allowed = self._with_twins(self._without_persons(row, change.cells))
                key = key_of(self.tab, {**row.cells, **allowed}) or row.key
                rows[change.key] = row.with_cells(allowed, key)
        return Table(self.tab, tuple(rows.values()), self.set_aside)

    def _without_persons(self, row: Row, cells: Cells) -> Cells:
        """Leave out shared cells that a person has set: the person's value wins (DESIGN.md decision 4)."""
        kept = [column for column, twin in self.tab.twins.items() if row.is_persons(column, twin)]
        return {column: value for column, value in cells.items() if column not in kept}

    def _with_twins(self, cells: Cells) -> dict[str, Value]:
        """Write a shared cell and its twin together."""
        twins = {twin: cells[column] for column, twin in self.tab.twins.items() if column in cells}
        return {**cells, **twins}


@dataclass(frozen=True)
class Ledger:
    """All tabs at one moment, as automations see them.

    Attributes:
        tables: One table per tab of the schema, empty where the book has no such tab.
        now: The moment of the run in the shop's time zone.
        language: The shop's language, for text that is written into cells.
        currency: ISO code; all money is in its minor units.
        incoming: Orders and carrier results that arrived as files.
        marks: Keys of effects that were once planned (``import:shopify:1001``, ``mail:…``, ``batch:…``).
        unclear: Columns by tab and id whose header stands twice (True), or is gone since an earlier run (False).
        columns_seen: Marks of people's columns that no run has seen before.
        unreadable: Findings made while reading (cells that do not fit their column, doubled keys).
    """

    schema: Schema
    tables: Mapping[str, Table]
    now: datetime
    language: str = "ja"
    currency: str = "JPY"
    incoming: Incoming | None = None
    marks: frozenset[str] = frozenset()
    ledger_id: str = ""
    unreadable: tuple[Finding, ...] = ()
    unclear: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    columns_seen: tuple[str, ...] = ()

    @property
    def today(self) -> date:
        """The shop's local date."""
        return self.now.date()

    def __getitem__(self, tab: str) -> Table:
        return self.tables[tab]

    def lines_of(self) -> dict[str, list[Row]]:
        """Return the order lines grouped by order key."""
        return self["order_lines"].by("order_id")

    def apply(self, plan: Plan) -> Ledger:
        """Return the ledger after ``plan``, as the next automation sees it."""
        by_tab: dict[str, list[Change]] = {}
        for change in plan.changes:
            by_tab.setdefault(change.tab, []).append(change)
        changed = {tab: self.tables[tab].changed(changes) for tab, changes in by_tab.items()}
        marks = self.marks.difference(plan.retired).union(plan.marks)
        return replace(self, tables={**self.tables, **changed}, marks=marks)

    def frame(self, tab: str) -> pd.DataFrame:
        """Return a tab as a typed pandas DataFrame with the keys as index (for reports and own rules)."""
        from automations.core.frames import to_frame  # noqa: PLC0415 - pandas is heavy; see DESIGN.md section 4

        return to_frame(self.tables[tab], self.currency, self.now.tzinfo)


def update(row: Row, cells: Cells, why: Message | None = None) -> tuple[SetCells, ...]:
    """Return the change that gives ``row`` these cells, or nothing when they already stand there."""
    there = row.cells.get
    for column, value in cells.items():
        if there(column) != value:
            break
    else:
        return ()
    differing = {column: value for column, value in cells.items() if there(column) != value}
    before = {column: there(column) for column in differing}
    return (SetCells(row.tab, row.key, differing, before, why),)
