"""What a channel's YAML can say: each notion of a layout on a few rows, and laws that hold for whole files."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stories import SHOP

from automations.app import configuration as conf
from automations.app.yaml_files import read_yaml_text
from automations.core.declare import Problems, read_all
from automations.core.incoming import IncomingFile, IncomingOrder
from automations.core.orders.channel_checks import check_channels
from automations.core.orders.channels import Channel, Source, as_source
from automations.core.values import Value
from automations.files.orders import read_order_file
from automations.files.tables import read_table

FOLDER = Path(__file__).parent / "channels"
BASE = """
label: {ja: 店, en: Shop}
recognise: [No, Product, Code]
number: No
"""


@pytest.fixture(scope="module")
def shop() -> conf.Configuration:
    return conf.load(SHOP, "en")


def channels(shop: conf.Configuration, **written: str) -> dict[str, Channel]:
    """Return channels made of YAML texts, each below the same few lines."""
    problems = Problems()
    trees = {name: read_yaml_text(BASE + text) for name, text in written.items()}
    made = read_all(Channel, trees, "sheets_schema/channels", problems)
    check_channels(made, shop.schema, problems)
    assert not problems.found, problems.found
    return made


def read(
    shop: conf.Configuration, layouts: Mapping[str, Channel], content: str | bytes, name: str = "orders.csv"
) -> tuple[IncomingFile, tuple[IncomingOrder, ...]]:
    raw = content if isinstance(content, bytes) else content.encode()
    return read_order_file(
        name, raw, layouts, shop.schema, shop.payments, zone=shop.zone, currency=shop.currency
    )


def the_order(shop: conf.Configuration, written: str, content: str) -> IncomingOrder:
    """Return the only order of a file read by one channel."""
    file, orders = read(shop, channels(shop, own=written), content)
    assert not file.findings, file.findings
    assert len(orders) == 1
    return orders[0]


LINES = "order_lines: {sku: Code, product_name: Product"


@pytest.mark.parametrize(
    ("source", "cells", "expected"),
    [
        pytest.param(
            "{either: [A, {column: B, pattern: 'on (\\S+)'}]}", ("x", "on y"), "x", id="first source"
        ),
        pytest.param(
            "{either: [A, {column: B, pattern: 'on (\\S+)'}]}", ("", "on y"), "y", id="second source"
        ),
        pytest.param(
            "{columns: [A, B], with_names: true, joined_by: ' / '}",
            ("x", "y"),
            "A: x / B: y",
            id="with names",
        ),
        pytest.param("{columns: [A, B], with_names: true}", ("", "y"), "B: y", id="a blank one has no name"),
        pytest.param(
            "{cases: [{value: held, column: A, filled: true, unless: {column: B, equals: [no]}}]}",
            ("x", "yes"),
            "held",
            id="exception does not hold",
        ),
        pytest.param(
            "{cases: [{value: held, column: A, filled: true, unless: {column: B, equals: [no]}}]}",
            ("x", "no"),
            None,
            id="exception holds",
        ),
        pytest.param(
            "{cases: [{value: held, column: Absent, filled: false}, {value: other, column: A, filled: true}]}",
            ("x", ""),
            "other",
            id="nothing is known of a column that is not there",
        ),
    ],
)
def test_source_of_a_text(
    shop: conf.Configuration, source: str, cells: tuple[str, str], expected: str | None
) -> None:
    order = the_order(
        shop,
        f"orders: {{memo: {source}}}\n{LINES}}}",
        f"No,Product,Code,A,B\n1,茶,K-001,{cells[0]},{cells[1]}\n",
    )

    assert order.order.get("memo") == expected


@pytest.mark.parametrize(
    ("amounts", "fee", "discount"),
    [
        pytest.param(("330", "110"), 440, 0, id="added up"),
        pytest.param(("330", "-200"), 330, 200, id="below zero is a discount"),
        pytest.param(("", "1,100円"), 1100, 0, id="blank counts nothing"),
    ],
)
def test_amounts_of_several_columns(
    shop: conf.Configuration, amounts: tuple[str, str], fee: int, discount: int
) -> None:
    order = the_order(
        shop,
        "orders: {fee: {sum_of: [A, B], only: positive}, discount: {sum_of: [A, B], only: negative}}\n"
        f"{LINES}}}",
        f'No,Product,Code,A,B\n1,茶,K-001,{amounts[0]},"{amounts[1]}"\n',
    )

    assert (order.order["fee"], order.order["discount"]) == (fee, discount)


@pytest.mark.parametrize(
    ("goods", "price"),
    [
        pytest.param("1333", 1333, id="half up"),
        pytest.param("1332", 1332, id="down, because the lines come out so"),
        pytest.param("9999", 1333, id="no way of rounding fits: the first"),
        pytest.param("", 1333, id="nothing to compare with: the first"),
    ],
)
def test_tax_is_rounded_as_the_shop_system_does(shop: conf.Configuration, goods: str, price: int) -> None:
    order = the_order(
        shop,
        "orders: {goods_total: Goods}\n"
        f"{LINES}, qty: Qty, unit_price: {{column: Price, plus_tax: Rate, tax_rounding: [half_up, down, up]}}}}",
        f"No,Product,Code,Qty,Price,Rate,Goods\n1,茶,K-001,1,1234.00,8.00,{goods}\n",
    )

    assert order.lines[0]["unit_price"] == price


def test_a_price_whose_tax_nobody_tells_stays_blank(shop: conf.Configuration) -> None:
    order = the_order(
        shop,
        f"{LINES}, qty: Qty, unit_price: {{column: Price, plus_tax: Rate}}}}",
        "No,Product,Code,Qty,Price,Rate\n1,茶,K-001,1,1234,\n",
    )

    assert order.lines[0]["unit_price"] is None


def test_every_row_may_add_to_a_text(shop: conf.Configuration) -> None:
    order = the_order(
        shop,
        f"orders: {{memo: {{column: Note, all_rows: true}}}}\n{LINES}}}",
        "No,Product,Code,Note\n1,茶,K-001,玄関\n1,茶,K-002,裏口\n1,茶,K-003,玄関\n",
    )

    assert order.order["memo"] == "玄関\n裏口"
    assert not order.findings


KINDS = f"""
row_kinds: {{column: Kind, price: Price, quantity: Qty, products: [goods], sums: {{discount: [off], fee: [fee]}}}}
{LINES}, qty: Qty}}
"""


def test_amounts_on_rows_keep_their_signs_until_they_are_added(shop: conf.Configuration) -> None:
    order = the_order(
        shop,
        KINDS,
        "No,Product,Code,Kind,Price,Qty\n1,茶,K-001,goods,1,1\n1,値引,,off,-500,1\n1,値引戻し,,off,100.00,1\n"
        "1,手数料,,fee,110,2\n",
    )

    assert (order.order["discount"], order.order["fee"], len(order.lines)) == (400, 220, 1)


def test_a_row_of_unknown_kind_is_told_and_is_no_product(shop: conf.Configuration) -> None:
    order = the_order(
        shop, KINDS, "No,Product,Code,Kind,Price,Qty\n1,茶,K-001,goods,1,1\n1,保証,,insurance,300,1\n"
    )

    assert [(finding.code, finding.value) for finding in order.findings] == [
        ("unknown-row-kind", "insurance")
    ]
    assert len(order.lines) == 1


RECEIVERS = f"""
orders: {{ship_name: Name, ship_company: Company, ship_address: Address}}
{LINES}, ship_name: Name, ship_company: Company, ship_address: Address}}
"""


def test_an_orders_receiver_is_one_row_as_a_whole(shop: conf.Configuration) -> None:
    order = the_order(
        shop,
        RECEIVERS,
        "No,Product,Code,Name,Company,Address\n1,茶,K-001,花,,松本市\n1,茶,K-002,空,空デザイン,青森市\n",
    )

    assert "ship_company" not in order.order
    assert "ship_name" not in order.lines[0]
    assert order.lines[1]["ship_company"] == "空デザイン"


def test_a_header_by_another_name_counts_only_without_the_first(shop: conf.Configuration) -> None:
    written = f"also_named: {{Note: [Remark, Memo]}}\norders: {{memo: Note}}\n{LINES}}}"
    row = "1,茶,K-001,a,b\n"

    assert the_order(shop, written, "No,Product,Code,Memo,Remark\n" + row).order["memo"] == "b"
    assert the_order(shop, written, "No,Product,Code,Memo,Note\n" + row).order["memo"] == "b"


@pytest.mark.parametrize(
    ("name", "channel"),
    [
        pytest.param("honten-1201.csv", "honten", id="named file"),
        pytest.param("HONTEN-1201.CSV", "honten", id="any case"),
        pytest.param("1201.csv", "any", id="other file"),
    ],
)
def test_a_files_name_tells_two_shops_apart(shop: conf.Configuration, name: str, channel: str) -> None:
    both = channels(shop, any=f"{LINES}}}", honten=f"file_names: ['honten-*.csv']\n{LINES}}}")

    file, _ = read(shop, both, "No,Product,Code\n1,茶,K-001\n", name)

    assert file.source == channel


def test_a_file_whose_name_says_nothing_is_refused_with_the_names_that_would(
    shop: conf.Configuration,
) -> None:
    both = channels(
        shop, honten=f"file_names: ['本店*']\n{LINES}}}", nijo=f"file_names: ['二条*']\n{LINES}}}"
    )

    file, orders = read(shop, both, "No,Product,Code\n1,茶,K-001\n", "1201.csv")

    assert ([finding.code for finding in file.findings], orders) == (["file-misnamed"], ())
    assert "本店*" in str(file.findings[0].fix)


def test_two_channels_that_look_the_same_are_not_guessed_at(shop: conf.Configuration) -> None:
    file, orders = read(
        shop, channels(shop, one=f"{LINES}}}", two=f"{LINES}}}"), "No,Product,Code\n1,茶,K-001\n"
    )

    assert ([finding.code for finding in file.findings], orders) == (["layout-ambiguous"], ())


def test_a_shops_own_layout_that_reads_more_goes_before_the_bundled(shop: conf.Configuration) -> None:
    both = channels(shop, own=f"{LINES}, options: Size}}", plain=f"{LINES}}}")

    assert read(shop, both, "No,Product,Code,Size\n1,茶,K-001,大\n")[0].source == "own"


@pytest.mark.parametrize(
    ("phone", "postcode", "expected"),
    [
        pytest.param("9000001234", "600001", ("09000001234", "0600001"), id="one zero each"),
        pytest.param("312345678", "10010", ("0312345678", "0010010"), id="two zeros of a postcode"),
        pytest.param("090-0000-1234", "060-0001", ("09000001234", "0600001"), id="nothing lost"),
    ],
)
def test_leading_zeros_a_spreadsheet_ate_are_put_back_and_told(
    shop: conf.Configuration, phone: str, postcode: str, expected: tuple[str, str]
) -> None:
    file, (order,) = read(
        shop,
        channels(shop, own=f"orders: {{buyer_phone: Tel, buyer_postcode: Zip}}\n{LINES}}}"),
        f"No,Product,Code,Tel,Zip\n1,茶,K-001,{phone},{postcode}\n",
    )

    assert (order.order["buyer_phone"], order.order["buyer_postcode"]) == expected
    lost = "-" not in phone
    assert [finding.code for finding in file.findings] == (["zeros-lost"] if lost else [])


@pytest.mark.parametrize(
    ("written", "cells"),
    [
        pytest.param('1,"予定表"春",K-001', ("1", '予定表"春', "K-001"), id="undoubled mark"),
        pytest.param('1,"能","K-001"', ("1", "能", "K-001"), id="mark that ends the cell"),
        pytest.param('1,"ソ""春""",K-001', ("1", 'ソ"春"', "K-001"), id="doubled marks"),
    ],
)
def test_quotation_marks_as_php_writes_them(written: str, cells: tuple[str, ...]) -> None:
    table = read_table(f"No,Product,Code\n{written}\n".encode("cp932"))

    assert table.rows == ((2, cells),)


