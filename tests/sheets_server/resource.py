"""A document as the service describes it, with everything left out that is at its default."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .cells import BLANK, Cell, Failure, Formula, Scalar, shown
from .document import Document, Metadata, Tab, Thing, default_format
from .errors import Json
from .masks import Mask, below, cut, wants
from .ranges import Area, Axis
from .values import value_of

_STYLES = {"backgroundColor": "backgroundColorStyle", "foregroundColor": "foregroundColorStyle"}
_COLUMN_PIXELS, _ROW_PIXELS = 100, 21


def spreadsheet(document: Document, ranges: Sequence[str], mask: Mask, *, with_grid: bool) -> Json:
    """Return the Spreadsheet resource, cut down to a mask; cells only where asked for.

    Args:
        document: What to describe.
        ranges: A1 texts; only the tabs and cells they meet are listed. Empty for all.
        mask: Fields wanted.
        with_grid: Cells are wanted although no mask names them.
    """
    areas = [document.area(text) for text in ranges]
    with_data = wants(mask, "sheets", "data") if mask else with_grid
    answer: Json = {
        "spreadsheetId": document.id,
        "properties": document.properties,
        "sheets": [
            _sheet(document, tab, index, areas, mask, with_data=with_data)
            for index, tab in enumerate(document.tabs)
            if not areas or any(area.sheet_id == tab.id for area in areas)
        ],
    }
    if document.named:
        answer["namedRanges"] = [named_range(key, *one) for key, one in document.named.items()]
    loose = [one for one in document.metadata.values() if one.place == "SPREADSHEET"]
    if loose:
        answer["developerMetadata"] = [metadata(document, one) for one in loose]
    answer["spreadsheetUrl"] = f"https://docs.google.com/spreadsheets/d/{document.id}/edit"
    answer = cut(answer, mask)
    if "sheets" in answer and not any(answer["sheets"]) and not with_data:
        del answer["sheets"]
    return answer


def sheet_properties(tab: Tab, index: int) -> Json:
    """Return SheetProperties: an id of 0 stays, other zeros and blanks are left out."""
    rows, columns = tab.size()
    grid = {
        "rowCount": rows,
        "columnCount": columns,
        **{name: value for name, value in tab.properties.get("gridProperties", {}).items() if value},
    }
    more = {
        name: value
        for name, value in tab.properties.items()
        if name not in {"title", "gridProperties", "sheetId", "index"} and value not in (False, None, "")
    }
    return {
        "sheetId": tab.id,
        "title": tab.title,
        "index": index,
        "sheetType": "GRID",
        "gridProperties": grid,
        **more,
    }


def named_range(key: str, name: str, area: Area) -> Json:
    """Return a NamedRange."""
    return {"namedRangeId": key, "name": name, "range": area.as_json()}


def metadata(document: Document, one: Metadata) -> Json:
    """Return DeveloperMetadata with the place where it is now."""
    location: Json = {"locationType": one.place}
    if one.place == "SPREADSHEET":
        location["spreadsheet"] = True
    elif one.place == "SHEET":
        location["sheetId"] = one.sheet_id
    else:
        found = document.place_of(one.id)
        if found:
            tab, axis, index = found
            location["dimensionRange"] = dimension_range(tab.id, axis, index, index + 1)
    return {"metadataId": one.id, **one.spec, "location": location}


def dimension_range(sheet_id: int, axis: Axis, first: int, last: int) -> Json:
    """Return a DimensionRange; a start of 0 is kept, a tab id of 0 is not."""
    place = {"dimension": axis, "startIndex": first, "endIndex": last}
    return {"sheetId": sheet_id, **place} if sheet_id else place


def _sheet(
    document: Document, tab: Tab, index: int, areas: Sequence[Area], mask: Mask, *, with_data: bool
) -> Json:
    answer: Json = {"properties": sheet_properties(tab, index)}
    if with_data:
        mine = [area for area in areas if area.sheet_id == tab.id] or [Area(tab.id)]
        wanted = below(mask, "sheets", "data")
        answer["data"] = [_grid(document, tab, tab.clipped(area), wanted) for area in mine]
    for kind, things in tab.things.items():
        if things:
            answer[kind] = [thing_json(kind, thing) for thing in things]
    if tab.basic_filter:
        answer["basicFilter"] = thing_json("basicFilter", tab.basic_filter)
    for axis, name in (("ROWS", "rowGroups"), ("COLUMNS", "columnGroups")):
        groups = tab.groups["ROWS" if axis == "ROWS" else "COLUMNS"]
        if groups:
            answer[name] = groups
    of_tab = [one for one in document.metadata.values() if one.place == "SHEET" and one.sheet_id == tab.id]
    if of_tab:
        answer["developerMetadata"] = [metadata(document, one) for one in of_tab]
    return answer


def thing_json(kind: str, thing: Thing) -> Json:
    """Return what stands on ranges, with the ranges as they are now."""
    areas = [area.as_json() for area in thing.areas]
    match kind:
        case "merges":
            return areas[0]
        case "protectedRanges":
            return {"protectedRangeId": thing.id, "range": areas[0], **thing.spec}
        case "conditionalFormats":
            return {"ranges": areas, **thing.spec}
        case "bandedRanges":
            return {"bandedRangeId": thing.id, "range": areas[0], **thing.spec}
        case "filterViews":
            return {"filterViewId": thing.id, "range": areas[0], **thing.spec}
        case "charts":
            return {"chartId": thing.id, **thing.spec}
        case _:
            return {"range": areas[0], **thing.spec}


def _grid(document: Document, tab: Tab, clip: Area, mask: Mask) -> Json:
    answer: Json = {}
    if clip.top:
        answer["startRow"] = clip.top
    if clip.left:
        answer["startColumn"] = clip.left
    if wants(mask, "rowData"):
        rows = list(_row_data(document, tab, clip, below(mask, "rowData", "values")))
        while rows and not rows[-1]:
            rows.pop()
        if rows:
            answer["rowData"] = rows
    if wants(mask, "rowMetadata"):
        answer["rowMetadata"] = [
            line.properties or {"pixelSize": _ROW_PIXELS} for line in tab.rows[clip.top or 0 : clip.bottom]
        ]
    if wants(mask, "columnMetadata"):
        answer["columnMetadata"] = [
            {"pixelSize": _COLUMN_PIXELS, **(line.properties or {})}
            for line in tab.columns[clip.left or 0 : clip.right]
        ]
    return answer


def _row_data(document: Document, tab: Tab, clip: Area, mask: Mask) -> Iterator[Json]:
    for row in tab.rows[clip.top or 0 : clip.bottom]:
        cells = [
            cut(cell_json(document, tab.id, cell, mask), mask)
            for cell in row.cells[clip.left or 0 : clip.right]
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
        effective = value_of(cell, document, sheet_id)
        entered = cell.value
        answer["userEnteredValue"] = (
            {"formulaValue": entered.text} if isinstance(entered, Formula) else extended(entered)
        )
        answer["effectiveValue"] = extended(effective)
        answer["formattedValue"] = shown(effective, cell)
    if cell.format:
        answer["userEnteredFormat"] = _with_styles(dict(cell.format))
        if wants(mask, "effectiveFormat"):
            answer["effectiveFormat"] = {**default_format(), **_with_styles(dict(cell.format))}
    if cell.note:
        answer["note"] = cell.note
    if cell.rule:
        answer["dataValidation"] = cell.rule
    return answer


def extended(value: Scalar | Failure) -> Json:
    """Return an ExtendedValue."""
    match value:
        case Failure():
            return {"errorValue": {"type": value.shown.strip("#!?/0"), "message": value.shown}}
        case bool():
            return {"boolValue": value}
        case float():
            return {"numberValue": int(value) if value == int(value) and abs(value) < 2**63 else value}
        case str():
            return {"stringValue": value}
    return {}


def _with_styles(given: Json) -> Json:
    """Return a format with the style beside every plain colour, as the service adds it."""
    answer: Json = {}
    for name, value in given.items():
        answer[name] = _with_styles(value) if isinstance(value, dict) and name not in _STYLES else value
        if name in _STYLES:
            colour = {channel: part for channel, part in value.items() if part}
            answer[name] = colour
            answer[_STYLES[name]] = {"rgbColor": colour}
    return answer
