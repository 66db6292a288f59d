"""Laws of allocation, for any orders and any stock: nothing is promised twice, nothing is lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import ledgers
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_allocation import Reference

from automations import allocate_stock
from automations.core.ledger import Ledger, Row
from automations.core.stock.shelf import parts_of, reservations
from automations.core.values import Value

SET = "A*2, B*1"
Stock = list[dict[str, Value]]
Orders = list[tuple[list[tuple[str, int]], str, int]]
Edits = list[tuple[int, str]]

PRODUCTS: Stock = [
    {"sku": "A", "name": "a", "min_days_left": 10},
    {"sku": "B", "name": "b"},
    {"sku": "S", "name": "s", "components": SET},
]
COUNTED = ledgers.NOW - timedelta(days=1)

lots = st.lists(
    st.fixed_dictionaries(
        {
            "sku": st.sampled_from(["A", "B"]),
            "lot": st.sampled_from([None, "1", "2"]),
            "counted_qty": st.integers(0, 9),
            "expires_on": st.sampled_from([None, date(2026, 11, 30), date(2027, 1, 1), date(2027, 3, 1)]),
            "counted_at": st.just(COUNTED),
        }
    ),
    max_size=5,
    unique_by=lambda cells: (cells["sku"], cells["lot"]),
)
lines = st.lists(st.tuples(st.sampled_from("ABS"), st.integers(1, 5)), min_size=1, max_size=3)
orders = st.lists(
    st.tuples(lines, st.sampled_from(["cod", "card", "bank_transfer"]), st.integers(0, 6)),
    min_size=1,
    max_size=5,
)
# What people do between two runs: to which order, and what.
edits = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["cancel", "less", "other", "incomplete", "recount"])),
    max_size=4,
)


def shop_with(stock: Stock, wanted: Orders) -> Ledger:
    rows: dict[str, Stock] = {
        "products": PRODUCTS,
        "stock": stock,
        "orders": [],
        "order_lines": [],
    }
    for number, (own, method, days) in enumerate(wanted):
        ordered_at = ledgers.NOW - timedelta(days=days)
        rows["orders"].append({"order_id": f"{number}", "payment_method": method, "ordered_at": ordered_at})
        for at, (sku, qty) in enumerate(own):
            rows["order_lines"].append(
                {"line_id": f"{number}-{at}", "order_id": f"{number}", "sku": sku, "qty": qty}
            )
    return ledgers.ledger(rows)


def run(ledger: Ledger, minutes: int = 0, **options: object) -> Ledger:
    later = replace(ledger, now=ledger.now + timedelta(minutes=minutes))
    with_options = replace(ledgers.settings("allocate_stock"), **options)
    return later.apply(allocate_stock.plan(later, with_options))


def edited(ledger: Ledger, changes: Edits) -> Ledger:
    tables = {name: {row.key: row for row in table} for name, table in ledger.tables.items()}
    for number, edit in changes:
        for order in [row for row in tables["orders"].values() if row.key == f"{number}"]:
            if edit in ("cancel", "incomplete"):
                cells = {"status": "cancelled"} if edit == "cancel" else {"intake": "incomplete"}
                tables["orders"][order.key] = order.with_cells(cells, order.key)
        for line in [row for row in tables["order_lines"].values() if row.text("order_id") == f"{number}"]:
            if edit in ("less", "other"):
                cells = {"qty": 1} if edit == "less" else {"sku": "B"}
                tables["order_lines"][line.key] = line.with_cells(cells, line.key)
        for shelf in list(tables["stock"].values())[number : number + 1]:
            if edit == "recount":
                tables["stock"][shelf.key] = shelf.with_cells({"counted_qty": 1}, shelf.key)
    made = {
        name: type(table)(table.tab, list(tables[name].values())) for name, table in ledger.tables.items()
    }
    return replace(ledger, tables=made)


def reserved(ledger: Ledger) -> Counter[str]:
    units: Counter[str] = Counter()
    for line in ledger["order_lines"]:
        units.update(dict(reservations(line.text("reserved"))))
    return units


def needs(line: Row) -> Counter[str]:
    parts = parts_of(line.text("sku"), SET if line.text("sku") == "S" else "")
    return Counter({sku: each * line.number_of("allocated_qty") for sku, each in parts})


@settings(deadline=None)
@given(lots, orders, edits, st.booleans(), st.sampled_from(["intake", "payment_ok"]))
def test_nothing_is_promised_that_was_not_free(
    stock: Stock, wanted: Orders, changes: Edits, whole: bool, at: str
) -> None:
    before = edited(run(shop_with(stock, wanted)), changes)
    after = run(before, 5, whole_orders_first=whole, allocate_at=at)
    old, new = reserved(before), reserved(after)
    gained: Counter[str] = Counter()
    for line in after["order_lines"]:
        kept = Counter(dict(reservations(before["order_lines"][line.key].text("reserved"))))
        gained += Counter(dict(reservations(line.text("reserved")))) - kept
    for shelf in after["stock"]:
        assert gained[shelf.key] <= max(0, shelf.number_of("on_hand") - old[shelf.key])
        assert shelf.number_of("reserved") == new[shelf.key]
        assert shelf.number_of("free") == shelf.number_of("on_hand") - new[shelf.key]


@settings(deadline=None)
@given(lots, orders, edits)
def test_lines_hold_exactly_the_whole_sets_they_claim(stock: Stock, wanted: Orders, changes: Edits) -> None:
    after = run(edited(run(shop_with(stock, wanted)), changes), 5)
    sku_of = {shelf.key: shelf.text("sku") for shelf in after["stock"]}
    for line in after["order_lines"]:
        order = after["orders"][line.text("order_id")]
        if order.text("intake") == "incomplete":
            continue
        held: Counter[str] = Counter()
        for key, units in reservations(line.text("reserved")):
            held[sku_of[key]] += units
        assert +held == +needs(line)
        assert 0 <= line.number_of("allocated_qty") <= line.number_of("qty")


@settings(deadline=None)
@given(lots, orders, edits)
def test_orders_that_did_not_change_keep_what_they_have(stock: Stock, wanted: Orders, changes: Edits) -> None:
    before = edited(run(shop_with(stock, wanted)), changes)
    after = run(before, 5)
    touched = {f"{number}" for number, edit in changes if edit in ("cancel", "less", "other")}
    for line in before["order_lines"]:
        if line.text("order_id") not in touched:
            old = Counter(dict(reservations(line.text("reserved"))))
            assert old <= Counter(dict(reservations(after["order_lines"][line.key].text("reserved"))))


@settings(deadline=None)
@given(lots, orders, edits, st.booleans(), st.sampled_from(["intake", "payment_ok"]))
def test_planning_again_gives_nothing(
    stock: Stock, wanted: Orders, changes: Edits, whole: bool, at: str
) -> None:
    options = {"whole_orders_first": whole, "allocate_at": at}
    after = run(edited(run(shop_with(stock, wanted), **options), changes), 5, **options)
    again = allocate_stock.plan(after, replace(ledgers.settings("allocate_stock"), **options))
    assert again.changes == ()


@settings(deadline=None)
@given(lots, orders, edits)
def test_what_is_given_back_is_free_for_the_next_run_and_nothing_waits_beside_free_stock(
    stock: Stock, wanted: Orders, changes: Edits
) -> None:
    after = run(run(edited(run(shop_with(stock, wanted)), changes), 5), 5)
    free = {row.key: row.number_of("free") for row in after["products"]}
    for line in after["order_lines"]:
        order = after["orders"][line.text("order_id")]
        if order.text("status") == "cancelled" or order.text("intake") == "incomplete":
            continue
        if line.number_of("allocated_qty") < line.number_of("qty"):
            assert free[line.text("sku")] == 0
            assert line.text("shortage")


@settings(deadline=None)
@given(
    lots,
    orders,
    edits,
    edits,
    st.booleans(),
    st.sampled_from(["intake", "payment_ok"]),
    st.sampled_from([0, 5]),
)
def test_every_line_gets_what_the_rules_give_it_when_read_slowly(  # noqa: PLR0913 - what a run depends on
    stock: Stock, wanted: Orders, first: Edits, then: Edits, whole: bool, at: str, minutes: int
) -> None:
    options = {"whole_orders_first": whole, "allocate_at": at}
    before = edited(run(edited(run(shop_with(stock, wanted), **options), first), 5, **options), then)
    after = run(before, minutes, **options)
    reference = Reference(
        replace(before, now=after.now), replace(ledgers.settings("allocate_stock"), **options)
    )
    sets, held = reference.run()
    for line in after["order_lines"]:
        assert line.number_of("allocated_qty") == sets[line.key]
        assert dict(reservations(line.text("reserved"))) == held[line.key]
