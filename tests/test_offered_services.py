"""Which delivery methods a new workbook offers, and what becomes of one that it does not offer."""

from pathlib import Path

import pytest
from hand_shop import HandShop
from openpyxl import load_workbook

from automations.app.configuration import load
from automations.app.shops import offered


@pytest.fixture
def shop(tmp_path: Path) -> HandShop:
    return HandShop(tmp_path)


def test_a_new_workbook_offers_services_of_the_carriers_in_use(shop: HandShop) -> None:
    sheet = load_workbook(shop.folder / "ledger.xlsx")["Orders"]
    lists = [rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    assert any("TA-Q-BIN" in values for values in lists)
    assert not any("Hikyaku" in values or "Click Post" in values for values in lists)


def test_a_shop_without_carriers_is_offered_all(shop: HandShop) -> None:
    settings = shop.folder / "shop.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.partition("\ncarriers:")[0] + "\n", encoding="utf-8")
    services = set(offered(load(shop.folder))["orders"].columns["service_wish"].choices)
    assert {"takkyubin", "hikyaku", "click_post"} <= services


def test_a_service_that_is_not_offered_still_gets_its_reason(shop: HandShop) -> None:
    shop.type_order(service_wish="飛脚宅配便")
    shop.run("2026-11-24 10:00")
    (parcel,) = shop.ledger()["shipments"]
    assert parcel.text("carrier") == "yamato"
    assert "The shop does not ship with Sagawa." in parcel.text("service_reason")
