from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automations.core.holds.buyer_rules import around_each
from automations.core.holds.fraud_signs import kana_contradicts
from automations.core.holds.quantity_rules import nearest_rank
from automations.core.ledger import Row
from automations.core.orders.persons import People, address_key, company_key, email_key, phone_key
from automations.core.values import Value

NOON = datetime.fromisoformat("2026-11-24T12:00+09:00")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("株式会社みどり商会", "みどり商会 ㈱", id="short form in one character"),
        pytest.param("(有)みどり商会", "有限会社 みどり商会", id="short form in brackets"),
        pytest.param("ＭＩＤＯＲＩ", "Midori", id="width and case"),
    ],
)
def test_companies_are_told_without_their_legal_form(one: str, other: str) -> None:
    assert company_key(one) == company_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            ("大阪府", "大阪市北区梅田9-55-20"), ("", "大阪府大阪市北区梅田9-55-20"), id="prefecture typed"
        ),
        pytest.param(
            ("大阪府", "大阪市北区梅田9-55-20"), ("", "大阪市北区梅田九丁目55ー20"), id="prefecture left out"
        ),
        pytest.param(("", "高知市本町９－７－１ "), ("高知県", "高知市 本町9-7-1"), id="widths and spaces"),
        pytest.param(
            ("", "千代田区三番町9番地の22号"), ("東京都", "千代田区3番町9-22"), id="numbers in words"
        ),
    ],
)
def test_addresses_are_told_in_any_spelling(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert address_key(*one) == address_key(*other) != ""


def test_a_street_without_a_number_tells_nobody() -> None:
    assert address_key("東京都", "世田谷区若林") == ""


def test_flats_of_one_house_are_told_apart_by_the_building() -> None:
    assert address_key("", "青葉区9-7", "あおば荘202") != address_key("", "青葉区9-7", "あおば荘203")


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        pytest.param("Taro+Shop@Example.com", "taro@example.com", id="tag and case"),
        pytest.param("ta.ro@gmail.com", "taro@gmail.com", id="dots that mean nothing"),
        pytest.param("ta.ro@example.com", "ta.ro@example.com", id="dots that do"),
        pytest.param("不要", "", id="no mail wanted"),
    ],
)
def test_mailboxes(typed: str, key: str) -> None:
    assert email_key(typed) == key


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        pytest.param("+81 90-0000-1004", "09000001004", id="from abroad"),
        pytest.param("090-0000-1004", "09000001004", id="hyphens"),
        pytest.param("110", "", id="too short"),
    ],
)
def test_phones(typed: str, key: str) -> None:
    assert phone_key(typed) == key


@pytest.mark.parametrize(
    ("name", "kana", "contradicts"),
    [
        pytest.param("山本 さくら", "ヤマモト サクラ", False, id="the same in katakana"),
        pytest.param("山本 さくら", "やまもと はなこ", True, id="another name"),
        pytest.param("山本 さくら", "", False, id="no reading given"),
        pytest.param("山本 桜", "タナカ サクラ", False, id="kanji alone tell nothing"),
        pytest.param("ﾔﾏﾓﾄ 桜", "ヤマモト サクラ", False, id="half-width kana"),
    ],
)
def test_a_name_and_its_reading(name: str, kana: str, contradicts: bool) -> None:
    assert kana_contradicts(name, kana) is contradicts


def order(key: str, minute: int, **cells: Value) -> Row:
    return Row("orders", key, {"order_id": key, "ordered_at": NOON + timedelta(minutes=minute), **cells})


def test_orders_that_share_a_phone_or_a_mail_are_one_persons_also_through_a_third() -> None:
    people = People.of(
        [
            order("1", 1, buyer_phone="09000000001"),
            order("2", 2, buyer_email="a@example.com"),
            order("3", 3, buyer_phone="09000000001", buyer_email="A@example.com"),
            order("4", 4, buyer_phone="09000000004"),
            order("5", 5),
        ]
    )
    assert people.person_of["1"] == people.person_of["2"] == people.person_of["3"] != people.person_of["4"]
    assert [key for _, key in people.before("3")] == ["1", "2"]
    assert list(people.before("5")) == []


def test_a_cancelled_order_tells_its_person_but_does_not_count() -> None:
    people = People.of(
        [order("1", 1, customer_id="C-1", status="cancelled"), order("2", 2, customer_id="C-1")]
    )
    assert people.person_of["1"] == people.person_of["2"]
    assert list(people.before("2")) == []


MINUTES = st.lists(st.tuples(st.integers(0, 300), st.sampled_from("ABC")), min_size=1, max_size=25)


@given(MINUTES)
def test_orders_around_each_order_are_counted_as_one_would_by_hand(sent: list[tuple[int, str]]) -> None:
    orders = sorted((NOON + timedelta(minutes=at), str(key), name) for key, (at, name) in enumerate(sent))
    span = timedelta(minutes=60)
    for key, shared in around_each(orders, span):
        at = next(moment for moment, other, _ in orders if other == key)
        near = [name for moment, _, name in orders if abs(moment - at) <= span]
        assert (shared.orders, set(shared.names)) == (len(near), set(near))


@given(st.lists(st.integers(1, 30), min_size=1, max_size=60), st.integers(1, 100))
def test_the_nearest_rank_is_the_number_at_that_place(numbers: Sequence[int], percentile: int) -> None:
    rank = -(-len(numbers) * percentile // 100)
    counted = {number: numbers.count(number) for number in numbers}
    assert nearest_rank(counted, rank) == sorted(numbers)[rank - 1]
