"""`daicho holds try`: the orders of the last days that a condition, or a reason, would have held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from automations import hold_orders
from automations.app.automate import settings_of
from automations.app.configuration import Configuration
from automations.app.own_rows import HOLDS, in_words, path_of
from automations.app.runner import Shop, open_shop, read_ledger
from automations.app.services import services_of
from automations.app.settings_tab import with_settings
from automations.core.declare import Problems
from automations.core.errors import DaichoError
from automations.core.holds.case import Case, Evidence
from automations.core.holds.condition_checks import checked_condition
from automations.core.holds.condition_columns import AskedColumns
from automations.core.holds.conditions import ConditionWrong
from automations.core.holds.reasons import HoldReason
from automations.core.holds.rules import rules_of
from automations.core.ledger import Ledger, Row
from automations.core.messages import Label, Message, msg
from automations.core.orders.order_day import ordered_day
from automations.core.text import nearest, normal_header, visible

# A remark can be a page long; the ledger has all of it.
_WIDEST = 120


class TrialRefused(DaichoError):
    """What is to be tried is neither a reason nor a condition that can be asked."""

    exit_code = 2

    def __init__(self, typed: str, why: Message, fix: Message) -> None:
        super().__init__("condition-wrong", why, fix, where="daicho holds try", value=typed)


def try_hold(folder: Path, rule: str, days: int, now: datetime | None, language: str | None) -> str:
    """Return the orders of the last ``days`` days the rule would have held, and how many of how many.

    Args:
        folder: The shop's folder.
        rule: A reason by id, code or label in either language, or as the settings tab names it; else a condition.
        days: How many days back, counted from the run's day.
        now: What the clock says.
        language: Overrides the shop's language.

    Raises:
        TrialRefused: It is neither.
    """
    shop = open_shop(folder, language)
    _, ledger = read_ledger(shop, now)
    made, _ = with_settings(shop.configuration, ledger, services_of(shop.configuration))
    reason = _named(rule, made) or _condition(rule, made)
    return "\n".join(
        visible(line.text(ledger.language) if isinstance(line, Message) else line)
        for line in _told(reason, days, ledger, Shop(made, shop.book))
    )


def _named(rule: str, configuration: Configuration) -> HoldReason | None:
    path = path_of(rule.strip())
    wanted = normal_header(path[1] if path[0] == HOLDS else rule)
    for reason in configuration.holds.values():
        names = (reason.id, reason.code, reason.label.ja, reason.label.en)
        if wanted in map(normal_header, names):
            return replace(reason, enabled=True)
    return None


def _condition(text: str, configuration: Configuration) -> HoldReason:
    """Return a reason that holds by the condition alone."""
    columns = AskedColumns.of(configuration.schema)
    try:
        checked_condition(text, columns, configuration.currency)
    except ConditionWrong as wrong:
        known = [
            name
            for reason in configuration.holds.values()
            for name in (reason.id, reason.label.ja, reason.label.en)
        ]
        close = None if any(sign in text for sign in " =<>") else nearest(text, known)
        fix = msg("Did you mean '{close}'?", close=close) if close else wrong.fix
        raise TrialRefused(text, wrong.why, fix) from wrong
    label = Label(text, text)
    return HoldReason(id="trial", code="-", label=label, severity="confirm", next_step=label, condition=text)


def _told(reason: HoldReason, days: int, ledger: Ledger, shop: Shop) -> Iterator[Message | str]:
    configuration = shop.configuration
    said = in_words(reason.condition, configuration) if reason.condition else reason.label
    yield (
        msg("{code} {rule}", code=reason.code, rule=said) if reason.code != "-" else msg("{rule}", rule=said)
    )
    since = ledger.today - timedelta(days=days)
    looked_at = [order for order in ledger["orders"] if (ordered_day(order) or ledger.today) > since]
    held = list(_held(reason, looked_at, ledger, shop))
    for order, evidence in held:
        yield f"  {order.key}  {_summary(order, ledger.language)}  {_evidence(evidence, ledger.language)}"
    yield msg(
        "Would have been held: {count} of {all} orders of the last {days} days. Nothing was written.",
        count=len(held),
        all=len(looked_at),
        days=days,
    )


def _held(
    reason: HoldReason, orders: list[Row], ledger: Ledger, shop: Shop
) -> Iterator[tuple[Row, Evidence]]:
    settings = settings_of(shop.configuration, services_of(shop.configuration), Problems())["hold_orders"]
    around = hold_orders.surroundings(ledger, settings)
    rules = rules_of({reason.id: reason}, ledger.schema, ledger.currency)
    for order in orders:
        case = Case(order, around.lines.get(order.key, ()))
        for rule, _ in rules:
            evidence = rule(case, reason, around)
            if evidence:
                yield order, evidence


def _summary(order: Row, language: str) -> str:
    """Return the order's day, so much of its buyer's name as the staff know it by, and the prefecture it goes to."""
    name = order.text("buyer_name").strip()
    who = f"{name[:1]}…" if name else "-"
    to = order.text("ship_prefecture") or order.text("buyer_prefecture")
    day = ordered_day(order)
    return "  ".join(
        (
            msg("{day}", day=day).text(language) if day else "-",
            f"{who} {to}".rstrip(),
        )
    )


def _evidence(evidence: Evidence, language: str) -> str:
    said = " / ".join(" ".join(sentence.text(language).split()) for sentence in evidence)
    return said if len(said) <= _WIDEST else f"{said[:_WIDEST]}…"
