"""The printed lists: right sums, right order, nothing a customer typed can act."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from carriers_shop import CONFIGURATION, NOW, shipment

from automations.core.ledger import Ledger, Row, Table
from automations.files.lists import instruction_list, picking_list

BATCH = Row("batches", "yamato-20261124-1", {"carrier": "yamato", "ship_on": NOW.date(), "parcels": 2})
SHIPMENTS = [
    shipment(shipment_id="S1", order_id="1", cod_amount=6068, requested_time="am", noshi="御歳暮 内のし"),
    shipment(shipment_id="S2", order_id="2", ship_name="<script>alert(1)</script>"),
]


def ledger(language: str = "en") -> Ledger:
    rows: dict[str, list[Row]] = {
        "orders": [Row("orders", "1", {"remark": "<b>急ぎ</b>", "noshi_name": "佐々木"}), Row("orders", "2", {})],
        "order_lines": [
            Row("order_lines", "1-1", {"shipment_id": "S1", "sku": "K-001", "qty": 3, "reserved": "K-001/B2/L1*2, K-001/A1*1"}),
            Row("order_lines", "2-1", {"shipment_id": "S2", "sku": "K-011", "qty": 1, "reserved": "K-001/A1*1, K-007*1"}),
        ],
        "products": [Row("products", "K-001", {"name": "宇治煎茶「朝露」", "jan": "2026010000104"})],
        "stock": [Row("stock", "K-001/B2/L1", {"expires_on": NOW.date()})],
    }  # fmt: skip
    tables = {name: Table(tab, rows.get(name, [])) for name, tab in CONFIGURATION.schema.items()}
    return Ledger(CONFIGURATION.schema, tables, NOW, language=language)


def cells(page: str) -> list[list[str]]:
    """Return the cells of every table row, without markup."""
    return [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", page)
    ]


def test_picking_list_sums_all_parcels_and_follows_the_shelves() -> None:
    assert cells(picking_list(BATCH, SHIPMENTS, ledger()))[1:] == [
        ["☐", "", "K-007", "", "", "", "", "1"],
        ["☐", "A1", "K-001", "宇治煎茶「朝露」", "2026010000104", "", "", "2"],
        ["☐", "B2", "K-001", "宇治煎茶「朝露」", "2026010000104", "L1", "2026-11-24", "2"],
        ["Total", "5"],
    ]


def test_instruction_list_names_what_the_packer_must_not_miss() -> None:
    page = instruction_list(BATCH, SHIPMENTS, ledger("ja"))
    for text in (
        "S1",
        "〒980-0811 宮城県仙台市青葉区一番町9-77-3",
        "宅急便",
        "午前中",
        "6,068",
        "御歳暮 内のし",
        "佐々木",
        "宇治煎茶「朝露」",
    ):
        assert text in page


@pytest.mark.parametrize("make", [picking_list, instruction_list])
def test_pages_hold_nothing_that_acts_and_fetch_nothing(make: Callable[..., str]) -> None:
    page = make(BATCH, SHIPMENTS, ledger())
    assert "<script" not in page
    assert "<b>" not in page
    assert not re.search(r"(src|href)=|url\(|https?:", page)


def test_typed_markup_is_shown_as_it_was_typed() -> None:
    page = instruction_list(BATCH, SHIPMENTS, ledger())
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;急ぎ&lt;/b&gt;" in page


@pytest.mark.parametrize(("language", "title"), [("ja", '<html lang="ja">'), ("en", '<html lang="en">')])
def test_pages_are_in_the_shops_language(language: str, title: str) -> None:
    assert title in picking_list(BATCH, SHIPMENTS, replace(ledger(), language=language))


def test_a_parcel_of_two_orders_names_both_and_what_each_customer_wrote() -> None:
    shared = shipment(shipment_id="S1", order_id="2", with_orders="1")
    page = instruction_list(BATCH, [shared], ledger())
    assert "2, 1" in page
    assert "急ぎ" in page
