"""``batchUpdate`` requests that write cells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import moving
from .cells import Cell, Entered, Formula, raw
from .document import Document
from .errors import Json, invalid
from .masks import Mask, below, fields_of, parsed, wants
from .ranges import Area, area_of
from .tabs import Tab

_FIELDS = frozenset(
    "userEnteredValue userEnteredFormat note dataValidation textFormatRuns hyperlink pivotTable dataSourceTable "
    "dataSourceFormula chipRuns effectiveValue effectiveFormat formattedValue *".split()
)
_ONLY_VALUES: Mask = {"userEnteredValue": {}}


def update_cells(document: Document, who: str, body: Json) -> Json:
    """Write cells; within a range, what is not sent is cleared of the masked fields."""
    mask = _mask(body)
    rows = [row.get("values") or [] for row in body.get("rows") or []]
    whole = "range" in body
    tab, clip = _ranged(document, body["range"], rows) if whole else _started(document, body, rows)
    document.refuse_protected(who, clip)
    top, left = clip.top or 0, clip.left or 0
    changes: dict[int, dict[int, Cell]] = {}
    for row in range(top, clip.bottom or 0):
        values = rows[row - top] if row - top < len(rows) else []
        line, width = tab.rows[row], (clip.right or 0) - left if whole else len(values)
        changes[row] = {
            left + at: with_data(line.cell(left + at), values[at] if at < len(values) else {}, mask)
            for at in range(width)
        }
    tab.write_rows(changes)
    return {}


def _ranged(document: Document, given: Json, rows: list[list[Json]]) -> tuple[Tab, Area]:
    """Return where cells go that name their range; more than it takes is refused."""
    area = area_of(given)
    tab = document.tab(area.sheet_id)
    clip = tab.clipped(area)
    top, left, bottom, right = clip.top or 0, clip.left or 0, clip.bottom or 0, clip.right or 0
    if top + len(rows) > bottom:
        raise invalid(f"Attempting to write row: {bottom}, beyond the last requested row of: {bottom - 1}")
    if left + max(map(len, rows), default=0) > right:
        raise invalid(
            f"Attempting to write column: {right}, beyond the last requested column of: {right - 1}"
        )
    return tab, clip


def _started(document: Document, body: Json, rows: list[list[Json]]) -> tuple[Tab, Area]:
    """Return where cells go that name their first one; what the grid does not hold is refused."""
    start = body.get("start") or {}
    tab = document.tab(int(start.get("sheetId", 0)))
    top, left = int(start.get("rowIndex", 0)), int(start.get("columnIndex", 0))
    tab.refuse_after_grid(top, left)
    width = max(map(len, rows), default=0)
    height_there, width_there = tab.size()
    if top + len(rows) > height_there:
        last = height_there - 1
        raise invalid(f"Attempting to write row: {last + 1}, beyond the last requested row of: {last}")
    if left + width > width_there:
        last = width_there - 1
        raise invalid(f"Attempting to write column: {last + 1}, beyond the last requested column of: {last}")
    return tab, Area(tab.id, top, top + len(rows), left, left + width)


def append_cells(document: Document, who: str, body: Json) -> Json:
    """Write rows below the last row of the tab that holds data; the grid grows as needed."""
    tab = document.tab(int(body.get("sheetId", 0)))
    mask = _mask(body)
    rows = [row.get("values") or [] for row in body.get("rows") or []]
    top = tab.last_row()
    missing = top + len(rows) - tab.rows.count
    if missing > 0:
        moving.insert(document, tab, "ROWS", tab.rows.count, missing)
    width = max(map(len, rows), default=0)
    if width > tab.columns.count:
        last = tab.columns.count - 1
        raise invalid(f"Attempting to write column: {last + 1}, beyond the last requested column of: {last}")
    document.refuse_protected(who, Area(tab.id, top, top + len(rows), 0, width))
    tab.write_rows(
        {
            row: {at: with_data(tab.rows[row].cell(at), given, mask) for at, given in enumerate(values)}
            for row, values in enumerate(rows, top)
        }
    )
    return {}


def repeat_cell(document: Document, who: str, body: Json) -> Json:
    """Write the same cell into a whole range."""
    area = area_of(body["range"])
    tab = document.tab(area.sheet_id)
    clip = tab.clipped(area)
    document.refuse_protected(who, clip)
    mask, given = _mask(body), body.get("cell") or {}
    tab.write_each(clip, lambda cell: with_data(cell, given, mask))
    return {}


def _mask(body: Json) -> Mask:
    """Return the mask of a request that writes cells; a field that cells do not have is refused."""
    mask = parsed(fields_of(body))
    unknown = [name for name in mask if name not in _FIELDS]
    if unknown:
        raise invalid(f"Invalid field: {unknown[0]}")
    return mask


def with_data(cell: Cell, given: Json, mask: Mask) -> Cell:
    """Return a cell with the masked fields of CellData."""
    value, looks, note, rule = cell
    if mask == _ONLY_VALUES:
        return Cell(_entered(given.get("userEnteredValue") or {}), looks, note, rule)
    if wants(mask, "userEnteredValue"):
        value = _entered(given.get("userEnteredValue") or {})
    if wants(mask, "userEnteredFormat"):
        inner = below(mask, "userEnteredFormat")
        looks = _masked(dict(looks or {}), given.get("userEnteredFormat") or {}, inner) or None
    if wants(mask, "note"):
        note = str(given.get("note") or "")
    if wants(mask, "dataValidation"):
        rule = given.get("dataValidation")
    return Cell(value, looks, note, rule)


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
    for name in ("stringValue", "numberValue", "boolValue"):
        if name in given:
            return raw(given[name], f"cell.{name}")
    return None


def find_replace(document: Document, who: str, body: Json) -> Json:
    """Replace text in cells and say how often."""
    new, whole = str(body.get("replacement", "")), bool(body.get("matchEntireCell"))
    pattern = _pattern(body)
    occurrences, changed = 0, 0
    for area in _areas(document, body):
        tab = document.tab(area.sheet_id)
        clip = tab.clipped(area)
        document.refuse_protected(who, clip)
        cells: dict[tuple[int, int], Cell] = {}
        for row, column, cell, text in _texts(tab, clip):
            if whole and not pattern.fullmatch(text):
                continue
            after, count = (new, 1) if whole else pattern.subn(lambda _match: new, text)
            if count:
                occurrences, changed = occurrences + count, changed + 1
                cells[row, column] = cell._replace(value=after or None)
        tab.write(cells)
    found = {"valuesChanged": changed, "occurrencesChanged": occurrences}
    return {"findReplace": {name: number for name, number in found.items() if number}}


def _pattern(body: Json) -> re.Pattern[str]:
    find = str(body.get("find", ""))
    flags = 0 if body.get("matchCase") else re.IGNORECASE
    return re.compile(find if body.get("searchByRegex") else re.escape(find), flags)


def _areas(document: Document, body: Json) -> list[Area]:
    if "range" in body:
        return [area_of(body["range"])]
    return [Area(int(body["sheetId"]))] if "sheetId" in body else [Area(tab.id) for tab in document.tabs]


def _texts(tab: Tab, clip: Area) -> Iterator[tuple[int, int, Cell, str]]:
    top = clip.top or 0
    for row, line in enumerate(tab.rows.part(top, clip.bottom or 0), top):
        for column, cell in enumerate(line.cells):
            if clip.covers(row, column) and isinstance(cell.value, str):
                yield row, column, cell, cell.value
