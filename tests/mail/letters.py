"""Ledgers in miniature for the tests of mails, made from the columns a test names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from stories import Story, configuration_of, ledger_of

from automations.app.configuration import Configuration
from automations.app.services import services_of
from automations.core.ledger import Ledger
from automations.core.mails.occasions import Compose, Composed, Occasion, Occasions

HEAD = "order_id,buyer_name,buyer_email,payment_method,ordered_at,arrived_on,goods_total,shipping_fee,total"
PLAIN = "1001,山本 さくら,sakura@example.com,card,2026-11-18 10:12,2026-11-22,2160,880,3040"
PLACE = "buyer_postcode,buyer_prefecture,buyer_address,buyer_building"
AT_HOME = "1500001,東京都,渋谷区神宮前9-88-7,神宮前荘202"
LINES = "line_id,order_id,sku,product_name,qty,unit_price\n1001-1,1001,K-001,宇治煎茶「朝露」100g,2,1080\n"
PARCEL = (
    "shipment_id,order_id,state,tracking_number,shipped_on,carrier,service,ship_name,ship_address,cod_amount\n"
    "1001A,1001,shipped,000000000011,2026-11-20,yamato,takkyubin,山本 さくら,渋谷区神宮前9-88-7,\n"
)


def one_order(more: Mapping[str, str] | None = None, place: str = AT_HOME) -> str:
    """Return the order tab with one order; ``more`` replaces or adds columns."""
    cells = dict(zip(f"{HEAD},{PLACE}".split(","), f"{PLAIN},{place}".split(","), strict=True)) | dict(
        more or {}
    )
    return ",".join(cells) + "\n" + ",".join(f'"{value}"' for value in cells.values()) + "\n"


@cache
def _configuration(language: str, settings: str) -> Configuration:
    return configuration_of(Story("a letter", {"language": language, "settings": settings}))


class Desk:
    """One shop with one order in one language, and what its composer makes of it."""

    def __init__(
        self, language: str = "ja", settings: str = "{}", now: str = "2026-11-24 10:00", **tabs: str
    ) -> None:
        tabs = {"orders": one_order(), "order_lines": LINES, "shipments": PARCEL, **tabs}
        options = {
            "now": now,
            "run": "queue_mails",
            "language": language,
            "settings": settings,
        }
        story = Story("a letter", options, {f"{tab}.csv": body for tab, body in tabs.items()})
        self.configuration = _configuration(language, settings)
        self.ledger: Ledger = ledger_of(story, self.configuration)
        compose = services_of(self.configuration)["compose"]
        assert callable(compose)
        self.compose: Compose = compose

    def occasion(self, mail: str, shipment: str = "1001A") -> Occasion:
        occasions = Occasions(self.ledger, self.configuration)
        kind = self.configuration.mails[mail]
        parcel = self.ledger["shipments"].get(shipment) if kind.per == "shipment" else None
        return occasions.of(kind, self.ledger["orders"]["1001"], parcel)

    def letter(self, mail: str, shipment: str = "1001A") -> Composed:
        made = self.compose(self.occasion(mail, shipment))
        assert isinstance(made, Composed), made
        return made

    def text(self, mail: str, shipment: str = "1001A") -> str:
        return self.letter(mail, shipment).text


def without_payment(occasion: Occasion) -> Occasion:
    return replace(occasion, payment=None)
