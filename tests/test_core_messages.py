"""Sentences are values; only the reader's language puts them into words."""

from __future__ import annotations

from datetime import date

import ledgers
import pytest

from automations.core.messages import Label, msg, spoken, spoken_day

PAYMENT = Label("入金", "payment")


@pytest.mark.parametrize(
    ("value", "japanese", "english"),
    [
        pytest.param(PAYMENT, "入金", "payment", id="name"),
        pytest.param(("K-001", PAYMENT), "K-001、入金", "K-001, payment", id="list"),
        pytest.param((), "", "", id="empty list"),
        pytest.param(ledgers.NOW.date(), "11月24日(火)", "Tue 24 Nov", id="day"),
        pytest.param(ledgers.NOW, "11月24日(火) 10:00", "Tue 24 Nov 10:00", id="moment"),
        pytest.param(None, "", "", id="nothing"),
        pytest.param(1080, "1080", "1080", id="number"),
        pytest.param(msg("The key {key} is missing.", key="x"), None, "The key x is missing.", id="sentence"),
    ],
)
def test_values_are_spoken_in_the_readers_language(value: object, japanese: str | None, english: str) -> None:
    assert spoken(value, "en") == english
    assert spoken(value, "ja") == japanese or (japanese is None and spoken(value, "ja") != english)


def test_every_weekday_has_its_sign() -> None:
    days = [spoken_day(date(2026, 11, day), "ja") for day in range(23, 30)]
    assert [day[-2] for day in days] == list("月火水木金土日")


def test_sentence_is_translated_with_the_values_in_it() -> None:
    sentence = msg("There is no {kind} '{name}'.", kind=Label("状態", "status"), name="shiped")
    assert sentence.text("en") == str(sentence) == "There is no status 'shiped'."
    assert sentence.text("ja") == "「shiped」という状態はありません。"


def test_sentence_without_a_translation_stays_english() -> None:
    assert msg("Nobody has translated {this}.", this="x").text("ja") == "Nobody has translated x."


def test_braces_of_an_example_are_written_once() -> None:
    assert msg("Write {{ja: …, en: …}}.").text("en") == "Write {ja: …, en: …}."


def test_braces_that_people_typed_stay_as_they_are() -> None:
    assert msg("The key {key} is missing.", key="{order} {0}").text("en") == "The key {order} {0} is missing."


def test_equal_sentences_are_one_in_a_set() -> None:
    assert (
        len({msg("{count} left", count=1), msg("{count} left", count=1), msg("{count} left", count=2)}) == 2
    )
