"""Numbers that a carrier gives for people, not parcels: what must hold for every list and every decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import ledgers
from hypothesis import given, settings
from hypothesis import strategies as st

from automations import record_tracking
from automations.core.incoming import Incoming, TrackingResult
from automations.core.ledger import Ledger
from automations.core.values import Value

NAMES = ("高橋 健一", "吉田 美咲")
POSTCODES = ("9800811", "5300001")
NUMBERS = ("601000000013", "601000000024", "601000000035")
SETTINGS = record_tracking.Settings(ledgers.shop().carriers)

people = st.tuples(st.sampled_from(NAMES), st.sampled_from(POSTCODES))
lists = st.lists(
    st.tuples(st.sampled_from(NUMBERS), st.sampled_from(NAMES), st.sampled_from(["", *POSTCODES])), max_size=4
)


def ledger(parcels: Sequence[tuple[str, str]]) -> Ledger:
    """Return a ledger with instructed parcels for Click Post, whose goods are reserved."""
    shipments: list[dict[str, Value]] = [
        {
            "shipment_id": f"S{number}",
            "order_id": f"{number}",
            "state": "instructed",
            "carrier": "click_post",
            "service": "click_post",
            "ship_name": name,
            "ship_postcode": postcode,
        }
        for number, (name, postcode) in enumerate(parcels, 1)
    ]
    lines: list[dict[str, Value]] = [
        {"line_id": f"{number}", "order_id": f"{number}", "shipment_id": f"S{number}", "sku": "K", "qty": 1, "allocated_qty": 1, "reserved": "K*1"}
        for number in range(1, len(parcels) + 1)
    ]  # fmt: skip
    return ledgers.ledger({"shipments": shipments, "order_lines": lines})


def after(before: Ledger, listed: Sequence[tuple[str, str, str]] = ()) -> Ledger:
    """Return the ledger after a run into which this list came: number, name, postcode (or none)."""
    results = tuple(
        TrackingResult("list.csv", row, "click_post", "", number, "", name, postcode)
        for row, (number, name, postcode) in enumerate(listed, 2)
    )
    with_list = replace(before, incoming=Incoming(tracking=results))
    now = with_list.apply(record_tracking.plan(with_list, SETTINGS))
    assert record_tracking.plan(now, SETTINGS).is_empty
    return now


def choosing(before: Ledger, choice: str) -> Ledger:
    """Return the ledger after a person gave every proposal the same answer."""
    rows = [
        row.with_cells({"number_choice": choice}, row.key) if row.text("proposed_number") else row
        for row in before["shipments"]
    ]
    table = type(before["shipments"])(before.schema["shipments"], rows)
    return replace(before, tables={**before.tables, "shipments": table}, incoming=None)


@settings(max_examples=100, deadline=None)
@given(parcels=st.lists(people, max_size=4), listed=lists)
def test_nothing_is_recorded_before_a_person_decides(
    parcels: list[tuple[str, str]], listed: list[tuple[str, str, str]]
) -> None:
    for row in after(ledger(parcels), listed)["shipments"]:
        assert (row.text("state"), row.text("tracking_number")) == ("instructed", "")
        for number in row.text("proposed_number").split():
            person = (row.text("ship_name"), row.text("ship_postcode"))
            assert any(
                number == to and name == person[0] and postcode in ("", person[1])
                for to, name, postcode in listed
            )


@settings(max_examples=100, deadline=None)
@given(parcels=st.lists(people, max_size=4), listed=lists)
def test_only_a_number_that_stands_alone_is_recorded_by_saying_right(
    parcels: list[tuple[str, str]], listed: list[tuple[str, str, str]]
) -> None:
    open_ones = after(ledger(parcels), listed)
    decided = after(choosing(open_ones, "right"), listed)
    for was, now in zip(open_ones["shipments"], decided["shipments"], strict=True):
        proposed = was.text("proposed_number").split()
        assert now.text("tracking_number") == (proposed[0] if len(proposed) == 1 else "")
        assert not now.text("number_choice")
    shipped = [row.text("tracking_number") for row in decided["shipments"] if row.text("state") == "shipped"]
    assert len(shipped) == len(set(shipped))


@settings(max_examples=100, deadline=None)
@given(parcels=st.lists(people, max_size=4), listed=lists)
def test_what_was_refused_never_comes_back_for_that_parcel(
    parcels: list[tuple[str, str]], listed: list[tuple[str, str, str]]
) -> None:
    open_ones = after(ledger(parcels), listed)
    refused = after(choosing(open_ones, "wrong"), listed)
    again = after(refused, listed)
    for was, now in zip(open_ones["shipments"], again["shipments"], strict=True):
        assert not set(was.text("proposed_number").split()) & set(now.text("proposed_number").split())
        assert now.text("state") == "instructed"


def test_a_parcel_taken_out_loses_its_proposal() -> None:
    proposed = after(ledger([(NAMES[0], POSTCODES[0])]), [(NUMBERS[0], NAMES[0], POSTCODES[0])])
    (row,) = proposed["shipments"]
    stopped = type(proposed["shipments"])(
        proposed.schema["shipments"], [row.with_cells({"stopped": True}, row.key)]
    )
    now = after(replace(proposed, tables={**proposed.tables, "shipments": stopped}, incoming=None))
    assert now["shipments"]["S1"].text("proposed_number") == ""
