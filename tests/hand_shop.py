"""A shop in a folder whose people type into the workbook between runs, as they do by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from automations.app.demo.carrier_desk import issued_list
from automations.app.demo.shop_data import SHOP
from automations.app.runner import Outcome, open_shop, read_ledger, run
from automations.app.shops import INBOX, SHIPPING, init_shop
from automations.books.xlsx import CellEdit, SheetEdit, edit_workbook
from automations.core.ledger import Ledger
from automations.core.reading import row_keys
from automations.core.snapshot import Sheet
from automations.core.values import Value

TOKYO = ZoneInfo("Asia/Tokyo")


class HandShop:
    """A new shop with ten pieces each of two products; cells are typed as raw text or numbers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, content in _new_shop().items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        (folder / INBOX).mkdir()
        self._shop = open_shop(folder)

    def run(self, moment: str) -> Outcome:
        """Run everything at a local moment such as ``2026-11-24 10:00``."""
        return run(self.folder, now=datetime.fromisoformat(moment).replace(tzinfo=TOKYO))

    def ledger(self) -> Ledger:
        """Return the ledger as it stands in the file."""
        return read_ledger(self._shop)[1]

    def type_order(self, order_id: str = "1001", **cells: Value) -> None:
        """Type a complete order that may ship at once, and its line of one K-001."""
        order: dict[str, Value] = {
            "order_id": order_id, "ordered_at": "2026-11-24 08:00", "buyer_name": "北村 悦子", "buyer_postcode": "650-0021",
            "buyer_prefecture": "兵庫県", "buyer_address": "神戸市中央区三宮町9-3-4", "buyer_phone": "078-331-1026",
            "buyer_email": "kitamura@example.com", "payment_method": "代引", "goods_total": 1080, "shipping_fee": 880,
            "fee": 330, "total": 2290,
        }  # fmt: skip
        self.type("orders", "", **{**order, **cells})
        self.type("order_lines", "", order_id=order_id, sku="K-001", qty=1, unit_price=1080, tax_rate=8)

    def type(self, tab: str, key: str = "", **cells: Value) -> None:
        """Type raw values into the row with this key, or without one into a new row below the others."""
        sheet = self._sheet(tab)
        number = self._number(sheet, key) if key else _last_row(sheet) + 1
        self._write(
            sheet, [CellEdit(number, sheet.columns[column], _typed(value)) for column, value in cells.items()]
        )

    def empty(self, tab: str, key: str) -> None:
        """Empty a whole row, as people delete it."""
        sheet = self._sheet(tab)
        number = self._number(sheet, key)
        self._write(sheet, [CellEdit(number, at, None) for at in sheet.columns.values()])

    def copy(self, tab: str, key: str, **cells: Value) -> None:
        """Copy a whole row below the others, hidden columns too, and type over some of its cells."""
        sheet = self._sheet(tab)
        source = dict(sheet.rows)[self._number(sheet, key)]
        copied = {column: source[at - 1] for column, at in sheet.columns.items() if at <= len(source)}
        edits = {**copied, **cells}
        row = _last_row(sheet) + 1
        self._write(sheet, [CellEdit(row, sheet.columns[name], _typed(raw)) for name, raw in edits.items()])

    def edit(self, tab: str, *edits: CellEdit) -> None:
        """Write cells of a tab by row and column number."""
        self._write(self._sheet(tab), edits)

    def carrier_issues_labels(self, day: str) -> None:
        """Put the carrier's list of issued labels for every shipping file into the inbox."""
        for first, file in enumerate(sorted((self.folder / SHIPPING).glob("*.csv"))):
            content = file.read_bytes()
            printed = [line.split(",")[0].strip('"') for line in content.decode("cp932").splitlines()[1:]]
            issued = issued_list(content, printed, on=datetime.fromisoformat(day).date(), first=first)
            (self.folder / INBOX / f"issued-{file.name}").write_bytes(issued)

    def _sheet(self, tab: str) -> Sheet:
        return self._shop.book.read().sheets[tab]

    def _number(self, sheet: Sheet, key: str) -> int:
        return row_keys(sheet, self._shop.configuration.schema[sheet.tab])[key]

    def _write(self, sheet: Sheet, edits: Sequence[CellEdit]) -> None:
        path = self.folder / "ledger.xlsx"
        path.write_bytes(edit_workbook(path.read_bytes(), [SheetEdit(sheet.title, tuple(edits))]))


@cache
def _new_shop() -> dict[str, bytes]:
    """Return the files of the new shop; it is made once for all tests."""
    counted = datetime(2026, 11, 20, 9, tzinfo=TOKYO)
    with TemporaryDirectory() as name:
        folder = Path(name) / "shop"
        init_shop(
            folder,
            language="en",
            shop=SHOP,
            rows={
                "products": [_product("K-001", "煎茶 100g", 1080), _product("K-002", "ほうじ茶", 864)],
                "stock": [
                    {"sku": sku, "counted_qty": 10, "counted_at": counted} for sku in ("K-001", "K-002")
                ],
            },
        )
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }


def read_snapshot(folder: Path) -> dict[str, Sheet]:
    """Return the sheets of a shop's ledger with their raw cells."""
    return dict(open_shop(folder).book.read().sheets)


def _product(sku: str, name: str, price: int) -> dict[str, Value]:
    return {"sku": sku, "name": name, "price": price, "tax_rate": 8, "weight_g": 120, "size_cm": 40}


def _last_row(sheet: Sheet) -> int:
    return sheet.rows[-1][0] if sheet.rows else sheet.header_row


def _typed(raw: object) -> str | int | float | bool | date | None:
    assert raw is None or isinstance(raw, (str, int, float, bool, date)), raw
    return raw
