"""What a shop sets for a carrier in shop.yaml, laid over the carrier's own file."""

from __future__ import annotations

from typing import Any

import pytest
from carriers_shop import CONFIGURATION

from automations.app.configuration import Configuration, build, read_tree
from automations.core.declare import Problems
from automations.core.errors import Problem


def shop_with(carriers: dict[str, Any], **sections: object) -> tuple[Configuration, list[Problem]]:
    """Return the test shop with another block ``carriers:``, and what is wrong with it."""
    problems = Problems()
    tree = {**read_tree(CONFIGURATION.folder, problems), "accounts": carriers, **sections}
    made = build(CONFIGURATION.folder, tree, problems)
    assert made is not None
    return made, problems.found


def test_the_shops_carriers_come_first_and_in_its_order() -> None:
    made, problems = shop_with({"sagawa": {"customer_code": "123456789012"}, "click_post": None})
    assert not problems
    assert list(made.carriers) == ["sagawa", "click_post", "yamato"]
    assert [carrier.in_use for carrier in made.carriers.values()] == [True, True, False]
    assert made.carriers["sagawa"].account_value("customer_code") == "123456789012"


def test_encoding_lengths_windows_and_dates_are_settings() -> None:
    over = {
        "file": {"encoding": "cp932", "header": False},
        "columns": {"お届け先住所１": {"width": 50}, "配達日": {"date_form": "%Y/%m/%d"}},
        "services": {"hikyaku": {"times": ["am", "12-14", "14-16", "16-18", "18-21"]}},
    }
    made, problems = shop_with({"sagawa": {"customer_code": "123456789012", **over}})
    sagawa, bundled = made.carriers["sagawa"], CONFIGURATION.carriers["sagawa"]
    assert not problems
    assert (sagawa.file.encoding, sagawa.file.header, sagawa.file.columns) == ("cp932", False, 74)
    assert (sagawa.columns[4].width, sagawa.columns[44].date_form) == (50, "%Y/%m/%d")
    assert sagawa.services["hikyaku"].times[-1] == "18-21"
    assert sagawa.columns[5:44] == bundled.columns[5:44]


@pytest.mark.parametrize(
    ("agreed", "expected"),
    [
        pytest.param({"customer_cod": "1"}, ("unknown-key", "shop.yaml: carriers.sagawa"), id="key misspelt"),
        pytest.param({"customer_code": "1234"}, ("wrong-value", "shop.yaml: carriers.sagawa.customer_code"), id="code too short"),
        pytest.param({"file": {"encoding": "sjis"}}, ("unknown-choice", "shop.yaml: carriers.sagawa.file.encoding"), id="encoding unknown"),
        pytest.param({"columns": {"配達びi": {}}}, ("unknown-name", "shop.yaml: carriers.sagawa.columns"), id="column unknown"),
        pytest.param({"columns": {"配達日": {"width": "x"}}}, ("wrong-value", "shop.yaml: carriers.sagawa.columns.配達日.width"), id="width is no number"),
        pytest.param({"services": {"hikyak": {}}}, ("unknown-name", "shop.yaml: carriers.sagawa.services"), id="service unknown"),
        pytest.param({"services": {"hikyaku": {"cod": "sometimes"}}}, ("unknown-choice", "shop.yaml: carriers.sagawa.services.hikyaku.cod"), id="service wrong"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_once_and_where_it_stands(
    agreed: dict[str, Any], expected: tuple[str, str]
) -> None:
    _, problems = shop_with({"sagawa": agreed})
    assert [(problem.code, problem.where) for problem in problems] == [expected]


@pytest.mark.parametrize("key", ["carrier", "mailbox_carrier"])
def test_a_usual_carrier_nobody_declared_is_told(key: str) -> None:
    _, problems = shop_with({"yamato": {}}, schedule_shipping={key: "sagwa"})
    assert [(problem.where, str(problem.fix)) for problem in problems] == [
        (f"shop.yaml: schedule_shipping.{key}", "Did you mean 'sagawa'?")
    ]


def test_a_code_is_missing_only_where_the_carrier_is_used() -> None:
    made, problems = shop_with({"yamato": {"billing_code": "077400000000"}})
    assert not problems
    assert [name for name, carrier in made.carriers.items() if carrier.in_use] == ["yamato"]
