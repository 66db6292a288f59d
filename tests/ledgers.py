"""Small ledgers for tests of rules: rows as dictionaries, the test shop's declarations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from stories import SHOP

from automations.app import configuration as conf
from automations.app.automate import settings_of
from automations.core.declare import Problems
from automations.core.ledger import Ledger, Row, Table, key_of
from automations.core.values import Value

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=TOKYO)


@cache
def shop() -> conf.Configuration:
    """Return the configuration of the test shop."""
    return conf.load(SHOP)


@cache
def settings(name: str) -> object:
    """Return an automation's settings as the test shop has them."""
    problems = Problems()
    made = settings_of(shop(), {}, problems)
    assert not problems.found
    return made[name]


def row(tab: str, number: int = 2, **cells: Value) -> Row:
    """Return a row with typed cells; its key comes from them."""
    written = {column: value for column, value in cells.items() if value is not None}
    return Row(tab, key_of(shop().schema[tab], written), written, number)


def ledger(rows: Mapping[str, Sequence[Mapping[str, Value]]], now: datetime = NOW) -> Ledger:
    """Return a ledger of these rows by tab id, in English."""
    schema = shop().schema
    tables = {
        name: Table(tab, [row(name, number, **cells) for number, cells in enumerate(rows.get(name, ()), 2)])
        for name, tab in schema.items()
    }
    return Ledger(schema=schema, tables=tables, now=now, language="en")
