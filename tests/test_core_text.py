import pytest

from automations.core.text import phone_digits


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        pytest.param("078-331-1026", "0783311026", id="dashes"),
        pytest.param("０７８（３３１）１０２６", "0783311026", id="full width"),
        pytest.param("+81 90 0000 1001", "09000001001", id="from abroad"),
        pytest.param("+81 (0)78-331-1026", "0783311026", id="from abroad with the zero"),
        pytest.param("TEL +81-78-331-1026", "0783311026", id="a word before it"),
        pytest.param("'+81783311026", "0783311026", id="an apostrophe that keeps a sheet from counting"),
        pytest.param("81783311026", "0783311026", id="the plus was lost"),
        pytest.param("8133110260", "8133110260", id="too short to begin with a country"),
        pytest.param("+1 212 555 0100", "12125550100", id="another country"),
    ],
)
def test_phone_numbers_become_digits_as_dialled_in_japan(written: str, digits: str) -> None:
    assert phone_digits(written) == digits
