"""``batchUpdate`` requests on named and protected ranges."""

from __future__ import annotations

from .document import Document
from .errors import Json, invalid
from .masks import fields_of, lean, parsed, wants
from .ranges import Area, area_of
from .resource import named_range, thing_json
from .tabs import Tab, Thing


def add_named_range(document: Document, _who: str, body: Json) -> Json:
    """Give a range a name; a name or an id that exists is refused."""
    given = body["namedRange"]
    name, area = str(given.get("name", "")), area_of(given.get("range") or {})
    document.tab(area.sheet_id).clipped(area)
    if document.area_named(name):
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
    given, mask = body["namedRange"], parsed(fields_of(body))
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
    spec = lean(body["protectedRange"])
    given = spec.pop("range", None)
    area = _named(document, spec["namedRangeId"])[1] if "namedRangeId" in spec else area_of(given or {})
    tab = document.tab(area.sheet_id)
    number = int(spec.pop("protectedRangeId", 0)) or document.new_number()
    editors = spec.get("editors") or {}
    spec.pop("requestingUserCanEdit", None)
    spec["editors"] = {**editors, "users": sorted({*editors.get("users", ()), who})}
    thing = Thing((area,), spec, number)
    tab.put("protectedRanges", [*tab.things["protectedRanges"], thing])
    told = {**thing_json("protectedRanges", thing), "requestingUserCanEdit": True, "editors": {}}
    return {"addProtectedRange": {"protectedRange": told}}


def update_protected_range(document: Document, who: str, body: Json) -> Json:
    """Change a protection."""
    given, mask = body["protectedRange"], parsed(fields_of(body))
    tab, thing = protected_range(document, int(given.get("protectedRangeId", 0)))
    document.refuse_protected(who, thing.areas[0])
    areas = (area_of(given["range"]),) if wants(mask, "range") and "range" in given else thing.areas
    apart = {"range", "protectedRangeId"}
    changed = {name: value for name, value in lean(given).items() if name not in apart and wants(mask, name)}
    after = Thing(areas, {**thing.spec, **changed}, thing.id)
    kept = tab.things["protectedRanges"]
    tab.put("protectedRanges", [after if one.id == thing.id else one for one in kept])
    return {}


def delete_protected_range(document: Document, who: str, body: Json) -> Json:
    """Take a protection away."""
    tab, thing = protected_range(document, int(body.get("protectedRangeId", 0)))
    document.refuse_protected(who, thing.areas[0])
    tab.put("protectedRanges", [one for one in tab.things["protectedRanges"] if one.id != thing.id])
    return {}


def protected_range(document: Document, number: int) -> tuple[Tab, Thing]:
    """Return a protection and its tab.

    Raises:
        ApiError: There is none of this number.
    """
    for tab in document.tabs:
        for thing in tab.things["protectedRanges"]:
            if thing.id == number:
                return document.tab(tab.id), thing
    raise invalid(f"No protected range with id: {number}")
