"""A shop's ledger in a spreadsheet of the local service, which works in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from automations.app.configuration import Configuration
from automations.app.runner import open_shop
from automations.books.google.batch import TOKEN
from automations.books.google.grids import new_copies
from automations.books.google.ids import sheet_id_of
from automations.books.google.service import Spreadsheet
from automations.books.google.values import entered, grid_range
from automations.books.google_sheets import GoogleBook
from automations.core.journal import TAB as JOURNAL
from automations.core.settling import plain
from automations.core.snapshot import Sheet

Json = dict[str, Any]
_ROOT = Path(__file__).parent.parent
_ROWS_AT_ONCE = 5_000


@dataclass(frozen=True)
class Desk:
    """The local service."""

    address: str

    def session(self) -> requests.Session:
        """Return a session that signs as the ledger's owner."""
        session = requests.Session()
        session.headers["Authorization"] = "Bearer token"
        return session

    def spreadsheet(self, key: str, session: requests.Session | None = None) -> Spreadsheet:
        """Open a spreadsheet at the service; the pace that Google asks for is left out, calls are counted."""
        return Spreadsheet(
            key, session=session or self.session(), endpoint=self.address, pause=lambda _seconds: None
        )

    def book(self, spreadsheet: Spreadsheet, configuration: Configuration) -> GoogleBook:
        """Return the ledger in a spreadsheet."""
        return GoogleBook(
            spreadsheet,
            configuration.schema,
            language=configuration.language,
            currency=configuration.currency,
            zone=configuration.zone,
        )


@contextmanager
def service() -> Iterator[Desk]:
    """Start the local service and stop it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.sheets_server"], stdout=subprocess.PIPE, text=True, cwd=_ROOT
    )
    try:
        assert process.stdout is not None
        yield Desk(process.stdout.readline().strip())
    finally:
        process.terminate()
        process.wait()


def put(folder: Path, desk: Desk) -> str:
    """Make a spreadsheet of a shop's workbook, as if Daicho had always worked in it; return its key."""
    shop = open_shop(folder)
    snapshot, schema = shop.book.read(), shop.configuration.schema
    made = desk.session().post(f"{desk.address}/v4/spreadsheets", json={}, timeout=60).json()
    spreadsheet = desk.spreadsheet(made["spreadsheetId"])
    for name, sheet in snapshot.sheets.items():
        for asked in _tab(
            sheet, {at: schema[name].columns[own].label.ja for own, at in sheet.columns.items()}
        ):
            spreadsheet.update(asked)
    place = grid_range(sheet_id_of(JOURNAL), 0, 1, 0, 1)
    token = {"namedRangeId": snapshot.version, "name": TOKEN, "range": place}
    spreadsheet.update(
        [new_copies("ja"), {"deleteSheet": {"sheetId": 0}}, {"addNamedRange": {"namedRange": token}}]
    )
    return spreadsheet.key


def _tab(sheet: Sheet, headers: dict[int, str]) -> Iterator[list[Json]]:
    """Yield the requests that make one tab, in bodies of a size the service takes."""
    number, width = sheet_id_of(sheet.tab), max(headers)
    rows: list[Sequence[Any]] = [cells for _, cells in sheet.rows]
    if sheet.tab == JOURNAL:
        rows.reverse()
    rows.insert(0, [headers.get(at) for at in range(1, width + 1)])
    size = {"rowCount": max(1_000, len(rows)), "columnCount": max(26, width)}
    properties = {"sheetId": number, "title": sheet.title, "gridProperties": size}
    yield [{"addSheet": {"properties": properties}}]
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        cells = [
            {"values": [entered(plain(cell)) for cell in row]} for row in rows[first : first + _ROWS_AT_ONCE]
        ]
        start = {"sheetId": number, "rowIndex": first, "columnIndex": 0}
        yield [{"updateCells": {"start": start, "rows": cells, "fields": "userEnteredValue"}}]
