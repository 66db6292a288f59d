"""Looks into a document of the service: which row object stands where, and what it shows."""

from __future__ import annotations

from collections.abc import Iterator

from sheets_server.cells import Formula
from sheets_server.document import Document
from sheets_server.lines import Line
from sheets_server.tabs import Tab as Grid

from automations.books.google.ids import sheet_id_of
from automations.core.schema import Tab
from automations.core.text import normal_header

Shown = None | bool | int | float | str


def grid(document: Document, tab_id: str) -> Grid:
    """Return the sheet of a tab, only to be looked at."""
    number = sheet_id_of(tab_id)
    return next(one for one in document.tabs if one.id == number)


_COLUMNS: dict[tuple[str, ...], dict[str, int]] = {}


def columns(sheet: Grid, tab: Tab) -> dict[str, int]:
    """Return where each column stands, from 0: by its id, or by its header if the schema does not know it."""
    headers = tuple(str(cell.value or "") for cell in sheet.rows[0].cells)
    found = _COLUMNS.get((tab.id, *headers))
    if found is None:
        found = {_named(tab, header): at for at, header in enumerate(headers) if header}
        _COLUMNS[(tab.id, *headers)] = found
    return found


def _named(tab: Tab, header: str) -> str:
    return tab.by_header.get(normal_header(header)) or header


def plain(value: object) -> Shown:
    """Return a value for comparing: blank is None, a whole number an int."""
    if value is None or value == "" or isinstance(value, Formula):
        return None
    if isinstance(value, float) and value == int(value):
        return int(value)
    return value if isinstance(value, (bool, int, float, str)) else None


def shown(line: Line, at: int) -> Shown:
    """Return what stands in a cell."""
    return plain(line.cells[at].value) if at < len(line.cells) else None


def tag_of(line: Line) -> int:
    """Return the number of a row object, 0 for a line that is none; it goes wherever the row goes."""
    return next((tag for tag in line.tags if tag < 0), 0)


def tagged(line: Line, tag: int) -> Line:
    """Return a line as this row object."""
    others = frozenset(one for one in line.tags if one >= 0)
    return line.with_tags(others | {tag} if tag else others)


def filled(sheet: Grid) -> Iterator[tuple[int, Line]]:
    """Yield the lines below the header in which anything stands, with their place from 0."""
    for at, line in enumerate(sheet.rows.kept):
        if at and any(cell.value is not None for cell in line.cells):
            yield at, line
