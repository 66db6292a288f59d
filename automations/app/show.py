"""How plans and findings look in a terminal and in JSON. The one wording for CLI, stories and console."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from automations.core import money
from automations.core.cells import to_json
from automations.core.errors import DaichoError, Problem, SetupError
from automations.core.ledger import Ledger, key_of
from automations.core.messages import msg
from automations.core.plan import AppendRow, Change, Finding, Plan, RemoveRow
from automations.core.schema import Column, Tab
from automations.core.text import on_one_line, visible
from automations.core.values import Value

# How many characters of a value, and of a key or the name of a file, a finding shows.
_VALUE, _NAME = 80, 120
# Columns that say nothing to a person: twins, seals, hidden keeping.
_NOT_SHOWN = frozenset(
    {
        "seal",
        "message_id",
        "made_at",
        "claim",
        "until",
        "look",
        "resent",
        "attempts",
        "approved_at",
        "imported_at",
        "instructed_at",
        "sha256",
        "status_since",
        "status_noted",
        "cleared_evidence",
    }
)


def change_lines(plan: Plan, ledger: Ledger, language: str) -> list[str]:
    """Return one line for each change: ``受注 1044: 状態 未引当 -> 引当済み``."""
    return [visible(line) for change in plan.changes for line in _change_line(change, ledger, language)]


def finding_text(finding: Finding, ledger: Ledger, language: str) -> str:
    """Return a finding in the one form: code, where, value / why / fix."""
    place = _place(finding, ledger, language)
    return _told(finding, place, finding.value, language)


def problem_text(problem: Problem, language: str) -> str:
    """Return one set-up problem in the same form as a finding."""
    return _told(problem, msg("at {place}", place=problem.where).text(language), "", language)


def error_text(error: DaichoError, language: str) -> str:
    """Return what the program stopped for, and what to do, in the same form as a finding."""
    if isinstance(error, SetupError):
        return "\n".join(problem_text(problem, language) for problem in error.problems)
    return _told(error, msg("at {place}", place=error.where).text(language), error.value, language)


def change_json(plan: Plan, ledger: Ledger) -> list[dict[str, Any]]:
    """Return every changed cell as ``{tab, key, column, before, after}``; ids, ISO dates, plain numbers."""
    rows: list[dict[str, Any]] = []
    for change in plan.changes:
        tab = ledger.schema[change.tab]
        key = key_of(tab, change.cells) if isinstance(change, AppendRow) else change.key
        before: Mapping[str, Value] = {} if isinstance(change, AppendRow) else change.before
        for name, value in change.cells.items():
            column = tab.columns.get(name)
            if column is not None and (value is not None or before.get(name) is not None):
                rows.append(
                    {
                        "tab": change.tab,
                        "key": key,
                        "column": name,
                        "before": to_json(column, before.get(name), ledger.currency),
                        "after": to_json(column, value, ledger.currency),
                    }
                )
    return rows


def finding_json(finding: Finding, language: str) -> dict[str, Any]:
    """Return a finding as ``{code, tab, row, key, column, value, why, fix}``."""
    return {
        "code": finding.code,
        "tab": finding.tab,
        "row": finding.row,
        "key": finding.key,
        "column": finding.column,
        "value": finding.value,
        "why": finding.why.text(language),
        "fix": finding.fix.text(language),
    }


def cell_text(column: Column, value: Value, language: str, currency: str) -> str:
    """Return a typed value as it stands in the sheet; ``-`` for a blank cell."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "☑" if value else "☐"
    if column.type == "money" and isinstance(value, int):
        return money.written(value, currency)
    if isinstance(value, str) and value in column.choices:
        return column.choices[value].label.text(language)
    if column.type == "datetime":
        return f"{value:%Y-%m-%d %H:%M}"
    return str(value)


def _change_line(change: Change, ledger: Ledger, language: str) -> Iterable[str]:
    tab = ledger.schema[change.tab]
    if isinstance(change, AppendRow):
        if change.tab == "mails":
            yield _mail_line(change, tab, ledger, language)
            return
        parts = [
            f"{column.label.text(language)} {cell_text(column, value, language, ledger.currency)}"
            for column, value in _shown(tab, change.cells)
            if value is not None and column.id not in tab.key
        ]
        yield f"{tab.label.text(language)} + {key_of(tab, change.cells)}: {'; '.join(parts)}"
        return
    if isinstance(change, RemoveRow):
        yield f"{tab.label.text(language)} - {change.key}"
        return
    parts = [
        f"{column.label.text(language)} "
        f"{cell_text(column, change.before.get(column.id), language, ledger.currency)} -> "
        f"{cell_text(column, value, language, ledger.currency)}"
        for column, value in _shown(tab, change.cells)
    ]
    if parts:
        why = f"  ({change.why.text(language)})" if change.why else ""
        yield f"{tab.label.text(language)} {change.key}: {'; '.join(parts)}{why}"


def _mail_line(change: AppendRow, tab: Tab, ledger: Ledger, language: str) -> str:
    template = cell_text(tab.columns["template"], change.cells.get("template"), language, ledger.currency)
    subject = change.cells.get("subject")
    about = change.cells.get("order_id") or change.cells.get("customer_id")
    return f"{tab.label.text(language)} {about}: {template} -> {change.cells.get('to')}  {subject}"


def _shown(tab: Tab, cells: Mapping[str, Value]) -> list[tuple[Column, Value]]:
    hidden = {*tab.twins.values(), *_NOT_SHOWN}
    return [
        (column, cells[column.id])
        for column in tab.columns.values()
        if column.id in cells and column.id not in hidden and not (column.hidden and column.large)
    ]


def _told(said: Finding | Problem | DaichoError, place: str, value: str, language: str) -> str:
    """Return the one form of everything that can be wrong: code, place and value, then why, then fix."""
    quoted = f': "{on_one_line(value, _VALUE)}"' if value else ""
    fix = msg("Fix: {fix}", fix=said.fix).text(language)
    return f"{said.code} {place}{quoted}\n  {said.why.text(language)}\n  {fix}"


def _place(finding: Finding, ledger: Ledger, language: str) -> str:
    """``at 受注 order 1043, row 12, column 状態``, naming only what is known."""
    tab = ledger.schema.get(finding.tab)
    if tab is None:
        place = msg("at {place}", place=on_one_line(finding.key, _NAME)).text(language)
        return f"{place}:{finding.row}" if finding.row else place
    parts = [tab.label.text(language)]
    if finding.key and not finding.key.startswith("#"):
        parts[0] += f" {on_one_line(finding.key, _NAME)}"
    if finding.row:
        parts.append(msg("row {row}", row=finding.row).text(language))
    if finding.column:
        column = tab.columns.get(finding.column)
        label = column.label.text(language) if column else finding.column
        parts.append(msg("column {column}", column=label).text(language))
    return msg("at {place}", place=tuple(parts)).text(language)
