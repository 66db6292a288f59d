"""Addresses as people type them: taking off city and town, and whether a house number is left."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from automations.core.places.postcodes import Town
from automations.core.places.prefectures import split_off
from automations.core.text import match_key

# Written in several ways, also by the postcode master itself (practice 7.2).
_SAME_SIGNS = str.maketrans("ケヵカがガのノ之つっツッ", "ヶヶヶヶヶノノノツツツツ")
_KANJI_DIGITS = {sign: number for number, sign in enumerate("〇一二三四五六七八九")}
_KANJI_NUMBER = re.compile(r"[〇一二三四五六七八九十百]+")
# A number written in kanji that stands for a house, where the town cannot be told from it.
_COUNTED = re.compile(r"\d|[〇一二三四五六七八九十百](?:丁目|番(?!町)|号|[ノの之ー-])")
# No town of the master has such a thing in its name, so there is no need to take city and town off.
_NUMBERED = re.compile(r"\d[-‐–—−―ー]\d|\d(?:番|号)(?!町)")
_WITHOUT_NUMBER = re.compile(
    r"無番地|番地なし|番地無|番外地|私書箱|郵便局[留止]|局留|営業所[留止]|センター[留止]"
)
_KYOTO_STREET = re.compile(r"上[ルる]|下[ルる]|東入|西入")
# Ishikawa, Iwate and others count houses by syllables or cyclical signs: 字イ, ロの部, 甲.
_BY_SYLLABLE = re.compile(r"[イロハニホヘトチリヌルヲワヨタレソネナラムウ甲乙丙丁戊己庚辛壬癸](?:部|番|ノ|$)")
_DISTRICT = re.compile(r".+?[郡島](?=..*[町村]$)")
_CUT_SHORT = re.compile(r"\d+地割.*")


def full_address(prefecture: str, address: str) -> str:
    """Return the address with its prefecture, which people also type into the address itself."""
    return address if prefecture and address.startswith(prefecture) else prefecture + address


def has_house_number(address: str, towns: Sequence[Town]) -> bool:
    """Return whether an address can be found: a number behind the town, or a form that has none.

    Args:
        address: City to house number as typed; a prefecture at its start is ignored.
        towns: The master's entries of its postcode; without them kanji numerals count only before
            丁目, 番, 号 and the like, because many towns have one in their name.

    Source: backoffice-practice 1.4 (H02) and 7.2.
    """
    plain = unicodedata.normalize("NFKC", address)
    if _NUMBERED.search(plain):
        return True
    if _WITHOUT_NUMBER.search(plain) or _is_kyoto_street(plain, towns) or any(town.office for town in towns):
        return True
    rest = rest_behind_town(plain, towns)
    if rest is None:
        return bool(_COUNTED.search(_behind_city(plain, towns)))
    return any(char.isdigit() for char in rest) or bool(_BY_SYLLABLE.match(rest))


def rest_behind_town(address: str, towns: Sequence[Town]) -> str | None:
    """Return what stands behind prefecture, city and town, in the form for comparing (`place_key`).

    The longest town that fits counts. None when no named town of ``towns`` stands in the address.
    """
    key = place_key(split_off(address)[1])
    rests = [
        key[len(start) :]
        for town in towns
        for city in _city_forms(town.city)
        for name in _town_forms(town.name)
        if key.startswith(start := city + name)
    ]
    return min(rests, key=len) if rests else None


@lru_cache(maxsize=20_000)
def place_key(text: str) -> str:
    """Return an address for comparing: one form per sign, numbers in digits, no 大字 or 字, no hyphens.

    ``梅ケ丘一丁目２ー３`` and ``梅が丘1丁目2-3`` give the same.
    """
    plain = match_key(text).translate(_SAME_SIGNS).replace("大字", "").replace("字", "")
    plain = re.sub(r"(?<=\d)[ー‐–—−―-]+(?=\d)", "-", plain)
    return _KANJI_NUMBER.sub(lambda found: str(_kanji_number(found[0])), plain)


def _is_kyoto_street(address: str, towns: Sequence[Town]) -> bool:
    """Return whether an address in Kyoto names its place by street and direction instead of a number."""
    in_kyoto = "京都市" in address or any(town.prefecture == "京都府" for town in towns)
    return in_kyoto and bool(_KYOTO_STREET.search(address))


def _kanji_number(text: str) -> int:
    total = unit = 0
    for sign in text:
        if sign in "十百":
            total += max(unit, 1) * (10 if sign == "十" else 100)
            unit = 0
        else:
            unit = unit * 10 + _KANJI_DIGITS[sign]
    return total + unit


def _behind_city(address: str, towns: Sequence[Town]) -> str:
    rest = split_off(address)[1]
    for town in towns:
        for city in _cities(town.city):
            if rest.startswith(city):
                return rest[len(city) :]
    return rest


def _cities(city: str) -> tuple[str, ...]:
    """Return a city with and without its district or island: 乙訓郡大山崎町, 大山崎町."""
    within = _DISTRICT.match(city)
    return (city, city[within.end() :]) if within else (city,)


@lru_cache(maxsize=5_000)
def _city_forms(city: str) -> tuple[str, ...]:
    return tuple(place_key(form) for form in _cities(city))


@lru_cache(maxsize=20_000)
def _town_forms(name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(place_key(part) for part in _town_names(name) if part))


def _town_names(name: str) -> Iterator[str]:
    """Return the towns of one entry; the master joins some by 、 and 〜 and cuts long ones short."""
    if "の次に" in name:  # a remark of the master, not a town
        return
    for part in re.split(r"[、〜]", unicodedata.normalize("NFKC", name)):
        yield _CUT_SHORT.sub("", part)
