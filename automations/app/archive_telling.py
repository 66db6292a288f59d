"""What `daicho archive` says: how much went where, what stayed and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from automations.app.archiving import Archived
from automations.app.show import finding_json, finding_text
from automations.core.messages import Message, msg
from automations.core.plan import SetCells


def archive_lines(done: Archived) -> Iterator[str]:
    """Yield the lines for a person, most important first."""
    language = done.ledger.language
    for message in _told(done):
        yield message.text(language)
    for finding in done.findings:
        yield finding_text(finding, done.ledger, language)
    for note in done.notes:
        yield note.text(language)


def archive_json(done: Archived) -> dict[str, Any]:
    """Return the same as one document for a program."""
    leaving = done.departure
    return {
        "dry_run": done.dry_run,
        "archives": [
            {
                "name": done.names[year],
                "orders": leaving.orders.get(year, 0),
                "rows": dict(_by_tab(done, year)),
            }
            for year in leaving.rows
        ],
        "texts_replaced": _texts(done),
        "findings": [finding_json(finding, done.ledger.language) for finding in done.findings],
        "notes": [note.text(done.ledger.language) for note in done.notes],
    }


def _told(done: Archived) -> Iterator[Message]:
    leaving = done.departure
    if leaving.plan.is_empty:
        yield msg("Nothing is old enough for the archive.")
    for year in leaving.rows:
        words = {"name": done.names[year], "orders": leaving.orders.get(year, 0)}
        tabs = tuple(
            msg("{tab} {count}", tab=done.ledger.schema[tab].label, count=count)
            for tab, count in _by_tab(done, year).items()
        )
        if done.dry_run:
            yield msg("would go to the archive {name}: orders {orders} (rows: {tabs})", **words, tabs=tabs)
        else:
            yield msg("archive {name}: orders {orders} (rows: {tabs})", **words, tabs=tabs)
    if texts := _texts(done):
        yield msg("texts of mails replaced by their hash: {count}", count=texts)


def _by_tab(done: Archived, year: int) -> Counter[str]:
    return Counter(row.tab for row in done.departure.rows[year])


def _texts(done: Archived) -> int:
    return sum(
        isinstance(change, SetCells) and change.tab == "mails" for change in done.departure.plan.changes
    )
