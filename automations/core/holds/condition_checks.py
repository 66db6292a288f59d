"""Sees that a condition fits together: every value is of the kind its column holds, and the whole is true or false."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from automations.core import money
from automations.core.holds.condition_columns import AskedColumns
from automations.core.holds.condition_reading import read_condition
from automations.core.holds.conditions import (
    All,
    Blank,
    Compared,
    ConditionWrong,
    Count,
    Field,
    Fixed,
    Kind,
    Node,
    Not,
    Reckoned,
    Some,
    Today,
    fields_of,
)
from automations.core.messages import Label, Message, msg
from automations.core.places.prefectures import PREFECTURES, full_name
from automations.core.schema import Column
from automations.core.text import nearest, normal_header, phone_digits, postcode_digits

_KINDS: Mapping[str, Kind] = {
    "integer": "number",
    "money": "money",
    "date": "day",
    "datetime": "day",
    "flag": "flag",
    "choice": "choice",
    "prefecture": "prefecture",
}
_SPOKEN: Mapping[Kind, Label] = {
    "text": Label("文字", "text"),
    "number": Label("数", "a number"),
    "money": Label("金額", "an amount"),
    "day": Label("日付", "a day"),
    "flag": Label("チェック", "a tick"),
    "choice": Label("選択肢", "one of a list"),
    "prefecture": Label("都道府県", "a prefecture"),
}
_ORDERED = ("number", "money", "day")
_IN_TEXT = ("contains", "begins", "ends")
_YES = frozenset({"はい", "あり", "有", "true", "yes", "on", "済", "○"})
_NO = frozenset({"いいえ", "なし", "無", "false", "no", "off", "未", "×"})


def checked_condition(text: str, columns: AskedColumns, currency: str) -> Node:
    """Return the tree of a condition that can be asked, its written values typed.

    Raises:
        ConditionWrong: It cannot be understood, or compares what cannot be compared.
    """
    return _claim(read_condition(text, columns), currency)


def kind_of(node: Node) -> Kind | None:
    """Return what kind of value a node has; None for what is true or false, and for an untyped value."""
    match node:
        case Field(_, column):
            return _KINDS.get(column.type, "text")
        case Fixed(_, kind):
            return kind
        case Today():
            return "day"
        case Count("length", _):
            return "number"
        case Count(_, of):
            return kind_of(of)
        case Reckoned(_, left, right):
            return _kind_of_sum(left, right)
    return None


def _kind_of_sum(left: Node, right: Node) -> Kind | None:
    kinds = {kind_of(left), kind_of(right)} - {None}
    if kinds == {"day"} and isinstance(right, (Field, Today)):
        return "number"  # the days between two days
    return next((kind for kind in ("day", "money", "number") if kind in kinds), None)


def _claim(node: Node, currency: str) -> Node:
    """Return a node that is true or false, everything in it typed."""
    match node:
        case All(parts):
            return All(tuple(_claim(part, currency) for part in parts))
        case Some(parts):
            return Some(tuple(_claim(part, currency) for part in parts))
        case Not(of):
            return Not(_claim(of, currency))
        case Blank(of):
            if isinstance(of, Field):
                return node
            raise ConditionWrong(
                msg("Only a cell can be empty."), msg("Write the label of a column before 'is empty'.")
            )
        case Compared():
            return _compared(node, currency)
        case Field() if kind_of(node) == "flag":
            return node
        case Field(_, _, _, name):
            raise ConditionWrong(
                msg("{column} alone says neither yes nor no.", column=name),
                msg("Compare it: {example}.", example=f"{name.ja} = …"),
            )
    raise ConditionWrong(
        msg("A value alone says neither yes nor no."), msg("Compare it with a column of the ledger.")
    )


def _compared(node: Compared, currency: str) -> Compared:
    if not list(fields_of(node)) and not (isinstance(node.left, Today) or isinstance(node.right, Today)):
        raise ConditionWrong(
            msg("Two fixed values are compared; that is always the same."),
            msg("Compare a column of the ledger with a value."),
        )
    left, right = _typed(node.left, node.right, currency), _typed(node.right, node.left, currency)
    kinds = (kind_of(left), kind_of(right))
    if node.how in _IN_TEXT:
        wanted: tuple[str, ...] = ("text",)
    else:
        wanted = tuple(_SPOKEN) if node.how in ("is", "is_not") else _ORDERED
    if kinds[0] != kinds[1] or kinds[0] not in wanted:
        raise _misfit(node, left, right)
    return replace(node, left=left, right=right)


def _misfit(node: Compared, left: Node, right: Node) -> ConditionWrong:
    named = next(iter(fields_of(left)), None) or next(iter(fields_of(right)), None)
    kinds = [_SPOKEN[kind] for kind in (kind_of(left), kind_of(right)) if kind]
    column = named.name if named else Label("?", "?")
    if len(kinds) == 2 and kinds[0] != kinds[1]:
        why = msg("{column}: {one} is compared with {other}.", column=column, one=kinds[0], other=kinds[1])
        return ConditionWrong(why, msg("Compare like with like."))
    if node.how in _IN_TEXT:
        why = msg("{column} holds {kind}, and only text can contain something.", column=column, kind=kinds[0])
        return ConditionWrong(why, msg("Use = instead."))
    held = kinds[0] if kinds else Label("?", "?")
    why = msg("{column} holds {kind}, which is neither larger nor smaller.", column=column, kind=held)
    return ConditionWrong(why, msg("Use =, or 'contains' for text."))


def _typed(node: Node, other: Node, currency: str) -> Node:
    """Return a node with its written values read as the other side's column would read them."""
    match node:
        case Field() | Today():
            return node
        case Fixed():
            return _fixed(node, other, currency)
        case Count(what, of):
            return replace(node, of=_counted(what, of, currency))
        case Reckoned():
            return _reckoned(node, other, currency)
    raise ConditionWrong(
        msg("A comparison stands where a value should."),
        msg("Join comparisons with 'and' or 'or', and compare values only."),
    )


