"""Lists, tick boxes and colours of columns: what there should be, and what a tab lacks of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from automations.books import look
from automations.books.google.adoption import Placed
from automations.books.google.formats import colour
from automations.books.google.found import Found
from automations.books.google.ranges import area, bare_rows, covers, touches
from automations.books.google.values import Json
from automations.core.places.prefectures import PREFECTURES
from automations.core.records import dataclass
from automations.core.schema import Column


@dataclass(frozen=True)
class Shade:
    """One colour rule of a column: cells with this text (or any, when it is empty) look like this.

    Attributes:
        text: The label in the shop's language.
        texts: The label in every language: a rule on one of them is an older one of ours.
    """

    text: str
    texts: tuple[str, ...]
    format: Json


def lists(placed: Placed, language: str) -> Iterator[Json]:
    """Yield what gives columns their lists and tick boxes where they have none, and renews older lists of ours.

    The rules warn only and write nothing: a cell that holds FALSE would count as data.
    """
    for name, at in placed.all_columns.items():
        column = placed.tab.columns[name]
        rule = _validation(column, language)
        if rule is not None:
            for rows in _rows_without(placed, column, at, rule):
                where = area(placed.sheet_id, rows=rows, columns=(at, at + 1))
                yield {"setDataValidation": {"range": where, "rule": rule}}


def colours(placed: Placed, language: str) -> Iterator[Json]:
    """Yield what adds the colour rules that are missing, below those of people, and renews older ones of ours."""
    rules: list[Json] = list(placed.sheet.parts.get("conditionalFormats", ())) if placed.sheet else []
    end = len(rules)
    for name, at in placed.all_columns.items():
        for shade in _shades(placed.tab.columns[name], language):
            if _is_there(rules, shade, at, placed):
                continue
            where = area(placed.sheet_id, rows=(placed.header_row, None), columns=(at, at + 1))
            rule = {
                "ranges": [where],
                "booleanRule": {"condition": _condition(shade), "format": shade.format},
            }
            older = _older(rules, shade, at)
            if older is None:
                yield {"addConditionalFormatRule": {"index": end, "rule": rule}}
                end += 1
            else:
                yield {
                    "updateConditionalFormatRule": {
                        "sheetId": placed.sheet_id, "index": older, "rule": rule
                    }
                }  # fmt: skip


def _validation(column: Column, language: str) -> Json | None:
    if column.owner == "robot":
        return None
    match column.type:
        case "choice":
            return _list([choice.label.text(language) for choice in column.choices.values()])
        case "prefecture":
            return _list(PREFECTURES)
        case "flag":
            return {"condition": {"type": "BOOLEAN"}, "strict": False, "showCustomUi": True}
        case _:
            return None


def _list(labels: Sequence[str]) -> Json:
    values = [{"userEnteredValue": label} for label in labels]
    return {"condition": {"type": "ONE_OF_LIST", "values": values}, "strict": False, "showCustomUi": True}


def _rows_without(placed: Placed, column: Column, at: int, rule: Json) -> Iterator[tuple[int, int | None]]:
    sheet = placed.sheet
    if sheet is None or column.id in placed.added:
        return iter([(placed.header_row, None)])
    if column.type == "flag" and not _holds_ticks(sheet, placed.header_row, at):
        return iter(())

    def lacks(cell: Json) -> bool:
        found = cell.get("dataValidation")
        return not found or (placed.is_ours and _is_older_list(found["condition"], rule["condition"], column))

    return bare_rows(sheet, placed.header_row, at, lacks)


def _holds_ticks(sheet: Found, top: int, at: int) -> bool:
    """Return whether a column holds ticks or nothing: a mark such as ○ would look wrong under a tick box."""
    values = (sheet.cell(row, at).get("effectiveValue") for row in range(top, sheet.looked))
    return all(not value or "boolValue" in value for value in values)


def _is_older_list(found: Json, wanted: Json, column: Column) -> bool:
    """Return whether a list is one we once made: other values than now, but all of them labels of the column."""
    values = {str(value.get("userEnteredValue")) for value in found.get("values", ())}
    now = {value["userEnteredValue"] for value in wanted.get("values", ())}
    labels = {label for choice in column.choices.values() for label in (choice.label.ja, choice.label.en)}
    return found.get("type") == "ONE_OF_LIST" and values != now and values <= labels


def _shades(column: Column, language: str) -> Iterator[Shade]:
    for choice in column.choices.values():
        if choice.colour:
            shape = {"backgroundColorStyle": colour(choice.colour)}
            yield Shade(choice.label.text(language), (choice.label.ja, choice.label.en), shape)
    if column.id == "errors":
        text = {"foregroundColorStyle": colour(look.TROUBLE["font_color"])}
        yield Shade("", ("",), {"backgroundColorStyle": colour(look.TROUBLE["bg_color"]), "textFormat": text})


def _condition(shade: Shade) -> Json:
    if not shade.text:
        return {"type": "NOT_BLANK"}
    return {"type": "TEXT_EQ", "values": [{"userEnteredValue": shade.text}]}


def _text_of(rule: Json) -> str | None:
    """Return the text a rule looks for, ``""`` for any; None for a rule of another kind."""
    condition: Json = rule.get("booleanRule", {}).get("condition", {})
    match condition.get("type"):
        case "NOT_BLANK":
            return ""
        case "TEXT_EQ":
            return str(condition["values"][0].get("userEnteredValue", ""))
        case _:
            return None


def _is_there(rules: Sequence[Json], shade: Shade, at: int, placed: Placed) -> bool:
    """Return whether a rule looks for the text in the whole column; people may have given it another colour."""
    return placed.sheet is not None and any(
        _text_of(rule) == shade.text
        and any(covers(part, at, placed.header_row, placed.sheet) for part in rule["ranges"])
        for rule in rules
    )


def _older(rules: Sequence[Json], shade: Shade, at: int) -> int | None:
    """Return the index of our rule for part of the column, or for the label in another language."""
    for index, rule in enumerate(rules):
        ranges = rule["ranges"]
        if (
            _text_of(rule) in shade.texts
            and len(ranges) == 1
            and touches(ranges[0], at)
            and int(ranges[0].get("endColumnIndex", 0)) - int(ranges[0].get("startColumnIndex", 0)) == 1
            and _background(rule["booleanRule"]["format"]) == _background(shade.format)
        ):
            return index
    return None


def _background(shape: Json) -> tuple[int, ...]:
    """Return red, green and blue as the service keeps them, with 8 bits each."""
    style: Json = shape.get("backgroundColorStyle", {}).get("rgbColor") or shape.get("backgroundColor") or {}
    return tuple(round(style.get(channel, 0) * 255) for channel in ("red", "green", "blue"))
