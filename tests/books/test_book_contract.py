"""What every book promises, asked of the ledger in memory and of the workbook alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from google_ledger import google_shop
from small_ledger import (
    FIRST_ROWS,
    FULL_ROW,
    JOURNAL,
    NOTE,
    SCHEMA,
    Sheets,
    Shop,
    append,
    change,
    commit,
    commit_on,
    memory_shop,
    remove,
    rows_of,
    turned_round,
    typed,
    workbook_shop,
)

from automations.core import journal
from automations.core.cells import RawCell
from automations.core.errors import LedgerChanged, LedgerRefused
from automations.core.plan import Plan
from automations.core.seals import seal_of

Opened = Callable[..., Shop]


@pytest.fixture(params=["memory", "workbook", "google"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    with ExitStack() as stack:
        kinds: dict[str, Opened] = {
            "memory": memory_shop,
            "workbook": partial(workbook_shop, tmp_path),
            "google": lambda *args, **kwargs: stack.enter_context(closing(google_shop(*args, **kwargs))),
        }
        yield kinds[request.param]


@pytest.fixture
def shop(opened: Opened) -> Shop:
    return opened()


@pytest.fixture(params=["memory", "workbook"])
def local(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    """Return a ledger whose book places new rows itself and knows a tab only by its title and headers."""
    return memory_shop() if request.param == "memory" else workbook_shop(tmp_path)


def test_first_rows_are_read_back(shop: Shop):
    assert rows_of(shop.book) == {row["order_id"]: row for row in FIRST_ROWS["orders"]}
    assert rows_of(shop.book, "stock") == {"K-001/A": {"sku": "K-001", "place": "A", "free": 5}}


def test_every_column_type_comes_back_as_it_was_written(shop: Shop):
    snapshot = shop.book.read()
    row = {**FULL_ROW, "seal": seal_of(snapshot.ledger_id, "orders", "0044")}
    commit(shop.book, append(**row))
    assert rows_of(shop.book)["0044"] == row


def test_first_rows_of_every_column_type_come_back(opened: Opened):
    book = opened({"orders": [{**FULL_ROW, "seal": None}]}).book
    not_believed = {"errors", "status_set", "status", "seal"}  # robot cells of a row without seal
    believed = {name: value for name, value in FULL_ROW.items() if name not in not_believed}
    assert rows_of(book) == {"0044": believed}


@pytest.mark.parametrize("total", [0, 1, 1999, -5])
def test_cents_come_back_exactly(opened: Opened, total: int):
    book = opened(currency="USD").book
    commit(book, change("1001", total=total), currency="USD")
    assert rows_of(book, currency="USD")["1001"]["total"] == total


def test_moments_are_written_in_the_shops_time(shop: Shop):
    commit(shop.book, change("1001", ordered_at=datetime(2026, 11, 24, 20, 30, 5, 999_999, tzinfo=UTC)))
    row = shop.book.read().sheets["orders"]
    assert row.rows[0][1][row.columns["ordered_at"] - 1] == datetime(2026, 11, 25, 5, 30, 5)  # noqa: DTZ001


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+81", "0012", "1-2", "TRUE", "'x", " 縦\n横 ", "\x07"])
def test_text_stays_the_text_it_was(shop: Shop, text: str):
    commit(shop.book, change("1002", name=text))
    orders = shop.book.read().sheets["orders"]
    assert orders.rows[1][1][orders.columns["name"] - 1] == text


def test_labels_are_written_in_the_shops_language(shop: Shop):
    commit(shop.book, change("1001", status="allocated", status_set="allocated"))
    orders = shop.book.read().sheets["orders"]
    assert orders.rows[0][1][orders.columns["status"] - 1] == "引当済み"


def test_a_cell_can_be_emptied(shop: Shop):
    commit(shop.book, change("1001", name=None))
    assert "name" not in rows_of(shop.book)["1001"]


def test_other_cells_stay_as_they_were(shop: Shop):
    commit(shop.book, change("1002", name="高橋"))
    expected = {row["order_id"]: row for row in FIRST_ROWS["orders"]}
    assert rows_of(shop.book) == {**expected, "1002": {**expected["1002"], "name": "高橋"}}


def test_the_version_moves_with_each_commit(shop: Shop):
    first = shop.book.read()
    receipt = commit(shop.book, change("1001", name="高橋"))
    second = shop.book.read()
    commit(shop.book, change("1001", name="中村"))
    third = shop.book.read()
    assert (first.version, first.number) == ("", 0)
    assert (second.version, second.number) == (receipt.version, 1)
    assert third.number == 2
    assert len({first.version, second.version, third.version}) == 3
    assert first.ledger_id == second.ledger_id == third.ledger_id != ""


def test_the_receipt_counts_the_plan_and_not_the_journal(shop: Shop):
    receipt = commit(shop.book, change("1001", name="高橋", total=1), append(order_id="1004"), marks=["a"])
    assert (receipt.cells, receipt.rows) == (3, 1)


def test_a_plan_on_an_older_version_is_refused_whole(shop: Shop):
    stale = shop.book.read()
    commit(shop.book, change("1001", name="高橋"))
    with pytest.raises(LedgerChanged):
        shop.book.commit(Plan((change("1002", name="中村"), append(order_id="1004"))), stale, NOTE)
    assert rows_of(shop.book)["1002"]["name"] == "鈴木"
    assert "1004" not in rows_of(shop.book)


def test_what_a_person_typed_meanwhile_stands(shop: Shop):
    stale = shop.book.read()
    shop.edit(lambda sheets: _set(sheets, "受注", 2, 4, "手で直した"))
    with suppress(LedgerChanged):
        commit_on(shop.book, stale, change("1001", name="高橋"))
    assert rows_of(shop.book)["1001"]["name"] == "手で直した"


def test_new_rows_go_below_everything_a_person_typed(shop: Shop):
    shop.edit(lambda sheets: sheets["受注"].extend([[], [None, None, None, "名前だけ"]]))
    commit(shop.book, append(order_id="1004"), append(order_id="1005"))
    numbers = [number for number, _ in shop.book.read().sheets["orders"].rows]
    assert numbers == [2, 3, 4, 6, 7, 8]
    assert rows_of(shop.book)["#6"] == {"name": "名前だけ"}


def test_a_stray_cell_far_below_takes_no_new_rows_out_of_sight(local: Shop):
    stray: list[list[RawCell]] = [[None, None, None, "うっかり"]]
    local.edit(lambda sheets: sheets["受注"].extend([[] for _ in range(1_200)] + stray))
    commit(local.book, append(order_id="1004"), append(order_id="1005"))
    assert [number for number, _ in local.book.read().sheets["orders"].rows] == [2, 3, 4, 5, 6, 1_205]


def test_a_row_without_a_key_gets_one(shop: Shop):
    shop.edit(lambda sheets: sheets["受注"].append([None, None, None, "電話の注文"]))
    commit(shop.book, change("#5", order_id="T-0001"))
    assert rows_of(shop.book)["T-0001"] == {"order_id": "T-0001", "name": "電話の注文"}


def test_rows_with_only_unticked_boxes_count_as_blank(local: Shop):
    gift = list(SCHEMA["orders"].columns).index("gift") + 1
    local.edit(lambda sheets: sheets["受注"].append([None] * (gift - 1) + [False]))
    commit(local.book, append(order_id="1004"))
    assert [number for number, _ in local.book.read().sheets["orders"].rows] == [2, 3, 4, 5]


def test_rows_are_found_by_key_after_people_sorted_inserted_and_deleted(shop: Shop):
    def work(sheets: Sheets) -> None:
        turned_round(sheets)
        sheets["受注"].insert(2, ["1000", None, None, "割り込み"])
        sheets["受注"][:] = [row for row in sheets["受注"] if row[0] != "1003"]

    shop.edit(work)
    commit(shop.book, change("1001", total=11), change("1002", total=22), change("1000", total=33))
    assert {key: row["total"] for key, row in rows_of(shop.book).items()} == {
        "1001": 11,
        "1002": 22,
        "1000": 33,
    }


def test_columns_are_found_after_people_moved_and_renamed_them(shop: Shop):
    def work(sheets: Sheets) -> None:
        for row in sheets["受注"]:
            row.insert(0, row.pop(3))
        sheets["受注"][0][0] = "お 名前"

    shop.edit(work)
    commit(shop.book, change("1001", name="高橋"), append(order_id="1004", name="新規"))
    rows = rows_of(shop.book)
    assert (rows["1001"]["name"], rows["1004"]["name"]) == ("高橋", "新規")
    assert shop.book.read().sheets["orders"].columns["name"] == 1


def test_the_header_may_stand_below_a_title(shop: Shop):
    shop.edit(lambda sheets: sheets["受注"].__setitem__(slice(0, 0), [["受注一覧"], []]))
    commit(shop.book, change("1003", name="高橋"))
    assert shop.book.read().sheets["orders"].header_row == 3
    assert rows_of(shop.book)["1003"]["name"] == "高橋"


def test_a_tab_is_found_by_its_english_name_and_when_it_was_renamed(shop: Shop):
    def work(sheets: Sheets) -> None:
        renamed = {"受注": "Orders", "在庫": "倉庫の在庫"}
        kept = [(renamed.get(title, title), rows) for title, rows in sheets.items()]
        sheets.clear()
        sheets.update(kept)

    shop.edit(work)
    commit(shop.book, change("1001", name="高橋"), change("K-001/A", "stock", free=4))
    assert shop.book.read().sheets["stock"].title == "倉庫の在庫"
    assert rows_of(shop.book, "stock")["K-001/A"]["free"] == 4


def test_a_peoples_own_columns_and_sheets_stay(shop: Shop):
    def work(sheets: Sheets) -> None:
        for number, row in enumerate(sheets["受注"]):
            row.extend([None] * (20 - len(row)) + [f"欄{number}"])
        sheets["メモ帳"] = [["電話番号", "用件"], ["0312345678", "折り返し"]]

    shop.edit(work)
    commit(shop.book, change("1001", name="高橋"), append(order_id="1004"))
    orders = shop.book.read().sheets["orders"]
    assert orders.unknown == {"欄0": 21}
    assert [cells[20] for _, cells in orders.rows[:3]] == ["欄1", "欄2", "欄3"]
    found: Sheets = {}
    shop.edit(found.update)
    assert found["メモ帳"] == [["電話番号", "用件"], ["0312345678", "折り返し"]]


@pytest.mark.parametrize(
    ("work", "code"),
    [
        pytest.param(lambda sheets: _set(sheets, "受注", 1, 19, "受注番号"), "header-twice", id="key twice"),
        pytest.param(lambda sheets: _set(sheets, "受注", 1, 1, "番号"), "column-missing", id="key gone"),
        pytest.param(
            lambda sheets: _set(sheets, "在庫", 1, 2, "棚"), "column-missing", id="part of key gone"
        ),
        pytest.param(lambda sheets: sheets["記録"][0].__setitem__(3, "?"), "column-missing", id="journal"),
    ],
)
def test_a_ledger_with_unclear_headers_is_refused(shop: Shop, work: Callable[[Sheets], None], code: str):
    shop.edit(work)
    with pytest.raises(LedgerRefused) as refused:
        shop.book.read()
    assert refused.value.code == code


def test_a_column_that_stands_twice_is_neither_read_nor_written(shop: Shop):
    shop.edit(lambda sheets: _set(sheets, "受注", 1, 19, "氏名"))
    orders = shop.book.read().sheets["orders"]
    assert orders.doubled == {"name"}
    assert orders.columns.keys().isdisjoint(["name"])
    assert "氏名" not in orders.unknown
    commit(shop.book, change("1001", total=5), append(order_id="1004", total=7))
    for plan in (
        change("1001", name="高橋"),
        append(order_id="1005", name="新規"),
        remove(shop.book, "1002"),
    ):
        with pytest.raises(LedgerRefused, match="header-twice"):
            commit(shop.book, plan)
    assert set(rows_of(shop.book)) == {"1001", "1002", "1003", "1004"}


def test_two_tabs_that_mean_the_same_are_refused(local: Shop):
    local.edit(lambda sheets: sheets.__setitem__("Orders", [["x"]]))
    with pytest.raises(LedgerRefused) as refused:
        local.book.read()
    assert refused.value.code == "tab-twice"


def test_a_missing_tab_is_named_with_the_tabs_that_are_there(local: Shop):
    def work(sheets: Sheets) -> None:
        kept = [
            ("よそ" if title == "在庫" else title, [["a"]] if title == "在庫" else rows)
            for title, rows in sheets.items()
        ]
        sheets.clear()
        sheets.update(kept)

    local.edit(work)
    with pytest.raises(LedgerRefused, match=r"Stock is missing\. These are there: 受注, よそ"):
        local.book.read()


def test_an_alias_beside_the_columns_own_name_is_just_another_column(shop: Shop):
    shop.edit(lambda sheets: _set(sheets, "受注", 1, 19, "お名前"))
    orders = shop.book.read().sheets["orders"]
    assert (orders.columns["name"], orders.unknown) == (4, {"お名前": 19})


def test_a_column_that_is_gone_is_added_at_the_end_when_it_is_written(shop: Shop):
    shop.edit(lambda sheets: _set(sheets, "受注", 1, 3, "けした"))
    commit(shop.book, change("1002", errors=None, name="高橋"))
    assert "errors" not in shop.book.read().sheets["orders"].columns
    receipt = commit(shop.book, change("1001", errors="x"), append(order_id="1004", errors="y"))
    sheet = shop.book.read().sheets["orders"]
    assert sheet.columns["errors"] == len(SCHEMA["orders"].columns) + 1
    assert sheet.unknown["けした"] == 3
    written = {
        row[0]: row[sheet.columns["errors"] - 1 :]
        for _, row in sheet.rows
        if len(row) > len(SCHEMA["orders"].columns)
    }
    assert {key: cells for key, cells in written.items() if cells[0]} == {"1001": ("x",), "1004": ("y",)}
    assert receipt.after is None or receipt.after.sheets["orders"].columns == sheet.columns
    commit(shop.book, change("1001", errors="z"))
    assert len(shop.book.read().sheets["orders"].columns) == len(sheet.columns)


def test_text_longer_than_a_cell_is_refused_with_its_place(local: Shop):
    commit(local.book, change("1001", name="あ" * 32_767))
    with pytest.raises(LedgerRefused, match="受注, row 3, Name is longer"):
        commit(local.book, change("1002", name="𠮷" * 16_384))
    assert len(str(rows_of(local.book)["1001"]["name"])) == 32_767


def test_marks_stay_for_ever(shop: Shop):
    first = ["import:own:1001", "mail:thank_you:1001"]
    many = [f"mail:shipped:{number:06}" for number in range(3_000)]
    commit(shop.book, marks=first)
    commit(shop.book, change("1001", name="高橋"), marks=many)
    commit(shop.book, change("1001", name="中村"))
    assert shop.book.read().marks == {*first, *many}


def test_the_journal_tells_each_change_with_what_stood_before(shop: Shop):
    snapshot = shop.book.read()
    before = typed(snapshot)["1001"]
    plan = Plan(
        (
            change("1001", name="高橋", ship_on=date(2026, 11, 30)),
            append(order_id="1004", total=5, gift=False),
            change("K-001/A", "stock", free=4),
        ),
        marks=("import:own:1004",),
    )
    changed = plan.changes[0].__class__("orders", "1001", plan.changes[0].cells, {"name": before["name"]})  # type: ignore[call-arg]
    receipt = shop.book.commit(Plan((changed, *plan.changes[1:]), marks=plan.marks), snapshot, NOTE)
    rows = [row for row in rows_of(shop.book, "journal").values() if row["op"] == receipt.version]
    head, orders, stock, marks = rows
    assert (head["kind"], head["n"], head["who"], head["entries"]) == ("commit", 1, "test", 2)
    columns, new, changed_row = json.loads(str(orders["content"]))
    assert changed_row == ["1001", {"name": ["佐藤", "高橋"], "ship_on": [None, "2026-11-30"]}]
    assert (columns, new[:2]) == (["", ["order_id", "total", "gift"]], ["", "1004"])
    assert (orders["tab"], json.loads(str(stock["content"]))) == (
        "orders",
        [["K-001/A", {"free": [None, 4]}]],
    )
    assert json.loads(str(marks["marks"])) == ["import:own:1004"]
    last = journal.last_commit(shop.book.read().sheets["journal"], JOURNAL, "")
    assert replace(last, home="") == journal.Commit(receipt.version, 1, "", snapshot.ledger_id, marks=1)


def test_a_removed_row_is_gone_and_the_rows_below_move_up(shop: Shop):
    receipt = commit(shop.book, remove(shop.book, "1002"))
    orders = shop.book.read().sheets["orders"]
    assert list(rows_of(shop.book)) == ["1001", "1003"]
    assert [number for number, _ in orders.rows] == [2, 3]
    assert receipt.rows == 1


def test_rows_go_and_come_and_change_in_one_commit(shop: Shop):
    commit(
        shop.book,
        remove(shop.book, "1001"),
        change("1003", name="高橋"),
        append(order_id="1004", name="新規"),
        remove(shop.book, "1002"),
        remove(shop.book, "K-001/A", "stock"),
    )
    names = {key: row["name"] for key, row in rows_of(shop.book).items()}
    assert names == {"1003": "高橋", "1004": "新規"}
    assert [number for number, _ in shop.book.read().sheets["orders"].rows] == [2, 3]
    assert rows_of(shop.book, "stock") == {}


def test_a_row_that_a_person_moved_is_removed_where_it_stands_now(shop: Shop):
    shop.edit(turned_round)
    commit(shop.book, remove(shop.book, "1001"))
    assert list(rows_of(shop.book)) == ["1003", "1002"]


def test_the_journal_tells_a_removed_row_with_all_that_stood_there(shop: Shop):
    receipt = commit(shop.book, remove(shop.book, "1002"))
    entries = [row for row in rows_of(shop.book, "journal").values() if row["op"] == receipt.version]
    assert json.loads(str(entries[1]["content"])) == [
        ["1002", {"order_id": ["1002", None], "name": ["鈴木", None], "total": [2000, None]}, "removed"]
    ]


def test_retired_marks_leave_and_all_others_stay(shop: Shop):
    commit(shop.book, marks=["import:own:1001", "mail:thank_you:1001", "import:own:1002"])
    commit(shop.book, marks=["import:own:1003"])
    commit(shop.book, retired=["import:own:1001", "import:own:1003"])
    assert shop.book.read().marks == {"mail:thank_you:1001", "import:own:1002"}
    commit(shop.book, change("1001", name="高橋"))
    assert shop.book.read().marks == {"mail:thank_you:1001", "import:own:1002"}


def test_columns_that_only_people_know_come_along_from_another_ledger(shop: Shop):
    commit(
        shop.book, append(order_id="1004", 包装="赤いリボン"), append(order_id="1005", 包装="なし", 棚="B")
    )
    commit(shop.book, append(order_id="1006", 棚="C"))
    rows = rows_of(shop.book)
    assert [(rows[key].get("包装"), rows[key].get("棚")) for key in ("1003", "1004", "1005", "1006")] == [
        (None, None),
        ("赤いリボン", None),
        ("なし", "B"),
        (None, "C"),
    ]


def test_a_journal_that_lost_its_last_commit_is_refused(shop: Shop):
    commit(shop.book, change("1001", name="高橋"))
    shop.edit(lambda sheets: sheets["記録"].__delitem__(slice(1, None)))
    with pytest.raises(LedgerRefused, match="記録 was changed by hand"):
        shop.book.read()


def test_a_journal_changed_by_hand_is_refused(shop: Shop):
    commit(shop.book, change("1001", name="高橋"))

    def work(sheets: Sheets) -> None:
        content = list(JOURNAL.columns).index("content")
        for row in sheets["記録"]:
            if row[2] == "変更":
                row[content] = str(row[content]).replace("高橋", "中村")

    shop.edit(work)
    with pytest.raises(LedgerRefused, match="記録 was changed by hand"):
        shop.book.read()


def test_old_entries_of_a_long_journal_go_and_marks_stay(shop: Shop, opened: Opened):
    old = (datetime.fromisoformat(NOTE.at) - timedelta(days=31)).isoformat()
    entry = {"kind": "entry", "at": old, "op": "x", "content": "[]"}
    filler = [{**entry, "entry_id": f"x-{number}"} for number in range(journal.LONG)]
    filler[7] = {**filler[7], "kind": "mark", "marks": '["import:own:1"]'}
    filler[8] = {**filler[8], "at": NOTE.at}
    shop = opened({**FIRST_ROWS, "journal": filler})
    commit(shop.book, change("1001", name="高橋"))
    commit(shop.book, change("1001", name="中村"))
    assert "import:own:1" in shop.book.read().marks
    assert sorted(row["kind"] for row in rows_of(shop.book, "journal").values()) == sorted(
        ["mark", "entry", *["commit", "entry"] * 2]
    )


def _set(sheets: Sheets, title: str, row: int, column: int, value: str) -> None:
    cells = sheets[title][row - 1]
    cells.extend([None] * (column - len(cells)))
    cells[column - 1] = value
