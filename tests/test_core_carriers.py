"""Carrier declarations: what start-up notices, and the form of tracking numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from carriers_shop import bundled, carrier, declared

from automations.core.declare import Problems
from automations.core.places.prefectures import REGIONS
from automations.core.shipping.read_back import TrackingForm

Change = Callable[[dict[str, Any]], object]


def told(change: Change, name: str = "yamato") -> list[str]:
    """Codes of the problems after a change of the bundled Yamato declaration."""
    written: dict[str, Any] = bundled("yamato")
    change(written)
    problems = Problems()
    declared({name: written}, problems)
    return [f"{problem.code}: {problem.fix}" for problem in problems.found]


def test_the_bundled_carrier_has_no_problems() -> None:
    assert told(lambda _: None) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(lambda y: y["columns"].pop(), "columns-miscounted: Compare", id="a column lost"),
        pytest.param(lambda y: y["columns"][8].update(field="ship_phon"), "unknown-field: Did you mean 'ship_phone'?", id="field misspelt"),
        pytest.param(lambda y: y["columns"][33].update(required_for=["collect"]), "unknown-service:", id="unknown service in a column"),
        pytest.param(lambda y: y["columns"][8].update(always="1"), "column-twice:", id="field and constant"),
        pytest.param(lambda y: y["columns"][8].update(date_form="%Y"), "date-form:", id="date form without date"),
        pytest.param(lambda y: y["columns"][3].update(always="♡"), "not-in-encoding:", id="constant outside the encoding"),
        pytest.param(lambda y: y["columns"][11].update(field=""), "flow-lines:", id="first line of a running text lost"),
        pytest.param(lambda y: y["services"]["nekopos"].update(cod="may"), "cod-unclear:", id="COD without a limit"),
        pytest.param(lambda y: y["services"]["takkyubin"]["times"].append("12-14"), "code-missing:", id="window without a code"),
        pytest.param(lambda y: y["lead_days"]["kansai"].pop("okinawa"), "lead-days-missing:", id="region without days"),
        pytest.param(lambda y: y["lead_days"]["kansai"].update(kinki=1), "unknown-region:", id="unknown region"),
        pytest.param(lambda y: y.update(account={"billing": "1"}), "unknown-key: Did you mean 'billing_code'?", id="unknown account key"),
        pytest.param(lambda y: y.update(account={"billing_code": "0774-00"}), "wrong-value: Copy", id="billing code with a hyphen"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_told(change: Change, expected: str) -> None:
    assert [text for text in told(change) if text.startswith(expected)]


def test_the_name_of_the_file_must_be_fit_for_file_names() -> None:
    assert told(lambda _: None, name="../x")[0].startswith("carrier-name:")


def test_two_carriers_may_not_share_a_service() -> None:
    problems = Problems()
    declared({"yamato": bundled("yamato"), "other": bundled("yamato")}, problems)
    assert {problem.code for problem in problems.found} == {"service-doubled"}


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("490714955706", True),
        ("487462947650", True),
        ("490714955707", False),
        ("49071495570", False),
        ("4907149557060", False),
        ("４９０７１４９５５７０６", False),
        ("", False),
    ],
)
def test_tracking_number_has_twelve_digits_and_the_remainder_by_seven(number: str, right: bool) -> None:
    assert carrier("yamato").tracking.is_right(number) is right


def test_a_carrier_without_a_form_takes_any_number() -> None:
    assert TrackingForm().is_right("RR123456789JP")


def test_a_check_digit_that_is_not_confirmed_is_not_asked_for() -> None:
    assert carrier("click_post").tracking.is_right("490714955707")
    assert not carrier("click_post").tracking.is_right("49071495570")


def test_lead_days_reach_every_region_from_every_region() -> None:
    days = carrier("yamato").lead_days
    assert set(days) == set(REGIONS)
    assert days["kansai"]["okinawa"] == 3


def test_account_values_fall_back_to_their_default() -> None:
    yamato = carrier("yamato")
    assert yamato.account_value("freight_no") == "01"
    assert yamato.account_value("billing_code") == "077400000000"
    assert yamato.missing_account_keys == ()
