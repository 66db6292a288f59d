"""`daicho report`: every order is counted once, by status and age; shortages and who waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import ledgers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automations.app.report import figures
from automations.core.values import Value


def _orders(*rows: Mapping[str, Value]) -> list[Mapping[str, Value]]:
    return [{"order_id": str(number), **row} for number, row in enumerate(rows, 1001)]


@pytest.mark.parametrize(
    ("days", "group"),
    [
        pytest.param(0, "0", id="today"),
        pytest.param(1, "1-2", id="yesterday"),
        pytest.param(2, "1-2", id="two days"),
        pytest.param(3, "3-6", id="three days"),
        pytest.param(7, "7+", id="a week"),
        pytest.param(400, "7+", id="more than a year"),
        pytest.param(-30, "0", id="a day still to come"),
    ],
)
def test_order_is_counted_by_its_age(days: int, group: str) -> None:
    order = {"status": "allocated", "ordered_at": ledgers.NOW - timedelta(days=days)}
    counts = figures(ledgers.ledger({"orders": _orders(order)})).by_status
    assert counts.loc["allocated", group] == counts.loc["allocated", "sum"] == 1
    assert counts["sum"].sum() == 1


def test_statuses_stand_in_the_order_of_the_flow() -> None:
    rows = _orders(
        {"status": "posted"}, {"status": "on_hold"}, {}, {"status": "allocated"}, {"status": "posted"}
    )
    counts = figures(ledgers.ledger({"orders": rows})).by_status
    assert list(counts.index) == ["received", "allocated", "posted", "on_hold"]
    assert list(counts["sum"]) == [1, 1, 2, 1]


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([None, *ledgers.shop().statuses]), st.none() | st.integers(-400, 400)),
        max_size=8,
    )
)
def test_every_order_is_counted_once(orders: Sequence[tuple[str | None, int | None]]) -> None:
    rows = _orders(
        *(
            {"status": status, "ordered_at": None if days is None else ledgers.NOW - timedelta(days=days)}
            for status, days in orders
        )
    )
    assert figures(ledgers.ledger({"orders": rows})).by_status["sum"].sum() == len(orders)


def test_shortages_count_missing_units_of_open_orders() -> None:
    def line(number: int, order: str, **cells: Value) -> Mapping[str, Value]:
        return {"line_id": f"L{number}", "order_id": order, "sku": "K-1", "shortage": "short", **cells}

    lines = [
        line(1, "1001", qty=5, allocated_qty=2),
        line(2, "1001", qty=1),
        line(3, "1002", qty=4),
        line(4, "1003", qty=9),
        line(5, "1002", qty=1, allocated_qty=1),
        line(6, "1002", qty=7, shortage=None),
    ]
    orders = _orders({"status": "unallocated"}, {"status": "allocated"}, {"status": "cancelled"})
    short = figures(ledgers.ledger({"orders": orders, "order_lines": lines})).shortages
    assert short.to_dict("index") == {"K-1": {"missing": 8, "orders": 2}}


def test_who_waits_longest_stands_first() -> None:
    rows = _orders(
        {"stuck_reason": "payment", "stuck_days": 2, "buyer_name": "森"},
        {"buyer_name": "not waiting"},
        {"stuck_reason": "stock", "stuck_days": 9},
        {"stuck_reason": "errors"},
    )
    waiting = figures(ledgers.ledger({"orders": rows})).waiting
    assert list(waiting.index) == ["1003", "1001", "1004"]


def test_empty_ledger_has_figures_too() -> None:
    day = figures(ledgers.ledger({}))
    assert (len(day.by_status), len(day.shortages), len(day.waiting)) == (0, 0, 0)
