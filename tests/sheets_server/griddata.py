"""Cells as the Spreadsheet resource shows them: values, formats, notes and rules, as far as a mask wants them."""

from __future__ import annotations

from collections.abc import Iterator

from .cells import BLANK, Cell, Failure, Formula, Scalar, plain, shown
from .colours import with_styles
from .defaults import default_format
from .document import Document
from .errors import Json
from .lines import Line
from .masks import Mask, below, cut, wants
from .ranges import Area
from .reading import value_of
from .tabs import Tab

_COLUMN_PIXELS, _ROW_PIXELS = 100, 21


def grid_data(document: Document, tab: Tab, clip: Area, mask: Mask) -> Json:
    """Return the GridData of a range that lies inside the grid, cut down to a mask."""
    answer: Json = {}
    if clip.top and wants(mask, "startRow"):
        answer["startRow"] = clip.top
    if clip.left and wants(mask, "startColumn"):
        answer["startColumn"] = clip.left
    if wants(mask, "rowData"):
        rows = list(_row_data(document, tab, clip, below(mask, "rowData", "values")))
        while rows and not rows[-1]:
            rows.pop()
        if rows:
            answer["rowData"] = rows
    if wants(mask, "rowMetadata"):
        lines = (tab.rows[at] for at in range(clip.top or 0, clip.bottom or 0))
        answer["rowMetadata"] = [_sized(line, _ROW_PIXELS) for line in lines]
    if wants(mask, "columnMetadata"):
        lines = (tab.columns[at] for at in range(clip.left or 0, clip.right or 0))
        answer["columnMetadata"] = [_sized(line, _COLUMN_PIXELS) for line in lines]
    return answer


def _sized(line: Line, pixels: int) -> Json:
    return {"pixelSize": pixels, **(line.properties or {})}


def _row_data(document: Document, tab: Tab, clip: Area, mask: Mask) -> Iterator[Json]:
    only_values = list(mask) == ["effectiveValue"] and not mask["effectiveValue"]
    first, last = clip.left or 0, clip.right or 0
    for row in tab.rows.part(clip.top or 0, clip.bottom or 0):
        values = row.plain() if only_values else None
        if values is None:
            cells = [cut(cell_json(document, tab.id, cell, mask), mask) for cell in row.cells[first:last]]
        else:
            cells = [
                {} if value == "" else {"effectiveValue": _kind_of(value)} for value in values[first:last]
            ]
        while cells and not cells[-1]:
            cells.pop()
        yield {"values": cells} if cells else {}


def cell_json(document: Document, sheet_id: int, cell: Cell, mask: Mask) -> Json:
    """Return CellData as far as the mask wants it."""
    answer: Json = {}
    if cell == BLANK:
        return answer
    if cell.value is not None:
        answer.update(_value_json(document, sheet_id, cell))
    if cell.format and (wants(mask, "userEnteredFormat") or wants(mask, "effectiveFormat")):
        styled = with_styles(dict(cell.format))
        answer["userEnteredFormat"] = styled
        answer["effectiveFormat"] = {**default_format(), **styled}
    if cell.note:
        answer["note"] = cell.note
    if cell.rule:
        answer["dataValidation"] = cell.rule
    return answer


def _value_json(document: Document, sheet_id: int, cell: Cell) -> Json:
    effective = value_of(cell, document, sheet_id)
    entered = cell.value
    return {
        "userEnteredValue": (
            {"formulaValue": entered.text} if isinstance(entered, Formula) else extended(entered)
        ),
        "effectiveValue": extended(effective),
        "formattedValue": shown(effective, cell),
    }


def extended(value: Scalar | Failure) -> Json:
    """Return an ExtendedValue."""
    if isinstance(value, Failure):
        return {"errorValue": {"type": value.shown.strip("#!?/0"), "message": value.shown}}
    return {} if value is None else _kind_of(plain(value))


def _kind_of(value: object) -> Json:
    if isinstance(value, bool):
        return {"boolValue": value}
    return {"stringValue": value} if isinstance(value, str) else {"numberValue": value}
