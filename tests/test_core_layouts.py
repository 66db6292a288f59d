"""Single labels: what each column takes, and what is told when it does not."""

from __future__ import annotations

import pytest
from carriers_shop import carrier, label, shipment

from automations.core.cells import RawCell
from automations.core.messages import Message
from automations.core.shipping.layouts import encode

YAMATO = carrier("yamato")
LONG = "お届け先住所"


def problems(**cells: RawCell) -> list[tuple[str, str]]:
    """Return the columns with problems, and why, in English."""
    return [(problem.column, str(problem.why)) for problem in label(shipment(**cells), YAMATO).problems]


def fields(**cells: RawCell) -> dict[int, str]:
    """Return the filled columns of a good label, by number."""
    made = label(shipment(**cells), YAMATO)
    assert not made.problems
    return {number: text for number, text in enumerate(made.fields, 1) if text}


@pytest.mark.parametrize(
    ("cells", "column", "why"),
    [
        pytest.param({"ship_name": None}, "お届け先名", "blank", id="required and blank"),
        pytest.param({"ship_address": None, "ship_building": "あおば荘"}, LONG, "blank", id="a building is no address"),
        pytest.param({"ship_name": "山" * 17}, "お届け先名", "It is 34 long and 32 fit", id="one character too wide"),
        pytest.param({"ship_name": "=1+1"}, "お届け先名", "begins with =", id="formula"),
        pytest.param({"ship_name": "＠山田"}, "お届け先名", "begins with ＠", id="full-width formula sign"),
        pytest.param({"ship_building": "-201号"}, "お届け先アパートマンション名", "begins with -", id="hyphen in front"),
        pytest.param({"ship_name": "山田é"}, "お届け先名", "é (U+00E9)", id="character without substitute"),
        pytest.param({"ship_phone": "なし"}, "お届け先電話番号", "digits and hyphens", id="words in a phone number"),
        pytest.param({"contents": None}, "品名１", "blank", id="no contents"),
        pytest.param({"service": "nekopos", "cod_amount": 2765}, "ｺﾚｸﾄ代金引換額（税込)", "does not collect", id="mailbox and COD"),
        pytest.param({"service": "nekopos", "requested_time": "am"}, "配達時間帯", "delivery time", id="mailbox and time"),
        pytest.param({"service": "nekopos", "requested_on": "2026-11-26"}, "お届け予定日", "delivery day", id="mailbox and day"),
        pytest.param({"service": "nekopos", "weight_g": 1001}, "", "at most 1000", id="too heavy for the mailbox"),
        pytest.param({"service": "compact", "temperature": "chilled"}, "クール区分", "chilled", id="compact and cool"),
        pytest.param({"temperature": "frozen", "size": 140}, "", "at most 120", id="cool has a lower size limit"),
        pytest.param({"requested_time": "12-14"}, "配達時間帯", "no such delivery window", id="window no longer offered"),
        pytest.param({"service": "compact_collect", "cod_amount": 30001, "cod_tax": 1}, "ｺﾚｸﾄ代金引換額（税込)", "1 to 30,000", id="above the COD limit"),
        pytest.param({"service": "takkyubin_collect", "cod_amount": 300, "cod_tax": 301}, "内消費税額等", "not be more than 300", id="tax above the amount"),
        pytest.param({"handling": "ワレ物注意、天地無用、下積厳禁"}, "荷扱い２", "room for 2", id="too many handling notes"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(cells: dict[str, RawCell], column: str, why: str) -> None:
    told = problems(**cells)
    assert [name for name, _ in told] == [column]
    assert why in told[0][1]


def test_every_problem_of_a_label_is_told_at_once() -> None:
    columns = [
        column
        for column, _ in problems(
            ship_name="=é", ship_phone="なし", contents=None, temperature="frozen", size=160
        )
    ]
    assert columns == ["", "お届け先電話番号", "お届け先名", "品名１"]


def test_cash_on_delivery_needs_its_amount_and_the_tax_in_it() -> None:
    assert problems(service="takkyubin_collect") == [
        ("ｺﾚｸﾄ代金引換額（税込)", "TA-Q-BIN Collect needs the amount to collect."),
        ("内消費税額等", "The carrier needs this, and it is blank."),
    ]


def test_an_address_that_is_too_long_goes_on_at_a_space() -> None:
    made = fields(ship_address="仙台市青葉区一番町9-77-3 グランドメゾン青葉東館", ship_building="1201号室")
    assert made[12] == "宮城県仙台市青葉区一番町9-77-3"
    assert made[13] == "グランドメゾン青葉東館 1201号室"


def test_an_address_that_fits_is_left_as_it_was_typed() -> None:
    made = fields(ship_address="仙台市青葉区一番町9-77-3 あおば荘", ship_building="202")
    assert (made[12], made[13]) == ("宮城県仙台市青葉区一番町9-77-3 あおば荘", "202")


def test_the_part_behind_the_municipality_has_its_own_limit() -> None:
    told = problems(ship_address="仙台市青葉区" + "一" * 17)
    assert told[0][0] == LONG
    assert "It is 34 long and 32 fit" in told[0][1]
    assert "一" * 17 in told[0][1]


def test_a_long_company_goes_on_in_the_second_column() -> None:
    made = fields(ship_company="株式会社みどり商会京都宇治支店営業統括本部 お客様ご相談窓口企画室 第一係")
    assert made[14] == "株式会社みどり商会京都宇治支店営業統括本部"
    assert made[15] == "お客様ご相談窓口企画室 第一係"


def test_cool_codes_are_frozen_1_and_chilled_2() -> None:
    assert fields(temperature="frozen")[3] == "1"
    assert fields(temperature="chilled")[3] == "2"
    assert 3 not in fields(temperature="ambient")


def test_gift_sender_has_the_buyers_name_at_the_shops_address() -> None:
    made = fields(sender_name="佐々木 和子")
    assert (made[25], made[23]) == ("佐々木 和子", "京都府宇治市宇治99-9")


def test_cells_are_quoted_only_where_they_must_be() -> None:
    layout = YAMATO.file
    content = encode(layout, ("a", "b"), [('x,"y"', "z")])
    assert content == b'a,b\r\n"x,""y""",z\r\n'


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_problem_can_be_spoken(language: str) -> None:
    cells: dict[str, RawCell] = {
        "ship_name": "=é",
        "ship_phone": "なし",
        "service": "nekopos",
        "cod_amount": 5,
    }
    for problem in label(shipment(**cells), YAMATO).problems:
        for said in (problem.why, problem.fix):
            assert isinstance(said, Message)
            assert "{" not in said.text(language)
