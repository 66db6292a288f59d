"""``batchUpdate`` requests on tabs, rows, columns and cells."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, cast

from .cells import BLANK, Cell, Entered, Formula, shown
from .document import EMPTY, MOST_COLUMNS, Document, Line, Tab, Thing, places, write
from .errors import Json, invalid
from .masks import Mask, below, parsed, wants
from .ranges import Area, Axis, area_of
from .resource import sheet_properties
from .values import value_of

_GRID = ("rowCount", "columnCount")
_COPIES = {
    "PASTE_NORMAL": ("value", "format", "note", "rule"),
    "PASTE_VALUES": ("value",),
    "PASTE_FORMAT": ("format",),
    "PASTE_FORMULA": ("value",),
    "PASTE_DATA_VALIDATION": ("rule",),
    "PASTE_NO_BORDERS": ("value", "format", "note", "rule"),
}
_NARROWEST, _PIXELS_A_LETTER = 21, 7


def add_sheet(document: Document, _who: str, body: Json) -> Json:
    """Add a tab; a title or id that exists is refused."""
    given = dict(body.get("properties") or {})
    title = given.pop("title", "") or _free_title(document)
    if document.tab_named(title):
        raise invalid(f'A sheet with the name "{title}" already exists. Please enter another name.')
    sheet_id = int(given.pop("sheetId", -1))
    if any(tab.id == sheet_id for tab in document.tabs):
        raise invalid(f"A sheet with the id {sheet_id} already exists.")
    if sheet_id < 0:
        sheet_id = document.new_number()
    grid = dict(given.pop("gridProperties", None) or {})
    tab = Tab(sheet_id, {"title": title, **given, "gridProperties": grid})
    tab.rows = [EMPTY] * int(grid.pop("rowCount", None) or 1000)
    tab.columns = [EMPTY] * int(grid.pop("columnCount", None) or 26)
    at = given.pop("index", None)
    tab.properties.pop("index", None)
    document.tabs.insert(len(document.tabs) if at is None else int(at), tab)
    document.refuse_too_many_cells()
    return {"addSheet": {"properties": sheet_properties(tab, document.tabs.index(tab))}}


def _free_title(document: Document) -> str:
    number = len(document.tabs) + 1
    while document.tab_named(f"Sheet{number}"):
        number += 1
    return f"Sheet{number}"


def delete_sheet(document: Document, _who: str, body: Json) -> Json:
    """Remove a tab and all that stands on it."""
    tab = document.tab(int(body.get("sheetId", 0)))
    if len(document.tabs) == 1:
        raise invalid("You can't remove all the sheets in a document.")
    document.tabs.remove(tab)
    document.named = {key: one for key, one in document.named.items() if one[1].sheet_id != tab.id}
    gone = {tag for line in (*tab.rows, *tab.columns) for tag in line.tags}
    document.metadata = {
        key: one
        for key, one in document.metadata.items()
        if key not in gone and not (one.place == "SHEET" and one.sheet_id == tab.id)
    }
    return {}


def duplicate_sheet(document: Document, _who: str, body: Json) -> Json:
    """Copy a tab within the document."""
    source = document.tab(int(body.get("sourceSheetId", 0)))
    fresh = copied_tab(document, source, body.get("newSheetName") or f"Copy of {source.title}")
    if "newSheetId" in body:
        fresh.id = int(body["newSheetId"])
    at = body.get("insertSheetIndex")
    document.tabs.insert(len(document.tabs) if at is None else int(at), fresh)
    document.refuse_too_many_cells()
    return {"duplicateSheet": {"properties": sheet_properties(fresh, document.tabs.index(fresh))}}


def copied_tab(document: Document, source: Tab, title: str) -> Tab:
    """Return a copy of a tab under a new id and title; metadata stays behind.

    Raises:
        ApiError: The title is taken.
    """
    if document.tab_named(title):
        raise invalid(f'A sheet with the name "{title}" already exists. Please enter another name.')
    fresh = source.copied()
    fresh.id = document.new_number()
    fresh.properties = {**fresh.properties, "title": title}
    fresh.properties.pop("hidden", None)
    fresh.rows = [line._replace(tags=frozenset()) for line in fresh.rows]
    fresh.columns = [line._replace(tags=frozenset()) for line in fresh.columns]
    for things in fresh.things.values():
        for thing in things:
            thing.areas = tuple(replace(area, sheet_id=fresh.id) for area in thing.areas)
            thing.id = document.new_number() if thing.id else 0
    if fresh.basic_filter:
        fresh.basic_filter.areas = tuple(
            replace(area, sheet_id=fresh.id) for area in fresh.basic_filter.areas
        )
    return fresh


def update_sheet_properties(document: Document, _who: str, body: Json) -> Json:
    """Change title, place, visibility, grid and look of a tab."""
    given = body.get("properties") or {}
    tab = document.tab(int(given.get("sheetId", 0)))
    mask = parsed(_fields(body))
    if wants(mask, "title") and "title" in given:
        other = document.tab_named(given["title"])
        if other and other is not tab:
            raise invalid(
                f'A sheet with the name "{given["title"]}" already exists. Please enter another name.'
            )
    if wants(mask, "gridProperties"):
        _resize(document, tab, given.get("gridProperties") or {}, below(mask, "gridProperties"))
    for name in set(given) | set(mask):
        if name in {"sheetId", "gridProperties", "index", "*"} or not wants(mask, name):
            continue
        tab.properties[name] = given.get(name)
        if name == "tabColor" and given.get(name):
            tab.properties["tabColorStyle"] = {"rgbColor": given[name]}
        if name == "tabColorStyle" and given.get(name):
            tab.properties["tabColor"] = given[name].get("rgbColor")
    if all(one.hidden for one in document.tabs):
        raise invalid("You can't hide all the sheets in a document.")
    if wants(mask, "index") and "index" in given:
        _place(document, tab, int(given["index"]))
    return {}


def _place(document: Document, tab: Tab, index: int) -> None:
    """Move a tab; places count before the move, as people see them."""
    old = document.tabs.index(tab)
    document.tabs.remove(tab)
    document.tabs.insert(index - 1 if index > old else index, tab)


def _resize(document: Document, tab: Tab, given: Json, mask: Mask) -> None:
    grid = tab.properties.setdefault("gridProperties", {})
    for name in set(given) | set(mask):
        if name in _GRID or not wants(mask, name) or name == "*":
            continue
        grid[name] = given.get(name)
    for name, axis in (("rowCount", "ROWS"), ("columnCount", "COLUMNS")):
        if name not in given or not wants(mask, name):
            continue
        axis_: Axis = "ROWS" if axis == "ROWS" else "COLUMNS"
        here, wanted = len(tab.lines(axis_)), int(given[name])
        if wanted < here:
            document.delete(tab, axis_, wanted, here)
        elif wanted > here:
            document.insert(tab, axis_, here, wanted - here)


def update_spreadsheet_properties(document: Document, _who: str, body: Json) -> Json:
    """Change title, locale or time zone of the document."""
    given, mask = body.get("properties") or {}, parsed(_fields(body))
    document.properties.update({name: value for name, value in given.items() if wants(mask, name)})
    return {}


def insert_dimension(document: Document, _who: str, body: Json) -> Json:
    """Put blank rows or columns in."""
    tab, axis, first, last = _dimension(document, body["range"])
    before = body.get("inheritFromBefore", False)
    if before and first == 0:
        raise invalid("inheritFromBefore cannot be set to true when inserting a dimension at index 0.")
    if first > len(tab.lines(axis)):
        raise invalid(f"range.startIndex[{first}] must be less than the number of lines")
    if axis == "COLUMNS" and len(tab.columns) + last - first > MOST_COLUMNS:
        raise invalid("This action would increase the number of columns above the limit.")
    lines = tab.lines(axis)
    like = lines[first - 1] if before and lines else EMPTY
    document.insert(tab, axis, first, last - first, like)
    return {}


def append_dimension(document: Document, _who: str, body: Json) -> Json:
    """Put blank rows or columns at the end."""
    tab = document.tab(int(body.get("sheetId", 0)))
    axis: Axis = "COLUMNS" if body.get("dimension") == "COLUMNS" else "ROWS"
    document.insert(tab, axis, len(tab.lines(axis)), int(body.get("length", 0)))
    return {}


def delete_dimension(document: Document, _who: str, body: Json) -> Json:
    """Take rows or columns out."""
    tab, axis, first, last = _dimension(document, body["range"])
    document.delete(tab, axis, first, last)
    return {}


def move_dimension(document: Document, _who: str, body: Json) -> Json:
    """Move rows or columns; the destination counts before the move."""
    tab, axis, first, last = _dimension(document, body["source"])
    document.move(tab, axis, first, last, int(body.get("destinationIndex", 0)))
    return {}


def update_dimension_properties(document: Document, _who: str, body: Json) -> Json:
    """Hide, show or size rows and columns."""
    tab, axis, first, last = _dimension(document, body["range"])
    given, mask = body.get("properties") or {}, parsed(_fields(body))
    wanted = {name: given.get(name) for name in set(given) | set(mask) if wants(mask, name) and name != "*"}
    lines = tab.lines(axis)
    for at in range(first, last):
        merged = {**(lines[at].properties or {}), **wanted}
        lines[at] = lines[at]._replace(properties={k: v for k, v in merged.items() if v} or None)
    return {}


def auto_resize_dimensions(document: Document, _who: str, body: Json) -> Json:
    """Make columns as wide as what stands in them."""
    tab, axis, first, last = _dimension(document, body["dimensions"])
    for at in range(first, last) if axis == "COLUMNS" else ():
        longest = max(len(shown(value_of(row.cell(at), document, tab.id), row.cell(at))) for row in tab.rows)
        size = max(_NARROWEST, longest * _PIXELS_A_LETTER)
        tab.columns[at] = tab.columns[at]._replace(
            properties={**(tab.columns[at].properties or {}), "pixelSize": size}
        )
    return {}


def _dimension(document: Document, given: Json) -> tuple[Tab, Axis, int, int]:
    tab = document.tab(int(given.get("sheetId", 0)))
    axis: Axis = "COLUMNS" if given.get("dimension") == "COLUMNS" else "ROWS"
    first = int(given.get("startIndex", 0))
    last = int(given.get("endIndex", len(tab.lines(axis))))
    if last <= first or first < 0:
        raise invalid(f"range.endIndex[{last}] must be after range.startIndex[{first}]")
    return tab, axis, first, last


def update_cells(document: Document, who: str, body: Json) -> Json:
    """Write cells; within a range, what is not sent is cleared of the masked fields."""
    mask = parsed(_fields(body))
    rows = body.get("rows") or []
    if "range" in body:
        area = area_of(body["range"])
        tab = document.tab(area.sheet_id)
        clip = tab.clipped(area)
    else:
        start = body.get("start") or {}
        tab = document.tab(int(start.get("sheetId", 0)))
        top, left = int(start.get("rowIndex", 0)), int(start.get("columnIndex", 0))
        width = max((len(row.get("values") or ()) for row in rows), default=0)
        clip = Area(tab.id, top, top + len(rows), left, left + width)
        if clip.bottom and (clip.bottom > len(tab.rows) or (clip.right or 0) > len(tab.columns)):
            raise tab.outside(clip)
    document.refuse_protected(who, clip)
    whole = "range" in body
    cells: dict[tuple[int, int], Cell] = {}
    for row, column in places(clip):
        down, across = row - (clip.top or 0), column - (clip.left or 0)
        values = rows[down].get("values") or [] if down < len(rows) else []
        if across < len(values) or whole:
            given = values[across] if across < len(values) else {}
            cells[row, column] = with_data(tab.rows[row].cell(column), given, mask)
    write(tab, cells)
    return {}


def append_cells(document: Document, who: str, body: Json) -> Json:
    """Write rows below the last row of the tab that holds data; the grid grows as needed."""
    tab = document.tab(int(body.get("sheetId", 0)))
    mask = parsed(_fields(body))
    rows = body.get("rows") or []
    top = tab.last_row()
    missing = top + len(rows) - len(tab.rows)
    if missing > 0:
        document.insert(tab, "ROWS", len(tab.rows), missing)
    width = max((len(row.get("values") or ()) for row in rows), default=0)
    area = Area(tab.id, top, top + len(rows), 0, width)
    if width > len(tab.columns):
        raise tab.outside(area)
    document.refuse_protected(who, area)
    write(
        tab,
        {
            (top + down, across): with_data(tab.rows[top + down].cell(across), given, mask)
            for down, row in enumerate(rows)
            for across, given in enumerate(row.get("values") or ())
        },
    )
    return {}


def repeat_cell(document: Document, who: str, body: Json) -> Json:
    """Write the same cell into a whole range."""
    area = area_of(body["range"])
    tab = document.tab(area.sheet_id)
    clip = tab.clipped(area)
    document.refuse_protected(who, clip)
    mask, given = parsed(_fields(body)), body.get("cell") or {}
    write(tab, {place: with_data(tab.rows[place[0]].cell(place[1]), given, mask) for place in places(clip)})
    return {}


def with_data(cell: Cell, given: Json, mask: Mask) -> Cell:
    """Return a cell with the masked fields of CellData."""
    if wants(mask, "userEnteredValue"):
        cell = cell._replace(value=_entered(given.get("userEnteredValue") or {}))
    if wants(mask, "userEnteredFormat"):
        inner = below(mask, "userEnteredFormat")
        merged = _masked(dict(cell.format or {}), given.get("userEnteredFormat") or {}, inner)
        cell = cell._replace(format=merged or None)
    if wants(mask, "note"):
        cell = cell._replace(note=str(given.get("note") or ""))
    if wants(mask, "dataValidation"):
        cell = cell._replace(rule=given.get("dataValidation"))
    return cell


def _masked(old: Json, given: Json, mask: Mask) -> Json:
    if not mask or "*" in mask:
        return given
    merged = dict(old)
    for name, inner in mask.items():
        if name not in given:
            merged.pop(name, None)
        elif inner:
            merged[name] = _masked(dict(old.get(name) or {}), given[name], inner)
        else:
            merged[name] = given[name]
    return merged


def _entered(given: Json) -> Entered:
    if "formulaValue" in given:
        return Formula(str(given["formulaValue"]))
    for name in ("numberValue", "stringValue", "boolValue"):
        if name in given:
            value = given[name]
            if name == "stringValue" and len(str(value)) > 50_000:
                raise invalid(
                    "Your input contains more than the maximum of 50000 characters in a single cell."
                )
            return (
                float(value)
                if name == "numberValue"
                else value
                if name == "boolValue"
                else str(value) or None
            )
    return None


def copy_paste(document: Document, who: str, body: Json) -> Json:
    """Copy a range over another; a larger destination is filled with repeats."""
    source, target = area_of(body["source"]), area_of(body["destination"])
    tab, there = document.tab(source.sheet_id), document.tab(target.sheet_id)
    block = tab.clipped(source)
    height, width = (block.bottom or 0) - (block.top or 0), (block.right or 0) - (block.left or 0)
    top, left = target.top or 0, target.left or 0
    given_height = (target.bottom if target.bottom is not None else top + height) - top
    given_width = (target.right if target.right is not None else left + width) - left
    if body.get("pasteOrientation") == "TRANSPOSE":
        height, width = width, height
    tall = given_height if given_height % height == 0 and given_height > height else height
    wide = given_width if given_width % width == 0 and given_width > width else width
    area = Area(there.id, top, top + tall, left, left + wide)
    if area.bottom and (area.bottom > len(there.rows) or (area.right or 0) > len(there.columns)):
        raise there.outside(area)
    document.refuse_protected(who, area)
    transposed = body.get("pasteOrientation") == "TRANSPOSE"
    what = _COPIES.get(body.get("pasteType", "PASTE_NORMAL"), _COPIES["PASTE_NORMAL"])
    cells: dict[tuple[int, int], Cell] = {}
    for row, column in places(area):
        down, across = (row - top) % height, (column - left) % width
        down, across = (across, down) if transposed else (down, across)
        taken = tab.rows[(block.top or 0) + down].cell((block.left or 0) + across)
        if body.get("pasteType") == "PASTE_VALUES" and isinstance(taken.value, Formula):
            value = value_of(taken, document, tab.id)
            taken = taken._replace(value=cast("Entered", value if not isinstance(value, tuple) else value[0]))
        cells[row, column] = _pasted(there.rows[row].cell(column), taken, what)
    write(there, cells)
    return {}


def _pasted(old: Cell, taken: Cell, what: tuple[str, ...]) -> Cell:
    return old._replace(**{name: getattr(taken, name) for name in what})


def cut_paste(document: Document, who: str, body: Json) -> Json:
    """Move cells; row metadata stays where it is."""
    source, goal = area_of(body["source"]), body.get("destination") or {}
    tab, there = document.tab(source.sheet_id), document.tab(int(goal.get("sheetId", 0)))
    block = tab.clipped(source)
    top, left = int(goal.get("rowIndex", 0)), int(goal.get("columnIndex", 0))
    cells = {place: tab.rows[place[0]].cell(place[1]) for place in places(block)}
    moved = {
        (row - (block.top or 0) + top, column - (block.left or 0) + left): cell
        for (row, column), cell in cells.items()
    }
    if any(row >= len(there.rows) or column >= len(there.columns) for row, column in moved):
        raise there.outside(Area(there.id, top, None, left, None))
    document.refuse_protected(who, block)
    write(tab, dict.fromkeys(cells, BLANK))
    write(there, moved)
    return {}


def sort_range(document: Document, who: str, body: Json) -> Json:
    """Sort the rows of a range: numbers, then texts, then ticks, blanks last; row metadata goes along."""
    area = area_of(body["range"])
    tab = document.tab(area.sheet_id)
    clip = tab.clipped(area)
    document.refuse_protected(who, clip)
    left, right = clip.left or 0, clip.right or 0
    rows = tab.rows[clip.top or 0 : clip.bottom]
    for spec in reversed(body.get("sortSpecs") or []):
        column = int(spec.get("dimensionIndex", 0))
        filled = [row for row in rows if row.cell(column).value is not None]
        blank = [row for row in rows if row.cell(column).value is None]
        filled.sort(
            key=lambda row, at=column: _rank(value_of(row.cell(at), document, tab.id)),  # type: ignore[misc]
            reverse=spec.get("sortOrder") == "DESCENDING",
        )
        rows = filled + blank
    whole = left == 0 and right == len(tab.columns)
    for offset, row in enumerate(rows):
        at = (clip.top or 0) + offset
        if whole:
            tab.rows[at] = row
        else:
            here = tab.rows[at]
            changed = {column: row.cell(column) for column in range(left, right)}
            tab.rows[at] = Line(here.with_cells(changed).cells, here.properties, row.tags)
    return {}


def _rank(value: Any) -> tuple[int, Any]:  # noqa: ANN401 - numbers before texts before ticks
    if isinstance(value, bool):
        return 2, value
    return (0, value) if isinstance(value, float) else (1, str(value).lower())


def find_replace(document: Document, who: str, body: Json) -> Json:
    """Replace text in cells and say how often."""
    find, new = str(body.get("find", "")), str(body.get("replacement", ""))
    flags = 0 if body.get("matchCase") else re.IGNORECASE
    pattern = re.compile(find if body.get("searchByRegex") else re.escape(find), flags)
    areas = [area_of(body["range"])] if "range" in body else (
        [Area(int(body["sheetId"]))] if "sheetId" in body else [Area(tab.id) for tab in document.tabs]
    )  # fmt: skip
    occurrences, changed_cells = 0, 0
    for area in areas:
        tab = document.tab(area.sheet_id)
        clip = tab.clipped(area)
        document.refuse_protected(who, clip)
        cells: dict[tuple[int, int], Cell] = {}
        for row in range(clip.top or 0, clip.bottom or 0):
            for column in range(clip.left or 0, min(clip.right or 0, len(tab.rows[row].cells))):
                cell = tab.rows[row].cell(column)
                if not isinstance(cell.value, str):
                    continue
                whole = bool(body.get("matchEntireCell"))
                if whole and not pattern.fullmatch(cell.value):
                    continue
                text, count = (new, 1) if whole else pattern.subn(lambda _match: new, cell.value)
                if count:
                    occurrences, changed_cells = occurrences + count, changed_cells + 1
                    cells[row, column] = cell._replace(value=text or None)
        write(tab, cells)
    found = {"valuesChanged": changed_cells, "occurrencesChanged": occurrences}
    return {"findReplace": {name: number for name, number in found.items() if number}}


def merge_cells(document: Document, who: str, body: Json) -> Json:
    """Merge a range: as one, by rows or by columns. Only the first cell keeps its value."""
    area = area_of(body["range"])
    tab = document.tab(area.sheet_id)
    clip = tab.clipped(area)
    document.refuse_protected(who, clip)
    merges = tab.things["merges"]
    tab.things["merges"] = [thing for thing in merges if not thing.areas[0].meets(clip)]
    top, bottom, left, right = clip.top or 0, clip.bottom or 0, clip.left or 0, clip.right or 0
    match body.get("mergeType", "MERGE_ALL"):
        case "MERGE_ROWS":
            parts = [Area(tab.id, row, row + 1, left, right) for row in range(top, bottom)]
        case "MERGE_COLUMNS":
            parts = [Area(tab.id, top, bottom, column, column + 1) for column in range(left, right)]
        case _:
            parts = [clip]
    for part in parts:
        rest = [place for place in places(part) if place != (part.top, part.left)]
        write(tab, {(row, column): tab.rows[row].cell(column)._replace(value=None) for row, column in rest})
        tab.things["merges"].append(Thing((part,), {}))
    return {}


def unmerge_cells(document: Document, _who: str, body: Json) -> Json:
    """Take merges apart."""
    area = area_of(body["range"])
    tab = document.tab(area.sheet_id)
    merges = tab.things["merges"]
    tab.things["merges"] = [thing for thing in merges if not thing.areas[0].meets(tab.clipped(area))]
    return {}


def _fields(body: Json) -> str:
    given = body.get("fields")
    if not given:
        raise invalid("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
    return str(given)
