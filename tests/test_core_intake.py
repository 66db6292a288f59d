"""Numbers, customers and the kept state of an imported order."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automations.core.orders.customers import Customers, KnownCustomer
from automations.core.orders.numbering import LineNumbers, Numbers
from automations.core.orders.source_state import (
    open_differences,
    read_state,
    settled,
    state_of,
    state_text,
    write_state,
)
from automations.core.values import Cells

ALICE = KnownCustomer("C-00007", "齋藤 葵", "090-0000-1234", "Aoi@example.com")


def test_numbers_go_on_from_the_highest_ever_used() -> None:
    numbers = Numbers("H-", ["H-00009", "H-12", "1001", "H-x", "PH-99"])

    assert [numbers.following(), numbers.following()] == ["H-00013", "H-00014"]


def test_lines_are_numbered_within_their_order() -> None:
    numbers = LineNumbers(["1044-1", "1044-7", "H-00001-2", "odd", "1045-x"])

    assert [numbers.following(order) for order in ("1044", "1044", "H-00001", "1045")] == [
        "1044-8",
        "1044-9",
        "H-00001-3",
        "1045-1",
    ]


@pytest.mark.parametrize(
    ("order", "customer"),
    [
        pytest.param(
            {"buyer_name": "葵", "buyer_email": "aoi@EXAMPLE.com"}, "C-00007", id="e-mail in any case"
        ),
        pytest.param(
            {"buyer_name": "斉藤葵", "buyer_phone": "09000001234"}, "C-00007", id="telephone and name"
        ),
        pytest.param(
            {"buyer_name": "林", "buyer_phone": "09000001234"}, "C-00008", id="same telephone, other name"
        ),
        pytest.param({"buyer_name": "齋藤 葵"}, None, id="a name alone says nothing"),
        pytest.param({"buyer_email": "x@example.com"}, None, id="nobody without a name is added"),
        pytest.param({"buyer_name": "林", "buyer_email": "x@pc.fw.rakuten.ne.jp"}, None, id="masked address"),
    ],
)
def test_customer_of_an_order(order: Cells, customer: str | None) -> None:
    customers = Customers([ALICE], Numbers("C-", [ALICE.id]), ("fw.rakuten.ne.jp",))

    assert customers.of(order) == customer


def test_a_new_customer_is_found_again_by_the_next_order() -> None:
    customers = Customers([], Numbers("C-", []), ())

    first = customers.of({"buyer_name": "林", "buyer_email": "n@example.com", "buyer_phone": "0300000000"})
    second = customers.of({"buyer_name": "林", "buyer_phone": "03-0000-0000"})

    assert (first, second, len(customers.added)) == ("C-00001", "C-00001", 1)


VALUES = st.one_of(
    st.text(max_size=80),
    st.integers(),
    st.booleans(),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
    st.none(),
)
ORDERS = st.dictionaries(st.sampled_from(["total", "remark", "ship_name", "gift", "requested_on"]), VALUES)


@given(ORDERS)
def test_a_state_survives_its_cell(order: dict[str, str | int | bool | date | datetime | None]) -> None:
    state = state_of(order, [{"sku": "K-001", "qty": 2}])

    assert read_state(write_state(state)) == state


@given(ORDERS, ORDERS, ORDERS)
def test_a_settled_state_keeps_just_the_open_differences(
    kept: dict[str, str], arrived: dict[str, str], here: dict[str, str]
) -> None:
    states = [state_of(order, []) for order in (kept, arrived, here)]
    still_open = open_differences(*states)

    after = settled(states[0], states[1], still_open)

    assert open_differences(after, states[1], states[2]) == still_open
    assert {
        column for column in {*after, *states[1]} if after.get(column, "") != states[1].get(column, "")
    } == set(still_open)


def test_long_texts_are_kept_short_and_still_told_apart() -> None:
    first, second = state_text("あ" * 100), state_text("あ" * 99 + "い")

    assert first != second
    assert len(first) < 30


@pytest.mark.parametrize("text", ["", "not json", "[1]"])
def test_a_state_nobody_can_read_is_none(text: str) -> None:
    assert read_state(text) is None
