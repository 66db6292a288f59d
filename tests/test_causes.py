"""What YAML, the template engine and the operating system say no with, in words of our own."""

import errno
import os
import re
from pathlib import Path

import pytest

from automations.app.yaml_files import read_yaml
from automations.core.causes import cause_of
from automations.core.declare import Problems
from automations.mail.template_causes import cause_of_syntax, forbidden_name


@pytest.mark.parametrize(
    ("text", "place", "cause"),
    [
        pytest.param("a: b: c\n", "x.yaml:1", "a colon stands where none can be", id="second colon"),
        pytest.param("a: 1\n  b: 2\n", "x.yaml:2", "a colon stands where none can be", id="indented key"),
        pytest.param("a: 'b\nc: 1\n", "x.yaml:3", "a quotation mark does not close", id="quotation mark"),
        pytest.param("a: [1, 2\nb: 1\n", "x.yaml:2", "a comma or a closing bracket is missing", id="bracket"),
        pytest.param("a:\n\tb: 1\n", "x.yaml:2", "or with a tab", id="tab"),
        pytest.param("a: @b\n", "x.yaml:1", "a sign that needs quotation marks", id="sign"),
        pytest.param("a: *b\n", "x.yaml:1", "a value begins with *", id="star"),
        pytest.param("a: !b 1\n", "x.yaml:1", "a value begins with !", id="exclamation mark"),
        pytest.param("a: 1\na: 2\n", "x.yaml:2", "'a' stands twice", id="key twice"),
        pytest.param("? [a, b]\n: 1\n", "x.yaml:1", "must be a single one", id="list as key"),
    ],
)
def test_yaml_that_cannot_be_understood_is_told_in_words(
    text: str, place: str, cause: str, tmp_path: Path
) -> None:
    problems = Problems()
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    assert read_yaml(tmp_path / "x.yaml", "x.yaml", problems) == {}
    assert [(problem.code, problem.where) for problem in problems.found] == [("yaml-wrong", place)]
    assert cause in problems.found[0].why.text("en")
    assert not re.search(r"[A-Za-z]{2,}", problems.found[0].why.text("ja"))


@pytest.mark.parametrize("name", ["ENOSPC", "EACCES", "EROFS", "ENOENT", "EBUSY", "EIO", "ENOTDIR", "EXDEV"])
def test_what_the_system_says_is_told_in_words_of_our_own(name: str) -> None:
    number = getattr(errno, name)
    told = cause_of(OSError(number, os.strerror(number)))
    assert os.strerror(number) not in told.text("en")
    assert not re.search(r"[A-Za-z]{2,}", told.text("ja"))


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        ("Unexpected end of template. Jinja was looking for the following tags: 'endif'.", "is not closed"),
        ("unexpected end of template, expected 'end of print statement'.", "is not closed"),
        ("No filter named 'monney'.", "there is nothing called 'monney'"),
        ("Encountered unknown tag 'endfor'.", "there is no 'endfor'"),
        ("expected token 'end of print statement', got 'name'", "'name' does not fit there"),
        ("something new", "its signs do not fit together"),
    ],
)
def test_template_that_cannot_be_read_is_told_in_words(problem: str, told: str) -> None:
    assert told in cause_of_syntax(problem).text("en")


def test_forbidden_name_is_named_without_the_type_behind_it() -> None:
    assert forbidden_name("access to attribute '__class__' of 'str' object is unsafe.") == "__class__"
    assert forbidden_name("order.__class__") == "order.__class__"
