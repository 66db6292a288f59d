"""Settling, rule by rule: what a commit hit, what the sheet shows now, and what must be put right."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import pytest

from automations.core.cells import RawCell
from automations.core.messages import Label
from automations.core.schema import Choice, Column, Tab
from automations.core.seals import seal_of
from automations.core.settling import Cell, Correction, Ground, Hit, Misfiled, Settled, is_clean, settle
from automations.core.snapshot import Sheet
from automations.core.wording import Wording

LEDGER = "0123456789abcdef"
WORDING = Wording("ja", "JPY", ZoneInfo("Asia/Tokyo"))
_STATUS = {name: Choice(name, Label(label, name)) for name, label in (("new", "受注"), ("done", "引当済み"))}
TAB = Tab(
    "orders",
    Label("受注", "Orders"),
    ("key",),
    {
        column.id: column
        for column in (
            Column("key", Label("番号", "No"), "code"),
            Column("status", Label("状態", "Status"), "choice", "shared", choices=_STATUS, twin="status_set"),
            Column("free", Label("残り", "Free"), "integer", "robot"),
            Column("errors", Label("エラー", "Errors"), "text", "robot"),
            Column("status_set", Label("状態控え", "Set"), "text", "robot"),
            Column("seal", Label("印", "Seal"), "code", "robot"),
            Column("note", Label("メモ", "Note")),
        )
    },
    sealed=True,
)
NAMES = tuple(TAB.columns)


def row(key: str, **cells: RawCell) -> Mapping[str, RawCell]:
    return {"key": key, "seal": seal_of(LEDGER, "orders", key) if key else None, **cells}


def ground(*rows: Mapping[str, RawCell], is_settle: bool = False) -> Ground:
    cells = tuple((number, tuple(one.get(name) for name in NAMES)) for number, one in enumerate(rows, 2))
    sheet = Sheet("orders", "受注", 1, {name: at for at, name in enumerate(NAMES, 1)}, {}, cells)
    return Ground({"orders": sheet}, {"orders": TAB}, LEDGER, WORDING, is_settle=is_settle)


def hit(key: str, found_key: str, column: str, base: object, new: object, found: RawCell) -> Hit:
    return Hit("orders", key, found_key, (Cell(column, base, new, column, found),))


def wanted(settled: Settled) -> list[tuple[int, str, RawCell]]:
    return [(one.number, one.column, one.wanted) for one in settled.corrections]


def test_a_write_that_met_its_row_and_value_is_clean():
    now = ground(row("1", status="引当済み", status_set="done"))
    hits = [hit("1", "1", "status", "new", "done", "受注")]
    assert settle(hits, [], now).is_empty
    assert is_clean(hits, [], now)


def test_what_stood_in_another_row_goes_back_to_it():
    now = ground(row("2", free=7), row("1", free=3))
    assert wanted(settle([hit("1", "2", "free", 3, 7, 5)], [], now)) == [(2, "free", 5)]


def test_a_person_who_typed_a_shared_cell_meanwhile_has_it_back():
    now = ground(row("1", status="引当済み", status_set="done"))
    assert wanted(settle([hit("1", "1", "status", None, "done", "受注")], [], now)) == [(2, "status", "受注")]


def test_a_shared_cell_that_shows_what_the_program_left_there_is_written_over():
    """The plan was made on a cell that a person had emptied; then somebody brought an older version back."""
    now = ground(row("1", status="受注", status_set="new"))
    cells = (
        Cell("status", None, "new", "status", "引当済み"),
        Cell("status_set", "done", "new", "status_set", "done"),
    )
    assert settle([Hit("orders", "1", "1", cells)], [], now).is_empty


def test_a_robot_cell_of_its_own_row_is_not_put_back():
    now = ground(row("1", free=7))
    assert settle([hit("1", "1", "free", 3, 7, 4)], [], now).is_empty


def test_a_cell_that_was_edited_since_is_left_alone():
    now = ground(row("2", status="受注"))
    assert settle([hit("1", "2", "status", None, "done", None)], [], now).is_empty


def test_of_two_rows_with_the_same_key_the_one_that_was_hit_is_put_right():
    now = ground(row("2", free=7, errors="x"), row("2", free=7))
    cells = (Cell("free", 3, 7, "free", 5), Cell("errors", None, "x", "errors", None))
    assert wanted(settle([Hit("orders", "1", "2", cells)], [], now)) == [(2, "free", 5), (2, "errors", None)]


def test_a_renamed_row_is_found_by_its_seal():
    renamed = {**row("2", status="引当済み"), "key": "2-B"}
    assert wanted(settle([hit("1", "2", "status", None, "done", "受注")], [], ground(renamed))) == [
        (2, "status", "受注")
    ]


def test_a_persons_value_whose_row_is_gone_is_quoted():
    settled = settle([hit("1", "2", "status", None, "done", "受注")], [], ground(row("1")))
    assert settled.is_empty
    assert "受注" in settled.lost[0].text("en")
    assert "引当済み" in settled.lost[0].text("en")


def test_a_put_back_that_missed_its_row_is_done_again():
    """Row 1 was to get 5 back; the write landed on row 2, which gets its own back, and row 1 is still to be served."""
    now = ground(row("2", free=5), row("1", free=7), is_settle=True)
    settled = settle([hit("1", "2", "free", 7, 5, 9)], [], now)
    assert wanted(settled) == [(2, "free", 9), (3, "free", 5)]


def test_what_was_written_where_no_row_stood_goes_away():
    ghost = {"free": 7}
    assert wanted(settle([hit("1", "", "free", 3, 7, None)], [], ground(row("2"), ghost))) == [
        (3, "free", None)
    ]


@pytest.mark.parametrize(
    ("there", "cleared"),
    [
        pytest.param({"seal": "ABCDEFGH", "note": "電話"}, {"seal"}, id="a seal in a person's row"),
        pytest.param(
            {"status": "引当済み", "status_set": "done"}, {"status", "status_set"}, id="status and twin"
        ),
        pytest.param(
            {"status": "受注", "status_set": "done"}, {"status_set"}, id="a status a person typed stays"
        ),
        pytest.param(
            {"errors": "番号なし", "note": "電話"}, set(), id="what is wrong with a person's row stays"
        ),
        pytest.param({"errors": "番号なし"}, {"errors"}, id="what is wrong with nothing goes"),
        pytest.param({"free": 12}, set(), id="a sum below a column stays"),
        pytest.param({"note": "合計", "free": 12}, set(), id="a line of totals stays"),
    ],
)
def test_nothing_of_the_program_stands_in_a_row_without_key(there: Mapping[str, RawCell], cleared: set[str]):
    settled = settle([], [], ground(there))
    assert {one.column for one in settled.corrections} == cleared
    assert all(one.wanted is None for one in settled.corrections)


def test_a_value_written_under_a_moved_column_goes_back_there():
    cells = (Cell("free", None, 7, "note", "大事"),)
    now = ground(row("1", note=7))
    assert wanted(settle([Hit("orders", "1", "1", cells)], [], now)) == [(2, "note", "大事")]


def test_a_new_row_that_was_filled_under_moved_columns_is_filed_again():
    now = ground(row("1"), {"key": "x", "note": "9"})
    cells = (Cell("key", None, "9", "note", None), Cell("note", None, "x", "key", None))
    assert wanted(settle([], [Misfiled("orders", cells)], now)) == [(3, "note", "x"), (3, "key", "9")]


def test_a_new_row_is_filed_again_although_a_person_typed_into_it():
    now = ground(row("1"), {"key": "x", "note": "9", "free": 4, "status": "受注"})
    cells = (
        Cell("key", None, "9", "note", None),
        Cell("note", None, "x", "key", None),
        Cell("free", None, 4, "free", None),
        Cell("status", None, "done", "status", None),
    )
    assert wanted(settle([], [Misfiled("orders", cells)], now)) == [(3, "note", "x"), (3, "key", "9")]


@pytest.mark.parametrize(
    ("removed", "moved_key", "comes_back"),
    [
        pytest.param({"key": "1", "free": 3}, "1", False, id="the row that was meant, as it was"),
        pytest.param({"key": "1", "free": 3, "note": "大事"}, "1", True, id="a person wrote into it"),
        pytest.param({"key": "2", "free": 3}, "2", True, id="another row"),
    ],
)
def test_a_row_that_was_taken_out_comes_back_when_it_was_not_meant_so(
    removed: Mapping[str, RawCell], moved_key: str, comes_back: bool
):
    cells = (Cell("key", "1", None, "key", removed["key"]), Cell("free", 3, None, "free", 3))
    hits = [Hit("orders", "1", moved_key, cells, removed)]
    settled = settle(hits, [], ground(row("9")))
    assert [one.cells for one in settled.restored] == ([removed] if comes_back else [])
    assert is_clean(hits, [], ground(row("9"))) is not comes_back


def test_settling_what_is_settled_changes_nothing():
    before = [row("2", free=7), row("1", free=3)]
    hits = [hit("1", "2", "free", 3, 7, 5)]
    first = settle(hits, [], ground(*before))
    after = [{**before[0], "free": 5}, before[1]]
    assert not first.is_empty
    assert settle(hits, [], ground(*after)).is_empty
    assert isinstance(first.corrections[0], Correction)
