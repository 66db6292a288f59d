"""The 設定 tab: single settings laid over shop.yaml and the bundled declarations, one row each."""

from __future__ import annotations

import copy
import unicodedata
from collections.abc import Mapping
from typing import Any

import yaml

from automations import AUTOMATIONS
from automations.app.automate import settings_of
from automations.app.configuration import Configuration, Tree, build
from automations.app.own_rows import (
    CONDITION,
    HOLDS,
    TYPED_AS_TEXT,
    OwnRule,
    check_name,
    in_words,
    own_rules,
    path_of,
)
from automations.app.yaml_files import read_yaml_text
from automations.core.declare import Problems
from automations.core.ledger import Ledger, Row, update
from automations.core.messages import Label, Message, msg
from automations.core.plan import Finding, Plan, SetCells

# What a new ledger offers in its 設定 tab, and what it says there; any other key of the YAML files may be
# added by its name.
OFFERED: Mapping[str, Message] = {
    "shop.cut_off": msg("Orders until this time can still ship on the same working day"),
    "allocate_stock.allocate_at": msg(
        "When stock is reserved: intake (at once) or payment_ok (once it is paid)"
    ),
    "allocate_stock.whole_orders_first": msg("true: orders that can ship complete come first"),
    "schedule_shipping.handling_days": msg("Working days needed before an order can ship"),
    "confirm_arrival.grace_days": msg("Days after the expected arrival until an order counts as arrived"),
    "post_sales.return_window_days": msg("Days after arrival until a sale is posted"),
    "holds.high_amount.amount_from": msg("Orders of this amount or more are held"),
    "holds.high_amount.new_customer_amount_from": msg(
        "A customer's first order of this amount or more is held"
    ),
    "holds.duplicate_order.within_hours": msg("Hours within which the same order again is held"),
    "holds.quantity.qty_from": msg("Orders with so many pieces of one product are held"),
    "holds.same_parcel.hours_before_cut_off": msg(
        "Hours before the cut-off until which orders that could share a parcel wait"
    ),
    "holds.blocked_customer.matching_fields": msg("How many fields must be like those of a blocked customer"),
    "holds.refused_before.times_from": msg("Orders to be paid later are held after so many refused parcels"),
    "holds.several_names.orders_from": msg(
        "So many orders of one IP address or card under several names are held"
    ),
    "holds.many_signs.score_from": msg("Points from which on signs of misuse hold an order; 0 never does"),
    "holds.purchase_limit.within_days": msg("Days in which a limit per person counts; 0 for always"),
    "mails.thank_you.wait_days": msg("Days after arrival until the thank-you mail goes"),
    "mails.follow_up.wait_days": msg("Days after arrival until the follow-up mail goes"),
}

# Where mails go is not for everybody who may write into the sheet.
_NOT_BY_SHEET = frozenset({"mail"})


def with_settings(
    configuration: Configuration, ledger: Ledger, services: Mapping[str, object]
) -> tuple[Configuration, Plan]:
    """Return the configuration with the 設定 tab laid over it, and what to write into that tab.

    A row that names no setting, or whose value does not fit, is reported and left out; the others count.
    The rows of one hold rule of the shop's own count together, or not at all.
    """
    findings: list[Finding] = []
    made = configuration
    rules = own_rules(ledger["settings"].rows, configuration.holds)
    for rule in rules:
        made, problem = _with_rule(made, rule)
        findings += [problem] if problem else []
    tree = made.tree
    of_rules = {row.key for rule in rules for row in rule.rows.values()}
    for row in ledger["settings"]:
        if not row.text("value") or row.key in of_rules:
            continue
        tried, problem = _laid_over(made, tree, row, services)
        if problem is not None:
            findings.append(problem)
        else:
            made, tree = tried, tried.tree
    return made, Plan.of(_shown(made, ledger, findings, services), findings)


