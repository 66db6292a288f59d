"""Frames: a tab as pandas sees it, and an edited frame as a plan."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import ledgers
import pandas as pd
import pytest

from automations.core.ledger import Ledger
from automations.core.plan import Plan, SetCells
from automations.core.values import Value

FULL: Mapping[str, Value] = {
    "order_id": "0012",
    "status": "on_hold",
    "stuck_days": 4,
    "total": 1080,
    "ordered_at": ledgers.NOW,
    "requested_on": date(2999, 1, 31),
    "gift": True,
    "remark": "のし",
}


def _ledger() -> Ledger:
    return ledgers.ledger({"orders": [FULL, {"order_id": "1002"}]})


def _cells(plan: Plan) -> dict[str, dict[str, Value]]:
    return {change.key: dict(change.cells) for change in plan.changes if isinstance(change, SetCells)}


@pytest.mark.parametrize(
    ("column", "dtype", "value"),
    [
        pytest.param("order_id", "string", "0012", id="code keeps its zeros"),
        pytest.param("status", "string", "on_hold", id="choice as its id"),
        pytest.param("stuck_days", "Int64", 4, id="whole number"),
        pytest.param("total", "Int64", 1080, id="yen"),
        pytest.param("gift", "boolean", True, id="tick"),
        pytest.param("requested_on", "datetime64[s]", pd.Timestamp("2999-01-31"), id="day far away"),
        pytest.param("ordered_at", "datetime64[s, Asia/Tokyo]", pd.Timestamp("2026-11-24 10:00", tz="Asia/Tokyo"), id="moment"),
        pytest.param("imported_at", "datetime64[s, Asia/Tokyo]", pd.NaT, id="moments that are all blank"),
    ],
)  # fmt: skip
def test_each_type_has_its_dtype(column: str, dtype: str, value: object) -> None:
    frame = _ledger().frame("orders")
    assert str(frame[column].dtype) == dtype
    assert frame.loc["0012", column] == value or value is pd.NaT
    assert column == "order_id" or pd.isna(frame.loc["1002", column])


def test_every_tab_makes_a_frame_even_when_it_is_empty() -> None:
    empty = ledgers.ledger({})
    for name, tab in empty.schema.items():
        frame = empty.frame(name)
        assert list(frame.columns) == list(tab.columns)
        assert Plan.from_frames(empty[name], frame, frame.copy()).is_empty


def test_frame_that_was_not_edited_changes_nothing() -> None:
    ledger = _ledger()
    frame = ledger.frame("orders")
    assert Plan.from_frames(ledger["orders"], frame, frame.copy()).is_empty


@pytest.mark.parametrize(
    ("column", "given", "cell"),
    [
        pytest.param("memo", "見本", "見本", id="text"),
        pytest.param("stuck_days", 5, 5, id="whole number"),
        pytest.param("total", 2160, 2160, id="yen"),
        pytest.param("gift", False, False, id="tick"),
        pytest.param("requested_on", pd.Timestamp("2026-12-01"), date(2026, 12, 1), id="day"),
        pytest.param("ordered_at", pd.Timestamp("2026-11-24 02:00", tz="UTC"), datetime(2026, 11, 24, 11, tzinfo=ledgers.TOKYO), id="moment elsewhere"),
        pytest.param("remark", pd.NA, None, id="emptied text"),
        pytest.param("requested_on", pd.NaT, None, id="emptied day"),
        pytest.param("stuck_days", pd.NA, None, id="emptied number"),
    ],
)  # fmt: skip
def test_edited_value_becomes_a_change_of_that_cell_alone(column: str, given: Any, cell: Value) -> None:  # noqa: ANN401 - what a frame takes
    ledger = _ledger()
    before = ledger.frame("orders")
    after = before.copy()
    after.loc["0012", column] = given
    plan = Plan.from_frames(ledger["orders"], before, after)
    assert _cells(plan) == {"0012": {column: cell}}
    assert plan.changes == (SetCells("orders", "0012", {column: cell}, {column: FULL.get(column)}),)
    again = ledger.apply(plan).frame("orders")
    assert Plan.from_frames(ledger["orders"], after, again).is_empty


def test_moment_in_a_blank_cell_is_local() -> None:
    ledger = _ledger()
    before = ledger.frame("orders")
    after = before.copy()
    after["imported_at"] = after["imported_at"].astype(object)
    after.loc["1002", "imported_at"] = datetime(2026, 11, 24, 1, tzinfo=UTC)
    (moment,) = _cells(Plan.from_frames(ledger["orders"], before, after))["1002"].values()
    assert isinstance(moment, datetime)
    assert moment.isoformat() == "2026-11-24T10:00:00+09:00"


def test_cents_are_exact_in_frames() -> None:
    ledger = ledgers.ledger({"orders": [{"order_id": "1", "total": 1010}]})
    dollars = ledger.frame("orders")  # yen, as the test shop's currency is
    assert dollars.loc["1", "total"] == 1010
    from automations.core.frames import to_frame

    before = to_frame(ledger["orders"], "USD", ledgers.TOKYO)
    assert before.loc["1", "total"] == Decimal("10.10")
    after = before.copy()
    after.loc["1", "total"] = Decimal("10.11")
    assert _cells(Plan.from_frames(ledger["orders"], before, after, "USD")) == {"1": {"total": 1011}}


@pytest.mark.parametrize(
    ("column", "given"),
    [
        pytest.param("total", "10.5", id="half a yen"),
        pytest.param("stuck_days", 2.5, id="half a day"),
        pytest.param("gift", "perhaps", id="word for a tick"),
    ],
)
def test_value_that_does_not_fit_is_refused_not_dropped(column: str, given: object) -> None:
    ledger = _ledger()
    before = ledger.frame("orders")
    after = before.copy()
    after[column] = after[column].astype(object)
    after.loc["0012", column] = given
    with pytest.raises(ValueError, match=f"{column} of 0012"):
        Plan.from_frames(ledger["orders"], before, after)


def test_rows_and_columns_of_the_frame_alone_are_left_out() -> None:
    ledger = _ledger()
    before = ledger.frame("orders")
    after = before.copy().assign(mine=1)
    after.loc["9999"] = after.loc["0012"]
    assert Plan.from_frames(ledger["orders"], before, after.drop(index="1002")).is_empty
