"""The calls that name ranges by data filters: by bounds, by A1 or by the metadata that stands on them."""

from __future__ import annotations

from collections.abc import Iterator

from .document import Document
from .edits_tags import areas_of
from .errors import Json, invalid
from .lines import COMPACT
from .ranges import Area, area_of
from .reading import value_range, value_range_text
from .writing import clear, put, totals, updated

_KINDS = ("a1Range", "gridRange", "developerMetadataLookup")


def found(document: Document, data_filter: Json) -> list[Area]:
    """Return every range that a data filter finds, inside its grid.

    Raises:
        ApiError: It is no filter, or its range is not there.
    """
    kinds = [kind for kind in _KINDS if kind in data_filter]
    if len(kinds) != 1:
        raise invalid("A data filter must have exactly one kind of filter.")
    match kinds[0]:
        case "a1Range":
            areas = [document.area(data_filter["a1Range"])]
        case "gridRange":
            areas = [area_of(data_filter["gridRange"])]
        case _:
            areas = areas_of(document, data_filter)
    return [document.tab(area.sheet_id).clipped(area) for area in areas]


def echoed(data_filter: Json) -> Json:
    """Return a data filter as an answer names it: a tab's number 0 is left out."""
    grid = data_filter.get("gridRange")
    return {"gridRange": area_of(grid).as_json()} if grid is not None else data_filter


def get(document: Document, body: Json) -> Json:
    """Answer ``values.batchGetByDataFilter``: each range once, with all the filters that find it."""
    ranges = [
        {"valueRange": value_range(document, area, body), "dataFilters": filters}
        for area, filters in _by_area(document, body).items()
    ]
    return {"spreadsheetId": document.id, **({"valueRanges": ranges} if ranges else {})}


def _by_area(document: Document, body: Json) -> dict[Area, list[Json]]:
    by_area: dict[Area, list[Json]] = {}
    for area, data_filter in _pairs(document, body):
        by_area.setdefault(area, []).append(echoed(data_filter))
    return by_area


def get_text(document: Document, body: Json) -> str:
    """Return the answer of ``get`` as compact JSON."""
    by_area = _by_area(document, body)
    ranges = (
        f'{{"valueRange":{value_range_text(document, area, body)},"dataFilters":{COMPACT.encode(filters)}}}'
        for area, filters in by_area.items()
    )
    key = COMPACT.encode(document.id)
    listed = f',"valueRanges":[{",".join(ranges)}]' if by_area else ""
    return f'{{"spreadsheetId":{key}{listed}}}'


def _pairs(document: Document, body: Json) -> Iterator[tuple[Area, Json]]:
    for data_filter in body.get("dataFilters") or []:
        for area in found(document, data_filter):
            yield area, data_filter


def update(document: Document, who: str, body: Json) -> Json:
    """Answer ``values.batchUpdateByDataFilter``: values go to every range that each filter finds."""
    responses, areas = [], []
    for part in body.get("data") or []:
        data_filter = part.get("dataFilter") or {}
        for area in found(document, data_filter):
            written = put(document, who, area, part, body.get("valueInputOption", ""), "data.values")
            told = updated(document, written, body)
            del told["spreadsheetId"]
            responses.append({**told, "dataFilter": echoed(data_filter)})
            areas.append(written)
    answer = {"spreadsheetId": document.id, **totals(areas)}
    return {**answer, "responses": responses} if responses else answer


def clear_all(document: Document, who: str, body: Json) -> Json:
    """Answer ``values.batchClearByDataFilter``."""
    cleared = [document.named_text(clear(document, who, area)) for area, _ in _pairs(document, body)]
    return {"spreadsheetId": document.id, **({"clearedRanges": cleared} if cleared else {})}
