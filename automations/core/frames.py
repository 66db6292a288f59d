"""Tables as pandas frames and edited frames as plans; pandas is imported only by who asks for a frame."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

import pandas as pd

from automations.core import money
from automations.core.ledger import Table, update
from automations.core.plan import Plan
from automations.core.schema import Column
from automations.core.values import Value


def to_frame(table: Table, currency: str, zone: tzinfo | None = None) -> pd.DataFrame:
    """Return a tab as a frame: index = key, one column per schema column.

    Whole numbers are ``Int64``, ticks ``boolean``, text and choices (as ids) ``string``, days
    ``datetime64[s]``, moments the same in ``zone``, the shop's (UTC without one). Money is in major units:
    whole yen as ``Int64``, other currencies as exact ``Decimal`` objects. Blank cells are ``NA``.
    """
    index = pd.Index([row.key for row in table], name=",".join(table.tab.key), dtype="object")
    columns = {
        column.id: _series([row.get(column.id) for row in table], column, index, currency, zone)
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

    Raises:
        ValueError: A value does not fit its column; the message names the cell.
    """
    keys = [key for key in after.index.intersection(before.index, sort=False) if key in table]
    edited: dict[str, dict[str, Value]] = {key: {} for key in keys}
    for name, column in table.tab.columns.items():
        if name in after.columns and name in before.columns:
            old, new = before.loc[keys, name], after.loc[keys, name]
            if old.equals(new):
                continue
            for key, was, now in zip(keys, old, new, strict=True):
                if not _same(was, now):
                    edited[key][name] = _value(now, column, key, currency, old)
    return Plan.of(update(table[key], cells) for key, cells in edited.items())


def _series(
    values: list[Value], column: Column, index: pd.Index[Any], currency: str, zone: tzinfo | None
) -> pd.Series[Any]:
    if column.type == "money":
        amounts = [money.to_major(value, currency) if isinstance(value, int) else None for value in values]
        return pd.Series(amounts, index=index, dtype="Int64" if money.digits_of(currency) == 0 else "object")
    if column.type == "date":
        return pd.Series(values, index=index, dtype="datetime64[s]")
    if column.type == "datetime":
        moments = [value.astimezone(zone) if isinstance(value, datetime) else None for value in values]
        return pd.Series(moments, index=index, dtype=pd.DatetimeTZDtype("s", zone or "UTC"))
    return pd.Series(values, index=index, dtype=_DTYPES.get(column.type, "string"))


def _is_blank(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or value != value  # noqa: PLR0124 - NaN


def _same(was: object, now: object) -> bool:
    return _is_blank(now) if _is_blank(was) else not _is_blank(now) and bool(was == now)


def _value(value: Any, column: Column, key: str, currency: str, old: pd.Series[Any]) -> Value:  # noqa: ANN401 - whatever a frame holds
    """Return a frame's value as a cell's; moments without a zone are local ones."""
    if _is_blank(value):
        return None
    made: Value = None
    match column.type:
        case "money":
            made = money.to_minor(value if isinstance(value, float) else str(value), currency)
        case "integer":
            made = int(value) if value == int(value) else None
        case "flag":
            made = bool(value) if value in (True, False) else None
        case "date":
            made = pd.Timestamp(value).date()
        case "datetime":
            moment, zone = pd.Timestamp(value), old.dt.tz
            made = (moment.tz_convert(zone) if moment.tzinfo else moment.tz_localize(zone)).to_pydatetime()
        case _:
            made = str(value)
    if made is None:
        raise ValueError(f"{column.id} of {key}: {value!r} does not fit a column of {column.type}")
    return made


_DTYPES: Mapping[str, str] = {"integer": "Int64", "flag": "boolean"}
