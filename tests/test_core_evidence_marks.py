"""Evidence is the same as long as what was found is, whatever words it is told in."""

from datetime import date

import pytest

from automations.core.holds.evidence_marks import is_marked, is_same, marked, said
from automations.core.messages import Label, Message, msg

DAY = date(2026, 11, 24)
FOUND = (msg("Requested {day}, earliest {days}", day=DAY, days=(DAY, DAY)), msg("Choose anew"))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_evidence_kept_in_one_language_is_the_same_in_the_other(language: str) -> None:
    assert is_same(marked(FOUND, language), FOUND)
    assert is_same(said(FOUND, language), FOUND)
    assert not is_marked(said(FOUND, language), FOUND)


def test_other_words_for_the_same_values_are_the_same_evidence() -> None:
    before = marked((msg("The order comes to {amount}", amount="55,000"),), "en")
    assert is_same(before, (Message("It is {amount} in all", {"amount": "55,000"}),))
    assert not is_same(before, (Message("It is {amount} in all", {"amount": "55,001"}),))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(msg("Black and white cord"), msg("Red and white cord"), id="sentences without a value"),
        pytest.param(
            msg("{what}", what=Label("氏名", "name")),
            msg("{what}", what=Label("住所", "address")),
            id="labels",
        ),
        pytest.param(
            msg("{what}", what=msg("no day")), msg("{what}", what=msg("no time")), id="sentence in a sentence"
        ),
        pytest.param(msg("{first}", first="1"), msg("{last}", last="1"), id="another meaning"),
    ],
)
def test_what_was_found_is_told_apart(one: Message, other: Message) -> None:
    assert not is_same(marked((one,), "en"), (other,))


def test_a_remark_as_long_as_its_cell_is_told_apart_by_its_end() -> None:
    long = "あ" * 30_000
    assert len(marked((msg("{remark}", remark=long),), "ja")) < 1_100
    assert not is_same(marked((msg("{remark}", remark=long),), "ja"), (msg("{remark}", remark=long + "急"),))
