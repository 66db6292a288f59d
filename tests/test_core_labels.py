"""What happens to hostile characters on their way to a label."""

import pytest

from automations.core.places.municipalities import address_parts
from automations.core.shipping.labels import (
    SUBSTITUTES,
    half_width_units,
    label_text,
    shown,
    to_full_width,
    unprintable,
)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        pytest.param("𠮷田", "吉田", id="kanji outside cp932 with a printed form"),
        pytest.param("髙﨑 濵田", "髙﨑 濵田", id="kanji that Windows has stay"),
        pytest.param("森鷗外 噓 剝 塡 頰 繫", "森鴎外 嘘 剥 填 頬 繋", id="old forms"),
        pytest.param("葛\U000e0100城市", "葛城市", id="ideographic variation selector"),
        pytest.param("か\u3099", "が", id="decomposed kana"),
        pytest.param("1—2", "1―2", id="em dash"),
        pytest.param("1–2", "1-2", id="en dash"),
        pytest.param("1−2〜3", "1－2～3", id="minus and wave dash have one form"),
        pytest.param("¥100", "￥100", id="yen sign of other keyboards"),
        pytest.param("山田\u00a0太郎", "山田 太郎", id="no-break space"),
        pytest.param("山\u200b田\ufeff", "山田", id="zero width"),
        pytest.param("1F\r\n2F\t3F", "1F 2F 3F", id="line breaks and tabs become one space"),
        pytest.param("\n=1+1", "=1+1", id="a break in front does not hide a formula"),
        pytest.param("①㈱№Ⅲ", "①㈱№Ⅲ", id="signs that Windows has stay"),
        pytest.param("ｶﾞ", "ｶﾞ", id="half-width kana stay"),
        pytest.param("😀♡é", "😀♡é", id="no substitute: nothing is dropped"),
    ],
)
def test_label_text(typed: str, printed: str) -> None:
    assert label_text(typed, "cp932") == printed


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        pytest.param("山田 太郎", (), id="plain"),
        pytest.param("é♡😀é", ("é", "♡", "😀"), id="each once, in order"),
        pytest.param("a\x00b\x1b", ("\x00", "\x1b"), id="control characters"),
        pytest.param("\ue000", ("\ue000",), id="private characters depend on the machine"),
        pytest.param("\x80", ("\x80",), id="the control character that cp932 lets through"),
    ],
)
def test_unprintable_names_what_is_left(text: str, lost: tuple[str, ...]) -> None:
    assert unprintable(text, "cp932") == lost


def test_a_carrier_with_unicode_needs_no_substitutes() -> None:
    assert label_text("𠮷田—é", "utf-8") == "𠮷田—é"
    assert unprintable("𠮷田—é", "utf-8") == ()


def test_every_substitute_is_needed_and_can_be_written() -> None:
    for lost, instead in SUBSTITUTES.items():
        assert not instead or instead.encode("cp932")
        with pytest.raises(UnicodeEncodeError):
            lost.encode("cp932")


@pytest.mark.parametrize(
    ("text", "units"),
    [("abc-1", 5), ("東京", 4), ("ｶﾞ", 2), ("東京1-2", 7), ("①", 2), ("", 0), ("\u3000", 2)],
)
def test_width_is_counted_as_carriers_do(text: str, units: int) -> None:
    assert half_width_units(text) == units == len(text.encode("cp932"))


def test_full_width_keeps_voiced_kana_together() -> None:
    assert to_full_width("ｶﾞｽ 9-88ab") == "ガス　９－８８ａｂ"


def test_a_character_nobody_can_see_is_shown_by_its_code() -> None:
    assert shown("\x00") == "U+0000"
    assert shown("😀") == "😀 (U+1F600)"


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("京都府宇治市宇治99-9", ("京都府", "宇治市", "宇治99-9")),
        ("東京都渋谷区神宮前9-88-7", ("東京都", "渋谷区", "神宮前9-88-7")),
        ("東京都新宿区市谷9-1", ("東京都", "新宿区", "市谷9-1")),
        ("東京都町田市町村1-1", ("東京都", "町田市", "町村1-1")),
        ("埼玉県さいたま市大宮区桜木町9-33-2", ("埼玉県", "さいたま市大宮区", "桜木町9-33-2")),
        ("三重県四日市市市場町9", ("三重県", "四日市市", "市場町9")),
        ("福島県郡山市中町9", ("福島県", "郡山市", "中町9")),
        ("奈良県高市郡明日香村岡99", ("奈良県", "高市郡明日香村", "岡99")),
        ("佐賀県杵島郡大町町福母9", ("佐賀県", "杵島郡大町町", "福母9")),
        ("東京都八丈島八丈町三根9", ("東京都", "八丈島八丈町", "三根9")),
        ("京都府京都市上京区梶井町99-3", ("京都府", "京都市上京区", "梶井町99-3")),
        ("海の上1-2", ("", "", "海の上1-2")),
    ],
)
def test_address_is_split_where_the_municipality_ends(address: str, parts: tuple[str, str, str]) -> None:
    assert address_parts(address) == parts
