from datetime import date, datetime

import ledgers
import pytest

from automations.core.shipping.ship_days import ShipDay, ship_day
from automations.core.values import Value

NOV = {day: date(2026, 11, day) for day in range(1, 31)}


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, 0, tzinfo=ledgers.TOKYO)


def leaves(
    now: datetime,
    method: str = "cod",
    days: int = 1,
    handling_days: int = 0,
    release_on: date | None = None,
    **order: Value,
) -> ShipDay:
    return ship_day(
        ledgers.row("orders", order_id="1", payment_method=method, **order),
        ledgers.shop().payments[method],
        days=days,
        release_on=release_on,
        calendar=ledgers.shop().calendar,
        now=now,
        handling_days=handling_days,
    )


@pytest.mark.parametrize(
    ("ordered", "now", "ship_on"),
    [
        pytest.param(at(19, 11), at(19, 11), NOV[19], id="before the cut-off"),
        pytest.param(at(19, 12), at(19, 12), NOV[19], id="at the cut-off"),
        pytest.param(at(19, 13), at(19, 13), NOV[20], id="after the cut-off"),
        pytest.param(at(20, 13), at(20, 13), NOV[24], id="over the weekend and the holiday"),
        pytest.param(at(21, 9), at(21, 9), NOV[24], id="on a Saturday morning"),
        pytest.param(at(19, 11), at(19, 18), NOV[19], id="the run's own hour does not count"),
        pytest.param(at(12, 11), at(19, 18), NOV[19], id="a day that has passed moves to today"),
        pytest.param(at(12, 11), at(21, 9), NOV[24], id="or to the next working day"),
        pytest.param(None, at(19, 9), NOV[19], id="an order without a moment"),
    ],
)
def test_ship_day_counts_from_the_order(ordered: datetime | None, now: datetime, ship_on: date) -> None:
    found = leaves(now, ordered_at=ordered)
    assert found.ship_on == ship_on
    assert (found.deliver_on - found.ship_on).days == 1


def test_prepaid_orders_count_from_the_payment_and_wait_for_it() -> None:
    order = {"ordered_at": at(10, 9), "method": "bank_transfer"}
    assert leaves(at(19, 9), **order).ship_on is None
    assert leaves(at(19, 9), payment_state="paid", paid_on=NOV[19], **order).ship_on == NOV[19]
    assert (
        leaves(at(19, 9), payment_state="paid", paid_on=NOV[19], handling_days=2, **order).ship_on == NOV[24]
    )


@pytest.mark.parametrize(
    ("requested", "days", "ship_on", "deliver_on", "keeps"),
    [
        pytest.param(NOV[27], 1, NOV[26], NOV[27], True, id="the day before"),
        pytest.param(NOV[24], 1, NOV[20], NOV[24], True, id="last working day before a long weekend"),
        pytest.param(NOV[20], 1, NOV[19], NOV[20], True, id="just in time"),
        pytest.param(NOV[20], 3, NOV[19], NOV[22], False, id="too soon"),
        pytest.param(NOV[18], 1, NOV[19], NOV[20], False, id="already past"),
    ],
)
def test_a_requested_day_is_kept_where_it_can_be(
    requested: date, days: int, ship_on: date, deliver_on: date, keeps: bool
) -> None:
    found = leaves(at(19, 10), ordered_at=at(19, 9), requested_on=requested, days=days)
    assert (found.ship_on, found.deliver_on, found.keeps_wish) == (ship_on, deliver_on, keeps)


def test_nothing_leaves_before_its_release() -> None:
    assert leaves(at(19, 10), ordered_at=at(19, 9), release_on=NOV[28]).ship_on == NOV[30]
