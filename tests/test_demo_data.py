"""The demo shop's goods, orders and files are what the practice page says, to the yen."""

from __future__ import annotations

from datetime import date

import pytest

from automations.app.arrivals import read_arrivals
from automations.app.configuration import BUNDLED, Configuration, load
from automations.app.demo.scenes import FIRST_FILES, PHONE_LINES, PHONE_ORDERS, SECOND_FILES
from automations.app.demo.shop_data import opening_rows, order_file
from automations.core.checks.barcodes import is_barcode
from automations.core.incoming import Incoming
from automations.core.values import Cells

# Order -> goods, shipping fee, fee, discount, total. Source: backoffice-practice 10.2.
AMOUNTS = {
    "KM-1001": (2808, 880, 0, 0, 3688),
    "KM-1002": (4104, 990, 0, 0, 5094),
    "KM-1003": (4536, 770, 0, 0, 5306),
    "KM-1004": (1080, 770, 0, 0, 1850),
    "KM-1005": (18144, 0, 0, 0, 18144),
    "KM-1006": (4968, 770, 330, 0, 6068),
    "KM-1007": (2160, 275, 330, 0, 2765),
    "KM-1008": (5500, 880, 330, 0, 6710),
    "KM-1009": (2808, 770, 250, 0, 3828),
    "KM-1010": (6600, 0, 250, 0, 6850),
    "KM-1011": (6600, 0, 0, 0, 6600),
    "KM-1012": (9072, 1870, 0, 0, 10942),
    "KM-1013": (3240, 1980, 0, 0, 5220),
    "KM-1014": (2592, 880, 0, 0, 3472),
    "KM-1015": (3240, 880, 0, 0, 4120),
    "KM-1016": (2592, 770, 0, 0, 3362),
    "KM-1017": (2592, 880, 0, 0, 3472),
    "KM-1018": (2160, 880, 0, 0, 3040),
    "KM-1019": (2160, 770, 0, 0, 2930),
    "KM-1020": (2160, 770, 0, 0, 2930),
    "KM-1021": (55000, 0, 0, 0, 55000),
    "KM-1022": (8856, 1320, 0, 0, 10176),
    "KM-1023": (3240, 880, 0, 0, 4120),
    "KM-1024": (9172, 330, 0, 500, 9002),
    "KM-1025": (9720, 0, 0, 0, 9720),
}


@pytest.fixture(scope="module")
def bundled() -> Configuration:
    return load(BUNDLED / "sheets_schema")


@pytest.fixture(scope="module")
def arrived(bundled: Configuration) -> Incoming:
    return read_arrivals(FIRST_FILES, bundled)


@pytest.fixture(scope="module")
def orders(arrived: Incoming) -> dict[str, tuple[Cells, list[Cells]]]:
    """Every one of the 25 orders with its lines: history, files, and those taken by phone."""
    rows = opening_rows()
    typed = [*rows["orders"], *PHONE_ORDERS]
    lines = [*rows["order_lines"], *PHONE_LINES]
    found = {order.number: (order.order, list(order.lines)) for order in arrived.orders}
    for order in typed:
        key = order.get("order_id")
        if key is not None:
            found[str(key)] = (order, [line for line in lines if line["order_id"] == key])
    return found


def _yen(cells: Cells, column: str) -> int:
    value = cells.get(column) or 0
    assert isinstance(value, int)
    return value


@pytest.mark.parametrize("key", AMOUNTS)
def test_amounts_are_those_of_the_practice_page(
    key: str, orders: dict[str, tuple[Cells, list[Cells]]]
) -> None:
    order, lines = orders[key]
    goods, shipping, fee, discount, total = AMOUNTS[key]
    assert [_yen(order, name) for name in ("goods_total", "shipping_fee", "fee", "discount", "total")] == [
        goods, shipping, fee, discount, total,
    ]  # fmt: skip
    assert goods + shipping + fee - discount == total
    assert sum(_yen(line, "unit_price") * _yen(line, "qty") for line in lines) == goods


def test_all_25_orders_are_there_and_no_other(orders: dict[str, tuple[Cells, list[Cells]]]) -> None:
    assert set(orders) == set(AMOUNTS)


def test_order_files_read_without_a_finding(arrived: Incoming) -> None:
    assert [file.source for file in arrived.files] == ["shopify", "daicho"]
    assert [finding.code for order in arrived.orders for finding in order.findings] == []


def test_shopify_file_has_its_79_columns_and_order_values_on_the_first_row_only() -> None:
    header, *_ = order_file("orders_export_1.csv").decode().splitlines()
    assert len(header.split(",")) == 79
    assert b"\nKM-1022,hashimoto@example.com,,,," in order_file("orders_export_1.csv")


def test_other_file_is_written_as_japanese_office_programs_write_it() -> None:
    _, content = FIRST_FILES[1]
    assert content.decode("cp932").startswith("受注番号,")


def test_delivery_wish_and_noshi_come_from_the_note_attributes(
    orders: dict[str, tuple[Cells, list[Cells]]],
) -> None:
    gift = orders["KM-1011"][0]
    assert gift["requested_on"] == date(2026, 12, 5)
    assert (gift["requested_time"], gift["noshi"], gift["noshi_name"]) == ("14-16", "御歳暮 内のし", "佐々木")
    assert gift["ship_name"] == "森下 徹"


def test_order_to_two_places_names_the_second_on_its_line(
    orders: dict[str, tuple[Cells, list[Cells]]],
) -> None:
    order, lines = orders["KM-1012"]
    assert (order["buyer_name"], order["ship_name"]) == ("松本 一郎", "松本 良子")
    assert [line.get("ship_name") for line in lines] == [None, "松本 健太"]


def test_foreign_order_and_broken_file_are_refused_with_a_reason(bundled: Configuration) -> None:
    second = read_arrivals(SECOND_FILES, bundled)
    codes = {finding.code for finding in second.findings}
    assert "KM-1027" not in {order.number for order in second.orders}
    assert "" in {file.source for file in second.files}
    assert "other-currency" in codes


def test_people_of_the_demo_are_nobody(orders: dict[str, tuple[Cells, list[Cells]]]) -> None:
    for order, _ in orders.values():
        assert (
            str(order.get("buyer_email") or "").endswith("@example.com") or order.get("buyer_email") == "不要"
        )
        assert "0000" in str(order.get("buyer_phone")) or order.get("buyer_phone") == "025800000"


def test_product_barcodes_have_right_check_digits() -> None:
    codes = [str(product["jan"]) for product in opening_rows()["products"] if product.get("jan")]
    assert len(codes) == 12
    assert all(is_barcode(code) for code in codes)
