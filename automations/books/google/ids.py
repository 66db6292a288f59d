"""Numbers of our own for tabs, so that one that people renamed is still found."""

from __future__ import annotations

from hashlib import sha256

from automations.core.messages import Label

COPIES = "copies"
"""The hidden tab with the cells that the last commit copied; not in the schema."""
COPIES_TITLE = Label("記録の写し", "Journal copies")


def sheet_id_of(tab: str) -> int:
    """Return the sheetId that a tab of ours is made with: always the same for a name, 31 bits, never 0.

    Args:
        tab: Id of the tab in the schema, or ``COPIES``; any other name for what else needs a fixed number.
    """
    return int.from_bytes(sha256(f"daicho:{tab}".encode()).digest()[:4]) & 0x7FFFFFFF or 1


def ledger_id_of(key: str) -> str:
    """Return the id of the ledger in a spreadsheet that nothing was committed to yet."""
    return sha256(key.encode()).hexdigest()[:16]
