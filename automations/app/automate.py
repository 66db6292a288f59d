"""Folds the automations over a ledger: each plans on what the ones before it have done."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from automations import AUTOMATIONS
from automations.app.configuration import Configuration
from automations.core.declare import Problems, read_as, unknown_name
from automations.core.ledger import Ledger
from automations.core.messages import msg
from automations.core.plan import Finding, Plan
from automations.core.reading import difference


@dataclass(frozen=True)
class Folded:
    """What a run would do: the ledger as it would be, the merged plan, each automation's own plan."""

    ledger: Ledger
    plan: Plan
    steps: tuple[tuple[str, Plan], ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, each once, in the order they were made."""
        return tuple(dict.fromkeys(finding for _, step in self.steps for finding in step.findings))


@cache
def module_of(name: str) -> ModuleType:
    """Return the module of an automation by its name in ``AUTOMATIONS``."""
    return importlib.import_module(f"automations.{name}")


def fold(ledger: Ledger, names: Sequence[str], settings: Mapping[str, Any]) -> Folded:
    """Return what the named automations would do, one after the other, in the running order."""
    now = ledger
    steps: list[tuple[str, Plan]] = []
    for name in AUTOMATIONS:
        if name in names:
            plan = module_of(name).plan(now, settings[name])
            now = now.apply(plan)
            steps.append((name, plan))
    return Folded(now, difference(ledger, now), tuple(steps))


def settings_of(
    configuration: Configuration, services: Mapping[str, object], problems: Problems
) -> dict[str, Any]:
    """Return the Settings of every automation, noting wrong keys of shop.yaml.

    Args:
        configuration: Supplies declarations by field name, and the sections of shop.yaml.
        services: What comes from outside the declarations: look-ups and the mail composer, by field name.
        problems: Where wrong settings go.
    """
    declared = {field.name: getattr(configuration, field.name) for field in dataclasses.fields(configuration)}
    made: dict[str, Any] = {}
    for name in AUTOMATIONS:
        kind = module_of(name).Settings
        injected = {
            field.name: services.get(field.name, declared.get(field.name))
            for field in dataclasses.fields(kind)
            if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        }
        section = configuration.sections.get(name, {})
        made[name] = read_as(kind, section, f"shop.yaml: {name}", problems, **injected)
    return made


def check_columns(configuration: Configuration, problems: Problems) -> None:
    """Note columns that an automation reads or writes but the schema lacks, or must not write."""
    for name in AUTOMATIONS:
        module = module_of(name)
        for tab_id, columns in (*module.READS.items(), *module.WRITES.items()):
            tab = configuration.schema.get(tab_id)
            if tab is None:
                unknown_name("tab", tab_id, tuple(configuration.schema), f"automations/{name}.py", problems)
                continue
            for column in columns:
                if column not in tab.columns:
                    _column_needed(name, tab_id, column, tuple(tab.columns), problems)


def _column_needed(name: str, tab: str, column: str, known: tuple[str, ...], problems: Problems) -> None:
    unknown_name(
        "column",
        column,
        known,
        f"sheets_schema/tabs/{tab}.yaml ({msg('needed by {name}', name=name)})",
        problems,
        "column-missing",
    )
