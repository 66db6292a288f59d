"""Tables as pandas frames and edited frames as plans; pandas is imported only by who asks for a frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import pandas as pd

from automations.core import money
from automations.core.ledger import Row, Table, update
from automations.core.plan import Plan
from automations.core.schema import Column
from automations.core.values import Value


def to_frame(table: Table, currency: str) -> pd.DataFrame:
    """Return a tab as a frame: index = key, one column per schema column.

    Whole numbers are ``Int64``, ticks ``boolean``, text and choices (as ids) ``string``, days
    ``datetime64[ns]``, moments with the shop's time zone. Money is in major units: whole yen as
    ``Int64``, other currencies as exact ``Decimal`` objects. Blank cells are ``NA``.
    """
    index = pd.Index([row.key for row in table], name=",".join(table.tab.key), dtype="object")
    columns = {
        column.id: _series([row.get(column.id) for row in table], column, index, currency)
        for column in table.tab.columns.values()
    }
    return pd.DataFrame(columns, index=index)


def plan_from_frames(table: Table, before: pd.DataFrame, after: pd.DataFrame, currency: str) -> Plan:
    """Return the plan that turns ``before`` into ``after``: changed cells of rows that are in both.

    Args:
        table: The tab both frames were made from.
        before: As ``Ledger.frame`` gave it.
        after: The same index and columns, with other values.
        currency: The shop's currency.
    """
    changes = []
    shared = [name for name in after.columns if name in before.columns and name in table.tab.columns]
    for key in after.index.intersection(before.index):
        row = table.get(str(key))
        if row is None:
            continue
        cells = {
            name: _value(after.loc[key, name], table.tab.columns[name], row, currency) for name in shared
        }
        old = {name: _value(before.loc[key, name], table.tab.columns[name], row, currency) for name in shared}
        changes.append(update(row, {name: value for name, value in cells.items() if value != old[name]}))
    return Plan.of(changes)


def _series(values: list[Value], column: Column, index: pd.Index[Any], currency: str) -> pd.Series[Any]:
    if column.type == "money":
        amounts = [None if value is None else money.to_major(int(value), currency) for value in values]  # type: ignore[arg-type]
        return pd.Series(amounts, index=index, dtype="Int64" if money.digits_of(currency) == 0 else "object")
    if column.type == "date":
        return pd.Series(pd.to_datetime(pd.Series(values, index=index, dtype="object")), index=index)
    if column.type == "datetime":
        moments = pd.Series(values, index=index, dtype="object")
        return pd.to_datetime(moments, utc=True).dt.tz_convert(_zone_of(values))
    return pd.Series(values, index=index, dtype=_DTYPES.get(column.type, "string"))


def _zone_of(values: list[Value]) -> Any:  # noqa: ANN401 - a tzinfo or its name
    return next((value.tzinfo for value in values if isinstance(value, datetime) and value.tzinfo), "UTC")


def _value(value: Any, column: Column, row: Row, currency: str) -> Value:  # noqa: ANN401 - whatever a frame holds
    if value is None or value is pd.NaT or value is pd.NA or (not isinstance(value, str) and pd.isna(value)):
        return None
    read = _FROM_FRAME.get(column.type, str)
    if column.type == "money":
        return money.to_minor(str(value), currency)
    if column.type == "datetime":
        present = row.moment(column.id)
        moment: datetime = pd.Timestamp(value).to_pydatetime()
        return moment.astimezone(present.tzinfo) if present and present.tzinfo else moment
    made: Value = read(value)
    return made


def _day(value: Any) -> date:  # noqa: ANN401
    return pd.Timestamp(value).date()


_DTYPES: Mapping[str, str] = {"integer": "Int64", "flag": "boolean"}
_FROM_FRAME: Mapping[str, Callable[[Any], Value]] = {"integer": int, "flag": bool, "date": _day}
