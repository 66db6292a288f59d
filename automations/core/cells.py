"""One cell: from what stands in the sheet to a typed value, and back to what is written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal, cast
from zoneinfo import ZoneInfo

from automations.core import money
from automations.core.messages import Message, msg
from automations.core.places.prefectures import full_name
from automations.core.schema import Column
from automations.core.stock.components import read_components
from automations.core.text import hour_span, normal_header, only_digits, phone_digits, without_unseen
from automations.core.values import Value

# A cell as a book delivers it.
RawCell = str | int | float | bool | date | datetime | time | timedelta | None
# A cell as a book writes it.
WrittenCell = str | int | float | Decimal | bool | date | datetime | None

_TRUE = frozenset("true 1 yes y on はい 済 有 あり ○ ◯ 〇 ✓ ✔ ☑ レ".split())
_FALSE = frozenset("false 0 no n off いいえ 未 無 なし × ✕ ☐ -".split())
_WEEKDAY = r"(?:\s*\([月火水木金土日](?:曜日?)?\))?"
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?" + _WEEKDAY)
_ERA = re.compile(r"(?:令和|R)(元|\d{1,2})[-/.年](\d{1,2})[-/.月](\d{1,2})日?" + _WEEKDAY)
_TIME = re.compile(r"[T ]?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?")
# Types of text that are kept as typed, and the form of Unicode they are kept in.
_KEPT: Mapping[str, Literal["NFC", "NFKC"]] = {"text": "NFC", "code": "NFKC", "email": "NFKC"}
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - serial day numbers carry no zone


class Unreadable(ValueError):
    """A cell does not fit its column; ``why`` and ``fix`` are for the person who typed it."""

    def __init__(self, why: Message, fix: Message) -> None:
        self.why = why
        self.fix = fix
        super().__init__(str(why))


def as_typed(raw: RawCell) -> str:
    """Return a raw cell as the person sees it: no ``.0`` behind whole numbers, dates as 2026-11-24."""
    if isinstance(raw, str):
        return raw
    match raw:
        case None:
            return ""
        case bool():
            return "TRUE" if raw else "FALSE"
        case float():
            return str(int(raw)) if raw.is_integer() else f"{raw:.15g}"  # sheets show 15 digits, not 17
        case datetime():
            return f"{raw:%Y-%m-%d %H:%M}"
        case date():
            return raw.isoformat()
        case _:
            return str(raw)


def read_cell(column: Column, raw: RawCell, zone: ZoneInfo, currency: str) -> Value:
    """Return the typed value of a cell, None when it is blank.

    Args:
        column: Its declaration.
        raw: What the book read.
        zone: The shop's time zone, for moments without one.
        currency: The shop's currency; money becomes minor units.

    Raises:
        Unreadable: The cell does not fit its column.
    """
    if raw is None or (isinstance(raw, str) and (not raw or raw.isspace())):
        return None
    if column.type == "money":
        return _money(raw, currency)
    if column.type == "datetime":
        return _moment(raw, zone)
    if column.type == "date":
        return _date(raw, zone)
    return _READERS[column.type](column, raw)


def are_plain(column: Column, raws: Collection[RawCell]) -> bool:
    """Return whether reading gives every one of these cells back as it is: clean text where text is kept."""
    if column.type not in _KEPT or column.pattern or not all(isinstance(raw, str) for raw in raws):
        return False
    texts = cast("list[str]", list(raws))
    together = "\n".join(texts)
    if column.type != "text" and without_unseen(together) != together:
        return False
    return unicodedata.is_normalized(_KEPT[column.type], together) and texts == [*map(str.strip, texts)]


def write_cell(column: Column, value: Value, language: str, currency: str) -> WrittenCell:
    """Return what to write for a typed value: labels for choices, shop-local wall time for moments."""
    match value:
        case None:
            return None
        case str() if column.choices:
            choice = column.choices.get(value)
            return choice.label.text(language) if choice else value
        case datetime():
            return value.replace(tzinfo=None)
        case bool():
            return value
        case int() if column.type == "money":
            return money.to_major(value, currency)
        case _:
            return value


def moment_of(serial: float) -> datetime:
    """Return the wall time of a serial day number, to the nearest second: its fraction is never exact."""
    return _EPOCH + timedelta(seconds=round(serial * 86_400))


def serial_of(moment: date) -> float:
    """Return a day or a wall time as a serial day number."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    return (moment.replace(tzinfo=None) - _EPOCH) / timedelta(days=1)


