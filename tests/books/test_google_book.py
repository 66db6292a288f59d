"""A run and people in the same spreadsheet at the same moment: nobody's value is lost, nothing stays in a wrong row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress

import pytest
from google_ledger import GoogleShop, google_shop, signed_session
from small_ledger import (
    FIRST_ROWS,
    SCHEMA,
    TOKYO,
    append,
    change,
    commit,
    commit_on,
    remove,
    rows_of,
)

from automations.books.google.ids import COPIES, sheet_id_of
from automations.books.google.service import Spreadsheet
from automations.books.google_sheets import GoogleBook
from automations.core.errors import LedgerChanged, LedgerRefused
from automations.core.seals import seal_of

FIRST = {row["order_id"]: row for row in FIRST_ROWS["orders"]}
ALLOCATED = {"status": "allocated", "status_set": "allocated"}
Acts = dict[str, object]


@pytest.fixture
def shop() -> Iterator[GoogleShop]:
    with closing(google_shop()) as made:
        yield made


def act(shop: GoogleShop, **what: object) -> None:
    """Let a person do something right now."""
    shop.service.person(shop.spreadsheet.key, {"tab": "受注", **what})


def sealed(shop: GoogleShop) -> None:
    """Let a run handle every order, as the first one does."""
    ledger_id = shop.book.read().ledger_id
    commit(shop.book, *(change(key, seal=seal_of(ledger_id, "orders", key)) for key in FIRST))


@pytest.mark.parametrize(
    "what",
    [
        pytest.param({"do": "sort", "column": "合計", "descending": True}, id="sorts"),
        pytest.param({"do": "insert", "row": 2}, id="inserts a row"),
        pytest.param({"do": "move", "row": 2, "to": 5}, id="drags a row down"),
        pytest.param({"do": "move_column", "column": "状態", "to": 6}, id="moves a column"),
        pytest.param({"do": "insert_column", "column": "状態"}, id="inserts a column"),
    ],
)
def test_no_value_stays_in_a_wrong_row_when_a_person(shop: GoogleShop, what: Acts):
    sealed(shop)
    stale = shop.book.read()
    act(shop, **what)
    with suppress(LedgerChanged):
        commit_on(shop.book, stale, change("1001", **ALLOCATED), append(order_id="1004", name="新規"))
    rows = rows_of(shop.book)
    told = {
        key: {name: row[name] for name in ("order_id", "name", "total")}
        for key, row in rows.items()
        if key in FIRST
    }
    assert told == FIRST
    assert all(row.get("status") is None or key == "1001" for key, row in rows.items())
    assert (rows["1004"]["name"], len(rows)) == ("新規", 4)
    commit(shop.book, change("1001", **ALLOCATED))
    assert {key for key, row in rows_of(shop.book).items() if row.get("status") == "allocated"} == {"1001"}


def test_a_status_typed_while_the_run_writes_stands(shop: GoogleShop):
    sealed(shop)
    stale = shop.book.read()
    act(shop, do="edit", row=2, column="状態", value="受注")
    receipt = commit_on(shop.book, stale, change("1001", **ALLOCATED))
    assert receipt.after is None
    assert rows_of(shop.book)["1001"]["status"] == "received"


def test_what_a_person_typed_after_the_write_is_not_put_back(shop: GoogleShop):
    sealed(shop)
    stale = shop.book.read()
    act(shop, do="sort", column="合計", descending=True)
    commit_on(shop.book, stale, change("1001", **ALLOCATED))
    act(shop, do="edit", row=2, column="状態", value="受注")
    rows = rows_of(shop.book)
    assert rows["1003"]["status"] == "received"
    assert "status" not in rows["1001"]


def test_a_row_deleted_meanwhile_leaves_no_ghost(shop: GoogleShop):
    sealed(shop)
    stale = shop.book.read()
    act(shop, do="delete", row=4)
    commit_on(shop.book, stale, change("1003", **ALLOCATED))
    assert set(rows_of(shop.book)) == {"1001", "1002"}
    assert len(shop.book.read().sheets["orders"].rows) == 2


@pytest.mark.parametrize(
    "what",
    [
        pytest.param({"do": "sort", "column": "合計", "descending": True}, id="sorted"),
        pytest.param({"do": "edit", "row": 3, "column": "氏名", "value": "高橋"}, id="edited"),
    ],
)
def test_a_row_taken_out_while_a_person(shop: GoogleShop, what: Acts):
    sealed(shop)
    stale, gone = shop.book.read(), remove(shop.book, "1002")
    act(shop, **what)
    with suppress(LedgerChanged):
        commit_on(shop.book, stale, remove(shop.book, "1001") if what["do"] == "sort" else gone)
    rows = rows_of(shop.book)
    kept = {"1001", "1003"} if what["do"] == "sort" else {"1002"}
    assert kept <= set(rows)
    assert all(row["total"] == FIRST[key]["total"] for key, row in rows.items())


def test_the_slower_of_two_runs_is_refused_whole(shop: GoogleShop):
    stale = shop.book.read()
    other = another(shop)
    commit(other, change("1002", **ALLOCATED))
    with pytest.raises(LedgerChanged):
        commit_on(shop.book, stale, change("1001", **ALLOCATED), append(order_id="1004"))
    assert {key for key, row in rows_of(shop.book).items() if row.get("status")} <= {"1002"}


def test_a_commit_whose_reply_was_lost_counts_once(shop: GoogleShop):
    stale = shop.book.read()
    shop.service.faults.add({"kind": "applied_then_503", "path": "batchUpdate"})
    receipt = commit_on(shop.book, stale, append(order_id="1004"), marks=["import:own:1004"])
    snapshot = shop.book.read()
    assert (snapshot.version, snapshot.number) == (receipt.version, 1)
    assert [key for key in rows_of(shop.book) if key == "1004"] == ["1004"]


def test_a_commit_that_never_arrived_may_be_planned_again(shop: GoogleShop):
    stale = shop.book.read()
    shop.service.faults.add({"kind": "dropped_before", "path": "batchUpdate", "times": 3})
    with pytest.raises(LedgerChanged):
        commit_on(shop.book, stale, append(order_id="1004"))
    commit(shop.book, append(order_id="1004"))
    assert list(rows_of(shop.book)).count("1004") == 1


def test_a_version_that_a_person_deleted_is_installed_again(shop: GoogleShop):
    commit(shop.book, change("1001", **ALLOCATED))
    op = shop.book.read().version
    shop.spreadsheet.update([{"deleteNamedRange": {"namedRangeId": op}}])
    receipt = commit(shop.book, change("1002", **ALLOCATED))
    named = shop.spreadsheet.get("namedRanges(namedRangeId,name)")["namedRanges"]
    assert named == [{"namedRangeId": receipt.version, "name": "daicho_version"}]


def test_the_scratch_tab_is_made_again(shop: GoogleShop):
    commit(shop.book, change("1001", **ALLOCATED))
    shop.spreadsheet.update([{"deleteSheet": {"sheetId": sheet_id_of(COPIES)}}])
    commit(shop.book, change("1002", **ALLOCATED))
    assert rows_of(shop.book)["1002"]["order_id"] == "1002"


def test_a_record_that_was_emptied_is_refused(shop: GoogleShop):
    commit(shop.book, change("1001", **ALLOCATED))
    emptied = {"rows": [], "fields": "userEnteredValue"}
    rows = {"startRowIndex": 1}
    shop.spreadsheet.update(
        [
            {"updateCells": {"range": {"sheetId": sheet_id_of("journal"), **rows}, **emptied}},
            {"updateCells": {"range": {"sheetId": sheet_id_of(COPIES)}, **emptied}},
        ]
    )
    with pytest.raises(LedgerRefused, match="Version history"):
        commit(shop.book, change("1002", **ALLOCATED))


def test_a_record_that_a_person_sorted_is_read_all_the_same(shop: GoogleShop):
    for number in range(1_004, 1_020):
        commit(shop.book, append(order_id=str(number)))
    before = shop.book.read()
    act(shop, tab="記録", do="sort", column="記録番号")
    after = shop.book.read()
    assert (after.version, after.number, after.marks) == (before.version, before.number, before.marks)


def test_a_copy_of_the_spreadsheet_is_refused(shop: GoogleShop):
    commit(shop.book, change("1001", **ALLOCATED))
    snapshot = shop.book.read()
    elsewhere = Spreadsheet(copied(shop), session=signed_session(), endpoint=shop.address)
    book = GoogleBook(elsewhere, SCHEMA, language="ja", currency="JPY", zone=TOKYO)
    with pytest.raises(LedgerRefused) as refused:
        book.read()
    assert refused.value.code == "ledger-copied"
    assert shop.book.read() == snapshot


def test_a_deleted_tab_is_named(shop: GoogleShop):
    shop.spreadsheet.update([{"deleteSheet": {"sheetId": sheet_id_of("stock")}}])
    with pytest.raises(LedgerRefused, match="The tab Stock is missing"):
        shop.book.read()


def test_tabs_with_numbers_of_their_own_are_found_by_title(shop: GoogleShop):
    whole = shop.spreadsheet.values([{"gridRange": {"sheetId": sheet_id_of("orders")}}])[0]
    properties = {"sheetId": 77, "title": "注文"}
    cells = [{"values": [{"userEnteredValue": {"stringValue": str(cell)}} for cell in row]} for row in whole]
    shop.spreadsheet.update(
        [
            {"deleteSheet": {"sheetId": sheet_id_of("orders")}},
            {"addSheet": {"properties": properties}},
            {"updateCells": {"range": {"sheetId": 77}, "rows": cells, "fields": "userEnteredValue"}},
        ]
    )
    commit(shop.book, change("1001", **ALLOCATED))
    assert shop.book.read().sheets["orders"].title == "注文"


def test_a_clean_commit_is_told_without_reading(shop: GoogleShop):
    reads = shop.spreadsheet.reads
    base = shop.book.read()
    receipt = commit_on(shop.book, base, change("1001", **ALLOCATED), append(order_id="1004"))
    assert (shop.spreadsheet.reads - reads, shop.spreadsheet.writes) == (1, 1)
    found = shop.book.read()
    assert receipt.after is not None
    for tab, sheet in receipt.after.sheets.items():
        assert (sheet.columns, plain(sheet.rows)) == (
            found.sheets[tab].columns,
            plain(found.sheets[tab].rows),
        )
    assert receipt.after.token == found.token


def test_a_very_large_plan_goes_in_parts_with_each_order_whole(shop: GoogleShop):
    new = [part for number in range(2_000, 6_500) for part in (append(order_id=str(number), name="新"),)]
    writes = shop.spreadsheet.writes
    commit(shop.book, *new, marks=[f"import:own:{number}" for number in range(2_000, 6_500)])
    assert shop.spreadsheet.writes - writes == 2
    snapshot = shop.book.read()
    assert (len(rows_of(shop.book)), len(snapshot.marks), snapshot.number) == (4_503, 4_500, 2)


def plain(rows: tuple[tuple[int, tuple[object, ...]], ...]) -> list[tuple[int, dict[int, object]]]:
    return [
        (number, {at: cell for at, cell in enumerate(cells) if cell not in {None, ""}})
        for number, cells in rows
    ]


def another(shop: GoogleShop) -> GoogleBook:
    spreadsheet = Spreadsheet(shop.spreadsheet.key, session=signed_session(), endpoint=shop.address)
    return GoogleBook(spreadsheet, SCHEMA, language="ja", currency="JPY", zone=TOKYO)


def copied(shop: GoogleShop) -> str:
    """Let a person make a copy of the spreadsheet; return its key."""
    address = f"{shop.address}/drive/v3/files/{shop.spreadsheet.key}/copy"
    return str(signed_session().post(address, json={"name": "コピー"}, timeout=10).json()["id"])
