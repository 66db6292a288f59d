"""A spreadsheet that a shop has kept by hand becomes its ledger; what people made stays to the last cell."""

from __future__ import annotations

import gspread
import pytest
from google_desk import Desk
from google_person import Json, Seen, does, everything, person_at, values_of
from sheets_server.cells import Cell
from test_google_layout import JA, TABS, init

from automations.books.google.ids import sheet_id_of
from automations.books.google.layout import TabChange
from automations.books.tabs import find_sheets
from automations.core.errors import LedgerRefused

ORDERS = [
    ["2026年の注文"],
    [],
    ["注文番号", "注文日", "お名前", "電話番号", "担当", "合計金額", "お届先名", "決済メモ"],
    ["A-1", "2026-11-20", "北村 悦子", "0312345678", "佐藤", 3240, "北村 一", "確認済み"],
    ["A-2", "2026-11-21", "野口 太郎", "09011112222", "鈴木", 1080, "", ""],
]
LINES = [["注文番号", "品番", "商品名", "個数", "単価"], ["A-1", "K-001", "煎茶", 3, 1080]]
PRODUCTS = [["品番", "商品名", "価格", "棚"], ["K-001", "煎茶", 1080, "い-3"]]
NOTE = "電話で受けたら A- で番号を付ける"


@pytest.fixture
def by_hand(desk: Desk) -> gspread.Spreadsheet:
    """Give a spreadsheet with three tabs of a shop's own, kept for a while without Daicho."""
    book = person_at(desk)
    orders = book.sheet1
    orders.update_title("注文一覧")
    orders.update(ORDERS, raw=True)
    book.add_worksheet("明細", 200, 8).update(LINES, raw=True)
    book.add_worksheet("商品", 100, 6).update(PRODUCTS, raw=True)
    book.add_worksheet("集計", 20, 5).update([["月", "売上"], ["11月", "=SUM('注文一覧'!F4:F)"]], raw=False)
    orders.insert_note("A3", NOTE)
    does(book, *_own_form(orders.id))
    return book


def _own_form(number: int) -> list[Json]:
    yellow = {"backgroundColor": {"red": 1, "green": 1}}
    dear = {"type": "NUMBER_GREATER", "values": [{"userEnteredValue": "3000"}]}
    total = {"sheetId": number, "startRowIndex": 3, "startColumnIndex": 5, "endColumnIndex": 6}
    staff = {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "佐藤"}]}
    yen = {"userEnteredFormat": {"numberFormat": {"type": "CURRENCY", "pattern": "¥#,##0"}}}
    return [
        {"addConditionalFormatRule": {"index": 0, "rule": {"ranges": [total], "booleanRule": {"condition": dear, "format": yellow}}}},
        {"setDataValidation": {"range": {**total, "startColumnIndex": 4, "endColumnIndex": 5}, "rule": {"condition": staff}}},
        {"repeatCell": {"range": total, "cell": yen, "fields": "userEnteredFormat.numberFormat"}},
        {"setBasicFilter": {"filter": {"range": {"sheetId": number, "startRowIndex": 2}}}},
        {"addProtectedRange": {"protectedRange": {"range": {"sheetId": number, "endRowIndex": 1}, "warningOnly": True}}},
        {"updateDimensionProperties": {"range": {"sheetId": number, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}, "properties": {"pixelSize": 77}, "fields": "pixelSize"}},
    ]  # fmt: skip


def change_of(changes: tuple[TabChange, ...], tab: str) -> TabChange:
    return next(change for change in changes if change.tab.id == tab)


def test_tabs_are_found_by_title_and_by_headers_and_can_be_read(desk: Desk, by_hand: gspread.Spreadsheet):
    done = init(desk)
    adopted = {tab.tab.id: (tab.title, tab.known) for tab in done.tabs if tab.adopted}
    assert adopted == {
        "orders": ("注文一覧", 5),
        "order_lines": ("明細", 5),
        "products": ("商品", 3),
    }
    found = find_sheets(values_of(by_hand), {tab.id: tab for tab in TABS})
    orders = found["orders"]
    assert (orders.title, orders.header_row, [number for number, _ in orders.rows]) == ("注文一覧", 3, [4, 5])
    assert orders.columns["order_id"] == 1
    assert orders.columns["buyer_name"] == 3
    assert set(orders.unknown) == {"担当", "お届先名", "決済メモ"}
    for tab in TABS:
        assert set(tab.columns) - set(found[tab.id].columns) <= {"ship_name"}


@pytest.mark.usefixtures("by_hand")
def test_nothing_of_peoples_changes(desk: Desk):
    before = everything(desk)
    init(desk)
    after = {tab.id: tab for tab in everything(desk)}
    kept = [tab.id for tab in before]
    assert [number for number in after if number in kept] == kept, "their order"
    for tab in before:
        assert_kept(tab, after[tab.id])
    report = next(tab for tab in before if tab.title == "集計")
    assert after[report.id] == report


