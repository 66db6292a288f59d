"""Each carrier's file, byte for byte, and what must hold for every label."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from carriers_shop import CONFIGURATION, FOLDER, NOW, carrier, label, shipment, shipments_of
from hypothesis import given, settings
from hypothesis import strategies as st

from automations import instruct_shipping
from automations.core.errors import LedgerRefused
from automations.core.ledger import Ledger, Row, Table
from automations.core.shipping.batches import MOST_PARCELS
from automations.core.shipping.flows import width_of
from automations.core.shipping.layouts import encode, freeze, thaw
from automations.core.values import Cells
from automations.files.shipping import batch_files


def file_of(name: str) -> bytes:
    of = carrier(name)
    labels = [label(row, of) for row in shipments_of(name)]
    assert not [problem for made in labels for problem in made.problems]
    return encode(of.file, [column.name for column in of.columns], [made.fields for made in labels])


@pytest.mark.parametrize("name", ["yamato", "sagawa", "click_post"])
def test_file_is_exactly_what_the_carrier_expects(name: str, request: pytest.FixtureRequest) -> None:
    expected = FOLDER / f"{name}.expected.csv"
    content = file_of(name)
    encoding = carrier(name).file.encoding
    if request.config.getoption("--update-cases"):
        expected.write_bytes(content.decode(encoding).replace("\r\n", "\n").encode())
    assert content == expected.read_text(encoding="utf-8").replace("\n", "\r\n").encode(encoding)


def test_every_service_of_the_bundled_carrier_is_in_the_comparison() -> None:
    assert {row.text("service") for row in shipments_of("yamato")} == set(carrier("yamato").services)


def test_yamato_file_is_cp932_with_95_columns_in_every_row() -> None:
    rows = file_of("yamato").decode("cp932").split("\r\n")
    assert rows.pop() == ""
    assert {row.count(",") for row in rows} == {94}


HOSTILE = st.text(
    alphabet=st.one_of(
        st.sampled_from(
            "東京都渋谷区神宮前 　9-88—、=+@\t\n\r𠮷鷗①㈱髙〜−¥é😀が\u3099\u200b\U000e0100ｱｶﾞ\x00\ue000"
        ),
        st.characters(),
    ),
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(
    texts=st.fixed_dictionaries(
        dict.fromkeys(
            ("ship_name", "ship_company", "ship_address", "ship_building", "contents", "handling"), HOSTILE
        )
    ),
    service=st.sampled_from(sorted(carrier("yamato").services)),
)
def test_no_field_is_wider_than_its_column_and_every_byte_reads_back(
    texts: dict[str, str], service: str
) -> None:
    of = carrier("yamato")
    usual = shipment(service=service, cod_amount=2000 if "collect" in service else None, cod_tax=148)
    row = usual.with_cells(texts, "A1")
    made = label(row, of)
    assert bool(made.fields) != bool(made.problems)
    for column, text in zip(of.columns, made.fields, strict=False):
        assert not column.width or width_of(text, of.file) == len(text.encode("cp932")) <= column.width
        assert text.encode("cp932").decode("cp932") == text
        assert not text.startswith(tuple("=+-@＝＋－＠\t\r"))
        assert "\n" not in text
        assert "\r" not in text


@settings(max_examples=100, deadline=None)
@given(words=st.lists(st.text("東京都渋谷区abc12ー、", min_size=1, max_size=14), min_size=1, max_size=6))
def test_text_that_runs_on_loses_nothing_but_spaces(words: list[str]) -> None:
    for of in (carrier("yamato"), carrier("sagawa"), carrier("click_post")):
        row = shipment(
            carrier=of.id, service=next(iter(of.services)), ship_address=" ".join(words), contents="茶"
        )
        made = label(row, of)
        lines = [
            text
            for column, text in zip(of.columns, made.fields, strict=False)
            if column.field.startswith("ship_lines")
        ]
        if made.fields:
            plain = "".join(lines).replace(" ", "").replace("\u3000", "")
            typed = "宮城県" + "".join(words)
            assert plain in (typed, typed.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)}))


@given(st.lists(st.text(max_size=5), max_size=95))
def test_frozen_fields_thaw_to_the_same_row(fields: list[str]) -> None:
    assert thaw(freeze(fields), len(fields)) == tuple(fields)


@pytest.mark.parametrize("text", ["", "[]", '{"0":"x"}', '{"96":"x"}', '{"1":5}', '{"a":"x"}', "{"])
def test_edited_label_fields_are_not_taken_for_a_label(text: str) -> None:
    assert thaw(text, 95) is None


def ledger(parcels: int) -> Ledger:
    """Return a ledger with so many parcels ready to go."""
    rows: dict[str, list[Row]] = {name: [] for name in CONFIGURATION.schema}
    for number in range(1, parcels + 1):
        order = {
            "order_id": f"{number}",
            "status": "allocated",
            "payment_method": "cod",
            "buyer_name": "高橋 健一",
        }
        line = {
            "line_id": f"{number}-1",
            "order_id": f"{number}",
            "sku": "K-001",
            "qty": 1,
            "allocated_qty": 1,
        }
        rows["orders"].append(Row("orders", f"{number}", dict(order)))
        rows["order_lines"].append(Row("order_lines", f"{number}-1", {**line, "shipment_id": f"S{number}"}))
        rows["shipments"].append(shipment(shipment_id=f"S{number}", order_id=f"{number}"))
    tables = {name: Table(tab, rows[name]) for name, tab in CONFIGURATION.schema.items()}
    return Ledger(CONFIGURATION.schema, tables, NOW, language="en")


SETTINGS = instruct_shipping.Settings(CONFIGURATION.shop, CONFIGURATION.carriers, CONFIGURATION.payments)


def instructed(parcels: int, max_rows: int = 0) -> Ledger:
    yamato = carrier("yamato")
    limited = replace(yamato, file=replace(yamato.file, max_rows=max_rows))
    before = ledger(parcels)
    return before.apply(instruct_shipping.plan(before, replace(SETTINGS, carriers={"yamato": limited})))


def test_a_carriers_row_limit_gives_the_batch_a_second_file() -> None:
    after = instructed(5, max_rows=2)
    batch = after["batches"]["yamato-20261124-1"]
    limited = replace(carrier("yamato"), file=replace(carrier("yamato").file, max_rows=2))
    files = batch_files(batch, after["shipments"].rows, {"yamato": limited})
    assert {name: content.count(b"\r\n") - 1 for name, content in files.items()} == {
        "shipping/yamato-20261124-1-1of3.csv": 2,
        "shipping/yamato-20261124-1-2of3.csv": 2,
        "shipping/yamato-20261124-1-3of3.csv": 1,
    }


def test_the_parcels_of_a_batch_fit_into_one_cell() -> None:
    batches = instructed(MOST_PARCELS + 1)["batches"]
    assert [batch.number_of("parcels") for batch in batches] == [MOST_PARCELS, 1]


def test_the_file_of_a_batch_is_made_again_from_the_ledger_alone_in_any_row_order() -> None:
    after = instructed(3)
    batch = after["batches"].rows[0]
    first = batch_files(batch, after["shipments"].rows, CONFIGURATION.carriers)
    assert batch_files(batch, after["shipments"].rows[::-1], CONFIGURATION.carriers) == first
    assert [line.split(",")[0] for line in next(iter(first.values())).decode("cp932").splitlines()] == [
        "お客様管理番号",
        "S1",
        "S2",
        "S3",
    ]


def test_a_later_change_of_the_parcel_does_not_reach_its_label() -> None:
    after = instructed(1)
    batch = after["batches"].rows[0]
    moved = [
        row.with_cells({"ship_address": "福岡市中央区天神9-11-15"}, row.key) for row in after["shipments"]
    ]
    assert batch_files(batch, moved, CONFIGURATION.carriers) == batch_files(
        batch, after["shipments"].rows, CONFIGURATION.carriers
    )


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param({"label_fields": '{"1":"S1"}'}, id="label edited"),
        pytest.param({"label_fields": None}, id="label gone"),
        pytest.param({"label_fields": '{"1":"😀"}'}, id="label with a character the carrier lacks"),
    ],
)
def test_a_file_that_would_differ_from_the_instructed_one_is_refused(cells: Cells) -> None:
    after = instructed(1)
    edited = [row.with_cells(cells, row.key) for row in after["shipments"]]
    with pytest.raises(LedgerRefused, match="batch-changed"):
        batch_files(after["batches"].rows[0], edited, CONFIGURATION.carriers)


def test_a_batch_whose_parcel_row_is_gone_is_refused() -> None:
    after = instructed(2)
    with pytest.raises(LedgerRefused, match="S2"):
        batch_files(after["batches"].rows[0], after["shipments"].rows[:1], CONFIGURATION.carriers)


def test_an_overdue_parcel_gets_todays_ship_day_on_its_label() -> None:
    before = ledger(1)
    late = before["shipments"].rows[0].with_cells({"ship_on": NOW.date() - timedelta(days=3)}, "S1")
    tables = {**before.tables, "shipments": Table(CONFIGURATION.schema["shipments"], [late])}
    after = replace(before, tables=tables)
    after = after.apply(instruct_shipping.plan(after, SETTINGS))
    fields = thaw(after["shipments"]["S1"].text("label_fields"), 95)
    assert fields
    assert fields[4] == "2026/11/24"
