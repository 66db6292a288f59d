"""Makes the tabs one schema: choices filled in, every name that a tab uses checked against the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from automations.core.declare import Problems, unknown_name
from automations.core.messages import msg
from automations.core.schema import Choice, Column, Schema, Tab

# The order of the tabs in a new ledger: what people look at first stands first.
TABS = (
    "control", "orders", "order_lines", "holds", "shipments", "batches", "mails", "products", "stock",
    "movements", "customers", "suppressions", "settings", "runs", "journal",
)  # fmt: skip


def whole_schema(
    tabs: Mapping[str, Tab], lists: Mapping[str, dict[str, Choice]], problems: Problems
) -> Schema:
    """Return the schema of all tabs, noting tabs, columns and lists that are named but not there.

    Args:
        tabs: The tabs as declared, by id.
        lists: Values of choice columns that are declared elsewhere (statuses, payments ...), by name.
        problems: Where problems go.
    """
    for name in TABS:
        if name not in tabs:
            problems.add(
                "tab-missing",
                f"sheets_schema/tabs/{name}.yaml",
                msg("This file does not describe the tab as the program needs it."),
                msg("Mend what else is told of this file, or take it away: then the bundled one counts."),
            )
    ordered = [name for name in TABS if name in tabs] + [name for name in tabs if name not in TABS]
    schema: dict[str, Tab] = {}
    for name in ordered:
        tab = tabs[name]
        where = f"sheets_schema/tabs/{name}.yaml"
        columns = {
            column.id: _with_choices(column, lists, f"{where}: {column.id}", problems)
            for column in tab.columns.values()
        }
        schema[name] = replace(tab, columns=columns)
    for tab in schema.values():
        _check_tab(tab, schema, f"sheets_schema/tabs/{tab.id}.yaml", problems)
    return schema


def _with_choices(
    column: Column, lists: Mapping[str, dict[str, Choice]], where: str, problems: Problems
) -> Column:
    if not column.choices_from:
        return column
    if column.choices_from not in lists:
        unknown_name("list of values", column.choices_from, tuple(lists), where, problems)
        return column
    return replace(column, choices=lists[column.choices_from])


def _check_tab(tab: Tab, schema: Schema, where: str, problems: Problems) -> None:
    for name in tab.key:
        _check_column(tab, name, f"{where}: key", problems)
    for check in tab.checks.sums:
        for name in (check.total, *check.plus, *check.minus):
            _check_column(tab, name, f"{where}: checks.sums", problems)
    for days in tab.checks.days:
        for name in (days.first, days.then):
            _check_column(tab, name, f"{where}: checks.days", problems)
    for column in tab.columns.values():
        if column.twin:
            _check_column(tab, column.twin, f"{where}: {column.id}.twin", problems)
        if column.refers_to:
            _check_reference(column, schema, where, problems)
        if column.type == "choice" and not (column.choices or column.choices_from):
            problems.add(
                "choices-missing",
                f"{where}: {column.id}",
                msg("A choice column needs its values."),
                msg("Add choices: {{…}} or choices_from: …"),
            )
    _check_headers(tab, where, problems)


def _check_column(tab: Tab, name: str, where: str, problems: Problems) -> None:
    if name not in tab.columns:
        unknown_name("column", name, tuple(tab.columns), where, problems, "unknown-column")


def _check_reference(column: Column, schema: Schema, where: str, problems: Problems) -> None:
    tab, _, name = column.refers_to.partition(".")
    if tab not in schema:
        unknown_name("tab", tab, tuple(schema), f"{where}: {column.id}.refers_to", problems)
    else:
        _check_column(schema[tab], name, f"{where}: {column.id}.refers_to", problems)


def _check_headers(tab: Tab, where: str, problems: Problems) -> None:
    """Two columns under one header could never be told apart in a sheet."""
    owner: dict[str, str] = {}
    for column in tab.columns.values():
        for header in column.headers:
            if owner.setdefault(header, column.id) != column.id:
                problems.add(
                    "header-twice",
                    f"{where}: {column.id}",
                    msg(
                        "The header '{header}' already belongs to {other}.",
                        header=header,
                        other=owner[header],
                    ),
                    msg("Give one of the two another label or alias."),
                )
