"""What a cell can hold after it was read by the schema."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

# Text, whole numbers (money in minor units), days, moments with time zone, ticks; None is a blank cell.
Value = str | int | bool | date | datetime | None
Cells = Mapping[str, Value]
