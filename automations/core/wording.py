"""How a shop's values stand in its cells: labels of its language, its currency, its clock."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from automations.core.cells import RawCell, WrittenCell, write_cell
from automations.core.records import dataclass
from automations.core.schema import Column
from automations.core.values import Value


@dataclass(frozen=True)
class Wording:
    """How typed values are put into cells: the shop's language, currency and time zone."""

    language: str
    currency: str
    zone: ZoneInfo

    def cell(self, column: Column, value: Value) -> WrittenCell:
        """Return what stands in the cell: labels, major units, local wall time in whole seconds."""
        if isinstance(value, datetime):
            value = value.astimezone(self.zone).replace(microsecond=0)
        return write_cell(column, value, self.language, self.currency)

    def raw(self, column: Column, value: Value) -> RawCell:
        """Return a typed value as a sheet gives the cell back."""
        return raw_cell(self.cell(column, value))


def raw_cell(value: WrittenCell) -> RawCell:
    """Return a written cell as a sheet gives it back: exact amounts become plain numbers."""
    if isinstance(value, Decimal):
        return float(value)
    return None if value == "" else value


def value_of(column: Column, kept: object) -> Value:
    """Return a value as the journal keeps it as the value it was; None for a text that is only kept as its hash."""
    if not isinstance(kept, str):
        return kept if isinstance(kept, int) else None
    if column.type == "datetime":
        return datetime.fromisoformat(kept)
    return date.fromisoformat(kept) if column.type == "date" else kept
