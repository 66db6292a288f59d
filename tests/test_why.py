"""What `daicho why` says of an order that waits for a person."""

import re
from datetime import datetime
from pathlib import Path

from hand_shop import TOKYO, HandShop

from automations.app.why import explain


def test_a_tracking_number_that_waits_for_a_decision_is_told_with_its_place(tmp_path: Path) -> None:
    shop = HandShop(tmp_path)
    settings = tmp_path / "shop.yaml"
    settings.write_text(
        re.sub(
            r"^carriers:$", "carriers:\n  click_post: {}", settings.read_text("utf-8"), flags=re.MULTILINE
        ),
        encoding="utf-8",
    )
    shop.type("products", "K-001", mailbox=True, thickness_mm=10)
    shop.type_order(
        service_wish="クリックポスト",
        payment_method="クレジットカード",
        credit_state="与信OK",
        fee=None,
        total=1960,
    )
    shop.run("2026-11-24 10:00")
    listed = "お問い合わせ番号,お届け先氏名\n601000000011,北村 悦子\n"
    (tmp_path / "inbox" / "click.csv").write_text(listed, encoding="utf-8")
    shop.run("2026-11-24 15:00")
    said = explain(tmp_path, "1001", datetime(2026, 11, 24, 15, 10, tzinfo=TOKYO), "en")
    (parcel,) = shop.ledger()["shipments"]
    assert (
        "! A tracking number waits for a person's decision: 601000000011 (the only number for this name)"
        in said
    )
    assert f"choose right or wrong in Decision on no.. (Shipments {parcel.key})" in said
    shop.type("shipments", parcel.key, number_choice="right")
    shop.run("2026-11-24 15:20")
    assert "waits for a person's decision" not in explain(
        tmp_path, "1001", datetime(2026, 11, 24, 15, 30, tzinfo=TOKYO), "en"
    )
