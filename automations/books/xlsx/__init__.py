"""Edit an .xlsx workbook in place: touched rows change, every other byte of its parts stays."""

from collections.abc import Collection, Mapping, Sequence
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
    "remove_rows",
]

_NO_PROPERTIES: Mapping[str, str] = MappingProxyType({})


def edit_workbook(
    source: bytes, edits: Sequence[SheetEdit], properties: Mapping[str, str] = _NO_PROPERTIES
) -> bytes:
    """Return the workbook with the new cell values and properties; see ``editing.edit_workbook``."""
    from . import editing  # noqa: PLC0415 - a run that writes nothing needs none of it

    return editing.edit_workbook(source, edits, properties)


def remove_rows(source: bytes, rows: Mapping[str, Collection[int]]) -> tuple[bytes, frozenset[str]]:
    """Return the workbook without these rows of its sheets; see ``removal.remove_rows``."""
    if not rows:
        return source, frozenset()
    from . import removal  # noqa: PLC0415 - see above

    return removal.remove_rows(source, rows)
