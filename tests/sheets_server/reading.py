"""Reading values: ranges as the service echoes them, blank ends trimmed, rendered as asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from .cells import Cell, Failure, Formula, Scalar, plain, shown
from .document import Document
from .errors import Json, invalid
from .formulas import result
from .lines import COMPACT
from .ranges import Area, a1
from .tabs import Tab

_RENDER = ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")
_DATES = frozenset({"DATE", "DATE_TIME", "TIME"})

Reader = Callable[[Cell], object]


def value_of(cell: Cell, document: Document, sheet_id: int) -> Scalar | Failure:
    """Return what a cell holds, formulas reckoned."""
    if isinstance(cell.value, Formula):
        return result(cell.value, document, sheet_id)
    return cell.value


def get(document: Document, text: str, options: Mapping[str, str]) -> Json:
    """Answer ``values.get``: the range as the service echoes it, and its values, trimmed.

    Raises:
        ApiError: No such range, or it begins outside the grid.
    """
    area = document.area(text)
    return value_range(document, document.tab(area.sheet_id).clipped(area), options)


def value_range(document: Document, clip: Area, options: Mapping[str, str]) -> Json:
    """Return the ValueRange of a range that lies inside its grid."""
    tab = document.tab(clip.sheet_id)
    rows = _rows(document, tab, clip, options)
    by_columns = options.get("majorDimension") == "COLUMNS"
    if by_columns:
        rows = _turned(rows, (clip.right or 0) - (clip.left or 0))
    while rows and not rows[-1]:
        rows.pop()
    answer: Json = {
        "range": a1(clip, tab.title),
        "majorDimension": "COLUMNS" if by_columns else "ROWS",
    }
    if rows:
        answer["values"] = rows
    return answer


def value_range_text(document: Document, clip: Area, options: Mapping[str, str]) -> str:
    """Return the ValueRange as compact JSON; a row that nobody changed since is not written anew."""
    rows = (
        None
        if clip.left or options.get("majorDimension") == "COLUMNS"
        else _row_texts(document, clip, options)
    )
    if rows is None:
        return COMPACT.encode(value_range(document, clip, options))
    while rows and rows[-1] == "[]":
        rows.pop()
    named = COMPACT.encode(document.named_text(clip))
    values = f',"values":[{",".join(rows)}]' if rows else ""
    return f'{{"range":{named},"majorDimension":"ROWS"{values}}}'


def _row_texts(document: Document, clip: Area, options: Mapping[str, str]) -> list[str] | None:
    """Return each row of a range that begins at the first column; None where one has to be reckoned or cut."""
    if not _as_kept(options):
        return None
    found: list[str] = []
    for line in document.tab(clip.sheet_id).rows.part(clip.top or 0, clip.bottom or 0):
        text = line.text()
        if text is None or len(line.plain() or ()) > (clip.right or 0):
            return None
        found.append(text)
    return found


def _as_kept(options: Mapping[str, str]) -> bool:
    """Return whether values are wanted as the lines know them: unformatted, dates as serial numbers."""
    unformatted = options.get("valueRenderOption") == "UNFORMATTED_VALUE"
    return unformatted and options.get("dateTimeRenderOption") != "FORMATTED_STRING"


def _rows(document: Document, tab: Tab, clip: Area, options: Mapping[str, str]) -> list[list[object]]:
    """Return the rows of a range, each without the blank cells at its end."""
    first, last = clip.left or 0, clip.right or 0
    read = _reader(document, tab.id, options)
    as_kept = _as_kept(options)
    found: list[list[object]] = []
    for line in tab.rows.part(clip.top or 0, clip.bottom or 0):
        values = line.plain() if as_kept else None
        row = [read(cell) for cell in line.cells[first:last]] if values is None else values[first:last]
        while row and row[-1] == "":
            row.pop()
        found.append(row)
    return found


def _reader(document: Document, sheet_id: int, options: Mapping[str, str]) -> Reader:
    render = options.get("valueRenderOption") or "FORMATTED_VALUE"
    if render not in _RENDER:
        raise invalid(f"Invalid value at 'value_render_option', \"{render}\"")
    dates_as_text = options.get("dateTimeRenderOption") == "FORMATTED_STRING"

    def read(cell: Cell) -> object:
        if cell.value is None:
            return ""
        if render == "FORMULA" and isinstance(cell.value, Formula):
            return cell.value.text
        value = value_of(cell, document, sheet_id)
        if render == "FORMATTED_VALUE" or (dates_as_text and cell.number_type in _DATES):
            return shown(value, cell)
        return plain(value)

    return read


def _turned(rows: Sequence[Sequence[object]], width: int) -> list[list[object]]:
    columns: list[list[object]] = [
        [row[at] if at < len(row) else "" for row in rows]
        for at in range(min(width, max(map(len, rows), default=0)))
    ]
    for column in columns:
        while column and column[-1] == "":
            column.pop()
    return columns
