"""What is known of postcodes: the look-ups that rules are given, and the prefecture a code belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Town:
    """One entry of the postcode master.

    Attributes:
        name: The town, ``""`` where the code stands for a whole municipality.
        office: A code of its own for one big receiver; it needs no house number to be found.
    """

    prefecture: str
    city: str
    name: str
    office: bool = False


class PostcodeLookup(Protocol):
    """The postcode master, area codes and codes of big receivers alike."""

    def __call__(self, postcode: str, /) -> tuple[Town, ...]:
        """Return every entry of seven bare digits, ``()`` when there is no such code."""
        ...


class PhoneCheck(Protocol):
    """A second opinion on phone numbers that ``core.contacts`` does not know."""

    def __call__(self, digits: str, /) -> bool:
        """Return whether bare digits, Japan's leading zero included, are a number that can be called."""
        ...


class EmailCheck(Protocol):
    """A second opinion on e-mail addresses that are not written in the plain way."""

    def __call__(self, email: str, /) -> bool:
        """Return whether the syntax is right; nothing is asked over the network."""
        ...


# Practice 7.1: the area of a code by its first three digits, measured over all area codes.
_BY_THREE = """
001-007 北海道 | 010-019 秋田県 | 020-029 岩手県 | 030-039 青森県 | 040-099 北海道 | 100-208 東京都 |
210-259 神奈川県 | 260-299 千葉県 | 300-319 茨城県 | 320-329 栃木県 | 330-369 埼玉県 | 370-379 群馬県 |
380-399 長野県 | 400-409 山梨県 | 410-439 静岡県 | 440-498 愛知県 | 500-509 岐阜県 | 510-519 三重県 |
520-529 滋賀県 | 530-599 大阪府 | 600-629 京都府 | 630-639 奈良県 | 640-649 和歌山県 | 650-679 兵庫県 |
680-684 鳥取県 | 685-685 島根県 | 689-689 鳥取県 | 690-699 島根県 | 700-719 岡山県 | 720-739 広島県 |
740-759 山口県 | 760-769 香川県 | 770-779 徳島県 | 780-789 高知県 | 790-799 愛媛県 | 800-816 福岡県 |
817-817 長崎県 | 818-839 福岡県 | 840-849 佐賀県 | 850-859 長崎県 | 860-869 熊本県 | 870-879 大分県 |
880-889 宮崎県 | 890-899 鹿児島県 | 900-907 沖縄県 | 910-919 福井県 | 920-929 石川県 | 930-939 富山県 |
940-959 新潟県 | 960-979 福島県 | 980-989 宮城県 | 990-999 山形県
"""
# Codes served from across a border; the longest prefix that fits wins. Source: as above.
_ACROSS_BORDERS = {
    "0185501": ("青森県",), "3114411": ("栃木県",), "3491221": ("栃木県",), "3701507": ("埼玉県",),
    "3840097": ("群馬県",), "3890121": ("群馬県",), "3892261": ("新潟県",), "4314121": ("愛知県",),
    "49808": ("三重県",), "4980000": ("愛知県", "三重県"), "520046": ("京都府",), "5630801": ("兵庫県",),
    "618": ("大阪府", "京都府"), "6300271": ("大阪府",), "6300272": ("大阪府",), "647132": ("三重県",),
    "6471271": ("奈良県",), "647158": ("奈良県",), "64803": ("奈良県",), "68401": ("島根県",),
    "68402": ("島根県",), "68403": ("島根県",), "68404": ("島根県",), "81151": ("長崎県",),
    "81152": ("長崎県",), "81153": ("長崎県",), "81154": ("長崎県",), "81155": ("長崎県",),
    "81156": ("長崎県",), "81157": ("長崎県",), "8391421": ("大分県",), "84804": ("長崎県",),
    "8710000": ("福岡県", "大分県"), "8710226": ("福岡県",), "87108": ("福岡県",), "87109": ("福岡県",),
    "9220679": ("福井県",), "9390171": ("石川県",), "9498321": ("長野県",),
}  # fmt: skip


def _three_digits(table: str) -> dict[str, tuple[str, ...]]:
    areas: dict[str, tuple[str, ...]] = {}
    for entry in table.split("|"):
        numbers, prefecture = entry.split()
        first, last = numbers.split("-")
        areas |= {f"{number:03}": (prefecture,) for number in range(int(first), int(last) + 1)}
    return areas


_AREAS = _three_digits(_BY_THREE) | _ACROSS_BORDERS


def prefectures_by_prefix(postcode: str) -> tuple[str, ...]:
    """Return the prefectures a code of seven digits can lie in by its first digits, ``()`` when unknown.

    Only a fallback for codes that the master does not have: big receivers may lie outside this logic.
    """
    for length in (7, 6, 5, 3):
        found = _AREAS.get(postcode[:length])
        if found:
            return found
    return ()


def prefectures_of(towns: Sequence[Town]) -> tuple[str, ...]:
    """Return the distinct prefectures of a code's towns; three codes lie in two (practice 7.1)."""
    return tuple(dict.fromkeys(town.prefecture for town in towns))
