"""What a commit wrote to where it was not meant to."""

from __future__ import annotations

from collections.abc import Sequence

from automations.core.cells import RawCell, as_typed
from automations.core.settling.comparing import equal, is_as_left, raw_of
from automations.core.settling.draft import Draft
from automations.core.settling.facts import Cell, Hit


def wrong_cells(hit: Hit, draft: Draft) -> Sequence[Cell]:
    """Return the cells of a write that hit another row, another column or a person's edit.

    A cell and its twin are always written together: where another row or a moved column was met, all of it is wrong.
    """
    if has_missed(hit, draft):
        return hit.cells
    return [cell for cell in hit.cells if is_wrong(hit, cell, draft)]


def is_wrong(hit: Hit, cell: Cell, draft: Draft) -> bool:
    """Return whether something else stood there than the write was made on.

    In its own row a robot cell is right, and so is a shared one in which nobody had typed: it agreed with its twin.
    """
    if hit.moved or cell.hit != cell.column:
        return True
    if draft.ground.is_settle:
        return not equal(cell.found, raw_of(cell.base))
    column = draft.ground.schema[hit.tab].columns.get(cell.column)
    if column is None:
        return as_typed(cell.found) != str(cell.base or "")
    if column.owner == "robot" or draft.says(column, cell.found, cell.base):
        return False
    return not (column.twin and is_as_left(column, cell.found, _found(hit, column.twin)))


def _found(hit: Hit, column: str) -> RawCell:
    return next((cell.found for cell in hit.cells if cell.hit == column), hit.beside.get(column))


def has_missed(hit: Hit, draft: Draft) -> bool:
    """Return whether a write did not reach its row; a settle commit can have met another one with the same key."""
    if hit.moved or hit.is_shifted or not draft.ground.is_settle:
        return hit.moved or hit.is_shifted
    if any(not equal(hit.beside.get(name), raw_of(value)) for name, value in hit.meant.items()):
        return True
    columns = draft.ground.schema[hit.tab].columns
    return any(
        not equal(cell.found, raw_of(cell.base))
        for cell in hit.cells
        if not hit.key or hit.meant or ((column := columns.get(cell.column)) and column.owner == "robot")
    )
