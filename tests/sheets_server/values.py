"""The ``values`` calls: reading, writing, appending and clearing ranges named in A1."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .cells import BLANK, Cell, Failure, Formula, Scalar, plain, raw, shown, typed
from .document import Document, Tab, write
from .errors import ApiError, Json, bad_list, invalid
from .formulas import result
from .ranges import Area, column_name

_RENDER = ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")
_INPUT = ("RAW", "USER_ENTERED")
_DATES = frozenset({"DATE", "DATE_TIME", "TIME"})

Written = tuple[Area, list[list[object]]]


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
    clip = document.tab(area.sheet_id).clipped(area)
    return _value_range(document, clip, options)


def _value_range(document: Document, clip: Area, options: Mapping[str, str]) -> Json:
    tab = document.tab(clip.sheet_id)
    reader = _reader(document, tab.id, options)
    first, last = clip.left or 0, clip.right or 0
    rows = [[reader(cell) for cell in row.cells[first:last]] for row in tab.rows[clip.top or 0 : clip.bottom]]
    by_columns = options.get("majorDimension") == "COLUMNS"
    if by_columns:
        rows = _turned(rows, last - first)
    while rows and not any(value != "" for value in rows[-1]):
        rows.pop()
    trimmed = [_without_blank_end(row) for row in rows]
    answer: Json = {
        "range": document.named_text(clip),
        "majorDimension": "COLUMNS" if by_columns else "ROWS",
    }
    return {**answer, "values": trimmed} if trimmed else answer


def _reader(document: Document, sheet_id: int, options: Mapping[str, str]) -> Callable[[Cell], object]:
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
    return [[row[at] if at < len(row) else "" for row in rows] for at in range(width)]


def _without_blank_end(row: list[object]) -> list[object]:
    end = len(row)
    while end and row[end - 1] == "":
        end -= 1
    return row[:end]


def update(document: Document, who: str, text: str, options: Mapping[str, str], body: Json) -> Json:
    """Answer ``values.update``.

    Raises:
        ApiError: No such range, more values than the range takes, or a value no cell takes.
    """
    area = document.area(body.get("range") or text)
    written = _put(document, who, area, body, options.get("valueInputOption", ""), "data.values")
    return _updated(document, written, options)


def _put(document: Document, who: str, area: Area, body: Json, how: str, field: str) -> Area:
    """Write values from a range's first cell on and return the part that was written."""
    if how not in _INPUT:
        raise invalid("'valueInputOption' is required but not specified")
    rows = _grid_of(body, field)
    tab = document.tab(area.sheet_id)
    clip = tab.clipped(area)
    top, left = clip.top or 0, clip.left or 0
    height, width = len(rows), max(map(len, rows), default=0)
    _refuse_larger(document, area, clip, height, width)
    height_of_grid, width_of_grid = tab.size()
    target = replace(clip, bottom=top + max(height, 1), right=left + max(width, 1))
    if top + height > height_of_grid or left + width > width_of_grid:
        raise tab.outside(target)
    document.refuse_protected(who, target)
    write(tab, _cells_for(tab, rows, top, left, how, field))
    return target


def _grid_of(body: Json, field: str) -> list[list[object]]:
    given = body.get("values") or []
    if not isinstance(given, list):
        raise bad_list(field, given)
    for part in given:
        if not isinstance(part, list):
            raise bad_list(field, part)
    if body.get("majorDimension") == "COLUMNS":
        height = max(map(len, given), default=0)
        return [[part[at] if at < len(part) else None for part in given] for at in range(height)]
    return given


def _refuse_larger(document: Document, area: Area, clip: Area, height: int, width: int) -> None:
    """Refuse values beyond a range of more than one cell."""
    one_cell = area.bottom == (area.top or 0) + 1 and area.right == (area.left or 0) + 1
    whole = area.top is None and area.left is None
    if one_cell or whole:
        return
    top, left = clip.top or 0, clip.left or 0
    named = document.named_text(clip)
    if area.bottom is not None and top + height > area.bottom:
        raise invalid(
            f"Requested writing within range [{named}], but tried writing to row [{area.bottom + 1}]"
        )
    if area.right is not None and left + width > area.right:
        letters = column_name(area.right)
        raise invalid(f"Requested writing within range [{named}], but tried writing to column [{letters}]")


def _cells_for(
    tab: Tab, rows: Sequence[Sequence[object]], top: int, left: int, how: str, field: str
) -> dict[tuple[int, int], Cell]:
    cells: dict[tuple[int, int], Cell] = {}
    for down, values in enumerate(rows):
        for across, value in enumerate(values):
            if value is None:
                continue
            place = (top + down, left + across)
            old = tab.rows[place[0]].cell(place[1])
            where = f"{field}[{down}][{across}]"
            if how == "RAW":
                cells[place] = old._replace(value=raw(value, where))
                continue
            entered, number_format = typed(value, old, where)
            fresh = (
                {**(old.format or {}), "numberFormat": number_format}
                if number_format and not old.number_type
                else old.format
            )
            cells[place] = old._replace(value=entered, format=fresh)
    return cells


