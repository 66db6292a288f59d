"""What may be wrong in the rows of one tab, as the schema declares it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from automations.core import money
from automations.core.checks.cells import CellCheck, Lookups, Wrong, check_for, prefecture_mismatch
from automations.core.checks.sums import Gap, row_gaps
from automations.core.ledger import Ledger, Row
from automations.core.messages import msg
from automations.core.places.postcodes import PostcodeLookup
from automations.core.plan import Finding, Level
from automations.core.schema import Column, OrderCheck, SumCheck, Tab
from automations.core.stock.components import read_components
from automations.core.text import by_capitals
from automations.core.values import Value

_REFERENCE_CODES = {"orders": "unknown-order", "products": "unknown-product"}
# A hold stops these orders and shows them to a person, so that the row need not be kept out (H26).
_HELD_REFERENCES = frozenset({("order_lines", "sku")})
# A new order may wait for its number, its lines may not: nobody could tell whose they are.
_NEEDED_REFERENCES = frozenset({("order_lines", "order_id")})


def row_findings(ledger: Ledger, tab_id: str, rows: Sequence[Row], lookups: Lookups) -> Iterator[Finding]:
    """Yield what is wrong in these rows of a tab: cells, missing and doubled values, references, sums, days.

    Nearly every row is right, so whole columns are looked at first, and single rows only where something is wrong.
    """
    tab = ledger.schema[tab_id]
    typed = [column for column in tab.columns.values() if column.owner != "robot"]
    cells = _Cells(rows)
    yield from _cell_findings(cells, typed, lookups)
    yield from _missing(tab_id, cells, typed)
    yield from _doubled(cells, [column for column in typed if column.unique and (column.id,) != tab.key])
    for column in typed:
        if column.refers_to:
            yield from _unknown_references(ledger, cells, column)
    yield from _mismatches(cells, typed, lookups.postcodes)
    yield from _across_columns(ledger, tab, cells)
    if tab_id == "products":
        yield from _component_findings(ledger, rows)


class _Cells:
    """Rows of one tab, and their cells column by column."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.filled = frozenset[str]().union(*(row.cells for row in rows))
        self._columns: dict[str, list[Value]] = {}

    def __getitem__(self, column: str) -> list[Value]:
        """Return the cells of a column, one a row; None for a blank one."""
        if column not in self._columns:
            is_blank = column not in self.filled
            self._columns[column] = (
                [None] * len(self.rows) if is_blank else [row.cells.get(column) for row in self.rows]
            )
        return self._columns[column]


def _cell_findings(cells: _Cells, columns: Sequence[Column], lookups: Lookups) -> Iterator[Finding]:
    checks = {
        column.id: check
        for column in columns
        if column.id in cells.filled and (check := check_for(column, lookups))
    }
    doubtful: set[int] = set()
    for name, check in checks.items():
        wrong = check.wrong_among(cells[name])
        if wrong:
            doubtful.update(at for at, value in enumerate(cells[name]) if value in wrong)
    for at in sorted(doubtful):
        yield from _wrong_cells(cells.rows[at], checks)


def _wrong_cells(row: Row, checks: Mapping[str, CellCheck]) -> Iterator[Finding]:
    for name, value in row.cells.items():
        wrong = checks[name].wrong_of(value) if value is not None and name in checks else None
        if wrong:
            yield row.finding(wrong.code, name, wrong.why, wrong.fix, wrong.level)


def _missing(tab_id: str, cells: _Cells, columns: Sequence[Column]) -> Iterator[Finding]:
    for column in columns:
        if not (column.required or (tab_id, column.id) in _NEEDED_REFERENCES):
            continue
        for at in [at for at, value in enumerate(cells[column.id]) if value is None]:
            row = cells.rows[at]
            if column.id not in row.raw:
                yield row.finding(
                    "missing-cell",
                    column.id,
                    msg("This cell must not be empty."),
                    msg("Fill in {column} here.", column=column.label),
                )


def _doubled(cells: _Cells, columns: Sequence[Column]) -> Iterator[Finding]:
    for column in columns:
        values = [value for value in cells[column.id] if value is not None]
        if len(set(values)) == len(values):
            continue
        first: dict[str, Row] = {}
        for row in cells.rows:
            value = row.text(column.id)
            if not value or first.setdefault(value, row) is row:
                continue
            yield row.finding(
                "doubled-value",
                column.id,
                msg("The same stands in row {number} as well.", number=first[value].number),
                msg("Correct one of the two rows."),
            )


