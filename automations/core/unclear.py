"""Columns of which a run cannot know what stands in them: two of them, or none where there was one."""

from __future__ import annotations

from automations.core.schema import Column, Schema
from automations.core.snapshot import Sheet, Snapshot

# Tab and column.
Place = tuple[str, str]


def column_mark(tab: str, column: str) -> str:
    """Return the mark of a column that people own and that a run has seen."""
    return f"column:{tab}.{column}"


def unclear_in(snapshot: Snapshot, schema: Schema) -> dict[Place, bool]:
    """Return the columns that are not clear: True where the header stands twice, False where it is gone."""
    found: dict[Place, bool] = {}
    for tab in schema.values():
        sheet = snapshot.sheets.get(tab.id)
        if sheet is None:
            continue
        for name, column in tab.columns.items():
            if name in sheet.doubled:
                found[tab.id, name] = True
            elif _is_gone(column, sheet) and column_mark(tab.id, name) in snapshot.marks:
                found[tab.id, name] = False
    return found


def _is_gone(column: Column, sheet: Sheet) -> bool:
    return column.owner == "human" and column.id not in sheet.columns


def columns_seen(snapshot: Snapshot, schema: Schema) -> tuple[str, ...]:
    """Return the marks of people's columns that no run has seen before, so that a later one knows what is gone."""
    marks = (
        column_mark(tab.id, name)
        for tab in schema.values()
        if (sheet := snapshot.sheets.get(tab.id))
        for name in sheet.columns
        if (column := tab.columns.get(name)) and column.owner == "human"
    )
    return tuple(mark for mark in marks if mark not in snapshot.marks)
