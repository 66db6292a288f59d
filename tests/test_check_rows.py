from collections import Counter
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stories import Story, configuration_of, ledger_of

from automations import check_rows
from automations.app.lookups import check_email, check_phone, look_up_postcode
from automations.core.checks.sums import Gap, amount_of, goods_by_order, goods_gap, goods_of, row_gaps
from automations.core.ledger import Ledger, Row
from automations.core.places.postcodes import Town
from automations.core.schema import SumCheck
from automations.core.values import Value

CONFIGURATION = configuration_of(Story(""))
TOTAL = SumCheck("total", ("goods_total", "shipping_fee"), ("discount",))


class Counted:
    """Look-ups that note how often they are asked."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    def towns_of(self, postcode: str, /) -> tuple[Town, ...]:
        self.asked[postcode] += 1
        return (Town("東京都", "渋谷区", "神宮前"),)

    def is_right(self, text: str, /) -> bool:
        self.asked[text] += 1
        return True

    def settings(self) -> check_rows.Settings:
        return check_rows.Settings({}, self.towns_of, self.is_right, self.is_right)


def ledger(customers: str, **others: str) -> Ledger:
    sections = {"customers.csv": customers, **{f"{name}.csv": body for name, body in others.items()}}
    return ledger_of(Story("", {"now": "2026-11-24 10:00"}, sections), CONFIGURATION)


def test_each_distinct_value_is_looked_up_once() -> None:
    rows = "".join(f"C-{number},山本 さくら,1500001,0012345678,o'neil@example.com\n" for number in range(50))
    counted = Counted()
    check_rows.plan(ledger("customer_id,name,postcode,phone,email\n" + rows), counted.settings())
    assert counted.asked == {"1500001": 1, "0012345678": 1, "o'neil@example.com": 1}


def test_nothing_is_looked_up_for_closed_orders() -> None:
    orders = "order_id,status,buyer_name,buyer_postcode\n1001,計上済み,山本 さくら,1500001\n"
    lines = "line_id,order_id,sku,qty,ship_postcode\n1001-1,1001,K-1,1,1500001\n"
    counted = Counted()
    check_rows.plan(ledger("customer_id,name\n", orders=orders, order_lines=lines), counted.settings())
    assert not counted.asked


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["1001", "1002", ""]),
            st.sampled_from(["", "山本 さくら"]),
            st.sampled_from(["カード", "現物", ""]),
            st.sampled_from(["", "計上済み", "未引当", "???"]),
            st.sampled_from(["完備", "不足", ""]),
        ),
        max_size=4,
    ),
    st.lists(
        st.tuples(
            st.sampled_from(["1", "2", ""]),
            st.sampled_from(["1001", "1002", ""]),
            st.sampled_from(["1", "x"]),
        ),
        max_size=4,
    ),
)
def test_checking_again_changes_nothing(orders: list[tuple[str, ...]], lines: list[tuple[str, ...]]) -> None:
    written = "order_id,buyer_name,payment_method,status,intake\n" + "".join(
        ",".join(row) + "\n" for row in orders
    )
    under = "line_id,order_id,qty\n" + "".join(",".join(row) + "\n" for row in lines)
    before = ledger("customer_id\n", orders=written, order_lines=under)
    counted = Counted().settings()
    after = before.apply(check_rows.plan(before, counted))
    assert check_rows.plan(after, counted).is_empty


def order(**cells: Value) -> Row:
    return Row("orders", "1001", dict(cells))


def line(qty: int | None, price: int | None, discount: int | None = None) -> Row:
    return Row("order_lines", "1001-1", {"qty": qty, "unit_price": price, "line_discount": discount})


@pytest.mark.parametrize(
    ("cells", "gaps"),
    [
        pytest.param({"total": 3040, "goods_total": 2160, "shipping_fee": 880}, [], id="comes out"),
        pytest.param({"total": 3040, "goods_total": 3240, "discount": 200}, [], id="discount, fee blank"),
        pytest.param(
            {"total": 3000, "goods_total": 2160, "shipping_fee": 880},
            [Gap("total", 3000, 3040)],
            id="differs",
        ),
        pytest.param({"goods_total": 2160, "shipping_fee": 880}, [], id="total left blank"),
        pytest.param({"total": 3000, "shipping_fee": 880}, [], id="goods left blank"),
        pytest.param({"total": 0, "goods_total": 2160}, [Gap("total", 0, 2160)], id="zero is not blank"),
    ],
)
def test_sums_of_a_row(cells: dict[str, Value], gaps: list[Gap]) -> None:
    assert list(row_gaps([TOTAL], order(**cells))) == gaps


@pytest.mark.parametrize(
    ("lines", "gap"),
    [
        pytest.param([line(2, 1080)], None, id="comes out"),
        pytest.param([line(2, 1090, 20)], None, id="line discount"),
        pytest.param([line(1, 1080)], Gap("goods_total", 2160, 1080), id="differs"),
        pytest.param([line(1, 1080), line(1, None)], None, id="a price is missing"),
        pytest.param([], None, id="no lines"),
    ],
)
def test_goods_against_lines(lines: list[Row], gap: Gap | None) -> None:
    assert goods_gap(order(goods_total=2160), goods_of(lines)) == gap
    assert goods_by_order(lines).get(None) == goods_of(lines)


def test_amount_without_a_total_is_counted_from_its_parts() -> None:
    assert amount_of(order(shipping_fee=880, points=100), [line(2, 1080)]) == 2940


def test_a_blank_amount_is_nothing() -> None:
    assert amount_of(order(), []) == 0


@pytest.mark.parametrize(
    ("postcode", "prefectures"),
    [
        pytest.param("6110021", ["京都府"], id="town"),
        pytest.param("4980000", ["愛知県", "三重県"], id="two prefectures"),
        pytest.param("9999999", [], id="unknown"),
    ],
)
def test_postcodes_of_japan_post(postcode: str, prefectures: list[str]) -> None:
    assert [town.prefecture for town in look_up_postcode(postcode)] == prefectures


def test_codes_of_big_receivers_are_known_as_such() -> None:
    assert all(town.office for town in look_up_postcode("0018501"))
    assert not any(town.office for town in look_up_postcode("6110021"))


def test_postcodes_can_be_looked_up_from_several_threads() -> None:
    found: list[tuple[Town, ...]] = []
    threads = [
        Thread(target=lambda code=code: found.append(look_up_postcode(code)))
        for code in ("1500002", "1500011")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(towns[0].city == "渋谷区" for towns in found)
    assert len(found) == 2


@pytest.mark.parametrize(
    ("digits", "valid"),
    [("0312345678", True), ("0012345678", False), ("", False)],
    ids=["Tokyo", "zeros", "blank"],
)
def test_second_opinion_on_phone_numbers(digits: str, valid: bool) -> None:
    assert check_phone(digits) is valid


@pytest.mark.parametrize(
    ("email", "valid"),
    [("taro@例え.jp", True), ("o'neil@example.com", True), ("a..b@example.com", False), ("", False)],
    ids=["international", "apostrophe", "two dots", "blank"],
)
def test_second_opinion_on_email_addresses(email: str, valid: bool) -> None:
    assert check_email(email) is valid
