"""The 47 prefectures in the order of JIS X 0401, and the delivery regions they belong to."""

from __future__ import annotations

import unicodedata

# Regions as carriers cut the country (carriers.md 6.4).
_BY_REGION = {
    "hokkaido": "北海道",
    "tohoku": "青森県 岩手県 宮城県 秋田県 山形県 福島県",
    "kanto": "茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 山梨県",
    "chubu": "新潟県 富山県 石川県 福井県 長野県 岐阜県 静岡県 愛知県 三重県",
    "kansai": "滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県",
    "chugoku": "鳥取県 島根県 岡山県 広島県 山口県",
    "shikoku": "徳島県 香川県 愛媛県 高知県",
    "kyushu": "福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県",
    "okinawa": "沖縄県",
}
REGIONS = tuple(_BY_REGION)
REGION_OF = {name: region for region, names in _BY_REGION.items() for name in names.split()}
PREFECTURES: tuple[str, ...] = tuple(
    "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 "
    "新潟県 富山県 石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県 滋賀県 京都府 大阪府 兵庫県 "
    "奈良県 和歌山県 鳥取県 島根県 岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 "
    "熊本県 大分県 宮崎県 鹿児島県 沖縄県".split()
)
_ROMAN = (
    "hokkaido aomori iwate miyagi akita yamagata fukushima ibaraki tochigi gunma saitama chiba tokyo "
    "kanagawa niigata toyama ishikawa fukui yamanashi nagano gifu shizuoka aichi mie shiga kyoto osaka "
    "hyogo nara wakayama tottori shimane okayama hiroshima yamaguchi tokushima kagawa ehime kochi "
    "fukuoka saga nagasaki kumamoto oita miyazaki kagoshima okinawa".split()
)
_SPELLINGS = (
    {name: name for name in PREFECTURES}
    | {name[:-1]: name for name in PREFECTURES if name != "北海道"}
    | {f"JP-{number:02}": name for number, name in enumerate(PREFECTURES, 1)}
    | {f"JP{number:02}": name for number, name in enumerate(PREFECTURES, 1)}
    | {roman.upper(): name for roman, name in zip(_ROMAN, PREFECTURES, strict=True)}
)
_MACRONS = str.maketrans("ĀĪŪĒŌ", "AIUEO")


def full_name(written: str) -> str | None:
    """Return the prefecture's full name for ``東京``, ``JP-13``, ``Tokyo`` or ``Tōkyō``; None if unknown."""
    plain = unicodedata.normalize("NFKC", written).strip().upper().translate(_MACRONS)
    plain = plain.removesuffix("-TO").removesuffix("-FU").removesuffix("-KEN")
    return _SPELLINGS.get(plain)


def split_off(address: str) -> tuple[str, str]:
    """Return the prefecture at the start of an address and the rest; ``("", address)`` without one."""
    for name in PREFECTURES:
        if address.startswith(name):
            return name, address[len(name) :].lstrip()
    return "", address
