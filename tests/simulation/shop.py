"""The shop of the simulation: orders that people edit, stock, mails, and the orders that arrive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from small_ledger import JOURNAL, _choices, _column, _tab

from automations.core.schema import Schema, Tab
from automations.core.values import Cells

STATUS = _choices(
    received=("受注", "Received"),
    allocated=("引当済み", "Allocated"),
    shipped=("出荷済み", "Shipped"),
    cancelled=("キャンセル", "Cancelled"),
)
ORDERS = _tab(
    "orders",
    "受注",
    "order_id",
    [
        _column("order_id", "受注番号", "code", "shared"),
        _column("status", "状態", "choice", "shared", twin="status_set", choices=STATUS),
        _column("errors", "エラー", "text", "robot"),
        _column("name", "氏名"),
        _column("sku", "商品コード", "code"),
        _column("qty", "数量", "integer"),
        _column("packed", "梱包", "flag"),
        _column("allocated", "引当数", "integer", "robot"),
        _column("status_set", "状態(控え)", "text", "robot", hidden=True),
        _column("seal", "印", "code", "robot", hidden=True),
    ],
    sealed=True,
)
STOCK = _tab(
    "stock",
    "在庫",
    "sku",
    [
        _column("sku", "商品コード", "code"),
        _column("on_hand", "在庫数", "integer"),
        _column("reserved", "引当合計", "integer", "robot"),
    ],
)
MAILS = _tab(
    "mails",
    "メール",
    "mail_id",
    [
        _column("mail_id", "メール番号", "code", "robot"),
        _column("order_id", "受注番号", "code", "robot"),
        _column("template", "ひな型", "text", "robot"),
        _column("errors", "エラー", "text", "robot"),
        _column("wish", "指示", "text"),
    ],
)
SCHEMA: Schema = {tab.id: tab for tab in (ORDERS, STOCK, MAILS, JOURNAL)}
# A column of the shop's own, which no program writes to.
MEMO = "メモ"
FIRST_ROWS: Mapping[str, Sequence[Cells]] = {
    "orders": (
        {"order_id": "T1", "name": "佐藤", "sku": "A", "qty": 2},
        {"order_id": "T2", "name": "鈴木", "sku": "B", "qty": 1},
        {"order_id": "T3", "name": "田中", "sku": "A", "qty": 3},
    ),
    "stock": (
        {"sku": "A", "on_hand": 6},
        {"sku": "B", "on_hand": 3},
        {"sku": "C", "on_hand": 9},
    ),
}
SKUS = ("A", "B", "C")


@dataclass(frozen=True)
class Arrival:
    """An order that a channel hands over, at every run from a moment on."""

    order_id: str
    sku: str
    qty: int
    at: float


def without_twins(schema: Schema) -> Schema:
    """Return a schema in which shared columns have no twin."""
    return {
        tab.id: replace(tab, columns={name: replace(one, twin="") for name, one in tab.columns.items()})
        for tab in schema.values()
    }


def without_seals(schema: Schema) -> Schema:
    """Return a schema in which no row is sealed."""

    def unsealed(tab: Tab) -> Tab:
        return replace(
            tab, sealed=False, columns={name: one for name, one in tab.columns.items() if name != "seal"}
        )

    return {tab.id: unsealed(tab) for tab in schema.values()}