@pytest.mark.parametrize(
    ("header", "channel"),
    [
        pytest.param(
            "注文番号,お名前,支払方法,商品コード,個数,配送先_住所1", "daicho", id="ledger CSV in other words"
        ),
        pytest.param(
            "個数,注文番号,お名前(姓),対応状況(名称),支払方法(名称),商品コード,価格,税率,明細区分(名称),配送先_お名前(姓),"
            "配送先_住所1,氏名,支払方法",
            "eccube",
            id="EC-CUBE with columns of a ledger CSV",
        ),
        pytest.param(
            "店舗伝票番号,受注日,受注名,発送先名,発送先住所1,支払方法,商品コード,商品価格,受注数量,氏名,注文番号,数量",
            "next_engine",
            id="Next Engine with columns of a ledger CSV",
        ),
        pytest.param(
            "店舗伝票番号,受注日,受注名,支払方法,商品コード,商品価格,受注数量", "", id="receiver missing"
        ),
        pytest.param("注文番号,お名前(姓),支払方法(名称),商品コード", "", id="a small part of EC-CUBE"),
    ],
)
def test_channel_of_a_header(shop: conf.Configuration, header: str, channel: str) -> None:
    file, _ = read(shop, shop.channels, f"{header}\n{'1,' * header.count(',')}1\n")

    assert file.source == channel


