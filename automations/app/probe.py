"""`daicho doctor --probe`: tries on a blank spreadsheet whether Google does what Daicho's design rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from automations.app.configuration import BUNDLED, Configuration, load
from automations.app.shops import open_spreadsheet
from automations.books.google.probe.assumptions import Assumption, Tried, shown, tried
from automations.books.google.probe.batches import BATCHES
from automations.books.google.probe.bench import Bench
from automations.books.google.probe.values import VALUES
from automations.books.google.probe.versions import VERSIONS
from automations.core.messages import Message, msg
from automations.core.text import on_one_line

ASSUMPTIONS: tuple[Assumption, ...] = (*VERSIONS, *BATCHES, *VALUES)
_LONGEST = 200
# What one account alone cannot bring about.
_NOT_TRIED = (
    msg(
        "what Google answers to a sign-in that was revoked, and to an account the spreadsheet is not shared with"
    ),
    msg("that an account which may only read is refused before its request is looked at"),
    msg("what people do at the same moment: sort, filter, paste, restore an older version"),
    msg("what is answered when the quota is used up, and faults in the middle of a commit"),
    msg("a spreadsheet near the limit of 10,000,000 cells, and requests of several megabytes"),
)


def probe(folder: Path, named: str, language: str, tell: Callable[[str], None]) -> bool:
    """Try every assumption and tell each as it is tried; return whether all hold.

    Args:
        folder: The shop's folder, for its sign-in; one without shop.yaml goes by the environment.
        named: A blank spreadsheet, by id or address; it is blank again afterwards.
        language: Of the report.
        tell: Takes a line.

    Raises:
        SetupError: The address or the sign-in is wrong or missing.
        LedgerRefused: The spreadsheet is not blank, or not shared as Editor.
        ServiceError: Google cannot be reached.
    """
    spreadsheet = open_spreadsheet(_configuration(folder), named)
    tell(
        msg("Trying {total} assumptions at Google; this takes some minutes.", total=len(ASSUMPTIONS)).text(
            language
        )
    )
    failed = []
    for one in tried(Bench(spreadsheet), ASSUMPTIONS):
        failed += [] if one.holds else [one]
        for line in _lines(one, language):
            tell(line)
    for message in _ending(len(failed), spreadsheet.reads + spreadsheet.writes):
        tell(message.text(language))
    return not failed


def _configuration(folder: Path) -> Configuration:
    return load(folder if (folder / "shop.yaml").is_file() else BUNDLED / "sheets_schema")


def _lines(one: Tried, language: str) -> Iterator[str]:
    assumption = one.assumption
    mark = "·" if assumption.expected is None else "✓" if one.holds else "✗"
    yield f"{mark} {assumption.name}: {assumption.says.text(language)}"
    seen = on_one_line(shown(one.seen.value), _LONGEST) + (
        f" ({on_one_line(one.seen.note, _LONGEST)})" if one.seen.note else ""
    )
    if assumption.expected is None:
        yield "    " + msg("seen: {seen}", seen=seen).text(language)
    else:
        told = msg(
            "expected: {expected}; seen: {seen}",
            expected=on_one_line(shown(assumption.expected), _LONGEST),
            seen=seen,
        )
        yield "    " + told.text(language)
    yield "    " + msg("what for: {matters}", matters=assumption.matters).text(language)


def _ending(failed: int, calls: int) -> Iterator[Message]:
    yield msg("Not tried, since one account alone cannot bring it about:")
    for what in _NOT_TRIED:
        yield msg("  - {what}", what=what)
    total = len(ASSUMPTIONS)
    if failed:
        yield msg(
            "{failed} of {total} assumptions do not hold. Do not use this service as a ledger; tell the "
            "developers, with this text.",
            failed=failed,
            total=total,
        )
    else:
        yield msg(
            "All {total} assumptions hold ({calls} requests); the spreadsheet is blank again.",
            total=total,
            calls=calls,
        )
