"""References inside formulas: they follow the rows and columns they name."""

from __future__ import annotations

import re
from collections.abc import Callable

from .cells import Cell, Formula
from .document import Document
from .formulas import TOKEN
from .lines import Line
from .ranges import Area, cells_of, column_name, split_title
from .tabs import Tab

Moved = Callable[[Area], Area | None]
_CORNER = re.compile(r"(\$?)([A-Za-z]*)(\$?)(\d*)")


def follow(document: Document, changed: Tab, moved: Moved) -> None:
    """Rewrite every formula of a document that names lines of a tab that moved."""
    for tab in list(document.tabs):
        rows = {
            at: cells
            for at, line in enumerate(tab.rows.kept)
            if line.plain() is None and (cells := _rewritten(document, tab, line, changed, moved))
        }
        if rows:
            document.tab(tab.id).write_rows(rows)


def _rewritten(document: Document, tab: Tab, line: Line, changed: Tab, moved: Moved) -> dict[int, Cell]:
    """Return the cells of a line whose formulas read otherwise now."""

    def of_changed(title: str | None) -> bool:
        named = next((one.id for one in document.tabs if one.title == title), None) if title else tab.id
        return named == changed.id

    found = {}
    for column, cell in enumerate(line.cells):
        if isinstance(cell.value, Formula):
            text = _after(cell.value.text, changed.id, of_changed, moved)
            if text != cell.value.text:
                found[column] = cell._replace(value=Formula(text))
    return found


def _after(text: str, sheet_id: int, of_changed: Callable[[str | None], bool], moved: Moved) -> str:
    def one(match: re.Match[str]) -> str:
        reference = match["ref"]
        if not reference:
            return match[0]
        title, cells = split_title(reference)
        area = cells_of(cells, sheet_id) if of_changed(title) else None
        if area is None:
            return match[0]
        before = match[0][: len(match[0]) - len(cells)]
        there = moved(area)
        return before + (_named(cells, there) if there else "#REF!")

    return "=" + TOKEN.sub(one, text[1:])


def _named(cells: str, area: Area) -> str:
    """Return a reference in the form it had, with its new bounds."""
    first, colon, last = cells.partition(":")
    text = _corner(first, area.left, area.top)
    if not colon:
        return text
    right = None if area.right is None else area.right - 1
    bottom = None if area.bottom is None else area.bottom - 1
    return f"{text}:{_corner(last, right, bottom)}"


def _corner(text: str, column: int | None, row: int | None) -> str:
    match = _CORNER.fullmatch(text)
    if not match:
        return text
    letters = column_name(column) if match[2] and column is not None else ""
    number = str(row + 1) if match[4] and row is not None else ""
    return f"{match[1]}{letters}{match[3]}{number}"
