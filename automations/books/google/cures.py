"""What mends a ledger in Google Sheets, where a workbook would be mended otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from automations.core.errors import LedgerRefused
from automations.core.messages import Message, msg


@contextmanager
def cures() -> Iterator[None]:
    """Let refusals of what stands in the spreadsheet name the cure for a spreadsheet."""
    try:
        yield
    except LedgerRefused as refused:
        cure = _cure(refused.code)
        if cure is None:
            raise
        raise LedgerRefused(
            refused.code, refused.why, cure, where=refused.where, value=refused.value
        ) from refused


def _cure(code: str) -> Message | None:
    match code:
        case "tab-missing" | "column-missing":
            return msg(
                "Give it its name back, or run `daicho init --google` with the address of the spreadsheet: "
                "it adds what is missing and deletes nothing."
            )
        case "journal-damaged":
            return msg("Undo that change: File > Version history > See version history.")
    return None