def _updated(document: Document, written: Area, options: Mapping[str, Any]) -> Json:
    height = (written.bottom or 0) - (written.top or 0)
    width = (written.right or 0) - (written.left or 0)
    answer: Json = {
        "spreadsheetId": document.id,
        "updatedRange": document.named_text(written),
        "updatedRows": height,
        "updatedColumns": width,
        "updatedCells": height * width,
    }
    if str(options.get("includeValuesInResponse", "")).lower() == "true":
        read = {
            "valueRenderOption": options.get("responseValueRenderOption", ""),
            "dateTimeRenderOption": options.get("responseDateTimeRenderOption", ""),
        }
        answer["updatedData"] = _value_range(document, written, read)
    return answer


def batch_update(document: Document, who: str, body: Json) -> Json:
    """Answer ``values.batchUpdate``; all ranges or none."""
    responses = []
    for place, part in enumerate(body.get("data") or []):
        try:
            area = document.area(str(part.get("range", "")))
            written = _put(document, who, area, part, body.get("valueInputOption", ""), "data.values")
        except ApiError as error:
            raise error.at(f"data[{place}]") if "protected" in error.message else error from None
        responses.append((_updated(document, written, body), written))
    return {"spreadsheetId": document.id, **totals([area for _, area in responses]),
            "responses": [answer for answer, _ in responses]}  # fmt: skip


def totals(areas: Sequence[Area]) -> Json:
    """Return the sums over several written ranges; columns and rows are counted once each."""
    rows = {(area.sheet_id, row) for area in areas for row in range(area.top or 0, area.bottom or 0)}
    columns = {(area.sheet_id, at) for area in areas for at in range(area.left or 0, area.right or 0)}
    cells = sum(
        ((area.bottom or 0) - (area.top or 0)) * ((area.right or 0) - (area.left or 0)) for area in areas
    )
    found = {
        "totalUpdatedRows": len(rows),
        "totalUpdatedColumns": len(columns),
        "totalUpdatedCells": cells,
        "totalUpdatedSheets": len({area.sheet_id for area in areas}),
    }
    return {name: number for name, number in found.items() if number}


def append(document: Document, who: str, text: str, options: Mapping[str, str], body: Json) -> Json:
    """Answer ``values.append``: values go below the table that the range meets."""
    area = document.area(text)
    tab = document.tab(area.sheet_id)
    table = _table(tab, area)
    top, left = (table.bottom or 0, table.left or 0) if table else (area.top or 0, area.left or 0)
    rows = _grid_of(body, "data.values")
    width = max(map(len, rows), default=0)
    if left + width > len(tab.columns):
        raise tab.outside(Area(tab.id, top, top + len(rows), left, left + width))
    missing = top + len(rows) - len(tab.rows)
    if options.get("insertDataOption") == "INSERT_ROWS" and top < len(tab.rows):
        document.insert(tab, "ROWS", top, len(rows))
    elif missing > 0:
        document.insert(tab, "ROWS", len(tab.rows), missing)
    target = Area(tab.id, top, top + max(len(rows), 1), left, left + max(width, 1))
    written = _put(document, who, target, body, options.get("valueInputOption", ""), "data.values")
    answer: Json = {"spreadsheetId": document.id}
    if table:
        answer["tableRange"] = document.named_text(table)
    return {**answer, "updates": _updated(document, written, options)}


def _table(tab: Tab, area: Area) -> Area | None:
    """Return the block of filled cells that a range meets: the last one, where there are several."""
    clip = tab.clipped(area)
    filled = {
        (row, column)
        for row, line in enumerate(tab.rows)
        for column, cell in enumerate(line.cells)
        if cell.value is not None
    }
    inside = sorted(place for place in filled if clip.covers(*place))
    if not inside:
        return None
    block = {inside[-1]}
    reached = [inside[-1]]
    while reached:
        row, column = reached.pop()
        near = {(row + down, column + across) for down in (-1, 0, 1) for across in (-1, 0, 1)}
        new = (near & filled) - block
        block |= new
        reached += new
    rows = [row for row, _ in block]
    columns = [column for _, column in block]
    return Area(tab.id, min(rows), max(rows) + 1, min(columns), max(columns) + 1)


def clear(document: Document, who: str, text: str) -> Area:
    """Empty a range, formats stay; return it as far as the grid goes."""
    area = document.area(text)
    tab = document.tab(area.sheet_id)
    clip = tab.clipped(area)
    document.refuse_protected(who, clip)
    cells = {
        (row, column): cell._replace(value=None)
        for row in range(clip.top or 0, clip.bottom or 0)
        for column, cell in enumerate(tab.rows[row].cells)
        if clip.covers(row, column) and cell != BLANK
    }
    write(tab, cells)
    return clip
