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


def _rule(**values: str) -> tuple[Configuration, Plan]:
    return with_settings(
        ledgers.shop(), _ledger({f"holds.沖縄の高額.{key}": text for key, text in values.items()}), {}
    )


def test_rule_of_the_shops_own_counts_and_is_read_back():
    made, plan = _rule(
        condition="合計 >= 3万円 かつ 都道府県 = 沖縄", severity="出荷不可", next_step="電話で確かめる"
    )
    assert plan.findings == ()
    rule = made.holds["沖縄の高額"]
    assert (rule.severity, rule.label.ja, rule.next_step.en) == ("block", "沖縄の高額", "電話で確かめる")
    told = _cells(plan)["holds.沖縄の高額.condition"]["in_use"]
    assert told == "for a receiver: Total is at least 30,000 yen, and Ship-to prefecture is 『沖縄県』"


def test_rule_may_be_named_in_japanese_alone():
    made, plan = with_settings(
        ledgers.shop(),
        _ledger(
            {
                "要確認.大口": "合計が10万円以上",
                "要確認.大口.重さ": "注意",
                "要確認.大口.名前": "大口のご注文",
            }
        ),
        {},
    )
    assert plan.findings == ()
    rule = made.holds["大口"]
    assert (rule.condition, rule.severity, rule.label.ja) == ("合計が10万円以上", "warn", "大口のご注文")


def test_quoted_value_of_a_condition_keeps_its_quotation_marks():
    made, _ = _rule(condition="'至急' = 備考")
    assert made.holds["沖縄の高額"].condition == "'至急' = 備考"


@pytest.mark.parametrize(
    ("values", "key", "why", "fix"),
    [
        pytest.param({"condition": "金額 >= 3"}, "condition", "no column '金額'", "請求金額", id="unknown column"),
        pytest.param({"condition": "備考 >= 3"}, "condition", "neither larger nor smaller", "contains", id="text as a number"),
        pytest.param({"condition": "合計 = 'たくさん'"}, "condition", "is not an amount", "30000", id="word for an amount"),
        pytest.param({"condition": "合計 > "}, "condition", "ends too early", "合計 >= 30000", id="cut short"),
        pytest.param({"condition": "合計 > 3", "severity": "とても"}, "severity", "no choice 'とても'", "block", id="severity"),
    ],
)  # fmt: skip
def test_wrong_rule_is_told_in_its_row_and_left_out(values: Mapping[str, str], key: str, why: str, fix: str):
    made, plan = _rule(**values)
    assert [(finding.key, finding.column) for finding in plan.findings] == [
        (f"holds.沖縄の高額.{key}", "value")
    ]
    assert why in str(plan.findings[0].why)
    assert fix in str(plan.findings[0].fix)
    assert _cells(plan)[f"holds.沖縄の高額.{key}"]["errors"]
    assert "沖縄の高額" not in made.holds


def test_severity_without_a_condition_asks_for_the_condition():
    _, plan = _rule(severity="block")
    assert [finding.code for finding in plan.findings] == ["unknown-setting"]
    assert "condition" in str(plan.findings[0].fix)


def test_rule_that_is_switched_off_holds_nothing_and_keeps_its_condition():
    made, plan = _rule(condition="合計 > 3", enabled="FALSE")
    assert plan.findings == ()
    assert made.holds["沖縄の高額"].enabled is False
