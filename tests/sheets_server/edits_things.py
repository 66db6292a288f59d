"""``batchUpdate`` requests on what stands beside the cells: names, protections, rules, filters, metadata, charts."""

from __future__ import annotations

from .document import Document, Metadata, Tab, Thing, places, write
from .errors import ApiError, Json, invalid
from .masks import parsed, wants
from .ranges import Area, area_of
from .resource import dimension_range, metadata, named_range, thing_json

_METADATA_LIMIT = 30_000


def add_named_range(document: Document, _who: str, body: Json) -> Json:
    """Give a range a name; a name or an id that exists is refused."""
    given = body["namedRange"]
    name, area = str(given.get("name", "")), area_of(given.get("range") or {})
    document.tab(area.sheet_id).clipped(area)
    if any(name == known for known, _ in document.named.values()):
        raise invalid(
            f"Cannot add named range with name {name}, a named range with that name already exists.",
        )
    key = str(given.get("namedRangeId") or document.new_number())
    if key in document.named:
        raise invalid(f"Cannot add named range with ID {key}, a named range with that ID already exists.")
    document.named[key] = (name, area)
    return {"addNamedRange": {"namedRange": named_range(key, name, area)}}


def update_named_range(document: Document, _who: str, body: Json) -> Json:
    """Change the name or the range."""
    given, mask = body["namedRange"], parsed(str(body.get("fields", "")))
    name, area = _named(document, str(given.get("namedRangeId", "")))
    name = given.get("name", name) if wants(mask, "name") else name
    area = area_of(given["range"]) if wants(mask, "range") and "range" in given else area
    document.named[str(given["namedRangeId"])] = (name, area)
    return {}


def delete_named_range(document: Document, _who: str, body: Json) -> Json:
    """Take a name away; an id that is not there is refused."""
    key = str(body.get("namedRangeId", ""))
    _named(document, key)
    del document.named[key]
    return {}


def _named(document: Document, key: str) -> tuple[str, Area]:
    if key not in document.named:
        raise invalid(f"No named range with id: {key}")
    return document.named[key]


def add_protected_range(document: Document, who: str, body: Json) -> Json:
    """Protect a range, a whole tab or a named range; who asks may go on editing."""
    spec = dict(body["protectedRange"])
    given = spec.pop("range", None)
    area = document.named[spec["namedRangeId"]][1] if "namedRangeId" in spec else area_of(given or {})
    tab = document.tab(area.sheet_id)
    number = int(spec.pop("protectedRangeId", 0)) or document.new_number()
    if not spec.get("warningOnly"):
        editors = dict(spec.get("editors") or {})
        spec["editors"] = {**editors, "users": sorted({*editors.get("users", ()), who})}
    thing = Thing((area,), spec, number)
    tab.things["protectedRanges"].append(thing)
    told = thing_json("protectedRanges", thing)
    return {"addProtectedRange": {"protectedRange": {**told, "requestingUserCanEdit": True, "editors": {}}}}


def update_protected_range(document: Document, who: str, body: Json) -> Json:
    """Change a protection."""
    given, mask = body["protectedRange"], parsed(str(body.get("fields", "")))
    _, thing = _thing(document, "protectedRanges", int(given.get("protectedRangeId", 0)), "protected range")
    document.refuse_protected(who, thing.areas[0])
    if wants(mask, "range") and "range" in given:
        thing.areas = (area_of(given["range"]),)
    thing.spec = {
        **thing.spec,
        **{name: value for name, value in given.items() if name != "range" and wants(mask, name)},
    }
    thing.spec.pop("protectedRangeId", None)
    return {}


def delete_protected_range(document: Document, who: str, body: Json) -> Json:
    """Take a protection away."""
    tab, thing = _thing(document, "protectedRanges", int(body.get("protectedRangeId", 0)), "protected range")
    document.refuse_protected(who, thing.areas[0])
    tab.things["protectedRanges"].remove(thing)
    return {}


def set_data_validation(document: Document, who: str, body: Json) -> Json:
    """Give cells a rule, or take it away."""
    area = area_of(body["range"])
    tab = document.tab(area.sheet_id)
    clip = tab.clipped(area)
    document.refuse_protected(who, clip)
    rule = body.get("rule")
    write(
        tab, {(row, column): tab.rows[row].cell(column)._replace(rule=rule) for row, column in places(clip)}
    )
    return {}


def add_conditional_format(document: Document, _who: str, body: Json) -> Json:
    """Add a rule at an index; rules have no ids."""
    rule = dict(body["rule"])
    areas = tuple(area_of(part) for part in rule.pop("ranges", []))
    if not areas:
        raise invalid("No ranges specified for conditional format rule.")
    rules = document.tab(areas[0].sheet_id).things["conditionalFormats"]
    rules.insert(min(int(body.get("index", 0)), len(rules)), Thing(areas, rule))
    return {}


