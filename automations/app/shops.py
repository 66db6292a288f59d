"""Shop folders: making a new one, and opening the ledger of one."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from automations import AUTOMATIONS
from automations.app.automate import module_of
from automations.app.configuration import BUNDLED, Configuration, load
from automations.app.settings_tab import OFFERED
from automations.books import Book
from automations.books.google.addresses import is_google, spreadsheet_key
from automations.books.workbook import WorkbookBook
from automations.core.causes import cause_of
from automations.core.errors import DaichoError, ServiceError
from automations.core.ledger import key_of
from automations.core.messages import msg
from automations.core.schema import Schema, Tab
from automations.core.seals import SEAL, seal_of
from automations.core.values import Cells

if TYPE_CHECKING:
    from automations.books.google.service import Spreadsheet

INBOX = "inbox"
OUTBOX = "outbox"
SHIPPING = "shipping"


class FolderTaken(DaichoError):
    """A shop would be made where something already is."""

    exit_code = 2

    def __init__(self, folder: Path, found: str) -> None:
        super().__init__(
            "folder-taken",
            msg("This folder already holds {found}; nothing was changed.", found=found),
            msg("Name another folder, or move the old one away first."),
            where=folder.resolve().name,
        )


def init_shop(
    folder: Path,
    *,
    language: str,
    shop: Mapping[str, object] | None = None,
    rows: Mapping[str, Sequence[Cells]] | None = None,
) -> None:
    """Make a shop folder: shop.yaml, an inbox and a new workbook as ledger.

    Args:
        folder: Made if it is not there.
        language: Of labels, messages and mails.
        shop: Values for the block ``shop:`` of shop.yaml; keys as in core/shop.py, and ``billing_code``.
        rows: Rows to begin with, typed, by tab id; they count as written by the program.

    Raises:
        FolderTaken: The folder already has a shop.yaml or a ledger.
        ServiceError: The folder cannot be made or written to.
    """
    for name in ("shop.yaml", "ledger.xlsx"):
        if (folder / name).exists():
            raise FolderTaken(folder, name)
    try:
        _make(folder, language, shop or {}, rows or {})
    except OSError as error:
        raise not_written(folder.name, error) from error


def not_written(name: str, error: OSError) -> ServiceError:
    """Return what to tell when a file or folder could not be written."""
    return ServiceError(
        "file-not-written",
        msg("{file} could not be written: {cause}.", file=name, cause=cause_of(error)),
        msg("Check that the folder may be written to and the disk has room, then run again."),
        where=name,
    )


def _make(
    folder: Path, language: str, shop: Mapping[str, object], rows: Mapping[str, Sequence[Cells]]
) -> None:
    from automations.books.new_workbook import write_new_workbook

    write_shop_files(folder, {"language": language, **shop})
    configuration = load(folder)
    ledger_id = secrets.token_hex(8)
    write_new_workbook(
        folder / configuration.ledger,
        offered(configuration),
        language=language,
        currency=configuration.currency,
        zone=configuration.zone,
        rows={**first_rows(configuration), **as_own(rows, configuration, ledger_id)},
        ledger_id=ledger_id,
    )


def offered(configuration: Configuration) -> Schema:
    """Return the schema with the services that people may choose: those of the carriers the shop uses.

    A shop that names none yet is offered all. Any other service that is typed is still understood, and answered.
    """
    used = {
        service
        for carrier in configuration.carriers.values()
        for service in carrier.services
        if carrier.in_use
    }
    return {name: _with_services(tab, used) if used else tab for name, tab in configuration.schema.items()}


def _with_services(tab: Tab, used: Collection[str]) -> Tab:
    columns = {
        name: replace(column, choices={key: column.choices[key] for key in column.choices if key in used})
        for name, column in tab.columns.items()
        if column.choices_from == "services" and column.owner != "robot"
    }
    return replace(tab, columns={**tab.columns, **columns}) if columns else tab


def write_shop_files(folder: Path, values: Mapping[str, object]) -> None:
    """Make what a shop folder needs beside its ledger: shop.yaml with these values by key, and an inbox.

    Raises:
        OSError: The folder cannot be made or written to.
    """
    (folder / INBOX).mkdir(parents=True, exist_ok=True)
    template = (BUNDLED / "sheets_schema" / "shop.yaml").read_text(encoding="utf-8")
    (folder / "shop.yaml").write_text(_filled(template, values), encoding="utf-8")


def open_book(configuration: Configuration, *, adopting: bool = False) -> Book:
    """Return the book the ledger of this shop lives in; raises like `open_book_at`."""
    return open_book_at(configuration.ledger, configuration, adopting=adopting)


def open_book_at(place: str, configuration: Configuration, *, adopting: bool = False) -> Book:
    """Return the book of a ledger of this shop's form: a workbook in its folder, or ``google:`` and an id.

    Args:
        place: As in ``ledger:`` of shop.yaml.
        configuration: The shop's.
        adopting: Take a copy of another ledger as it is.

    Raises:
        SetupError: The ledger is a Google spreadsheet without an address or without credentials.
    """
    if is_google(place):
        from automations.books.google_sheets import GoogleBook

        return GoogleBook(
            open_spreadsheet(configuration, place),
            configuration.schema,
            language=configuration.language,
            currency=configuration.currency,
            zone=configuration.zone,
            adopting=adopting,
        )
    return WorkbookBook(
        configuration.folder / place,
        configuration.schema,
        language=configuration.language,
        currency=configuration.currency,
        zone=configuration.zone,
    )


def open_spreadsheet(configuration: Configuration, ledger: str = "") -> Spreadsheet:
    """Return the spreadsheet of a shop's ledger, or the one that ``ledger`` names; nothing is asked of it yet.

    ``DAICHO_GOOGLE_ENDPOINT`` names a local service that speaks the same, for trying things without an account.

    Raises:
        SetupError: It has no address, or there are no credentials.
    """
    from automations.books.google.credentials import credentials_of
    from automations.books.google.service import Spreadsheet

    return Spreadsheet(
        spreadsheet_key(ledger or configuration.ledger),
        credentials=credentials_of(configuration.google.credentials, configuration.folder),
        endpoint=os.environ.get("DAICHO_GOOGLE_ENDPOINT", ""),
    )


def as_own(
    rows: Mapping[str, Sequence[Cells]], configuration: Configuration, ledger_id: str
) -> dict[str, list[Cells]]:
    """Return rows as if the program had written them: shared cells with their twins, and sealed."""
    own: dict[str, list[Cells]] = {}
    for name, tab_rows in rows.items():
        tab = configuration.schema[name]
        for cells in tab_rows:
            twins = {twin: cells[column] for column, twin in tab.twins.items() if column in cells}
            seal = {SEAL: seal_of(ledger_id, tab.id, key_of(tab, cells))} if tab.sealed else {}
            own.setdefault(name, []).append({**cells, **twins, **seal})
    return own


def _filled(template: str, values: Mapping[str, object]) -> str:
    """Put values behind their keys, leaving every comment and order of the template as it is."""
    for key, value in values.items():
        written = str(value) if key == "language" else json.dumps(value, ensure_ascii=False)
        template = _with_value(template, key, written)
    return template


def _with_value(template: str, key: str, written: str) -> str:
    return re.sub(rf"(?m)^(\s*{key}: ).*$", lambda found: found[1] + written, template)


def first_rows(configuration: Configuration) -> dict[str, list[Cells]]:
    """Return the rows a new ledger begins with, typed, by tab id: what can be run, and what can be set."""
    language = configuration.language
    return {
        "control": [
            {"automation": name, "meaning": _first_line(name, language)} for name in ("run", *AUTOMATIONS)
        ],
        "settings": [{"name": name, "meaning": meaning.text(language)} for name, meaning in OFFERED.items()],
    }


def _first_line(name: str, language: str) -> str:
    if name == "run":
        return msg("Everything below, in this order").text(language)
    return msg(str(module_of(name).__doc__).splitlines()[0]).text(language)
