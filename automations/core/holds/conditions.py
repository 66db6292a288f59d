"""What a hold rule of the shop's own is made of, once it is read: a small tree without a way out of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from automations.core.messages import Label, Message
from automations.core.schema import Column

# Where the value comes from; a condition about lines or receivers is asked for each of them.
Scope = Literal["order", "line", "receiver", "customer", "product"]
Kind = Literal["text", "number", "money", "day", "flag", "choice", "prefecture"]
Comparison = Literal["is", "is_not", "below", "at_most", "above", "at_least", "contains", "begins", "ends"]
Step = Literal["+", "-", "*"]
Counted = Literal["sum", "max", "min", "length"]


class ConditionWrong(ValueError):
    """A condition cannot be used; ``why`` and ``fix`` are for the person who typed it."""

    def __init__(self, why: Message, fix: Message) -> None:
        self.why = why
        self.fix = fix
        super().__init__(str(why))


@dataclass(frozen=True)
class Field:
    """A column of the ledger.

    Attributes:
        tab: Its tab.
        name: What to call it so that it is found again, in either language.
    """

    tab: str
    column: Column
    scope: Scope
    name: Label


@dataclass(frozen=True)
class Fixed:
    """A value written in the condition; ``column`` tells how to say it, None while nobody has compared it."""

    value: str | bool | date | Decimal
    kind: Kind | None = None
    column: Column | None = None


@dataclass(frozen=True)
class Today:
    """The day of the run."""


@dataclass(frozen=True)
class Reckoned:
    """Two amounts, numbers or days put together."""

    step: Step
    left: Node
    right: Node


@dataclass(frozen=True)
class Count:
    """One number of all lines of the order (their sum, largest, smallest), or the length of a text."""

    what: Counted
    of: Node


@dataclass(frozen=True)
class Compared:
    """A comparison of two values."""

    how: Comparison
    left: Node
    right: Node


@dataclass(frozen=True)
class Blank:
    """Whether a cell is empty."""

    of: Node


@dataclass(frozen=True)
class Not:
    """The opposite."""

    of: Node


@dataclass(frozen=True)
class All:
    """True when every part is."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Some:
    """True when at least one part is."""

    parts: tuple[Node, ...]


Node = Field | Fixed | Today | Reckoned | Count | Compared | Blank | Not | All | Some


def below(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly under one."""
    match node:
        case All(parts) | Some(parts):
            return parts
        case Compared(_, left, right) | Reckoned(_, left, right):
            return (left, right)
        case Not(of) | Blank(of) | Count(_, of):
            return (of,)
    return ()


def fields_of(node: Node, *, counted: bool = True) -> Iterator[Field]:
    """Yield the columns a condition asks for, in its order; without those inside a count when told so."""
    if isinstance(node, Field):
        yield node
    elif counted or not isinstance(node, Count) or node.what == "length":
        for part in below(node):
            yield from fields_of(part, counted=counted)
