"""Reads and writes the examples of the error gallery: `cases/errors/<room>.case`, see tests/README.md."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "cases" / "errors"
LANGUAGES = ("en", "ja")
_TITLE = re.compile(r"# ([a-z]+(?:-[a-z0-9]+)+)")


@dataclass
class Example:
    """One example: a code, what it means in both languages, what causes it, what is shown.

    Attributes:
        options: ``en`` and ``ja`` say what is wrong; ``run`` names automations, else ``command`` (default
            ``check``) is typed in a shop folder; ``settings``, ``marks`` and ``now`` as in stories; ``state``
            is something of ``gallery_states`` that happened to the folder before.
        sections: Tabs (``orders.csv``) and files (``incoming/...``, ``inbox/...``, ``shop.yaml``,
            ``sheets_schema/...``, ``mail_templates/...``); YAML is laid over the bundled file.
        shown: The text by language.
    """

    code: str
    room: str
    options: dict[str, str] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)


def rooms() -> list[Path]:
    """Return the files of the gallery, in the order of the page."""
    return sorted(FOLDER.glob("*.case"))


def read_examples(path: Path) -> list[Example]:
    """Return the examples of a file, in order."""
    examples: list[Example] = []
    section = ""
    for line in path.read_text(encoding="utf-8").split("\n"):
        if title := _TITLE.fullmatch(line):
            examples.append(Example(title[1], path.stem))
            section = ""
        elif line.startswith("-- "):
            section = line[3:].strip()
            texts = examples[-1].shown if section in LANGUAGES else examples[-1].sections
            texts[section] = ""
        elif section:
            texts = examples[-1].shown if section in LANGUAGES else examples[-1].sections
            texts[section] += line + "\n"
        elif line.strip():
            key, _, value = line.partition(":")
            examples[-1].options[key.strip()] = value.strip()
    for example in examples:
        example.sections = {name: text.strip("\n") + "\n" for name, text in example.sections.items()}
        example.shown = {language: text.strip("\n") for language, text in example.shown.items()}
    return examples


def write_examples(path: Path, examples: list[Example]) -> None:
    """Write the examples back, with the texts they show."""
    out: list[str] = []
    for example in examples:
        out.append(f"# {example.code}")
        out += [f"{key}: {value}" for key, value in example.options.items()]
        for name, body in (*example.sections.items(), *example.shown.items()):
            out += [f"-- {name}", body.strip("\n")]
        out.append("")
    path.write_text("\n".join(out), encoding="utf-8")
