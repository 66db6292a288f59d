"""Rows that a commit took out: those that were not meant, or that a person had changed meanwhile, come back."""

from __future__ import annotations

from automations.core.schema import Column
from automations.core.settling.comparing import is_blank
from automations.core.settling.draft import Draft
from automations.core.settling.facts import Hit
from automations.core.settling.wrong import is_wrong


def must_come_back(hit: Hit, draft: Draft) -> bool:
    """Return whether a row was taken out that had to stay, and is not there again."""
    if not hit.removed or (hit.found_key and draft.rows(hit.tab, hit.found_key)):
        return False
    return took_too_much(hit, draft)


def took_too_much(hit: Hit, draft: Draft) -> bool:
    """Return whether the row that went was another one, or held more than was known of it."""
    known = {cell.column for cell in hit.cells}
    columns = draft.ground.schema[hit.tab].columns
    typed = any(
        raw not in {None, "", False} and name not in known and _is_for_people(columns.get(name))
        for name, raw in hit.removed.items()
    )
    return (
        typed
        or (hit.moved and any(not is_blank(raw) for raw in hit.removed.values()))
        or any(is_wrong(hit, cell, draft) for cell in hit.cells)
    )


def _is_for_people(column: Column | None) -> bool:
    return column is None or column.owner != "robot"
