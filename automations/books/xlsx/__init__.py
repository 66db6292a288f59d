"""Edit an .xlsx workbook in place: touched rows change, every other byte of its parts stays."""

from .editing import edit_workbook
from .edits import CellEdit, CellValue, SheetEdit
from .errors import EditRefused, RefusedError, ValueRefused, WorkbookRefused
from .inspection import Limits, inspect, refuse_size
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
    "refuse_size",
]
