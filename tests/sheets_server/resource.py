"""A document as the service describes it, with everything left out that is at its default."""

from __future__ import annotations

from collections.abc import Sequence

from .colours import with_styles
from .document import Document, Metadata
from .errors import Json
from .griddata import grid_data
from .masks import Mask, below, cut, wants
from .ranges import Area, Axis
from .tabs import Tab, Thing

_AXES: tuple[tuple[Axis, str], ...] = (("ROWS", "rowGroups"), ("COLUMNS", "columnGroups"))


def spreadsheet(document: Document, who: str, areas: Sequence[Area], mask: Mask, *, with_grid: bool) -> Json:
    """Return the Spreadsheet resource, cut down to a mask; cells only where asked for.

    Args:
        document: What to describe.
        who: Who asks; a protected range says whether they may edit it.
        areas: Only the tabs and cells they meet are listed. Empty for all.
        mask: Fields wanted.
        with_grid: Cells are wanted although no mask names them.
    """
    with_data = wants(mask, "sheets", "data") if mask else with_grid
    answer: Json = {"spreadsheetId": document.id, "properties": document.properties}
    if document.named and wants(mask, "namedRanges"):
        answer["namedRanges"] = [named_range(key, *one) for key, one in document.named.items()]
    loose = [one for one in document.metadata.values() if one.place == "SPREADSHEET"]
    if loose:
        answer["developerMetadata"] = [metadata(document, one) for one in loose]
    answer["spreadsheetUrl"] = f"https://docs.google.com/spreadsheets/d/{document.id}/edit"
    answer = cut(answer, mask)
    if wants(mask, "sheets"):
        sheets = [
            {
                **_sheet(document, who, tab, index, below(mask, "sheets")),
                **(_data(document, tab, areas, below(mask, "sheets", "data")) if with_data else {}),
            }
            for index, tab in enumerate(document.tabs)
            if not areas or any(area.sheet_id == tab.id for area in areas)
        ]
        if with_data or any(sheets):
            answer["sheets"] = sheets
    return answer


def sheet_properties(tab: Tab, index: int) -> Json:
    """Return SheetProperties: an id of 0 stays, other zeros and blanks are left out."""
    rows, columns = tab.size()
    given = tab.properties
    grid = {name: value for name, value in (given.get("gridProperties") or {}).items() if value}
    known = {"title", "gridProperties", "sheetId", "index"}
    more = {name: value for name, value in given.items() if name not in known and value}
    return {
        "sheetId": tab.id,
        "title": tab.title,
        "index": index,
        "sheetType": "GRID",
        "gridProperties": {"rowCount": rows, "columnCount": columns, **grid},
        **with_styles(more),
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


def _data(document: Document, tab: Tab, areas: Sequence[Area], mask: Mask) -> Json:
    """Return the cells of a tab that were asked for, one entry for each range."""
    mine = [area for area in areas if area.sheet_id == tab.id] or [Area(tab.id)]
    return {"data": [grid_data(document, tab, tab.clipped(area), mask) for area in mine]}


def _sheet(document: Document, who: str, tab: Tab, index: int, mask: Mask) -> Json:
    """Return a tab without its cells, cut down to a mask."""
    answer: Json = {}
    if wants(mask, "properties"):
        answer["properties"] = sheet_properties(tab, index)
    for kind, things in tab.things.items():
        if things and wants(mask, kind):
            answer[kind] = [{**thing_json(kind, one), **_told_to(document, who, kind, one)} for one in things]
    if tab.basic_filter:
        answer["basicFilter"] = thing_json("basicFilter", tab.basic_filter)
    for axis, name in _AXES:
        if tab.groups[axis]:
            answer[name] = list(tab.groups[axis])
    if document.metadata and wants(mask, "developerMetadata"):
        here = [one for one in document.metadata.values() if (one.place, one.sheet_id) == ("SHEET", tab.id)]
        if here:
            answer["developerMetadata"] = [metadata(document, one) for one in here]
    return dict(cut(answer, mask))


def _told_to(document: Document, who: str, kind: str, thing: Thing) -> Json:
    """Return what a thing says of the caller."""
    editable = kind == "protectedRanges" and document.lets_edit(who, thing)
    return {"requestingUserCanEdit": True} if editable else {}


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
