"""Every code has an example that causes it, and its text can be read by who runs a shop, in both languages."""

from pathlib import Path

import documentation
import error_pages
import pytest
from error_gallery import complaints, shown
from gallery_cases import LANGUAGES, Example, read_examples, rooms, write_examples

EXAMPLES = [
    pytest.param(path, number, example, id=f"{path.stem}-{example.code}-{number + 1}")
    for path in rooms()
    for number, example in enumerate(read_examples(path))
]


def test_every_code_has_an_example() -> None:
    shown_codes = {example.code for path in rooms() for example in read_examples(path)}
    assert sorted(documentation.codes().keys() - shown_codes) == []
    assert sorted(shown_codes - documentation.codes().keys()) == []


@pytest.mark.parametrize(("path", "number", "example"), EXAMPLES)
def test_example_causes_its_code(
    path: Path, number: int, example: Example, request: pytest.FixtureRequest
) -> None:
    told = shown(example)
    assert all(told[language] for language in LANGUAGES), "the code is not produced"
    if request.config.getoption("--update-cases"):
        examples = read_examples(path)
        examples[number].shown = told
        write_examples(path, examples)
        return
    assert told == example.shown


@pytest.mark.parametrize(("path", "number", "example"), EXAMPLES)
def test_text_can_be_read_by_who_runs_a_shop(path: Path, number: int, example: Example) -> None:
    assert complaints(example) == [], f"{path.name}, example {number + 1}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_the_gallery_are_current(language: str) -> None:
    page = documentation.ERROR_PAGES[language].read_text(encoding="utf-8")
    assert page == documentation.error_page(language), "run: make docs"


def test_every_room_is_on_the_pages() -> None:
    assert {path.stem for path in rooms()} == set(error_pages.ROOMS)
