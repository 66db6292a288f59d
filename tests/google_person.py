"""A person at a Google spreadsheet: the real client with an access of its own, and how everything looks to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gspread
import requests
from google.oauth2.credentials import Credentials
from google_desk import Desk
from sheets_server.cells import BLANK, Cell
from sheets_server.ranges import Area
from sheets_server.tabs import Tab

Json = dict[str, Any]
_HOSTS = ("https://sheets.googleapis.com", "https://www.googleapis.com")


def person_at(desk: Desk) -> gspread.Spreadsheet:
    """Return the spreadsheet as somebody else has it open."""

    class Local(gspread.HTTPClient):
        def request(self, method: str, endpoint: str, *args: Any, **how: Any) -> requests.Response:  # noqa: ANN401
            for host in _HOSTS:
                endpoint = endpoint.replace(host, desk.address)
            return super().request(method, endpoint, *args, **how)

    return gspread.authorize(Credentials("somebody"), http_client=Local).open_by_key(desk.key)


def does(book: gspread.Spreadsheet, *requests_: Json) -> None:
    """Let the person change the form of the spreadsheet."""
    book.batch_update({"requests": list(requests_)})


def look_of(book: gspread.Spreadsheet, title: str, rows: int = 20) -> Json:
    """Return a tab as the person sees it: its first rows with notes, formats and lists, and what stands on it."""
    fields = (
        "sheets(properties,conditionalFormats,protectedRanges,filterViews,basicFilter,data(columnMetadata,"
        "rowData.values(formattedValue,note,userEnteredFormat,dataValidation)))"
    )
    asked = {"fields": fields, "ranges": f"'{title}'!1:{rows}"}
    sheet: Json = book.fetch_sheet_metadata(params=asked)["sheets"][0]
    return sheet


@dataclass(frozen=True)
class Seen:
    """One tab with all there is in it and on it, but for numbers the service gives by itself.

    Attributes:
        rows: The cells of each row, without blank ones at the end.
        columns: Width and the like of each column that has any of its own.
        things: Rules, protections, views, by kind and in their order.
    """

    id: int
    properties: Json
    size: tuple[int, int]
    rows: list[tuple[Cell, ...]]
    columns: list[Json | None]
    things: dict[str, list[tuple[tuple[Area, ...], Json]]]
    basic_filter: tuple[tuple[Area, ...], Json] | None

    @property
    def title(self) -> str:
        return str(self.properties["title"])

    def cell(self, row: int, column: int) -> Cell:
        """Return a cell; rows as people number them, columns from 0."""
        cells = self.rows[row - 1] if row <= len(self.rows) else ()
        return cells[column] if column < len(cells) else BLANK


def everything(desk: Desk) -> list[Seen]:
    """Return every tab, taken at the service itself."""
    return [_seen(tab) for tab in desk.service.documents[desk.key].tabs]


def _seen(tab: Tab) -> Seen:
    shown = tab.basic_filter
    return Seen(
        tab.id,
        tab.properties,
        tab.size(),
        [line.cells for line in tab.rows.kept],
        [line.properties for line in tab.columns.kept],
        {kind: [(thing.areas, thing.spec) for thing in things] for kind, things in tab.things.items()},
        (shown.areas, shown.spec) if shown else None,
    )


def values_of(book: gspread.Spreadsheet) -> dict[str, list[list[Any]]]:
    """Return the values of every tab by title, as a ledger is read."""
    ranges = [f"'{sheet.title}'" for sheet in book.worksheets()]
    found = book.values_batch_get(ranges, params={"valueRenderOption": "UNFORMATTED_VALUE"})["valueRanges"]
    return {title.strip("'"): part.get("values", []) for title, part in zip(ranges, found, strict=True)}
