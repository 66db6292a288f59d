"""Cells: what people type becomes a value, and what is written can be read back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import ledgers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automations.core.cells import RawCell, Unreadable, as_typed, read_cell, to_json, write_cell
from automations.core.messages import LANGUAGES, Label
from automations.core.places.prefectures import PREFECTURES
from automations.core.schema import Choice, Column, ColumnType
from automations.core.values import Value

TOKYO = ZoneInfo("Asia/Tokyo")
DAY = date(2026, 11, 24)
SIZES = {
    "small": Choice("small", Label("小", "small"), ("S",)),
    "large": Choice("large", Label("大", "large")),
}


def _column(kind: ColumnType) -> Column:
    return Column("x", Label("x", "x"), kind, choices=SIZES if kind == "choice" else {})


def _read(kind: ColumnType, raw: RawCell, currency: str = "JPY") -> Value:
    return read_cell(_column(kind), raw, TOKYO, currency)


def _at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, 24, hour, minute, second, tzinfo=TOKYO)


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        pytest.param("text", "  のし  ", "のし", id="text loses the blanks around it"),
        pytest.param("text", "１２３ｱ", "１２３ｱ", id="text keeps its widths"),
        pytest.param("text", "か\u3099", "が", id="text joins a kana and its mark"),
        pytest.param("text", 12.0, "12", id="number in a text column has no point"),
        pytest.param("text", 0.1 + 0.2, "0.3", id="a sum has the digits a sheet shows"),
        pytest.param("text", DAY, "2026-11-24", id="day in a text column"),
        pytest.param("text", True, "TRUE", id="tick in a text column"),
        pytest.param("text", "   ", None, id="blanks alone are a blank cell"),
        pytest.param("code", "0012", "0012", id="leading zeros of a code stay"),
        pytest.param("code", "Ｋ－００１", "K-001", id="full-width code"),
        pytest.param("code", "´x", "\u0301x", id="code with an accent that becomes a blank"),
        pytest.param("code", 1001.0, "1001", id="code typed as a number"),
        pytest.param("integer", "１２", 12, id="full-width digits"),
        pytest.param("integer", "1,000", 1000, id="thousands separator"),
        pytest.param("integer", "−3", -3, id="mathematical minus"),
        pytest.param("integer", "007", 7, id="leading zeros of a number go"),
        pytest.param("integer", 3.0, 3, id="whole float"),
        pytest.param("integer", 2.9999999999999996, 3, id="formula that ends a hair below"),
        pytest.param("money", "1080", 1080, id="plain amount"),
        pytest.param("money", "1,080円", 1080, id="amount with yen"),
        pytest.param("money", "￥1,080-", 1080, id="amount as on a price tag"),
        pytest.param("money", "¥ 1,080", 1080, id="amount with a blank"),
        pytest.param("money", "１０８０", 1080, id="full-width amount"),
        pytest.param("money", "1,080円（税込）", 1080, id="amount that says tax included"),
        pytest.param("money", "-500", -500, id="negative amount"),
        pytest.param("money", "▲500", -500, id="negative amount of a bookkeeper"),
        pytest.param("money", 1080.0, 1080, id="float amount"),
        pytest.param("money", 110 * 1.1, 121, id="formula that ends a hair above"),
        pytest.param("money", 0, 0, id="nothing to pay"),
        pytest.param("date", "2026-11-24", DAY, id="ISO date"),
        pytest.param("date", "2026/11/24", DAY, id="date with slashes"),
        pytest.param("date", "2026.11.24", DAY, id="date with points"),
        pytest.param("date", "２０２６年１１月２４日", DAY, id="full-width Japanese date"),
        pytest.param("date", "2026/11/24(火)", DAY, id="date with its weekday"),
        pytest.param("date", "2026年11月24日（火曜日）", DAY, id="date with its full-width weekday"),
        pytest.param("date", "令和8年11月24日", DAY, id="date of the era"),
        pytest.param("date", "R8.11.24", DAY, id="short date of the era"),
        pytest.param("date", "令和元年5月1日", date(2019, 5, 1), id="first year of the era"),
        pytest.param("date", DAY, DAY, id="date cell"),
        pytest.param("date", datetime(2026, 11, 24, 23, 59), DAY, id="date cell with a time"),  # noqa: DTZ001
        pytest.param("date", 46350, DAY, id="serial day"),
        pytest.param("date", 46350.75, DAY, id="serial day with a time"),
        pytest.param("date", "2026-11-24 10:00", DAY, id="day of a moment"),
        pytest.param("date", "2026-11-24 08:00 +0900", DAY, id="day in the shop, not in Greenwich"),
        pytest.param("date", "2026-11-23T23:00:00Z", DAY, id="Greenwich evening is the shop's next day"),
        pytest.param("datetime", "2026-11-24 10:00", _at(10), id="moment"),
        pytest.param("datetime", "2026/11/24 9:05", _at(9, 5), id="moment with a short hour"),
        pytest.param("datetime", "2026-11-24T10:00:30", _at(10, 0, 30), id="ISO moment"),
        pytest.param("datetime", "2026-11-24 01:00:00Z", _at(10), id="moment in UTC"),
        pytest.param("datetime", "2026-11-23 20:00:00 -05:00", _at(10), id="moment west of Greenwich"),
        pytest.param("datetime", "2026-11-24", _at(0), id="a day alone begins at midnight"),
        pytest.param("datetime", 46350.4166666667, _at(10), id="serial moment"),
        pytest.param("datetime", datetime(2026, 11, 24, 1, tzinfo=UTC), _at(10), id="aware moment"),
        pytest.param("flag", True, True, id="tick"),
        pytest.param("flag", False, False, id="unticked box"),
        pytest.param("flag", "○", True, id="circle"),
        pytest.param("flag", "済", True, id="done"),
        pytest.param("flag", "ＴＲＵＥ", True, id="full-width tick"),
        pytest.param("flag", 1.0, True, id="one"),
        pytest.param("flag", "×", False, id="cross"),
        pytest.param("choice", "小", "small", id="Japanese label"),
        pytest.param("choice", "Small", "small", id="English label in other letters"),
        pytest.param("choice", " Ｓ ", "small", id="full-width alias"),
        pytest.param("prefecture", "京都", "京都府", id="prefecture without its ending"),
        pytest.param("prefecture", "北海道", "北海道", id="Hokkaido"),
        pytest.param("prefecture", "JP-26", "京都府", id="ISO prefecture"),
        pytest.param("prefecture", "Ōsaka", "大阪府", id="prefecture with a macron"),
        pytest.param("prefecture", "tokyo-to", "東京都", id="romanised prefecture"),
        pytest.param("postcode", "〒611-0021", "6110021", id="written postcode"),
        pytest.param("postcode", "６１１００２１", "6110021", id="full-width postcode"),
        pytest.param("postcode", 600001, "0600001", id="postcode that lost its zero"),
        pytest.param("postcode", "611-002", "611-002", id="short postcode stays as typed"),
        pytest.param("postcode", True, "TRUE", id="a tick is no postcode"),
        pytest.param("phone", "０７７４－００－００００", "0774000000", id="full-width phone"),
        pytest.param("phone", "+81 774 00 0000", "0774000000", id="phone with the country"),
        pytest.param("phone", 9012345678.0, "09012345678", id="phone that lost its zero"),
        pytest.param("phone", "'09012345678", "09012345678", id="phone with an apostrophe"),
        pytest.param("phone", True, "TRUE", id="a tick is no phone"),
        pytest.param("email", " a＠example.com ", "a@example.com", id="full-width at"),
        pytest.param("jan", 4901234567894.0, "4901234567894", id="JAN read as a number"),
        pytest.param("jan", "4901234-567894", "4901234567894", id="JAN with a hyphen"),
        pytest.param("components", "K-001*1、K-006×2", "K-001*1、K-006×2", id="parts of a set"),
        *(pytest.param("money", blank, None, id=f"blank {blank!r}") for blank in (None, "", " ", "\u3000")),
    ],
)
def test_cell_is_read_as_people_mean_it(kind: ColumnType, raw: RawCell, value: Value) -> None:
    read = _read(kind, raw)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("written", "currency", "minor"),
    [
        pytest.param("12.50", "USD", 1250, id="dollars and cents"),
        pytest.param("$1,012.5", "USD", 101250, id="dollars with sign and one decimal"),
        pytest.param(0.1 + 0.2, "USD", 30, id="cents of a formula"),
        pytest.param("1.234", "KWD", 1234, id="dinars have thousandths"),
        pytest.param(2.5, "KWD", 2500, id="dinars as a number"),
    ],
)
def test_money_of_other_currencies_is_exact(written: RawCell, currency: str, minor: int) -> None:
    assert _read("money", written, currency) == minor
    back = write_cell(_column("money"), minor, "en", currency)
    assert isinstance(back, Decimal)
    assert _read("money", float(back), currency) == minor


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        pytest.param("integer", "3個", id="number with a word"),
        pytest.param("integer", 2.5, id="half a piece"),
        pytest.param("integer", True, id="tick for a number"),
        pytest.param("integer", float("nan"), id="no number at all"),
        pytest.param("integer", float("inf"), id="endless number"),
        pytest.param("integer", "9" * 16, id="more digits than a sheet keeps"),
        pytest.param("integer", DAY, id="day for a number"),
        pytest.param("money", "10.5", id="half a yen"),
        pytest.param("money", "千円", id="amount in words"),
        pytest.param("money", True, id="tick for an amount"),
        pytest.param("money", float("nan"), id="no amount at all"),
        pytest.param("money", "1080-1", id="a difference"),
        pytest.param("date", "明日", id="day in words"),
        pytest.param("date", "2026-02-30", id="day that does not exist"),
        pytest.param("date", "11/24", id="day without its year"),
        pytest.param("date", "2026-11-24 夕方", id="day with a word behind"),
        pytest.param("date", 24, id="small number for a day"),
        pytest.param("date", time(3), id="time for a day"),
        pytest.param("date", timedelta(hours=30), id="duration for a day"),
        pytest.param("date", True, id="tick for a day"),
        pytest.param("date", "3026-11-24", id="day in another millennium"),
        pytest.param("datetime", "2026-11-24 25:00", id="hour that does not exist"),
        pytest.param("datetime", "10:00", id="hour without its day"),
        pytest.param("flag", "たぶん", id="perhaps"),
        pytest.param("choice", "中", id="value that is not declared"),
        pytest.param("prefecture", "江戸", id="prefecture of old"),
        pytest.param("components", "K-001*0", id="set with none of a part"),
    ],
)
def test_cell_that_does_not_fit_says_why_and_how_to_mend_it(kind: ColumnType, raw: RawCell) -> None:
    with pytest.raises(Unreadable) as caught:
        _read(kind, raw)
    for language in LANGUAGES:
        assert caught.value.why.text(language).endswith((".", "。"))
        assert caught.value.fix.text(language)


def test_pattern_and_minimum_are_kept() -> None:
    code = Column("x", Label("x", "x"), "code", pattern=r"[A-Z]-\d{3}")
    pieces = Column("x", Label("x", "x"), "integer", minimum=1)
    assert read_cell(code, "Ｋ-００１", TOKYO, "JPY") == "K-001"
    assert read_cell(pieces, "1", TOKYO, "JPY") == 1
    for column, raw in ((code, "K001"), (pieces, "0")):
        with pytest.raises(Unreadable):
            read_cell(column, raw, TOKYO, "JPY")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        pytest.param(None, "", id="blank"),
        pytest.param(1080.0, "1080", id="whole float"),
        pytest.param(1.5, "1.5", id="float"),
        pytest.param(False, "FALSE", id="unticked box"),
        pytest.param(datetime(2026, 11, 24, 10, 5), "2026-11-24 10:05", id="moment"),  # noqa: DTZ001
        pytest.param("  0012 ", "  0012 ", id="text exactly as it stands"),
    ],
)
def test_finding_quotes_the_cell_as_the_person_sees_it(raw: RawCell, shown: str) -> None:
    assert as_typed(raw) == shown


@pytest.mark.parametrize(
    ("kind", "value", "currency", "shown"),
    [
        pytest.param("money", 1080, "JPY", 1080, id="yen"),
        pytest.param("money", 1250, "USD", 12.5, id="dollars"),
        pytest.param("date", DAY, "JPY", "2026-11-24", id="day"),
        pytest.param("datetime", _at(10), "JPY", "2026-11-24T10:00:00+09:00", id="moment"),
        pytest.param("flag", True, "JPY", True, id="tick"),
        pytest.param("choice", "small", "JPY", "small", id="choice by id"),
        pytest.param("integer", None, "JPY", None, id="blank"),
    ],
)
def test_json_carries_plain_values(kind: ColumnType, value: Value, currency: str, shown: object) -> None:
    made = to_json(_column(kind), value, currency)
    assert (made, type(made)) == (shown, type(shown))


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
TYPED: dict[ColumnType, st.SearchStrategy[RawCell]] = {
    "text": TEXTS,
    "code": TEXTS | st.integers(0, 10**9),
    "integer": st.integers(-(10**12), 10**12),
    "money": st.integers(-(10**9), 10**9),
    "date": st.dates(date(1950, 1, 1), date(2999, 12, 31)),
    "datetime": st.builds(
        datetime.combine,
        st.dates(date(1950, 1, 1), date(2999, 12, 31)),
        st.builds(time, st.integers(0, 23), st.integers(0, 59), st.integers(0, 59)),
    ),
    "flag": st.booleans(),
    "choice": st.sampled_from([*SIZES]),
    "prefecture": st.sampled_from(PREFECTURES),
    "postcode": TEXTS | st.from_regex(r"\d{7}", fullmatch=True) | st.integers(0, 9_999_999),
    "phone": TEXTS | st.from_regex(r"0\d{9,10}", fullmatch=True) | st.integers(0, 10**11),
    "email": TEXTS,
    "jan": TEXTS | st.from_regex(r"\d{13}", fullmatch=True),
    "components": st.from_regex(r"[A-Z]-\d{3}(\*[1-9])?(, [A-Z]-\d{3}\*[1-9])*", fullmatch=True),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", TYPED)
@settings(max_examples=25, deadline=None)
@given(drawn=st.data())
def test_what_is_written_is_read_back(kind: ColumnType, language: str, drawn: st.DataObject) -> None:
    column = _column(kind)
    value = read_cell(column, drawn.draw(TYPED[kind]), TOKYO, "JPY")
    written = write_cell(column, value, language, "JPY")
    assert not isinstance(written, Decimal)
    assert read_cell(column, written, TOKYO, "JPY") == value


@settings(max_examples=50, deadline=None)
@given(minor=st.integers(-(10**12), 10**12), currency=st.sampled_from(["USD", "KWD", "CLF"]))
def test_exact_amounts_survive_a_sheet_of_floats(minor: int, currency: str) -> None:
    written = write_cell(_column("money"), minor, "en", currency)
    assert isinstance(written, Decimal)
    assert read_cell(_column("money"), float(written), TOKYO, currency) == minor


def test_every_declared_choice_is_read_back_from_its_label() -> None:
    lost = [
        (tab.id, column.id, choice.id, language)
        for tab in ledgers.shop().schema.values()
        for column in tab.columns.values()
        for choice in column.choices.values()
        for language in LANGUAGES
        if read_cell(column, choice.label.text(language), TOKYO, "JPY") != choice.id
    ]
    assert lost == []


@pytest.mark.parametrize(
    ("raw", "rate"),
    [(8, 8), (10.0, 10), ("8", 8), ("8%", 8), ("10 ％", 10), (0.08, 8), (0.1, 10), (0.29, 29)],
)
def test_a_share_is_read_however_a_spreadsheet_keeps_it(raw: RawCell, rate: int) -> None:
    column = Column("tax_rate", Label("税率", "Tax rate"), "integer", percent=True)
    assert read_cell(column, raw, TOKYO, "JPY") == rate


@pytest.mark.parametrize("raw", [0.085, 8.5, "8%%", "0.08x"])
def test_a_share_that_is_no_whole_percent_is_refused(raw: RawCell) -> None:
    column = Column("tax_rate", Label("税率", "Tax rate"), "integer", percent=True)
    with pytest.raises(Unreadable):
        read_cell(column, raw, TOKYO, "JPY")