def test_a_product_list_of_eccube_is_no_order_file(shop: conf.Configuration) -> None:
    file, orders = read(
        shop,
        shop.channels,
        "商品ID,商品名,商品コード,在庫数,通常価格,販売価格,送料,税率\n1,煎茶,K-001,5,,1000,,8\n",
    )

    assert ([finding.code for finding in file.findings], orders) == (["unknown-layout"], ())


def test_an_export_without_a_needed_column_is_refused_and_says_which(shop: conf.Configuration) -> None:
    header, rows = table_of("eccube_70_columns")
    kept = [at for at, name in enumerate(header) if not name.startswith("対応状況")]

    file, orders = read(shop, shop.channels, written_as(header, rows, kept))

    assert ([finding.code for finding in file.findings], orders) == (["header-missing"], ())
    assert "対応状況(ID)" in str(file.findings[0].why)


def table_of(name: str) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of an example file, repeated headers as they stand."""
    table = read_table((FOLDER / f"{name}.csv").read_bytes())
    return [name.partition("#")[0] for name in table.header], [list(cells) for _, cells in table.rows]


def written_as(header: Sequence[str], rows: Sequence[Sequence[str]], places: Sequence[int]) -> bytes:
    """Return a file with the columns at these places, in this order, as cp932."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([header[at] for at in places])
    writer.writerows([[cells[at] for at in places] for cells in rows])
    return out.getvalue().encode("cp932")


