"""``batchUpdate`` requests that move blocks of cells: copied, cut, sorted, merged."""

from __future__ import annotations

from typing import Any

from .cells import BLANK, Cell, Failure, Formula
from .document import Document
from .errors import Json, invalid
from .lines import Line
from .ranges import Area, area_of
from .reading import value_of
from .tabs import Tab, Thing, places

_ALL = ("value", "format", "note", "rule")
_COPIES = {
    "PASTE_NORMAL": _ALL,
    "PASTE_VALUES": ("value",),
    "PASTE_FORMAT": ("format",),
    "PASTE_FORMULA": ("value",),
    "PASTE_DATA_VALIDATION": ("rule",),
    "PASTE_NO_BORDERS": _ALL,
    "PASTE_CONDITIONAL_FORMATTING": (),
}


def copy_paste(document: Document, who: str, body: Json) -> Json:
    """Copy a range over another; a larger destination is filled with repeats."""
    source, target = area_of(body["source"]), area_of(body["destination"])
    tab, there = document.tab(source.sheet_id), document.tab(target.sheet_id)
    block = tab.clipped(source)
    transposed = body.get("pasteOrientation") == "TRANSPOSE"
    kind = body.get("pasteType", "PASTE_NORMAL")
    if kind not in _COPIES:
        raise invalid(f"Invalid paste type: {kind}")
    taken = _taken(document, tab, block, as_values=kind == "PASTE_VALUES")
    if transposed:
        taken = [list(column) for column in zip(*taken, strict=True)]
    height, width = len(taken), len(taken[0])
    area = _filled(there, target, height, width)
    document.refuse_protected(who, area)
    top, left = area.top or 0, area.left or 0
    wide = (area.right or 0) - left
    there.write_rows(
        {
            row: _pasted_over(there.rows[row], taken[(row - top) % height], left, wide, kind)
            for row in range(top, area.bottom or 0)
        }
    )
    return {}


def _pasted_over(line: Line, taken: list[Cell], left: int, wide: int, kind: str) -> dict[int, Cell]:
    """Return the cells of a row after others were pasted over it, as often as they fit."""
    width = len(taken)
    return {left + at: _pasted(line.cell(left + at), taken[at % width], kind) for at in range(wide)}


def _taken(document: Document, tab: Tab, block: Area, *, as_values: bool) -> list[list[Cell]]:
    lines = [tab.rows[row] for row in range(block.top or 0, block.bottom or 0)]
    columns = range(block.left or 0, block.right or 0)
    taken = [[line.cell(column) for column in columns] for line in lines]
    if as_values:
        return [[_reckoned(document, tab, cell) for cell in row] for row in taken]
    return taken


def _reckoned(document: Document, tab: Tab, cell: Cell) -> Cell:
    if not isinstance(cell.value, Formula):
        return cell
    value = value_of(cell, document, tab.id)
    return cell._replace(value=value.shown if isinstance(value, Failure) else value)


def _filled(tab: Tab, target: Area, height: int, width: int) -> Area:
    """Return the range a block is pasted over: its own size, or as often as it fits a larger destination."""
    top, left = target.top or 0, target.left or 0
    given_height = (target.bottom if target.bottom is not None else top + height) - top
    given_width = (target.right if target.right is not None else left + width) - left
    tall = given_height if given_height % height == 0 and given_height > height else height
    wide = given_width if given_width % width == 0 and given_width > width else width
    area = Area(tab.id, top, top + tall, left, left + wide)
    if top + tall > tab.rows.count or left + wide > tab.columns.count:
        tab.refuse_outside(area)
    return area


def _pasted(old: Cell, taken: Cell, kind: str) -> Cell:
    """Return a cell after another was pasted over it."""
    if kind == "PASTE_VALUES":
        return Cell(taken.value, old.format, old.note, old.rule)
    return old._replace(**{name: getattr(taken, name) for name in _COPIES[kind]})


