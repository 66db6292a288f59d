"""What the command line prints about runs, checks and imports: texts for people, JSON for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import click

from automations.app.importing import FileCount
from automations.app.runner import Outcome
from automations.app.sending import Told
from automations.app.show import change_json, change_lines, finding_json, finding_text
from automations.core.ledger import Ledger
from automations.core.messages import Message, msg, spoken
from automations.core.plan import AppendRow, Finding, Plan, SetCells

# Findings that are shown whole below a run; the rest is counted and named by `daicho check`.
_SHOWN = 10


def print_json(document: Mapping[str, Any], ledger: Ledger) -> None:
    """Print one JSON document; findings in it become plain mappings."""
    click.echo(json.dumps(_plain(document, ledger.language), ensure_ascii=False, indent=2))


def print_findings(
    findings: Sequence[Finding],
    ledger: Ledger,
    *,
    err: bool = True,
    most: int | None = None,
    once: Collection[Finding] = (),
) -> None:
    """Print findings in the one form; beyond ``most`` only how many more there are.

    What is said of a file, or ``once`` only, comes first and whole: a check later on does not know of it any more.
    """
    language = ledger.language
    first = [finding for finding in findings if not finding.tab or finding in once]
    of_rows = [finding for finding in findings if finding.tab and finding not in once]
    shown = of_rows if most is None else of_rows[: max(0, most - len(first))]
    for finding in (*first, *shown):
        click.echo(finding_text(finding, ledger, language), err=err)
    if len(shown) < len(of_rows):
        left = msg("… and {count} more; see them with: daicho check", count=len(of_rows) - len(shown))
        click.echo(left.text(language), err=err)


def print_outcome(outcome: Outcome) -> None:
    """Print what a run did in a short table, or everything a dry run would do."""
    language = outcome.before.language
    for note in outcome.notes:
        click.echo(f"! {note.text(language)}", err=True)
    if outcome.dry_run:
        lines = change_lines(with_reasons(outcome), outcome.before, language)
        for line in lines or [msg("Nothing to do.").text(language)]:
            click.echo(line)
    else:
        for line in outcome_lines(outcome):
            click.echo(line)
    most = None if outcome.dry_run else _SHOWN
    print_findings(outcome.findings, outcome.before, most=most, once=_said_once(outcome))


def _said_once(outcome: Outcome) -> frozenset[Finding]:
    """Return what `daicho check` would not find: everything but the rows themselves and the settings tab."""
    checked = {finding for name, step in outcome.steps if name == "check_rows" for finding in step.findings}
    return frozenset(
        finding for finding in outcome.findings if finding.tab != "settings" and finding not in checked
    )


def outcome_lines(outcome: Outcome) -> list[str]:
    """Return the short table at the end of a run: what was done, where orders stand, what needs a person."""
    language = outcome.before.language
    delivered = outcome.delivered
    waiting = needs_person(outcome)
    if outcome.plan.is_empty and not (delivered.files or delivered.mails or delivered.told.sent):
        well = msg("Nothing to do: everything stands as it should.")
        lines = [(msg("Nothing to do.") if outcome.findings or waiting else well).text(language)]
    else:
        cells = sum(len(change.cells) for change in outcome.plan.changes)
        done = (*outcome.summary, *_delivered(outcome)) or (msg("cells updated: {count}", count=cells),)
        lines = [f"✓ {sentence.text(language)}" for sentence in done]
    lines += status_table(outcome.after, language)
    lines += [f"→ {sentence.text(language)}" for sentence in waiting]
    return lines


def status_table(ledger: Ledger, language: str) -> list[str]:
    """Return orders per status as one line, in the order of the flow: ``受注 2 | 保留 3``."""
    counts = Counter(order.text("status") for order in ledger["orders"])
    choices = ledger.schema["orders"].columns["status"].choices
    shown = [
        f"{choice.label.text(language)} {counts[name]}" for name, choice in choices.items() if counts[name]
    ]
    return ["  " + " | ".join(shown)] if shown else []


def needs_person(outcome: Outcome) -> list[Message]:
    """Return what waits for a person, most urgent first."""
    ledger = outcome.delivered.after or outcome.after
    holds = {
        row.text("order_id")
        for row in ledger["holds"]
        if row.text("state") == "open" and row.text("severity") != "warn"
    }
    broken = sum(order.text("intake") == "incomplete" for order in ledger["orders"])
    codes = [order.text("stuck_code") for order in ledger["orders"]]
    unpaid = sum("payment" in code for code in codes)
    short = sum("stock" in code for code in codes)
    sentences = [
        (broken, msg("orders with errors to mend: {count}", count=broken)),
        (len(holds), msg("orders waiting for your confirmation in the holds tab: {count}", count=len(holds))),
        (unpaid, msg("orders waiting for payment: {count}", count=unpaid)),
        (short, msg("orders short of stock: {count}", count=short)),
        *_mails_waiting(ledger, outcome.delivered.told),
    ]
    return [sentence for count, sentence in sentences if count]


def _mails_waiting(ledger: Ledger, told: Told) -> Iterable[tuple[int, Message]]:
    states = Counter(mail.text("state") for mail in ledger["mails"] if mail.text("wish") != "cancel")
    doubtful = states["unknown"] + states["held"]
    yield states["awaiting"], msg("mails waiting for your approval: {count}", count=states["awaiting"])
    yield doubtful, msg("mails to look at (they may have arrived, or cannot go): {count}", count=doubtful)
    if told.is_paused:
        yield (
            told.left,
            msg("mails that wait because the mail account takes no more for now: {count}", count=told.left),
        )
    elif told.trouble is not None:
        yield told.left, msg("mails that wait until the mail account works: {count}", count=told.left)
    else:
        yield told.left, msg("mails that go with the next run: {count}", count=told.left)


def with_reasons(outcome: Outcome) -> Plan:
    """Return the merged plan with the first reason an automation gave for each row."""
    reasons: dict[tuple[str, str], Message] = {}
    for _, step in outcome.steps:
        for change in step.changes:
            if isinstance(change, SetCells) and change.why is not None:
                reasons.setdefault((change.tab, change.key), change.why)
    changes = tuple(
        SetCells(change.tab, change.key, change.cells, change.before, reasons.get((change.tab, change.key)))
        if isinstance(change, SetCells)
        else change
        for change in outcome.plan.changes
        if change.tab not in ("runs", "control")
    )
    return Plan(changes, outcome.plan.findings, outcome.plan.marks)


def print_run_json(outcome: Outcome) -> None:
    """Print a run as ``{run, changes, findings, mails, files}``; of a dry run what it would do."""
    print_json(
        {
            "run": outcome.run_id,
            "changes": change_json(outcome.plan, outcome.before),
            "findings": outcome.findings,
            "mails": list(_mails(outcome)),
            "files": list(outcome.delivered.files) if not outcome.dry_run else _planned_files(outcome.plan),
        },
        outcome.before,
    )


def print_import(outcome: Outcome, counts: Sequence[FileCount], *, as_json: bool) -> None:
    """Print what each file brought: new, unchanged and changed orders, lines, findings."""
    language = outcome.before.language
    if as_json:
        print_json({"files": [count.as_mapping() for count in counts]}, outcome.before)
        return
    columns = (
        outcome.before.schema["orders"].columns["channel"],
        outcome.before.schema["batches"].columns["carrier"],
    )
    sources = {name: choice.label for column in columns for name, choice in column.choices.items()}
    for count in counts:
        text = msg(
            "{file} ({channel}): orders new {new}, unchanged {same}, changed {changed}; order lines {lines}",
            file=count.file,
            new=count.orders_new,
            same=count.orders_same,
            changed=count.orders_changed,
            lines=count.lines,
            channel=sources.get(count.channel, count.channel) or msg("refused"),
        )
        click.echo(text.text(language))
        print_findings(count.findings, outcome.before)


def _delivered(outcome: Outcome) -> Iterable[Message]:
    for file in outcome.delivered.files:
        if file.endswith(".csv"):
            yield msg("shipping file {file}", file=file)
    if outcome.delivered.mails:
        count = len(outcome.delivered.mails)
        yield msg("mails written to outbox/: {count} (not sent: open and send them yourself)", count=count)
    if outcome.delivered.told.sent:
        yield msg("mails sent: {count}", count=len(outcome.delivered.told.sent))


def _mails(outcome: Outcome) -> Iterable[dict[str, str]]:
    """Mails this run queued or wrote, with the state they are in now."""
    planned = {
        str(change.cells.get("mail_id")): change.cells
        for change in outcome.plan.changes
        if isinstance(change, AppendRow) and change.tab == "mails"
    }
    reported = {
        change.key: str(change.cells["state"])
        for change in outcome.delivered.report.changes
        if isinstance(change, SetCells) and change.tab == "mails" and "state" in change.cells
    }
    for key in dict.fromkeys((*planned, *reported)):
        row = outcome.after["mails"].get(key)
        if row is not None:
            yield {
                "key": key,
                "order": row.text("order_id"),
                "template": row.text("template"),
                "to": row.text("to"),
                "state": reported.get(key, row.text("state")),
            }


def _planned_files(plan: Plan) -> list[str]:
    return [
        name
        for change in plan.changes
        if isinstance(change, AppendRow) and change.tab == "batches"
        for name in str(change.cells.get("file") or "").split()
    ]


def _plain(value: object, language: str) -> Any:  # noqa: ANN401 - anything JSON can hold
    if isinstance(value, Finding):
        return finding_json(value, language)
    if isinstance(value, Mapping):
        return {key: _plain(part, language) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part, language) for part in value]
    return value if isinstance(value, (str, int, float, bool)) or value is None else spoken(value, language)
