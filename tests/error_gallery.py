"""The error gallery: for every code the smallest input that causes it, and the text a person then sees.

Each example of `cases/errors/<room>.case` goes through the real door: rows through the plan of a run, anything
else through a command of `daicho` in a shop folder of its own. See tests/README.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import chdir
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import gallery_shop
from click.testing import CliRunner
from gallery_cases import LANGUAGES, Example
from gallery_states import STATES
from stories import Story, configuration_of, ledger_of

from automations.app.cli import cli
from automations.app.configuration import Configuration
from automations.app.runner import Shop, planned
from automations.app.show import error_text, finding_text
from automations.books.memory import MemoryBook
from automations.core.errors import DaichoError, SetupError

NOW = "2026-11-24 10:00"
_HEAD = re.compile(r"(?:[✗!] )?([a-z]+(?:-[a-z0-9]+)+)(?: |:|$)")


def shown(example: Example) -> dict[str, str]:
    """Return the first thing a person sees of the example's code, by language; ``""`` when it does not come."""
    if "run" in example.options:
        return {language: _of_code(example.code, _by_rows(example, language)) for language in LANGUAGES}
    return {language: _of_code(example.code, text) for language, text in _by_command(example).items()}


def blocks(text: str) -> Iterator[list[str]]:
    """Yield each finding or refusal in a text as its lines: code and place, then indented why and fix."""
    block: list[str] = []
    for line in text.splitlines():
        if _HEAD.match(line):
            if block:
                yield block
            block = [line]
        elif block and line.startswith("  "):
            block.append(line)
    if block:
        yield block


def _as_it_comes(sections: Mapping[str, str]) -> dict[str, str]:
    """Return the sections with the signs for what cannot be seen made into that."""
    return {name: body.replace("␇", "\x07").replace("␀", "\x00") for name, body in sections.items()}


def _of_code(code: str, text: str) -> str:
    own = (block for block in blocks(text) if (head := _HEAD.match(block[0])) and head[1] == code)
    return "\n".join(next(own, ()))


def _by_rows(example: Example, language: str) -> str:
    """Return the findings of a run over the rows and files of the example."""
    options = {"now": NOW, **example.options, "language": language}
    story = Story(example.code, options, _as_it_comes(example.sections))
    configuration = _configuration(language, options.get("settings", "{}"))
    ledger = ledger_of(story, configuration)
    shop = Shop(configuration, _no_book(configuration))
    names = [name.replace("-", "_") for name in options["run"].split()]
    findings = planned(shop, ledger, names).findings
    return "\n".join(finding_text(finding, ledger, language) for finding in findings)


@cache
def _configuration(language: str, settings: str) -> Configuration:
    return configuration_of(Story("", {"language": language, "settings": settings}))


def _no_book(configuration: Configuration) -> MemoryBook:
    return MemoryBook(
        configuration.schema, language=configuration.language, currency="JPY", zone=configuration.zone
    )


def _by_command(example: Example) -> Mapping[str, str]:
    """Return what a command prints in a shop folder as the example makes it.

    What is wrong with the set-up is put into words at the end, so it is caused once and told in both languages.
    """
    told: dict[str, str] = {}
    for language in LANGUAGES:
        with TemporaryDirectory() as name:
            folder = Path(name) / "my-shop"
            gallery_shop.make(folder, _as_it_comes(example.sections), language)
            printed, error = _called(example, folder, language)
        if isinstance(error, SetupError):
            return {other: f"{printed}\n{error_text(error, other)}" for other in LANGUAGES}
        told[language] = f"{printed}\n{error_text(error, language)}" if error else printed
    return told


def _called(example: Example, folder: Path, language: str) -> tuple[str, DaichoError | None]:
    state, _, argument = example.options.get("state", "").partition(" ")
    with chdir(folder):
        try:
            with STATES[state](folder, argument):
                return _printed(example.options.get("command", "check").split(), language)
        except DaichoError as error:
            return "", error


