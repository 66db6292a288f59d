"""From a snapshot of raw cells to the typed ledger, and from two ledgers to what must be written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import cast
from zoneinfo import ZoneInfo

from automations.core.cells import RawCell, Unreadable, are_plain, as_typed, read_cell
from automations.core.incoming import Incoming
from automations.core.ledger import Ledger, Row, Table, key_of
from automations.core.plan import AppendRow, Change, Finding, Plan, RemoveRow, SetCells
from automations.core.schema import Column, Schema, Tab
from automations.core.seals import Judged, judge, seal_of
from automations.core.snapshot import Sheet, Snapshot
from automations.core.unclear import columns_seen, unclear_in
from automations.core.values import Value

# What an unreadable cell is called, by the type of its column; choices by where their values are declared.
_CODES = {
    "integer": "not-a-number",
    "money": "not-an-amount",
    "date": "not-a-date",
    "datetime": "not-a-date",
    "flag": "not-a-tick",
    "prefecture": "unknown-prefecture",
    "components": "components-unreadable",
}
_CHOICE_CODES = {
    "statuses": "unknown-status",
    "payments": "unknown-payment-method",
    "services": "unknown-service",
}
UNREADABLE_CODES = frozenset((*_CODES.values(), *_CHOICE_CODES.values(), "unknown-value", "wrong-form"))


def ledger_from(  # noqa: PLR0913 - what a ledger is made of
    snapshot: Snapshot,
    schema: Schema,
    now: datetime,
    *,
    language: str,
    currency: str,
    incoming: Incoming | None = None,
    known: tuple[Snapshot, Ledger] | None = None,
) -> Ledger:
    """Return the typed ledger of a snapshot at the moment ``now`` (with the shop's time zone).

    Cells that do not fit, doubled keys and renamed rows become ``ledger.unreadable``; such rows are set aside.

    Args:
        snapshot: What a book read.
        schema: Declares the tabs and their columns.
        now: Moment of the run.
        language: The shop's.
        currency: The shop's, an ISO code.
        incoming: Files that arrived.
        known: An earlier snapshot of the same book and its ledger; sheets and rows that are the same objects in
            both snapshots are not read again.
    """
    zone = now.tzinfo if isinstance(now.tzinfo, ZoneInfo) else ZoneInfo("Asia/Tokyo")
    tables: dict[str, Table] = {}
    findings: list[Finding] = []
    for tab in schema.values():
        sheet = snapshot.sheets.get(tab.id)
        if known and sheet is known[0].sheets.get(tab.id):
            tables[tab.id] = known[1].tables[tab.id]
            findings += (finding for finding in known[1].unreadable if finding.tab == tab.id)
            continue
        seen = _rows_known(tab.id, sheet, known) if sheet and known else {}
        rows = _read_rows(tab, sheet, zone, currency, findings, seen) if sheet else []
        judged = _judged(tab, rows, seen, snapshot.ledger_id)
        findings += judged.findings
        tables[tab.id] = Table(tab, judged.rows, judged.set_aside)
    return Ledger(
        schema=schema,
        tables=tables,
        now=now,
        language=language,
        currency=currency,
        incoming=incoming,
        marks=snapshot.marks,
        ledger_id=snapshot.ledger_id,
        unreadable=tuple(findings),
        unclear=unclear_in(snapshot, schema),
        columns_seen=columns_seen(snapshot, schema),
    )


def keys_in(sheet: Sheet, tab: Tab) -> list[str]:
    """Return the key of every row of a sheet in its order, ``""`` for a row without one."""
    columns = [
        _key_cells(
            tab.columns[column], [cells[at - 1] if at <= len(cells) else None for _, cells in sheet.rows]
        )
        if (at := sheet.columns.get(column))
        else [""] * len(sheet.rows)
        for column in tab.key
    ]
    return ["/".join(parts).rstrip("/") for parts in zip(*columns, strict=True)]


def row_keys(sheet: Sheet, tab: Tab) -> dict[str, int]:
    """Return the sheet row number of every key (``#17`` for a row without one); doubled keys are left out."""
    keys = [key or f"#{number}" for key, (number, _) in zip(keys_in(sheet, tab), sheet.rows, strict=True)]
    numbers = {key: number for key, (number, _) in zip(keys, sheet.rows, strict=True)}
    if len(numbers) == len(keys):
        return numbers
    times = Counter(keys)
    return {key: number for key, number in numbers.items() if times[key] == 1}


def difference(before: Ledger, after: Ledger) -> Plan:
    """Return the smallest plan that turns ``before`` into ``after``, as a book commits it.

    One change a row; keys are those of ``before``; seals are renewed on every row that is written.
    """
    changes: list[Change] = []
    for tab_id, table in after.tables.items():
        old = before.tables[tab_id]
        if table is old and not any(row.stale for row in old):
            continue
        by_number = {row.number: row for row in old if row.number}
        left = 0
        for row in table:
            before_row = by_number.get(row.number)
            left += before_row is not None
            if before_row is not row or row.stale:
                changes += _row_difference(table.tab, before_row, row, after.ledger_id)
        if left < len(by_number):
            changes += _removed(table, by_number)
    return Plan(
        tuple(changes),
        marks=tuple(sorted(after.marks - before.marks)),
        retired=tuple(sorted(before.marks - after.marks)),
    )


def _removed(table: Table, by_number: dict[int, Row]) -> Iterator[RemoveRow]:
    kept = {row.number for row in table}
    for number, row in by_number.items():
        if number not in kept:
            yield RemoveRow(row.tab, row.key, {**row.raw, **row.cells})


def _row_difference(tab: Tab, old: Row | None, new: Row, ledger_id: str) -> list[Change]:
    if old is None:
        sealed = {"seal": seal_of(ledger_id, tab.id, new.key)} if tab.sealed else {}
        return [AppendRow(tab.id, {**new.cells, **sealed})]
    cells = {} if old is new else _differing(old, new)
    for column, there in new.stale.items():
        if new.get(column) == there:
            cells.pop(column, None)
        else:
            cells[column] = new.get(column)
    if not cells:
        return []
    if tab.sealed and new.has_key:
        seal = seal_of(ledger_id, tab.id, new.key)
        if old.get("seal") != seal:
            cells["seal"] = seal
    before = {column: old.stale.get(column, old.get(column)) for column in cells}
    return [SetCells(tab.id, old.key, cells, before)]


def _differing(old: Row, new: Row) -> dict[str, Value]:
    return {column: value for column, value in new.cells.items() if old.cells.get(column) != value}


def _key_cells(column: Column, raws: Sequence[RawCell]) -> Sequence[str]:
    texts = ["" if raw is None else raw for raw in raws]
    if are_plain(column, texts):
        return cast("list[str]", texts)
    return [_key_cell(column, raw) for raw in raws]


def _key_cell(column: Column, raw: RawCell) -> str:
    text = as_typed(raw).strip()
    if not text:
        return ""
    try:
        value = read_cell(column, raw, ZoneInfo("UTC"), "JPY")
    except Unreadable:
        return text
    return str(value)


def _rows_known(tab_id: str, sheet: Sheet, known: tuple[Snapshot, Ledger]) -> dict[int, Row]:
    """Return the rows that stand in both snapshots, by number; without those that reading had something to say of."""
    snapshot, ledger = known
    before = snapshot.sheets.get(tab_id)
    if before is None or (before.columns, before.unknown) != (sheet.columns, sheet.unknown):
        return {}
    cells = dict(before.rows)
    same = {number for number, now in sheet.rows if cells.get(number) is now}
    return {
        row.number: row
        for row in ledger[tab_id]
        if row.number in same and not row.stale and row.raw.keys() <= row.cells.keys()
    }


def _read_rows(
    tab: Tab, sheet: Sheet, zone: ZoneInfo, currency: str, findings: list[Finding], known: Mapping[int, Row]
) -> list[Row]:
    """Return the rows of a sheet; those that are known already are not read again."""
    fresh = [row for row in sheet.rows if row[0] not in known]
    read = _fresh_rows(tab, sheet, fresh, zone, currency, findings)
    return [known[number] if number in known else next(read) for number, _ in sheet.rows]


def _judged(tab: Tab, rows: Sequence[Row], known: Mapping[int, Row], ledger_id: str) -> Judged:
    """Return what to think of rows; those known were in order before, and are unless a fresh one raises doubts."""
    fresh = tuple(row for row in rows if row.number not in known)
    if known and judge(tab, fresh, ledger_id).rows == fresh:
        keys = {row.key for row in known.values()}
        if keys.isdisjoint(row.key for row in fresh):
            return Judged(tuple(rows), (), ())
    return judge(tab, rows, ledger_id)


def _fresh_rows(
    tab: Tab,
    sheet: Sheet,
    rows: Sequence[tuple[int, tuple[RawCell, ...]]],
    zone: ZoneInfo,
    currency: str,
    findings: list[Finding],
) -> Iterator[Row]:
    """Yield rows that were read column by column: what stands in a column repeats itself, and is read once."""
    cells: list[dict[str, Value]] = [{} for _ in rows]
    typed: dict[int, dict[str, str]] = {}
    wrong: dict[int, list[tuple[Column, Unreadable]]] = {}
    columns = tuple(zip_longest(*(raw for _, raw in rows)))
    for name, position in sheet.columns.items():
        if name in tab.columns and position <= len(columns):
            reading = _Reading(tab.columns[name], columns[position - 1], zone, currency)
            reading.fill(cells, typed, wrong)
    for header, position in sheet.unknown.items():
        for filled, raw in zip(
            cells, columns[position - 1] if position <= len(columns) else (), strict=False
        ):
            if raw is not None and raw != "":
                filled[header] = as_typed(raw)
    for place, (number, _) in enumerate(rows):
        row = Row(tab.id, key_of(tab, cells[place]) or f"#{number}", cells[place], number, typed.get(place))
        for column, problem in wrong.get(place, ()):
            if column.owner != "robot":
                findings.append(_unreadable(row, column, problem))
        yield row


class _Reading:
    """What stands in the cells of one column: each spelling is read once."""

    def __init__(self, column: Column, raws: Sequence[RawCell], zone: ZoneInfo, currency: str) -> None:
        self._column = column
        distinct: dict[object, RawCell] = dict(zip(raws, raws, strict=True))
        self._keys: Sequence[object] = raws
        if (0 in distinct or 1 in distinct) and _has_ticks_and_numbers(raws):
            # TRUE and 1 are equal to Python, and yet not the same cell.
            self._keys = tuple(zip(map(type, raws), raws, strict=True))
            distinct = dict(zip(self._keys, raws, strict=True))
        self._values: dict[object, Value] = {}
        self._seen: dict[object, str] = {}
        self._problems: dict[object, Unreadable] = {}
        spellings = {key: raw for key, raw in distinct.items() if raw is not None and raw != ""}
        if are_plain(column, spellings.values()):
            self._values = cast("dict[object, Value]", spellings)
            return
        for key, raw in spellings.items():
            try:
                value = read_cell(column, raw, zone, currency)
            except Unreadable as problem:
                self._problems[key], self._seen[key] = problem, as_typed(raw)
                continue
            if value is not None:
                self._values[key] = value
                if not _is_same_moment(raw, value) and (seen := as_typed(raw)) != as_typed(value):
                    self._seen[key] = seen

    def fill(
        self,
        cells: Sequence[dict[str, Value]],
        typed: dict[int, dict[str, str]],
        wrong: dict[int, list[tuple[Column, Unreadable]]],
    ) -> None:
        """Put the values into the rows, and what a person sees there where that is something else."""
        name = self._column.id
        if self._values:
            for row, value in zip(cells, map(self._values.get, self._keys), strict=True):
                if value is not None:
                    row[name] = value
        if self._seen:
            for place, seen in enumerate(map(self._seen.get, self._keys)):
                if seen is not None:
                    typed.setdefault(place, {})[name] = seen
        if self._problems:
            for place, problem in enumerate(map(self._problems.get, self._keys)):
                if problem is not None:
                    wrong.setdefault(place, []).append((self._column, problem))


def _is_same_moment(raw: RawCell, value: Value) -> bool:
    return isinstance(raw, datetime) and isinstance(value, datetime) and value.replace(tzinfo=None) == raw


def _has_ticks_and_numbers(raws: Sequence[RawCell]) -> bool:
    kinds = set(map(type, raws))
    return bool in kinds and not kinds.isdisjoint((int, float))


def unreadable_code(column: Column) -> str:
    """Return what a cell is called that does not fit this column, in sheets and in order files alike."""
    if column.type == "choice":
        return _CHOICE_CODES.get(column.choices_from, "unknown-value")
    return _CODES.get(column.type, "wrong-form")


def _unreadable(row: Row, column: Column, problem: Unreadable) -> Finding:
    return row.finding(unreadable_code(column), column.id, problem.why, problem.fix)
