"""A person at the sheet: sorts, inserts, deletes, moves, cuts, copies, edits and renames, as the browser does."""

from __future__ import annotations

from collections.abc import Callable

from . import moving
from .document import Document
from .edits_blocks import copy_paste, cut_paste, sort_range
from .edits_tabs import delete_sheet
from .errors import Json
from .ranges import Area
from .tabs import Tab
from .writing import entered

_HEADER = 1


def act(document: Document, given: Json) -> None:
    """Let a person do one thing; rows are 1-based as people see them, columns headers or places from 0.

    Args:
        document: The spreadsheet they have open.
        given: ``{"do": "sort", "tab": "受注", "column": "合計"}`` and the like, see ``ACTIONS``.

    Raises:
        ApiError: The sheet refuses it.
        IndexError: There is no such row.
    """
    tab = document.tab_named(str(given["tab"]))
    if tab is not None:
        ACTIONS[str(given["do"])](document, tab, given)


def _column(tab: Tab, name: object) -> int:
    for at, cell in enumerate(tab.rows[0].cells):
        if cell.value == name:
            return at
    return int(str(name)) if str(name).isdecimal() else 0


def _row(tab: Tab, number: object) -> Area:
    """Return the whole row of a number."""
    at = int(str(number)) - 1
    return Area(tab.id, at, at + 1, 0, tab.columns.count)


def _sort(document: Document, tab: Tab, given: Json) -> None:
    order = "DESCENDING" if given.get("descending") else "ASCENDING"
    spec = {"dimensionIndex": _column(tab, given.get("column", 0)), "sortOrder": order}
    last = max(tab.last_row(), _HEADER + 1)
    area = Area(tab.id, _HEADER, last, 0, tab.columns.count).as_json()
    sort_range(document, document.owner, {"range": area, "sortSpecs": [spec]})


def _insert(document: Document, tab: Tab, given: Json) -> None:
    moving.insert(document, tab, "ROWS", int(given["row"]) - 1, int(given.get("count", 1)))


def _delete(document: Document, tab: Tab, given: Json) -> None:
    first = int(given["row"]) - 1
    moving.delete(document, tab, "ROWS", first, first + int(given.get("count", 1)))


def _move(document: Document, tab: Tab, given: Json) -> None:
    """Drag rows to before the row that is at ``to`` now."""
    first = int(given["row"]) - 1
    moving.move(document, tab, "ROWS", first, first + int(given.get("count", 1)), int(given["to"]) - 1)


def _insert_column(document: Document, tab: Tab, given: Json) -> None:
    moving.insert(document, tab, "COLUMNS", _column(tab, given["column"]), int(given.get("count", 1)))


def _delete_column(document: Document, tab: Tab, given: Json) -> None:
    first = _column(tab, given["column"])
    moving.delete(document, tab, "COLUMNS", first, first + 1)


def _move_column(document: Document, tab: Tab, given: Json) -> None:
    first = _column(tab, given["column"])
    moving.move(document, tab, "COLUMNS", first, first + 1, int(given["to"]))


def _edit(_document: Document, tab: Tab, given: Json) -> None:
    place = (int(given["row"]) - 1, _column(tab, given["column"]))
    tab.refuse_after_grid(*place)
    tab.write({place: entered(given.get("value"), tab.rows[place[0]].cell(place[1]))})


def _rename_header(document: Document, tab: Tab, given: Json) -> None:
    _edit(document, tab, {"row": _HEADER, "column": given["column"], "value": given["header"]})


def _clear(_document: Document, tab: Tab, given: Json) -> None:
    at = int(given["row"]) - 1
    cells = enumerate(tab.rows[at].cells)
    tab.write({(at, column): cell._replace(value=None) for column, cell in cells})


def _cut(document: Document, tab: Tab, given: Json) -> None:
    """Cut a row's cells and paste them over another row; tags of rows stay."""
    goal = {"sheetId": tab.id, "rowIndex": int(given["to"]) - 1, "columnIndex": 0}
    cut_paste(document, document.owner, {"source": _row(tab, given["row"]).as_json(), "destination": goal})


def _copy(document: Document, tab: Tab, given: Json) -> None:
    """Copy a whole row over another, or in above it; ``changed``: header and value of one cell that differs."""
    at, row = int(given["to"]), int(given["row"])
    if given.get("insert"):
        moving.insert(document, tab, "ROWS", at - 1, 1)
        row += row >= at
    ranges = {"source": _row(tab, row).as_json(), "destination": _row(tab, at).as_json()}
    copy_paste(document, document.owner, ranges)
    for column, value in (given.get("changed") or {}).items():
        _edit(document, tab, {"row": at, "column": column, "value": value})


def _rename_tab(_document: Document, tab: Tab, given: Json) -> None:
    tab.properties = {**tab.properties, "title": str(given["title"])}


def _delete_tab(document: Document, tab: Tab, _given: Json) -> None:
    delete_sheet(document, document.owner, {"sheetId": tab.id})


def _drop_name(document: Document, _tab: Tab, given: Json) -> None:
    document.named = {key: one for key, one in document.named.items() if one[0] != given["name"]}


ACTIONS: dict[str, Callable[[Document, Tab, Json], None]] = {
    "sort": _sort,
    "insert": _insert,
    "delete": _delete,
    "move": _move,
    "insert_column": _insert_column,
    "delete_column": _delete_column,
    "move_column": _move_column,
    "edit": _edit,
    "rename_header": _rename_header,
    "clear": _clear,
    "cut": _cut,
    "copy": _copy,
    "rename_tab": _rename_tab,
    "delete_tab": _delete_tab,
    "drop_name": _drop_name,
}
