"""Reckons the formulas that shops put beside their tables: arithmetic, text, comparisons, a few functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .cells import Failure, Formula, Scalar
from .errors import ApiError
from .ranges import Area

if TYPE_CHECKING:
    from .document import Document

Value = Scalar | Failure
TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][-+]?\d+)?)|(?P<text>\"(?:[^\"]|\"\")*\")|(?P<name>[A-Za-z_]+(?=\())|"
    r"(?P<ref>(?:TRUE|FALSE)\b|(?:(?:'(?:[^']|'')+'|[^\W\d]\w*)!)?\$?[A-Za-z]{1,3}\$?\d*(?::\$?[A-Za-z]{1,3}\$?\d*)?)|"
    r"(?P<sign><>|<=|>=|[-+*/^&=<>(),%]))",
)
_DEEPEST = 60
_LEVELS = (("=", "<>", "<", ">", "<=", ">="), ("&",), ("+", "-"), ("*", "/"), ("^",))


class _Wrong(Exception):
    def __init__(self, shown: str) -> None:
        super().__init__(shown)
        self.shown = shown


@dataclass
class _Known:
    """What was reckoned on the way to one result, and what waits for it, by tab, row and column."""

    values: dict[tuple[int, int, int], Value] = field(default_factory=dict)
    open: set[tuple[int, int, int]] = field(default_factory=set)


def result(formula: Formula, document: Document, sheet_id: int, known: _Known | None = None) -> Value:
    """Return what a formula shows; ``#ERROR!`` and its like where it cannot be reckoned."""
    known = known or _Known()
    if len(known.open) > _DEEPEST or "#REF!" in formula.text:
        return Failure("#REF!")
    try:
        tokens = list(_tokens(formula.text[1:]))
        reader = _Reader(tokens, document, sheet_id, known)
        value = reader.expression(0)
    except _Wrong as wrong:
        return Failure(wrong.shown)
    except (ValueError, TypeError, OverflowError):
        return Failure("#VALUE!")
    return value if reader.at == len(tokens) else Failure("#ERROR!")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if not match or not match.lastgroup:
            raise _Wrong("#ERROR!")
        yield match.lastgroup, match[match.lastgroup]
        at = match.end()


class _Reader:
    def __init__(
        self, tokens: Sequence[tuple[str, str]], document: Document, sheet_id: int, known: _Known
    ) -> None:
        self.tokens, self.at = tokens, 0
        self.document, self.sheet_id, self.known = document, sheet_id, known

    def expression(self, level: int) -> Value:
        if level == len(_LEVELS):
            return self.signed()
        left = self.expression(level + 1)
        while self.peek() in _LEVELS[level]:
            sign = self.take()
            left = _reckoned(left, sign, self.expression(level + 1))
        return left

    def signed(self) -> Value:
        if self.peek() in {"-", "+"}:
            return -_number(self.signed()) if self.take() == "-" else self.signed()
        value = self.single()
        while self.peek() == "%":
            self.take()
            value = _number(value) / 100
        return value

    def single(self) -> Value:
        if self.at >= len(self.tokens):
            raise _Wrong("#ERROR!")
        kind, text = self.tokens[self.at]
        self.at += 1
        match kind:
            case "number":
                return float(text)
            case "text":
                return text[1:-1].replace('""', '"')
            case "name":
                return self.called(text.upper())
            case "ref":
                return (
                    {"TRUE": True, "FALSE": False}.get(text.upper())
                    if text.upper() in {"TRUE", "FALSE"}
                    else (self.values(text)[0])
                )
        if text != "(":
            raise _Wrong("#ERROR!")
        value = self.expression(0)
        self.closed()
        return value

    def called(self, name: str) -> Value:
        function = _FUNCTIONS.get(name)
        self.take()
        arguments: list[list[Value]] = []
        while self.peek() not in {")", ""}:
            kind, text = self.tokens[self.at]
            following = self.tokens[self.at + 1][1] if self.at + 1 < len(self.tokens) else ""
            if kind == "ref" and following in {",", ")"}:
                self.at += 1
                arguments.append(self.values(text))
            else:
                arguments.append([self.expression(0)])
            if self.peek() == ",":
                self.take()
        self.closed()
        if function is None:
            raise _Wrong("#NAME?")
        return function(arguments)

    def values(self, text: str) -> list[Value]:
        try:
            area = self.document.area(text)
        except ApiError:
            raise _Wrong("#REF!") from None
        if "!" not in text:
            area = Area(self.sheet_id, area.top, area.bottom, area.left, area.right)
        tab = self.document.tab(area.sheet_id)
        rows, columns = tab.size()
        clip = area.clipped(rows, columns)
        found: list[Value] = []
        for row, line in enumerate(tab.rows.part(clip.top or 0, clip.bottom or 0), clip.top or 0):
            for column, cell in enumerate(line.cells[clip.left or 0 : clip.right], clip.left or 0):
                value = cell.value
                found.append(
                    self.other(value, (tab.id, row, column)) if isinstance(value, Formula) else value
                )
        return found or [None]

    def other(self, formula: Formula, place: tuple[int, int, int]) -> Value:
        """Return what another cell's formula shows; ``#REF!`` where it waits for this one."""
        known = self.known
        if place in known.open:
            return Failure("#REF!")
        if place not in known.values:
            known.open.add(place)
            known.values[place] = result(formula, self.document, place[0], known)
            known.open.remove(place)
        return known.values[place]

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1][1]

    def closed(self) -> None:
        if self.peek() != ")":
            raise _Wrong("#ERROR!")
        self.take()


