"""Writing values: the ``values`` calls that update and clear ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .cells import BLANK, Cell, raw, typed
from .document import Document
from .errors import ApiError, Json, bad_list, invalid
from .ranges import Area, column_name
from .reading import value_range
from .tabs import Tab

_INPUT = ("RAW", "USER_ENTERED")


def update(document: Document, who: str, text: str, options: Mapping[str, str], body: Json) -> Json:
    """Answer ``values.update``.

    Raises:
        ApiError: No such range, more values than the range takes, or a value no cell takes.
    """
    area = document.area(body.get("range") or text)
    written = put(document, who, area, body, options.get("valueInputOption", ""), "data.values")
    return updated(document, written, options)


def batch_update(document: Document, who: str, body: Json) -> Json:
    """Answer ``values.batchUpdate``; all ranges or none."""
    responses = []
    for place, part in enumerate(body.get("data") or []):
        try:
            area = document.area(str(part.get("range", "")))
            written = put(document, who, area, part, body.get("valueInputOption", ""), "data.values")
        except ApiError as error:
            raise error.at(f"data[{place}]") if "protected" in error.message else error from None
        responses.append((updated(document, written, body), written))
    return {
        "spreadsheetId": document.id,
        **totals([area for _, area in responses]),
        "responses": [answer for answer, _ in responses],
    }


def put(document: Document, who: str, area: Area, body: Json, how: str, field: str) -> Area:
    """Write values from a range's first cell on and return the part that was written.

    Raises:
        ApiError: As for ``update``.
    """
    if how not in _INPUT:
        raise invalid("'valueInputOption' is required but not specified")
    rows = grid_of(body, field)
    tab = document.tab(area.sheet_id)
    clip = tab.clipped(area)
    top, left = clip.top or 0, clip.left or 0
    height, width = len(rows), max(map(len, rows), default=0)
    _refuse_larger(document, area, clip, height, width)
    height_of_grid, width_of_grid = tab.size()
    target = clip._replace(bottom=top + max(height, 1), right=left + max(width, 1))
    if top + height > height_of_grid or left + width > width_of_grid:
        tab.refuse_outside(target)
    document.refuse_protected(who, target)
    tab.write(_cells_for(tab, rows, top, left, how, field))
    return target


def grid_of(body: Json, field: str) -> list[list[object]]:
    """Return the values of a body as rows.

    Raises:
        ApiError: They are no list of lists.
    """
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
            cells[place] = (
                old._replace(value=raw(value, where)) if how == "RAW" else entered(value, old, where)
            )
    return cells


def entered(value: object, old: Cell, where: str = "value") -> Cell:
    """Return a cell after a person typed a value into it."""
    found, number_format = typed(value, old, where)
    if number_format and not old.number_type:
        return old._replace(value=found, format={**(old.format or {}), "numberFormat": number_format})
    return old._replace(value=found)


def updated(document: Document, written: Area, options: Mapping[str, Any]) -> Json:
    """Return the UpdateValuesResponse for a range that was written."""
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
        answer["updatedData"] = value_range(document, written, read)
    return answer


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


def clear(document: Document, who: str, area: Area) -> Area:
    """Empty a range, formats stay; return it as far as the grid goes."""
    tab = document.tab(area.sheet_id)
    clip = tab.clipped(area)
    document.refuse_protected(who, clip)
    tab.write(
        {
            (row, column): cell._replace(value=None)
            for row, line in enumerate(tab.rows.part(clip.top or 0, clip.bottom or 0), clip.top or 0)
            for column, cell in enumerate(line.cells)
            if clip.covers(row, column) and cell != BLANK
        }
    )
    return clip
