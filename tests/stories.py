"""Reads `.case` files: title, moment, input rows, expected text. See tests/README.md."""

from __future__ import annotations

import copy
import csv
import io
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from automations.app import configuration as conf
from automations.app.arrivals import read_arrivals
from automations.app.automate import fold, settings_of
from automations.app.services import services_of
from automations.app.show import change_lines, finding_text
from automations.app.yaml_files import read_yaml_text
from automations.core.declare import Problems
from automations.core.ledger import Ledger
from automations.core.reading import ledger_from
from automations.core.schema import Tab
from automations.core.seals import seal_of
from automations.core.snapshot import Sheet, Snapshot
from automations.core.text import normal_header

FOLDER = Path(__file__).parent
SHOP = FOLDER / "shop"
LEDGER_ID = "test-ledger"


@dataclass
class Story:
    """One story of a case file."""

    title: str
    options: dict[str, str] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)
    expected: str = ""


def read_stories(path: Path) -> list[Story]:
    """Return the stories of a file, in order."""
    stories: list[Story] = []
    section = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# ") and (section in ("", "expect")):
            stories.append(Story(line[2:].strip()))
            section = ""
        elif line.startswith("-- "):
            section = line[3:].strip()
            if section != "expect":
                stories[-1].sections[section] = ""
        elif section == "expect":
            stories[-1].expected += line + "\n"
        elif section:
            stories[-1].sections[section] += line + "\n"
        elif line.strip():
            key, _, value = line.partition(":")
            stories[-1].options[key.strip()] = value.strip()
    for story in stories:
        story.expected = story.expected.strip() + "\n"
    return stories


def write_stories(path: Path, stories: list[Story]) -> None:
    """Write the stories back, expectations included."""
    out: list[str] = []
    for story in stories:
        out.append(f"# {story.title}")
        out += [f"{key}: {value}" for key, value in story.options.items()]
        for name, body in story.sections.items():
            out += [f"-- {name}", body.strip("\n")]
        out += ["-- expect", story.expected.strip(), ""]
    path.write_text("\n".join(out), encoding="utf-8")


def configuration_of(story: Story) -> conf.Configuration:
    """Return the test shop's configuration with the story's settings laid over it."""
    return _configured(story.options.get("language", "en"), story.options.get("settings", "{}"))


@cache
def _configured(language: str, settings: str) -> conf.Configuration:
    problems = Problems()
    tree = copy.deepcopy(_shop_tree())
    tree["language"] = language
    _lay_over(tree, read_yaml_text(settings))
    made = conf.build(SHOP, tree, problems)
    assert not problems.found, problems.found
    assert made is not None
    return made


@cache
def _shop_tree() -> conf.Tree:
    problems = Problems()
    tree = conf.read_tree(SHOP, problems)
    assert not problems.found, problems.found
    return tree


def moment_of(story: Story, zone: ZoneInfo) -> datetime:
    """Return the story's `now:` (or `today:` at 09:00)."""
    written = story.options.get("now") or story.options["today"] + " 09:00"
    return datetime.fromisoformat(written).replace(tzinfo=zone)


def ledger_of(story: Story, configuration: conf.Configuration) -> Ledger:
    """Return the ledger a story begins with: its CSV sections as tabs."""
    sheets = {}
    for name, body in story.sections.items():
        if name.endswith(".csv") and "/" not in name:
            tab = configuration.schema[name.removesuffix(".csv")]
            sheets[tab.id] = _sheet(tab, body)
    marks = frozenset(story.options.get("marks", "").split())
    snapshot = Snapshot(LEDGER_ID, "v1", 1, sheets, marks)
    files = [
        (name.removeprefix("incoming/"), body.encode())
        for name, body in story.sections.items()
        if name.startswith("incoming/")
    ]
    now = moment_of(story, configuration.zone)
    return ledger_from(
        snapshot,
        configuration.schema,
        now,
        language=configuration.language,
        currency=configuration.currency,
        incoming=read_arrivals(files, configuration),
    )


def tell(story: Story) -> str:
    """Return what the story's automations would do, as the command line shows it."""
    configuration = configuration_of(story)
    ledger = ledger_of(story, configuration)
    problems = Problems()
    settings = settings_of(configuration, services_of(configuration), problems)
    assert not problems.found, problems.found
    names = [name.replace("-", "_") for name in story.options["run"].split()]
    folded = fold(ledger, names, settings)
    again = fold(folded.ledger, names, settings)
    assert again.plan.is_empty, f"planning again still changes: {again.plan.changes}"
    language = configuration.language
    lines = change_lines(folded.plan, ledger, language)
    lines += [finding_text(finding, ledger, language) for finding in folded.findings]
    return "\n".join(lines).strip() + "\n" if lines else "nothing to do\n"


def _sheet(tab: Tab, body: str) -> Sheet:
    rows = list(csv.reader(io.StringIO(body)))
    headers = rows[0]
    columns = {}
    unknown = {}
    for position, header in enumerate(headers, 1):
        found = tab.by_header.get(normal_header(header))
        if found:
            columns[found] = position
        else:
            unknown[header] = position
    filled = [list(cells) for cells in rows[1:]]
    _add_twins(tab, columns, filled)
    _add_seals(tab, columns, filled)
    numbered = tuple((number, tuple(cells)) for number, cells in enumerate(filled, 2) if any(cells))
    return Sheet(tab.id, tab.id, 1, columns, unknown, numbered)


def _add_twins(tab: Tab, columns: dict[str, int], rows: list[list[str]]) -> None:
    """Shared cells count as the program's own unless the story gives the twin."""
    for shared, twin in tab.twins.items():
        if shared in columns and twin not in columns:
            spellings = tab.columns[shared].written_choices
            for cells in rows:
                typed = cells[columns[shared] - 1]
                cells.append(spellings.get(normal_header(typed), typed))
            columns[twin] = len(rows[0]) if rows else 1


def _add_seals(tab: Tab, columns: dict[str, int], rows: list[list[str]]) -> None:
    """Rows were handled before unless the story gives the seals."""
    if tab.sealed and "seal" not in columns:
        for cells in rows:
            key = "/".join(cells[columns[name] - 1] for name in tab.key if name in columns).rstrip("/")
            cells.append(seal_of(LEDGER_ID, tab.id, key) if key else "")
        columns["seal"] = len(rows[0]) if rows else 1


def _lay_over(tree: dict[str, object], settings: object) -> None:
    assert isinstance(settings, dict)
    for key, value in settings.items():
        present = tree.get(key)
        if isinstance(value, dict) and isinstance(present, dict):
            _lay_over(present, value)
        else:
            tree[key] = value
