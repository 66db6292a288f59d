"""Rows without a key: nothing of the program stands there, but for what it says is wrong with them."""

from __future__ import annotations

from automations.core.ledger import TOTALS
from automations.core.schema import Column, Tab
from automations.core.settling.comparing import is_as_left, is_blank
from automations.core.settling.draft import Draft, Row
from automations.core.snapshot import Sheet
from automations.core.text import normal_header

ERRORS = "errors"


def clear_ghosts(draft: Draft) -> None:
    """Rule 5: clear robot cells of rows without a key, and shared ones that only repeat what the program wrote."""
    for tab in draft.ground.schema.values():
        sheet = draft.ground.sheets.get(tab.id)
        if sheet is None or tab.id == "journal":
            continue
        for row in draft.rows(tab.id, ""):
            if not _is_line_of_totals(row, sheet) and not _has_got_key(row, tab):
                _clear(row, tab, sheet)


def _has_got_key(row: Row, tab: Tab) -> bool:
    """Return whether settling itself gives the row its key, which stood in another column."""
    return any(not is_blank(row.put_in.get(column)) for column in tab.key)


def _is_line_of_totals(row: Row, sheet: Sheet) -> bool:
    """Return whether people add up columns here: numbers alone, or with a word such as 合計."""
    filled = [row.get(column) for column in (*sheet.columns, *sheet.unknown)]
    return all(
        raw is None or isinstance(raw, (int, float)) or (isinstance(raw, str) and _is_total(raw))
        for raw in filled
    )


def _is_total(text: str) -> bool:
    return not text or normal_header(text) in TOTALS


def _clear(row: Row, tab: Tab, sheet: Sheet) -> None:
    own = [
        column.id
        for column in tab.columns.values()
        if column.id in sheet.columns and column.id != ERRORS and _is_programs(column, row)
    ]
    for column in own:
        row.put(column, None)
    if ERRORS in sheet.columns and not any(
        row.get(column) not in {None, "", False}
        for column in (*sheet.columns, *sheet.unknown)
        if column != ERRORS
    ):
        row.put(ERRORS, None)


def _is_programs(column: Column, row: Row) -> bool:
    if column.owner == "robot":
        return True
    if column.owner != "shared" or not column.twin:
        return False
    return is_as_left(column, row.get(column.id), row.get(column.twin))
