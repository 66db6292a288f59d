"""Folds the automations over a ledger: each plans on what the ones before it have done."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Mapping, Sequence
from functools import cache, partial
from types import MappingProxyType, ModuleType
from typing import Any

from automations import AUTOMATIONS
from automations.app.configuration import Configuration
from automations.app.own_automations import planned_by_own, running_order
from automations.core.declare import Problems, read_as, unknown_name
from automations.core.ledger import Ledger
from automations.core.messages import msg
from automations.core.plan import AppendRow, Change, Finding, Plan
from automations.core.reading import difference
from automations.core.records import dataclass
from automations.core.schema_checks import TABS
from automations.core.statuses import CLOSED
from automations.core.text import nearest

# What arrived as files is taken in once a run.
_ARRIVALS = frozenset({"import_orders", "record_mail_replies", "record_tracking"})
_STATUS = ("orders", "status")
# What an automation with ASKS_WHETHER_CLOSED does not read: of an order's status it asks only whether it is closed, or was
# set by a person. Which of the open statuses explain_orders gives is no news to it.
_OPEN_STATUS = ("orders", "status of an open order")
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
        """All findings, each once: of every automation those of its last look."""
        last = dict(self.steps)
        return tuple(dict.fromkeys(finding for step in last.values() for finding in step.findings))


@cache
def module_of(name: str) -> ModuleType:
    """Return the module of an automation by its name in ``AUTOMATIONS``."""
    return importlib.import_module(f"automations.{name}")


def asks_whether_closed(module: ModuleType) -> bool:
    """Return whether an automation declares that it tells an order's open statuses not apart."""
    return getattr(module, "ASKS_WHETHER_CLOSED", False)


def fold(
    ledger: Ledger,
    names: Sequence[str],
    settings: Mapping[str, Any],
    own: Mapping[str, ModuleType] = MappingProxyType({}),
) -> Folded:
    """Return what the named automations would do, one after the other, in the running order.

    Where a later one changes what an earlier one reads (a parcel leaves, so the stock figures move), the
    earlier one looks again, so that one run says everything there is to say. Where it has a ``plan_again``,
    that is asked then: it is told what was seen and said before, and may pass over what has not moved.
    ``own`` are modules of the shop's own automations by name.
    """
    modules = {name: own.get(name) or module_of(name) for name in running_order(own) if name in names}
    now = ledger
    steps: list[tuple[str, Plan]] = []
    looked_at: dict[str, tuple[Ledger, Plan]] = {}
    unseen: dict[str, Cellset | None] = dict.fromkeys(modules)
    for _ in range(_LOOKS):
        looked = False
        for name, module in modules.items():
            if not _has_news(name, module, unseen[name]):
                continue
            look = partial(_look, module, now, settings[name], looked_at.get(name))
            plan = planned_by_own(name, module, look) if name in own else look()
            looked_at[name] = (now, plan)
            now = now.apply(plan)
            steps.append((name, plan))
            looked = True
            news = _written(plan)
            unseen |= {other: seen | news for other, seen in unseen.items() if seen is not None}
            unseen[name] = set()
        if not looked:
            break
    return Folded(now, difference(ledger, now), tuple(steps))


def _look(module: ModuleType, ledger: Ledger, settings: object, before: tuple[Ledger, Plan] | None) -> Plan:
    """Return an automation's plan; ``before`` is what it was given in this run already, and what it made of it."""
    plan: Plan
    if before is not None and hasattr(module, "plan_again"):
        plan = module.plan_again(ledger, settings, *before)
    else:
        plan = module.plan(ledger, settings)
    return plan


def _has_news(name: str, module: ModuleType, written: Cellset | None) -> bool:
    """Return whether an automation has not looked yet, or something it reads was written since."""
    return written is None or (name not in _ARRIVALS and bool(written & _read_by(module)))


def _written(plan: Plan) -> Cellset:
    cells = {(change.tab, column) for change in plan.changes for column in change.cells}
    if _STATUS in cells and not any(_opens_or_closes(change) for change in plan.changes):
        cells = cells - {_STATUS} | {_OPEN_STATUS}
    return cells


def _opens_or_closes(change: Change) -> bool:
    """Return whether an order is new, or is closed before or after this change of its status."""
    if change.tab != "orders" or "status" not in change.cells:
        return False
    return isinstance(change, AppendRow) or not CLOSED.isdisjoint(
        (change.before.get("status"), change.cells["status"])
    )


@cache
def _read_by(module: ModuleType) -> frozenset[tuple[str, str]]:
    cells = {(tab, column) for tab, columns in module.READS.items() for column in columns}
    if _STATUS in cells and not asks_whether_closed(module):
        cells.add(_OPEN_STATUS)
    return frozenset(cells)


def settings_of(
    configuration: Configuration,
    services: Mapping[str, object],
    problems: Problems,
    own: Mapping[str, ModuleType] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return the Settings of every automation, noting wrong keys of shop.yaml.

    Args:
        configuration: Supplies declarations by field name, and the sections of shop.yaml.
        services: What comes from outside the declarations: look-ups and the mail composer, by field name.
        problems: Where wrong settings go.
        own: Modules of the shop's own automations; one without Settings is given None.
    """
    declared = {field.name: getattr(configuration, field.name) for field in dataclasses.fields(configuration)}
    made: dict[str, Any] = dict.fromkeys(own)
    for name, module in {**{name: module_of(name) for name in AUTOMATIONS}, **own}.items():
        kind = getattr(module, "Settings", None)
        if kind is None:
            continue
        injected = {
            field.name: services.get(field.name, declared.get(field.name))
            for field in dataclasses.fields(kind)
            if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        }
        section = configuration.sections.get(name, {})
        made[name] = read_as(kind, section, f"shop.yaml: {name}", problems, **injected)
    return made


def check_columns(
    configuration: Configuration, problems: Problems, own: Mapping[str, ModuleType] = MappingProxyType({})
) -> None:
    """Note columns that an automation reads or writes but the schema lacks, or must not write."""
    for name, module in {**{name: module_of(name) for name in AUTOMATIONS}, **own}.items():
        for tab_id, columns in (*module.READS.items(), *module.WRITES.items()):
            tab = configuration.schema.get(tab_id)
            if tab is None:
                if tab_id not in TABS:  # else its declaration is wrong, and that is noted already
                    unknown_name("tab", tab_id, TABS, f"automations/{name}.py", problems)
                continue
            for column in columns:
                if column not in tab.columns:
                    note_column_needed(
                        f"sheets_schema/tabs/{tab_id}.yaml (automations/{name}.py)",
                        column,
                        tuple(tab.columns),
                        problems,
                    )


def note_column_needed(where: str, column: str, known: Sequence[str], problems: Problems) -> None:
    """Note a column that is not declared and that the program reads or writes."""
    close = nearest(column, known)
    fix = (
        msg("Add it again, or rename '{close}' back; the label may be anything.", close=close)
        if close
        else msg("Add it again as in the bundled file; the label may be anything.")
    )
    why = msg("The program needs the column '{column}', and it is not declared.", column=column)
    problems.add("column-missing", where, why, fix)
