"""A shop in a folder with orders of last summer and of this week, to archive."""

from __future__ import annotations

import atexit
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from shutil import copytree, rmtree
from tempfile import mkdtemp
from zoneinfo import ZoneInfo

from automations.app.demo.shop_data import SHOP
from automations.app.runner import Shop, open_shop, read_ledger
from automations.app.shops import init_shop
from automations.core.ledger import Ledger
from automations.core.plan import Plan
from automations.core.snapshot import RunNote
from automations.core.stock.shelf import on_hand
from automations.core.values import Cells, Value

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=TOKYO)
SUMMER = date(2026, 7, 1)
TABS = ("orders", "order_lines", "shipments", "holds", "mails", "movements", "batches", "runs", "customers")

Rows = dict[str, list[Cells]]


def moment(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=TOKYO)


def order_rows(key: str, day: date, status: str = "posted", sku: str = "K-001", **cells: Value) -> Rows:
    """Return an order that went its whole way, with all that hangs on it."""
    posted = day + timedelta(days=12)
    order: Cells = {
        "order_id": key, "status": status, "status_since": posted, "posted_on": posted if status == "posted" else None,
        "ordered_at": moment(day), "imported_at": moment(day, 10), "channel": "shopify", "channel_order_no": key,
        "customer_id": "C-00001", "buyer_name": "北村 悦子", "buyer_postcode": "6500021", "buyer_prefecture": "兵庫県",
        "buyer_address": "神戸市中央区三宮町9-3-4", "buyer_phone": "0783311026", "buyer_email": "kitamura@example.com",
        "payment_method": "cod", "total": 2290, "intake": "complete",
    }  # fmt: skip
    parcel = f"{key.replace('-', '')}P1"
    return {
        "orders": [{**order, **cells}],
        "order_lines": [{"line_id": f"{key}-1", "order_id": key, "sku": sku, "qty": 2, "unit_price": 1080,
                         "shipment_id": parcel, "allocated_qty": 2, "reserved": f"{sku}*2"}],
        "shipments": [{"shipment_id": parcel, "order_id": key, "state": "arrived", "carrier": "yamato", "parcel": 1,
                       "tracking_number": "123456789012", "shipped_on": day + timedelta(days=1),
                       "batch_id": f"yamato-{day:%Y%m%d}-1"}],
        "holds": [{"hold_id": f"{key}-remark", "order_id": key, "reason": "remark", "state": "released",
                   "opened_at": moment(day, 10)}],
        "mails": [{"mail_id": f"confirmation:{key}", "order_id": key, "template": "confirmation", "state": "written",
                   "to": "kitamura@example.com", "subject": "ご注文", "class": "transactional",
                   "text": f"{key}\nありがとうございます。", "made_at": moment(day, 11), "sent_at": moment(day, 11)}],
        "movements": [{"movement_id": f"S-{parcel}-1", "kind": "shipped", "sku": sku, "qty": -2,
                       "moved_at": moment(day + timedelta(days=1)), "shipment_id": parcel}],
        "batches": [{"batch_id": f"yamato-{day:%Y%m%d}-1", "state": "written", "carrier": "yamato", "shipments": parcel,
                     "made_at": moment(day, 13)}],
        "runs": [{"run_id": f"{day:%Y%m%d}-090000-aaaa", "started_at": moment(day), "result": "x"}],
    }  # fmt: skip


def marks_of(key: str, day: date) -> list[str]:
    parcel = f"{key.replace('-', '')}P1"
    return [
        f"import:shopify:{key}",
        f"mail:confirmation:{key}",
        f"parcel:{parcel}",
        f"batch:yamato-{day:%Y%m%d}-1",
    ]


SHELVES: Rows = {
    "products": [{"sku": "K-001", "name": "煎茶"}, {"sku": "K-002", "name": "玉露"}],
    "stock": [
        {"sku": "K-001", "counted_qty": 100, "counted_at": moment(date(2026, 1, 5))},
        {"sku": "K-002", "counted_qty": 50, "counted_at": moment(date(2026, 11, 1))},
    ],
    "customers": [{"customer_id": "C-00001", "name": "北村 悦子", "email": "kitamura@example.com"}],
}


def together(*parts: Mapping[str, list[Cells]]) -> Rows:
    rows: Rows = {}
    for part in parts:
        for tab, more in part.items():
            rows.setdefault(tab, []).extend(more)
    return rows


def usual() -> Rows:
    """Return two orders of summer, one of them of goods counted since, and one of this week."""
    return together(
        SHELVES,
        order_rows("1001", SUMMER),
        order_rows("1002", SUMMER + timedelta(days=3), sku="K-002"),
        order_rows("1003", date(2026, 11, 10)),
    )


def make(folder: Path, rows: Rows | None = None, *, marks: bool = True) -> Shop:
    """Make the shop with these rows, and the marks that its orders have left."""
    if rows is None and marks:
        copytree(_usual_shop(), folder)
        return open_shop(folder)
    return _made(folder, rows or usual(), marks=marks)


@cache
def _usual_shop() -> Path:
    folder = Path(mkdtemp()) / "shop"
    atexit.register(rmtree, folder.parent)
    _made(folder, usual(), marks=True)
    return folder


def _made(folder: Path, rows: Rows, *, marks: bool) -> Shop:
    init_shop(folder, language="ja", shop=SHOP, rows=rows)
    shop = open_shop(folder)
    if marks:
        snapshot, ledger = read_ledger(shop, NOW)
        own = [
            mark
            for order in ledger["orders"]
            for mark in marks_of(order.key, order.day("ordered_at") or SUMMER)
        ]
        shop.book.commit(Plan(marks=tuple(own)), snapshot, RunNote("r", "run", NOW.isoformat()))
    return shop


def ledger_of(shop: Shop) -> Ledger:
    return read_ledger(shop, NOW)[1]


def shelves(ledger: Ledger) -> dict[str, int]:
    return on_hand(ledger["stock"], ledger["movements"])[0]


def keys(ledger: Ledger, *tabs: str) -> dict[str, list[str]]:
    return {tab: [row.key for row in ledger[tab]] for tab in tabs or TABS}
