"""What a run leaves behind of itself: its row in 実行履歴, the last result in 操作, its sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from automations.app.automate import Folded
from automations.app.configuration import Configuration
from automations.core.ledger import Ledger, update
from automations.core.messages import Message, msg
from automations.core.plan import AppendRow, Change, Finding, Plan, SetCells

_REPLIES = "record_mail_replies"


def summary(folded: Folded, before: Ledger) -> tuple[Message, ...]:
    """Return what the run does in a few short sentences, most important first; empty when nothing."""
    appended = Counter(change.tab for change in folded.plan.changes if isinstance(change, AppendRow))
    moved = _status_moves(folded, before)
    returned = _returned(folded)
    sentences = [
        (appended["orders"], msg("orders taken in: {count}", count=appended["orders"])),
        (appended["holds"], msg("holds raised: {count}", count=appended["holds"])),
        (moved["allocated"], msg("orders fully reserved: {count}", count=moved["allocated"])),
        (appended["batches"], msg("shipping batches: {count}", count=appended["batches"])),
        (moved["shipped"], msg("orders shipped: {count}", count=moved["shipped"])),
        (moved["arrived"], msg("orders arrived: {count}", count=moved["arrived"])),
        (moved["posted"], msg("sales posted: {count}", count=moved["posted"])),
        (appended["mails"], msg("mails queued: {count}", count=appended["mails"])),
        (returned, msg("mails that came back: {count}", count=returned)),
        (
            appended["suppressions"],
            msg("addresses that get no more mails: {count}", count=appended["suppressions"]),
        ),
    ]
    return tuple(sentence for count, sentence in sentences if count)


def run_row(
    run_id: str,
    folded: Folded,
    findings: Sequence[Finding],
    sentences: Sequence[Message],
    configuration: Configuration,
) -> AppendRow:
    """Return the row of 実行履歴 for a run that changes something."""
    batches = [
        name
        for change in folded.plan.changes
        if isinstance(change, AppendRow) and change.tab == "batches"
        for name in str(change.cells.get("file") or "").split()
    ]
    language = configuration.language
    return AppendRow(
        "runs",
        {
            "run_id": run_id,
            "started_at": folded.ledger.now,
            "automations": ", ".join(dict.fromkeys(name for name, step in folded.steps if not step.is_empty)),
            "result": msg("{parts}", parts=tuple(sentences)).text(language)
            or msg("cells updated").text(language),
            "changes": sum(len(change.cells) for change in folded.plan.changes),
            "findings": len(findings),
            "mails": _appended(folded.plan.changes, "mails"),
            "files": ", ".join(batches),
            "settings_hash": configuration.fingerprint,
        },
    )


def control_rows(folded: Folded, ledger: Ledger) -> Plan:
    """Return the last run and result of every automation that changed something, for 操作."""
    changes: list[tuple[SetCells, ...]] = []
    for name, step in folded.steps:
        row = ledger["control"].get(name)
        if row is not None and not step.is_empty:
            cells = sum(len(change.cells) for change in step.changes)
            rows = len({getattr(change, "key", id(change)) for change in step.changes})
            result = msg("cells changed: {cells}, in rows: {rows}", cells=cells, rows=rows).text(
                ledger.language
            )
            changes.append(update(row, {"last_run_at": ledger.now, "result": result}))
    return Plan.of(changes)


def _returned(folded: Folded) -> int:
    changes = (change for name, step in folded.steps if name == _REPLIES for change in step.changes)
    return len({change.key for change in changes if isinstance(change, SetCells) and change.tab == "mails"})


def _status_moves(folded: Folded, before: Ledger) -> Counter[str]:
    moves: Counter[str] = Counter()
    for change in folded.plan.changes:
        if change.tab == "orders" and change.cells.get("status"):
            old = before["orders"].get(change.key) if isinstance(change, SetCells) else None
            if old is None or old.get("status") != change.cells["status"]:
                moves[str(change.cells["status"])] += 1
    return moves


def _appended(changes: Sequence[Change], tab: str) -> int:
    return sum(isinstance(change, AppendRow) and change.tab == tab for change in changes)
