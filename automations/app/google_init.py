"""`daicho init --google`: make a Google spreadsheet the ledger of a shop, or mend it, as often as one likes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from automations.app.configuration import BUNDLED, Configuration, load
from automations.app.shops import first_rows, not_written, offered, open_spreadsheet, write_shop_files
from automations.books.google.addresses import is_google, spreadsheet_key
from automations.books.google.errors import BadRequest, Unclear, not_understood
from automations.books.google.found import CELLS, STRUCTURE, looked_at
from automations.books.google.layout import Changes, Layout, TabChange, changes, wanted
from automations.books.google.sending import batches
from automations.books.google.values import Json
from automations.core.errors import LedgerRefused, ServiceError
from automations.core.messages import Message, msg
from automations.core.values import Cells
from automations.core.wording import Wording

if TYPE_CHECKING:
    from automations.books.google.service import Spreadsheet

# So often the spreadsheet is looked at anew when others change its tabs meanwhile, or an answer gets lost.
_ROUNDS = 3
# What a request is refused for when somebody made or took away a tab, rows or columns after the look.
_CHANGED = ("already exists", "No grid with id", "exceeds grid limits", "after last", "Unable to parse range")
# Added columns that are told by name; of more only their number is.
_NAMED = 6


def init_google(
    named: str, folder: Path | None, language: str, rows: Mapping[str, Sequence[Cells]] | None = None
) -> list[Message]:
    """Build or mend the spreadsheet, make the shop's folder when it has no shop.yaml, and return what was done.

    Args:
        named: The spreadsheet: its id, or its address as in the browser.
        folder: The shop's folder; None for a ledger that goes by the bundled files alone.
        language: Of a new shop; one that is there keeps its own.
        rows: Rows to begin with, typed, by tab id; written only into blank tabs.

    Raises:
        SetupError: ``named`` is no address, nobody is signed in, or a file of the shop is wrong.
        LedgerRefused: The spreadsheet cannot be made a ledger as it stands; nothing was changed.
        ServiceError: Google cannot be reached, or the folder cannot be written to.
    """
    key = spreadsheet_key(named, "daicho init --google")
    is_there = folder is not None and (folder / "shop.yaml").is_file()
    configuration = load(folder) if folder and is_there else load(BUNDLED / "sheets_schema", language)
    first = {**first_rows(configuration), **(rows or {})}
    wording = Wording(configuration.language, configuration.currency, configuration.zone)
    done = build(open_spreadsheet(configuration, key), wanted(offered(configuration), wording, first))
    told = list(_summary(done, key))
    if folder is None:
        return told
    if not is_there:
        _make_folder(folder, language, key)
    return [*told, _next(folder, key, configuration if is_there else None)]


def build(spreadsheet: Spreadsheet, layout: Layout) -> Changes:
    """Send what the spreadsheet lacks, and return it.

    Raises:
        LedgerRefused: It cannot be made a ledger as it stands, or Google refuses.
        ServiceError: It cannot be reached, or is changed by others all the time.
    """
    for _ in range(_ROUNDS):
        structure = _looked(spreadsheet, STRUCTURE, ())
        cells = _looked(spreadsheet, CELLS, looked_at(structure, layout.ours))
        found = changes(layout, structure, cells)
        try:
            for batch in batches(found.requests, structure):
                spreadsheet.update(batch)
        except BadRequest as refused:
            if not (refused.resent or any(sign in refused.message for sign in _CHANGED)):
                raise not_understood(refused, spreadsheet.key) from refused
        except Unclear:
            pass  # the next look shows whether it was applied
        else:
            return found
    raise ServiceError(
        "google-not-built",
        msg("The spreadsheet is not finished: others changed its tabs, or Google's answers got lost."),
        msg("Run this again while nobody changes the tabs; what is there already stays."),
        where=msg("the Google spreadsheet"),
    )


def _looked(spreadsheet: Spreadsheet, fields: str, ranges: Sequence[str]) -> Json:
    try:
        return spreadsheet.get(fields, ranges)
    except BadRequest as refused:
        raise LedgerRefused(
            "google-not-spreadsheet",
            msg("Google does not open this file as a spreadsheet; perhaps it is an uploaded Excel file."),
            msg(
                "Open it in the browser, choose File > Save as Google Sheets, and use the new file's address."
            ),
            where=msg("the Google spreadsheet"),
            value=spreadsheet.key,
        ) from refused


def _make_folder(folder: Path, language: str, key: str) -> None:
    try:
        write_shop_files(folder, {"language": language, "ledger": f"google:{key}"})
    except OSError as error:
        raise not_written(folder.name, error) from error


def _summary(done: Changes, key: str) -> Iterator[Message]:
    made = tuple(tab.tab.label for tab in done.tabs if tab.title is None)
    if made:
        yield msg("Made the tabs {labels}.", labels=made)
    for tab in done.tabs:
        if tab.title is not None:
            yield from _of_tab(tab, tab.title)
    if not done.requests:
        yield msg("Everything is in place; nothing was changed.")
    yield msg("The ledger is ready: {address}", address=f"https://docs.google.com/spreadsheets/d/{key}")


def _of_tab(tab: TabChange, title: str) -> Iterator[Message]:
    columns = tab.added if len(tab.added) <= _NAMED else (msg("{n} columns", n=len(tab.added)),)
    if tab.adopted:
        yield msg(
            "Took your tab {title} as {label}: {known} of its columns are known. Added at its right end: {columns}.",
            title=title,
            label=tab.tab.label,
            known=tab.known,
            columns=columns,
        )
    elif columns:
        yield msg("Added to the tab {title}: {columns}.", title=title, columns=columns)
    if tab.mended:
        yield msg("Put back or renewed in the tab {title}: {parts}.", title=title, parts=tab.mended)
    for header, label in tab.proposals:
        yield msg(
            "Daicho does not know the column '{header}' of the tab {title}. If it means '{label}', give it that "
            "name and run this again; else leave it.",
            header=header,
            title=title,
            label=label,
        )


def _next(folder: Path, key: str, there: Configuration | None) -> Message:
    if there is None:
        return msg(
            "Next: fill in {file}, then run: daicho run --shop {folder}",
            file=str(folder / "shop.yaml"),
            folder=str(folder),
        )
    if is_google(there.ledger) and spreadsheet_key(there.ledger) == key:
        return msg("Next: daicho run --shop {folder}", folder=str(folder))
    return msg(
        "{file} still names the ledger {ledger}. To use this one, write there: ledger: google:{key}",
        file=str(folder / "shop.yaml"),
        ledger=there.ledger,
        key=key,
    )
