"""What the spreadsheet of a ledger looks like, and the requests that make or mend it; nothing of people's is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from automations.books import look
from automations.books.google import columns, guards, rules
from automations.books.google.adoption import Placed, placed
from automations.books.google.formats import HEADER_PIXELS, colour
from automations.books.google.found import found_in
from automations.books.google.ids import COPIES, sheet_id_of
from automations.books.google.ranges import area
from automations.books.google.values import Json, entered
from automations.core.messages import Label, Message, msg
from automations.core.records import dataclass
from automations.core.schema import Schema, Tab
from automations.core.values import Cells
from automations.core.wording import Wording

_COPIES = Tab(COPIES, Label("記録の写し", "Journal copies"), (), {}, hidden=True)
# Blank cells count towards the ten million a spreadsheet may have, so a new tab begins small and grows.
_ROWS, _ROWS_OF_ROBOTS, _SPARE_COLUMNS = 1_000, 200, 2


@dataclass(frozen=True)
class Layout:
    """What there should be.

    Attributes:
        rows: First rows, typed, by tab id; they are written only where a tab is blank.
    """

    schema: Schema
    wording: Wording
    rows: Mapping[str, Sequence[Cells]]

    @property
    def ours(self) -> frozenset[int]:
        """Return the sheetIds of tabs that are made by us."""
        return frozenset(map(sheet_id_of, self.schema))


@dataclass(frozen=True)
class TabChange:
    """What is done to one tab, for people.

    Attributes:
        title: As it stands; None for a tab that is made.
        adopted: It was people's own and is now a tab of the ledger.
        known: How many of its columns it had.
        added: Columns it was given.
        mended: What was put back or renewed, in words.
        proposals: Headers nobody knows, with the column each was perhaps meant to be.
    """

    tab: Tab
    title: str | None
    adopted: bool
    known: int
    added: tuple[Label, ...]
    mended: tuple[Message, ...]
    proposals: tuple[tuple[str, Label], ...]


@dataclass(frozen=True)
class Changes:
    """Everything to be sent, in order, and what it means."""

    requests: tuple[Json, ...]
    tabs: tuple[TabChange, ...]


def wanted(schema: Schema, wording: Wording, rows: Mapping[str, Sequence[Cells]]) -> Layout:
    """Return what a spreadsheet with these tabs looks like; one more, hidden, is for the copies of a commit."""
    return Layout({**schema, COPIES: _COPIES}, wording, rows)


def changes(layout: Layout, structure: Json, cells: Json) -> Changes:
    """Return what is missing in a spreadsheet; nothing when all is there.

    Args:
        layout: What there should be.
        structure: Answer to a GET with the fields ``found.STRUCTURE``.
        cells: Answer to a GET of the ranges ``found.looked_at`` with the fields ``found.CELLS``.

    Raises:
        LedgerRefused: It cannot be made a ledger as it stands (see ``adoption.placed``).
    """
    places = placed(layout.schema, found_in(structure, cells, layout.ours))
    order = [int(sheet["properties"].get("sheetId", 0)) for sheet in structure.get("sheets", ())]
    requests = [*_new_sheets(places, order, layout), *_room(places, layout)]
    told: list[TabChange] = []
    for place in places:
        parts = _parts(place, layout)
        requests += [request for part in parts.values() for request in part]
        told.append(_told(place, parts))
    return Changes(tuple(requests), tuple(told))


def _new_sheets(places: Sequence[Placed], order: Sequence[int], layout: Layout) -> Iterator[Json]:
    """Yield the tabs that are missing, each behind the one it follows in the schema; people's keep their order."""
    standing, behind = list(order), 0
    for place in places:
        if place.sheet is None:
            standing.insert(behind, place.sheet_id)
            yield {"addSheet": {"properties": {**_properties(place.tab, layout), "index": behind}}}
        behind = standing.index(place.sheet_id) + 1


def _properties(tab: Tab, layout: Layout) -> Json:
    peoples = any(column.owner != "robot" for column in tab.columns.values())
    grid: Json = {
        "rowCount": max(_ROWS if peoples else _ROWS_OF_ROBOTS, len(layout.rows.get(tab.id, ())) + 100),
        "columnCount": len(tab.columns) + _SPARE_COLUMNS,
    }
    if tab.columns:
        grid |= {"frozenRowCount": 1, "frozenColumnCount": tab.frozen}
    return {
        "sheetId": sheet_id_of(tab.id),
        "title": tab.label.text(layout.wording.language),
        "hidden": tab.hidden,
        "gridProperties": grid,
        "tabColorStyle": colour(look.PEOPLES_TAB if peoples else look.ROBOTS_TAB),
    }


