"""Settle: after a commit, put back what landed in a wrong row, a person's value first.

People sort, insert, delete and edit while a commit is on its way. What stood at the place of each write right before
it was copied in the same atomic step; from these copies and the ledger as it is now follows what must be put back.
The rules and their order are those of the commit protocol, section 4.
"""

from automations.core.settling.comparing import plain
from automations.core.settling.entries import entries_of
from automations.core.settling.facts import Cell, Correction, Ground, Hit, Misfiled, Restored, Settled
from automations.core.settling.rules import is_clean, settle

__all__ = [
    "Cell",
    "Correction",
    "Ground",
    "Hit",
    "Misfiled",
    "Restored",
    "Settled",
    "entries_of",
    "is_clean",
    "plain",
    "settle",
]
