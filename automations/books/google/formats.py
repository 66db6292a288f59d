"""How cells look in a spreadsheet: the looks of the workbook, in the words of the Sheets API."""

from __future__ import annotations

from automations.books import look
from automations.books.google.values import Json
from automations.core.schema import Column, Owner

HEADER_PIXELS = look.HEADER_HEIGHT_PX
# One character of a column's width, and room for the button of the filter.
_CHARACTER_PIXELS, _BUTTON_PIXELS = 8, 12
_KINDS = {"money": "NUMBER", "date": "DATE", "datetime": "DATE_TIME"}


def colour(code: str) -> Json:
    """Return ``#86EFAC`` as a colour style."""
    red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return {"rgbColor": {"red": red, "green": green, "blue": blue}}


def width(column: Column) -> int:
    """Return the width of a column in pixels."""
    return column.width * _CHARACTER_PIXELS + _BUTTON_PIXELS


def number_format(column: Column, currency: str) -> Json | None:
    """Return the number format of a column's cells: text where typed zeros must stay; None where any will do."""
    if column.type in {"integer", "flag"}:
        return None
    pattern = str(look.column_look(column, currency)["num_format"])
    kind = _KINDS.get(column.type, "TEXT")
    return {"type": kind} if kind == "TEXT" else {"type": kind, "pattern": pattern}


def column_format(column: Column, currency: str) -> Json:
    """Return the whole format of a new column's cells; what a robot writes is shaded."""
    shape = look.column_look(column, currency)
    made: Json = {"verticalAlignment": "MIDDLE", "wrapStrategy": "CLIP"}
    if number := number_format(column, currency):
        made["numberFormat"] = number
    if "align" in shape:
        made["horizontalAlignment"] = str(shape["align"]).upper()
    if "bg_color" in shape:
        made["backgroundColorStyle"] = colour(str(shape["bg_color"]))
    return made


def header_cell(column: Column, language: str) -> Json:
    """Return a header cell: label, colour by who fills the column, and the note that says what goes there."""
    return {
        "userEnteredValue": {"stringValue": column.label.text(language)},
        "userEnteredFormat": _header_format(column.owner),
        "note": look.header_note(column, language),
    }


def is_our_note(text: str) -> bool:
    """Return whether a header's note is one of ours: it begins with who fills the column, in either language."""
    return text.startswith(tuple(name for who in look.WHO.values() for name in (who.ja, who.en)))


def _header_format(owner: Owner) -> Json:
    shape = look.header_look(owner)
    return {
        "textFormat": {"bold": True, "foregroundColorStyle": colour(str(shape["font_color"]))},
        "backgroundColorStyle": colour(str(shape["bg_color"])),
        "verticalAlignment": "MIDDLE",
        "wrapStrategy": "WRAP",
    }
