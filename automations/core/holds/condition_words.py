"""The words and signs of a condition, in Japanese and English, as patterns."""

from __future__ import annotations

import re

from automations.core.holds.conditions import Comparison, Counted

BLANKS = re.compile(r"\s*")
AND = re.compile(r"[、,]?\s*(?:かつ|且つ|および|and\b|&&?)[、,]?", re.IGNORECASE)
OR = re.compile(r"[、,]?\s*(?:または|又は|もしくは|or\b|\|\|?)[、,]?", re.IGNORECASE)
NOT = re.compile(r"(?:not\b|!(?!=))", re.IGNORECASE)
NOT_BEHIND = re.compile(r"(?:では|で)ない|じゃない")
PARTICLE = re.compile(r"(?:が|は|も|に|を|と)")
QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"|「([^」]*)」|『([^』]*)』|“([^”]*)”")
DAY = re.compile(r"(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?(?!\d)")
CODE = re.compile(r"0\d{1,4}-\d{1,4}-\d{3,4}(?!\d)|〒?\d{3}-\d{4}(?!\d)|0\d+(?![\d.,])")
NUMBER = re.compile(r"[¥]?(\d[\d,]*(?:\.\d+)?)(万)?\s*(?:円|yen\b|個|点|日|回|本|cm|mm|g|%)?", re.IGNORECASE)
TODAY = re.compile(r"今日|本日|today\b", re.IGNORECASE)
COUNT = re.compile(r"(合計|最大|最小|文字数|sum|max|min|length)\s*(?=\()", re.IGNORECASE)
COUNTS: dict[str, Counted] = {
    "合計": "sum", "最大": "max", "最小": "min", "文字数": "length",
    "sum": "sum", "max": "max", "min": "min", "length": "length",
}  # fmt: skip
NO_TICK = re.compile(r"にチェックなし|(?:is\s+)?not\s+ticked\b", re.IGNORECASE)
TICK = re.compile(r"にチェックあり|(?:is\s+)?ticked\b", re.IGNORECASE)
BLANK = re.compile(r"[がは]?\s*(?:空欄|空白|空)|(?:is\s+)?(?:empty|blank)\b", re.IGNORECASE)
FILLED = re.compile(
    r"[がは]?\s*(?:空欄|空白|空)\s*(?:では|で)ない|(?:is\s+)?not\s+(?:empty|blank)\b", re.IGNORECASE
)


def _signs(*pairs: tuple[str, Comparison]) -> tuple[tuple[re.Pattern[str], Comparison], ...]:
    return tuple((re.compile(pattern, re.IGNORECASE), how) for pattern, how in pairs)


# Between the two values; the longer sign first. A "not" among them is kept apart.
BETWEEN = _signs(
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
BETWEEN_NOT = _signs(
    (r"does\s+not\s+(?:contain|include)\b", "contains"),
    (r"does\s+not\s+(?:start|begin)\s+with\b", "begins"),
    (r"does\s+not\s+end\s+with\b", "ends"),
)
# Behind the second value, as Japanese has it.
BEHIND_NOT = _signs((r"を?含まない", "contains"), (r"で始まらない", "begins"), (r"で終わらない", "ends"))
BEHIND = _signs(
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
SIGN = r"\s()<>=!≧≦≠≥≤+*&|,、'\"「」『』“”"
# Words end before these; a word may be a value (沖縄県) or a name nobody knows.
ENDS = (
    "かつ|且つ|または|又は|もしくは|以上|以下|以降|以前|未満|以外|より[大小多少高低安後前]|を?含[むま]|で始ま|で終わ|でない|ではない|"
    "である|と等し|と同じ|と異なる|にチェック"
)
VALUE = re.compile(rf"(?:(?!{ENDS})[^{SIGN}])+")
NAME = re.compile(rf"[^{SIGN}](?:(?!{ENDS}|[がはもにをと])[^{SIGN}])*")
AFTER_NAME = re.compile(rf"$|[{SIGN}\-]|[がはもにをと]|空|{ENDS}|(?i:is\b|and\b|or\b)")
PLUS_MINUS = re.compile(r"[+\-]")
TIMES = re.compile(r"[*×]")
