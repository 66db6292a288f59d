"""One cell: what was entered, how it is shown, and what an entered text turns into."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from .errors import Json, invalid

LONGEST = 50_000
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's clock has no zone
_NUMBER = re.compile(r"[-+]?(\d[\d,]*\.?\d*|\.\d+)([eE][-+]?\d+)?")
_GROUPED = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_DATES = {"DATE": "yyyy-mm-dd", "DATE_TIME": "yyyy-mm-dd hh:mm:ss", "TIME": "hh:mm:ss"}

Scalar = None | bool | float | str


class Formula(NamedTuple):
    """A formula as entered, with its ``=``."""

    text: str


class Failure(NamedTuple):
    """What a formula shows that cannot be reckoned, ``#REF!`` say."""

    shown: str


Entered = Scalar | Formula


class Cell(NamedTuple):
    """One cell. Formats are kept as they were sent."""

    value: Entered = None
    format: Mapping[str, Any] | None = None
    note: str = ""
    rule: Mapping[str, Any] | None = None

    @property
    def number_type(self) -> str:
        """The kind of its number format, ``""`` without one."""
        found: str = ((self.format or {}).get("numberFormat") or {}).get("type", "")
        return found


BLANK = Cell()


def raw(value: object, field: str) -> Entered:
    """Return what a value is with RAW: itself; ``""`` clears."""
    match value:
        case bool() | None:
            return value
        case int() | float():
            return float(value)
        case str():
            _refuse_long(value)
            return value or None
        case _:
            raise invalid(
                f"Invalid {field}: {'list_value' if isinstance(value, list) else 'struct_value'} {{\n}}\n"
            )


def typed(value: object, cell: Cell, field: str) -> tuple[Entered, Json | None]:
    """Return what a value turns into when a person types it, and the number format it brings along."""
    if not isinstance(value, str):
        return raw(value, field), None
    _refuse_long(value)
    if cell.number_type == "TEXT":
        return value or None, None
    text = value.strip()
    if value.startswith("'"):
        return value[1:] or None, None
    if text.startswith("=") and len(text) > 1:
        return Formula(text), None
    if text.upper() in {"TRUE", "FALSE"}:
        return text.upper() == "TRUE", None
    found = _as_number(text) or _as_moment(text)
    return found or (value or None, None)


def _as_number(text: str) -> tuple[Entered, Json | None] | None:
    digits = text.removesuffix("%").removeprefix("¥").removeprefix("￥").removeprefix("$")
    if not _NUMBER.fullmatch(digits) or ("," in digits and not _GROUPED.fullmatch(digits)):
        return None
    number = float(digits.replace(",", ""))
    if text.endswith("%"):
        return number / 100, {"type": "PERCENT", "pattern": "0%" if number == int(number) else "0.00%"}
    if "," in digits or digits != text:
        return number, {"type": "NUMBER", "pattern": "#,##0.00" if "." in digits else "#,##0"}
    return number, None


def _as_moment(text: str) -> tuple[Entered, Json | None] | None:
    try:
        if match := _DATE.fullmatch(text):
            parts = [int(part) for part in match.groups() if part is not None]
            kind = "DATE_TIME" if match[4] else "DATE"
            moment = datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001
        elif match := _US_DATE.fullmatch(text):
            kind, moment = "DATE", datetime(int(match[3]), int(match[1]), int(match[2]))  # noqa: DTZ001
        elif match := _TIME.fullmatch(text):
            hours, minutes, seconds = (int(part or 0) for part in match.groups())
            kind, moment = "TIME", _EPOCH + timedelta(hours=hours, minutes=minutes, seconds=seconds)
        else:
            return None
    except ValueError:
        return None
    return serial(moment), {"type": kind, "pattern": _DATES[kind]}


def serial(moment: datetime) -> float:
    """Return a wall-clock moment as days since 1899-12-30."""
    return (moment - _EPOCH) / timedelta(days=1)


def shown(value: Scalar | Failure, cell: Cell) -> str:
    """Return a value as a person sees it."""
    match value:
        case None:
            return ""
        case Failure():
            return value.shown
        case bool():
            return "TRUE" if value else "FALSE"
        case str():
            return value
    number_format = (cell.format or {}).get("numberFormat") or {}
    kind, pattern = number_format.get("type", ""), number_format.get("pattern", "")
    if kind in _DATES:
        return _shown_moment(value, pattern or _DATES[kind])
    if kind == "PERCENT":
        return f"{value * 100:.2f}%" if "." in pattern else f"{value * 100:.0f}%"
    if kind in {"NUMBER", "CURRENCY"} and pattern:
        places = len(pattern.rpartition(".")[2].rstrip("%")) if "." in pattern else 0
        return f"{value:,.{places}f}" if "," in pattern else f"{value:.{places}f}"
    return general(value)


def general(number: float) -> str:
    """Return a number without a format: no ``.0``, at most 15 digits."""
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    return f"{number:.15g}".replace("e+", "E+").replace("e-", "E-")


def _shown_moment(number: float, pattern: str) -> str:
    moment = _EPOCH + timedelta(seconds=round(number * 86_400))
    words = {"yyyy": "%Y", "mm": "%m", "dd": "%d", "hh": "%H", "ss": "%S"}
    out, clock = pattern.lower().replace("hh:mm", "%H:%M"), words
    for word, code in clock.items():
        out = out.replace(word, code)
    return moment.strftime(out)


def plain(value: Scalar | Failure) -> object:
    """Return a value for JSON: whole numbers without ``.0``."""
    if isinstance(value, Failure):
        return value.shown
    if isinstance(value, float) and value == int(value) and abs(value) < 2**63:
        return int(value)
    return "" if value is None else value


def _refuse_long(text: str) -> None:
    if len(text) > LONGEST:
        raise invalid("Your input contains more than the maximum of 50000 characters in a single cell.")
