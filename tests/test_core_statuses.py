"""The status flow, and the one status the facts of an order give."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import ledgers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from automations.core.declare import Problems
from automations.core.messages import Label
from automations.core.statuses import USED, Status, check_statuses, derive, is_closed, stopped_by_hand
from automations.core.values import Value

DAY = date(2026, 11, 24)
STATES = ("planned", "instructed", "shipped", "arrived", "returned", "cancelled")


def _derived(shipments: tuple[str, ...] = (), **order: Value) -> str:
    rows = [
        ledgers.row("shipments", shipment_id=f"S{place}", state=state)
        for place, state in enumerate(shipments)
    ]
    return derive(ledgers.row("orders", order_id="1", **order), rows)


@pytest.mark.parametrize(
    ("order", "shipments", "status"),
    [
        pytest.param({}, (), "unallocated", id="nothing is known"),
        pytest.param({"intake": "incomplete", "allocation": "full"}, (), "received", id="a row to mend"),
        pytest.param({"confirmation": "open", "allocation": "full"}, (), "on_hold", id="an open hold"),
        pytest.param({"allocation": "partial"}, (), "partially_allocated", id="some stock"),
        pytest.param({"allocation": "full"}, ("planned",), "allocated", id="all stock, parcel planned"),
        pytest.param({"allocation": "full"}, ("instructed",), "instructed", id="handed to the carrier"),
        pytest.param({"confirmation": "open"}, ("instructed",), "instructed", id="a hold comes too late"),
        pytest.param({}, ("shipped", "planned"), "partially_shipped", id="one of two left"),
        pytest.param({}, ("shipped", "instructed"), "partially_shipped", id="one of two waits for its label"),
        pytest.param({}, ("shipped", "arrived"), "shipped", id="one of two arrived"),
        pytest.param({}, ("arrived", "arrived"), "arrived", id="both arrived"),
        pytest.param({}, ("arrived", "cancelled"), "arrived", id="cancelled parcels do not count"),
        pytest.param({}, ("arrived", "returned"), "arrived", id="one came back"),
        pytest.param({}, ("returned", "returned"), "returned", id="both came back"),
        pytest.param({"allocation": "full"}, ("cancelled",), "allocated", id="only a cancelled parcel"),
        pytest.param({"posted_on": DAY}, ("arrived",), "posted", id="the sale is posted"),
        pytest.param({"status": "cancelled"}, ("planned",), "cancelled", id="cancelled by a person"),
        pytest.param({"status": "returned"}, ("arrived",), "returned", id="returned by a person"),
        pytest.param({"status": "shipped"}, (), "unallocated", id="a status alone is no fact"),
    ],
)  # fmt: skip
def test_status_follows_the_facts(
    order: Mapping[str, Value], shipments: tuple[str, ...], status: str
) -> None:
    assert _derived(shipments, **order) == status


def test_parcel_taken_out_by_a_person_counts_as_cancelled() -> None:
    parcel = ledgers.row("shipments", shipment_id="S", state="instructed", stopped=True)
    assert derive(ledgers.row("orders", order_id="1", allocation="full"), [parcel]) == "allocated"


@given(
    shipments=st.lists(st.sampled_from(STATES), max_size=4).map(tuple),
    allocation=st.sampled_from([None, "none", "partial", "full"]),
    confirmation=st.sampled_from([None, "clear", "open", "cleared"]),
    intake=st.sampled_from([None, "complete", "incomplete"]),
)
def test_derived_status_is_always_a_declared_one(
    shipments: tuple[str, ...], allocation: str | None, confirmation: str | None, intake: str | None
) -> None:
    assert _derived(shipments, allocation=allocation, confirmation=confirmation, intake=intake) in USED


@pytest.mark.parametrize(
    ("status", "twin", "stopped"),
    [
        pytest.param("on_hold", "allocated", True, id="a person chose hold"),
        pytest.param("on_hold", "on_hold", False, id="the program holds"),
        pytest.param("allocated", "on_hold", False, id="a person chose something else"),
    ],
)
def test_hold_by_hand_is_told_from_the_programs(status: str, twin: str, stopped: bool) -> None:
    assert stopped_by_hand(ledgers.row("orders", order_id="1", status=status, status_set=twin)) is stopped


def test_closed_orders_are_those_nothing_happens_to() -> None:
    closed = [
        name
        for name in ledgers.shop().statuses
        if is_closed(ledgers.row("orders", order_id="1", status=name))
    ]
    assert closed == ["posted", "cancelled", "returned"]


def _declared(**nexts: tuple[str, ...] | None) -> list[str]:
    """Check a flow of these statuses; None stands for an end."""
    statuses = {
        name: Status(name, Label(name, name), followers or (), end=followers is None)
        for name, followers in nexts.items()
    }
    problems = Problems()
    check_statuses(statuses, "statuses.yaml", problems)
    return [
        f"{problem.code} {problem.where}" for problem in problems.found if problem.code != "status-missing"
    ]


@pytest.mark.parametrize(
    ("flow", "told"),
    [
        pytest.param({"a": ("b",), "b": None}, [], id="leads to an end"),
        pytest.param({"a": ("b",), "b": ("a", "c"), "c": None}, [], id="a circle with a way out"),
        pytest.param({"a": ("b",), "b": ("a",)}, ["status-dead-end statuses.yaml: a", "status-dead-end statuses.yaml: b"], id="a circle"),
        pytest.param({"a": ()}, ["status-dead-end statuses.yaml: a"], id="no follower"),
        pytest.param({"a": ("a",)}, ["status-dead-end statuses.yaml: a"], id="follows itself"),
        pytest.param({"a": ("x", "b"), "b": None}, ["unknown-name statuses.yaml: a.next"], id="unknown follower"),
    ],
)  # fmt: skip
def test_every_status_must_lead_to_an_end(flow: dict[str, tuple[str, ...] | None], told: list[str]) -> None:
    assert _declared(**flow) == told


def test_missing_statuses_are_all_named() -> None:
    problems = Problems()
    check_statuses({}, "statuses.yaml", problems)
    assert [str(problem.why).split()[2] for problem in problems.found] == list(USED)
