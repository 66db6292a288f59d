"""Reserving stock: the whole plan and its heart, for a day's ledger and for one in which every line is new."""

from __future__ import annotations

import gc
from dataclasses import replace
from pathlib import Path

import generate
from measure import Line, Times, timed

from automations import allocate_stock
from automations.allocate_stock import Settings
from automations.app.automate import settings_of
from automations.app.runner import open_shop, read_ledger
from automations.app.services import services_of
from automations.core.declare import Problems
from automations.core.ledger import Ledger, Table
from automations.core.plan import SetCells
from automations.core.stock.demand import Line as Waiting
from automations.core.stock.demand import gather
from automations.core.stock.reserving import reserve
from automations.core.stock.shelf import Shelf, lots_of, on_hand

_GOAL = 1_000_000
_SET = "T-0001*1, T-0002*2, T-0005*1"
_PROGRESS = ("allocated_qty", "reserved", "shortage", "shipment_id")


def race(shop: Path, repeats: int) -> list[Line]:
    """Return the lines about allocation, with an order that can be served whole before one that cannot.

    ``reserving`` is the heart alone: each line that lacks units, in the order of the queue, is given what the lots
    have; finding those lines before and writing the plan afterwards belong to ``plan``. Cyclic garbage is left
    lying meanwhile, as in a run.
    """
    opened = open_shop(shop)
    _, ledger = read_ledger(opened, generate.NOW)
    configuration = opened.configuration
    made = settings_of(configuration, services_of(configuration), Problems())["allocate_stock"]
    assert isinstance(made, Settings)
    settings = replace(made, whole_orders_first=True)
    settled = ledger.apply(allocate_stock.plan(ledger, settings))
    fresh, scarce = (_as_new(settled, units) for units in (10_000, len(ledger["order_lines"]) // 600))
    gc.disable()
    lines = [
        _plan_rate("nothing to reserve", settled, settings, repeats),
        _plan_rate("every line new", fresh, settings, repeats),
        _plan_rate("every line new, stock contested", scarce, settings, repeats),
        _heart_rate("every line new", fresh, settings, repeats),
        _heart_rate("every line new, stock contested", scarce, settings, repeats),
    ]
    gc.enable()
    return lines


def _plan_rate(what: str, ledger: Ledger, settings: Settings, repeats: int) -> Line:
    times = timed(lambda fresh: allocate_stock.plan(fresh, settings), repeats, lambda: _unseen(ledger))
    return _rate(f"plan, {what}", times, len(ledger["order_lines"]))


def _heart_rate(what: str, ledger: Ledger, settings: Settings, repeats: int) -> Line:
    queue, _ = _queue(ledger, settings)
    times = timed(
        lambda made: reserve(*made, whole_orders_first=settings.whole_orders_first),
        repeats,
        lambda: _queue(ledger, settings),
    )
    return _rate(f"reserving, {what}", times, sum(map(len, queue)))


def _queue(ledger: Ledger, settings: Settings) -> tuple[list[list[Waiting]], Shelf]:
    units, _ = on_hand(ledger["stock"], ledger["movements"])
    days = {row.key: row.number_of("min_days_left") for row in ledger["products"]}
    lots = lots_of(ledger["stock"], days)
    demand = gather(ledger, {lot.key: lot.sku for lot in lots})
    free = {key: units[key] - demand.reserved[key] for key in units}
    return allocate_stock.queue_of(demand.lines, ledger.today, settings), Shelf(lots, free)


def _rate(what: str, times: Times, lines: int) -> Line:
    rate = lines / times.best
    what = f"allocation of {lines:,} lines, {what}"
    return Line(what, str(times), ratio=f"{rate:,.0f} lines/s", goal=f">= {_GOAL:,}", reached=rate >= _GOAL)


def _unseen(ledger: Ledger) -> Ledger:
    """Return the ledger with tables that have answered nothing yet."""
    tables = {name: Table(table.tab, table.rows, table.set_aside) for name, table in ledger.tables.items()}
    return replace(ledger, tables=tables)


def _as_new(ledger: Ledger, units: int) -> Ledger:
    """Return the ledger as if every order had come in just now, one in ten a set, and each lot had these units."""
    blank = dict.fromkeys(_PROGRESS)
    lines = [
        SetCells("order_lines", line.key, blank if number % 10 else {**blank, "components": _SET}, {})
        for number, line in enumerate(ledger["order_lines"])
    ]
    orders = [
        SetCells("orders", order.key, {"status": "received", "allocation": None, "posted_on": None}, {})
        for order in ledger["orders"]
    ]
    stock = [SetCells("stock", row.key, {"counted_qty": units}, {}) for row in ledger["stock"]]
    tables: dict[str, Table] = {
        **ledger.tables,
        "shipments": Table(ledger["shipments"].tab, ()),
        "movements": Table(ledger["movements"].tab, ()),
        **{
            tab: ledger[tab].changed(changes)
            for tab, changes in (("order_lines", lines), ("orders", orders), ("stock", stock))
        },
    }
    return replace(ledger, tables=tables)
