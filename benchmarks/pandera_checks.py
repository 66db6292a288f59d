"""The checks of check_rows as pandera schemas, vectorised wherever pandera and pandas offer it."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import pandera.pandas as pa

from automations.app.lookups import check_email, check_phone, look_up_postcode
from automations.core.checks.contacts import email_problem, phone_problem
from automations.core.places.postcodes import prefectures_of
from automations.core.places.prefectures import PREFECTURES
from automations.core.schema import Column, Schema, Tab
from automations.core.snapshot import Sheet, Snapshot

_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
Failures = set[tuple[str, int, str]]


class Checks:
    """Typed frames with the sheet's row numbers as index, and a schema for each."""

    def __init__(self, snapshot: Snapshot, schema: Schema) -> None:
        self._frames = {tab: _frame(sheet, schema[tab]) for tab, sheet in snapshot.sheets.items()}
        self._schemas = {tab: self._schema(schema[tab]) for tab in self._frames}

    def failures(self) -> Failures:
        """Return tab, sheet row and column of everything that is wrong."""
        return {failure for tab in self._frames for failure in self._failures_of(tab)}

    def _failures_of(self, tab: str) -> Failures:
        try:
            self._schemas[tab].validate(self._frames[tab], lazy=True)
        except pa.errors.SchemaErrors as errors:
            cases = errors.failure_cases
            columns = cases["column"].where(cases["schema_context"] == "Column", cases["check"])
            return {(tab, int(row), str(column)) for row, column in zip(cases["index"], columns, strict=True)}
        return set()

    def _schema(self, tab: Tab) -> pa.DataFrameSchema:
        columns = {
            column.id: self._column(column, tab)
            for column in tab.columns.values()
            if column.owner != "robot" and column.id in self._frames[tab.id]
        }
        return pa.DataFrameSchema(columns, checks=list(self._across(tab)))

    def _column(self, column: Column, tab: Tab) -> pa.Column:
        dtype, checks = _cell_checks(column)
        if column.refers_to:
            target, key = column.refers_to.split(".")
            if target in self._frames:
                checks.append(pa.Check.isin(set(self._frames[target][key])))
        needed = column.required or (tab.id, column.id) == ("order_lines", "order_id")
        return pa.Column(dtype, checks, nullable=not needed, unique=column.unique)

    def _across(self, tab: Tab) -> Iterable[pa.Check]:
        """Yield the checks over several columns, each named for the column that Daicho blames."""
        for sums in tab.checks.sums:
            yield pa.Check(_sum_check(sums.total, sums.plus, sums.minus), name=sums.total)
        for days in tab.checks.days:
            yield pa.Check(_day_check(days.first, days.then), name=days.then)
        if tab.id != "orders":
            return
        for column in ("buyer_postcode", "ship_postcode"):
            yield pa.Check(_place_check(column), name=column)
        yield pa.Check(self._has_lines, name="order_id")
        yield pa.Check(self._goods_agree, name="goods_total")

    def _has_lines(self, orders: pd.DataFrame) -> pd.Series:
        return orders["order_id"].isin(self._frames["order_lines"]["order_id"])

    def _goods_agree(self, orders: pd.DataFrame) -> pd.Series:
        lines = self._frames["order_lines"]
        amounts = lines["qty"] * lines["unit_price"] - lines["line_discount"].fillna(0)
        counted = amounts.astype("float64").groupby(lines["order_id"]).sum()
        return orders["order_id"].map(counted) == orders["goods_total"]


def _frame(sheet: Sheet, tab: Tab) -> pd.DataFrame:
    cells = {
        name: [row[at - 1] if at <= len(row) else None for _, row in sheet.rows]
        for name, at in sheet.columns.items()
    }
    frame = pd.DataFrame(cells, index=[number for number, _ in sheet.rows], dtype=object)
    frame = frame.mask(frame == "", None)
    for column in [column for column in tab.columns.values() if column.id in sheet.columns]:
        if column.type in ("integer", "money"):
            frame[column.id] = pd.to_numeric(frame[column.id]).astype("float64")
        elif column.type in ("date", "datetime"):
            frame[column.id] = pd.to_datetime(frame[column.id]).astype("datetime64[ns]")
        elif column.type in ("postcode", "phone"):
            frame[column.id] = (
                frame[column.id].astype("string").str.replace(r"\D", "", regex=True).astype(object)
            )
    return frame


def _cell_checks(column: Column) -> tuple[str | None, list[pa.Check]]:
    match column.type:
        case "integer" | "money":
            least = [] if column.minimum is None else [pa.Check.ge(column.minimum)]
            return "float64", [*least, pa.Check(lambda cells: cells % 1 == 0)]
        case "date" | "datetime":
            first, last = pd.Timestamp(2000, 1, 1), pd.Timestamp(2101, 1, 1)
            return "datetime64[ns]", [pa.Check.in_range(first, last, include_max=False)]
        case "choice":
            labels = [
                text for choice in column.choices.values() for text in (choice.label.ja, *choice.aliases)
            ]
            return None, [pa.Check.isin(labels)]
        case "prefecture" | "flag":
            return None, [pa.Check.isin(PREFECTURES if column.type == "prefecture" else [True, False])]
        case "postcode":
            return None, [pa.Check(lambda cells: cells.map(lambda code: bool(look_up_postcode(code))))]
        case "phone":
            return None, [
                pa.Check(lambda cells: cells.map(lambda phone: not phone_problem(phone, check_phone)))
            ]
        case "email":
            return None, [
                pa.Check(lambda cells: cells.map(lambda email: not email_problem(email, check_email)))
            ]
        case _:
            return None, [pa.Check(lambda cells: ~cells.str.contains(_CONTROL, regex=True))]


def _sum_check(total: str, plus: tuple[str, ...], minus: tuple[str, ...]):  # noqa: ANN202 - a check function
    def agrees(frame: pd.DataFrame) -> pd.Series:
        counted = frame[list(plus)].fillna(0).sum(axis=1) - frame[list(minus)].fillna(0).sum(axis=1)
        return (counted == frame[total]) | frame[total].isna() | frame[plus[0]].isna()

    return agrees


def _day_check(first: str, then: str):  # noqa: ANN202 - a check function
    def in_order(frame: pd.DataFrame) -> pd.Series:
        return ~(frame[first].dt.normalize() > frame[then])

    return in_order


def _place_check(column: str):  # noqa: ANN202 - a check function
    beside = column.replace("postcode", "prefecture")

    def lies_there(frame: pd.DataFrame) -> pd.Series:
        fits = [
            pd.isna(code)
            or pd.isna(prefecture)
            or prefecture in (prefectures_of(look_up_postcode(code)) or (prefecture,))
            for code, prefecture in zip(frame[column], frame[beside], strict=True)
        ]
        return pd.Series(fits, index=frame.index)

    return lies_there