def _printed(arguments: list[str], language: str) -> tuple[str, DaichoError | None]:
    environment = {"DAICHO_NOW": NOW.replace(" ", "T"), "DAICHO_LANG": language}
    result = CliRunner().invoke(cli, arguments, env=environment, standalone_mode=True)
    if isinstance(result.exception, DaichoError):
        return result.output, result.exception
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output, None


def complaints(example: Example) -> list[str]:
    """Return what is wrong with the texts of an example: a part that lacks, or words nobody in a shop knows."""
    found: list[str] = []
    if not (example.options.get("en") and example.options.get("ja")):
        found.append("says nothing of what it means")
    if set(example.shown) != set(LANGUAGES):
        return [*found, "is not there in both languages"]
    for language, text in example.shown.items():
        found += [f"{language}: {complaint}" for complaint in _complaints_of(text)]
    return found + [f"ja: English: {word}" for word in _foreign_words(example)]


def _complaints_of(text: str) -> Iterator[str]:
    head, *rest = text.split("\n")
    code, _, place = head.partition(" ")
    if not place.removeprefix("at ").strip():
        yield f"{code} has no place"
    if head.endswith((': ""', ":")):
        yield "quotes nothing"
    if len(rest) < 2 or not all(line.strip(" →.。") for line in rest):
        yield "lacks why or fix"
    yield from (f"word of the program: {found[0]}" for found in _PROGRAM.finditer(text))
    yield from (f"path of this machine: {found[0]}" for found in _MACHINE.finditer(text))


def _foreign_words(example: Example) -> Iterator[str]:
    """Yield English words of the Japanese text that are neither names nor ids nor typed by the person."""
    typed = " ".join((*example.sections.values(), *example.options.values(), *example.sections)).lower()
    text = example.shown["ja"].partition(" ")[2]
    text = _AS_TYPED.sub(" ", text)
    for word in _WORD.findall(text):
        if word.lower() not in typed and word not in _NAMES and word.lower() not in _ids():
            yield word


@cache
def _ids() -> frozenset[str]:
    """Return every word the declarations use: ids, keys, file names, labels that are the same in both languages."""
    configuration = _configuration("en", "{}")
    words = set(re.findall(r"[a-z]+", repr(configuration.tree).lower()))
    english = re.findall(r"'en': (?:'([^']*)'|\"([^\"]*)\")", repr(configuration.tree))
    only_english = {
        word.lower() for pair in english for text in pair for word in re.findall(r"[A-Za-z]+", text)
    }
    keys = set(re.findall(r"'([a-z_0-9]+)'", repr(configuration.tree)))
    kept = {part for key in keys for part in (key, *key.split("_"))}
    return frozenset((words - only_english) | kept)


# What stands in a text as it is typed: quoted values, files and settings, parts of templates, times.
_AS_TYPED = re.compile(
    r"`[^`]*`|\"[^\"]*\"|[A-Z]{1,3}[0-9]+|[A-Za-z0-9{}<>%-]*[A-Za-z0-9][_./:][A-Za-z0-9_./:{}-]*|{%.*?%}|{{.*?}}"
)
_WORD = re.compile(r"[A-Za-z]{3,}")
_PROGRAM = re.compile(
    r"\b(?:NoneType|None|Traceback|Error|Exception|object at|dict|tuple|isinstance|TypeError|int|str|bool|Undefined|"
    r"jinja2?|PyYAML|[Ii]nvalid|Errno)\b"
)
# Folders of whatever machine the tests run on, and any path of Windows.
_FOLDERS = (gettempdir(), str(Path.home()), str(Path(__file__).parents[1]))
_MACHINE = re.compile(rf"(?:{'|'.join(map(re.escape, _FOLDERS))}|[A-Z]:\\)\S*")
# Names of products and file forms, and words of YAML and templates that are typed as they stand.
_NAMES = frozenset(
    "Daicho daicho Excel CSV YAML UTF Shift_JIS JIS Shift PDF HTML ZIP Google Shopify EC CUBE Cloud Yamato Asia Tokyo "
    "JAN JPY USD XML backup Lists endif README RFC Ctrl End xlsx yaml txt html bundled shop init run show orders login chmod API".split()
)