def update_conditional_format(document: Document, _who: str, body: Json) -> Json:
    """Replace a rule, or move it."""
    rules = document.tab(int(body.get("sheetId", 0))).things["conditionalFormats"]
    old = _rule_at(rules, int(body.get("index", 0)))
    if "newIndex" in body:
        rules.remove(old)
        rules.insert(int(body["newIndex"]), old)
    else:
        rule = dict(body["rule"])
        old.areas = tuple(area_of(part) for part in rule.pop("ranges", []))
        old.spec = rule
    return {"updateConditionalFormatRule": {"newRule": thing_json("conditionalFormats", old)}}


def delete_conditional_format(document: Document, _who: str, body: Json) -> Json:
    """Take a rule away."""
    rules = document.tab(int(body.get("sheetId", 0))).things["conditionalFormats"]
    gone = _rule_at(rules, int(body.get("index", 0)))
    rules.remove(gone)
    return {"deleteConditionalFormatRule": {"rule": thing_json("conditionalFormats", gone)}}


def _rule_at(rules: list[Thing], index: int) -> Thing:
    if not 0 <= index < len(rules):
        raise invalid(f"No conditional format rule at index: {index}")
    return rules[index]


def set_basic_filter(document: Document, _who: str, body: Json) -> Json:
    """Put the tab's one filter on a range; without bounds on the whole grid."""
    spec = dict(body["filter"])
    area = area_of(spec.pop("range", None) or {})
    tab = document.tab(area.sheet_id)
    tab.basic_filter = Thing((tab.clipped(area),), spec)
    return {}


def clear_basic_filter(document: Document, _who: str, body: Json) -> Json:
    """Take the tab's filter away."""
    document.tab(int(body.get("sheetId", 0))).basic_filter = None
    return {}


def _adder(kind: str, name: str, request: str, id_name: str):  # noqa: ANN202 - a request function
    def add(document: Document, _who: str, body: Json) -> Json:
        spec = dict(body[name])
        area = _area_of_thing(spec)
        tab = document.tab(area.sheet_id)
        number = int(spec.pop(id_name, 0)) or document.new_number()
        if any(thing.id == number for one in document.tabs for thing in one.things[kind]):
            raise invalid(f"Cannot add {name} with ID {number}, that ID already exists.")
        if kind == "bandedRanges" and any(area.meets(thing.areas[0]) for thing in tab.things[kind]):
            raise invalid("You cannot add alternating background colors to a range that already has alternating "
                          "background colors.")  # fmt: skip
        thing = Thing((area,), spec, number)
        tab.things[kind].append(thing)
        return {request: {name: thing_json(kind, thing)}}

    return add


def _area_of_thing(spec: Json) -> Area:
    if "range" in spec:
        return area_of(spec.pop("range"))
    anchor = ((spec.get("position") or {}).get("overlayPosition") or {}).get("anchorCell") or {}
    row, column = int(anchor.get("rowIndex", 0)), int(anchor.get("columnIndex", 0))
    return Area(int(anchor.get("sheetId", 0)), row, row + 1, column, column + 1)


def _updater(kind: str, name: str, id_name: str):  # noqa: ANN202 - a request function
    def update(document: Document, _who: str, body: Json) -> Json:
        given, mask = dict(body[name]), parsed(str(body.get("fields", "*")))
        _, thing = _thing(document, kind, int(given.pop(id_name, 0)), name)
        if "range" in given and wants(mask, "range"):
            thing.areas = (area_of(given.pop("range")),)
        thing.spec = {**thing.spec, **{field: value for field, value in given.items() if wants(mask, field)}}
        return {}

    return update


def _remover(kind: str, id_name: str, what: str):  # noqa: ANN202 - a request function
    def remove(document: Document, _who: str, body: Json) -> Json:
        tab, thing = _thing(document, kind, int(body.get(id_name, 0)), what)
        tab.things[kind].remove(thing)
        return {}

    return remove


def _thing(document: Document, kind: str, number: int, what: str) -> tuple[Tab, Thing]:
    for tab in document.tabs:
        for thing in tab.things[kind]:
            if thing.id == number:
                return tab, thing
    raise invalid(f"No {what} with id: {number}")


add_banding = _adder("bandedRanges", "bandedRange", "addBanding", "bandedRangeId")
update_banding = _updater("bandedRanges", "bandedRange", "bandedRangeId")
delete_banding = _remover("bandedRanges", "bandedRangeId", "banded range")
add_filter_view = _adder("filterViews", "filter", "addFilterView", "filterViewId")
update_filter_view = _updater("filterViews", "filter", "filterViewId")
delete_filter_view = _remover("filterViews", "filterId", "filter view")
add_chart = _adder("charts", "chart", "addChart", "chartId")
delete_embedded_object = _remover("charts", "objectId", "embedded object")