def to_json(column: Column, value: Value, currency: str) -> str | int | float | bool | None:
    """Return a typed value for JSON: ids for choices, ISO dates, money as the number a person reads."""
    match value:
        case datetime() | date():
            return value.isoformat()
        case int() if column.type == "money" and not isinstance(value, bool):
            major = money.to_major(value, currency)
            return major if isinstance(major, int) else float(major)
        case _:
            return value


def _text(column: Column, raw: RawCell) -> Value:
    text = as_typed(raw)
    if column.type == "code":
        text = without_unseen(text)
    text = unicodedata.normalize(_KEPT[column.type], text).strip()
    if column.pattern and not re.fullmatch(column.pattern, text):
        raise Unreadable(
            msg("This does not have the form that is expected here."),
            msg("What belongs here: {note}.", note=column.note)
            if column.note.ja
            else msg("Write it in the form {pattern}.", pattern=column.pattern),
        )
    return text


def _integer(column: Column, raw: RawCell) -> Value:
    number = _whole(_without_percent(raw) if column.percent else raw)
    if number is None:
        raise Unreadable(msg("A whole number is expected here."), msg("Write a number such as 3."))
    if column.minimum is not None and number < column.minimum:
        raise Unreadable(
            msg("The number is too small; at least {minimum} is expected.", minimum=column.minimum),
            msg("Write {minimum} or more.", minimum=column.minimum),
        )
    return number


def _without_percent(raw: RawCell) -> RawCell:
    """Return a share as its number of percent: ``8%`` and a spreadsheet's 0.08 are 8."""
    if isinstance(raw, float) and 0 < raw < 1:
        return round(raw * 100, 6)
    return unicodedata.normalize("NFKC", raw).strip().removesuffix("%") if isinstance(raw, str) else raw


def _whole(raw: RawCell) -> int | None:
    if isinstance(raw, (bool, date, time, timedelta)):
        return None
    plain = unicodedata.normalize("NFKC", without_unseen(as_typed(raw)))
    plain = plain.replace(",", "").replace("−", "-").strip()
    return int(plain) if re.fullmatch(r"-?\d{1,15}", plain) else None


def _money(raw: RawCell, currency: str) -> Value:
    amount = None
    if isinstance(raw, (str, int, float)) and not isinstance(raw, bool):
        amount = money.to_minor(raw, currency)
    if amount is None:
        raise Unreadable(
            msg("This is not an amount in {currency}.", currency=currency),
            msg("Write a plain number such as 1080."),
        )
    return amount


def _flag(_column: Column, raw: RawCell) -> Value:
    word = normal_header(as_typed(raw))
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise Unreadable(msg("A tick is expected here."), msg("Write TRUE or FALSE, or leave the cell empty."))


def _choice(column: Column, raw: RawCell) -> Value:
    written = normal_header(as_typed(raw))
    found = column.written_choices.get(written) or column.written_choices.get(hour_span(written))
    if found is None and column.open:
        return unicodedata.normalize("NFC", as_typed(raw)).strip()
    if found is None:
        labels = tuple(choice.label for choice in column.choices.values())
        raise Unreadable(
            msg("This is not one of the values this column knows."),
            msg("Choose one of: {labels}.", labels=labels),
        )
    return found


def _prefecture(_column: Column, raw: RawCell) -> Value:
    found = full_name(as_typed(raw))
    if found is None:
        raise Unreadable(msg("There is no such prefecture."), msg("Write one of the 47, for example 京都府."))
    return found


def _postcode(_column: Column, raw: RawCell) -> Value:
    digits = only_digits(as_typed(raw))
    if _is_number(raw):
        digits = digits.zfill(7)  # a sheet drops the leading zeros of a number
    return digits if len(digits) == 7 else as_typed(raw).strip()  # check_rows and the hold H03 speak up


