"""Money is whole minor units: exact, rounded once, written as people read it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automations.core import money


@pytest.mark.parametrize(
    ("written", "currency", "minor"),
    [
        pytest.param("1,080円", "JPY", 1080, id="yen as typed"),
        pytest.param("12.5", "USD", 1250, id="dollars with one decimal"),
        pytest.param("12.505", "USD", None, id="half a cent is refused"),
        pytest.param("1.5", "JPY", None, id="half a yen is refused"),
        pytest.param("1.005", "KWD", 1005, id="dinars have thousandths"),
        pytest.param(Decimal("12.34"), "EUR", 1234, id="exact decimal"),
        pytest.param(19.99, "USD", 1999, id="float of a sheet"),
        pytest.param(float("inf"), "USD", None, id="endless"),
        pytest.param("1e3", "JPY", None, id="scientific writing"),
        pytest.param("", "JPY", None, id="nothing"),
        pytest.param("円", "JPY", None, id="sign alone"),
    ],
)
def test_amount_becomes_minor_units_or_is_refused(
    written: str | float | Decimal, currency: str, minor: int | None
) -> None:
    assert money.to_minor(written, currency) == minor


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        pytest.param(1080, "JPY", "1,080", id="yen"),
        pytest.param(-500, "JPY", "-500", id="negative yen"),
        pytest.param(123456, "USD", "1,234.56", id="dollars"),
        pytest.param(1250, "USD", "12.50", id="cents keep their zero"),
        pytest.param(5, "KWD", "0.005", id="fils"),
    ],
)
def test_amount_is_written_with_its_own_decimals(minor: int, currency: str, shown: str) -> None:
    assert money.written(minor, currency) == shown


@given(st.integers(-(10**15), 10**15), st.sampled_from(["JPY", "USD", "KWD", "CLF"]))
def test_what_is_written_is_the_same_amount(minor: int, currency: str) -> None:
    assert money.to_minor(money.written(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("gross", "rate", "tax"),
    [
        pytest.param(1080, 8, 80, id="reduced rate"),
        pytest.param(1100, 10, 100, id="full rate"),
        pytest.param(1000, 8, 74, id="a fraction is cut off"),
        pytest.param(1000, 0, 0, id="no tax"),
    ],
)
def test_tax_inside_a_sum_is_rounded_down_once(gross: int, rate: int, tax: int) -> None:
    assert money.tax_included(gross, rate) == tax