def _room(places: Sequence[Placed], layout: Layout) -> Iterator[Json]:
    """Yield what makes a present grid large enough for new columns and first rows."""
    for place in places:
        if place.sheet is None:
            continue
        columns_needed = max(place.all_columns.values(), default=-1) + 1
        rows_needed = place.header_row + len(_first_rows(place, layout))
        for axis, lacking in (
            ("COLUMNS", columns_needed - place.sheet.columns),
            ("ROWS", rows_needed - place.sheet.rows),
        ):
            if lacking > 0:
                more = {"sheetId": place.sheet_id, "dimension": axis, "length": lacking}
                yield {"appendDimension": more}


def _parts(place: Placed, layout: Layout) -> dict[Message, list[Json]]:
    """Return the requests for one tab by what they are about."""
    language, currency = layout.wording.language, layout.wording.currency
    return {
        msg("columns"): list(columns.new_columns(place, language, currency)),
        msg("frozen rows"): list(_frozen(place)),
        msg("notes"): list(columns.notes(place, language)),
        msg("formats"): list(columns.number_formats(place, currency)),
        msg("lists"): list(rules.lists(place, language)),
        msg("colours"): list(rules.colours(place, language)),
        msg("warnings"): list(guards.protections(place, language)),
        msg("filters"): list(guards.filters(place, language)),
        msg("first rows"): list(_rows(place, layout)),
    }


def _told(place: Placed, parts: Mapping[Message, Sequence[Json]]) -> TabChange:
    changed = tuple(name for name, requests in parts.items() if requests)
    known = set(place.columns) and place.sheet is not None and not place.is_ours
    return TabChange(
        place.tab,
        place.sheet.title if place.sheet else None,
        bool(known and place.added),
        len(place.columns),
        tuple(place.tab.columns[name].label for name in place.added) if place.sheet else (),
        () if place.added or place.sheet is None else changed,
        tuple((header, column.label) for header, column in place.proposals),
    )


def _frozen(place: Placed) -> Iterator[Json]:
    """Yield the height of a new header row, and what freezes it and the key block in a tab of ours."""
    if not place.is_ours or not place.tab.columns:
        return
    if not place.columns:
        line = {"sheetId": place.sheet_id, "dimension": "ROWS", "startIndex": 0, "endIndex": 1}
        size = {"pixelSize": HEADER_PIXELS}
        yield {"updateDimensionProperties": {"range": line, "properties": size, "fields": "pixelSize"}}
    if place.sheet is None:
        return
    found = place.sheet.grid_properties
    wanted_sizes = {"frozenRowCount": place.header_row, "frozenColumnCount": place.tab.frozen}
    lost = {name: size for name, size in wanted_sizes.items() if not found.get(name)}
    if lost:
        changed = {"sheetId": place.sheet_id, "gridProperties": lost}
        fields = ",".join(f"gridProperties.{name}" for name in lost)
        yield {"updateSheetProperties": {"properties": changed, "fields": fields}}


def _first_rows(place: Placed, layout: Layout) -> Sequence[Cells]:
    if place.sheet is not None and not place.sheet.is_blank_below(place.header_row):
        return ()
    return layout.rows.get(place.tab.id, ())


def _rows(place: Placed, layout: Layout) -> Iterator[Json]:
    first = _first_rows(place, layout)
    if not first:
        return
    at = place.all_columns
    where = area(
        place.sheet_id,
        rows=(place.header_row, place.header_row + len(first)),
        columns=(0, max(at.values()) + 1),
    )
    rows = [{"values": _cells(place, cells, layout.wording)} for cells in first]
    yield {"updateCells": {"range": where, "rows": rows, "fields": "userEnteredValue"}}


def _cells(place: Placed, cells: Cells, wording: Wording) -> list[Json]:
    made: list[Json] = [{} for _ in range(max(place.all_columns.values()) + 1)]
    for name, at in place.all_columns.items():
        made[at] = entered(wording.cell(place.tab.columns[name], cells.get(name)))
    return made
