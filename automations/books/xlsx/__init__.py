"""Edit an .xlsx workbook in place: touched rows change, every other byte of its parts stays."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from .edits import CellEdit, CellValue, SheetEdit
from .errors import EditRefused, RefusedError, ValueRefused, WorkbookRefused
from .inspection import Limits, inspect, refuse_grown, refuse_size
from .properties import read_properties

__all__ = [
    "CellEdit",
    "CellValue",
    "EditRefused",
    "Limits",
    "RefusedError",
    "SheetEdit",
    "ValueRefused",
    "WorkbookRefused",
    "edit_workbook",
    "inspect",
    "read_properties",
    "refuse_grown",
    "refuse_size",
]

_NO_PROPERTIES: Mapping[str, str] = MappingProxyType({})


def edit_workbook(
    source: bytes, edits: Sequence[SheetEdit], properties: Mapping[str, str] = _NO_PROPERTIES
) -> bytes:
    """Return the workbook with the new cell values and properties; see ``editing.edit_workbook``."""
    from . import editing  # noqa: PLC0415 - a run that writes nothing needs none of it

    return editing.edit_workbook(source, edits, properties)
