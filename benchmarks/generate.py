"""Shops to measure with: a ledger of any size in full work, and a morning's new orders typed into it."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from automations.app.configuration import BUNDLED
from automations.app.lookups import look_up_postcode
from automations.app.runner import open_shop, run
from automations.app.shops import INBOX, init_shop
from automations.books.xlsx import CellEdit, SheetEdit, edit_workbook
from automations.core.cells import write_cell
from automations.core.values import Cells, Value

ZONE = ZoneInfo("Asia/Tokyo")
TODAY = date(2026, 11, 24)
SETTLED_AT = datetime.combine(TODAY, time(9), ZONE)
NOW = datetime.combine(TODAY, time(10), ZONE)

_KNOWN_MAILS = ("order_confirmation", "shipped", "thank_you", "follow_up")
_UNKNOWN_TO_THE_SCRIPT = (
    "same_parcel", "island", "quantity", "purchase_limit", "refused_before", "several_names", "many_signs", "forwarding",
)  # fmt: skip
_NOT_IN_FILES = ("channel", "line_id")

SHOP: Mapping[str, object] = {
    "name": "はかり茶屋",
    "company": "はかり茶屋",
    "postcode": "6110021",
    "prefecture": "京都府",
    "address": "宇治市宇治99-1",
    "phone": "0774-00-0001",
    "email": "shop@example.com",
    "staff": "秤",
    "hours": "10:00-17:00",
    "bank_account": "みずべ銀行 宇治支店 普通 0000001",
    "billing_code": "077400000001",
}
_FAMILIES = "佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 清水 斎藤".split()
_GIVEN = (
    "さくら 健一 真由美 大輔 恵子 翔太 美咲 隆 直子 誠 陽子 浩二 由紀 拓也 智子 修 裕子 剛 久美子 亮".split()
)
_GOODS = "宇治煎茶 ほうじ茶 玉露 抹茶 玄米茶 紅茶 羊羹 最中 かりんとう 茶筒".split()
_FEE = 770
# How far orders have come, oldest first: share of all orders, days since the order.
_STAGES = (
    ("posted", 0.40, (30, 60)),
    ("arrived", 0.18, (6, 12)),
    ("shipped", 0.10, (4, 5)),
    ("paid", 0.08, (1, 3)),
    ("unpaid", 0.16, (0, 5)),
    ("short", 0.08, (0, 5)),
)


@dataclass
class Rows:
    """Typed rows by tab id, as they grow, and what they are drawn from."""

    chance: random.Random
    tabs: dict[str, list[Cells]] = field(default_factory=dict)
    orders: int = 0

    def add(self, tab: str, **cells: Value) -> None:
        """Append a row; blank cells are left out."""
        self.tabs.setdefault(tab, []).append(
            {name: value for name, value in cells.items() if value is not None}
        )


def make_shop(folder: Path, lines: int, seed: int = 1) -> None:
    """Make a shop whose ledger holds about ``lines`` order lines and nothing left to do at 9 o'clock.

    Two lines an order on average; 40 % of the orders are posted, the others at every stage; some rows are
    wrong, some products sold out, some lots near their date. The same seed gives the same rows.
    """
    rows = Rows(random.Random(seed))  # noqa: S311 - figures, not secrets
    add_products(rows, max(60, min(lines // 30, 1_500)), lines)
    for stage, share, days in _STAGES:
        for _ in range(round(lines / 2 * share)):
            add_order(rows, stage, TODAY - timedelta(days=rows.chance.randint(*days)))
    init_shop(folder, language="ja", shop=SHOP, rows=rows.tabs)
    _only_warn(folder)
    _only_known_mails(folder)
    run(folder, now=SETTLED_AT)


def _only_warn(folder: Path) -> None:
    """Let rules that the script does not know look at every order and stop none, so that both do the same."""
    text = (BUNDLED / "sheets_schema" / "holds.yaml").read_text(encoding="utf-8")
    for reason in _UNKNOWN_TO_THE_SCRIPT:
        text, found = re.subn(rf"(?m)(^{reason}:\n(?:  .*\n)*?  severity: )\w+$", r"\1warn", text)
        assert found == 1, reason
    own = folder / "sheets_schema"
    own.mkdir()
    (own / "holds.yaml").write_text(text, encoding="utf-8")


def _only_known_mails(folder: Path) -> None:
    """Switch off the mails that the script does not write, so that both write the same."""
    mails = yaml.safe_load((BUNDLED / "sheets_schema" / "mails.yaml").read_text(encoding="utf-8"))
    for name, mail in mails.items():
        mail["enabled"] = name in _KNOWN_MAILS
    (folder / "sheets_schema" / "mails.yaml").write_text(yaml.safe_dump(mails), encoding="utf-8")


def add_new_orders(folder: Path, orders: int, seed: int = 2) -> None:
    """Type orders of this morning into the workbook, each ready to ship; every 50th lacks the buyer's name."""
    rows = Rows(random.Random(seed), orders=900_000)  # noqa: S311 - as above
    for number in range(orders):
        add_order(rows, "new", TODAY, nameless=number % 50 == 49)
    shop = open_shop(folder)
    snapshot = shop.book.read()
    edits: list[SheetEdit] = []
    for tab in ("orders", "order_lines"):
        sheet, columns = snapshot.sheets[tab], shop.configuration.schema[tab].columns
        cells = [
            CellEdit(row, sheet.columns[name], write_cell(columns[name], value, "ja", "JPY"))
            for row, typed in enumerate(rows.tabs[tab], sheet.rows[-1][0] + 1)
            for name, value in typed.items()
        ]
        edits.append(SheetEdit(sheet.title, tuple(cells)))
    path = folder / "ledger.xlsx"
    path.write_bytes(edit_workbook(path.read_bytes(), edits))


