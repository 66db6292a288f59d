"""Copied, renamed and doubled rows are told from the rows the program wrote."""

from __future__ import annotations

from automations.core.ledger import Row
from automations.core.messages import Label
from automations.core.schema import Column, Tab
from automations.core.seals import Judged, judge, seal_of
from automations.core.values import Value

LEDGER = "0123456789abcdef"


def _tab(*, sealed: bool = True, key_owner: str = "shared") -> Tab:
    columns = (
        Column("id", Label("番号", "No."), "code", key_owner),  # type: ignore[arg-type]
        Column("status", Label("状態", "Status"), "text", "shared", twin="status_set"),
        Column("paid_on", Label("入金日", "Paid on"), "date", "shared"),
        Column("posted", Label("計上", "Posted"), "text", "robot"),
        Column("name", Label("名前", "Name")),
        Column("status_set", Label("状態(控え)", "Status set"), "text", "robot"),
        Column("seal", Label("印", "Seal"), "code", "robot"),
    )
    return Tab("orders", Label("受注", "Orders"), ("id",), {one.id: one for one in columns}, sealed=sealed)


def _row(number: int, key: str | None, **cells: Value) -> Row:
    filled = {name: value for name, value in {"id": key, **cells}.items() if value is not None}
    return Row("orders", key or f"#{number}", filled, number)


def _written(number: int, key: str, seal_key: str | None = None, **cells: Value) -> Row:
    """Return a row as the program left it, sealed for ``seal_key``."""
    written: dict[str, Value] = {"status": "held", "status_set": "held", "posted": "yes", "name": "佐藤"}
    return _row(number, key, **{**written, "seal": seal_of(LEDGER, "orders", seal_key or key), **cells})


def _judged(*rows: Row, tab: Tab | None = None) -> Judged:
    return judge(tab or _tab(), rows, LEDGER)


def _codes(judged: Judged) -> list[tuple[str, int]]:
    return [(finding.code, finding.row) for finding in judged.findings]


def test_a_row_under_its_own_seal_is_believed_as_it_is():
    row = _written(2, "1001")
    assert _judged(row).rows == (row,)


def test_a_new_row_keeps_what_a_person_typed_and_nothing_else():
    judged = _judged(_row(2, "1001", status="held", posted="yes", name="佐藤", paid_on="x"))
    assert judged.rows[0].cells == {"id": "1001", "status": "held", "name": "佐藤", "paid_on": "x"}
    assert judged.rows[0].stale.keys() == {"posted"}


def test_a_copied_row_with_a_new_key_is_a_new_row():
    original, copy = _judged(_written(2, "1001"), _written(3, "1001b", "1001")).rows
    assert original.text("posted") == "yes"
    assert copy.cells == {"id": "1001b", "name": "佐藤"}
    assert copy.stale.keys() == {"status", "status_set", "posted", "seal"}


def test_a_status_a_person_typed_into_a_copied_row_is_the_persons():
    _, copy = _judged(_written(2, "1001"), _written(3, "1001b", "1001", status="cancelled")).rows
    assert copy.cells == {"id": "1001b", "name": "佐藤", "status": "cancelled"}


def test_what_a_person_typed_counts_even_when_it_cannot_be_read():
    row = Row("orders", "1001", {"id": "1001"}, 2, {"status": "??", "posted": "??"})
    judged = _judged(row)
    assert (judged.rows[0].raw, judged.rows[0].stale.keys()) == ({"status": "??"}, {"posted"})


def test_a_renamed_row_waits_for_a_person():
    judged = _judged(_written(2, "1001"), _written(3, "9999", "1002"))
    assert [row.key for row in judged.rows] == ["1001"]
    assert [row.key for row in judged.set_aside] == ["9999"]
    assert _codes(judged) == [("renamed-row", 3)]
    assert "The No. of this row was changed" in str(judged.findings[0].why)


def test_a_key_corrected_in_its_capitals_only_is_the_same_row_where_no_effect_was_named_by_it():
    orders = _tab()
    plain = {name: column for name, column in orders.columns.items() if not name.startswith("status")}
    products = Tab("orders", orders.label, ("id",), plain, sealed=True)
    row = _row(2, "K-001", posted="yes", seal=seal_of(LEDGER, "orders", "k-001"))
    assert _judged(row, tab=products).rows == (row,)
    assert _codes(_judged(_row(2, "K-002", seal=row.get("seal")), tab=products)) == [("renamed-row", 2)]
    assert _codes(_judged(row, tab=orders)) == [("renamed-row", 2)]


def test_a_row_whose_key_was_emptied_waits_for_a_person():
    judged = _judged(_written(2, "1001"), _written(3, "", "1002", id=None))
    assert _codes(judged) == [("renamed-row", 3)]


def test_a_copy_without_a_key_is_a_new_row():
    judged = _judged(
        _written(2, "1001"), _row(3, None, name="佐藤", posted="yes", seal=seal_of(LEDGER, "orders", "1001"))
    )
    assert judged.rows[1].cells == {"name": "佐藤"}
    assert judged.rows[1].stale.keys() == {"posted", "seal"}


def test_two_rows_with_one_key_both_wait_and_name_each_other():
    judged = _judged(_written(2, "1001"), _written(5, "1001"), _written(7, "1002"))
    assert [row.key for row in judged.rows] == ["1002"]
    assert _codes(judged) == [("duplicate-key", 2), ("duplicate-key", 5)]
    assert str(judged.findings[0].why) == "The same No. stands in row 5 as well."


def test_a_copy_of_a_doubled_row_is_still_a_copy():
    judged = _judged(_written(2, "1001"), _written(3, "1001"), _written(4, "1003", "1001"))
    assert [row.key for row in judged.rows] == ["1003"]


def test_a_row_from_another_ledger_waits_for_a_person():
    row = _written(2, "1001", seal=seal_of("another", "orders", "1001"))
    assert _codes(_judged(row)) == [("renamed-row", 2)]


def test_tabs_without_seals_believe_every_row_with_a_key():
    row = _row(2, "1001", posted="yes")
    assert _judged(row, tab=_tab(sealed=False)).rows == (row,)


def test_a_row_that_lost_the_key_only_the_program_gives_waits_for_a_person():
    tab = _tab(sealed=False, key_owner="robot")
    assert _codes(_judged(_row(2, None, posted="yes"), tab=tab)) == [("renamed-row", 2)]


def test_seals_differ_by_ledger_tab_and_key():
    seals = {seal_of(ledger, tab, key) for ledger in ("a", "b") for tab in ("t", "u") for key in ("1", "2")}
    assert len(seals) == 8
    assert {len(seal) for seal in seals} == {8}
