"""The promises of the house: lists are complete, texts translated, documents current."""

import ast
import re
from pathlib import Path

import documentation
import pytest
import translations

from automations import AUTOMATIONS
from automations.app.automate import module_of

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "automations"


def test_every_automation_file_is_listed() -> None:
    files = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    assert files == set(AUTOMATIONS)


@pytest.mark.parametrize("name", AUTOMATIONS)
def test_every_automation_has_stories_and_a_plan(name: str) -> None:
    assert (ROOT / "tests" / "cases" / f"{name}.case").is_file()
    module = module_of(name)
    assert callable(module.plan)
    assert module.READS
    assert module.WRITES


def test_every_message_is_translated() -> None:
    known = translations.catalogue()
    missing = [text for text in translations.templates() if not (known.get(text) and known.get(text).string)]
    assert not missing, "run: make translations, then fill in automations/locale/ja/LC_MESSAGES/daicho.po"


def test_translations_keep_the_places_of_the_values() -> None:
    places = re.compile(r"{(\w*)}")
    for message in translations.catalogue():
        if isinstance(message.id, tuple):
            assert set(places.findall(message.string[0])) <= set(places.findall(" ".join(message.id)))
        elif message.id and message.string:
            assert sorted(set(places.findall(message.string))) == sorted(set(places.findall(message.id))), (
                message.id
            )


def test_the_compiled_translations_are_current() -> None:
    assert translations.MO.read_bytes() == translations.compiled(translations.renewed())


@pytest.mark.parametrize("name", ["README.md", "README.ja.md"])
def test_generated_tables_are_current(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert documentation.renewed(text) == text, "run: make docs"


def test_no_code_imports_smtplib() -> None:
    for path in PACKAGE.rglob("*.py"):
        assert "smtplib" not in path.read_text(encoding="utf-8"), path


def test_rules_never_read_the_clock() -> None:
    for path in [*PACKAGE.glob("*.py"), *(PACKAGE / "core").glob("*.py")]:
        calls = [
            node.func.attr
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        ]
        assert not {"now", "today", "utcnow"} & set(calls), path


def test_every_folder_of_declarations_has_a_readme() -> None:
    for folder in (
        "sheets_schema",
        "sheets_schema/carriers",
        "sheets_schema/channels",
        "mail_templates",
        "tests",
    ):
        assert (ROOT / folder / "README.md").is_file(), folder