def put_order_file(folder: Path, orders: int, seed: int = 3) -> None:
    """Put a file of paid orders into the inbox, one row per product, with the ledger's own columns."""
    rows = Rows(random.Random(seed), orders=800_000)  # noqa: S311 - as above
    for _ in range(orders):
        add_order(rows, "new", TODAY)
    write_order_file(folder, rows.tabs, "orders")


def write_order_file(folder: Path, tabs: Mapping[str, list[Cells]], name: str) -> None:
    """Write orders and their lines as a file of the inbox, one row per line."""
    by_key = {order["order_id"]: order for order in tabs["orders"]}
    lines = [{**by_key[line["order_id"]], **line} for line in tabs["order_lines"]]
    columns = dict.fromkeys(name for line in lines for name in line if name not in _NOT_IN_FILES)
    with (folder / INBOX / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(columns), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(lines)


def add_products(rows: Rows, products: int, lines: int) -> None:
    """Append products and their shelves."""
    for number in range(products):
        sku = f"T-{number:04}"
        rows.add(
            "products", sku=sku, name=f"{_GOODS[number % 10]} {number}号", price=_price(number), tax_rate=8,
            temperature="ambient", weight_g=80 + number % 7 * 30, thickness_mm=20 + number % 5 * 10,
            size_cm=30 + number % 4 * 5, mailbox=number % 3 == 0 or None, min_days_left=30,
        )  # fmt: skip
        sold_out = _is_sold_out(sku)
        for lot in ("A", "B") if number % 5 == 0 else ("",):
            rows.add(
                "stock", sku=sku, lot=lot or None, counted_qty=0 if sold_out else 40 + lines // products * 3,
                counted_at=SETTLED_AT - timedelta(days=90), expires_on=date(2027, 6 if lot == "A" else 9, 1) if lot else None,
            )  # fmt: skip


def _is_sold_out(sku: str) -> bool:
    return int(sku[2:]) % 20 == 19


def _price(number: int) -> int:
    return 540 + number * 37 % 40 * 54


def add_order(
    rows: Rows, stage: str, ordered_on: date, *, nameless: bool = False, buyer: int | None = None
) -> None:
    """Append an order that has come so far, and all that hangs on it; ``buyer`` is the number of its person."""
    rows.orders += 1
    chance, number = rows.chance, rows.orders
    key = f"D{number:06}"
    skus = [_sku(rows, stage) for _ in range((1, 2, 3, 2)[number % 4])]
    goods = 0
    for place, sku in enumerate(skus, 1):
        price, qty = _price(int(sku[2:])), 1 + (place == 1 and number % 3 == 0)
        goods += price * qty
        rows.add(
            "order_lines", line_id=f"{key}-{place}", order_id=key, sku=sku, product_name=f"{_GOODS[int(sku[2:]) % 10]}",
            qty=qty, unit_price=price, tax_rate=8, **_line_progress(stage, key, sku, qty),
        )  # fmt: skip
        if stage in ("posted", "arrived", "shipped"):
            rows.add(
                "movements", movement_id=f"{key}A-{place}", kind="shipped", sku=sku, lot="A" if int(sku[2:]) % 5 == 0 else None,
                qty=-qty, moved_at=datetime.combine(ordered_on + timedelta(days=1), time(15), ZONE), shipment_id=f"{key}A",
            )  # fmt: skip
    drawn = chance.randrange(4_000) if stage != "new" else 5_000 + number
    person = _person(drawn if buyer is None else buyer)
    wrong = stage in ("paid", "unpaid") and number % 25 == 7
    rows.add(
        "orders", order_id=key, channel="hand" if stage == "new" else "shopify", channel_order_no=f"#{number}",
        ordered_at=datetime.combine(ordered_on, time(7 if stage == "new" else 8, number % 60), ZONE),
        **person | ({"buyer_name": None} if nameless else {}) | ({"buyer_phone": "0774-123"} if wrong else {}),
        payment_method="bank_transfer" if stage == "unpaid" else "card", goods_total=goods, shipping_fee=_FEE,
        total=goods + _FEE + (100 if wrong and number % 2 else 0),
        remark="平日の夕方に届けてください" if stage == "unpaid" and number % 20 == 3 else None,
        credit_state="not_needed" if stage == "unpaid" else "approved", **_order_progress(stage, ordered_on),
    )  # fmt: skip
    _add_parcel_and_mails(rows, stage, key, ordered_on, person)


def _sku(rows: Rows, stage: str) -> str:
    products = len(rows.tabs["products"]) if "products" in rows.tabs else 60
    while True:
        sku = f"T-{rows.chance.randrange(products):04}"
        if _is_sold_out(sku) == (stage == "short"):
            return sku


def _order_progress(stage: str, ordered_on: date) -> dict[str, Value]:
    paid = {"payment_state": "paid", "paid_on": ordered_on, "imported_at": SETTLED_AT - timedelta(days=3)}
    full = {**paid, "intake": "complete", "allocation": "full"}
    arrived = {**full, "arrived_on": ordered_on + timedelta(days=3)}
    match stage:
        case "posted":
            return {**arrived, "status": "posted", "posted_on": ordered_on + timedelta(days=12)}
        case "arrived":
            return {**arrived, "status": "arrived"}
        case "shipped":
            return {**full, "status": "shipped"}
        case "unpaid":
            return {"payment_state": "unpaid", "imported_at": SETTLED_AT - timedelta(days=3)}
        case "new":
            return {"payment_state": "paid", "paid_on": ordered_on}
        case _:
            return dict(paid)


def _line_progress(stage: str, key: str, sku: str, qty: int) -> dict[str, Value]:
    if stage not in ("posted", "arrived", "shipped"):
        return {}
    held = f"{sku}//A*{qty}" if int(sku[2:]) % 5 == 0 else f"{sku}*{qty}"
    return {"allocated_qty": qty, "reserved": held, "shipment_id": f"{key}A"}


def _add_parcel_and_mails(
    rows: Rows, stage: str, key: str, ordered_on: date, person: Mapping[str, Value]
) -> None:
    if stage == "new":
        return
    shipped_on = ordered_on + timedelta(days=1)
    kinds = [("order_confirmation", key)]
    if stage in ("posted", "arrived", "shipped"):
        arrived_on = shipped_on + timedelta(days=2) if stage != "shipped" else None
        rows.add(
            "shipments", shipment_id=f"{key}A", state="shipped" if stage == "shipped" else "arrived",
            tracking_number=f"4{rows.orders:011}", order_id=key, parcel=1, batch_id=f"yamato-{shipped_on:%Y%m%d}-1",
            carrier="yamato", service="takkyubin", ship_on=shipped_on, deliver_on=shipped_on + timedelta(days=2),
            shipped_on=shipped_on, arrived_on=arrived_on, arrived=bool(arrived_on) or None, temperature="ambient", size=60,
            weight_g=400, contents="日本茶", **{name.replace("buyer", "ship"): value for name, value in person.items() if name != "buyer_email"},
        )  # fmt: skip
        kinds.append(("shipped", f"{key}:{key}A"))
    if stage in ("posted", "arrived"):
        kinds.append(("thank_you", key))
    for kind, rest in kinds:
        rows.add(
            "mails", mail_id=f"{kind}:{rest}", state="sent", order_id=key, template=kind, to=person["buyer_email"],
            subject="ご注文の件", due_at=SETTLED_AT - timedelta(days=5), sent_at=SETTLED_AT - timedelta(days=5),
            **{"class": "service" if kind == "thank_you" else "transactional"}, made_at=SETTLED_AT - timedelta(days=5),
            message_id=f"<{kind}.{key}@example.com>",
        )  # fmt: skip


@cache
def _person(number: int) -> dict[str, Value]:
    postcode, prefecture, address = _places()[number * 7 % len(_places())]
    return {
        "buyer_name": f"{_FAMILIES[number % 20]} {_GIVEN[number // 20 % 20]}",
        "buyer_postcode": postcode,
        "buyer_prefecture": prefecture,
        "buyer_address": f"{address}{number % 30 + 1}-{number % 17 + 1}-{number % 9 + 1}",
        "buyer_building": f"メゾン茶の木{number % 900 + 100}" if number % 4 == 0 else None,
        "buyer_phone": f"090-{number // 10_000:04}-{number % 10_000:04}",
        "buyer_email": f"customer{number}@example.com",
    }


@cache
def _places() -> tuple[tuple[str, str, str], ...]:
    """Return about a thousand real postcodes with their towns; nobody lives at the house numbers made of them."""
    return tuple(_known_places())


def _known_places() -> Iterator[tuple[str, str, str]]:
    for area in range(1, 1_000):
        for last in ("02", "21"):
            postcode = f"{area:03}00{last}"
            towns = look_up_postcode(postcode)
            if len(towns) == 1 and not towns[0].office:
                yield postcode, towns[0].prefecture, towns[0].city + towns[0].name
