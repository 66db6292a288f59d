"""Works out a checked condition for one order, line or receiver with `simpleeval`.

simpleeval is given a tree made here, of names, fixed values, comparisons and four functions of condition_operators.py;
attributes, subscripts, other calls, powers and text of any kind never reach it. The size of a condition is
bounded when it is read, and it has no loops, so that the time it takes is bounded too.
"""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Protocol

from automations.core.holds.case import Case, Surroundings
from automations.core.holds.condition_checks import kind_of
from automations.core.holds.condition_operators import FUNCTIONS, OPERATORS, Answer
from automations.core.holds.conditions import (
    All,
    Blank,
    Compared,
    Comparison,
    Count,
    Field,
    Fixed,
    Kind,
    Node,
    Not,
    Reckoned,
    Some,
    Today,
)
from automations.core.ledger import Row
from automations.core.places.destinations import Destination, destination_of
from automations.core.values import Value

_STEPS: Mapping[str, type[ast.operator]] = {"+": ast.Add, "-": ast.Sub, "*": ast.Mult}
_SIGNS: Mapping[str, type[ast.cmpop]] = {
    "is": ast.Eq,
    "is_not": ast.NotEq,
    "below": ast.Lt,
    "at_most": ast.LtE,
    "above": ast.Gt,
    "at_least": ast.GtE,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a condition is asked of: an order, and perhaps one of its lines or receivers."""

    case: Case
    around: Surroundings
    line: Row | None = None
    place: Destination | None = None

    @property
    def receiver(self) -> Destination:
        """Where it is asked of, or else where the line or the order goes."""
        return self.place or destination_of(self.case.order, self.line)


Getter = Callable[[Asked], Answer]


class _Evaluator(Protocol):
    names: object

    def eval(self, expr: str, previously_parsed: ast.expr) -> object: ...


class _Names(Mapping[str, Answer]):
    """The names of one condition, answered only when they are asked for."""

    def __init__(self) -> None:
        self.getters: dict[str, Getter] = {}
        self.asked: Asked | None = None

    def __getitem__(self, name: str) -> Answer:
        if self.asked is None:
            raise KeyError(name)
        return self.getters[name](self.asked)

    def __iter__(self) -> Iterator[str]:
        return iter(self.getters)

    def __len__(self) -> int:
        return len(self.getters)

    def named(self, getter: Getter) -> ast.expr:
        """Return a new name for what a getter answers."""
        name = f"v{len(self.getters)}"
        self.getters[name] = getter
        return ast.Name(name, ast.Load())


def compiled(node: Node) -> Callable[[Asked], object]:
    """Return the function that works a node out; its evaluator is made once."""
    names = _Names()
    tree = _tree(node, names)
    evaluator = _evaluator(names)

    def worked_out(asked: Asked) -> object:
        before, names.asked = names.asked, asked
        try:
            return evaluator.eval("", previously_parsed=tree)
        finally:
            names.asked = before

    return worked_out


def _evaluator(names: _Names) -> _Evaluator:
    """Return a simpleeval evaluator that knows nothing but what `_tree` makes."""
    from simpleeval import SimpleEval  # noqa: PLC0415 - only shops with rules of their own need it

    evaluator = SimpleEval(operators=OPERATORS, functions=FUNCTIONS, names=names)
    kept = (ast.Name, ast.Constant, ast.Compare, ast.BoolOp, ast.UnaryOp, ast.BinOp, ast.Call)
    evaluator.nodes = {kind: work for kind, work in evaluator.nodes.items() if kind in kept}
    found: _Evaluator = evaluator
    return found


def _tree(node: Node, names: _Names) -> ast.expr:
    match node:
        case All(parts):
            return ast.BoolOp(ast.And(), [_tree(part, names) for part in parts])
        case Some(parts):
            return ast.BoolOp(ast.Or(), [_tree(part, names) for part in parts])
        case Not(of):
            return ast.UnaryOp(ast.Not(), _tree(of, names))
        case Blank(of):
            return _call("blank", _tree(of, names))
        case Compared(how, left, right):
            return _comparison(how, _tree(left, names), _tree(right, names))
        case Reckoned(step, left, right):
            return ast.BinOp(_tree(left, names), _STEPS[step](), _tree(right, names))
        case _:
            return _leaf(node, names)


def _leaf(node: Node, names: _Names) -> ast.expr:
    match node:
        case Fixed(value, kind):
            return ast.Constant(folded(str(value)) if kind == "text" else value)  # type: ignore[arg-type]
        case Today():
            return names.named(lambda asked: asked.around.ledger.today)
        case Count(what, of):
            return names.named(counting(what, of))
        case Field():
            return names.named(_getter(node))
    raise TypeError(node)


def _comparison(how: Comparison, left: ast.expr, right: ast.expr) -> ast.expr:
    if how in ("contains", "begins", "ends"):
        return _call(how, left, right)
    return ast.Compare(left, [_SIGNS[how]()], [right])


def _call(name: str, *values: ast.expr) -> ast.expr:
    return ast.Call(ast.Name(name, ast.Load()), list(values), [])


def counting(what: str, of: Node) -> Getter:
    """Return what counts over the lines of an order; blank cells are left out."""
    inner = compiled(of)
    if what == "length":
        return lambda asked: len(str(inner(asked) or ""))

    def count(asked: Asked) -> Answer:
        answers = [inner(Asked(asked.case, asked.around, line)) for line in asked.case.lines]
        numbers = [answer for answer in answers if isinstance(answer, (int, Decimal))]
        if what == "sum":
            return sum(numbers, Decimal(0))
        return (max if what == "max" else min)(numbers, default=None)

    return count


def _getter(field: Field) -> Getter:
    """Return what answers a column: typed for comparing, text folded, moments as their day."""
    name, kind = field.column.id, kind_of(field)

    def answer(asked: Asked) -> Answer:
        return _answer(cell_of(field, name, asked), kind)

    return answer


def _answer(value: Value, kind: Kind | None) -> Answer:
    if value is None or value == "":
        return False if kind == "flag" else None
    if kind == "day":
        return value.date() if hasattr(value, "date") else value
    return folded(str(value)) if kind == "text" else value


def cell_of(field: Field, name: str, asked: Asked) -> Value:
    """Return the cell a field means: of the order, the line, its product, the customer or the receiver."""
    if field.scope == "receiver":
        found: Value = getattr(asked.receiver, name.removeprefix("ship_"))
        return found
    row = _row(field, asked)
    return row.get(name) if row is not None else None


def _row(field: Field, asked: Asked) -> Row | None:
    match field.scope:
        case "line":
            return asked.line
        case "product":
            sku = asked.line.text("sku") if asked.line is not None else ""
            return asked.around.ledger["products"].get(sku)
        case "customer":
            return asked.around.ledger["customers"].get(asked.case.order.text("customer_id"))
    return asked.case.order


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Return text for comparing: widths and upper and lower case make no difference."""
    return (
        text.strip().casefold() if text.isascii() else unicodedata.normalize("NFKC", text).strip().casefold()
    )
