"""Headers, notes, widths and formats of columns: what there should be, and what a tab lacks of it."""

from __future__ import annotations

from collections.abc import Iterator

from automations.books.google.adoption import Placed
from automations.books.google.formats import (
    column_format,
    header_cell,
    is_our_note,
    number_format,
    width,
)
from automations.books.google.ranges import alike, area, bare_rows, neighbours
from automations.books.google.values import Json
from automations.core.schema import Column

_NUMBER_FORMAT = "userEnteredFormat.numberFormat"


def new_columns(placed: Placed, language: str, currency: str) -> Iterator[Json]:
    """Yield what makes the columns a tab lacks: header with note, width, format; twins and seals hidden."""
    new = {at: placed.tab.columns[name] for name, at in placed.added.items()}
    top = placed.header_row
    for span, columns in neighbours(new):
        where = area(placed.sheet_id, rows=(top - 1, top), columns=span)
        cells = [_without_note(placed, column, header_cell(column, language)) for column in columns]
        fields = "userEnteredValue,userEnteredFormat,note"
        yield {"updateCells": {"range": where, "rows": [{"values": cells}], "fields": fields}}
    for (first, end), size in alike({at: _size(column) for at, column in new.items()}):
        line = {"sheetId": placed.sheet_id, "dimension": "COLUMNS", "startIndex": first, "endIndex": end}
        yield {"updateDimensionProperties": {"range": line, "properties": size, "fields": ",".join(size)}}
    for span, shape in alike({at: column_format(column, currency) for at, column in new.items()}):
        where = area(placed.sheet_id, rows=(top, None), columns=span)
        cell = {"userEnteredFormat": shape}
        fields = ",".join(f"userEnteredFormat.{name}" for name in shape)
        yield {"repeatCell": {"range": where, "cell": cell, "fields": fields}}


def notes(placed: Placed, language: str) -> Iterator[Json]:
    """Yield what puts our note on the headers that have none or an older one of ours; people's notes stay."""
    if placed.sheet is None or placed.tab.hidden:
        return
    for name, at in placed.columns.items():
        column = placed.tab.columns[name]
        found = str(placed.sheet.cell(placed.header_row - 1, at).get("note", ""))
        note = header_cell(column, language)["note"]
        if column.hidden or found == note or (found and not is_our_note(found)):
            continue
        where = area(placed.sheet_id, rows=(placed.header_row - 1, placed.header_row), columns=(at, at + 1))
        yield {"updateCells": {"range": where, "rows": [{"values": [{"note": note}]}], "fields": "note"}}


def number_formats(placed: Placed, currency: str) -> Iterator[Json]:
    """Yield what gives cells of present columns their number format where they have none.

    In a tab of ours text columns become text again, so that leading zeros stay; any other format people chose
    stays, and in their own tabs every one of theirs.
    """
    if placed.sheet is None:
        return
    for name, at in placed.columns.items():
        wanted = number_format(placed.tab.columns[name], currency)
        if wanted is None:
            continue

        def lacks(cell: Json, kind: str = wanted["type"]) -> bool:
            found = cell.get("userEnteredFormat", {}).get("numberFormat", {}).get("type")
            return not found or (placed.is_ours and kind == "TEXT" != found)

        for rows in bare_rows(placed.sheet, placed.header_row, at, lacks):
            where = area(placed.sheet_id, rows=rows, columns=(at, at + 1))
            cell = {"userEnteredFormat": {"numberFormat": wanted}}
            yield {"repeatCell": {"range": where, "cell": cell, "fields": _NUMBER_FORMAT}}


def _without_note(placed: Placed, column: Column, cell: Json) -> Json:
    """Leave the note out where nobody sees it."""
    if column.hidden or placed.tab.hidden:
        return {name: part for name, part in cell.items() if name != "note"}
    return cell


def _size(column: Column) -> Json:
    size: Json = {"pixelSize": width(column)}
    return {**size, "hiddenByUser": True} if column.hidden else size