def update_chart_spec(document: Document, _who: str, body: Json) -> Json:
    """Replace what a chart shows."""
    _, thing = _thing(document, "charts", int(body.get("chartId", 0)), "chart")
    thing.spec = {**thing.spec, "spec": body["spec"]}
    return {}


def add_dimension_group(document: Document, _who: str, body: Json) -> Json:
    """Group rows or columns."""
    given = body["range"]
    tab = document.tab(int(given.get("sheetId", 0)))
    axis = "COLUMNS" if given.get("dimension") == "COLUMNS" else "ROWS"
    span = dimension_range(tab.id, axis, int(given.get("startIndex", 0)), int(given["endIndex"]))
    depth = 1 + sum(_holds(group["range"], span) for group in tab.groups[axis])
    tab.groups[axis].append({"range": span, "depth": depth})
    return {"addDimensionGroup": {"dimensionGroups": tab.groups[axis]}}


def delete_dimension_group(document: Document, _who: str, body: Json) -> Json:
    """Take a group away."""
    given = body["range"]
    tab = document.tab(int(given.get("sheetId", 0)))
    axis = "COLUMNS" if given.get("dimension") == "COLUMNS" else "ROWS"
    span = dimension_range(tab.id, axis, int(given.get("startIndex", 0)), int(given["endIndex"]))
    found = [group for group in tab.groups[axis] if group["range"] == span]
    if not found:
        raise invalid("No dimension group with that range.")
    tab.groups[axis].remove(found[-1])
    return {"deleteDimensionGroup": {"dimensionGroups": tab.groups[axis]} if tab.groups[axis] else {}}


def _holds(outer: Json, inner: Json) -> bool:
    return bool(outer["startIndex"] <= inner["startIndex"] and inner["endIndex"] <= outer["endIndex"])


def create_developer_metadata(document: Document, _who: str, body: Json) -> Json:
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
        axis = "COLUMNS" if given.get("dimension") == "COLUMNS" else "ROWS"
        at = int(given.get("startIndex", 0))
        if int(given.get("endIndex", at + 1)) != at + 1 or at >= len(tab.lines(axis)):
            raise invalid("Developer metadata must be on exactly one row or column of the grid.")
        line = tab.lines(axis)[at]
        tab.lines(axis)[at] = line._replace(tags=line.tags | {number})
        return Metadata(number, spec, "COLUMN" if axis == "COLUMNS" else "ROW", tab.id)
    if "sheetId" in location:
        return Metadata(number, spec, "SHEET", document.tab(int(location["sheetId"])).id)
    if not location.get("spreadsheet"):
        raise invalid("Developer metadata must have a location.")
    return Metadata(number, spec, "SPREADSHEET")


def _refuse_too_much(document: Document, new: Metadata) -> None:
    same = [
        one
        for one in document.metadata.values()
        if (one.place == "SPREADSHEET") == (new.place == "SPREADSHEET") and one.sheet_id == new.sheet_id
    ]
    size = sum(len(one.spec.get("metadataKey", "")) + len(one.spec.get("metadataValue", "")) for one in same)
    if size > _METADATA_LIMIT:
        raise invalid(f"Developer metadata may hold at most {_METADATA_LIMIT} characters here.")


def delete_developer_metadata(document: Document, _who: str, body: Json) -> Json:
    """Take away all metadata a filter finds."""
    gone = matched(document, body.get("dataFilter") or {})
    for one in gone:
        del document.metadata[one.id]
    return {
        "deleteDeveloperMetadata": {
            "deletedDeveloperMetadata": [{"metadataId": one.id, **one.spec} for one in gone]
        }
    }


def update_developer_metadata(document: Document, _who: str, body: Json) -> Json:
    """Change key or value of all metadata the filters find."""
    mask, given = parsed(str(body.get("fields", ""))), body["developerMetadata"]
    found = [one for part in body.get("dataFilters") or [] for one in matched(document, part)]
    for one in found:
        one.spec = {
            **one.spec,
            **{name: value for name, value in given.items() if wants(mask, name) and name != "location"},
        }
    return {"updateDeveloperMetadata": {"developerMetadata": [metadata(document, one) for one in found]}}


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
    ]


def metadata_by_id(document: Document, number: int) -> Json:
    """Answer ``developerMetadata.get``.

    Raises:
        ApiError: There is none.
    """
    if number not in document.metadata:
        raise ApiError(404, "NOT_FOUND", f"No developer metadata with ID {number}")
    return metadata(document, document.metadata[number])
