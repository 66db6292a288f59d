"""``batchUpdate`` requests on rules, filters, bands and charts."""

from __future__ import annotations

from collections.abc import Callable

from .document import Document
from .errors import Json, invalid
from .masks import lean, parsed, wants
from .ranges import Area, area_of
from .resource import thing_json
from .tabs import Tab, Thing

Request = Callable[[Document, str, Json], Json]


def set_data_validation(document: Document, who: str, body: Json) -> Json:
    """Give cells a rule, or take it away."""
    area = area_of(body["range"])
    tab = document.tab(area.sheet_id)
    clip = tab.clipped(area)
    document.refuse_protected(who, clip)
    rule = lean(body.get("rule"))
    if rule is not None and not (rule.get("condition") or {}).get("type"):
        raise invalid("rule.condition.type is required")
    tab.write_each(clip, lambda cell: cell._replace(rule=rule))
    return {}


def add_conditional_format(document: Document, _who: str, body: Json) -> Json:
    """Add a rule at an index; rules have no ids."""
    new = _rule(body["rule"])
    tab = document.tab(new.areas[0].sheet_id)
    rules = list(tab.things["conditionalFormats"])
    rules.insert(int(body.get("index", 0)), new)
    tab.put("conditionalFormats", rules)
    return {}


def update_conditional_format(document: Document, _who: str, body: Json) -> Json:
    """Replace a rule, or move it."""
    tab, rules, index = _rule_at(document, body)
    old = rules.pop(index)
    new = old if "newIndex" in body else _rule(body["rule"])
    rules.insert(int(body.get("newIndex", index)), new)
    tab.put("conditionalFormats", rules)
    return {"updateConditionalFormatRule": {"newRule": thing_json("conditionalFormats", new)}}


def delete_conditional_format(document: Document, _who: str, body: Json) -> Json:
    """Take a rule away."""
    tab, rules, index = _rule_at(document, body)
    gone = rules.pop(index)
    tab.put("conditionalFormats", rules)
    return {"deleteConditionalFormatRule": {"rule": thing_json("conditionalFormats", gone)}}


def _rule(given: Json) -> Thing:
    areas = tuple(area_of(part) for part in given.get("ranges") or ())
    if not areas:
        raise invalid("No ranges specified for conditional format rule.")
    return Thing(areas, {name: value for name, value in lean(given).items() if name != "ranges"})


def _rule_at(document: Document, body: Json) -> tuple[Tab, list[Thing], int]:
    tab = document.tab(int(body.get("sheetId", 0)))
    rules, index = list(tab.things["conditionalFormats"]), int(body.get("index", 0))
    if not 0 <= index < len(rules):
        raise invalid(f"No conditional format on sheet: {tab.id} at index: {index}")
    return tab, rules, index


def set_basic_filter(document: Document, _who: str, body: Json) -> Json:
    """Put the tab's one filter on a range; without bounds on the whole grid."""
    spec = lean(body["filter"])
    area = area_of(spec.pop("range", None) or {})
    tab = document.tab(area.sheet_id)
    tab.basic_filter = Thing((tab.clipped(area),), spec)
    return {}


def clear_basic_filter(document: Document, _who: str, body: Json) -> Json:
    """Take the tab's filter away."""
    document.tab(int(body.get("sheetId", 0))).basic_filter = None
    return {}


def _adder(kind: str, name: str, request: str, id_name: str) -> Request:
    def add(document: Document, _who: str, body: Json) -> Json:
        spec = lean(body[name])
        area = _area_of_thing(spec)
        tab = document.tab(area.sheet_id)
        number = int(spec.pop(id_name, 0)) or document.new_number()
        if any(thing.id == number for one in document.tabs for thing in one.things[kind]):
            raise invalid(f"Cannot add {name} with ID {number}, that ID already exists.")
        if kind == "bandedRanges" and any(area.meets(thing.areas[0]) for thing in tab.things[kind]):
            raise invalid(
                "You cannot add alternating background colors to a range that already has alternating "
                "background colors.",
            )
        thing = Thing((area,), spec, number)
        tab.put(kind, [*tab.things[kind], thing])
        return {request: {name: thing_json(kind, thing)}}

    return add


def _area_of_thing(spec: Json) -> Area:
    if "range" in spec:
        return area_of(spec.pop("range"))
    anchor = ((spec.get("position") or {}).get("overlayPosition") or {}).get("anchorCell") or {}
    row, column = int(anchor.get("rowIndex", 0)), int(anchor.get("columnIndex", 0))
    return Area(int(anchor.get("sheetId", 0)), row, row + 1, column, column + 1)


def _updater(kind: str, name: str, id_name: str) -> Request:
    def update(document: Document, _who: str, body: Json) -> Json:
        given, mask = dict(body[name]), parsed(str(body.get("fields", "*")))
        tab, thing = _thing(document, kind, int(given.pop(id_name, 0)), name)
        ranged = "range" in given and wants(mask, "range")
        areas = (area_of(given.pop("range")),) if ranged else thing.areas
        changed = {field: value for field, value in given.items() if wants(mask, field)}
        _replaced(tab, kind, Thing(areas, {**thing.spec, **changed}, thing.id))
        return {}

    return update


def _remover(kind: str, id_name: str, what: str) -> Request:
    def remove(document: Document, _who: str, body: Json) -> Json:
        tab, thing = _thing(document, kind, int(body.get(id_name, 0)), what)
        tab.put(kind, [one for one in tab.things[kind] if one.id != thing.id])
        return {}

    return remove


def _replaced(tab: Tab, kind: str, new: Thing) -> None:
    tab.put(kind, [new if one.id == new.id else one for one in tab.things[kind]])


def _thing(document: Document, kind: str, number: int, what: str) -> tuple[Tab, Thing]:
    for tab in document.tabs:
        for thing in tab.things[kind]:
            if thing.id == number:
                return document.tab(tab.id), thing
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
    tab, thing = _thing(document, "charts", int(body.get("chartId", 0)), "chart")
    _replaced(tab, "charts", Thing(thing.areas, {**thing.spec, "spec": body["spec"]}, thing.id))
    return {}
