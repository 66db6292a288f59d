"""Forms of address, amounts, days, line breaks."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automations.core.text import half_width_length
from automations.mail.wording import addressee, fold, full_day, price


@pytest.mark.parametrize(
    ("name", "company", "line"),
    [
        pytest.param("山田 修", "", "山田 修 様", id="person"),
        pytest.param("山田 修 様", "", "山田 修 様", id="never twice"),
        pytest.param("服部 健", "", "服部 健 様", id="family name like a department"),
        pytest.param("長谷部", "", "長谷部 様", id="family name alone"),
        pytest.param(
            "田中 進", "株式会社みどり商会", "株式会社みどり商会\n田中 進 様", id="person in a company"
        ),
        pytest.param("総務部", "株式会社みどり商会", "株式会社みどり商会\n総務部 御中", id="department"),
        pytest.param(
            "株式会社みどり商会", "株式会社みどり商会", "株式会社みどり商会 御中", id="name repeats company"
        ),
        pytest.param(
            "株式会社みどり商会 総務部", "", "株式会社みどり商会 総務部 御中", id="company in the name"
        ),
        pytest.param("みどり商会 御中", "", "みどり商会 御中", id="御中 typed"),
        pytest.param("株式会社 みどり", "", "株式会社 みどり 御中", id="space behind 株式会社"),
        pytest.param("(有)みどり", "", "(有)みどり 御中", id="short form"),
        pytest.param(
            "株式会社みどり商会 田中 進", "", "株式会社みどり商会 田中 進 様", id="person behind the company"
        ),
        pytest.param("", "株式会社みどり商会", "株式会社みどり商会 御中", id="company alone"),
        pytest.param(" ", "", "", id="nobody"),
    ],
)
def test_japanese_address(name: str, company: str, line: str) -> None:
    assert addressee(name, company, "ja") == line


@pytest.mark.parametrize(
    ("name", "company", "line"),
    [
        ("Ken Tanaka", "Midori Ltd.", "Ken Tanaka"),
        ("", "Midori Ltd.", "Midori Ltd."),
        ("総務部", "みどり商会", "総務部, みどり商会"),
        ("", "", ""),
    ],
)
def test_english_address(name: str, company: str, line: str) -> None:
    assert addressee(name, company, "en") == line


def test_day_and_price_in_both_languages() -> None:
    assert full_day(date(2026, 11, 24), "ja") == "2026年11月24日(火)"
    assert full_day(date(2026, 11, 4), "en") == "Wed 4 November 2026"
    assert (price(3688, "JPY", "ja"), price(3688, "JPY", "en")) == ("3,688円", "¥3,688")
    assert price(125000, "USD", "en") == "1,250.00 USD"


@pytest.mark.parametrize(
    ("line", "folded"),
    [
        pytest.param("short", ["short"], id="short"),
        pytest.param("one two three", ["one two", "three"], id="English at spaces"),
        pytest.param("あいうえおかきくけこ", ["あいうえおか", "きくけこ"], id="Japanese anywhere"),
        pytest.param("あいうえおか、きく", ["あいうえお", "か、きく"], id="not before a comma"),
        pytest.param("・あいうえおかきく", ["・あいうえお", "　かきく"], id="below the text of an entry"),
        pytest.param("  one two three", ["  one two", "  three"], id="indent kept"),
        pytest.param("0123456789abcdef", ["0123456789ab", "cdef"], id="one long word"),
        pytest.param(
            "https://example.com/0123456789", ["https://example.com/0123456789"], id="addresses whole"
        ),
    ],
)
def test_fold(line: str, folded: list[str]) -> None:
    assert fold(line, 12) == "\n".join(folded)


@given(st.text(st.characters(exclude_categories=("C", "Z", "M")), max_size=200))
def test_folding_loses_nothing_and_keeps_the_width(text: str) -> None:
    folded = fold(text, 20)
    assert folded.replace("\n", "").replace(" ", "").replace("　", "") == text.replace("　", "")
    assert "://" in text or all(half_width_length(line) <= 20 for line in folded.split("\n"))
