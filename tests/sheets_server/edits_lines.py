"""``batchUpdate`` requests on rows and columns."""

from __future__ import annotations

from . import moving
from .cells import shown
from .document import MOST_COLUMNS, Document
from .errors import Json, invalid
from .masks import fields_of, parsed, wants
from .ranges import Area, Axis
from .reading import value_of
from .resource import dimension_range
from .tabs import Tab

_NARROWEST, _PIXELS_A_LETTER = 21, 7


def insert_dimension(document: Document, _who: str, body: Json) -> Json:
    """Put blank rows or columns in."""
    tab, axis, first, last = _dimension(document, body["range"])
    before = bool(body.get("inheritFromBefore", False))
    lines = tab.lines(axis)
    if before and first == 0:
        raise invalid("inheritFromBefore cannot be set to true when inserting a dimension at index 0.")
    if first > len(lines) or (first == len(lines) and not before):
        raise invalid(
            f"range.startIndex[{first}] must be less than the grid size ({len(lines)}) "
            f"if inheritFromBefore is {str(before).lower()}.",
        )
    if axis == "COLUMNS" and len(lines) + last - first > MOST_COLUMNS:
        raise invalid("This action would increase the number of columns above the limit.")
    like = lines[first - 1] if before else lines[first]
    moving.insert(document, tab, axis, first, last - first, like)
    return {}


def append_dimension(document: Document, _who: str, body: Json) -> Json:
    """Put blank rows or columns at the end."""
    tab = document.tab(int(body.get("sheetId", 0)))
    axis = axis_of(body)
    moving.insert(document, tab, axis, len(tab.lines(axis)), int(body.get("length", 0)))
    return {}


def delete_dimension(document: Document, who: str, body: Json) -> Json:
    """Take rows or columns out."""
    tab, axis, first, last = _dimension(document, body["range"])
    document.refuse_protected(who, Area(tab.id).with_bounds(axis, first, last))
    moving.delete(document, tab, axis, first, last)
    return {}


def move_dimension(document: Document, _who: str, body: Json) -> Json:
    """Move rows or columns; the destination counts before the move."""
    tab, axis, first, last = _dimension(document, body["source"])
    moving.move(document, tab, axis, first, last, int(body.get("destinationIndex", 0)))
    return {}


def update_dimension_properties(document: Document, _who: str, body: Json) -> Json:
    """Hide, show or size rows and columns."""
    tab, axis, first, last = _dimension(document, body["range"])
    given, mask = body.get("properties") or {}, parsed(fields_of(body))
    wanted = {name: given.get(name) for name in {*given, *mask} - {"*"} if wants(mask, name)}
    lines = tab.lines(axis)
    for at in range(first, min(last, len(lines))):
        merged = {**(lines[at].properties or {}), **wanted}
        lines[at] = lines[at].with_properties({k: v for k, v in merged.items() if v} or None)
    return {}


def auto_resize_dimensions(document: Document, _who: str, body: Json) -> Json:
    """Make columns as wide as what stands in them."""
    tab, axis, first, last = _dimension(document, body["dimensions"])
    for at in range(first, min(last, len(tab.columns))) if axis == "COLUMNS" else ():
        cells = [row.cell(at) for row in tab.rows.kept]
        longest = max((len(shown(value_of(cell, document, tab.id), cell)) for cell in cells), default=0)
        size = max(_NARROWEST, longest * _PIXELS_A_LETTER)
        line = tab.columns[at]
        tab.columns[at] = line.with_properties({**(line.properties or {}), "pixelSize": size})
    return {}


def add_dimension_group(document: Document, _who: str, body: Json) -> Json:
    """Group rows or columns."""
    tab, axis, first, last = _dimension(document, body["range"])
    span = dimension_range(tab.id, axis, first, last)
    # Whoever groups through the API finds the button behind the group, for ever after.
    flag = "columnGroupControlAfter" if axis == "COLUMNS" else "rowGroupControlAfter"
    grid = {**(tab.properties.get("gridProperties") or {}), flag: True}
    tab.properties = {**tab.properties, "gridProperties": grid}
    depth = 1 + sum(_holds(group["range"], span) for group in tab.groups[axis])
    tab.groups[axis] = (*tab.groups[axis], {"range": span, "depth": depth})
    return {"addDimensionGroup": {"dimensionGroups": list(tab.groups[axis])}}


def delete_dimension_group(document: Document, _who: str, body: Json) -> Json:
    """Take a group away."""
    tab, axis, first, last = _dimension(document, body["range"])
    span = dimension_range(tab.id, axis, first, last)
    groups = list(tab.groups[axis])
    found = [group for group in groups if group["range"] == span]
    if not found:
        raise invalid("No dimension group with that range.")
    groups.remove(found[-1])
    tab.groups[axis] = tuple(groups)
    return {"deleteDimensionGroup": {"dimensionGroups": groups} if groups else {}}


def _holds(outer: Json, inner: Json) -> bool:
    return bool(outer["startIndex"] <= inner["startIndex"] and inner["endIndex"] <= outer["endIndex"])


def axis_of(given: Json) -> Axis:
    """Return the axis that a request names."""
    return "COLUMNS" if given.get("dimension") == "COLUMNS" else "ROWS"


def _dimension(document: Document, given: Json) -> tuple[Tab, Axis, int, int]:
    tab = document.tab(int(given.get("sheetId", 0)))
    axis = axis_of(given)
    first = int(given.get("startIndex", 0))
    last = int(given.get("endIndex", len(tab.lines(axis))))
    if last <= first or first < 0:
        raise invalid(f"range.endIndex[{last}] must be after range.startIndex[{first}]")
    return tab, axis, first, last
