"""`daicho archive`: closed orders and all that hangs on them go to the archive of their year, and never get lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from pathlib import Path

from automations.app.archives import archive_book, archive_names, make_archive, most_orders, name_after
from automations.app.leftovers import note_at, took_out_leftovers
from automations.app.runner import Shop, open_shop, read_ledger, typed
from automations.books import Book
from automations.books.google.addresses import is_google
from automations.core.archiving.copies import copies
from automations.core.archiving.leave import Departure, departure, joined, left_before, order_of
from automations.core.errors import LedgerChanged, LedgerRefused, ServiceError
from automations.core.ledger import Ledger, Row
from automations.core.messages import Message, msg
from automations.core.plan import AppendRow, Finding, Plan
from automations.core.reading import row_keys
from automations.core.records import dataclass
from automations.core.snapshot import RunNote, Snapshot

_ROUNDS = 8
# A commit to a spreadsheet takes no more; larger ones would go in parts, and stock must not be off between them.
ROWS_AT_ONCE = 300

OpenBook = Callable[[str], Book]


@dataclass(frozen=True)
class Archived:
    """What went, or would go, to the archives.

    Attributes:
        ledger: As it was read.
        departure: All that left.
        names: The archive of each year.
        findings: Orders that had to stay, and why.
        notes: What the book has to say of itself.
    """

    ledger: Ledger
    departure: Departure
    names: Mapping[int, str]
    findings: tuple[Finding, ...] = ()
    notes: tuple[Message, ...] = ()
    dry_run: bool = False


@dataclass()
class _Stays:
    """Orders that may not leave, and what to say of them; and those that left before and came back."""

    keys: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    back: set[tuple[str, str]] = field(default_factory=set)

    def departure(self, shop: Shop, ledger: Ledger, most: int) -> Departure:
        """Return what leaves but for these."""
        return departure(ledger, shop.configuration.archive, self.keys, most, self.back)


def archive(
    folder: Path, *, now: datetime | None = None, language: str | None = None, dry_run: bool = False
) -> Archived:
    """Move what is closed to the archives and return what went.

    First the archives get the rows, then they are read again and compared, and only then one commit takes the rows
    out of the ledger. Whatever stops it in between leaves them in both places, and running again is the cure.

    Raises:
        SetupError: The declarations are wrong, or no spreadsheet is named for an archive.
        LedgerRefused: The ledger or an archive cannot be used.
        ServiceError: A file is in use, or people keep saving it; nothing is lost.
    """
    return archive_shop(open_shop(folder, language), now=now, dry_run=dry_run)


def archive_shop(shop: Shop, *, now: datetime | None, dry_run: bool = False) -> Archived:
    """Do the same for an opened shop; into and out of a spreadsheet in several goes, each of them whole."""
    stays = _Stays()
    most = most_rows(shop)
    done = _archived_once(shop, stays, now, most, dry_run=dry_run)
    while (
        most and not dry_run and not (more := _archived_once(shop, stays, now, most)).departure.plan.is_empty
    ):
        done = replace(
            more,
            departure=joined(done.departure, more.departure),
            names={**done.names, **more.names},
            notes=(*done.notes, *more.notes),
        )
    return done


def most_rows(shop: Shop) -> int:
    """Return how many rows may leave in one commit, 0 for any number: a service takes so much in one request."""
    return ROWS_AT_ONCE if is_google(shop.configuration.ledger) else 0


def _archived_once(
    shop: Shop, stays: _Stays, now: datetime | None, most: int, *, dry_run: bool = False
) -> Archived:
    for _ in range(_ROUNDS):
        snapshot, ledger = read_ledger(shop, now)
        if not dry_run and took_out_leftovers(shop, snapshot, ledger):
            continue
        leaving = stays.departure(shop, ledger, 0 if dry_run else most)
        if dry_run or leaving.plan.is_empty:
            return Archived(ledger, leaving, _names(shop, leaving), tuple(stays.findings), dry_run=dry_run)
        names, leaving = _brought(shop, ledger, leaving, stays, most)
        if leaving.plan.is_empty:
            return Archived(ledger, leaving, names, tuple(stays.findings))
        note = note_at(ledger)
        try:
            receipt = shop.book.commit(Plan.of(leaving.plan, _run_row(note, leaving, ledger)), snapshot, note)
        except LedgerChanged:
            continue
        return Archived(ledger, leaving, names, tuple(stays.findings), receipt.notes)
    raise ServiceError(
        "ledger-busy",
        msg("The ledger was saved by someone else each time the archived rows were to be taken out."),
        msg("Run again when nobody is saving; the rows are still in the ledger."),
        where=shop.configuration.ledger,
    )


def _brought(
    shop: Shop, ledger: Ledger, leaving: Departure, stays: _Stays, most: int
) -> tuple[dict[int, str], Departure]:
    """Bring all rows to their archives; return what may leave: without the orders that could not be brought."""
    names: dict[int, str] = {}
    for year in leaving.rows:
        known = len(stays.keys) + len(stays.back)
        names[year] = _bring(shop, ledger, year, leaving, stays)
        if len(stays.keys) + len(stays.back) > known:
            return _brought(shop, ledger, stays.departure(shop, ledger, most), stays, most)
    return names, leaving


def _bring(shop: Shop, ledger: Ledger, year: int, leaving: Departure, stays: _Stays) -> str:
    """Write the rows of a year into its archive, read it back and compare; return its name.

    Rows that are there already, as after a run that was cut off, are only compared. Those which another row's key
    is in the way of, or which cannot be read back as they are, stay in the ledger.
    """
    rows, marks = leaving.rows[year], leaving.marks.get(year, ())
    name, book, snapshot = _open_archive(shop, year, rows)
    for _ in range(_ROUNDS):
        there = typed(shop, snapshot, ledger.now)
        stays.back |= left_before(rows, ledger, there)
        lacking = copies(there, rows, marks)
        if lacking.taken:
            _stay(stays, lacking.taken, ledger, name)
            return name
        if lacking.plan.is_empty:
            return name
        try:
            book.commit(lacking.plan, snapshot, note_at(ledger))
        except LedgerChanged:
            snapshot = book.read()
            continue
        again = copies(typed(shop, book.read(), ledger.now), rows, marks)
        unlike = {(change.tab, getattr(change, "key", "")) for change in again.plan.changes}
        if not unlike and not again.plan.marks:
            return name
        _stay(stays, [row for row in rows if (row.tab, row.key) in unlike], ledger, name)
        return name
    raise ServiceError(
        "ledger-busy",
        msg("The archive {name} was saved by someone else each time rows were to be written.", name=name),
        msg("Run again when nobody is saving; nothing was taken out of the ledger."),
        where=name,
    )


def _open_archive(shop: Shop, year: int, rows: Sequence[Row]) -> tuple[str, Book, Snapshot]:
    """Return the archive to go on with, as it stands: the last of its year, or a new one when that is full.

    A full one is gone on with as long as it holds any of these rows, because a run before was cut off.
    """
    configuration = shop.configuration
    names = archive_names(configuration, year)
    if names:
        book = archive_book(configuration, names[-1])
        snapshot = book.read()
        if len(snapshot.sheets["orders"].rows) < most_orders(configuration) or _holds_any(
            snapshot, rows, shop
        ):
            return names[-1], book, snapshot
    name = name_after(year, names)
    book = archive_book(configuration, name)
    make_archive(configuration, name)
    return name, book, book.read()


def _holds_any(snapshot: Snapshot, rows: Sequence[Row], shop: Shop) -> bool:
    schema = shop.configuration.schema
    known = {tab: row_keys(snapshot.sheets[tab], schema[tab]).keys() for tab in {row.tab for row in rows}}
    return any(row.key in known[row.tab] for row in rows)


def _names(shop: Shop, leaving: Departure) -> dict[int, str]:
    found = {year: archive_names(shop.configuration, year) for year in leaving.rows}
    return {year: names[-1] if names else str(year) for year, names in found.items()}


def _stay(stays: _Stays, rows: Iterable[Row], ledger: Ledger, name: str) -> None:
    """Note the orders of these rows as staying.

    Raises:
        LedgerRefused: A row belongs to no order, so that nothing could be left out for it.
    """
    for row in rows:
        order = order_of(row, ledger)
        if not order or order in stays.keys:
            if order:
                continue
            raise LedgerRefused(
                "archive-differs",
                msg("The archive {name} holds another row {key}.", name=name, key=row.key),
                msg("Give that row another key there, then run again; nothing was taken out of the ledger."),
                where=ledger.schema[row.tab].label,
                value=row.key,
            )
        stays.keys.add(order)
        stays.findings.append(_stays(ledger["orders"][order], row, name, ledger))


def _stays(order: Row, row: Row, name: str, ledger: Ledger) -> Finding:
    return order.finding(
        "archive-differs",
        "",
        msg(
            "The archive {name} holds another row {key} in {tab}, or cannot hold this one as it is.",
            name=name,
            key=row.key,
            tab=ledger.schema[row.tab].label,
        ),
        msg("Nothing needs to be done: the order stays here."),
        "warning",
    )


def _run_row(note: RunNote, leaving: Departure, ledger: Ledger) -> AppendRow:
    count = sum(leaving.orders.values())
    return AppendRow(
        "runs",
        {
            "run_id": note.run_id,
            "started_at": ledger.now,
            "automations": "archive",
            "result": msg("orders moved to the archive: {count}", count=count).text(ledger.language),
            "changes": len(leaving.plan.changes),
        },
    )
