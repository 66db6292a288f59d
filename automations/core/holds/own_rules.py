"""Hold rules of the shop's own: a checked condition becomes a rule, and the cells it asked for its evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial

from automations.core.holds.case import Case, Evidence, Rule, Surroundings
from automations.core.holds.condition_answers import Asked, Getter, cell_of, compiled, counting
from automations.core.holds.condition_checks import checked_condition, is_per_line, is_per_receiver, kind_of
from automations.core.holds.condition_columns import AskedColumns
from automations.core.holds.condition_telling import in_figures, in_words
from automations.core.holds.conditions import (
    ConditionWrong,
    Count,
    Field,
    Node,
    below,
)
from automations.core.holds.reasons import HoldReason
from automations.core.messages import Label, Message, msg
from automations.core.schema import Column, Schema
from automations.core.values import Value

_SHOWN_LETTERS = 60


def wrong_conditions(
    conditions: Mapping[str, str], schema: Schema, currency: str
) -> Iterator[tuple[str, ConditionWrong]]:
    """Yield the names of conditions that cannot be used, and why."""
    columns = AskedColumns.of(schema)
    for name, text in conditions.items():
        try:
            checked_condition(text, columns, currency)
        except ConditionWrong as wrong:
            yield name, wrong


def rules_by_id(conditions: Mapping[str, str], schema: Schema, currency: str) -> dict[str, Rule]:
    """Return the rule of each condition, by its name; all were checked before."""
    columns = AskedColumns.of(schema)
    return {name: own_rule(checked_condition(text, columns, currency)) for name, text in conditions.items()}


def own_rule(condition: Node) -> Rule:
    """Return the rule of a checked condition; its evidence are the cells it asked for, as they stand.

    A blank cell is neither larger nor smaller nor equal to anything, contains nothing and counts as 0 in a
    calculation; a condition about lines or receivers holds when it is true of one of them.
    """
    is_met = compiled(condition)
    evidence = tuple(_evidence(condition))
    per_line, per_receiver = is_per_line(condition), is_per_receiver(condition)

    def rule(case: Case, _reason: HoldReason, around: Surroundings) -> Evidence:
        for asked in _asked(case, around, per_line=per_line, per_receiver=per_receiver):
            if is_met(asked) is True:
                return tuple(_distinct(show(asked) for show in evidence))
        return ()

    return rule


def _asked(case: Case, around: Surroundings, *, per_line: bool, per_receiver: bool) -> Iterator[Asked]:
    if per_line and case.lines:
        yield from (Asked(case, around, line) for line in case.lines)
    elif per_receiver:
        yield from (Asked(case, around, None, place) for place in case.destinations)
    else:
        yield Asked(case, around)


def _evidence(node: Node) -> Iterator[Callable[[Asked], Message]]:
    """Yield what shows each cell and each sum a condition looks at, in its order."""
    match node:
        case Field():
            yield partial(_shown, node)
        case Count():
            yield partial(_shown_count, node, counting(node.what, node.of))
        case _:
            for part in below(node):
                yield from _evidence(part)


def _distinct(sentences: Iterable[Message]) -> Iterator[Message]:
    told: set[str] = set()
    for sentence in sentences:
        if str(sentence) not in told:
            told.add(str(sentence))
            yield sentence


def _shown_count(node: Count, count: Getter, asked: Asked) -> Message:
    currency = asked.around.ledger.currency
    answer, kind = count(asked), kind_of(node)
    spoken: Message | str = "-"
    if isinstance(answer, (int, Decimal)):
        spoken = in_figures(Decimal(answer), kind, currency)
    return msg("{column}: {value}", column=in_words(node, currency), value=spoken)


def _shown(field: Field, asked: Asked) -> Message:
    """Return a cell as evidence; the same as long as the cell is."""
    value = cell_of(field, field.column.id, asked)
    if value is None or value == "":
        return msg("{column} is empty", column=field.name)
    return msg("{column}: {value}", column=field.name, value=_spoken(value, field.column, asked))


def _spoken(value: Value, column: Column, asked: Asked) -> object:
    currency = asked.around.ledger.currency
    if isinstance(value, bool):
        return Label("はい", "yes") if value else Label("いいえ", "no")
    if column.type == "money" and isinstance(value, int):
        return in_figures(Decimal(value), "money", currency)
    if isinstance(value, str) and value in column.choices:
        return column.choices[value].label
    if isinstance(value, str) and len(value) > _SHOWN_LETTERS:
        return f"{value[:_SHOWN_LETTERS]}…"
    return value
