"""Taking out of the ledger what should have left with an order that is in the archive already."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress

from automations.app.archives import archive_books, archive_names
from automations.app.runner import Shop, typed
from automations.books import Book
from automations.core.archiving.copies import copies
from automations.core.archiving.leave import cells_of
from automations.core.archiving.leftovers import held_by, leftovers
from automations.core.errors import LedgerChanged
from automations.core.ledger import Ledger, Row
from automations.core.plan import Plan, RemoveRow
from automations.core.snapshot import RunNote, Snapshot


def took_out_leftovers(shop: Shop, snapshot: Snapshot, ledger: Ledger) -> bool:
    """Take out rows of archived orders and return whether the ledger must be read again.

    A person moved or changed them just while their orders left, so they were left alone. What they say now goes to
    their copies first.
    """
    rows = list(leftovers(ledger)) if archive_names(shop.configuration) else []
    gone: list[Row] = []
    with suppress(LedgerChanged):
        for _, book in archive_books(shop.configuration) if rows else ():
            gone += _made_same(shop, book, rows, ledger)
        if gone:
            plan = Plan.of(RemoveRow(row.tab, row.key, cells_of(row), is_archived=True) for row in gone)
            shop.book.commit(plan, snapshot, note_at(ledger))
    return bool(gone)


def _made_same(shop: Shop, book: Book, rows: Sequence[Row], ledger: Ledger) -> list[Row]:
    """Write into an archive what those of the rows that it holds say now; return them once they can be read so.

    Raises:
        LedgerChanged: Someone was faster.
    """
    snapshot = book.read()
    archive = typed(shop, snapshot, ledger.now)
    held = held_by(archive, rows)
    unlike = copies(archive, held, ()).plan
    if unlike.is_empty:
        return held
    book.commit(unlike, snapshot, note_at(ledger))
    again = copies(typed(shop, book.read(), ledger.now), held, ()).plan
    return held if again.is_empty else []


def note_at(ledger: Ledger) -> RunNote:
    """Return how the archive signs what it writes at this moment."""
    return RunNote(f"{ledger.now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}", "archive", ledger.now.isoformat())
