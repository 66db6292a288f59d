"""A small ledger with every column type, in both books, and people who edit it by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from automations.books import Book
from automations.books.disk import Disk
from automations.books.memory import MemoryBook
from automations.books.new_workbook import write_new_workbook
from automations.books.workbook import WorkbookBook
from automations.core.cells import RawCell
from automations.core.messages import Label
from automations.core.plan import AppendRow, Change, Plan, RemoveRow, SetCells
from automations.core.reading import ledger_from
from automations.core.schema import Choice, Column, Schema, Tab
from automations.core.snapshot import Receipt, RunNote, Snapshot
from automations.core.values import Cells, Value

TOKYO = ZoneInfo("Asia/Tokyo")
LEDGER_ID = "0123456789abcdef"
NOTE = RunNote("run-1", "test", "2026-11-24T01:00:00+00:00")


def _column(name: str, ja: str, kind: str = "text", owner: str = "human", **more: object) -> Column:
    return Column(name, Label(ja, name.replace("_", " ").title()), kind, owner, **more)  # type: ignore[arg-type]


def _choices(**labels: tuple[str, str]) -> dict[str, Choice]:
    return {name: Choice(name, Label(ja, en)) for name, (ja, en) in labels.items()}


def _tab(name: str, ja: str, key: str, columns: Sequence[Column], **more: object) -> Tab:
    return Tab(name, Label(ja, name.title()), tuple(key.split()), {one.id: one for one in columns}, **more)  # type: ignore[arg-type]


_STATUS = _choices(received=("受注", "Received"), allocated=("引当済み", "Allocated"))
ORDERS = _tab(
    "orders",
    "受注",
    "order_id",
    [
        _column("order_id", "受注番号", "code", "shared", aliases=("注文番号",)),
        _column("status", "状態", "choice", "shared", twin="status_set", choices=_STATUS),
        _column("errors", "エラー", "text", "robot"),
        _column("name", "氏名", aliases=("お名前",)),
        _column("total", "合計", "money"),
        _column("qty", "数量", "integer"),
        _column("ship_on", "出荷予定日", "date"),
        _column("ordered_at", "受注日時", "datetime"),
        _column("gift", "ギフト", "flag"),
        _column("prefecture", "都道府県", "prefecture"),
        _column("postcode", "郵便番号", "postcode"),
        _column("phone", "電話", "phone"),
        _column("email", "メール", "email"),
        _column("jan", "JAN", "jan"),
        _column("parts", "構成", "components"),
        _column("status_set", "状態(控え)", "text", "robot", hidden=True),
        _column("seal", "印", "code", "robot", hidden=True),
    ],
    sealed=True,
    frozen=2,
)
STOCK = _tab(
    "stock",
    "在庫",
    "sku place",
    [
        _column("sku", "商品コード", "code"),
        _column("place", "置き場", "code"),
        _column("free", "有効在庫", "integer", "robot"),
    ],
)
JOURNAL = _tab(
    "journal",
    "記録",
    "entry_id",
    [
        _column("entry_id", "記録番号", "code", "robot"),
        _column("op", "操作番号", "code", "robot"),
        _column(
            "kind",
            "種類",
            "choice",
            "robot",
            choices=_choices(commit=("確定", "commit"), entry=("変更", "entry"), mark=("印", "mark")),
        ),
        _column("n", "通し番号", "integer", "robot"),
        _column("base", "前の操作", "code", "robot"),
        _column("run_id", "実行番号", "code", "robot"),
        _column("who", "実行者", "text", "robot"),
        _column("at", "日時UTC", "text", "robot"),
        _column("tab", "タブ", "text", "robot"),
        _column("entries", "件数", "integer", "robot"),
        _column("checksum", "検算", "text", "robot"),
        _column("marks", "印の内容", "text", "robot"),
        _column("content", "内容", "text", "robot", large=True),
    ],
    hidden=True,
)
SCHEMA: Schema = {tab.id: tab for tab in (ORDERS, STOCK, JOURNAL)}

FULL_ROW: Cells = {
    "order_id": "0044",
    "status": "allocated",
    "status_set": "allocated",
    "errors": "一行目\n二行目 <&> _x0041_",
    "name": "髙橋 𠮷子",
    "total": 1234567,
    "qty": -3,
    "ship_on": date(2026, 11, 24),
    "ordered_at": datetime(2026, 11, 24, 9, 41, 7, tzinfo=TOKYO),
    "gift": True,
    "prefecture": "京都府",
    "postcode": "0600001",
    "phone": "09012345678",
    "email": "hanako@example.com",
    "jan": "4901234567894",
    "parts": "K-001*1, K-006*2",
    "seal": "ABCD2345",
}
FIRST_ROWS: Mapping[str, Sequence[Cells]] = {
    "orders": (
        {"order_id": "1001", "name": "佐藤", "total": 1000},
        {"order_id": "1002", "name": "鈴木", "total": 2000},
        {"order_id": "1003", "name": "田中", "total": 3000},
    ),
    "stock": ({"sku": "K-001", "place": "A", "free": 5},),
}

Sheets = dict[str, list[list[RawCell]]]
Hand = Callable[[Sheets], None]


class Shop(Protocol):
    """A ledger that runs and people work on."""

    book: Book

    def edit(self, hand: Hand) -> None:
        """Let a person change the sheets (title -> rows from row 1 on) and save."""


@dataclass
class MemoryShop:
    book: MemoryBook

    def edit(self, hand: Hand) -> None:
        hand(self.book.sheets)


@dataclass
class WorkbookShop:
    book: WorkbookBook
    path: Path

    def edit(self, hand: Hand) -> None:
        """Load and save through another program, as a person would."""
        import openpyxl

        workbook = openpyxl.load_workbook(BytesIO(self.path.read_bytes()))
        before = {
            sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in workbook
        }
        sheets: Sheets = {title: [list(row) for row in rows] for title, rows in before.items()}
        hand(sheets)
        for place, title in enumerate(before):
            workbook.worksheets[place].title = list(sheets)[place]
            if sheets.get(title) != before[title]:
                _rewrite(workbook.worksheets[place], list(sheets.values())[place])
        for title in list(sheets)[len(before) :]:
            _rewrite(workbook.create_sheet(title), sheets[title])
        workbook.save(self.path)


def _rewrite(sheet: object, rows: list[list[RawCell]]) -> None:
    sheet.delete_rows(1, sheet.max_row)  # type: ignore[attr-defined]
    for number, row in enumerate(rows, 1):
        for at, value in enumerate(row, 1):
            if value is not None:
                sheet.cell(number, at, value)  # type: ignore[attr-defined]


def memory_shop(rows: Mapping[str, Sequence[Cells]] = FIRST_ROWS, currency: str = "JPY") -> MemoryShop:
    return MemoryShop(MemoryBook(SCHEMA, language="ja", currency=currency, zone=TOKYO, rows=rows))


def workbook_shop(
    folder: Path,
    rows: Mapping[str, Sequence[Cells]] = FIRST_ROWS,
    currency: str = "JPY",
    disk: Disk | None = None,
) -> WorkbookShop:
    path = folder / "台帳.xlsx"
    write_new_workbook(
        path, SCHEMA, language="ja", currency=currency, zone=TOKYO, rows=rows, ledger_id=LEDGER_ID
    )
    return WorkbookShop(workbook_book(path, currency, disk), path)


def workbook_book(path: Path, currency: str = "JPY", disk: Disk | None = None) -> WorkbookBook:
    return WorkbookBook(path, SCHEMA, language="ja", currency=currency, zone=TOKYO, disk=disk, patience_s=0.2)


def rows_of(book: Book, tab: str = "orders", currency: str = "JPY") -> dict[str, Cells]:
    """Return the typed rows of a tab by key, those set aside too."""
    return typed(book.read(), tab, currency)


def typed(snapshot: Snapshot, tab: str = "orders", currency: str = "JPY") -> dict[str, Cells]:
    now = datetime(2026, 11, 24, tzinfo=TOKYO)
    ledger = ledger_from(snapshot, SCHEMA, now, language="ja", currency=currency)
    return {row.key: row.cells for row in (*ledger[tab].rows, *ledger[tab].set_aside)}


def change(key: str, tab: str = "orders", **cells: Value) -> SetCells:
    return SetCells(tab, key, cells, dict.fromkeys(cells))


def append(tab: str = "orders", **cells: Value) -> AppendRow:
    return AppendRow(tab, cells)


def remove(book: Book, key: str, tab: str = "orders") -> RemoveRow:
    """Return the removal of a row as it stands there now."""
    return RemoveRow(tab, key, rows_of(book, tab)[key])


def commit(
    book: Book,
    *changes: Change,
    marks: Sequence[str] = (),
    retired: Sequence[str] = (),
    currency: str = "JPY",
) -> Receipt:
    """Commit on what stands there now."""
    return commit_on(book, book.read(), *changes, marks=marks, retired=retired, currency=currency)


def commit_on(
    book: Book,
    base: Snapshot,
    *changes: Change,
    marks: Sequence[str] = (),
    retired: Sequence[str] = (),
    currency: str = "JPY",
) -> Receipt:
    """Commit what was planned on a snapshot."""
    there = {tab: typed(base, tab, currency) for tab in {change.tab for change in changes}}
    planned = tuple(
        replace(
            change, before={name: there[change.tab].get(change.key, {}).get(name) for name in change.cells}
        )
        if isinstance(change, SetCells)
        else change
        for change in changes
    )
    return book.commit(Plan(planned, marks=tuple(marks), retired=tuple(retired)), base, NOTE)


def turned_round(sheets: Sheets, title: str = "受注") -> None:
    """Sort the rows below the header the other way round."""
    header, *rows = sheets[title]
    sheets[title][:] = [header, *reversed(rows)]
