"""`daicho mail check` on a shop of its own: what it reads, what it lets pass, where it says the slip stands."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hand_shop import TOKYO, HandShop

from automations.app.mail_check import check_mails
from automations.core.plan import Finding

NOW = datetime(2026, 11, 24, 10, tzinfo=TOKYO)


@pytest.fixture
def shop(tmp_path: Path) -> HandShop:
    return HandShop(tmp_path)


def checked(shop: HandShop) -> tuple[Finding, ...]:
    return check_mails(shop.folder, NOW, "en").findings


def put(shop: HandShop, name: str, text: str) -> None:
    path = shop.folder / "mail_templates" / "en" / f"{name}.txt.j2"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_bundled_mails_pass_for_samples_and_a_real_order(shop: HandShop) -> None:
    shop.type_order()
    assert checked(shop) == ()


def test_slip_is_told_once_with_file_and_line(shop: HandShop) -> None:
    shop.type_order("1001")
    shop.type_order("1002")
    put(shop, "order_confirmation", "Subject: Thanks\n\nDear {{ addressee }},\n\nhere is a coupon\n")
    (slip,) = checked(shop)
    assert (slip.code, slip.key) == ("mail-sells", "mail_templates/en/order_confirmation.txt.j2:5")


def test_value_a_real_order_lacks_is_told_at_that_order(shop: HandShop) -> None:
    shop.type_order("1001")
    shop.type_order("1002", goods_total=None)
    put(
        shop,
        "order_confirmation",
        "Subject: Thanks\n\n{{ addressee }}\n{{ order.goods_total | price }}\n",
    )
    assert ("mail-incomplete", "orders", "1002") in {
        (found.code, found.tab, found.key) for found in checked(shop)
    }


def test_broken_template_is_told_and_the_others_are_still_read(shop: HandShop) -> None:
    put(shop, "shipped", "Subject: {{ order.colour }}\n\nHello\n")
    put(shop, "thank_you", "Subject: Thanks\n\nDear {{ addressee }}, TODO\n")
    assert {found.code for found in checked(shop)} == {"template-value", "mail-placeholder"}
