"""Where a ledger lives: one contract for a workbook, a shared sheet and a ledger in memory."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from automations.core.plan import Plan
from automations.core.snapshot import Receipt, RunNote, Snapshot


class Book(Protocol):
    """A place that holds a ledger; every command reaches it through these calls."""

    def read(self, *, texts: bool = True) -> Snapshot:
        """Return all tabs at one version.

        Args:
            texts: False leaves long texts blank where a run does without them (see ``Column.needed_in``) and the
                book would have to fetch them.

        Raises:
            LedgerRefused: It cannot be used as it is (damaged, a tab or key column is missing).
            ServiceError: It cannot be reached just now.
        """
        ...

    def commit(self, plan: Plan, base: Snapshot, note: RunNote) -> Receipt:
        """Write a whole plan, or nothing of it.

        Args:
            plan: At most one ``SetCells`` a row; keys as in ``base``, ``#17`` for a row without a key.
            base: The snapshot the plan was made on.
            note: Who commits and why; ``note.at`` is an ISO moment with its offset.

        Raises:
            LedgerChanged: The ledger is no longer at ``base``: read and plan again.
            LedgerRefused: A value or a place does not allow it; nothing was written.
            ServiceError: The outside world failed; nothing was written.
        """
        ...

    def now(self) -> datetime:
        """Return the moment by the clock that all who work on this ledger share, as far as there is one."""
        ...
