"""What may be wrong in the rows of one tab, as the schema declares it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from automations.core import money
from automations.core.cell_checks import CellCheck, Lookups, check_for, prefecture_mismatch
from automations.core.components import read_components
from automations.core.ledger import Ledger, Row
from automations.core.messages import msg
from automations.core.places import PostcodeLookup
from automations.core.plan import Finding, Level
from automations.core.schema import Column, Tab
from automations.core.sums import Gap, row_gaps

_REFERENCE_CODES = {"orders": "unknown-order", "products": "unknown-product"}
# A hold stops these orders and shows them to a person, so that the row need not be kept out (H26).
_HELD_REFERENCES = frozenset({("order_lines", "sku")})
# A new order may wait for its number, its lines may not: nobody could tell whose they are.
_NEEDED_REFERENCES = frozenset({("order_lines", "order_id")})


def row_findings(ledger: Ledger, tab_id: str, rows: Sequence[Row], lookups: Lookups) -> Iterator[Finding]:
    """Yield what is wrong in these rows of a tab: cells, missing and doubled values, references, sums, days."""
    tab = ledger.schema[tab_id]
    typed = [column for column in tab.columns.values() if column.owner != "robot"]
    yield from _cell_findings(rows, typed, lookups)
    yield from _missing(tab_id, rows, typed)
    yield from _doubled(rows, [column for column in typed if column.unique and (column.id,) != tab.key])
    for column in typed:
        if column.refers_to:
            yield from _unknown_references(ledger, rows, column)
    yield from _mismatches(rows, typed, lookups.postcodes)
    yield from _across_columns(ledger, tab, rows)
    if tab_id == "products":
        yield from _component_findings(ledger, rows)


def _cell_findings(rows: Sequence[Row], columns: Sequence[Column], lookups: Lookups) -> Iterator[Finding]:
    checks: dict[str, CellCheck] = {}
    for column in columns:
        check = check_for(column, lookups)
        if check is not None:
            checks[column.id] = check
    for row in rows:
        for name, value in row.cells.items():
            if value is None or name not in checks:
                continue
            wrong = checks[name](value)
            if wrong:
                yield row.finding(wrong.code, name, wrong.why, wrong.fix, wrong.level)


def _missing(tab_id: str, rows: Sequence[Row], columns: Sequence[Column]) -> Iterator[Finding]:
    for column in columns:
        if not (column.required or (tab_id, column.id) in _NEEDED_REFERENCES):
            continue
        for row in rows:
            if row.get(column.id) is None and column.id not in row.raw:
                yield row.finding(
                    "missing-cell",
                    column.id,
                    msg("This cell must not be empty."),
                    msg("Fill in {column} here.", column=column.label),
                )


def _doubled(rows: Sequence[Row], columns: Sequence[Column]) -> Iterator[Finding]:
    for column in columns:
        first: dict[str, Row] = {}
        for row in rows:
            value = row.text(column.id)
            if not value or first.setdefault(value, row) is row:
                continue
            yield row.finding(
                "doubled-value",
                column.id,
                msg("The same stands in row {number} as well.", number=first[value].number),
                msg("Correct one of the two rows."),
            )


def _unknown_references(ledger: Ledger, rows: Sequence[Row], column: Column) -> Iterator[Finding]:
    target, _, _ = column.refers_to.partition(".")
    table = ledger[target]
    waiting = {row.key for row in table.set_aside}  # these have a finding of their own
    label = ledger.schema[target].label
    for row in rows:
        value = row.text(column.id)
        if not value or value in table or value in waiting:
            continue
        level: Level = "warning" if (row.tab, column.id) in _HELD_REFERENCES else "error"
        yield row.finding(
            _REFERENCE_CODES.get(target, "unknown-reference"),
            column.id,
            msg("There is no such row in {tab}.", tab=label),
            msg("Correct {column}, or add the row to {tab}.", column=column.label, tab=label),
            level,
        )


def _mismatches(
    rows: Sequence[Row], columns: Sequence[Column], postcodes: PostcodeLookup
) -> Iterator[Finding]:
    for column in columns:
        if column.type != "postcode":
            continue
        beside = column.id.replace("postcode", "prefecture")
        for row in rows:
            postcode, prefecture = row.text(column.id), row.text(beside)
            wrong = prefecture_mismatch(postcode, prefecture, postcodes) if postcode and prefecture else None
            if wrong:
                yield row.finding(wrong.code, column.id, wrong.why, wrong.fix, wrong.level)


def _across_columns(ledger: Ledger, tab: Tab, rows: Sequence[Row]) -> Iterator[Finding]:
    for row in rows:
        for gap in row_gaps(tab.checks.sums, row):
            yield _sum_finding(row, gap, ledger.currency)
        for check in tab.checks.days:
            first, then = row.day(check.first), row.day(check.then)
            if first and then and first > then:
                yield row.finding(
                    "days-reversed",
                    check.then,
                    msg(
                        "This day lies before {first} ({day}).",
                        first=tab.columns[check.first].label,
                        day=first,
                    ),
                    msg("Correct one of the two."),
                    "warning",
                )


def _sum_finding(row: Row, gap: Gap, currency: str) -> Finding:
    return row.finding(
        "sum-differs",
        gap.total,
        msg("The parts come to {counted}.", counted=money.written(gap.counted, currency)),
        msg("Correct the amount that is wrong."),
        "warning",
    )


def _component_findings(ledger: Ledger, rows: Sequence[Row]) -> Iterator[Finding]:
    known = {row.key for row in (*ledger["products"].rows, *ledger["products"].set_aside)}
    for row in rows:
        for code, _ in read_components(row.text("components")) or ():
            if code in known and code != row.key:
                continue
            yield row.finding(
                "unknown-component",
                "components",
                msg("{code} cannot be a part of this set: no other product has this code.", code=code),
                msg("Correct the code, or add the product."),
            )
