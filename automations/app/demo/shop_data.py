"""The invented tea shop of the demo: who it is, what it sells, and what its ledger holds when the tour begins.

Source: backoffice-practice section 10. Every person, address, number and mail address is made up.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from importlib.resources import files
from zoneinfo import ZoneInfo

from automations.app.configuration import BUNDLED, load
from automations.core.cells import read_cell
from automations.core.schema import Tab
from automations.core.values import Cells

_FILES = files("automations.app.demo") / "files"
_TABS = ("products", "stock", "customers", "orders", "order_lines", "shipments", "movements", "mails")
_ZONE = ZoneInfo("Asia/Tokyo")

SHOP: Mapping[str, object] = {
    "name": "茶菓処こもれび堂",
    "company": "有限会社こもれび",
    "postcode": "6110021",
    "prefecture": "京都府",
    "address": "宇治市宇治99-9",
    "phone": "0774-00-0000",
    "email": "shop@komorebi.example.jp",
    "url": "https://komorebi.example.jp/",
    "staff": "木漏",
    "hours": "10:00-17:00 土日祝休",
    "registration_number": "T7999901000001",
    "bank_account": "みずべ銀行 宇治支店 普通 0000000 ユ)コモレビ",
    "closed_on": ["2026-12-31", "2027-01-02"],
    "billing_code": "077400000000",
}
"""The blanks of shop.yaml."""


def opening_rows() -> dict[str, list[Cells]]:
    """Return the rows the ledger begins with, typed, by tab id: master data and three orders on their way."""
    schema = load(BUNDLED / "sheets_schema").schema
    return {tab: _rows(schema[tab]) for tab in _TABS}


def order_file(name: str, encoding: str = "utf-8") -> bytes:
    """Return an order file as it arrives in the inbox, in the encoding its maker writes."""
    return (_FILES / name).read_text(encoding="utf-8").encode(encoding)


def _rows(tab: Tab) -> list[Cells]:
    text = (_FILES / f"{tab.id}.csv").read_text(encoding="utf-8")
    return [
        {column: read_cell(tab.columns[column], cell, _ZONE, "JPY") for column, cell in row.items() if cell}
        for row in csv.DictReader(io.StringIO(text))
    ]
