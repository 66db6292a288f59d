"""Reads a condition as people type it, in Japanese or English, into the tree of core/holds/conditions.py.

Nothing of the text is ever given to Python: it is taken apart here, sign by sign, within fixed bounds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from automations.core.holds.condition_columns import AskedColumns
from automations.core.holds.condition_words import (
    AFTER_NAME,
    AND,
    BEHIND,
    BEHIND_NOT,
    BETWEEN,
    BETWEEN_NOT,
    BLANK,
    BLANKS,
    CODE,
    COUNT,
    COUNTS,
    DAY,
    FILLED,
    NAME,
    NO_TICK,
    NOT,
    NOT_BEHIND,
    NUMBER,
    OR,
    PARTICLE,
    PLUS_MINUS,
    QUOTED,
    TICK,
    TIMES,
    TODAY,
    VALUE,
)
from automations.core.holds.conditions import (
    All,
    Blank,
    Compared,
    ConditionWrong,
    Count,
    Field,
    Fixed,
    Node,
    Not,
    Reckoned,
    Some,
    Step,
    Today,
)
from automations.core.messages import msg
from automations.core.text import nearest, normal_header

LONGEST = 500
DEEPEST = 12
MOST_PARTS = 80


def read_condition(text: str, columns: AskedColumns) -> Node:
    """Return the tree of a condition; types are looked at later (core/holds/condition_checks.py).

    Raises:
        ConditionWrong: It cannot be understood, names an unknown column, or is too long.
    """
    if len(text) > LONGEST:
        raise ConditionWrong(
            msg("The condition is longer than {limit} characters.", limit=LONGEST),
            msg("Split it into several rules."),
        )
    reader = _Reader(unicodedata.normalize("NFKC", text).replace("−", "-").strip(), columns)
    return reader.whole()


class _Reader:
    """A text and how far it has been read."""

    def __init__(self, text: str, columns: AskedColumns) -> None:
        self.text = text
        self.columns = columns
        self.at = 0
        self.depth = 0
        self.parts = 0

    def whole(self) -> Node:
        if not self.text:
            raise ConditionWrong(
                msg("The condition is empty."), msg("Write a condition such as {example}.", example=_EXAMPLE)
            )
        node = self.either()
        self.skip()
        if self.at < len(self.text):
            raise self.lost()
        return node

    def lost(self) -> ConditionWrong:
        rest = self.text[self.at : self.at + 20]
        if not rest:
            return ConditionWrong(
                msg("The condition ends too early."),
                msg("Write a condition such as {example}.", example=_EXAMPLE),
            )
        return ConditionWrong(
            msg("The condition cannot be understood from '{rest}' on.", rest=rest),
            msg("Write a condition such as {example}.", example=_EXAMPLE),
        )

    def skip(self) -> None:
        found = BLANKS.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Read what matches here, blanks before it skipped; nothing is read when nothing matches."""
        self.skip()
        found = pattern.match(self.text, self.at)
        if found is None or found.end() == self.at:
            return None
        self.at = found.end()
        return found

    def sign(self, text: str) -> bool:
        self.skip()
        if not self.text.startswith(text, self.at):
            return False
        self.at += len(text)
        return True

    def counted(self, node: Node) -> Node:
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise ConditionWrong(
                msg("The condition has more than {limit} parts.", limit=MOST_PARTS),
                msg("Split it into several rules."),
            )
        return node

    def deeper(self, read: Callable[[], Node]) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ConditionWrong(
                msg("Brackets lie more than {limit} deep.", limit=DEEPEST),
                msg("Split it into several rules."),
            )
        node = read()
        self.depth -= 1
        return node

    def either(self) -> Node:
        parts = [self.both()]
        while self.take(OR):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else self.counted(Some(tuple(parts)))

    def both(self) -> Node:
        parts = [self.opposite()]
        while self.take(AND):
            parts.append(self.opposite())
        return parts[0] if len(parts) == 1 else self.counted(All(tuple(parts)))

    def opposite(self) -> Node:
        if not self.at_column() and self.take(NOT):
            return self.counted(Not(self.deeper(self.opposite)))
        return self.comparison()

    def comparison(self) -> Node:
        left = self.sum()
        if self.take(FILLED):
            return self.counted(Not(Blank(left)))
        if self.take(BLANK):
            return self.counted(Blank(left))
        if self.take(NO_TICK):
            return self.counted(Not(left))
        if self.take(TICK):
            return left
        compared = self.between(left) or self.behind(left)
        node = compared or left
        while self.take(NOT_BEHIND):
            node = self.counted(Not(node))
        return node

    def between(self, left: Node) -> Node | None:
        """Read ``>= 30000``."""
        for pattern, how in BETWEEN_NOT:
            if self.take(pattern):
                return self.counted(Not(Compared(how, left, self.value())))
        for pattern, how in BETWEEN:
            if self.take(pattern):
                if how in ("is", "is_not") and self.take(BLANK):
                    return self.counted(Blank(left) if how == "is" else Not(Blank(left)))
                return self.counted(Compared(how, left, self.value()))
        return None

    def behind(self, left: Node) -> Node | None:
        """Read ``が30000以上`` or ``30000以上``; a value alone after its particle is compared for being equal."""
        begun = self.at
        particle = self.take(PARTICLE)
        self.skip()
        if self.at == len(self.text) or self.text[self.at] in ")、,":
            self.at = begun
            return None
        if not particle and not (QUOTED.match(self.text, self.at) or self.text[self.at].isdigit()):
            self.at = begun
            return None
        right = self.value()
        for pattern, how in BEHIND_NOT:
            if self.take(pattern):
                return self.counted(Not(Compared(how, left, right)))
        for pattern, how in BEHIND:
            if self.take(pattern):
                return self.counted(Compared(how, left, right))
        if not particle:
            raise self.lost()
        return self.counted(Compared("is", left, right))

    def value(self) -> Node:
        return self.sum(is_value=True)

    def sum(self, *, is_value: bool = False) -> Node:
        node = self.product(is_value=is_value)
        while step := self.take(PLUS_MINUS):
            node = self.counted(Reckoned(_STEPS[step[0]], node, self.product()))
        return node

    def product(self, *, is_value: bool = False) -> Node:
        node = self.atom(is_value=is_value)
        while self.take(TIMES):
            node = self.counted(Reckoned("*", node, self.atom()))
        return node

    def atom(self, *, is_value: bool = False) -> Node:
        if self.sign("("):
            node = self.deeper(self.either)
            if not self.sign(")"):
                raise ConditionWrong(
                    msg("A bracket is opened and not closed."), msg("Close every bracket with ).")
                )
            return self.counted(node)
        if self.sign("-"):
            return self.negative()
        found = self.fixed() or self.count() or self.column(is_value=is_value)
        if found is not None:
            return self.counted(found)
        if is_value and (word := self.take(VALUE)):
            return self.counted(Fixed(word[0].strip()))
        raise self.lost()

    def negative(self) -> Node:
        number = self.take(NUMBER)
        if number is None:
            raise self.lost()
        return self.counted(Fixed(-_decimal(number)))

    def fixed(self) -> Node | None:
        if quoted := self.take(QUOTED):
            return Fixed(next(part for part in quoted.groups() if part is not None))
        if day := self.take(DAY):
            return Fixed(_day(day))
        if code := self.take(CODE):
            return Fixed(code[0])
        if number := self.take(NUMBER):
            return Fixed(_decimal(number))
        return Today() if self.take(TODAY) else None

    def count(self) -> Node | None:
        called = self.take(COUNT)
        if called is None:
            return None
        self.sign("(")
        inside = self.deeper(self.sum)
        if not self.sign(")"):
            raise self.lost()
        return Count(COUNTS[called[1].lower()], inside)

    def column(self, *, is_value: bool) -> Field | None:
        """Read the name of a column; a word that is none is a value, or on the left a mistake."""
        found = self.take(self.columns.pattern) if self.at_column() else None
        if found is not None:
            return self.columns.known[normal_header(found[0])]
        word = NAME.match(self.text, self.at)
        if is_value or word is None:
            return None
        raise self.unknown(word[0].strip())

    def at_column(self) -> bool:
        """Return whether a name begins here, even one that begins like a word of the language (Not chilled)."""
        self.skip()
        found = self.columns.pattern.match(self.text, self.at)
        return found is not None and AFTER_NAME.match(self.text, found.end()) is not None

    def unknown(self, name: str) -> ConditionWrong:
        refused = self.columns.refused.get(normal_header(name))
        if refused:
            return ConditionWrong(
                msg("{column} is worked out by Daicho, partly from the holds themselves.", column=refused),
                msg("Ask for a column that people or channels fill in."),
            )
        close = nearest(name, self.columns.labels) or nearest(name, self.columns.written)
        return ConditionWrong(
            msg("There is no column '{name}'.", name=name),
            msg("Did you mean '{close}'?", close=close)
            if close
            else msg("Write the label of a column of orders, order lines, customers or products."),
        )


_STEPS: dict[str, Step] = {"+": "+", "-": "-"}
_EXAMPLE = "合計 >= 30000 かつ 都道府県 = '沖縄県'"


def _decimal(found: re.Match[str]) -> Decimal:
    digits = found[1].replace(",", "")
    if len(digits) > 15:
        raise ConditionWrong(
            msg("The number {number} is too long.", number=f"{digits[:15]}…"),
            msg("Write a number of at most 15 digits."),
        )
    return Decimal(digits) * (10_000 if found[2] else 1)


def _day(found: re.Match[str]) -> date:
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise ConditionWrong(
            msg("There is no day {day}.", day=found[0]), msg("Write it like 2026-11-24.")
        ) from None