def assert_kept(before: Seen, after: Seen) -> None:
    """Assert that a tab has at least what it had: each cell, note, format, list, rule, filter and width."""
    assert (after.properties, after.basic_filter) == (before.properties, before.basic_filter)
    assert after.columns[: len(before.columns)] == before.columns
    for kind, things in before.things.items():
        assert after.things[kind][: len(things)] == things
    for row, cells in enumerate(before.rows, 1):
        for column, cell in enumerate(cells):
            assert_cell_kept(cell, after.cell(row, column))


def assert_cell_kept(before: Cell, after: Cell) -> None:
    for part in ("value", "note", "rule", "format"):
        if getattr(before, part):
            assert getattr(after, part) == getattr(before, part)


def test_the_second_time_nothing_is_sent(desk: Desk, by_hand: gspread.Spreadsheet):
    init(desk)
    before = everything(desk)
    again = init(desk)
    assert again.requests == ()
    assert everything(desk) == before
    assert by_hand.sheet1.title == "操作"


def test_a_header_nobody_knows_is_proposed_and_not_renamed(desk: Desk, by_hand: gspread.Spreadsheet):
    orders = change_of(init(desk).tabs, "orders")
    assert [(header, label.ja) for header, label in orders.proposals] == [("お届先名", "届け先名")]
    sheet = by_hand.worksheet("注文一覧")
    assert "届け先名" not in sheet.row_values(3)
    sheet.update_acell("G3", "届け先名")
    again = init(desk)
    assert not change_of(again.tabs, "orders").proposals
    found = find_sheets(values_of(by_hand), {tab.id: tab for tab in TABS})
    assert found["orders"].columns["ship_name"] == 7


def test_columns_that_are_missing_stand_at_the_right_end_with_all_that_belongs_to_them(
    desk: Desk, by_hand: gspread.Spreadsheet
):
    init(desk)
    sheet = by_hand.worksheet("注文一覧")
    headers = sheet.row_values(3)
    assert headers[:8] == ORDERS[2]
    assert headers[8:11] == ["状態", "止まっている理由", "次の処理"]
    assert sheet.col_count >= len(headers)
    tab = next(one for one in everything(desk) if one.title == "注文一覧")
    status = tab.cell(4, 8)
    assert status.rule["condition"]["type"] == "ONE_OF_LIST"
    assert tab.cell(3, 8).note
    assert not tab.cell(2, 8).rule


@pytest.mark.usefixtures("by_hand")
def test_lists_and_text_formats_come_to_their_columns_where_there_were_none(desk: Desk):
    init(desk)
    tab = next(one for one in everything(desk) if one.title == "注文一覧")
    phone = tab.cell(4, 3)
    assert phone.format == {"numberFormat": {"type": "TEXT"}}
    assert tab.cell(4, 5).format == {"numberFormat": {"type": "CURRENCY", "pattern": "¥#,##0"}}


def refusal(desk: Desk) -> LedgerRefused:
    before = everything(desk)
    with pytest.raises(LedgerRefused) as caught:
        init(desk)
    assert everything(desk) == before, "nothing was changed"
    return caught.value


def test_a_header_that_stands_twice_is_refused(desk: Desk, by_hand: gspread.Spreadsheet):
    by_hand.worksheet("注文一覧").update_acell("H3", "注文日")
    assert refusal(desk).code == "header-twice"


def test_two_tabs_for_one_are_refused(desk: Desk, by_hand: gspread.Spreadsheet):
    does(by_hand, {"duplicateSheet": {"sourceSheetId": 0, "newSheetName": "注文一覧 2025"}})
    assert refusal(desk).code == "tab-twice"


def test_a_tab_of_ours_and_one_of_its_title_are_refused(desk: Desk, by_hand: gspread.Spreadsheet):
    init(desk)
    by_hand.worksheet("在庫").update_title("在庫 旧")
    by_hand.add_worksheet("在庫", 10, 5)
    assert refusal(desk).code == "tab-twice"


def test_another_tab_under_the_title_of_ours_is_refused(desk: Desk, by_hand: gspread.Spreadsheet):
    by_hand.add_worksheet("設定", 10, 5).update([["色", "青"]])
    assert refusal(desk).code == "tab-taken"


def test_a_blank_tab_under_the_title_of_ours_is_used(desk: Desk, by_hand: gspread.Spreadsheet):
    blank = by_hand.add_worksheet("設定", 10, 3)
    init(desk)
    sheet = by_hand.worksheet("設定")
    assert sheet.id == blank.id
    assert len(sheet.get_values()) == 1 + len(JA.rows["settings"])
    assert init(desk).requests == ()


def test_a_header_row_that_was_deleted_is_refused(desk: Desk, by_hand: gspread.Spreadsheet):
    init(desk)
    stock = by_hand.worksheet("在庫")
    stock.update([["K-001", "倉庫", "L1"]], "A2")
    stock.delete_rows(1)
    assert stock.id == sheet_id_of("stock")
    assert refusal(desk).code == "header-row-missing"
