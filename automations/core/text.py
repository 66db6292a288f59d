"""Text as shops write it: widths, digits, keys for matching, labels for carriers."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_SPACES = re.compile(r"\s+")
_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_ODD = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_NOT_DIGITS = re.compile(r"[^0-9]")
_FROM_ABROAD = re.compile(r"[^\d+]*\+\s*81")

_HOUR_SPAN = re.compile(r"0?(\d{1,2})(?:時|:00)?[-~〜–−ー]0?(\d{1,2})(?:時|:00)?")

# Practice 7.5: one person's name is written in several ways; only for comparing, never written back.
_SAME_KANJI = str.maketrans(
    "髙﨑濵濱邊邉齋齊斎德澤國惠廣桒栁𠮷龍瀧嶋嶌條將眞槇",
    "高崎浜浜辺辺斉斉斉徳沢国恵広桑柳吉竜滝島島条将真槙",
)


@lru_cache(maxsize=4096)
def normal_header(text: str) -> str:
    """Return a header for comparing: NFKC, no spaces, lower case. ``受注 番号`` equals ``受注番号``."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", without_unseen(text))).casefold()


def without_unseen(text: str) -> str:
    """Return text without characters of no width and marks of direction: pasted with codes, they tell them apart."""
    return text if text.isascii() else _UNSEEN.sub("", text)


def on_one_line(text: str, most: int) -> str:
    r"""Return text as a screen or page can show it safely: what cannot be seen as ``\u202e``, the end cut off."""
    return visible(shortened(text, most)).replace("\n", "⏎")


def visible(text: str) -> str:
    r"""Return text without a character that acts on a screen unseen; each is written out, as ``\u202e``."""
    return _ODD.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def shortened(text: str, most: int) -> str:
    """Return at most ``most`` characters of a text, an ellipsis for what was left out."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def utf16_length(text: str) -> int:
    """Return the length as spreadsheets count it: two for a character beyond the basic plane."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def hour_span(text: str) -> str:
    """Return a span of hours in its plainest form: ``14時～16時`` and ``14:00-16:00`` become ``14-16``.

    Args:
        text: Normalised as by `normal_header`; anything that is no span of full hours comes back unchanged.
    """
    span = _HOUR_SPAN.fullmatch(text)
    return f"{span[1]}-{span[2]}" if span else text


@lru_cache(maxsize=1 << 16)
def match_key(text: str) -> str:
    """Return text for comparing people and places: NFKC, no spaces, upper case, one kanji per name."""
    plain = _SPACES.sub("", unicodedata.normalize("NFKC", text)).upper()
    return plain.translate(_SAME_KANJI)


def only_digits(text: str) -> str:
    """Return the ASCII digits of ``text``; full-width digits count, everything else is dropped."""
    return _NOT_DIGITS.sub("", unicodedata.normalize("NFKC", text))


def phone_digits(text: str) -> str:
    """Return a Japanese phone number as digits with its leading zero: ``TEL +81 90…`` becomes ``090…``.

    The country's number is taken off without its plus, too: no number in Japan begins with 81.
    """
    plain = unicodedata.normalize("NFKC", text)
    digits = only_digits(plain)
    if _FROM_ABROAD.match(plain) or (digits.startswith("81") and len(digits) in (11, 12)):
        return "0" + digits[2:].removeprefix("0")
    return digits


def postcode_digits(text: str) -> str:
    """Return a postcode as bare digits: ``〒611-0021`` becomes ``6110021``."""
    return only_digits(text)


def postcode_written(digits: str) -> str:
    """Return ``611-0021`` for seven digits, anything else unchanged."""
    return f"{digits[:3]}-{digits[3:]}" if len(digits) == 7 else digits


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that ``name`` was probably meant to be, or None."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def by_capitals(names: Iterable[str]) -> dict[str, str]:
    """Return names by what they are but for capital and small letters (``casefold``)."""
    return {name.casefold(): name for name in names}


def half_width_length(text: str) -> int:
    """Return the length in half-width units: a full-width character counts 2 (carriers.md)."""
    return sum(2 if unicodedata.east_asian_width(char) in "FWA" else 1 for char in text)
