from datetime import date

import ledgers
import pytest

from automations.core.ledger import Row
from automations.core.shipping.packing import (
    Catalogue,
    Group,
    Measure,
    cod_tax,
    contents_of,
    grouped,
    measure,
)
from automations.core.values import Value

AUGUST, JANUARY = date(2026, 8, 1), date(2027, 1, 15)


def parcel(*lines: Row) -> Group:
    order = ledgers.row("orders", order_id="1", buyer_name="山本")
    (group,) = grouped(order, lines, PRODUCTS, JANUARY)
    return group


def product(sku: str, **cells: Value) -> Row:
    return ledgers.row("products", sku=sku, **cells)


def line(sku: str, qty: int = 1, **cells: Value) -> Row:
    return ledgers.row("order_lines", line_id=f"1-{sku}", order_id="1", sku=sku, qty=qty, **cells)


PRODUCTS = Catalogue(
    {
        row.key: row
        for row in (
            product("tea", name="煎茶", tax_rate=8, size_cm=30, weight_g=130, thickness_mm=25),
            product("pot", name="急須", label_name="陶器", tax_rate=10, size_cm=40, weight_g=480),
            product("jelly", name="水ようかん", chilled_season="06-01/09-30"),
            product("mochi", name="餅", chilled_season="12-01/02-28"),
            product("ice", name="氷菓", temperature="frozen"),
            product("cake", name="羊羹", tax_rate=8, price=1080),
            product("cold", name="わらび餅", temperature="chilled"),
            product("box", name="詰合せ", components="tea*1, cold*1"),
        )
    }
)


@pytest.mark.parametrize(
    ("sku", "day", "temperature"),
    [
        ("tea", AUGUST, "ambient"),
        ("jelly", AUGUST, "chilled"),
        ("jelly", JANUARY, "ambient"),
        pytest.param("mochi", JANUARY, "chilled", id="a season over the turn of the year"),
        ("mochi", AUGUST, "ambient"),
        ("ice", AUGUST, "frozen"),
        pytest.param("box", AUGUST, "chilled", id="a set is as cold as its coldest part"),
        pytest.param("unknown", AUGUST, "ambient", id="a product without a row"),
    ],
)
def test_temperature(sku: str, day: date, temperature: str) -> None:
    assert PRODUCTS.of(line(sku)).temperature_on(day) == temperature


def test_frozen_goods_never_share_a_parcel_and_each_receiver_gets_one() -> None:
    order = ledgers.row("orders", order_id="1", buyer_name="山本", ship_prefecture="東京都")
    lines = [
        line("tea", allocated_qty=1),
        line("ice", allocated_qty=1),
        line("cold", allocated_qty=1),
        line("pot", ship_name="森下", allocated_qty=0),
    ]
    groups = grouped(order, lines, PRODUCTS, JANUARY)
    found = [
        (group.destination.name, group.temperature, [row.text("sku") for row in group.lines])
        for group in groups
    ]
    assert found == [
        ("山本", "chilled", ["tea", "cold"]),
        ("山本", "frozen", ["ice"]),
        ("森下", "ambient", ["pot"]),
    ]
    assert [group.ready for group in groups] == [True, True, False]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param([line("tea")], Measure(35, 330, 25), id="one product and the box"),
        pytest.param([line("tea", 8)], Measure(65, 1240, 200), id="eight cubes make one of double length"),
        pytest.param([line("tea"), line("pot")], Measure(50, 810, 25), id="two products"),
        pytest.param([line("tea"), line("jelly")], Measure(None, None, 25), id="unknown stays unknown"),
    ],
)
def test_measure(lines: list[Row], expected: Measure) -> None:
    assert measure(parcel(*lines), box_size_cm=5, box_weight_g=200) == expected


@pytest.mark.parametrize(
    ("size", "weight", "size_class"),
    [
        (60, 2000, 60),
        (61, 100, 80),
        (50, 2001, 80),
        (50, None, 60),
        (None, 100, None),
        (201, 100, None),
        (60, 31000, None),
    ],
)
def test_size_class_is_the_larger_of_size_and_weight(
    size: int | None, weight: int | None, size_class: int | None
) -> None:
    assert Measure(size, weight, 0).size_class == size_class


def test_contents_name_the_first_product_as_labels_call_it() -> None:
    assert contents_of(parcel(line("pot"))) == "陶器"
    assert contents_of(parcel(line("tea", 3), line("pot"))) == "煎茶 ほか"
    assert contents_of(parcel(line("gone", product_name="旧商品"))) == "旧商品"


@pytest.mark.parametrize(
    ("lines", "amounts", "tax"),
    [
        pytest.param(
            [line("tea", 3, unit_price=1080)],
            {"shipping_fee": 770, "fee": 330, "total": 4340},
            340,
            id="8 and 10",
        ),
        pytest.param(
            [line("pot", unit_price=5500)],
            {"shipping_fee": 880, "fee": 330, "total": 6710},
            610,
            id="10 only",
        ),
        pytest.param(
            [line("tea", unit_price=1080), line("pot", unit_price=5500)],
            {"discount": 500, "total": 6080},
            73 + 462,
            id="discount by rate",
        ),
        pytest.param(
            [line("tea", 2, unit_price=1080, line_discount=80)], {"total": 2080}, 154, id="line discount"
        ),
        pytest.param(
            [line("cake", 2)], {"shipping_fee": 880, "total": 3040}, 160 + 80, id="the product's price"
        ),
        pytest.param([line("tea")], {"total": 1100}, 100, id="without prices the standard rate"),
    ],
)
def test_cod_tax_is_rounded_once_per_rate(lines: list[Row], amounts: dict[str, int], tax: int) -> None:
    order = ledgers.row("orders", order_id="1", **amounts)
    assert cod_tax(order, lines, PRODUCTS, standard_rate=10) == tax
