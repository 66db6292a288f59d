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
from automations.core.holds.conditions import (
    All,
    Blank,
    Compared,
    Comparison,
    ConditionWrong,
    Count,
    Counted,
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

_BLANKS = re.compile(r"\s*")
_AND = re.compile(r"[、,]?\s*(?:かつ|且つ|および|and\b|&&?)[、,]?", re.IGNORECASE)
_OR = re.compile(r"[、,]?\s*(?:または|又は|もしくは|or\b|\|\|?)[、,]?", re.IGNORECASE)
_NOT = re.compile(r"(?:not\b|!(?!=))", re.IGNORECASE)
_NOT_BEHIND = re.compile(r"(?:では|で)ない|じゃない")
_PARTICLE = re.compile(r"(?:が|は|も|に|を|と)")
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"|「([^」]*)」|『([^』]*)』|“([^”]*)”")
_DAY = re.compile(r"(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?(?!\d)")
_CODE = re.compile(r"0\d{1,4}-\d{1,4}-\d{3,4}(?!\d)|〒?\d{3}-\d{4}(?!\d)|0\d+(?![\d.,])")
_NUMBER = re.compile(r"[¥]?(\d[\d,]*(?:\.\d+)?)(万)?\s*(?:円|yen\b|個|点|日|回|本|cm|mm|g|%)?", re.IGNORECASE)
_TODAY = re.compile(r"今日|本日|today\b", re.IGNORECASE)
_COUNT = re.compile(r"(合計|最大|最小|文字数|sum|max|min|length)\s*(?=\()", re.IGNORECASE)
_COUNTS: dict[str, Counted] = {
    "合計": "sum", "最大": "max", "最小": "min", "文字数": "length",
    "sum": "sum", "max": "max", "min": "min", "length": "length",
}  # fmt: skip
_NO_TICK = re.compile(r"にチェックなし|(?:is\s+)?not\s+ticked\b", re.IGNORECASE)
_TICK = re.compile(r"にチェックあり|(?:is\s+)?ticked\b", re.IGNORECASE)
_BLANK = re.compile(r"[がは]?\s*(?:空欄|空白|空)|(?:is\s+)?(?:empty|blank)\b", re.IGNORECASE)
_FILLED = re.compile(
    r"[がは]?\s*(?:空欄|空白|空)\s*(?:では|で)ない|(?:is\s+)?not\s+(?:empty|blank)\b", re.IGNORECASE
)


def _signs(*pairs: tuple[str, Comparison]) -> tuple[tuple[re.Pattern[str], Comparison], ...]:
    return tuple((re.compile(pattern, re.IGNORECASE), how) for pattern, how in pairs)