def _unknown_references(ledger: Ledger, cells: _Cells, column: Column) -> Iterator[Finding]:
    target, _, _ = column.refers_to.partition(".")
    table = ledger[target]
    waiting = {row.key for row in table.set_aside}  # these have a finding of their own
    label = ledger.schema[target].label
    unknown = {value for value in set(cells[column.id]) if value and value not in table} - waiting
    alike = by_capitals(row.key for row in table) if unknown else {}
    for at in [at for at, value in enumerate(cells[column.id]) if value in unknown] if unknown else ():
        row = cells.rows[at]
        level: Level = "warning" if (row.tab, column.id) in _HELD_REFERENCES else "error"
        yield row.finding(
            _REFERENCE_CODES.get(target, "unknown-reference"),
            column.id,
            msg("There is no such row in {tab}.", tab=label)
            if (close := alike.get(str(cells[column.id][at]).casefold())) is None
            else msg("{tab} has {close}; capital and small letters differ.", tab=label, close=close),
            msg("Correct {column}, or add the row to {tab}.", column=column.label, tab=label),
            level,
        )


def _mismatches(cells: _Cells, columns: Sequence[Column], postcodes: PostcodeLookup) -> Iterator[Finding]:
    for column in columns:
        if column.type != "postcode" or column.id not in cells.filled:
            continue
        pairs = list(zip(cells[column.id], cells[column.id.replace("postcode", "prefecture")], strict=True))
        wrongs: dict[tuple[Value, Value], Wrong | None] = {
            (postcode, prefecture): prefecture_mismatch(str(postcode), str(prefecture), postcodes)
            for postcode, prefecture in set(pairs)
            if postcode and prefecture
        }
        for row, pair in zip(cells.rows, pairs, strict=True) if any(wrongs.values()) else ():
            wrong = wrongs.get(pair)
            if wrong:
                yield row.finding(wrong.code, column.id, wrong.why, wrong.fix, wrong.level)


def _across_columns(ledger: Ledger, tab: Tab, cells: _Cells) -> Iterator[Finding]:
    checks = tab.checks
    doubtful: set[int] = set()
    for sums in checks.sums:
        doubtful |= _with_gap(cells, sums)
    for days in checks.days:
        doubtful.update(at for at, day in enumerate(cells[days.then]) if day is not None)
    for row in [cells.rows[at] for at in sorted(doubtful)]:
        for gap in row_gaps(checks.sums, row):
            yield _sum_finding(row, gap, ledger.currency)
        for days in checks.days:
            first, then = row.day(days.first), row.day(days.then)
            if first and then and first > then:
                yield _days_finding(row, tab, days, first)


def _with_gap(cells: _Cells, check: SumCheck) -> set[int]:
    """Return the places of rows whose parts do not come to the total, as far as can be told without blanks."""
    signs = dict.fromkeys(check.plus, 1) | dict.fromkeys(check.minus, -1)
    counted = [0] * len(cells.rows)
    for column in signs.keys() & cells.filled:
        sign = signs[column]
        counted = [
            so_far + sign * amount if isinstance(amount, int) else so_far
            for so_far, amount in zip(counted, cells[column], strict=True)
        ]
    totals = zip(cells[check.total], counted, strict=True)
    return {at for at, (total, parts) in enumerate(totals) if total is not None and total != parts}


def _days_finding(row: Row, tab: Tab, check: OrderCheck, first: date) -> Finding:
    return row.warning(
        "days-reversed",
        check.then,
        msg("This day lies before {first} ({day}).", first=tab.columns[check.first].label, day=first),
        msg("Correct one of the two."),
    )


def _sum_finding(row: Row, gap: Gap, currency: str) -> Finding:
    return row.warning(
        "sum-differs",
        gap.total,
        msg("The parts come to {counted}.", counted=money.written(gap.counted, currency)),
        msg("Correct the amount that is wrong."),
    )


def _component_findings(ledger: Ledger, rows: Sequence[Row]) -> Iterator[Finding]:
    known = {row.key for row in (*ledger["products"].rows, *ledger["products"].set_aside)}
    alike = by_capitals(known)
    for row in rows:
        for code, _ in read_components(row.text("components")) or ():
            if code in known and code != row.key:
                continue
            why = msg("{code} cannot be a part of this set: no other product has this code.", code=code)
            if (close := alike.get(code.casefold(), row.key)) not in (code, row.key):
                why = msg("{why} There is {close}; capital and small letters differ.", why=why, close=close)
            fix = msg("Correct the code, or add the product.")
            yield row.finding("unknown-component", "components", why, fix)