def _reckoned(left: Value, sign: str, right: Value) -> Value:  # noqa: PLR0911 - one case a sign
    match sign:
        case "&":
            return _text(left) + _text(right)
        case "=":
            return left == right
        case "<>":
            return left != right
        case "<" | ">" | "<=" | ">=":
            first, second = _number(left), _number(right)
            return {"<": first < second, ">": first > second, "<=": first <= second, ">=": first >= second}[
                sign
            ]
        case "+":
            return _number(left) + _number(right)
        case "-":
            return _number(left) - _number(right)
        case "*":
            return _number(left) * _number(right)
        case "/" if _number(right) == 0:
            raise _Wrong("#DIV/0!")
        case "/":
            return _number(left) / _number(right)
    return float(_number(left) ** _number(right))


def _number(value: Value) -> float:
    if isinstance(value, Failure):
        raise _Wrong(value.shown)
    return 0.0 if value is None or value == "" else float(value)


def _text(value: Value) -> str:
    if isinstance(value, Failure):
        raise _Wrong(value.shown)
    if isinstance(value, float):
        return f"{value:.15g}"
    return "" if value is None else str(value).upper() if isinstance(value, bool) else value


def _numbers(arguments: Sequence[Sequence[Value]]) -> list[float]:
    """Return the numbers among arguments; a failure among them is the result's too."""
    values = [value for part in arguments for value in part]
    for value in values:
        if isinstance(value, Failure):
            raise _Wrong(value.shown)
    return [value for value in values if isinstance(value, float)]


_FUNCTIONS: dict[str, Callable[[list[list[Value]]], Value]] = {
    "SUM": lambda arguments: float(sum(_numbers(arguments))),
    "COUNT": lambda arguments: float(sum(isinstance(value, float) for part in arguments for value in part)),
    "COUNTA": lambda arguments: float(sum(value is not None for part in arguments for value in part)),
    "MIN": lambda arguments: min(_numbers(arguments), default=0.0),
    "MAX": lambda arguments: max(_numbers(arguments), default=0.0),
    "IF": lambda arguments: (
        arguments[1][0] if arguments[0][0] else arguments[2][0] if len(arguments) > 2 else False
    ),
    "COUNTIF": lambda arguments: float(sum(value == arguments[1][0] for value in arguments[0])),
}
