"""A working day of a shop whose ledger is a Google spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import google_desk
from google_ledger import new_spreadsheet
from small_ledger import TOKYO

from automations.app.configuration import load
from automations.app.demo.shop_data import SHOP
from automations.app.runner import Outcome, open_shop, read_ledger, run
from automations.app.shops import init_shop
from automations.core.ledger import Ledger
from automations.core.values import Cells

NOW = datetime(2026, 11, 24, 10, tzinfo=TOKYO)
COUNTED = datetime(2026, 11, 20, 9, tzinfo=TOKYO)
BUYERS = {"1001": "北村 悦子", "1002": "佐藤 花子", "1003": "田中 一郎"}


def order(number: str, name: str) -> Cells:
    return {
        "order_id": number, "ordered_at": datetime(2026, 11, 24, 8, tzinfo=TOKYO), "buyer_name": name,
        "buyer_postcode": "6500021", "buyer_prefecture": "兵庫県", "buyer_address": f"神戸市中央区三宮町9-3-{number[-1]}",
        "buyer_phone": f"07833110{number[-2:]}", "buyer_email": f"buyer{number}@example.com",
        "payment_method": "cod", "goods_total": 1080, "shipping_fee": 880, "fee": 330, "total": 2290,
    }  # fmt: skip


ORDERS = tuple(order(number, name) for number, name in BUYERS.items())


class Day:
    """A shop whose ledger is a spreadsheet: telephone orders were typed, of one piece each."""

    def __init__(self, desk: google_desk.Desk, folder: Path, orders: Sequence[Cells] = ORDERS) -> None:
        self.desk, self.folder = desk, folder
        init_shop(folder, language="ja", shop=SHOP)
        self.key = new_spreadsheet(
            desk.service,
            {
                "products": [
                    {
                        "sku": "K-001",
                        "name": "煎茶",
                        "price": 1080,
                        "tax_rate": 8,
                        "weight_g": 120,
                        "size_cm": 40,
                    }
                ],
                "stock": [{"sku": "K-001", "counted_qty": max(10, len(orders)), "counted_at": COUNTED}],
                "orders": orders,
                "runs": [{"run_id": "20261120-090000-0000", "started_at": COUNTED}],
                "order_lines": [
                    {"order_id": one["order_id"], "sku": "K-001", "qty": 1, "unit_price": 1080, "tax_rate": 8}
                    for one in orders
                ],
            },
            "JPY",
            load(folder).schema,
        )
        (folder / "ledger.xlsx").unlink()
        settings = folder / "shop.yaml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(
            text.replace("ledger: ledger.xlsx", f"ledger: google:{self.key}"), encoding="utf-8"
        )

    def run(self) -> Outcome:
        return run(self.folder, now=NOW)

    def ledger(self) -> Ledger:
        return read_ledger(open_shop(self.folder), NOW)[1]

    def writes(self) -> int:
        return sum(path.endswith(":batchUpdate") for _, path, _ in self.desk.service.calls)

    def after_calls(self, calls: int, what: dict[str, object]) -> None:
        """Let a person do something once so many further calls were answered."""
        act = {"tab": "受注", "key": self.key, **what}
        self.desk.service.acts.append((len(self.desk.service.calls) + calls, act))

    def outbox(self) -> list[Path]:
        return sorted((self.folder / "outbox").glob("*.eml"))
