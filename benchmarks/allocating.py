"""Reserving stock: the lines of all open orders at once, and a ledger in which every line has its stock."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import generate
from measure import Line, timed

from automations import allocate_stock
from automations.app.automate import settings_of
from automations.app.runner import open_shop, read_ledger
from automations.app.services import services_of
from automations.core.declare import Problems
from automations.core.ledger import Ledger, Table
from automations.core.plan import SetCells

_GOAL = 1_000_000
_PROGRESS = ("allocated_qty", "reserved", "shortage", "shipment_id")


def race(shop: Path, repeats: int) -> list[Line]:
    """Return the lines about allocation."""
    opened = open_shop(shop)
    _, ledger = read_ledger(opened, generate.NOW)
    configuration = opened.configuration
    settings = settings_of(configuration, services_of(configuration), Problems())["allocate_stock"]
    settled = ledger.apply(allocate_stock.plan(ledger, settings))
    fresh = _without_progress(settled)
    return [
        _rate("allocation, every line served", settled, settings, repeats),
        _rate("allocation, every line new", fresh, settings, repeats),
    ]


def _rate(what: str, ledger: Ledger, settings: Any, repeats: int) -> Line:  # noqa: ANN401 - a Settings of its own
    times = timed(lambda _: allocate_stock.plan(ledger, settings), repeats, lambda: None)
    rate = len(ledger["order_lines"]) / times.best
    return Line(what, str(times), ratio=f"{rate:,.0f} lines/s", goal=f">= {_GOAL:,}", reached=rate >= _GOAL)


def _without_progress(ledger: Ledger) -> Ledger:
    """Return the ledger as if every order had come in just now and every product had been restocked."""
    blank = dict.fromkeys(_PROGRESS)
    lines = [SetCells("order_lines", line.key, blank, {}) for line in ledger["order_lines"]]
    orders = [
        SetCells("orders", order.key, {"status": "received", "allocation": None, "posted_on": None}, {})
        for order in ledger["orders"]
    ]
    stock = [SetCells("stock", row.key, {"counted_qty": 10_000}, {}) for row in ledger["stock"]]
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
