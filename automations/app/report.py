"""`daicho report`: the day in figures, worked out with pandas in one place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from automations.app.archives import archive_ledgers, refuse_missing
from automations.app.runner import Shop, open_shop, read_ledger
from automations.core.ledger import Ledger
from automations.core.messages import Message, msg
from automations.core.statuses import CLOSED
from automations.core.text import half_width_length, visible

_AGES = ((0, 0), (1, 2), (3, 6), (7, None))


@dataclass(frozen=True)
class Day:
    """Figures of one day.

    Attributes:
        by_status: Open and closed orders: one row per status, one column per age group, and the sum.
        shortages: Missing units per product.
        waiting: Orders that need a person, oldest first: number, name, reason, days.
    """

    by_status: pd.DataFrame
    shortages: pd.DataFrame
    waiting: pd.DataFrame


def day_report(folder: Path, now: datetime | None, language: str | None, *, archived: bool = False) -> str:
    """Return the day's figures as text, and what each archive holds; nothing is written."""
    shop = open_shop(folder, language)
    _, ledger = read_ledger(shop, now)
    lines = _told(figures(ledger), ledger)
    if archived:
        refuse_missing(shop.configuration, ledger)
        lines += ["", msg("In the archives").text(ledger.language)]
        lines += [f"  {line}" for line in _archive_lines(shop, now)] or ["  -"]
    return "\n".join(map(visible, lines))


def _archive_lines(shop: Shop, now: datetime | None) -> Iterator[str]:
    for name, ledger in archive_ledgers(shop, now):
        status = ledger.schema["orders"].columns["status"]
        counts = Counter(order.text("status") for order in ledger["orders"])
        parts = tuple(
            msg("{status} {count}", status=choice.label, count=counts[choice.id])
            for choice in status.choices.values()
            if counts[choice.id]
        )
        yield msg("{name}: {counts}", name=name, counts=parts).text(ledger.language)


def figures(ledger: Ledger) -> Day:
    """Return the figures of the ledger's day."""
    orders = ledger.frame("orders")
    lines = ledger.frame("order_lines")
    return Day(_by_status(orders, ledger), _shortages(orders, lines), _waiting(orders))


def _by_status(orders: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    today = pd.Timestamp(ledger.today)
    ordered = pd.to_datetime(orders["ordered_at"], errors="coerce").dt.tz_localize(None).dt.normalize()
    age = (today - ordered).dt.days.fillna(0).clip(lower=0)
    groups = pd.Series("", index=orders.index, dtype=object)
    for low, high in _AGES:
        inside = (age >= low) & ((age <= high) if high is not None else True)
        groups[inside] = _age_name(low, high)
    counts = pd.crosstab(orders["status"].fillna("received"), groups)
    names = [_age_name(low, high) for low, high in _AGES]
    flow = [name for name in ledger.schema["orders"].columns["status"].choices if name in counts.index]
    counts = counts.reindex(index=flow, columns=names, fill_value=0)
    return counts.assign(sum=counts.sum(axis=1))


def _age_name(low: int, high: int | None) -> str:
    return f"{low}+" if high is None else str(low) if low == high else f"{low}-{high}"


def _shortages(orders: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    open_orders = orders.index[~orders["status"].isin(list(CLOSED))]
    waiting = lines[lines["order_id"].isin(open_orders) & lines["shortage"].notna()]
    missing = waiting["qty"].fillna(0) - waiting["allocated_qty"].fillna(0)
    short = waiting.assign(missing=missing)[missing > 0]
    return short.groupby("sku").agg(missing=("missing", "sum"), orders=("order_id", "nunique")).sort_index()


def _waiting(orders: pd.DataFrame) -> pd.DataFrame:
    stuck = orders[orders["stuck_reason"].notna()]
    return stuck[["buyer_name", "stuck_reason", "stuck_days"]].sort_values("stuck_days", ascending=False)


def _mail_lines(ledger: Ledger) -> Iterator[Message]:
    counts = Counter(mail.text("state") for mail in ledger["mails"])
    for choice in ledger.schema["mails"].columns["state"].choices.values():
        if counts[choice.id]:
            yield msg("{status} {count}", status=choice.label, count=counts[choice.id])


def _told(day: Day, ledger: Ledger) -> list[str]:
    blocks = (
        (msg("Orders by status and age in days"), _status_lines(day.by_status, ledger)),
        (msg("Short of stock"), _shortage_lines(day.shortages)),
        (msg("Needs a person"), _waiting_lines(day.waiting)),
        (msg("Mails by state"), _mail_lines(ledger)),
    )
    lines = [msg("The day in figures: {day}", day=ledger.today).text(ledger.language)]
    for heading, block in blocks:
        told = [part.text(ledger.language) if isinstance(part, Message) else part for part in block]
        lines += ["", heading.text(ledger.language), *(f"  {line}" for line in told or ["-"])]
    return lines


def _status_lines(by_status: pd.DataFrame, ledger: Ledger) -> Iterator[str]:
    status = ledger.schema["orders"].columns["status"]
    labels = [choice.label.text(ledger.language) for choice in status.choices.values()]
    width = max(half_width_length(label) for label in (*labels, status.label.text(ledger.language)))
    total = msg("total").text(ledger.language)
    yield (
        _padded(status.label.text(ledger.language), width)
        + "".join(f"{name:>6}" for name in by_status.columns[:-1])
        + f"  {total}"
    )
    for name, row in by_status.iterrows():
        label = status.choices[str(name)].label.text(ledger.language)
        yield (
            _padded(label, width)
            + "".join(f"{int(count) or '':>6}" for count in row[:-1])
            + f"{int(row.iloc[-1]):>6}"
        )


def _shortage_lines(shortages: pd.DataFrame) -> Iterator[Message]:
    for sku, row in shortages.iterrows():
        counts = {"missing": int(row["missing"]), "orders": int(row["orders"])}
        yield msg("{sku}: missing {missing}, orders waiting {orders}", sku=sku, **counts)


def _waiting_lines(waiting: pd.DataFrame) -> Iterator[Message]:
    for key, row in waiting.iterrows():
        days = int(row["stuck_days"]) if pd.notna(row["stuck_days"]) else 0
        yield msg(
            "{order} {name}: {reason} (day {days})",
            order=key,
            name=row["buyer_name"] if pd.notna(row["buyer_name"]) else "-",
            reason=row["stuck_reason"],
            days=days,
        )


def _padded(text: str, width: int) -> str:
    return text + " " * (width - half_width_length(text))
