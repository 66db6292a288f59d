"""``values.append``: the search for a table, and values below it."""

from __future__ import annotations

from collections.abc import Mapping

from . import moving
from .document import Document
from .errors import Json
from .ranges import Area
from .tabs import Tab
from .writing import grid_of, put, updated


def append(document: Document, who: str, text: str, options: Mapping[str, str], body: Json) -> Json:
    """Answer ``values.append``: values go below the table that the range meets."""
    area = document.area(text)
    tab = document.tab(area.sheet_id)
    table = _table(tab, area)
    top, left = (table.bottom or 0, table.left or 0) if table else (area.top or 0, area.left or 0)
    rows = grid_of(body, "data.values")
    width = max(map(len, rows), default=0)
    if left + width > tab.columns.count:
        tab.refuse_outside(Area(tab.id, top, top + len(rows), left, left + width))
    missing = top + len(rows) - tab.rows.count
    if options.get("insertDataOption") == "INSERT_ROWS" and top < tab.rows.count:
        moving.insert(document, tab, "ROWS", top, len(rows))
    elif missing > 0:
        moving.insert(document, tab, "ROWS", tab.rows.count, missing)
    target = Area(tab.id, top, top + max(len(rows), 1), left, left + max(width, 1))
    written = put(document, who, target, body, options.get("valueInputOption", ""), "data.values")
    answer: Json = {"spreadsheetId": document.id}
    if table:
        answer["tableRange"] = document.named_text(table)
    return {**answer, "updates": updated(document, written, options)}


def _table(tab: Tab, area: Area) -> Area | None:
    """Return the block of filled cells that a range meets: the last one, where there are several."""
    clip = tab.clipped(area)
    filled = {
        (row, column)
        for row, line in enumerate(tab.rows.kept)
        for column, cell in enumerate(line.cells)
        if cell.value is not None
    }
    inside = [place for place in filled if clip.covers(*place)]
    if not inside:
        return None
    reached = [max(inside)]
    block = set(reached)
    while reached:
        row, column = reached.pop()
        near = {(row + down, column + across) for down in (-1, 0, 1) for across in (-1, 0, 1)}
        new = (near & filled) - block
        block |= new
        reached += new
    rows = [row for row, _ in block]
    columns = [column for _, column in block]
    return Area(tab.id, min(rows), max(rows) + 1, min(columns), max(columns) + 1)
