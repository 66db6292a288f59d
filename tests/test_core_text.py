"""Text as shops write it: widths, keys for comparing, the name that was probably meant."""

from __future__ import annotations

import pytest

from automations.core import text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("受注 番号", "受注番号", id="blank inside"),
        pytest.param("Ｏｒｄｅｒ　ＩＤ", "order id", id="full-width letters"),
        pytest.param("E-mail\n", "e-mail", id="line break"),
        pytest.param("ﾒｰﾙ", "メール", id="half-width kana"),
    ],
)
def test_headers_are_compared_without_widths_blanks_and_case(one: str, other: str) -> None:
    assert text.normal_header(one) == text.normal_header(other)


@pytest.mark.parametrize(
    ("written", "span"),
    [
        pytest.param("14時～16時", "14-16", id="hours in words"),
        pytest.param("14:00〜16:00", "14-16", id="clock times and a wave dash"),
        pytest.param("０８：００-１２：００", "8-12", id="full width"),
        pytest.param("18~20", "18-20", id="hours alone"),
        pytest.param("14:30-16:00", "14:30-16:00", id="half hours stay"),
        pytest.param("午前中", "午前中", id="words stay"),
    ],
)
def test_hour_span_has_one_spelling(written: str, span: str) -> None:
    assert text.hour_span(text.normal_header(written)) == span


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("髙橋 一郎", "高橋一郎", id="ladder high"),
        pytest.param("渡邊", "渡辺", id="long bridge"),
        pytest.param("齋藤", "斎藤", id="kinds of sai"),
        pytest.param("𠮷田", "吉田", id="lower lucky"),
        pytest.param("Smith", "ＳＭＩＴＨ", id="letters"),
    ],
)
def test_one_person_is_recognised_in_several_spellings(one: str, other: str) -> None:
    assert text.match_key(one) == text.match_key(other)


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        pytest.param("+81 90-1234-5678", "09012345678", id="with the country"),
        pytest.param("＋81(0)90 1234 5678", "09012345678", id="with the country and the zero"),
        pytest.param("'090-1234-5678", "09012345678", id="with a spreadsheet's apostrophe"),
        pytest.param("０９０１２３４５６７８", "09012345678", id="full-width"),
        pytest.param("+1 212 555 0100", "12125550100", id="another country"),
        pytest.param("なし", "", id="none"),
        pytest.param("٠٩٠", "", id="digits of another script"),
    ],
)
def test_phone_becomes_bare_digits(written: str, digits: str) -> None:
    assert text.phone_digits(written) == digits


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        pytest.param("6110021", "611-0021", id="seven digits"),
        pytest.param("611002", "611002", id="six digits stay"),
        pytest.param("", "", id="none"),
    ],
)
def test_postcode_is_written_with_its_hyphen(written: str, shown: str) -> None:
    assert text.postcode_written(written) == shown
    assert text.postcode_digits("〒" + shown) == written


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        pytest.param("allocate_stok", "allocate_stock", id="a letter is missing"),
        pytest.param("post_sale", "post_sales", id="singular"),
        pytest.param("umbrella", None, id="something else"),
    ],
)
def test_nearest_name_is_offered_only_when_it_is_near(name: str, meant: str | None) -> None:
    assert text.nearest(name, ("allocate_stock", "post_sales")) == meant


def test_width_counts_full_width_characters_twice() -> None:
    assert text.half_width_length("茶A1ｱ") == 5


def test_what_acts_on_a_screen_unseen_is_written_out() -> None:
    assert text.visible("森\u202e\x1b[2J\n𠮷") == "森\\u202e\\x1b[2J\n𠮷"
