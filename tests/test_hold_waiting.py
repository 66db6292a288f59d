"""An order that waited too long and moves on: its warning goes in the same run."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand_shop import HandShop


@pytest.fixture
def shop(tmp_path: Path) -> HandShop:
    return HandShop(tmp_path / "shop")


def test_warning_of_a_long_wait_comes_after_days_and_goes_when_the_order_moves_on(shop: HandShop):
    shop.type_order("1001", remark="玄関先に置いてください")
    shop.run("2026-11-24 10:00")
    assert "1001:too_long" not in shop.ledger()["holds"]
    shop.run("2026-11-30 10:00")
    warned = shop.ledger()["holds"]["1001:too_long"]
    assert (warned.text("state"), warned.text("severity")) == ("open", "warn")
    assert warned.text("evidence") == "On hold since Tue 24 Nov"
    assert shop.ledger()["holds"]["1001:too_long"].text("evidence") == "On hold since Tue 24 Nov"
    shop.type("holds", "1001:remark", clear=True, cleared_by="木漏")
    shop.run("2026-12-01 10:30")
    assert shop.ledger()["orders"]["1001"].text("status") == "instructed"
    assert shop.ledger()["holds"]["1001:too_long"].text("state") == "released"
    assert shop.run("2026-12-01 10:35").plan.is_empty
