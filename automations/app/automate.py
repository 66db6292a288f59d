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
from automations.core.plan import Finding, Plan
from automations.core.reading import difference

# How often an automation may look at the ledger in one run; nothing needs more than two.
_LOOKS = 3
# Columns by tab and id.
Cellset = set[tuple[str, str]]


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
    """Return what the named automations would do, one after the other, in the running order.

    Where a later one changes what an earlier one reads (a parcel leaves, so the stock figures move), the
    earlier one looks again, so that one run says everything there is to say.
    """
    now = ledger
    steps: list[tuple[str, Plan]] = []
    waiting = {name for name in AUTOMATIONS if name in names}
    for _ in range(_LOOKS):
        seen_since: dict[str, Cellset] = {}
        for name in AUTOMATIONS:
            if name in waiting:
                plan = module_of(name).plan(now, settings[name])
                now = now.apply(plan)
                steps.append((name, plan))
                written = _written(plan)
                seen_since = {earlier: seen | written for earlier, seen in seen_since.items()}
                seen_since[name] = set()
        waiting = {name for name in names if seen_since.get(name, set()) & _read_by(name)}
        if not waiting:
            break
    return Folded(now, difference(ledger, now), tuple(steps))


def _written(plan: Plan) -> Cellset:
    return {(change.tab, column) for change in plan.changes for column in change.cells}


@cache
def _read_by(name: str) -> frozenset[tuple[str, str]]:
    return frozenset((tab, column) for tab, columns in module_of(name).READS.items() for column in columns)


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
        f"sheets_schema/tabs/{tab}.yaml (automations/{name}.py)",
        problems,
        "column-missing",
    )
