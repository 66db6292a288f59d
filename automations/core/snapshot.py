"""What a book has read: raw cells by tab, and where each column stands. Nothing is interpreted yet."""

from __future__ import annotations

from collections.abc import Mapping

from automations.core.cells import RawCell
from automations.core.messages import Message
from automations.core.records import dataclass


@dataclass(frozen=True, slots=True)
class Sheet:
    """One tab as it stands.

    Attributes:
        tab: Id of the tab in the schema.
        title: Its name in the book.
        columns: Column id mapped to its position (1 = A); columns the sheet does not have are missing.
        unknown: Headers the schema does not know, mapped to their position; kept and never written.
        rows: ``(row number, cells)`` of every row below the header that is not wholly blank; ``cells[0]``
            stands in column A.
        doubled: Columns whose header stands twice: neither is read or written.
    """

    tab: str
    title: str
    header_row: int
    columns: Mapping[str, int]
    unknown: Mapping[str, int]
    rows: tuple[tuple[int, tuple[RawCell, ...]], ...]
    doubled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All tabs of a book at one version.

    Attributes:
        ledger_id: Made once for each ledger; part of every seal.
        version: Token of the last commit, ``""`` for a ledger nothing was committed to.
        number: How many commits there were.
        marks: Effects that were once planned.
        token: What the book needs to know at commit (a file hash, say); only the book looks at it.
        notes: What a person should know about the book itself (it was brought back from a backup, say).
    """

    ledger_id: str
    version: str
    number: int
    sheets: Mapping[str, Sheet]
    marks: frozenset[str] = frozenset()
    token: str = ""
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class RunNote:
    """Who commits and why, for the journal."""

    run_id: str
    who: str
    at: str
    reason: Message | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A commit that was applied: the new version and what it wrote.

    Attributes:
        after: The ledger as the commit left it; None where the book would have to read to know.
        notes: What a person should know about how it was written.
    """

    version: str
    cells: int
    rows: int
    after: Snapshot | None = None
    notes: tuple[Message, ...] = ()
