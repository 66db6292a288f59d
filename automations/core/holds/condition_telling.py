"""Says a condition in words, so that its owner sees what it means; what is said can be typed back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from automations.core import money
from automations.core.holds.condition_checks import is_per_line, is_per_receiver, kind_of
from automations.core.holds.conditions import (
    All,
    Blank,
    Compared,
    Count,
    Counted,
    Field,
    Fixed,
    Kind,
    Node,
    Not,
    Reckoned,
    Some,
    Today,
)
from automations.core.messages import Label, Message, msg

_QUOTES = ("『』", "「」", '""', "''", "“”")


def told(node: Node, currency: str) -> Message:
    """Return the whole condition, and of what it is asked when that is not the order alone."""
    words = _words(node, currency)
    if is_per_line(node):
        return msg("for a line of the order: {words}", words=words)
    return msg("for a receiver: {words}", words=words) if is_per_receiver(node) else words


def _words(node: Node, currency: str) -> Message:
    match node:
        case All(parts):
            return _joined([_inside(part, currency) for part in parts], both=True)
        case Some(parts):
            return _joined([_inside(part, currency) for part in parts], both=False)
        case Not(of):
            return _opposite(of, currency)
        case Blank(of):
            return msg("{column} is empty", column=in_words(of, currency))
        case Compared():
            return _comparison(node, currency)
        case Field(_, _, _, name):
            return msg("{column} is ticked", column=name)
    return msg("({words})", words=in_words(node, currency))


def _inside(node: Node, currency: str) -> Message:
    words = _words(node, currency)
    return msg("({words})", words=words) if isinstance(node, (All, Some)) else words


def _joined(parts: list[Message], *, both: bool) -> Message:
    words = parts[0]
    for part in parts[1:]:
        words = (
            msg("{first}, and {next}", first=words, next=part)
            if both
            else msg("{first}, or {next}", first=words, next=part)
        )
    return words


def _opposite(node: Node, currency: str) -> Message:
    match node:
        case Blank(of):
            return msg("{column} is not empty", column=in_words(of, currency))
        case Field(_, _, _, name):
            return msg("{column} is not ticked", column=name)
        case Compared(how, left, right) if how in ("contains", "begins", "ends"):
            values = {"left": in_words(left, currency), "right": in_words(right, currency)}
            match how:
                case "contains":
                    return msg("{left} does not contain {right}", **values)
                case "begins":
                    return msg("{left} does not start with {right}", **values)
            return msg("{left} does not end with {right}", **values)
    return msg("not ({words})", words=_words(node, currency))


def _comparison(node: Compared, currency: str) -> Message:
    values = {"left": in_words(node.left, currency), "right": in_words(node.right, currency)}
    sentence = {
        "is": msg("{left} is {right}", **values),
        "is_not": msg("{left} is not {right}", **values),
        "contains": msg("{left} contains {right}", **values),
        "begins": msg("{left} starts with {right}", **values),
        "ends": msg("{left} ends with {right}", **values),
    }
    if kind_of(node.left) == "day":
        sentence |= {
            "at_least": msg("{left} is on or after {right}", **values),
            "at_most": msg("{left} is on or before {right}", **values),
            "above": msg("{left} is after {right}", **values),
            "below": msg("{left} is before {right}", **values),
        }
    else:
        sentence |= {
            "at_least": msg("{left} is at least {right}", **values),
            "at_most": msg("{left} is at most {right}", **values),
            "above": msg("{left} is more than {right}", **values),
            "below": msg("{left} is less than {right}", **values),
        }
    return sentence[node.how]


def in_words(node: Node, currency: str) -> Message | Label | str:
    """Return a value in words: a column's label, a fixed value, a sum."""
    match node:
        case Field(_, _, _, name):
            return name
        case Today():
            return msg("today")
        case Fixed():
            return _fixed(node, currency)
        case Count(what, of):
            return _count(what, in_words(of, currency))
        case Reckoned(step, left, right):
            signs = {"left": _term(left, currency), "right": _term(right, currency)}
            return msg("{left} {sign} {right}", sign=step, **signs)
    return msg("({words})", words=_words(node, currency))


def _count(what: Counted, inside: object) -> Message:
    match what:
        case "sum":
            return msg("sum({what})", what=inside)
        case "max":
            return msg("max({what})", what=inside)
        case "min":
            return msg("min({what})", what=inside)
    return msg("length({what})", what=inside)


def _term(node: Node, currency: str) -> Message | Label | str:
    words = in_words(node, currency)
    return msg("({words})", words=words) if isinstance(node, Reckoned) else words


def _fixed(node: Fixed, currency: str) -> Message | Label | str:
    match node.value:
        case bool():
            return Label("はい", "yes") if node.value else Label("いいえ", "no")
        case Decimal():
            return in_figures(node.value, node.kind, currency)
        case date():
            return node.value.isoformat()
    text = str(node.value)
    if node.column is not None and text in node.column.choices:
        label = node.column.choices[text].label
        return Label(_quoted(label.ja), _quoted(label.en))
    return _quoted(text)


def in_figures(number: Decimal, kind: Kind | None, currency: str) -> Message | str:
    """Return an amount (in minor units) or a number as people write it."""
    if kind != "money":
        return f"{number:,f}"
    amount = money.written(int(number), currency)
    return msg("{amount} yen", amount=amount) if currency == "JPY" else amount


def _quoted(text: str) -> str:
    marks = next((marks for marks in _QUOTES if marks[0] not in text and marks[-1] not in text), _QUOTES[0])
    return f"{marks[0]}{text}{marks[-1]}"
