"""What a commit says the ledger looks like now is what a reader finds."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from small_ledger import FULL_ROW, NOTE, SCHEMA, TOKYO, append, change, commit, rows_of, typed, workbook_shop

from automations.books.memory import MemoryBook
from automations.core.ledger import Ledger
from automations.core.plan import Change, Plan, RemoveRow
from automations.core.reading import ledger_from
from automations.core.snapshot import Receipt, Snapshot


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param([change("1002", name="高橋")], id="one cell"),
        pytest.param([change("1001", name=None, total=0)], id="emptied cell"),
        pytest.param([change("1003", **{**FULL_ROW, "order_id": "1003"})], id="every column type"),
        pytest.param([append(**{**FULL_ROW, "order_id": "0045"})], id="new row of every type"),
        pytest.param([append(order_id="1004"), append("stock", sku="K-2", free=0)], id="rows of two tabs"),
        pytest.param([change("1001", order_id=None, name=None, total=None)], id="row left blank"),
        pytest.param([change("1001", name=" 縦\n横 "), change("1002", name="\x07=1+1")], id="odd texts"),
        pytest.param(
            [change("1001", ordered_at=datetime(2026, 11, 24, 20, 30, 5, 999_999, tzinfo=UTC))],
            id="moment of another zone",
        ),
        pytest.param([RemoveRow("orders", "1002", {}), change("1003", name="高橋")], id="row removed"),
        pytest.param([RemoveRow("orders", "1001", {}), append(order_id="1004")], id="row removed, row added"),
        pytest.param([RemoveRow("stock", "K-001/A", {})], id="last row removed"),
    ],
)
def test_the_ledger_after_a_commit_is_told_without_reading(tmp_path: Path, changes: Sequence[Change]):
    book = workbook_shop(tmp_path).book
    told = commit(book, *changes, marks=["mail:a"]).after
    found = book.read()
    assert told is not None
    assert _plain(told) == _plain(found)
    assert typed(told) == typed(found)


@pytest.mark.parametrize("currency", ["JPY", "USD"])
def test_a_commit_on_what_was_told_is_taken(tmp_path: Path, currency: str):
    book = workbook_shop(tmp_path, currency=currency).book
    first = _after(commit(book, change("1001", total=1999), append(order_id="1004")))
    receipt = book.commit(Plan((change("1004", name="高橋"),)), first, NOTE)
    assert rows_of(book, currency=currency)["1004"]["name"] == "高橋"
    assert _plain(_after(receipt)) == _plain(book.read())


def test_a_book_that_cannot_tell_says_so():
    book = MemoryBook(SCHEMA, language="ja", currency="JPY", zone=TOKYO, rows={"orders": [{"order_id": "1"}]})
    assert commit(book, change("1", name="高橋")).after is None


def test_rows_a_commit_did_not_touch_are_not_read_again(tmp_path: Path):
    book = workbook_shop(tmp_path).book
    base = book.read()
    before = _ledger(base)
    told = _after(book.commit(Plan((change("1002", name="高橋"),)), base, NOTE))
    after = _ledger(told, known=(base, before))
    assert after["orders"]["1001"] is before["orders"]["1001"]
    assert after["orders"]["1002"].text("name") == "高橋"


def test_cells_that_cannot_be_read_are_told_each_time(tmp_path: Path):
    shop = workbook_shop(tmp_path)
    shop.edit(lambda sheets: sheets["受注"][1].__setitem__(4, "たくさん"))
    base = shop.book.read()
    before = _ledger(base)
    after = _ledger(base, known=(base, before))
    assert [finding.code for finding in before.unreadable] == ["not-an-amount"]
    assert after.unreadable == before.unreadable


def _plain(snapshot: Snapshot) -> object:
    """Return a snapshot for comparing: a blank cell is a blank cell, be it ``""``, None or not there."""
    rows = {
        sheet.title: {
            (number, at): cell
            for number, cells in sheet.rows
            for at, cell in enumerate(cells, 1)
            if cell is not None and cell != ""
        }
        for sheet in snapshot.sheets.values()
    }
    return snapshot.ledger_id, snapshot.version, snapshot.number, snapshot.marks, snapshot.token, rows


def _after(receipt: Receipt) -> Snapshot:
    assert receipt.after is not None
    return receipt.after


def _ledger(snapshot: Snapshot, known: tuple[Snapshot, Ledger] | None = None) -> Ledger:
    now = datetime(2026, 11, 24, tzinfo=TOKYO)
    return ledger_from(snapshot, SCHEMA, now, language="ja", currency="JPY", known=known)