# Between the two values; the longer sign first. A "not" among them is kept apart.
_BETWEEN = _signs(
    (r"(?:is\s+)?(?:at\s+least|on\s+or\s+after)\b|>=|=>|≧|≥", "at_least"),
    (r"(?:is\s+)?(?:at\s+most|on\s+or\s+before)\b|<=|=<|≦|≤", "at_most"),
    (r"(?:is\s+)?(?:more|greater|later)\s+than\b|(?:is\s+)?after\b|>", "above"),
    (r"is\s+not\b|does\s+not\s+equal\b|!=|<>|≠", "is_not"),
    (r"(?:is\s+)?(?:less|smaller|earlier)\s+than\b|(?:is\s+)?before\b|<", "below"),
    (r"contains\b|includes\b", "contains"),
    (r"(?:starts|begins)\s+with\b", "begins"),
    (r"ends\s+with\b", "ends"),
    (r"is\b|equals\b|==?", "is"),
)
_BETWEEN_NOT = _signs(
    (r"does\s+not\s+(?:contain|include)\b", "contains"),
    (r"does\s+not\s+(?:start|begin)\s+with\b", "begins"),
    (r"does\s+not\s+end\s+with\b", "ends"),
)
# Behind the second value, as Japanese has it.
_BEHIND_NOT = _signs((r"を?含まない", "contains"), (r"で始まらない", "begins"), (r"で終わらない", "ends"))
_BEHIND = _signs(
    (r"以上|以降", "at_least"),
    (r"以下|以前", "at_most"),
    (r"より(?:大きい|多い|高い|後|あと)|を?超える", "above"),
    (r"より(?:小さい|少ない|安い|低い|前|まえ)|未満", "below"),
    (r"を?含む", "contains"),
    (r"で始まる", "begins"),
    (r"で終わる", "ends"),
    (r"(?:では|で)ない|じゃない|以外|と等しくない|と(?:異なる|違う)", "is_not"),
    (r"である|と等しい|と同じ", "is"),
)
_SIGN = r"\s()<>=!≧≦≠≥≤+*&|,、'\"「」『』“”"
# Words end before these; a word may be a value (沖縄県) or a name nobody knows.
_ENDS = (
    "かつ|且つ|または|又は|もしくは|以上|以下|以降|以前|未満|以外|より[大小多少高低安後前]|を?含[むま]|で始ま|で終わ|でない|ではない|"
    "である|と等し|と同じ|と異なる|にチェック"
)
_VALUE = re.compile(rf"(?:(?!{_ENDS})[^{_SIGN}])+")
_NAME = re.compile(rf"[^{_SIGN}](?:(?!{_ENDS}|[がはもにをと])[^{_SIGN}])*")
_AFTER_NAME = re.compile(rf"$|[{_SIGN}\-]|[がはもにをと]|空|{_ENDS}|(?i:is\b|and\b|or\b)")


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
        found = _BLANKS.match(self.text, self.at)
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
        while self.take(_OR):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else self.counted(Some(tuple(parts)))

    def both(self) -> Node:
        parts = [self.opposite()]
        while self.take(_AND):
            parts.append(self.opposite())
        return parts[0] if len(parts) == 1 else self.counted(All(tuple(parts)))

    def opposite(self) -> Node:
        if not self.at_column() and self.take(_NOT):
            return self.counted(Not(self.deeper(self.opposite)))
        return self.comparison()

    def comparison(self) -> Node:
        left = self.sum()
        if self.take(_FILLED):
            return self.counted(Not(Blank(left)))
        if self.take(_BLANK):
            return self.counted(Blank(left))
        if self.take(_NO_TICK):
            return self.counted(Not(left))
        if self.take(_TICK):
            return left
        compared = self.between(left) or self.behind(left)
        node = compared or left
        while self.take(_NOT_BEHIND):
            node = self.counted(Not(node))
        return node

    def between(self, left: Node) -> Node | None:
        """Read ``>= 30000``."""
        for pattern, how in _BETWEEN_NOT:
            if self.take(pattern):
                return self.counted(Not(Compared(how, left, self.value())))
        for pattern, how in _BETWEEN:
            if self.take(pattern):
                if how in ("is", "is_not") and self.take(_BLANK):
                    return self.counted(Blank(left) if how == "is" else Not(Blank(left)))
                return self.counted(Compared(how, left, self.value()))
        return None

    def behind(self, left: Node) -> Node | None:
        """Read ``が30000以上`` or ``30000以上``; a value alone after its particle is compared for being equal."""
        begun = self.at
        particle = self.take(_PARTICLE)
        self.skip()
        if self.at == len(self.text) or self.text[self.at] in ")、,":
            self.at = begun
            return None
        if not particle and not (_QUOTED.match(self.text, self.at) or self.text[self.at].isdigit()):
            self.at = begun
            return None
        right = self.value()
        for pattern, how in _BEHIND_NOT:
            if self.take(pattern):
                return self.counted(Not(Compared(how, left, right)))
        for pattern, how in _BEHIND:
            if self.take(pattern):
                return self.counted(Compared(how, left, right))
        if not particle:
            raise self.lost()
        return self.counted(Compared("is", left, right))

    def value(self) -> Node:
        return self.sum(is_value=True)

    def sum(self, *, is_value: bool = False) -> Node:
        node = self.product(is_value=is_value)
        while step := self.take(_PLUS_MINUS):
            node = self.counted(Reckoned(_STEPS[step[0]], node, self.product()))
        return node

    def product(self, *, is_value: bool = False) -> Node:
        node = self.atom(is_value=is_value)
        while self.take(_TIMES):
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
        if is_value and (word := self.take(_VALUE)):
            return self.counted(Fixed(word[0].strip()))
        raise self.lost()

    def negative(self) -> Node:
        number = self.take(_NUMBER)
        if number is None:
            raise self.lost()
        return self.counted(Fixed(-_decimal(number)))

    def fixed(self) -> Node | None:
        if quoted := self.take(_QUOTED):
            return Fixed(next(part for part in quoted.groups() if part is not None))
        if day := self.take(_DAY):
            return Fixed(_day(day))
        if code := self.take(_CODE):
            return Fixed(code[0])
        if number := self.take(_NUMBER):
            return Fixed(_decimal(number))
        return Today() if self.take(_TODAY) else None

    def count(self) -> Node | None:
        called = self.take(_COUNT)
        if called is None:
            return None
        self.sign("(")
        inside = self.deeper(self.sum)
        if not self.sign(")"):
            raise self.lost()
        return Count(_COUNTS[called[1].lower()], inside)

    def column(self, *, is_value: bool) -> Field | None:
        """Read the name of a column; a word that is none is a value, or on the left a mistake."""
        found = self.take(self.columns.pattern) if self.at_column() else None
        if found is not None:
            return self.columns.known[normal_header(found[0])]
        word = _NAME.match(self.text, self.at)
        if is_value or word is None:
            return None
        raise self.unknown(word[0].strip())

    def at_column(self) -> bool:
        """Return whether a name begins here, even one that begins like a word of the language (Not chilled)."""
        self.skip()
        found = self.columns.pattern.match(self.text, self.at)
        return found is not None and _AFTER_NAME.match(self.text, found.end()) is not None

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


_PLUS_MINUS = re.compile(r"[+\-]")
_TIMES = re.compile(r"[*×]")
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
