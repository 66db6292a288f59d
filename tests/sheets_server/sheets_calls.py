"""The calls of Sheets v4 on one document: which is which, and what each answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote

from . import appending, edits, edits_tags, filters, reading, writing
from .document import Document
from .errors import Json, invalid, not_found
from .masks import Mask, cut, parsed, wants
from .quota import Kind
from .resource import spreadsheet
from .wire import Request

# Calls that are posted and yet only read.
_READS = re.compile(r"(:getByDataFilter|/values:batchGetByDataFilter|/developerMetadata:search)$")
_FIELDS = {
    "": "spreadsheetId properties sheets namedRanges spreadsheetUrl developerMetadata dataSources "
    "dataSourceSchedules *",
    "sheets": "properties data merges conditionalFormats filterViews protectedRanges basicFilter charts "
    "bandedRanges developerMetadata rowGroups columnGroups slicers tables *",
}
_KNOWN = {where: frozenset(names.split()) for where, names in _FIELDS.items()}


def only_reads(request: Request) -> bool:
    """Return whether a call changes nothing."""
    return request.method == "GET" or bool(_READS.search(request.path))


def quota_of(request: Request) -> Kind:
    """Return the quota that a call counts for."""
    return "read" if only_reads(request) else "write"


def answered(document: Document, who: str, request: Request, verb: str, rest: Sequence[str]) -> Json | str:
    """Do one call on a document that the caller throws away when this fails; a text is JSON already.

    Raises:
        ApiError: It is refused.
    """
    mask = parsed(request.options.get("fields", ""))
    body = request.json
    match (request.method, verb, tuple(rest)):
        case ("GET", "", ()):
            return _described(document, who, request, mask)
        case ("POST", "batchUpdate", ()):
            return _batch(document, who, body, mask)
        case ("POST", "getByDataFilter", ()):
            areas = [area for part in body.get("dataFilters") or [] for area in filters.found(document, part)]
            _refuse_unknown(mask)
            return spreadsheet(document, who, areas, mask, with_grid=bool(body.get("includeGridData")))
        case ("POST", "", ("values:batchGetByDataFilter",)) if _is_compact(request):
            return filters.get_text(document, body)
    found = _one(document, who, request, rest) if not verb else None
    if found is None:
        raise not_found()
    return dict(cut(found, mask))


def _is_compact(request: Request) -> bool:
    """Return whether all of an answer is wanted, without blanks."""
    options = request.options
    return options.get("prettyPrint", "").lower() == "false" and not options.get("fields")


def _one(document: Document, who: str, request: Request, rest: Sequence[str]) -> Json | None:
    """Do a call below the document; None where there is no such call."""
    match (request.method, tuple(rest)):
        case ("GET", ("developerMetadata", number)) if number.isdecimal():
            return edits_tags.by_id(document, int(number))
        case ("POST", ("developerMetadata:search",)):
            return edits_tags.search(document, request.json)
        case (_, (first,)) if first.startswith("values:"):
            return _values_calls(document, who, first.removeprefix("values:"), request)
        case (method, ("values", *text)):
            return _values_call(document, who, method, "/".join(text), request)
    return None


def _described(document: Document, who: str, request: Request, mask: Mask) -> Json:
    grid = request.options.get("includeGridData", "").lower() == "true"
    _refuse_unknown(mask)
    areas = [document.area(text) for text in request.query.get("ranges") or ()]
    return spreadsheet(document, who, areas, mask, with_grid=grid)


def _refuse_unknown(mask: Mask) -> None:
    """Refuse a mask with a field that a spreadsheet does not have."""
    for names, known in ((mask, _KNOWN[""]), (mask.get("sheets", {}), _KNOWN["sheets"])):
        unknown = [name for name in names if name not in known]
        if unknown:
            raise invalid(f"Invalid field selection {unknown[0]}")


def _batch(document: Document, who: str, body: Json, mask: Mask) -> Json:
    answer: Json = {
        "spreadsheetId": document.id,
        "replies": edits.apply(document, who, body.get("requests") or []),
    }
    if body.get("includeSpreadsheetInResponse") and wants(mask, "updatedSpreadsheet"):
        inner = {} if "*" in mask else mask.get("updatedSpreadsheet", {})
        _refuse_unknown(inner)
        areas = [document.area(text) for text in body.get("responseRanges") or ()]
        grid = bool(body.get("responseIncludeGridData")) and not mask
        answer["updatedSpreadsheet"] = spreadsheet(document, who, areas, inner, with_grid=grid)
    if not mask or "*" in mask:
        return answer
    # What is inside was cut down above.
    return {name: cut(answer[name], {} if name == "updatedSpreadsheet" else inner)
            for name, inner in mask.items() if name in answer}  # fmt: skip


def _values_call(document: Document, who: str, method: str, text: str, request: Request) -> Json | None:
    """Do a call on one range; its text is decoded only now, a title may hold any sign."""
    if method == "GET":
        return reading.get(document, unquote(text), request.options)
    if method == "PUT":
        return writing.update(document, who, unquote(text), request.options, request.json)
    name, _, verb = text.rpartition(":")
    if verb == "append":
        return appending.append(document, who, unquote(name), request.options, request.json)
    if verb == "clear":
        area = writing.clear(document, who, document.area(unquote(name)))
        return {"spreadsheetId": document.id, "clearedRange": document.named_text(area)}
    return None


def _values_calls(document: Document, who: str, verb: str, request: Request) -> Json | None:
    """Do a call on several ranges."""
    body = request.json
    match (request.method, verb):
        case ("GET", "batchGet"):
            texts = request.query.get("ranges") or ()
            ranges = [reading.get(document, text, request.options) for text in texts]
            return {"spreadsheetId": document.id, "valueRanges": ranges}
        case ("POST", "batchUpdate"):
            return writing.batch_update(document, who, body)
        case ("POST", "batchClear"):
            areas = [writing.clear(document, who, document.area(text)) for text in body.get("ranges") or ()]
            cleared = [document.named_text(area) for area in areas]
            return {"spreadsheetId": document.id, "clearedRanges": cleared}
        case ("POST", "batchGetByDataFilter"):
            return filters.get(document, body)
        case ("POST", "batchUpdateByDataFilter"):
            return filters.update(document, who, body)
        case ("POST", "batchClearByDataFilter"):
            return filters.clear_all(document, who, body)
    return None
