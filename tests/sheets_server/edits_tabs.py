"""``batchUpdate`` requests on whole tabs and on the document's own properties."""

from __future__ import annotations

from . import moving
from .document import Document
from .errors import Json, invalid
from .lines import Lines
from .masks import Mask, below, fields_of, parsed, wants
from .ranges import Axis
from .resource import sheet_properties
from .tabs import COLUMNS, ROWS, Tab, Thing

_SIZES: tuple[tuple[str, Axis], ...] = (("rowCount", "ROWS"), ("columnCount", "COLUMNS"))


def add_sheet(document: Document, _who: str, body: Json) -> Json:
    """Add a tab; a title or id that exists is refused."""
    given = dict(body.get("properties") or {})
    title = given.pop("title", "") or _free_title(document)
    _refuse_title(document, title)
    sheet_id = int(given.pop("sheetId", -1))
    if any(tab.id == sheet_id for tab in document.tabs):
        raise invalid(f"A sheet with the id {sheet_id} already exists.")
    grid = dict(given.pop("gridProperties", None) or {})
    rows, columns = grid.pop("rowCount", None) or ROWS, grid.pop("columnCount", None) or COLUMNS
    at = given.pop("index", None)
    tab = Tab(
        sheet_id if sheet_id >= 0 else document.new_number(),
        {"title": title, **given, "gridProperties": grid},
        Lines(int(rows)),
        Lines(int(columns)),
    )
    return {"addSheet": {"properties": _placed(document, tab, at)}}


def _placed(document: Document, tab: Tab, at: int | None) -> Json:
    """Put a new tab among the others and return its properties."""
    document.tabs.insert(len(document.tabs) if at is None else int(at), tab)
    document.refuse_too_many_cells()
    return sheet_properties(tab, document.index_of(tab))


def _free_title(document: Document) -> str:
    number = len(document.tabs) + 1
    while document.tab_named(f"Sheet{number}"):
        number += 1
    return f"Sheet{number}"


def _refuse_title(document: Document, title: str, but: Tab | None = None) -> None:
    other = document.tab_named(title)
    if other and other is not but:
        raise invalid(f'A sheet with the name "{title}" already exists. Please enter another name.')


def delete_sheet(document: Document, _who: str, body: Json) -> Json:
    """Remove a tab and all that stands on it."""
    tab = document.tab(int(body.get("sheetId", 0)))
    if len(document.tabs) == 1:
        raise invalid("You can't remove all the sheets in a document.")
    document.tabs = [one for one in document.tabs if one.id != tab.id]
    document.named = {key: one for key, one in document.named.items() if one[1].sheet_id != tab.id}
    document.metadata = {
        key: one
        for key, one in document.metadata.items()
        if one.place == "SPREADSHEET" or one.sheet_id != tab.id
    }
    return {}


def duplicate_sheet(document: Document, _who: str, body: Json) -> Json:
    """Copy a tab within the document."""
    source = document.tab(int(body.get("sourceSheetId", 0)))
    fresh = copied_tab(document, source, body.get("newSheetName") or f"Copy of {source.title}")
    if "newSheetId" in body:
        fresh.id = int(body["newSheetId"])
    return {"duplicateSheet": {"properties": _placed(document, fresh, body.get("insertSheetIndex", 0))}}


def copied_tab(document: Document, source: Tab, title: str) -> Tab:
    """Return a copy of a tab under a new id and title; metadata stays behind.

    Raises:
        ApiError: The title is taken.
    """
    _refuse_title(document, title)
    number = document.new_number()
    fresh = source.copied()
    fresh.id = number
    fresh.properties = {name: value for name, value in source.properties.items() if name != "hidden"}
    fresh.properties["title"] = title
    fresh.rows.kept = [line.with_tags(frozenset()) for line in fresh.rows.kept]
    fresh.columns.kept = [line.with_tags(frozenset()) for line in fresh.columns.kept]
    for kind, things in source.things.items():
        fresh.put(kind, [_on(thing, number, document.new_number() if thing.id else 0) for thing in things])
    if source.basic_filter:
        fresh.basic_filter = _on(source.basic_filter, number, 0)
    return fresh


def _on(thing: Thing, sheet_id: int, number: int) -> Thing:
    return Thing(tuple(area._replace(sheet_id=sheet_id) for area in thing.areas), thing.spec, number)


def update_sheet_properties(document: Document, _who: str, body: Json) -> Json:
    """Change title, place, visibility, grid and look of a tab."""
    given = body.get("properties") or {}
    tab = document.tab(int(given.get("sheetId", 0)))
    mask = parsed(fields_of(body))
    if wants(mask, "title") and "title" in given:
        _refuse_title(document, given["title"], tab)
    if wants(mask, "gridProperties"):
        _resize(document, tab, given.get("gridProperties") or {}, below(mask, "gridProperties"))
    apart = {"sheetId", "gridProperties", "index", "*"}
    changed = {name: given.get(name) for name in {*given, *mask} - apart if wants(mask, name)}
    for one, other in (("tabColor", "tabColorStyle"), ("tabColorStyle", "tabColor")):
        if one in changed:
            changed.setdefault(other, None)
    tab.properties = {**tab.properties, **changed}
    if all(one.hidden for one in document.tabs):
        raise invalid("You can't hide all the sheets in a document.")
    if wants(mask, "index") and "index" in given:
        _move(document, tab, int(given["index"]))
    return {}


def _move(document: Document, tab: Tab, index: int) -> None:
    """Move a tab; places count before the move, as people see them."""
    old = document.index_of(tab)
    del document.tabs[old]
    document.tabs.insert(index - 1 if index > old else index, tab)


def _resize(document: Document, tab: Tab, given: Json, mask: Mask) -> None:
    sizes = {name for name, _ in _SIZES}
    changed = {name: given.get(name) for name in {*given, *mask} - sizes - {"*"} if wants(mask, name)}
    tab.properties = {
        **tab.properties,
        "gridProperties": {**(tab.properties.get("gridProperties") or {}), **changed},
    }
    for name, axis in _SIZES:
        if name not in given or not wants(mask, name):
            continue
        here, wanted = len(tab.lines(axis)), int(given[name])
        if wanted < here:
            moving.delete(document, tab, axis, wanted, here)
        elif wanted > here:
            moving.insert(document, tab, axis, here, wanted - here)


def update_spreadsheet_properties(document: Document, _who: str, body: Json) -> Json:
    """Change title, locale or time zone of the document."""
    given, mask = body.get("properties") or {}, parsed(fields_of(body))
    changed = {name: value for name, value in given.items() if wants(mask, name)}
    document.properties = {**document.properties, **changed}
    return {}
