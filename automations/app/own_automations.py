"""Automations of the shop's own: Python files in the folder automations/ of the shop, checked before any row is read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from automations import AUTOMATIONS
from automations.core.declare import Problems
from automations.core.errors import Problem, SetupError
from automations.core.messages import Message, msg
from automations.core.plan import Plan, SetCells
from automations.core.schema import Schema

FOLDER = "automations"
_NEEDED = ("READS", "WRITES", "plan")
_AS_WRITTEN = msg("Write it as CONTRIBUTING.md shows under 'Your own automation'.")


def own_names(folder: Path) -> tuple[str, ...]:
    """Return the names of the shop's own automations, in the order of their files."""
    return tuple(
        path.stem for path in sorted((folder / FOLDER).glob("*.py")) if not path.name.startswith("_")
    )


def running_order(own: Mapping[str, ModuleType]) -> tuple[str, ...]:
    """Return all automations as they run: the shop's own last, or behind the one that ``RUNS_AFTER`` names."""
    order = list(AUTOMATIONS)
    for name, module in own.items():
        after = getattr(module, "RUNS_AFTER", order[-1])
        order.insert(order.index(after) + 1 if after in order else len(order), name)
    return tuple(order)


def load_own(folder: Path, problems: Problems) -> dict[str, ModuleType]:
    """Return the modules of the shop's own automations by name, noting those that cannot be used."""
    made: dict[str, ModuleType] = {}
    for name in own_names(folder):
        module = _loaded(name, folder / FOLDER / f"{name}.py", problems)
        if module is not None and _is_complete(module, name, problems):
            made[name] = module
    return made


def check_own(own: Mapping[str, ModuleType], schema: Schema, problems: Problems) -> None:
    """Note columns that an automation of the shop's own says it writes, and that belong to people."""
    for name, module in own.items():
        for tab, columns in module.WRITES.items():
            declared = schema[tab].columns if tab in schema else {}
            for column in columns:
                if column in declared and declared[column].owner == "human":
                    why = msg(
                        "It writes the column '{column}' of {tab}, which belongs to people.",
                        column=column,
                        tab=tab,
                    )
                    fix = msg("Give the tab a column of your own with owner: robot, and write there.")
                    problems.add("automation-broken", _where(name), why, fix)


def planned_by_own(name: str, module: ModuleType, plan: Callable[[], Any]) -> Plan:
    """Return what an automation of the shop's own plans.

    Raises:
        SetupError: It stopped with an error, gave back no plan, or would write cells it does not declare.
    """
    try:
        made = plan()
    except Exception as error:
        raise _refused(_where(name, error), _stopped(error)) from error
    if not isinstance(made, Plan):
        raise _refused(_where(name), msg("plan() must give back a Plan."))
    declared = {(tab, column) for tab, columns in module.WRITES.items() for column in columns}
    stray = sorted(
        {
            f"{change.tab}.{column}"
            for change in made.changes
            for column in change.cells
            if isinstance(change, SetCells) and (change.tab, column) not in declared
        }
    )
    if stray:
        raise _refused(
            _where(name), msg("It writes what WRITES does not name: {columns}.", columns=tuple(stray))
        )
    return made


def _loaded(name: str, path: Path, problems: Problems) -> ModuleType | None:
    if name in AUTOMATIONS or not name.isidentifier():
        why = msg(
            "An automation cannot have this name: it is taken, or has other signs than letters, digits and _."
        )
        problems.add("automation-broken", _where(name), why, msg("Give the file another name."))
        return None
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location(f"shop_automations.{name}", path)
    if spec is None or spec.loader is None:
        return None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # noqa: BLE001 - somebody else's code
        problems.add("automation-broken", _where(name, error), _stopped(error), _AS_WRITTEN)
        return None
    return module


def _is_complete(module: ModuleType, name: str, problems: Problems) -> bool:
    missing = [needed for needed in _NEEDED if not hasattr(module, needed)]
    wrong = [
        uses
        for uses in ("READS", "WRITES")
        if uses not in missing and not _are_columns(getattr(module, uses))
    ]
    if missing:
        problems.add(
            "automation-broken", _where(name), msg("It lacks {names}.", names=tuple(missing)), _AS_WRITTEN
        )
    if wrong:
        why = msg("{names} must name tabs and their columns.", names=tuple(wrong))
        problems.add("automation-broken", _where(name), why, _AS_WRITTEN)
    return not missing and not wrong


def _are_columns(uses: object) -> bool:
    return isinstance(uses, Mapping) and all(
        isinstance(columns, Iterable) and not isinstance(columns, str) for columns in uses.values()
    )


def _stopped(error: BaseException) -> Message:
    return msg("It stopped with {kind}: {cause}.", kind=type(error).__name__, cause=str(error) or "-")


def _where(name: str, error: BaseException | None = None) -> str:
    """Return the file, and the last of its lines that an error went through."""
    from traceback import extract_tb

    file = f"{FOLDER}/{name}.py"
    lines = (
        [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename.endswith(file)]
        if error
        else []
    )
    if isinstance(error, SyntaxError) and error.lineno:
        lines.append(error.lineno)
    return f"{file}:{lines[-1]}" if lines else file


def _refused(where: str, why: Message) -> SetupError:
    return SetupError([Problem("automation-broken", where, why, _AS_WRITTEN)])
