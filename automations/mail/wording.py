"""Words and lines of a mail: forms of address, amounts, days, line breaks."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

from automations.core import money
from automations.core.text import half_width_length, match_key

# About 35 full-width characters, the custom for text mails (practice 5); two more for a closing bracket.
LINE_WIDTH = 72
_WEEKDAYS_JA = "月火水木金土日"
_NOT_AT_START = frozenset("、。，．・：；？！)）]］」』】〉》〕ー々ゝぁぃぅぇぉっゃゅょァィゥェォッャュョ…")
_COMPANY = re.compile(
    r"株式会社|有限会社|合同会社|合資会社|合名会社|(?:社団|財団|医療|学校|宗教|福祉|NPO|行政)法人|協同組合"
    r"|[(（][株有同][)）]|[㈱㈲]"
)
# Family names such as 服部 and 長谷部 end like departments, so departments are known by their first word.
_DEPARTMENT = re.compile(
    r"(?:課|係|支店|本店|営業所|事務所|本社|支社|工場|センター)$"
    r"|(?:総務|人事|経理|財務|法務|営業|企画|開発|製造|購買|資材|広報|業務|管理|庶務|販売|物流|秘書|情報)\w*[部室]$"
)
_INDENT = re.compile(r"[ \u3000]*(?:・|- )?")
_TITLE = re.compile(r"[\s　]*(様|さま|御中)$")


def addressee(name: str, company: str, language: str) -> str:
    """Return the line a letter begins with: ``山田 修 様``, ``株式会社みどり商会 御中``; ``""`` without a name.

    A person in a company is named below it. 様 and 御中 never stand together, and never twice.
    """
    person, group = _TITLE.sub("", name.strip()), _TITLE.sub("", company.strip())
    if match_key(person) == match_key(group):
        group = ""
    if language != "ja":
        in_company = bool(group) and (is_organisation(person) or not person)
        return ", ".join(part for part in (person, group if in_company else "") if part)
    if not person:
        return f"{group} 御中" if group else ""
    title = "御中" if name.strip().endswith("御中") or is_organisation(person) else "様"
    if not group:
        return f"{person} {title}"
    return f"{group}\n{person} {title}"


def is_organisation(name: str) -> bool:
    """Return whether ``name`` is a company or department rather than a person (``株式会社山田 田中`` is one)."""
    words = name.split()
    if not words:
        return False
    if _DEPARTMENT.search(words[-1]) or _COMPANY.search(words[-1]):
        return True
    return len(words) > 1 and _COMPANY.fullmatch(words[-2]) is not None


def price(minor: int, currency: str, language: str) -> str:
    """Return an amount with its currency: ``3,688円``, ``¥3,688``, ``12.50 USD``."""
    amount = money.written(minor, currency)
    if currency == "JPY":
        return f"{amount}円" if language == "ja" else f"¥{amount}"
    return f"{amount} {currency}"


def full_day(day: date, language: str) -> str:
    """Return ``2026年11月24日(火)`` or ``Tue 24 November 2026``."""
    if language == "ja":
        return f"{day.year}年{day.month}月{day.day}日({_WEEKDAYS_JA[day.weekday()]})"
    return f"{day:%a} {day.day} {day:%B} {day.year}"


def full_moment(moment: datetime, language: str) -> str:
    """Return the day and the time of day: ``2026年11月24日(火) 10:05``."""
    return f"{full_day(moment.date(), language)} {moment:%H:%M}"


def fold(text: str, width: int = LINE_WIDTH) -> str:
    """Return ``text`` with lines longer than ``width`` half-width characters broken; web addresses stay whole.

    English breaks at spaces, Japanese anywhere but before a closing mark; what follows keeps the indent,
    or stands below the text of a list entry.
    """
    return "\n".join(piece for line in text.split("\n") for piece in _pieces(line, width))


def _pieces(line: str, width: int) -> list[str]:
    if 2 * len(line) <= width or "://" in line:
        return [line]
    found = _INDENT.match(line)
    indent = (found[0] if found else "").replace("・", "　").replace("-", " ")
    pieces: list[str] = []
    while half_width_length(line) > width:
        at = _break_at(line, width, len(indent))
        pieces.append(line[:at].rstrip())
        line = indent + line[at:].lstrip()
    return [*pieces, line]


def _break_at(line: str, width: int, least: int) -> int:
    last = least + 1
    while half_width_length(line[: last + 1]) <= width:
        last += 1
    for at in range(last, least, -1):
        if _may_break(line[at - 1], line[at]):
            return at
    return last


def _may_break(before: str, after: str) -> bool:
    if after in _NOT_AT_START or before in "「『（(【":
        return False
    return before.isspace() or after.isspace() or _is_wide(before) or _is_wide(after)


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "FWA"