def shuffled_between_orders(
    rows: Sequence[Sequence[str]], number_at: int, chance: random.Random
) -> list[Sequence[str]]:
    """Return the rows mixed up, those of one order still one below the other."""
    waiting: dict[str, list[Sequence[str]]] = {}
    for cells in rows:
        waiting.setdefault(cells[number_at], []).append(cells)
    mixed: list[Sequence[str]] = []
    while waiting:
        number = chance.choice(sorted(waiting))
        mixed.append(waiting[number].pop(0))
        if not waiting[number]:
            del waiting[number]
    return mixed


# Fees are counted of several of these, tax on top of all, and its rounding of the goods.
AMOUNTS = frozenset("小計 商品計 税金 発送料 手数料 ポイント その他費用 合計金額".split())


@settings(max_examples=30, deadline=None)
@given(
    name=st.sampled_from(["eccube_70_columns", "next_engine_41_columns"]),
    chance=st.randoms(use_true_random=True),
    dropped=st.integers(0, 25),
)
def test_order_of_columns_and_rows_and_optional_columns_do_not_matter(
    shop: conf.Configuration, name: str, chance: random.Random, dropped: int
) -> None:
    header, rows = table_of(name)
    file, orders = read(shop, shop.channels, written_as(header, rows, range(len(header))))
    channel = shop.channels[file.source]
    whole = {order.number: order for order in orders}
    places = chance.sample(range(len(header)), len(header))
    needed = {*channel.recognise, *AMOUNTS}
    lost = {header[at] for at in [at for at in places if header[at] not in needed][:dropped]}
    mixed = shuffled_between_orders(rows, header.index(channel.number), chance)

    again, orders = read(
        shop, shop.channels, written_as(header, mixed, [at for at in places if header[at] not in lost])
    )

    assert (again.source, {order.number for order in orders}) == (channel.id, whole.keys())
    for order in orders:
        before = whole[order.number]
        assert known(order.order, channel.orders, lost) == known(before.order, channel.orders, lost)
        assert [known(line, channel.order_lines, lost) for line in order.lines] == [
            known(line, channel.order_lines, lost) for line in before.lines
        ]


def known(
    cells: Mapping[str, Value], sources: Mapping[str, Source | str], lost: set[str]
) -> dict[str, Value]:
    """Return the columns whose source stands in the file as a whole; of a receiver all or nothing."""
    gone = {name for name, written in sources.items() if lost & set(as_source(written).headers)}
    if any(name.startswith("ship_") for name in gone):
        gone |= {name for name in sources if name.startswith("ship_")}
    return {name: value for name, value in cells.items() if name not in gone}
