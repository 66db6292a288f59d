"""Rows of the journal: packed into cells, read back, complete."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automations.core import journal
from automations.core.errors import LedgerRefused
from automations.core.journal import Commit, Digest
from automations.core.messages import Label
from automations.core.plan import AppendRow, Plan, SetCells
from automations.core.schema import Choice, Column, Tab
from automations.core.snapshot import RunNote, Sheet
from automations.core.values import Cells

NAMES = "entry_id op kind n base run_id who at tab entries checksum marks content".split()
KINDS = {
    name: Choice(name, Label(label, name))
    for name, label in (("commit", "確定"), ("entry", "変更"), ("mark", "印"))
}
TAB = Tab(
    "journal",
    Label("記録", "Journal"),
    ("entry_id",),
    {
        name: Column(
            name,
            Label(name, name),
            "choice" if name == "kind" else "text",
            choices=KINDS if name == "kind" else {},
        )
        for name in NAMES
    },
)
SCHEMA = {
    name: Tab(name, Label(name, name), (key,), {key: Column(key, Label(key, key))})
    for name, key in {"orders": "order_id", "stock": "sku", "mails": "mail_id"}.items()
}
NOTE = RunNote("run-1", "run", "2026-11-24T10:00:00+09:00")
FIRST = Commit("op-1", 1, "", "ledger-1")


def _sheet(*rows: Cells) -> Sheet:
    """Return the rows as a book gives them back: labels for kinds, whole numbers as floats."""
    cells = tuple(
        (number, tuple(_raw(row.get(name)) for name in NAMES)) for number, row in enumerate(rows, 2)
    )
    return Sheet("journal", "記録", 1, {name: at for at, name in enumerate(NAMES, 1)}, {}, cells)


def _raw(value: object) -> str | float:
    if isinstance(value, int):
        return float(value)
    return KINDS[str(value)].label.ja if value in KINDS else str(value or "")


def _rows(
    *changes: SetCells | AppendRow, marks: tuple[str, ...] = (), commit: Commit = FIRST
) -> tuple[Cells, ...]:
    return journal.rows_for(Plan(changes, marks=marks), SCHEMA, commit, NOTE)


def _entries(rows: tuple[Cells, ...]) -> list[object]:
    return [entry for row in rows if row["kind"] == "entry" for entry in json.loads(str(row["content"]))]


def test_a_commit_says_who_when_and_on_what():
    (head,) = _rows(commit=Commit("op-2", 2, "op-1", "ledger-1"))
    assert {name: head[name] for name in ("entry_id", "op", "n", "base", "who", "run_id", "at", "entries")} == {
        "entry_id": "op-2-0", "op": "op-2", "n": 2, "base": "op-1", "who": "run", "run_id": "run-1",
        "at": "2026-11-24T01:00:00+00:00", "entries": 0,
    }  # fmt: skip


def test_an_entry_has_key_before_and_after():
    moment = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
    cells: Cells = {"ship_on": date(2026, 11, 25), "at": moment, "gift": True, "name": None}
    rows = _rows(SetCells("orders", "1001", cells, {"name": "佐藤"}))
    assert _entries(rows) == [
        ["1001", {
            "ship_on": [None, "2026-11-25"],
            "at": [None, "2026-11-24T01:00:00+00:00"],
            "gift": [None, True],
            "name": ["佐藤", None],
        }],
    ]  # fmt: skip
    assert [row.get("tab") for row in rows] == [None, "orders"]


def test_of_new_rows_the_journal_keeps_keys_and_a_digest_of_each_cell():
    new = [{"sku": "K-1", "lot": "A", "free": 4}, {"sku": "K-2", "lot": None, "text": "長い" * 20_000}]
    (head, *entries) = _entries(_rows(*(AppendRow("stock", cells) for cells in new)))
    assert head == ["", ["sku", "lot", "free", "text"]]
    assert [entry[1] for entry in entries] == ["K-1", "K-2"]  # type: ignore[index]
    assert {len(entry[2]) for entry in entries} == {24}  # type: ignore[index]
    recorded = journal.recorded(_sheet(*_rows(*(AppendRow("stock", cells) for cells in new))), TAB, "op-1")
    assert [set(one.cells) for one in recorded] == [{"sku", "lot", "free"}, {"sku", "text"}]
    assert recorded[0].cells["lot"] == (None, Digest.of("A"))
    assert {one.key for one in recorded} == {""}


def test_new_rows_that_an_earlier_version_wrote_are_read_all_the_same():
    rows = _rows(SetCells("stock", "K-1", {"lot": "A"}, {}))
    earlier = (rows[0], {**rows[1], "content": '[["",{"sku":"K-2"}]]'})
    (recorded,) = journal.recorded(_sheet(*earlier), TAB, "op-1")
    assert (recorded.key, recorded.cells) == ("", {"sku": (None, "K-2")})


@given(
    texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=30),
    copies=st.integers(1, 400),
)
def test_every_entry_is_there_and_every_cell_can_hold_its_part(texts: list[str], copies: int):
    changes = [
        SetCells("orders", str(at), {"name": text * copies}, {"name": text}) for at, text in enumerate(texts)
    ]
    rows = _rows(*changes)
    assert all(len(str(row["content"]).encode("utf-16-le")) // 2 <= 32_767 for row in rows)
    assert [entry[0] for entry in _entries(rows)] == [change.key for change in changes]  # type: ignore[index]
    assert journal.last_commit(_sheet(*rows), TAB, "op-1") == FIRST


def test_a_row_of_many_long_texts_is_kept_column_by_column():
    cells: Cells = {f"c{number}": "𠮷" * 4_000 for number in range(9)}
    rows = _rows(SetCells("mails", "m1", dict.fromkeys(cells), cells))
    assert _entries(rows) == [["m1", {name: [text, None]}] for name, text in cells.items()]
    assert all(len(str(row["content"]).encode("utf-16-le")) // 2 <= 32_767 for row in rows)


def test_a_very_long_text_that_stood_there_is_kept_as_its_hash():
    (entry,) = _entries(_rows(SetCells("mails", "m1", {"text": "短い"}, {"text": "あ" * 20_000})))
    before, after = entry[1]["text"]  # type: ignore[index]
    assert after == "短い"
    assert (before["length"], len(before["sha256"])) == (20_000, 64)


def test_a_long_text_that_stands_in_its_row_now_is_told_by_its_digest():
    rows = _rows(SetCells("mails", "m1", {"text": "あ" * 300}, {"text": "い" * 300}))
    (recorded,) = journal.recorded(_sheet(*rows), TAB, "op-1")
    assert recorded.cells["text"] == ("い" * 300, Digest.of("あ" * 300))


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60), max_size=2_000)
)
def test_marks_come_back_whatever_they_are(marks: list[str]):
    assert journal.marks_in(_sheet(*_rows(marks=tuple(marks))), TAB, FIRST) == set(marks)


def test_the_newest_commit_is_the_one_with_the_highest_number():
    later = Commit("op-2", 10, "op-1", "ledger-1")
    sheet = _sheet(*_rows(commit=later), *_rows(commit=Commit("op-1", 9, "", "ledger-1")))
    assert journal.last_commit(sheet, TAB, "") == later


def test_sorting_the_journal_does_it_no_harm():
    changes = [SetCells("orders", str(at), {"name": "あ" * 9_000}, {}) for at in range(40)]
    rows = _rows(*changes)
    assert journal.last_commit(_sheet(*reversed(rows)), TAB, "op-1") == FIRST


_ROWS = _rows(SetCells("orders", "1001", {"name": "高橋"}, {"name": "佐藤"}))


@pytest.mark.parametrize(
    "left",
    [
        pytest.param(_ROWS[:1], id="entry gone"),
        pytest.param(_ROWS[1:], id="commit gone"),
        pytest.param((_ROWS[0], {**_ROWS[1], "content": "[]"}), id="entry altered"),
        pytest.param((), id="all gone"),
    ],
)
def test_a_journal_that_lacks_something_is_refused(left: tuple[Cells, ...]):
    with pytest.raises(LedgerRefused, match="changed by hand"):
        journal.last_commit(_sheet(*left), TAB, "op-1")


def test_a_mark_that_cannot_be_read_is_refused():
    rows = _rows(marks=("import:own:1",))
    with pytest.raises(LedgerRefused, match="op-1-1"):
        journal.marks_in(_sheet(rows[0], {**rows[1], "marks": "[import"}), TAB, FIRST)


def test_marks_that_a_person_deleted_are_missed():
    """Without them a mail would be written again whose row somebody has deleted."""
    last = replace(FIRST, marks=2)
    (head, mark) = _rows(marks=("import:own:1", "mail:1:thanks"), commit=last)
    assert journal.last_commit(_sheet(head, mark), TAB, "") == last
    with pytest.raises(LedgerRefused, match="changed by hand"):
        journal.marks_in(_sheet(head), TAB, last)


def test_a_new_ledger_has_no_commit():
    assert journal.last_commit(_sheet(), TAB, "") == Commit("", 0, "", "")


def test_only_old_entries_of_a_long_journal_expire():
    today = date(2026, 11, 24)
    limit = datetime(2026, 11, 24, tzinfo=UTC) - timedelta(days=journal.KEPT_DAYS)
    old = (limit - timedelta(days=1)).isoformat()
    kinds = ("entry", "mark", "commit", *["entry"] * 98, "commit")
    rows: list[Cells] = [
        {"kind": kind, "at": old, "entry_id": f"{kind}-{at}", "op": f"{kind}-{at}", "n": at}
        for at, kind in enumerate(kinds)
    ]
    young: list[Cells] = [
        {"kind": "entry", "at": limit.isoformat(), "entry_id": str(at)} for at in range(journal.LONG)
    ]
    assert journal.expired_rows(_sheet(*rows, *young), TAB, today) == (2, *range(4, 103))
    assert journal.expired_rows(_sheet(*rows[:-2], rows[-1], *young), TAB, today) == (), "in groups"
    assert journal.expired_rows(_sheet(*rows, *young[: -len(rows)]), TAB, today) == ()