def _phone(_column: Column, raw: RawCell) -> Value:
    digits = phone_digits(as_typed(raw))
    if _is_number(raw) and not digits.startswith("0"):
        digits = "0" + digits
    return digits or as_typed(raw).strip()


def _is_number(raw: RawCell) -> bool:
    return isinstance(raw, (int, float)) and not isinstance(raw, bool)


def _email(_column: Column, raw: RawCell) -> Value:
    return unicodedata.normalize("NFKC", without_unseen(as_typed(raw))).strip()


def _jan(_column: Column, raw: RawCell) -> Value:
    return only_digits(as_typed(raw)) or as_typed(raw).strip()


def _components(_column: Column, raw: RawCell) -> Value:
    text = unicodedata.normalize("NFKC", as_typed(raw)).strip()
    if read_components(text) is None:
        raise Unreadable(
            msg("The parts of a set cannot be read."),
            msg("Write product code, * and number, separated by commas: K-001*1, K-006*2."),
        )
    return text


def _date(raw: RawCell, zone: ZoneInfo) -> Value:
    """Return the day, of a moment with an offset the day it was in the shop."""
    moment = _naive_moment(raw)
    if moment is None:
        raise Unreadable(msg("This is not a date."), msg("Write it like 2026-11-24."))
    return (moment.astimezone(zone) if moment.tzinfo else moment).date()


def _moment(raw: RawCell, zone: ZoneInfo) -> Value:
    moment = _naive_moment(raw)
    if moment is None:
        raise Unreadable(msg("This is not a date and time."), msg("Write it like 2026-11-24 10:00."))
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


def _naive_moment(raw: RawCell) -> datetime | None:
    """Return a moment, with a zone only where the text names one."""
    if isinstance(raw, datetime):
        return raw
    if isinstance(raw, date):
        return datetime.combine(raw, time())
    found = _day_and_rest(raw)
    if found is None:
        return None
    day, rest = found
    if not rest.strip():
        return datetime.combine(day, time())
    clock = _TIME.fullmatch(rest.strip())
    return _at(day, clock) if clock else None


def _at(day: date, clock: re.Match[str]) -> datetime | None:
    hour, minute, second, offset = clock.groups()
    try:
        moment = datetime.combine(day, time(int(hour), int(minute), int(second or 0)))
    except ValueError:
        return None
    if offset is None:
        return moment
    if offset == "Z":
        return moment.replace(tzinfo=UTC)
    shift = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
    return (moment - shift if offset[0] == "+" else moment + shift).replace(tzinfo=UTC)


def _day_and_rest(raw: RawCell) -> tuple[date, str] | None:
    """Return the day at the start of a cell and the text behind it."""
    if isinstance(raw, (int, float)) and not isinstance(raw, bool) and 30_000 < raw < 80_000:
        moment = moment_of(raw)  # an unformatted serial day number
        return moment.date(), f"{moment:%H:%M:%S}" if raw % 1 else ""
    if isinstance(raw, datetime) or not isinstance(raw, (str, date)):
        return None
    if isinstance(raw, date):
        return raw, ""
    text = unicodedata.normalize("NFKC", without_unseen(raw)).strip()
    for pattern, era in ((_DATE, False), (_ERA, True)):
        found = pattern.match(text)
        if found:
            year = 2018 + (1 if found[1] == "元" else int(found[1])) if era else int(found[1])
            try:
                day = date(year, int(found[2]), int(found[3]))
            except ValueError:
                return None
            return (day, text[found.end() :]) if 1900 <= year < 3000 else None
    return None


_READERS: Mapping[str, Callable[[Column, RawCell], Value]] = {
    "text": _text,
    "code": _text,
    "integer": _integer,
    "flag": _flag,
    "choice": _choice,
    "prefecture": _prefecture,
    "postcode": _postcode,
    "phone": _phone,
    "email": _email,
    "jan": _jan,
    "components": _components,
}