def cut_paste(document: Document, who: str, body: Json) -> Json:
    """Move cells; row metadata stays where it is."""
    source, goal = area_of(body["source"]), body.get("destination") or {}
    tab, there = document.tab(source.sheet_id), document.tab(int(goal.get("sheetId", 0)))
    block = tab.clipped(source)
    top, left = int(goal.get("rowIndex", 0)), int(goal.get("columnIndex", 0))
    there.refuse_after_grid(top, left)
    down, across = top - (block.top or 0), left - (block.left or 0)
    area = Area(there.id, top, (block.bottom or 0) + down, left, (block.right or 0) + across)
    if (area.bottom or 0) > there.rows.count or (area.right or 0) > there.columns.count:
        there.refuse_outside(area)
    document.refuse_protected(who, block)
    document.refuse_protected(who, area)
    cells = {place: tab.rows[place[0]].cell(place[1]) for place in places(block)}
    tab.write(dict.fromkeys(cells, BLANK))
    there.write({(row + down, column + across): cell for (row, column), cell in cells.items()})
    return {}


def sort_range(document: Document, who: str, body: Json) -> Json:
    """Sort the rows of a range: numbers, then texts, then ticks, blanks last; row metadata goes along."""
    area = area_of(body["range"])
    tab = document.tab(area.sheet_id)
    clip = tab.clipped(area)
    document.refuse_protected(who, clip)
    top, left, right = clip.top or 0, clip.left or 0, clip.right or 0
    rows = _sorted(document, tab, [tab.rows[at] for at in range(top, clip.bottom or 0)], body)
    whole = left == 0 and right == tab.columns.count
    for at, row in enumerate(rows, top):
        if whole:
            tab.rows[at] = row
        else:
            here = tab.rows[at]
            changed = {column: row.cell(column) for column in range(left, right)}
            tab.rows[at] = Line(here.with_cells(changed).cells, here.properties, row.tags)
    tab.rows.trim()
    return {}


def _sorted(document: Document, tab: Tab, rows: list[Line], body: Json) -> list[Line]:
    for spec in reversed(body.get("sortSpecs") or []):
        column = int(spec.get("dimensionIndex", 0))
        filled = [row for row in rows if row.cell(column).value is not None]
        blank = [row for row in rows if row.cell(column).value is None]
        ranked = [(_rank(value_of(row.cell(column), document, tab.id)), row) for row in filled]
        ranked.sort(key=lambda pair: pair[0], reverse=spec.get("sortOrder") == "DESCENDING")
        rows = [row for _, row in ranked] + blank
    return rows


def _rank(value: Any) -> tuple[int, Any]:  # noqa: ANN401 - numbers before texts before ticks
    if isinstance(value, bool):
        return 2, value
    return (0, value) if isinstance(value, float) else (1, str(value).lower())


def merge_cells(document: Document, who: str, body: Json) -> Json:
    """Merge a range: as one, by rows or by columns. Only the first cell keeps its value."""
    area = area_of(body["range"])
    tab = document.tab(area.sheet_id)
    clip = tab.clipped(area)
    document.refuse_protected(who, clip)
    kept = _without_merges(tab, clip)
    parts = _parts(clip, body.get("mergeType", "MERGE_ALL"))
    for part in parts:
        rest = [place for place in places(part) if place != (part.top, part.left)]
        tab.write({(row, at): tab.rows[row].cell(at)._replace(value=None) for row, at in rest})
    tab.put("merges", [*kept, *(Thing((part,), {}) for part in parts)])
    return {}


def _parts(clip: Area, how: str) -> list[Area]:
    top, bottom, left, right = clip.top or 0, clip.bottom or 0, clip.left or 0, clip.right or 0
    match how:
        case "MERGE_ROWS":
            return [Area(clip.sheet_id, row, row + 1, left, right) for row in range(top, bottom)]
        case "MERGE_COLUMNS":
            return [Area(clip.sheet_id, top, bottom, at, at + 1) for at in range(left, right)]
    return [clip]


def unmerge_cells(document: Document, _who: str, body: Json) -> Json:
    """Take merges apart."""
    area = area_of(body["range"])
    tab = document.tab(area.sheet_id)
    tab.put("merges", _without_merges(tab, tab.clipped(area)))
    return {}


def _without_merges(tab: Tab, clip: Area) -> list[Thing]:
    """Return the merges outside a range; one that lies only partly in it is refused."""
    met = [thing for thing in tab.things["merges"] if thing.areas[0].meets(clip)]
    for thing in met:
        area = thing.areas[0]
        if not all(clip.covers(row, column) for row, column in places(area)):
            raise invalid("You must select all cells in a merged range to merge or unmerge them.")
    return [thing for thing in tab.things["merges"] if thing not in met]
