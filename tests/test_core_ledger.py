"""The ledger in memory: whose value counts, what a plan leads to, and the least that must be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ledgers
import pytest

from automations.core.cells import RawCell
from automations.core.ledger import Ledger, key_of, update
from automations.core.messages import msg
from automations.core.plan import AppendRow, Plan, SetCells
from automations.core.reading import difference, ledger_from, row_keys
from automations.core.seals import seal_of
from automations.core.snapshot import Sheet, Snapshot
from automations.core.values import Value

LEDGER = "0123456789abcdef"
HEADER = ("order_id", "status", "status_set", "stuck_reason", "memo", "seal")


def _read(*rows: Sequence[RawCell], marks: Sequence[str] = (), header: Sequence[str] = HEADER) -> Ledger:
    columns = {column: place for place, column in enumerate(header, 1)}
    numbered = tuple((number, tuple(cells)) for number, cells in enumerate(rows, 2))
    sheet = Sheet("orders", "受注", 1, columns, {}, numbered)
    snapshot = Snapshot(LEDGER, "v1", 1, {"orders": sheet}, frozenset(marks))
    return ledger_from(snapshot, ledgers.shop().schema, ledgers.NOW, language="en", currency="JPY")


def _order(key: str, status: str | None, status_set: str | None, memo: str = "") -> tuple[RawCell, ...]:
    return (key, status, status_set, None, memo, seal_of(LEDGER, "orders", key))


def _set(ledger: Ledger, key: str, **cells: Value) -> Plan:
    return Plan.of(update(ledger["orders"][key], cells))


def _written(before: Ledger, after: Ledger) -> list[tuple[str, Mapping[str, Value]]]:
    return [
        (change.key if isinstance(change, SetCells) else "+", change.cells)
        for change in difference(before, after).changes
    ]


@pytest.mark.parametrize(
    ("here", "twin", "stays"),
    [
        pytest.param("allocated", "allocated", "shipped", id="the program's own value"),
        pytest.param("保留", "allocated", "on_hold", id="a person's value wins"),
        pytest.param("保留", None, "on_hold", id="a person's value in a new row"),
        pytest.param(None, "allocated", "shipped", id="a blank hands it back"),
        pytest.param("しっぷ", "allocated", None, id="what cannot be read is not overwritten"),
    ],
)
def test_shared_cell_belongs_to_who_wrote_it_last(
    here: str | None, twin: str | None, stays: str | None
) -> None:
    ledger = _read(_order("1001", here, twin))
    after = ledger.apply(_set(ledger, "1001", status="shipped"))
    assert after["orders"]["1001"].get("status") == stays
    written = dict(_written(ledger, after))
    assert ("1001" in written) == (stays == "shipped")


def test_shared_cell_and_its_twin_are_written_together() -> None:
    ledger = _read(_order("1001", "allocated", "allocated"))
    after = ledger.apply(_set(ledger, "1001", status="shipped"))
    assert _written(ledger, after) == [("1001", {"status": "shipped", "status_set": "shipped"})]
    new = ledger.apply(Plan.of(AppendRow("orders", {"order_id": "1002", "status": "received"})))
    assert new["orders"]["1002"].get("status_set") == "received"


def test_agreeing_with_a_person_writes_the_twin_alone() -> None:
    ledger = _read(_order("1001", "on_hold", "allocated"))
    after = ledger.apply(_set(ledger, "1001", status_set="on_hold"))
    assert _written(ledger, after) == [("1001", {"status_set": "on_hold"})]
    assert not after["orders"]["1001"].is_persons("status", "status_set")


def test_update_drops_what_is_already_so() -> None:
    row = ledgers.row("orders", order_id="1001", memo="x")
    assert update(row, {"memo": "x", "remark": None}) == ()
    (change,) = update(row, {"memo": "x", "remark": "y"}, msg("why"))
    assert (change.cells, change.before, str(change.why)) == ({"remark": "y"}, {"remark": None}, "why")


def test_applied_plans_are_seen_by_the_next_and_the_first_ledger_stays() -> None:
    ledger = _read(_order("1001", "allocated", "allocated"))
    after = ledger.apply(Plan.of(_set(ledger, "1001", memo="a"), marks=["mail:x"]))
    again = after.apply(_set(after, "1001", memo="b"))
    assert [one["orders"]["1001"].text("memo") for one in (ledger, after, again)] == ["", "a", "b"]
    assert (ledger.marks, again.marks) == (frozenset(), {"mail:x"})


def test_many_changes_of_a_row_are_written_as_one() -> None:
    ledger = _read(_order("1001", "allocated", "allocated", "old"), _order("1002", None, None))
    after = ledger.apply(_set(ledger, "1001", memo="a", stuck_reason="r"))
    after = after.apply(_set(after, "1001", memo="b"))
    assert _written(ledger, after) == [("1001", {"stuck_reason": "r", "memo": "b"})]


def test_there_and_back_writes_nothing() -> None:
    ledger = _read(_order("1001", "allocated", "allocated", "old"))
    after = ledger.apply(_set(ledger, "1001", memo="new"))
    back = after.apply(_set(after, "1001", memo="old"))
    assert difference(ledger, back).is_empty
    assert difference(ledger, ledger).is_empty


def test_new_marks_alone_are_written() -> None:
    ledger = _read(marks=["mail:a"])
    plan = difference(ledger, ledger.apply(Plan(marks=("mail:b", "mail:a"))))
    assert (plan.changes, plan.marks, plan.is_empty) == ((), ("mail:b",), False)


def test_row_without_a_key_is_found_by_its_place_and_sealed_with_its_new_key() -> None:
    ledger = _read(_order("1001", None, None), (None, None, None, None, "by phone", None))
    after = ledger.apply(_set(ledger, "#3", order_id="H-00001"))
    assert [*after["orders"].keys()] == ["1001", "H-00001"]
    assert _written(ledger, after) == [
        ("#3", {"order_id": "H-00001", "seal": seal_of(LEDGER, "orders", "H-00001")})
    ]


def test_new_row_of_a_person_is_sealed_when_something_is_written_there() -> None:
    ledger = _read(("1001", None, None, None, "", None))
    after = ledger.apply(_set(ledger, "1001", stuck_reason="r"))
    assert _written(ledger, after) == [
        ("1001", {"stuck_reason": "r", "seal": seal_of(LEDGER, "orders", "1001")})
    ]


def test_appended_row_is_sealed() -> None:
    ledger = _read()
    after = ledger.apply(Plan.of(AppendRow("orders", {"order_id": "1002", "memo": None})))
    assert _written(ledger, after) == [("+", {"order_id": "1002", "seal": seal_of(LEDGER, "orders", "1002")})]


def test_robot_cells_of_a_copied_row_are_emptied_and_the_copy_sealed() -> None:
    original = ("1001", "allocated", "allocated", "waits", "mine", seal_of(LEDGER, "orders", "1001"))
    ledger = _read(original, ("1001b", *original[1:]))
    assert _written(ledger, ledger) == [
        (
            "1001b",
            {
                "status": None,
                "status_set": None,
                "stuck_reason": None,
                "seal": seal_of(LEDGER, "orders", "1001b"),
            },
        )
    ]


def test_value_that_a_copied_row_gets_again_is_not_written_again() -> None:
    original = ("1001", "allocated", "allocated", "waits", "mine", seal_of(LEDGER, "orders", "1001"))
    ledger = _read(original, ("1001b", *original[1:]))
    after = ledger.apply(_set(ledger, "1001b", stuck_reason="waits", status="received"))
    assert _written(ledger, after) == [
        (
            "1001b",
            {"status": "received", "status_set": "received", "seal": seal_of(LEDGER, "orders", "1001b")},
        )
    ]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(SetCells("orders", "9999", {"memo": "x"}, {}), id="row that is not there"),
        pytest.param(AppendRow("orders", {"order_id": "1001"}), id="new row under a taken key"),
        pytest.param(AppendRow("orders", {"memo": "x"}), id="new row without a key"),
    ],
)
def test_impossible_change_is_a_bug_and_not_a_lost_row(change: SetCells | AppendRow) -> None:
    ledger = _read(_order("1001", None, None))
    with pytest.raises(KeyError):
        ledger.apply(Plan.of(change))


@pytest.mark.parametrize(
    ("cells", "key"),
    [
        pytest.param({"sku": "K-001", "place": "A1", "lot": "B"}, "K-001/A1/B", id="all parts"),
        pytest.param({"sku": "K-001", "lot": "B"}, "K-001//B", id="middle part blank"),
        pytest.param({"sku": "K-001"}, "K-001", id="trailing parts blank"),
        pytest.param({}, "", id="nothing"),
    ],
)
def test_key_of_a_lot_keeps_its_places(cells: Mapping[str, Value], key: str) -> None:
    assert key_of(ledgers.shop().schema["stock"], cells) == key


def test_rows_are_found_by_key_as_typed_and_doubled_keys_are_left_out() -> None:
    tab = ledgers.shop().schema["orders"]
    rows: tuple[tuple[int, tuple[RawCell, ...]], ...] = (
        (2, ("０１",)), (3, (1002.0,)), (5, ("x",)), (6, ("x",)), (7, (None, "memo")), (9, ()),
    )  # fmt: skip
    sheet = Sheet("orders", "受注", 1, {"order_id": 1, "memo": 2}, {}, rows)
    assert row_keys(sheet, tab) == {"01": 2, "1002": 3, "#7": 7, "#9": 9}


@pytest.mark.parametrize(
    ("getter", "column", "value"),
    [
        pytest.param("text", "order_id", "0012", id="text"),
        pytest.param("text", "memo", "", id="blank text"),
        pytest.param("money", "total", 1080, id="money"),
        pytest.param("money", "fee", 0, id="blank money"),
        pytest.param("number_of", "stuck_days", 0, id="blank number"),
        pytest.param("day", "ordered_at", ledgers.NOW.date(), id="day of a moment"),
        pytest.param("day", "paid_on", None, id="blank day"),
        pytest.param("moment", "ordered_at", ledgers.NOW, id="moment"),
        pytest.param("flag", "gift", False, id="blank tick"),
    ],
)
def test_typed_getters_give_plain_values(getter: str, column: str, value: Any) -> None:  # noqa: ANN401 - any cell
    row = ledgers.row("orders", order_id="0012", total=1080, ordered_at=ledgers.NOW)
    assert getattr(row, getter)(column) == value
    assert getattr(row, getter)(column) is not True
