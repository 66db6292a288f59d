"""Reckons the formulas that shops put beside their tables: arithmetic, text, comparisons, a few functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
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


def result(formula: Formula, document: Document, sheet_id: int, depth: int = 0) -> Value:
    """Return what a formula shows; ``#ERROR!`` and its like where it cannot be reckoned."""
    if depth > _DEEPEST or "#REF!" in formula.text:
        return Failure("#REF!")
    try:
        tokens = list(_tokens(formula.text[1:]))
        reader = _Reader(tokens, document, sheet_id, depth)
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
        self, tokens: Sequence[tuple[str, str]], document: Document, sheet_id: int, depth: int
    ) -> None:
        self.tokens, self.at = tokens, 0
        self.document, self.sheet_id, self.depth = document, sheet_id, depth

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
        for row in tab.rows.part(clip.top or 0, clip.bottom or 0):
            for cell in row.cells[clip.left or 0 : clip.right]:
                value = cell.value
                if isinstance(value, Formula):
                    found.append(result(value, self.document, area.sheet_id, self.depth + 1))
                else:
                    found.append(value)
        return found or [None]

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
    return [value for part in arguments for value in part if isinstance(value, float)]


_FUNCTIONS: dict[str, Callable[[list[list[Value]]], Value]] = {
    "SUM": lambda arguments: float(sum(_numbers(arguments))),
    "COUNT": lambda arguments: float(len(_numbers(arguments))),
    "COUNTA": lambda arguments: float(sum(value is not None for part in arguments for value in part)),
    "MIN": lambda arguments: min(_numbers(arguments), default=0.0),
    "MAX": lambda arguments: max(_numbers(arguments), default=0.0),
    "IF": lambda arguments: (
        arguments[1][0] if arguments[0][0] else arguments[2][0] if len(arguments) > 2 else False
    ),
    "COUNTIF": lambda arguments: float(sum(value == arguments[1][0] for value in arguments[0])),
}