def _counted(what: str, of: Node, currency: str) -> Node:
    inside = _typed(of, of, currency)
    fits = ("text",) if what == "length" else ("number", "money")
    if kind_of(inside) not in fits or not list(fields_of(inside)):
        kind = _SPOKEN["text" if what == "length" else "number"]
        raise ConditionWrong(
            msg("{what} needs {kind}.", what=what, kind=kind),
            msg("Write a column of that kind in the brackets."),
        )
    return inside


def _reckoned(node: Reckoned, other: Node, currency: str) -> Node:
    left, right = node.left, node.right
    if node.step == "*":
        unit = Fixed(Decimal(1), "number")
        left, right = _typed(left, unit, currency), _typed(right, unit, currency)
        allowed = {("number", "number"), ("money", "number"), ("number", "money")}
    else:
        kind = kind_of(left) or kind_of(right) or kind_of(other)
        like = Fixed(Decimal(1), "number" if kind == "day" else kind or "number")
        left = _typed(left, Fixed(date.min, "day") if kind == "day" else like, currency)
        right = _typed(right, like, currency)
        allowed = {("number", "number"), ("money", "money"), ("day", "number")}
        allowed |= {("day", "day")} if node.step == "-" else set()
    if (kind_of(left), kind_of(right)) not in allowed:
        raise ConditionWrong(
            msg("These two cannot be put together with '{sign}'.", sign=node.step),
            msg("Only numbers and amounts can be added, and days be moved by a number of days."),
        )
    return replace(node, left=left, right=right)


def _fixed(node: Fixed, other: Node, currency: str) -> Fixed:
    """Return a written value as the other side reads it; unchanged where that tells nothing."""
    kind = kind_of(other)
    column = other.column if isinstance(other, (Field, Fixed)) else None
    if node.kind is not None or kind is None:
        return node
    match kind, node.value:
        case "money", Decimal() as number:
            amount = money.to_minor(str(number), currency)
            if amount is None:
                raise ConditionWrong(
                    msg("This is not an amount in {currency}.", currency=currency),
                    msg("Write a plain number such as 1080."),
                )
            return Fixed(Decimal(amount), "money", column)
        case "number", Decimal():
            return replace(node, kind="number", column=column)
        case "day", date():
            return replace(node, kind="day", column=column)
        case (("text" | "choice" | "prefecture" | "flag"), _) if column is not None:
            return _worded(str(node.value), kind, column)
        case "text", str():
            return replace(node, kind="text")
    raise ConditionWrong(
        msg("'{value}' is not {kind}.", value=str(node.value), kind=_SPOKEN[kind]), _example(kind)
    )


def _example(kind: Kind) -> Message:
    return msg("Write it like {example}.", example={"day": "2026-11-24"}.get(kind, "30000"))


def _worded(text: str, kind: Kind, column: Column) -> Fixed:
    text = unicodedata.normalize("NFKC", text).strip()
    if kind == "choice":
        found = column.written_choices.get(normal_header(text))
        if found is None:
            raise _no_choice(text, [choice.label for choice in column.choices.values()])
        return Fixed(found, kind, column)
    if kind == "prefecture":
        name = full_name(text)
        if name is None:
            raise _no_choice(text, [Label(known, known) for known in PREFECTURES])
        return Fixed(name, kind, column)
    if kind == "flag":
        if normal_header(text) not in _YES | _NO:
            raise _no_choice(text, [Label("はい", "yes"), Label("いいえ", "no")])
        return Fixed(normal_header(text) in _YES, kind, column)
    digits = {"postcode": postcode_digits, "phone": phone_digits}.get(column.type)
    return Fixed((digits(text) if digits else text) or text, kind, column)


def _no_choice(text: str, labels: list[Label]) -> ConditionWrong:
    close = nearest(text, [spelling for label in labels for spelling in (label.ja, label.en)])
    fix = (
        msg("Did you mean '{close}'?", close=close)
        if close
        else msg("Choose one of: {labels}.", labels=tuple(labels[:12]))
    )
    return ConditionWrong(msg("The column has no value '{value}'.", value=text), fix)


def is_per_line(node: Node) -> bool:
    """Return whether the condition is asked for each order line."""
    return any(field.scope in ("line", "product") for field in fields_of(node, counted=False))


def is_per_receiver(node: Node) -> bool:
    """Return whether the condition is asked for each receiver."""
    return any(field.scope == "receiver" for field in fields_of(node, counted=False))
