"""Since when an order is in its status: noted when it changes, kept while it lasts, forgotten at its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import ledgers

from automations import explain_orders
from automations.core.ledger import Ledger, update
from automations.core.plan import Plan


def _explained(before: Ledger) -> Ledger:
    settings = ledgers.settings("explain_orders")
    assert isinstance(settings, explain_orders.Settings)
    return before.apply(explain_orders.plan(before, settings))


def _with(ledger: Ledger, **cells: str) -> Ledger:
    return ledger.apply(Plan.of(update(ledger["orders"]["1001"], cells)))


def _first() -> Ledger:
    return _explained(ledgers.ledger({"orders": [{"order_id": "1001", "payment_method": "card"}]}))


def _later(ledger: Ledger, days: int) -> Ledger:
    return _explained(replace(ledger, now=ledger.now + timedelta(days=days)))


def test_first_sight_begins_the_count():
    assert _first()["orders"]["1001"].day("status_since") == date(2026, 11, 24)


def test_status_that_lasts_keeps_its_day():
    found = _later(_first(), 5)["orders"]["1001"]
    assert (found.text("status"), found.day("status_since")) == ("unallocated", date(2026, 11, 24))


def test_new_status_begins_anew():
    found = _later(_with(_first(), allocation="full"), 5)["orders"]["1001"]
    assert (found.text("status"), found.day("status_since")) == ("allocated", date(2026, 11, 29))


def test_status_typed_by_a_person_counts_from_the_day_it_was_seen():
    typed = _first()
    order = typed["orders"]["1001"]
    order.cells["status"] = "on_hold"
    seen = _later(typed, 2)
    assert _later(seen, 3)["orders"]["1001"].day("status_since") == date(2026, 11, 26)


def test_closed_order_has_no_day():
    closed = _first()
    closed["orders"]["1001"].cells["status"] = "cancelled"
    assert _later(closed, 1)["orders"]["1001"].day("status_since") is None
