"""One batch of structure edits: in order, each on the result of the one before, all or nothing."""

from __future__ import annotations

from collections.abc import Callable

from . import edits_grid as grid
from . import edits_things as things
from .document import Document
from .errors import ApiError, Json, invalid

MOST_REQUESTS = 100_000
Request = Callable[[Document, str, Json], Json]

REQUESTS: dict[str, Request] = {
    "addSheet": grid.add_sheet,
    "deleteSheet": grid.delete_sheet,
    "duplicateSheet": grid.duplicate_sheet,
    "updateSheetProperties": grid.update_sheet_properties,
    "updateSpreadsheetProperties": grid.update_spreadsheet_properties,
    "insertDimension": grid.insert_dimension,
    "appendDimension": grid.append_dimension,
    "deleteDimension": grid.delete_dimension,
    "moveDimension": grid.move_dimension,
    "updateDimensionProperties": grid.update_dimension_properties,
    "autoResizeDimensions": grid.auto_resize_dimensions,
    "updateCells": grid.update_cells,
    "appendCells": grid.append_cells,
    "repeatCell": grid.repeat_cell,
    "copyPaste": grid.copy_paste,
    "cutPaste": grid.cut_paste,
    "sortRange": grid.sort_range,
    "findReplace": grid.find_replace,
    "mergeCells": grid.merge_cells,
    "unmergeCells": grid.unmerge_cells,
    "addNamedRange": things.add_named_range,
    "updateNamedRange": things.update_named_range,
    "deleteNamedRange": things.delete_named_range,
    "addProtectedRange": things.add_protected_range,
    "updateProtectedRange": things.update_protected_range,
    "deleteProtectedRange": things.delete_protected_range,
    "setDataValidation": things.set_data_validation,
    "addConditionalFormatRule": things.add_conditional_format,
    "updateConditionalFormatRule": things.update_conditional_format,
    "deleteConditionalFormatRule": things.delete_conditional_format,
    "setBasicFilter": things.set_basic_filter,
    "clearBasicFilter": things.clear_basic_filter,
    "addFilterView": things.add_filter_view,
    "updateFilterView": things.update_filter_view,
    "deleteFilterView": things.delete_filter_view,
    "addBanding": things.add_banding,
    "updateBanding": things.update_banding,
    "deleteBanding": things.delete_banding,
    "addChart": things.add_chart,
    "updateChartSpec": things.update_chart_spec,
    "deleteEmbeddedObject": things.delete_embedded_object,
    "addDimensionGroup": things.add_dimension_group,
    "deleteDimensionGroup": things.delete_dimension_group,
    "createDeveloperMetadata": things.create_developer_metadata,
    "updateDeveloperMetadata": things.update_developer_metadata,
    "deleteDeveloperMetadata": things.delete_developer_metadata,
}


def apply(document: Document, who: str, requests: list[Json]) -> list[Json]:
    """Apply a batch to a document that the caller throws away when this fails; return the replies.

    Raises:
        ApiError: One request is refused; it is named by its place and kind.
    """
    if not requests:
        raise invalid("Must specify at least one request.")
    if len(requests) > MOST_REQUESTS:
        raise invalid(f"Cannot exceed {MOST_REQUESTS} requests in a single batch.")
    replies = []
    for place, request in enumerate(requests):
        kinds = [name for name, body in request.items() if body is not None]
        if len(kinds) != 1:
            raise invalid(f"Invalid requests[{place}]: Must specify exactly one request type.")
        kind = kinds[0]
        if kind not in REQUESTS:
            raise invalid(
                f"Invalid JSON payload received. Unknown name \"{kind}\" at 'requests[{place}]': Cannot find field.",
            )
        try:
            replies.append(REQUESTS[kind](document, who, request[kind]))
        except KeyError as missing:
            raise invalid(f"Invalid requests[{place}].{kind}: {missing.args[0]} is required") from None
        except ApiError as error:
            raise error.at(f"requests[{place}].{kind}") from None
    return replies
