from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import ledgers
import pytest

from automations.core.ledger import Row, Table
from automations.core.stock.demand import gather
from automations.core.stock.shelf import (
    Lot,
    Part,
    Reservation,
    Shelf,
    keep,
    merged,
    on_hand,
    parts_of,
    reservations,
    stock_key,
)

DAY = date(2026, 11, 25)
SKU_OF = {"A": "A", "A//1": "A", "A//2": "A", "B": "B"}


def table(tab: str, *rows: Row, set_aside: Sequence[Row] = ()) -> Table:
    return Table(ledgers.shop().schema[tab], rows, set_aside)


def shelf_row(sku: str, qty: int, lot: str | None = None, counted_at: datetime = ledgers.NOW) -> Row:
    return ledgers.row("stock", sku=sku, lot=lot, counted_qty=qty, counted_at=counted_at)


def move(number: str, sku: str, qty: int, hours: int) -> Row:
    at = ledgers.NOW + timedelta(hours=hours)
    return ledgers.row("movements", movement_id=number, sku=sku, qty=qty, moved_at=at)


def test_a_line_that_was_given_the_number_of_another_one_holds_what_was_reserved_for_it() -> None:
    """Else it would look free, and be promised to somebody else before the number is mended."""
    lines = [
        ledgers.row("order_lines", line_id="1-1", order_id="1", sku="A", qty=units, reserved=held, seal=seal)
        for units, held, seal in ((2, "A*2", "FIRST"), (2, "A*2", "FIRST"), (3, "A*3", "OTHER"))
    ]
    now = ledgers.ledger({})
    tables = {**now.tables, "order_lines": table("order_lines", set_aside=lines)}
    assert gather(replace(now, tables=tables), {"A": "A"}).reserved == {"A": 5}


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        (("K-002",), "K-002"),
        (("K-001", "", "A"), "K-001//A"),
        (("K-001", "R1"), "K-001/R1"),
        (("K", "R", "L"), "K/R/L"),
    ],
)
def test_stock_key_is_written_as_the_ledger_writes_keys(parts: tuple[str, ...], key: str) -> None:
    assert stock_key(*parts) == key
    cells = dict(zip(("sku", "place", "lot"), (part or None for part in parts), strict=False))
    assert ledgers.row("stock", **cells).key == key


def test_movements_up_to_the_moment_of_the_count_are_in_the_count() -> None:
    units, strays = on_hand(
        table("stock", shelf_row("A", 10)),
        table("movements", move("1", "A", -2, -1), move("2", "A", -3, 0), move("3", "A", -4, 1)),
    )
    assert units == {"A": 6}
    assert strays == []


def test_goods_taken_out_count_even_when_their_row_stands_twice_and_only_once() -> None:
    twice = (move("1", "A", -2, 1), move("1", "A", -2, 1), move("2", "A", 5, 1))
    units, _ = on_hand(table("stock", shelf_row("A", 10)), table("movements", set_aside=twice))
    assert units == {"A": 8}


def test_movements_of_a_stock_row_that_stands_twice_are_no_strays() -> None:
    doubled = (shelf_row("A", 1), shelf_row("A", 2))
    units, strays = on_hand(table("stock", set_aside=doubled), table("movements", move("1", "A", 5, 1)))
    assert (units, strays) == ({}, [])


@pytest.mark.parametrize(
    ("text", "held"),
    [
        pytest.param("K-001//A*2, K-001//B*1", (("K-001//A", 2), ("K-001//B", 1)), id="two lots"),
        pytest.param("K-002*2, K-002*1", (("K-002", 3),), id="one lot twice is added up"),
        pytest.param("", (), id="nothing"),
        pytest.param("K-002*", (), id="text that is no list"),
    ],
)
def test_reservations(text: str, held: tuple[Reservation, ...]) -> None:
    assert reservations(text) == held


@pytest.mark.parametrize(
    ("held", "parts", "qty", "sets", "kept"),
    [
        pytest.param((("A", 3),), (("A", 1),), 3, 3, (("A", 3),), id="as it should be"),
        pytest.param(
            (("A//1", 3), ("A//2", 2)), (("A", 1),), 4, 4, (("A//1", 3), ("A//2", 1)), id="less wanted"
        ),
        pytest.param((("A", 2), ("B", 4)), (("B", 2),), 1, 1, (("B", 2),), id="another product"),
        pytest.param(
            (("A", 5), ("B", 1)), (("A", 2), ("B", 1)), 3, 1, (("A", 2), ("B", 1)), id="whole sets only"
        ),
        pytest.param((("A", 5),), (("A", 1), ("B", 1)), 3, 0, (), id="a part is missing"),
        pytest.param((("A", 2),), (("A", 1),), 0, 0, (), id="nothing wanted"),
        pytest.param((("Z//9", 2),), (("Z", 1),), 2, 2, (("Z//9", 2),), id="a lot without a stock row"),
    ],
)
def test_keep(
    held: tuple[Reservation, ...], parts: tuple[Part, ...], qty: int, sets: int, kept: tuple[Reservation, ...]
) -> None:
    assert keep(held, parts, qty, SKU_OF) == (sets, kept)


def lots() -> tuple[Lot, ...]:
    return (
        Lot("A", "A"),
        Lot("A//far", "A", date(2027, 3, 1), date(2027, 2, 1)),
        Lot("A//near", "A", date(2026, 12, 20), date(2026, 12, 10)),
        Lot("A//old", "A", date(2026, 11, 26), date(2026, 11, 20)),
        Lot("B", "B"),
    )


@pytest.mark.parametrize(
    ("free", "wanted", "taken"),
    [
        pytest.param({"A": 9, "A//far": 9, "A//near": 9}, 2, (("A//near", 2),), id="nearest date first"),
        pytest.param({"A": 9, "A//far": 9, "A//near": 1}, 2, (("A//far", 2),), id="one lot rather than two"),
        pytest.param(
            {"A": 1, "A//far": 1, "A//near": 1}, 3, (("A//near", 1), ("A//far", 1), ("A", 1)), id="split"
        ),
        pytest.param({"A": 1, "A//old": 9}, 1, (("A", 1),), id="too old is left"),
        pytest.param({"A": -3, "A//far": 2}, 2, (("A//far", 2),), id="over-reserved counts as none"),
    ],
)
def test_serve(free: dict[str, int], wanted: int, taken: tuple[Reservation, ...]) -> None:
    shelf = Shelf(lots(), free)
    before = shelf.left("A", DAY)
    assert shelf.serve((("A", 1),), wanted, DAY) == (wanted, taken)
    assert shelf.left("A", DAY) == before - wanted


def test_sets_are_limited_by_their_scarcest_part_and_can_be_put_back() -> None:
    shelf = Shelf(lots(), {"A": 5, "B": 9})
    parts = (("A", 2), ("B", 1))
    assert shelf.sets(parts, DAY) == 2
    sets, taken = shelf.serve(parts, 3, DAY)
    assert (sets, taken) == (2, (("A", 4), ("B", 2)))
    assert shelf.sets(parts, DAY) == 0
    shelf.put_back(taken)
    assert shelf.sets(parts, DAY) == 2


def test_a_product_is_its_own_part_and_a_part_named_twice_is_added_up() -> None:
    assert parts_of("K-001", "") == (("K-001", 1),)
    assert parts_of("K-011", "K-001*1, K-006*2, K-001*1") == (("K-001", 2), ("K-006", 2))


def test_merged_names_each_lot_once() -> None:
    assert merged((("A", 1),), (("A", 2), ("B", 1))) == (("A", 3), ("B", 1))
