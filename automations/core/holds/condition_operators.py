"""What simpleeval works with: comparisons, sums and four functions. A blank (None) meets no comparison."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal

# What a name in a condition stands for: a cell, blank (None), or a number reckoned from cells.
Answer = str | int | bool | date | Decimal | None


def _is(left: Answer, right: Answer) -> bool:
    return left is not None and right is not None and left == right


def _is_not(left: Answer, right: Answer) -> bool:
    return not _is(left, right)


def _ordered(compare: Callable[[object, object], bool]) -> Callable[[Answer, Answer], bool]:
    def compared(left: Answer, right: Answer) -> bool:
        return left is not None and right is not None and compare(left, right)

    return compared


def _reckoner(sign: int) -> Callable[[Answer, Answer], Answer]:
    """Return plus (1) or minus (-1) for numbers, and for a day and a number of days."""

    def reckoned(left: Answer, right: Answer) -> Answer:
        if isinstance(left, date) and isinstance(right, date):
            return (left - right).days
        if isinstance(left, date):
            return _moved(left, sign * int(_number(right)))
        return None if isinstance(right, date) else _number(left) + sign * _number(right)

    return reckoned


def _times(left: Answer, right: Answer) -> Answer:
    return _number(left) * _number(right)


def _number(value: Answer) -> Decimal:
    return Decimal(value) if isinstance(value, (int, Decimal)) else Decimal(0)


def _moved(day: date, days: int) -> date | None:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def _contains(text: Answer, part: Answer) -> bool:
    return isinstance(text, str) and isinstance(part, str) and part in text


def _begins(text: Answer, part: Answer) -> bool:
    return isinstance(text, str) and isinstance(part, str) and text.startswith(part)


def _ends(text: Answer, part: Answer) -> bool:
    return isinstance(text, str) and isinstance(part, str) and text.endswith(part)


def _blank(value: Answer) -> bool:
    return value is None or value == "" or value is False


OPERATORS: Mapping[type, Callable[..., Answer]] = {
    ast.Eq: _is,
    ast.NotEq: _is_not,
    ast.Lt: _ordered(lambda left, right: left < right),  # type: ignore[operator]
    ast.LtE: _ordered(lambda left, right: left <= right),  # type: ignore[operator]
    ast.Gt: _ordered(lambda left, right: left > right),  # type: ignore[operator]
    ast.GtE: _ordered(lambda left, right: left >= right),  # type: ignore[operator]
    ast.Not: lambda value: not value,
    ast.Add: _reckoner(1),
    ast.Sub: _reckoner(-1),
    ast.Mult: _times,
}
FUNCTIONS: Mapping[str, Callable[..., bool]] = {
    "contains": _contains,
    "begins": _begins,
    "ends": _ends,
    "blank": _blank,
}
