"""Orders move through their life, week by week, and the archive takes them away: the ledger stays small and quiet."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import year
from hand_shop import TOKYO, HandShop

from automations.app.archives import archive_book
from automations.app.archiving import archive
from automations.app.runner import open_shop, typed
from automations.core.ledger import Ledger
from automations.core.stock.shelf import on_hand

FIRST = date(2026, 11, 24)
ORDERS = ("1001", "1002", "1003")


def test_orders_go_their_whole_way_and_into_the_archive(tmp_path: Path):
    shop = HandShop(tmp_path / "shop")
    for week, number in enumerate(ORDERS):
        day = FIRST + timedelta(weeks=week)
        shop.type_order(number, ordered_at=f"{day} 08:00")
        shop.run(f"{day} 09:00")
        shop.carrier_issues_labels(str(day))
        shop.run(f"{day} 17:00")
        shop.run(f"{day + timedelta(days=1)} 09:00")
        _arrive(shop)
        shop.run(f"{day + timedelta(days=3)} 09:00")
    settled = shop.run("2027-01-20 09:00")
    assert [row.text("status") for row in settled.after["orders"]] == ["posted"] * 3
    hand = _hand(shop)
    assert _archived(shop, "2027-01-20 10:00") == 0, "they were closed too shortly ago"
    assert _archived(shop, "2027-04-30 10:00") == 3
    ledger = shop.ledger()
    assert {tab: len(ledger[tab]) for tab in ("orders", "order_lines", "shipments", "mails", "batches")} == {
        "orders": 0, "order_lines": 0, "shipments": 0, "mails": 0, "batches": 0,
    }  # fmt: skip
    assert _hand(shop) == hand
    assert shop.run("2027-04-30 11:00").plan.is_empty, "nothing comes back"
    there = _archive_of(shop)
    assert sorted(row.key for row in there["orders"]) == list(ORDERS)
    assert {row.text("template") for row in there["mails"]} >= {"order_confirmation", "shipped"}


def _arrive(shop: HandShop) -> None:
    for parcel in shop.ledger()["shipments"]:
        if parcel.text("state") == "shipped":
            shop.type("shipments", parcel.key, arrived=True)


def _hand(shop: HandShop) -> dict[str, int]:
    ledger = shop.ledger()
    return on_hand(ledger["stock"], ledger["movements"])[0]


def _archived(shop: HandShop, moment: str) -> int:
    done = archive(shop.folder, now=datetime.fromisoformat(moment).replace(tzinfo=TOKYO))
    return sum(done.departure.orders.values())


def _archive_of(shop: HandShop) -> Ledger:
    opened = open_shop(shop.folder)
    return typed(opened, archive_book(opened.configuration, "2026").read(), None)


def test_a_small_year_leaves_the_ledger_as_small_as_at_its_beginning(capsys: pytest.CaptureFixture[str]):
    gone = year.simulate(year.Span(orders_a_day=2, days=112, round_days=7, archive_days=14))
    first, last = gone.measured
    assert gone.shop.rows.orders == 2 * 112
    for tab in ("orders", "order_lines", "shipments", "mails", "movements", "holds"):
        assert last.rows[tab] <= first.rows[tab] * 1.2, tab
    assert last.file_bytes < first.file_bytes * 1.3
    assert "archives: 1" in capsys.readouterr().out
