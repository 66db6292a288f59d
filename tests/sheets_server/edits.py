"""One batch of structure edits: in order, each on the result of the one before, all or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

from . import edits_blocks as blocks
from . import edits_cells as cells
from . import edits_lines as lines
from . import edits_looks as looks
from . import edits_names as names
from . import edits_tabs as tabs
from . import edits_tags as tags
from .document import Document
from .errors import ApiError, Json, invalid

MOST_REQUESTS = 100_000
Request = Callable[[Document, str, Json], Json]

# Each request with the names of its fields: any other name is refused.
REQUESTS: dict[str, tuple[Request, str]] = {
    "addSheet": (tabs.add_sheet, "properties"),
    "deleteSheet": (tabs.delete_sheet, "sheetId"),
    "duplicateSheet": (tabs.duplicate_sheet, "sourceSheetId insertSheetIndex newSheetId newSheetName"),
    "updateSheetProperties": (tabs.update_sheet_properties, "properties fields"),
    "updateSpreadsheetProperties": (tabs.update_spreadsheet_properties, "properties fields"),
    "insertDimension": (lines.insert_dimension, "range inheritFromBefore"),
    "appendDimension": (lines.append_dimension, "sheetId dimension length tableId"),
    "deleteDimension": (lines.delete_dimension, "range"),
    "moveDimension": (lines.move_dimension, "source destinationIndex"),
    "updateDimensionProperties": (lines.update_dimension_properties, "range properties fields"),
    "autoResizeDimensions": (lines.auto_resize_dimensions, "dimensions"),
    "addDimensionGroup": (lines.add_dimension_group, "range"),
    "deleteDimensionGroup": (lines.delete_dimension_group, "range"),
    "updateCells": (cells.update_cells, "rows fields start range"),
    "appendCells": (cells.append_cells, "sheetId rows fields tableId"),
    "repeatCell": (cells.repeat_cell, "range cell fields"),
    "findReplace": (
        cells.find_replace,
        "find replacement matchCase matchEntireCell searchByRegex includeFormulas range sheetId allSheets",
    ),
    "copyPaste": (blocks.copy_paste, "source destination pasteType pasteOrientation"),
    "cutPaste": (blocks.cut_paste, "source destination pasteType"),
    "sortRange": (blocks.sort_range, "range sortSpecs"),
    "mergeCells": (blocks.merge_cells, "range mergeType"),
    "unmergeCells": (blocks.unmerge_cells, "range"),
    "addNamedRange": (names.add_named_range, "namedRange"),
    "updateNamedRange": (names.update_named_range, "namedRange fields"),
    "deleteNamedRange": (names.delete_named_range, "namedRangeId"),
    "addProtectedRange": (names.add_protected_range, "protectedRange"),
    "updateProtectedRange": (names.update_protected_range, "protectedRange fields"),
    "deleteProtectedRange": (names.delete_protected_range, "protectedRangeId"),
    "setDataValidation": (looks.set_data_validation, "range rule filteredRowsIncluded"),
    "addConditionalFormatRule": (looks.add_conditional_format, "rule index"),
    "updateConditionalFormatRule": (looks.update_conditional_format, "index sheetId rule newIndex"),
    "deleteConditionalFormatRule": (looks.delete_conditional_format, "index sheetId"),
    "setBasicFilter": (looks.set_basic_filter, "filter"),
    "clearBasicFilter": (looks.clear_basic_filter, "sheetId"),
    "addFilterView": (looks.add_filter_view, "filter"),
    "updateFilterView": (looks.update_filter_view, "filter fields"),
    "deleteFilterView": (looks.delete_filter_view, "filterId"),
    "addBanding": (looks.add_banding, "bandedRange"),
    "updateBanding": (looks.update_banding, "bandedRange fields"),
    "deleteBanding": (looks.delete_banding, "bandedRangeId"),
    "addChart": (looks.add_chart, "chart"),
    "updateChartSpec": (looks.update_chart_spec, "chartId spec"),
    "deleteEmbeddedObject": (looks.delete_embedded_object, "objectId"),
    "createDeveloperMetadata": (tags.create, "developerMetadata"),
    "updateDeveloperMetadata": (tags.update, "dataFilters developerMetadata fields"),
    "deleteDeveloperMetadata": (tags.delete, "dataFilter"),
}
_KNOWN = {kind: frozenset(fields.split()) for kind, (_, fields) in REQUESTS.items()}


def apply(document: Document, who: str, requests: list[Json]) -> list[Json]:
    """Apply a batch to a document that the caller throws away when this fails; return the replies.

    Raises:
        ApiError: One request is refused; it is named by its place and kind.
    """
    if not requests:
        raise invalid("Must specify at least one request.")
    if len(requests) > MOST_REQUESTS:
        raise invalid(f"Cannot exceed {MOST_REQUESTS} requests in a single batch.")
    kinds = [_kind(place, request) for place, request in enumerate(requests)]
    replies = []
    for place, kind in enumerate(kinds):
        try:
            replies.append(REQUESTS[kind][0](document, who, requests[place][kind]))
        except KeyError as missing:
            raise invalid(f"Invalid requests[{place}].{kind}: {missing.args[0]} is required") from None
        except ApiError as error:
            raise error.at(f"requests[{place}].{kind}") from None
    return replies


def _kind(place: int, request: Json) -> str:
    """Return the one kind of a request; names that nobody knows are refused before anything is done."""
    kinds = [name for name, body in request.items() if body is not None]
    if len(kinds) != 1:
        raise invalid(f"Invalid requests[{place}]: Must specify exactly one request type.")
    kind = kinds[0]
    if kind not in REQUESTS:
        raise _unknown(kind, f"requests[{place}]")
    for name in request[kind]:
        if name not in _KNOWN[kind]:
            raise _unknown(name, f"requests[{place}].{_snake(kind)}")
    return kind


def _unknown(name: str, where: str) -> ApiError:
    said = f"Invalid JSON payload received. Unknown name \"{name}\" at '{where}': Cannot find field."
    violation = {"field": where, "description": said}
    return invalid(
        said, [{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}]
    )


def _snake(name: str) -> str:
    return re.sub("([A-Z])", lambda found: f"_{found[1].lower()}", name)