def _with_rule(configuration: Configuration, rule: OwnRule) -> tuple[Configuration, Finding | None]:
    """Return the configuration with one more hold rule; a rule with anything wrong is left out whole."""
    candidate = copy.deepcopy(configuration.tree)
    reasons: Any = candidate["holds"]
    reasons[rule.id] = rule.entry(configuration)
    problems = Problems()
    check_name(rule, problems)
    made = build(configuration.folder, candidate, problems)
    if made is None or problems.found:
        first = problems.found[0]
        code = "condition-wrong" if first.code == "condition-wrong" else "setting-wrong"
        return configuration, rule.row_of(first).finding(code, "value", first.why, first.fix)
    return made, None


def _laid_over(
    configuration: Configuration, tree: Tree, row: Row, services: Mapping[str, object]
) -> tuple[Configuration, Finding | None]:
    candidate = copy.deepcopy(tree)
    problems = Problems()
    path = path_of(row.key)
    value = row.text("value") if path[-1] in TYPED_AS_TEXT else _plain(row.text("value"))
    if not _set(candidate, path, value):
        why = msg("There is no setting with this name.")
        return configuration, row.finding("unknown-setting", "name", why, _fix_of_name(path))
    made = build(configuration.folder, candidate, problems)
    if made is not None:
        settings_of(made, services, problems)
    if made is None or problems.found:
        first = problems.found[0]
        return configuration, row.finding("setting-wrong", "value", first.why, first.fix)
    return made, None


def _fix_of_name(path: list[str]) -> Message:
    if path[0] == HOLDS and len(path) == 3:
        return msg("Add a row holds.{name}.condition for a rule of your own.", name=path[1])
    return msg("Compare it with shop.yaml.")


def _set(tree: Tree, path: list[str], value: object) -> bool:
    """Put a value into the tree; False when the path leads nowhere."""
    if path[0] in _NOT_BY_SHEET:
        return False
    here: Any = tree
    for name in path[:-1]:
        if here is tree and here.get(name) is None and name in ("shop", *AUTOMATIONS):
            here[name] = {}  # a section that shop.yaml does not mention yet
        here = here.get(name) if isinstance(here, dict) else None
        if not isinstance(here, dict):
            return False
    if len(path) < 2:
        return False
    here[path[-1]] = value
    return True


def _plain(text: str) -> object:
    text = unicodedata.normalize("NFKC", text)
    if text in ("TRUE", "FALSE"):  # what a sheet makes of true and false
        return text == "TRUE"
    try:
        value = read_yaml_text(text)
    except yaml.YAMLError:
        return text
    return text if isinstance(value, dict) else value


def _shown(
    configuration: Configuration, ledger: Ledger, findings: list[Finding], services: Mapping[str, object]
) -> list[tuple[SetCells, ...]]:
    """Show beside each setting what counts now, and what is wrong with it."""
    wrong = {finding.key: finding for finding in findings}
    settings = settings_of(configuration, services, Problems())
    changes: list[tuple[SetCells, ...]] = []
    for row in ledger["settings"]:
        if not row.has_key:
            continue
        found = wrong.get(row.key)
        text = msg("{why} {fix}", why=found.why, fix=found.fix).text(ledger.language) if found else None
        changes.append(
            update(
                row, {"in_use": _in_use(row.key, configuration, settings, ledger.language), "errors": text}
            )
        )
    return changes


def _in_use(
    name: str, configuration: Configuration, settings: Mapping[str, Any], language: str
) -> str | None:
    path = path_of(name)
    here: Any = settings.get(path[0], getattr(configuration, path[0], None))
    for part in path[1:]:
        here = here.get(part) if isinstance(here, Mapping) else getattr(here, part, None)
    if here is None or here == "" or isinstance(here, Mapping):
        return None
    if path[-1] == CONDITION:
        return in_words(str(here), configuration).text(language)
    if isinstance(here, bool):
        return "true" if here else "false"
    if isinstance(here, Label):
        return here.text(language)
    return ", ".join(map(str, here)) if isinstance(here, tuple) else str(here)
