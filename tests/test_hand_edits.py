"""What people do to the workbook between runs: nothing is lost, done twice or left unsaid."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hand_shop import HandShop, read_snapshot

from automations.app.doctor import examine
from automations.app.tell import print_outcome
from automations.books.xlsx import CellEdit


@pytest.fixture
def shop(tmp_path: Path) -> HandShop:
    return HandShop(tmp_path / "shop")


def test_a_line_that_waits_for_its_order_number_is_told_and_written_once(shop: HandShop) -> None:
    shop.type("order_lines", sku="K-001", qty=1)
    shop.run("2026-11-24 09:00")
    outcome = shop.run("2026-11-24 09:10")
    assert outcome.plan.is_empty
    assert "missing-cell" in {finding.code for finding in outcome.findings}


def test_what_is_told_of_a_waiting_line_stays_when_a_parcel_is_handed_over(shop: HandShop) -> None:
    shop.type("order_lines", order_id="9999", sku="K-001", qty=1)
    shop.type_order("1001")
    assert shop.run("2026-11-24 09:00").delivered.files
    assert shop.run("2026-11-24 09:00").plan.is_empty


def test_an_order_typed_without_number_goes_all_the_way(shop: HandShop) -> None:
    shop.type_order("")
    shop.run("2026-11-24 09:00")
    shop.carrier_issues_labels("2026-11-24")
    for moment in ("2026-11-24 16:00", "2026-11-27 09:00", "2026-11-29 09:00", "2026-12-10 09:00"):
        shop.run(moment)
    ledger = shop.ledger()
    assert ledger["orders"]["H-00001"].text("status") == "posted"
    written = sorted(mail.text("template") for mail in ledger["mails"] if mail.text("state") == "written")
    assert written == ["follow_up", "order_confirmation", "shipped", "thank_you"]
    assert ledger["stock"]["K-001"].number_of("on_hand") == 9


def test_an_order_typed_without_number_waits_at_once_for_a_day_that_cannot_be_read(shop: HandShop) -> None:
    shop.type_order("", requested_on="next tuesday")
    outcome = shop.run("2026-11-24 09:00")
    order = outcome.after["orders"]["H-00001"]
    assert order.text("intake") == "incomplete"
    assert order.text("errors").startswith("Deliver on: This is not a date.")
    assert not outcome.delivered.files
    assert shop.run("2026-11-24 09:05").plan.is_empty


def test_an_order_typed_with_its_number_but_no_day_counts_from_the_run_that_first_saw_it(
    shop: HandShop,
) -> None:
    shop.type_order("1001")
    shop.run("2026-11-24 09:00")
    shop.type_order("1002", ordered_at=None, buyer_name="中村 恒一", buyer_email="nakamura@example.com")
    shop.run("2026-11-24 15:00")
    ledger = shop.ledger()
    assert ledger["shipments"]["1002P1"].day("ship_on") == date(2026, 11, 25)
    assert "order_confirmation:1002" in ledger["mails"]


def test_undated_orders_of_the_old_sheet_start_no_mails(shop: HandShop) -> None:
    shop.type_order("1001", ordered_at=None)
    for moment in ("2026-11-24 09:00", "2026-11-24 09:10"):
        outcome = shop.run(moment)
        assert "order-undated" in {finding.code for finding in outcome.findings}
    assert len(shop.ledger()["mails"]) == 0


def test_a_card_order_by_phone_waits_for_its_approval_with_and_without_number(shop: HandShop) -> None:
    shop.type_order("", payment_method="カード", fee=None, total=1960)
    shop.run("2026-11-24 09:00")
    assert shop.ledger()["orders"]["H-00001"].text("credit_state") == "pending"


def test_a_parcel_whose_rows_were_deleted_is_not_handed_over_twice(shop: HandShop) -> None:
    shop.type_order()
    shop.run("2026-11-24 09:00")
    shop.empty("shipments", "1001P1")
    shop.empty("batches", "yamato-20261124-1")
    outcome = shop.run("2026-11-24 09:10")
    assert [batch.key for batch in shop.ledger()["batches"]] == []
    assert "already-instructed" in {finding.code for finding in outcome.findings}


def test_a_hold_of_a_deleted_order_lets_go_and_comes_back_with_it(shop: HandShop) -> None:
    shop.type_order(remark="のしをつけて")
    shop.run("2026-11-24 09:00")
    shop.empty("orders", "1001")
    shop.run("2026-11-24 09:10")
    assert shop.ledger()["holds"]["1001:remark"].text("state") == "released"
    shop.type(
        "orders", order_id="1001", buyer_name="北村 悦子", payment_method="代引", total=2290, remark="のし"
    )
    shop.run("2026-11-24 09:20")
    assert shop.ledger()["holds"]["1001:remark"].text("state") == "open"


def test_a_tracking_number_is_kept_while_its_lines_are_missing(shop: HandShop) -> None:
    shop.type_order()
    shop.run("2026-11-24 09:00")
    shop.empty("order_lines", "1001-1")
    shop.carrier_issues_labels("2026-11-24")
    shop.run("2026-11-24 16:00")
    parcel = shop.ledger()["shipments"]["1001P1"]
    assert (parcel.text("state"), parcel.text("tracking_number")[:9]) == ("instructed", "400001000")


def test_a_column_that_was_deleted_is_named_and_comes_back_at_the_end_or_anywhere(shop: HandShop) -> None:
    shop.type_order()
    columns = read_snapshot(shop.folder)["orders"].columns
    shop.edit("orders", *(CellEdit(1, columns[name], None) for name in ("next_step", "discount")))
    lines, healthy = examine(shop.folder, None, "en")
    assert healthy
    assert "△ the tab Orders lacks columns a run writes into: the next run adds Next step at its end" in lines
    assert (
        "△ the tab Orders has no columns Discount; they count as empty. Give a column you renamed its header back"
        in lines
    )
    ran = shop.run("2026-11-24 09:00")
    assert "has no columns Discount; they count as empty" in " ".join(str(note) for note in ran.notes)
    added = read_snapshot(shop.folder)["orders"].columns["next_step"]
    assert added == max(columns.values()) + 1
    assert shop.ledger()["orders"]["1001"].text("next_step") == "waiting for the tracking number"
    shop.edit("orders", CellEdit(1, added, None), CellEdit(1, added + 2, "next step"))
    shop.run("2026-11-24 09:10")
    assert read_snapshot(shop.folder)["orders"].columns["next_step"] == added + 2
    assert shop.ledger()["orders"]["1001"].text("next_step") == "waiting for the tracking number"


def test_a_remark_that_fills_its_cell_stops_no_other_order(shop: HandShop) -> None:
    shop.type_order(remark="あ" * 32_767)
    shop.type_order("1002", buyer_name="佐藤 花子", buyer_email="sato@example.com")
    shop.run("2026-11-24 09:00")
    ledger = shop.ledger()
    assert [order.text("status") for order in ledger["orders"]] == ["on_hold", "instructed"]
    assert ledger["holds"]["1001:remark"].text("evidence").endswith("あ…")
    shop.type("holds", "1001:remark", clear=True, cleared_by="木漏")
    shop.run("2026-11-24 09:10")
    assert shop.ledger()["orders"]["1001"].text("status") == "instructed"


def test_a_workbook_that_came_back_from_its_backup_is_told(
    shop: HandShop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.type_order()
    shop.run("2026-11-24 09:00")
    (shop.folder / "ledger.xlsx").unlink()
    outcome = shop.run("2026-11-24 09:05")
    print_outcome(outcome)
    assert "! The workbook ledger.xlsx was missing; ledger-" in capsys.readouterr().err


def test_an_order_a_person_set_to_shipped_is_not_shipped_again(shop: HandShop) -> None:
    shop.type_order(status="出荷済み")
    shop.run("2026-11-24 09:00")
    assert len(shop.ledger()["batches"]) == 0
    shop.type("orders", "1001", status=None)
    shop.run("2026-11-24 09:10")
    assert shop.ledger()["orders"]["1001"].text("status") == "instructed"


def test_a_copied_row_is_an_order_of_its_own(shop: HandShop) -> None:
    shop.type_order()
    shop.run("2026-11-24 09:00")
    shop.copy("orders", "1001", order_id="1002", buyer_name="佐藤 花子", buyer_email="sato@example.com")
    shop.copy("order_lines", "1001-1", order_id="1002", line_id=None)
    shop.run("2026-11-24 09:10")
    ledger = shop.ledger()
    assert [parcel.text("batch_id") for parcel in ledger["shipments"]] == [
        "yamato-20261124-1",
        "yamato-20261124-2",
    ]
    assert ledger["stock"]["K-001"].number_of("reserved") == 2


def test_a_product_code_corrected_in_its_capitals_goes_on_and_lines_that_name_it_are_told(
    shop: HandShop,
) -> None:
    shop.type("products", sku="k-003", name="玉露", price=2160, tax_rate=8)
    shop.type("stock", sku="k-003", counted_qty=5, counted_at="2026-11-20 09:00")
    shop.run("2026-11-24 10:00")
    shop.type("products", "k-003", sku="K-003")
    said = [
        finding for finding in shop.run("2026-11-24 10:10").findings if finding.value in ("k-003", "K-003")
    ]
    assert [(finding.code, finding.tab) for finding in said] == [("unknown-product", "stock")]
    assert "K-003; capital and small letters differ" in said[0].why.text("en")
