"""What a shop's own tab files must keep of the bundled ones, because the automations and the house rest on it."""

from __future__ import annotations

from automations import AUTOMATIONS
from automations.app.automate import module_of, note_column_needed
from automations.app.configuration import BUNDLED, Configuration
from automations.app.yaml_files import read_yaml
from automations.core.declare import Problems, read_as
from automations.core.messages import msg
from automations.core.schema import Column, Tab

# Tabs that the house itself writes, so that it needs every column of them.
_HOUSE = ("batches", "control", "journal", "mails", "runs", "settings")
# Types that are all read as text, each with checks of its own.
_TEXTS = frozenset({"text", "code", "phone", "email", "jan", "postcode"})


def check_own_tabs(configuration: Configuration, problems: Problems) -> None:
    """Note where a shop's own tab file takes away or changes what the program needs of that tab.

    Labels, aliases, notes, widths, further columns and further values are the shop's to choose, and so is
    every column that no automation names.
    """
    for path in sorted((configuration.folder / "sheets_schema" / "tabs").glob("*.yaml")):
        own = configuration.schema.get(path.stem)
        bundled = BUNDLED / "sheets_schema" / "tabs" / path.name
        if own is None or not bundled.is_file():
            continue
        where = f"sheets_schema/tabs/{path.name}"
        written = read_as(Tab, read_yaml(bundled, where, problems), where, problems, id=own.id)
        if written is not None:
            _check_tab(own, written, where, problems)


def _check_tab(own: Tab, bundled: Tab, where: str, problems: Problems) -> None:
    for key, needed, here in (
        ("key", bundled.key, own.key),
        ("sealed", bundled.sealed, own.sealed),
    ):
        if here != needed:
            _note(where, key, needed, problems)
    named = _named(own.id)
    for column in bundled.columns.values():
        if column.id not in own.columns:
            if own.id in _HOUSE and column.id not in named:
                note_column_needed(where, column.id, tuple(own.columns), problems)
        elif own.id in _HOUSE or column.id in named:
            _check_column(own.columns[column.id], column, f"{where}: {column.id}", problems)


def _check_column(own: Column, bundled: Column, where: str, problems: Problems) -> None:
    if own.type != bundled.type and not {own.type, bundled.type} <= _TEXTS:
        _note(where, "type", bundled.type, problems)
    if own.owner != bundled.owner:
        _note(where, "owner", bundled.owner, problems)
    if bundled.twin and own.twin != bundled.twin:
        _note(where, "twin", bundled.twin, problems)
    if bundled.choices_from and own.choices_from != bundled.choices_from:
        _note(where, "choices_from", bundled.choices_from, problems)
    gone = tuple(name for name in bundled.choices if name not in own.choices)
    if gone:
        problems.add(
            "choices-missing",
            where,
            msg("The automations need these values here: {names}.", names=gone),
            msg("Add them again; their labels may be anything."),
        )


def _note(where: str, key: str, needed: tuple[str, ...] | str | bool, problems: Problems) -> None:
    shown = f"[{', '.join(needed)}]" if isinstance(needed, tuple) else str(needed).lower()
    problems.add(
        "declaration-needed",
        where,
        msg("The program needs '{key}: {value}' here.", key=key, value=shown),
        msg("Write it as in the bundled file; labels, aliases, notes and widths are yours to choose."),
    )


def _named(tab: str) -> frozenset[str]:
    """Return the columns of a tab that any automation reads or writes."""
    modules = [module_of(name) for name in AUTOMATIONS]
    return frozenset(
        column for module in modules for uses in (module.READS, module.WRITES) for column in uses.get(tab, ())
    )
