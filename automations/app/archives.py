"""The archive ledgers of a shop: where they live, how they are opened, made and looked through."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from automations.app.configuration import Configuration
from automations.app.runner import Shop, typed
from automations.app.shops import not_written, open_book_at
from automations.books import Book
from automations.books.google.addresses import is_google
from automations.core.errors import LedgerRefused, Problem, SetupError
from automations.core.ledger import Ledger
from automations.core.messages import msg

FOLDER = "archive"
_NAME = re.compile(r"(\d{4})(?:-(\d{1,3}))?")
# An archive of so many orders is full. A workbook is read and written whole each time, so what a step costs would grow
# with it; a spreadsheet only gets rows, and each is made by a person.
_FULL_WORKBOOK, _FULL_SPREADSHEET = 2_000, 10_000


def archive_names(configuration: Configuration, year: int | None = None) -> list[str]:
    """Return the archives there are, of one year or all, oldest first: ``2025``, ``2026``, ``2026-2``."""
    if is_google(configuration.ledger):
        names = list(configuration.archive.books)
    else:
        names = [path.stem for path in (configuration.folder / FOLDER).glob("*.xlsx")]
    known = [(int(found[1]), int(found[2] or 1), name) for name in names if (found := _NAME.fullmatch(name))]
    return [name for number, _, name in sorted(known) if year in (None, number)]


def name_after(year: int, names: list[str]) -> str:
    """Return the name of the archive that follows these of a year."""
    return f"{year}-{_place(names[-1]) + 1}" if names else str(year)


def most_orders(configuration: Configuration) -> int:
    """Return how many orders make an archive full."""
    return _FULL_SPREADSHEET if is_google(configuration.ledger) else _FULL_WORKBOOK


def refuse_missing(configuration: Configuration, ledger: Ledger) -> None:
    """Refuse to look through archives of which one is not where it was.

    Raises:
        LedgerRefused: A later one of the same year is there, or the ledger knows of orders that left, and nothing is.
    """
    names = archive_names(configuration)
    lacking = sorted({before for name in names if (before := _before(name)) and before not in names})
    remembered = sum(row.number_of("archived_orders") for row in ledger["customers"])
    if not lacking and (names or not remembered):
        return
    why = (
        msg("The archive {name} is gone, though a later one of that year is there.", name=lacking[0])
        if lacking
        else msg(
            "Orders went to the archive ({count} by the tab of customers), and there is none.",
            count=remembered,
        )
    )
    fix = (
        msg("Name its spreadsheet again in shop.yaml under archive, books.")
        if is_google(configuration.ledger)
        else msg("Put the workbook back into the folder archive; its last states are in archive/backup.")
    )
    raise LedgerRefused("archive-missing", why, fix, where=FOLDER)


def _before(name: str) -> str:
    """Return the archive that was full before this one was begun, ``""`` for the first of a year."""
    year, place = name[:4], _place(name)
    return "" if place == 1 else year if place == 2 else f"{year}-{place - 1}"


def _place(name: str) -> int:
    return int(name[5:] or 1)


def archive_book(configuration: Configuration, name: str) -> Book:
    """Return the book of an archive, which may not be there yet.

    Raises:
        SetupError: The ledger is a Google spreadsheet and none is named for this archive.
    """
    if not is_google(configuration.ledger):
        return open_book_at(f"{FOLDER}/{name}.xlsx", configuration)
    if name not in configuration.archive.books:
        where = "shop.yaml: archive.books"
        why = msg(
            "Orders of {name} are to leave the ledger, and no spreadsheet is named for them.", name=name
        )
        fix = msg(
            "Make a spreadsheet as for a ledger, and write under archive, books: {name}: google:ID", name=name
        )
        raise SetupError([Problem("archive-book", where, why, fix)])
    return open_book_at(configuration.archive.books[name], configuration)


def make_archive(configuration: Configuration, name: str) -> None:
    """Make the workbook of an archive that is not there yet; a spreadsheet is made by a person.

    Raises:
        ServiceError: The folder cannot be written to.
    """
    path = path_of(configuration, name)
    if is_google(configuration.ledger) or path.exists():
        return
    from automations.books.new_workbook import write_new_workbook

    try:
        path.parent.mkdir(exist_ok=True)
        write_new_workbook(
            path,
            configuration.schema,
            language=configuration.language,
            currency=configuration.currency,
            zone=configuration.zone,
            rows={},
            ledger_id=secrets.token_hex(8),
        )
    except OSError as error:
        raise not_written(f"{FOLDER}/{path.name}", error) from error


def path_of(configuration: Configuration, name: str) -> Path:
    """Return the workbook of an archive."""
    return configuration.folder / FOLDER / f"{name}.xlsx"


def archive_books(configuration: Configuration) -> Iterator[tuple[str, Book]]:
    """Yield the archives there are, the newest first, each opened when it is asked for."""
    for name in reversed(archive_names(configuration)):
        yield name, archive_book(configuration, name)


def archive_ledgers(shop: Shop, now: datetime | None) -> Iterator[tuple[str, Ledger]]:
    """Yield the archives there are as ledgers, the newest first, each read when it is asked for."""
    for name, book in archive_books(shop.configuration):
        yield name, typed(shop, book.read(), now)
