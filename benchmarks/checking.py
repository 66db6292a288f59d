"""Checking rows: Daicho's check_rows, and pandera (lazy) with the same checks; both on typed rows."""

from __future__ import annotations

import gc
import importlib.util
from dataclasses import replace
from pathlib import Path

import generate
from measure import Line, faster, timed

from automations import check_rows
from automations.app.automate import settings_of
from automations.app.runner import open_shop, typed
from automations.app.services import services_of
from automations.core.declare import Problems
from automations.core.ledger import Ledger, Table
from automations.core.snapshot import Sheet, Snapshot

_GOAL = 5
_TABS = ("orders", "order_lines", "products")


def race(shop: Path, repeats: int, peer_repeats: int) -> list[Line]:
    """Return the line about checking the open orders, their lines and the products."""
    opened = open_shop(shop)
    snapshot = _open_orders(opened.book.read())
    rows = sum(len(sheet.rows) for sheet in snapshot.sheets.values())
    ledger = typed(opened, snapshot, generate.NOW)
    settings = settings_of(opened.configuration, services_of(opened.configuration), Problems())["check_rows"]
    gc.disable()  # on both sides: a run leaves cyclic garbage lying
    own = timed(lambda unseen: check_rows.plan(unseen, settings), 2 * repeats, lambda: _unseen(ledger))
    gc.enable()
    what = f"check {rows:,} rows"
    if importlib.util.find_spec("pandera") is None:
        return [
            Line(
                what, str(own), "pandera is not installed: pip install 'daicho[bench]'", goal=f">= {_GOAL} x"
            )
        ]
    from pandera_checks import Checks

    checks = Checks(snapshot, opened.configuration.schema)
    gc.disable()
    peer = timed(lambda _: checks.failures(), peer_repeats, lambda: None)
    gc.enable()
    found = {
        (finding.tab, finding.row, finding.column) for finding in check_rows.plan(ledger, settings).findings
    }
    assert found == checks.failures(), "both must find the same"
    return [faster(f"{what}, {len(found)} wrong", own, "pandera", peer, _GOAL)]


def _unseen(ledger: Ledger) -> Ledger:
    """Return the ledger with tables that have answered nothing yet."""
    tables = {name: Table(table.tab, table.rows, table.set_aside) for name, table in ledger.tables.items()}
    return replace(ledger, tables=tables)


def _open_orders(snapshot: Snapshot) -> Snapshot:
    """Leave out posted orders, which Daicho does not check, and the tabs that the comparison does not have."""
    orders = snapshot.sheets["orders"]
    status, key = orders.columns["status"] - 1, orders.columns["order_id"] - 1
    still_open = {cells[key] for _, cells in orders.rows if cells[status] != "計上済み"}
    lines = snapshot.sheets["order_lines"]
    sheets = {
        "orders": _only(orders, "order_id", still_open),
        "order_lines": _only(lines, "order_id", still_open),
        "products": snapshot.sheets["products"],
    }
    return replace(snapshot, sheets=sheets)


def _only(sheet: Sheet, column: str, wanted: set[object]) -> Sheet:
    at = sheet.columns[column] - 1
    return replace(sheet, rows=tuple(row for row in sheet.rows if row[1][at] in wanted))
