"""A person at the sheet: sorts, inserts, deletes, moves, cuts, copies, edits and renames, as the browser does."""

from __future__ import annotations

from collections.abc import Callable

from .cells import typed
from .document import Document, Line, Tab, write
from .edits_grid import cut_paste, sort_range
from .errors import Json
from .ranges import Area

_HEADER = 1


def act(document: Document, given: Json) -> None:
    """Let a person do one thing; rows are 1-based as people see them, columns letters or headers.

    Args:
        document: The spreadsheet they have open.
        given: ``{"do": "sort", "tab": "受注", "column": "合計"}`` and the like, see ``ACTIONS``.
    """
    tab = document.tab_named(str(given["tab"]))
    if tab is None:
        return
    ACTIONS[str(given["do"])](document, tab, given)


def _column(tab: Tab, name: object) -> int:
    for at, cell in enumerate(tab.rows[0].cells):
        if cell.value == name:
            return at
    return int(str(name)) if str(name).isdecimal() else 0


def _sort(document: Document, tab: Tab, given: Json) -> None:
    order = "DESCENDING" if given.get("descending") else "ASCENDING"
    spec = {"dimensionIndex": _column(tab, given.get("column", 0)), "sortOrder": order}
    last = max(tab.last_row(), _HEADER + 1)
    area = Area(tab.id, _HEADER, last, 0, len(tab.columns)).as_json()
    sort_range(document, document.owner, {"range": area, "sortSpecs": [spec]})


def _insert(document: Document, tab: Tab, given: Json) -> None:
    document.insert(tab, "ROWS", int(given["row"]) - 1, int(given.get("count", 1)))


def _delete(document: Document, tab: Tab, given: Json) -> None:
    first = int(given["row"]) - 1
    document.delete(tab, "ROWS", first, first + int(given.get("count", 1)))


def _move(document: Document, tab: Tab, given: Json) -> None:
    first = int(given["row"]) - 1
    document.move(tab, "ROWS", first, first + int(given.get("count", 1)), int(given["to"]) - 1)


def _move_column(document: Document, tab: Tab, given: Json) -> None:
    first = _column(tab, given["column"])
    document.move(tab, "COLUMNS", first, first + 1, int(given["to"]))


def _edit(_document: Document, tab: Tab, given: Json) -> None:
    place = (int(given["row"]) - 1, _column(tab, given["column"]))
    cell = tab.rows[place[0]].cell(place[1])
    value, number_format = typed(given.get("value"), cell, "value")
    if number_format and not cell.number_type:
        cell = cell._replace(format={**(cell.format or {}), "numberFormat": number_format})
    write(tab, {place: cell._replace(value=value)})


def _clear(_document: Document, tab: Tab, given: Json) -> None:
    at = int(given["row"]) - 1
    write(
        tab,
        {(at, column): cell._replace(value=None) for column, cell in enumerate(tab.rows[at].cells)},
    )


def _cut(document: Document, tab: Tab, given: Json) -> None:
    """Cut a row's cells and paste them over another row; tags of rows stay."""
    row, to = int(given["row"]) - 1, int(given["to"]) - 1
    source = Area(tab.id, row, row + 1, 0, len(tab.columns)).as_json()
    goal = {"sheetId": tab.id, "rowIndex": to, "columnIndex": 0}
    cut_paste(document, document.owner, {"source": source, "destination": goal})


def _copy(document: Document, tab: Tab, given: Json) -> None:
    """Copy a whole row over another, or in above it."""
    line = tab.rows[int(given["row"]) - 1]
    at = int(given["to"]) - 1
    if given.get("insert"):
        document.insert(tab, "ROWS", at, 1)
    tab.rows[at] = Line(line.cells, tab.rows[at].properties, tab.rows[at].tags)


def _rename_tab(_document: Document, tab: Tab, given: Json) -> None:
    tab.properties["title"] = str(given["title"])


def _delete_tab(document: Document, tab: Tab, _given: Json) -> None:
    if len(document.tabs) > 1:
        document.tabs.remove(tab)


def _drop_name(document: Document, _tab: Tab, given: Json) -> None:
    document.named = {key: one for key, one in document.named.items() if one[0] != given["name"]}


ACTIONS: dict[str, Callable[[Document, Tab, Json], None]] = {
    "sort": _sort,
    "insert": _insert,
    "delete": _delete,
    "move": _move,
    "move_column": _move_column,
    "edit": _edit,
    "clear": _clear,
    "cut": _cut,
    "copy": _copy,
    "rename_tab": _rename_tab,
    "delete_tab": _delete_tab,
    "drop_name": _drop_name,
}
