"""Text for labels: the visible table of substitutes, what cannot be printed, widths, full width."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# A kanji that cp932 does not have, and the printed form everyone knows it by. Source: practice 7.5, safety R15.
_KANJI = (
    "俱倶 剝剥 吞呑 噓嘘 姸妍 屛屏 幷并 瘦痩 繫繋 塡填 頰頬 鷗鴎 𠮟叱 𠮷吉 啞唖 嚙噛 囊嚢 搔掻 摑掴 瀆涜 禱祷 繡繍 萊莱 "
    "蔣蒋 蠟蝋 軀躯 醬醤 醱醗 顚顛 驒騨 鹼鹸 麴麹 潑溌 焰焔 簞箪 蟬蝉 俠侠 𣘺橋 姬姫 黃黄 步歩 槪概 卽即 銳鋭 稅税 "
    "說説 徵徴 產産 每毎 戶戸 硏研 錄録 尙尚 內内 巢巣 歲歳 渴渇"
)
_SIGNS = {
    "—": "―",
    "¥": "￥",
    "–": "-",
    "‑": "-",
    "\u00a0": " ",
    "\u2002": " ",
    "\u2003": "\u3000",
    "\u2009": " ",
    "\u202f": " ",
    "ゔ": "ヴ",
}
# These have no shape of their own on paper: variation selectors, joiners, marks of byte order.
_INVISIBLE = dict.fromkeys(
    (
        *"\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad",
        *map(chr, range(0xFE00, 0xFE10)),
        *map(chr, range(0xE0100, 0xE01F0)),
    ),
    "",
)
SUBSTITUTES = {pair[0]: pair[1:] for pair in _KANJI.split()} | _SIGNS | _INVISIBLE
# Two code points that cp932 writes as one; unified so that a label reads back as it was written.
_ONE_FORM = str.maketrans("¢£¬‖−〜", "￠￡￢∥－～")
_BREAKS = re.compile(r"\s*[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]\s*")
_UNSURE = re.compile("[\x00-\x1f\x7f-\x9f\ue000-\uf8ff\U000f0000-\U0010ffff]")
_HALF_KANA = re.compile(r"[\uff61-\uff9f]+")
_TO_FULL = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
DANGEROUS_FIRST = frozenset("=+-@＝＋－＠")


@lru_cache(maxsize=4096)
def label_text(text: str, encoding: str) -> str:
    """Return text as it is printed: composed, in one line, with substitutes for what ``encoding`` lacks.

    What has no substitute stays as it is; ``unprintable`` names it. Nothing is ever dropped that has a shape.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    plain = _BREAKS.sub(" ", unicodedata.normalize("NFC", text)).strip().translate(_ONE_FORM)
    if _fits(plain, encoding):
        return plain
    return "".join(char if _fits(char, encoding) else SUBSTITUTES.get(char, char) for char in plain).strip()


def unprintable(text: str, encoding: str) -> tuple[str, ...]:
    """Return the characters that no label in ``encoding`` can carry, each once, in order.

    Control characters and private ones count too: what they look like depends on the machine.
    """
    if _fits(text, encoding) and not _UNSURE.search(text):
        return ()
    lost = (char for char in text if _UNSURE.match(char) or not _fits(char, encoding))
    return tuple(dict.fromkeys(lost))


def half_width_units(text: str) -> int:
    """Return the length as carriers count it: ASCII and half-width kana 1, everything else 2."""
    if text.isascii():
        return len(text)
    return sum(1 if char.isascii() or "\uff61" <= char <= "\uff9f" else 2 for char in text)


def to_full_width(text: str) -> str:
    """Return text with letters, digits, signs and half-width kana in full width."""
    return _HALF_KANA.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text).translate(_TO_FULL)


def shown(char: str) -> str:
    """Return a character so that a person can find it: itself, and its code when it cannot be seen."""
    code = f"U+{ord(char):04X}"
    return f"{char} ({code})" if char.isprintable() and not char.isspace() else code


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
