"""The 設定 tab: a row counts, or it is told and the others count."""

from __future__ import annotations

from collections.abc import Mapping

import ledgers
import pytest

from automations.app.automate import settings_of
from automations.app.configuration import Configuration
from automations.app.settings_tab import OFFERED, with_settings
from automations.core.declare import Problems
from automations.core.ledger import Ledger, update
from automations.core.plan import Plan


def _ledger(values: Mapping[str, str]) -> Ledger:
    return ledgers.ledger({"settings": [{"name": name, "value": value} for name, value in values.items()]})


def _laid_over(**values: str) -> tuple[Configuration, Plan]:
    named = {name.replace("__", "."): value for name, value in values.items()}
    return with_settings(ledgers.shop(), _ledger(named), {})


def _settings(made: Configuration, name: str) -> object:
    return settings_of(made, {}, Problems())[name]


def _cells(plan: Plan) -> dict[str, dict[str, object]]:
    return {change.key: dict(change.cells) for change in plan.changes if hasattr(change, "key")}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        pytest.param("true", True, id="true"),
        pytest.param("TRUE", True, id="as a sheet writes it"),
        pytest.param("ｔｒｕｅ", True, id="full-width"),
        pytest.param("FALSE", False, id="false as a sheet writes it"),
    ],
)
def test_yes_or_no_setting_counts(written: str, value: bool) -> None:
    made, plan = _laid_over(allocate_stock__whole_orders_first=written)
    assert plan.findings == ()
    assert getattr(_settings(made, "allocate_stock"), "whole_orders_first") is value  # noqa: B009 - settings have no common type


def test_settings_of_shop_yaml_and_declarations_count() -> None:
    made, plan = _laid_over(
        shop__cut_off="15:00",
        post_sales__return_window_days="９",
        mails__thank_you__wait_days="5",
        holds__high_amount__amount_from="70000",
    )
    assert plan.findings == ()
    assert made.calendar.cut_off.hour == 15
    assert vars(_settings(made, "post_sales"))["return_window_days"] == 9
    assert made.mails["thank_you"].wait_days == 5
    assert made.holds["high_amount"].amount_from == 70000


@pytest.mark.parametrize(
    ("name", "value", "code", "column"),
    [
        pytest.param("weather.today", "rain", "unknown-setting", "name", id="unknown section"),
        pytest.param("language", "en", "unknown-setting", "name", id="single key at the top"),
        pytest.param("mails.birthday.wait_days", "3", "unknown-setting", "name", id="entry that is not there"),
        pytest.param("post_sales.window", "3", "setting-wrong", "value", id="unknown setting of an automation"),
        pytest.param("post_sales.return_window_days", "soon", "setting-wrong", "value", id="word for a number"),
        pytest.param("post_sales.return_window_days", "[3", "setting-wrong", "value", id="bracket left open"),
        pytest.param("post_sales.return_window_days", "{a: 3}", "setting-wrong", "value", id="mapping for a number"),
        pytest.param("shop.cut_off", "noon", "setting-wrong", "value", id="time in words"),
        pytest.param("shop.closed_weekdays", "[mon, tue, wed, thu, fri, sat, sun]", "setting-wrong", "value", id="never open"),
    ],
)  # fmt: skip
def test_wrong_row_is_told_and_the_others_count(name: str, value: str, code: str, column: str) -> None:
    made, plan = with_settings(
        ledgers.shop(),
        _ledger({name: value, "shop.cut_off": value if name == "shop.cut_off" else "15:00"}),
        {},
    )
    assert [(finding.code, finding.key, finding.column) for finding in plan.findings] == [
        (code, name, column)
    ]
    assert _cells(plan)[name]["errors"]
    assert made.calendar.cut_off.hour == (12 if name == "shop.cut_off" else 15)


def test_each_row_shows_what_counts_now() -> None:
    made, plan = _laid_over(shop__cut_off="15:00", post_sales__return_window_days="")
    assert made.calendar.cut_off.hour == 15
    shown = {key: cells["in_use"] for key, cells in _cells(plan).items()}
    assert shown == {"shop.cut_off": "15:00", "post_sales.return_window_days": "8"}


def test_mended_row_loses_its_error_and_nothing_else_changes() -> None:
    ledger = _ledger({"shop.cut_off": "noon"})
    _, wrong = with_settings(ledgers.shop(), ledger, {})
    told = ledger.apply(wrong)
    assert with_settings(ledgers.shop(), told, {})[1].is_empty
    mended = told.apply(Plan.of(update(told["settings"]["shop.cut_off"], {"value": "13:00"})))
    _, plan = with_settings(ledgers.shop(), mended, {})
    assert _cells(plan) == {"shop.cut_off": {"in_use": "13:00", "errors": None}}


def test_every_offered_setting_is_known() -> None:
    empty = _ledger(dict.fromkeys(OFFERED, ""))
    _, plan = with_settings(ledgers.shop(), empty, {})
    shown = {key: cells.get("in_use") for key, cells in _cells(plan).items()}
    assert shown.keys() == OFFERED.keys()
    assert all(shown.values()), shown
