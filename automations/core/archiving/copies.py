"""What an archive still lacks of the rows that leave; nothing, once they can be read there as they are here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from automations.core.archiving.leave import cells_of
from automations.core.ledger import Ledger, Row
from automations.core.plan import AppendRow, Change, Plan, SetCells
from automations.core.records import dataclass
from automations.core.seals import SEAL, seal_of
from automations.core.values import Cells

# What tells a row from another that happens to have the same key.
_IDENTITY: Mapping[str, tuple[str, ...]] = {
    "orders": ("imported_at", "channel"),
    "order_lines": ("order_id",),
    "shipments": ("order_id",),
    "holds": ("order_id", "opened_at"),
    "mails": ("order_id", "made_at"),
    "movements": ("shipment_id", "sku", "moved_at"),
    "batches": ("made_at",),
    "runs": ("started_at",),
}


@dataclass(frozen=True)
class Copies:
    """What must be written into an archive.

    Attributes:
        plan: Rows it lacks, cells that differ, marks it does not have.
        taken: Rows whose key another row has there; they may not leave.
    """

    plan: Plan
    taken: tuple[Row, ...]


def copies(archive: Ledger, rows: Iterable[Row], marks: Iterable[str]) -> Copies:
    """Return what ``archive`` lacks of these rows and marks, compared cell by cell."""
    changes: list[Change] = []
    taken: list[Row] = []
    apart = {tab: {row.key for row in table.set_aside} for tab, table in archive.tables.items()}
    for row in rows:
        there = archive[row.tab].get(row.key)
        if row.key in apart[row.tab] or (there is not None and not is_same(row, there)):
            taken.append(row)
        elif there is None:
            changes.append(AppendRow(row.tab, _sealed(row, archive), is_copy=True))
        else:
            changes += _difference(row, there, archive)
    lacking = tuple(mark for mark in marks if mark not in archive.marks)
    return Copies(Plan(tuple(changes), marks=lacking), tuple(taken))


def is_same(row: Row, there: Row) -> bool:
    """Return whether a row of an archive is this one, whatever was changed in it since."""
    return all(row.get(column) == there.get(column) for column in _IDENTITY[row.tab])


def _sealed(row: Row, archive: Ledger) -> Cells:
    cells = dict(cells_of(row))
    if archive.schema[row.tab].sealed:
        cells[SEAL] = seal_of(archive.ledger_id, row.tab, row.key)
    return cells


def _difference(row: Row, there: Row, archive: Ledger) -> Iterable[SetCells]:
    here, old = _sealed(row, archive), {**cells_of(there), **there.stale}
    differing = {
        column: here.get(column) for column in {**old, **here} if old.get(column) != here.get(column)
    }
    if differing:
        before = {column: old.get(column) for column in differing}
        yield SetCells(row.tab, row.key, differing, before)
