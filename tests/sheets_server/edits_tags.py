"""Developer metadata: made, changed, taken away and looked up."""

from __future__ import annotations

from .document import Document, Metadata
from .edits_lines import axis_of
from .errors import ApiError, Json, invalid
from .masks import fields_of, parsed, wants
from .ranges import Area
from .resource import metadata

_LIMIT = 30_000


def create(document: Document, _who: str, body: Json) -> Json:
    """Attach a key and value to the document, a tab, one row or one column; an id in use is refused."""
    given = dict(body["developerMetadata"])
    number = int(given.pop("metadataId", 0)) or document.new_number()
    if number in document.metadata:
        raise invalid(
            f"Cannot add developer metadata with ID [{number}] because developer metadata with that ID already "
            "exists.",
        )
    location = given.pop("location", None) or {}
    if not given.get("metadataKey"):
        raise invalid("Developer metadata must have a key.")
    one = _attached(document, number, given, location)
    document.metadata[number] = one
    _refuse_too_much(document, one)
    return {"createDeveloperMetadata": {"developerMetadata": metadata(document, one)}}


def _attached(document: Document, number: int, spec: Json, location: Json) -> Metadata:
    if "dimensionRange" in location:
        given = location["dimensionRange"]
        tab = document.tab(int(given.get("sheetId", 0)))
        axis = axis_of(given)
        at = int(given.get("startIndex", 0))
        lines = tab.lines(axis)
        if int(given.get("endIndex", at + 1)) != at + 1 or at >= len(lines):
            raise invalid("Developer metadata must be on exactly one row or column of the grid.")
        lines[at] = lines[at].with_tags(lines[at].tags | {number})
        return Metadata(number, spec, "COLUMN" if axis == "COLUMNS" else "ROW", tab.id)
    if "sheetId" in location:
        return Metadata(number, spec, "SHEET", document.tab(int(location["sheetId"])).id)
    if not location.get("spreadsheet"):
        raise invalid("Developer metadata must have a location.")
    return Metadata(number, spec, "SPREADSHEET")


def _refuse_too_much(document: Document, new: Metadata) -> None:
    whole = new.place == "SPREADSHEET"
    same = [
        one.spec
        for one in document.metadata.values()
        if (one.place == "SPREADSHEET") == whole and one.sheet_id == new.sheet_id
    ]
    size = sum(len(spec.get("metadataKey", "")) + len(spec.get("metadataValue", "")) for spec in same)
    if size > _LIMIT:
        raise invalid(f"Developer metadata may hold at most {_LIMIT} characters here.")


def delete(document: Document, _who: str, body: Json) -> Json:
    """Take away all metadata a filter finds."""
    gone = matched(document, body.get("dataFilter") or {})
    told = [metadata(document, one) for one in gone]
    for one in gone:
        _detach(document, one)
    return {"deleteDeveloperMetadata": {"deletedDeveloperMetadata": told} if told else {}}


def _detach(document: Document, one: Metadata) -> None:
    del document.metadata[one.id]
    place = document.place_of(one.id)
    if place:
        sheet_id, axis, index = place[0].id, place[1], place[2]
        lines = document.tab(sheet_id).lines(axis)
        lines[index] = lines[index].with_tags(lines[index].tags - {one.id})


def update(document: Document, _who: str, body: Json) -> Json:
    """Change key or value of all metadata the filters find."""
    mask, given = parsed(fields_of(body)), body["developerMetadata"]
    changed = {name: value for name, value in given.items() if name != "location" and wants(mask, name)}
    found = [one for part in body.get("dataFilters") or [] for one in matched(document, part)]
    after = [Metadata(one.id, {**one.spec, **changed}, one.place, one.sheet_id) for one in found]
    document.metadata.update({one.id: one for one in after})
    return {"updateDeveloperMetadata": {"developerMetadata": [metadata(document, one) for one in after]}}


def matched(document: Document, data_filter: Json) -> list[Metadata]:
    """Return the metadata that a data filter's lookup finds.

    Raises:
        ApiError: The filter is none of metadata.
    """
    lookup = data_filter.get("developerMetadataLookup")
    if lookup is None:
        raise invalid("A data filter of developer metadata needs a developerMetadataLookup.")
    wanted = {name: lookup[name] for name in ("metadataKey", "metadataValue", "visibility") if name in lookup}
    return [
        one
        for one in document.metadata.values()
        if ("metadataId" not in lookup or one.id == int(lookup["metadataId"]))
        and all(one.spec.get(name) == value for name, value in wanted.items())
        and lookup.get("locationType", one.place) == one.place
        and ("metadataLocation" not in lookup or _lies_at(document, one, lookup))
    ]


def _lies_at(document: Document, one: Metadata, lookup: Json) -> bool:
    """Return whether metadata lies at a lookup's place, or meets it where that is asked for."""
    wanted = lookup["metadataLocation"]
    exact = lookup.get("locationMatchingStrategy") != "INTERSECTING_LOCATION"
    if wanted.get("spreadsheet"):
        return not exact or one.place == "SPREADSHEET"
    if "dimensionRange" not in wanted:
        on_tab = one.place != "SPREADSHEET" and one.sheet_id == int(wanted.get("sheetId", 0))
        return on_tab and (not exact or one.place == "SHEET")
    given, place = wanted["dimensionRange"], document.place_of(one.id)
    if place is None or place[0].id != int(given.get("sheetId", 0)) or place[1] != axis_of(given):
        return False
    return bool(int(given.get("startIndex", 0)) <= place[2] < int(given.get("endIndex", place[2] + 1)))


def areas_of(document: Document, data_filter: Json) -> list[Area]:
    """Return the rows, columns and tabs that a lookup's metadata stands on."""
    found = []
    for one in matched(document, data_filter):
        place = document.place_of(one.id)
        if place:
            tab, axis, index = place
            found.append(Area(tab.id).with_bounds(axis, index, index + 1))
        elif one.place == "SHEET":
            found.append(Area(one.sheet_id))
    return found


def by_id(document: Document, number: int) -> Json:
    """Answer ``developerMetadata.get``.

    Raises:
        ApiError: There is none.
    """
    if number not in document.metadata:
        raise ApiError(404, "NOT_FOUND", f"No developer metadata with ID {number}")
    return metadata(document, document.metadata[number])


def search(document: Document, body: Json) -> Json:
    """Answer ``developerMetadata.search``."""
    found = [
        {"developerMetadata": metadata(document, one), "dataFilters": [part]}
        for part in body.get("dataFilters") or []
        for one in matched(document, part)
    ]
    return {"matchedDeveloperMetadata": found} if found else {}
