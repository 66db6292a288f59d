"""A header that stands twice, or is gone: what rests on the column stays as it is, and everything else goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand_shop import HandShop

from automations.app.runner import Outcome
from automations.books.xlsx import CellEdit
from automations.core.ledger import Ledger

MORNING, LATER, EVENING = "2026-11-24 10:00", "2026-11-24 11:00", "2026-11-24 17:00"


class Desk(HandShop):
    """A shop where people also type into the header row."""

    def header(self, tab: str, column: str, text: str | None) -> None:
        sheet = self._sheet(tab)
        self.edit(tab, CellEdit(sheet.header_row, self.places[tab, column], text))

    def remember(self, *places: tuple[str, str]) -> None:
        self.places = {(tab, column): self._sheet(tab).columns[column] for tab, column in places}

    def header_twice(self, tab: str, column: str) -> None:
        sheet = self._sheet(tab)
        label = self._shop.configuration.schema[tab].columns[column].label.en
        self.edit(
            tab, CellEdit(sheet.header_row, max(*sheet.columns.values(), *sheet.unknown.values()) + 1, label)
        )


@pytest.fixture
def shop(tmp_path: Path) -> Desk:
    """Give a shop with an order that may ship and one whose phone number cannot be right."""
    shop = Desk(tmp_path / "shop")
    shop.type_order("1001")
    shop.type_order("1002", buyer_phone="1", buyer_name="佐藤 花子", buyer_address="神戸市中央区三宮町9-3-5")
    shop.remember(("orders", "buyer_phone"), ("orders", "memo"))
    return shop


def open_holds(ledger: Ledger) -> set[tuple[str, str]]:
    return {
        (hold.text("order_id"), hold.text("reason"))
        for hold in ledger["holds"]
        if hold.text("state") == "open"
    }


def told(outcome: Outcome, code: str) -> list[str]:
    return [f"{one.tab}.{one.column}" for one in outcome.findings if one.code == code]


def test_a_hold_stays_when_the_column_it_was_decided_by_is_gone(shop: Desk):
    shop.run(MORNING)
    held = open_holds(shop.ledger())
    assert {order for order, _ in held} == {"1002"}
    shop.header("orders", "buyer_phone", "Telephone (old)")
    outcome = shop.run(LATER)
    assert told(outcome, "header-gone") == ["orders.buyer_phone"]
    assert open_holds(shop.ledger()) == held
    shop.header("orders", "buyer_phone", "Buyer's phone")
    assert open_holds(shop.ledger()) == held


def test_nothing_ships_that_was_not_looked_at_while_a_column_is_gone(shop: Desk):
    shop.run(MORNING)
    shop.header("orders", "buyer_phone", "Telephone (old)")
    shop.type("orders", "", order_id="1003", buyer_name="田中 一郎")
    shop.run(LATER)
    ledger = shop.ledger()
    assert {row.text("order_id") for row in ledger["shipments"]} <= {"1001", "1002"}
    assert ledger["orders"]["1001"].text("status") == "instructed"


def test_the_rest_of_the_run_goes_on_while_a_column_is_gone(shop: Desk):
    shop.run(MORNING)
    shop.header("orders", "buyer_phone", "Telephone (old)")
    shop.carrier_issues_labels("2026-11-24")
    shop.run(EVENING)
    assert shop.ledger()["orders"]["1001"].text("status") == "shipped"


def test_a_column_that_no_run_ever_saw_only_counts_as_empty(shop: Desk):
    shop.header("orders", "memo", None)
    outcome = shop.run(MORNING)
    assert told(outcome, "header-gone") == []
    assert shop.ledger()["orders"]["1001"].text("status") == "instructed"


def test_neither_of_two_columns_with_one_header_is_read_or_written(shop: Desk):
    shop.run(MORNING)
    held = open_holds(shop.ledger())
    shop.header_twice("orders", "buyer_phone")
    outcome = shop.run(LATER)
    assert told(outcome, "header-twice") == ["orders.buyer_phone"]
    ledger = shop.ledger()
    assert open_holds(ledger) == held
    assert {row.get("buyer_phone") for row in ledger["orders"]} == {None}
    assert told(shop.run(LATER), "header-twice") == ["orders.buyer_phone"]


def test_orders_that_are_there_go_on_when_only_a_remark_stands_twice(shop: Desk):
    shop.header_twice("orders", "memo")
    outcome = shop.run(MORNING)
    assert told(outcome, "header-twice") == ["orders.memo"]
    assert shop.ledger()["orders"]["1001"].text("status") == "instructed"


@pytest.mark.parametrize("column", ["status", "status_set"])
def test_of_a_doubled_status_nobody_takes_it_that_a_person_set_it(shop: Desk, column: str):
    shop.header_twice("orders", column)
    outcome = shop.run(MORNING)
    assert told(outcome, "header-twice") == [f"orders.{column}"]
    assert len(shop.ledger()["shipments"]) == 0


def test_mails_wait_when_the_wishes_of_people_for_them_stand_twice(shop: Desk):
    shop.header_twice("mails", "wish")
    outcome = shop.run(MORNING)
    assert told(outcome, "header-twice") == ["mails.wish"]
    assert not list((shop.folder / "outbox").glob("*.eml"))
    assert shop.ledger()["orders"]["1001"].text("status") == "instructed"
