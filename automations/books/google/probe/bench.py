"""A blank spreadsheet to try things in: scratch tabs of its own, and everything taken away afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from automations.books.google.errors import BadRequest
from automations.books.google.ids import sheet_id_of
from automations.books.operations import new_op
from automations.core.errors import LedgerRefused
from automations.core.messages import msg
from automations.core.records import dataclass

if TYPE_CHECKING:
    from automations.books.google.service import Spreadsheet

Json = dict[str, Any]
Raw = str | float | bool | None
TITLE = "daicho_probe_"
NAME = "daicho_probe"
VALUE = "userEnteredValue"
_ROWS, _COLUMNS = 20, 6
_LOOK = "namedRanges(namedRangeId,name),sheets.properties(sheetId,title)"


@dataclass(frozen=True)
class Tab:
    """A scratch tab."""

    id: int
    title: str

    def area(self, top: int, bottom: int, left: int = 0, right: int = _COLUMNS) -> Json:
        """Return a range; rows and columns counted from 0, ends left out."""
        rows = {"startRowIndex": top, "endRowIndex": bottom}
        return {"sheetId": self.id, **rows, "startColumnIndex": left, "endColumnIndex": right}

    def write(self, row: int, *rows: Sequence[Raw], column: int = 0, fields: str = VALUE) -> Json:
        """Return the request that writes typed cells from a place on."""
        start = {"sheetId": self.id, "rowIndex": row, "columnIndex": column}
        return {"updateCells": {"start": start, "rows": cells(*rows), "fields": fields}}

    def append(self, *rows: Sequence[Raw]) -> Json:
        """Return the request that adds rows below the data."""
        return {"appendCells": {"sheetId": self.id, "rows": cells(*rows), "fields": VALUE}}

    def lines(self, kind: str, first: int, last: int, dimension: str = "ROWS") -> Json:
        """Return ``insertDimension`` or ``deleteDimension`` of some lines."""
        span = {"sheetId": self.id, "dimension": dimension, "startIndex": first, "endIndex": last}
        return {kind: {"range": span}}

    def paste(self, source: Tab, rows: tuple[int, int], to: int) -> Json:
        """Return the request that copies the values of whole rows of another tab into this one."""
        target = self.area(to, to + rows[1] - rows[0])
        return {
            "copyPaste": {"source": source.area(*rows), "destination": target, "pasteType": "PASTE_VALUES"}
        }


class Bench:
    """Makes scratch tabs, applies requests, and clears up."""

    def __init__(self, spreadsheet: Spreadsheet) -> None:
        self.sheet = spreadsheet
        self._made = 0

    def tab(self, *rows: Sequence[Raw], count: int = _ROWS, title: str = "") -> Tab:
        """Return a new tab with some rows; its number is chosen by us."""
        self._made += 1
        name = f"{TITLE}{self._made}{title}"
        grid = {"rowCount": count, "columnCount": _COLUMNS}
        properties = {"sheetId": sheet_id_of(name), "title": name, "gridProperties": grid}
        told = self.do({"addSheet": {"properties": properties}})
        tab = Tab(int(told["replies"][0]["addSheet"]["properties"]["sheetId"]), name)
        if rows:
            self.do(tab.write(0, *rows))
        return tab

    def do(self, *requests: Json) -> Json:
        """Apply requests."""
        return self.sheet.update(requests)

    def outcome(self, *requests: Json) -> tuple[str, str]:
        """Return how requests were taken, ``applied`` or ``refused deleteNamedRange``, and Google's words."""
        try:
            self.do(*requests)
        except BadRequest as refused:
            return f"refused {refused.request}".strip(), refused.message
        return "applied", ""

    def rows(self, tab: Tab) -> list[list[Any]]:
        """Return what stands in a tab."""
        return self.sheet.values([{"gridRange": {"sheetId": tab.id}}])[0]

    def name(self, tab: Tab, key: str, name: str, row: int = 0) -> Json:
        """Return the request that names a row's first cell."""
        named = {"namedRangeId": key, "name": f"{NAME}_{name}", "range": tab.area(row, row + 1, 0, 1)}
        return {"addNamedRange": {"namedRange": named}}

    def named(self) -> dict[str, Json]:
        """Return all named ranges by id."""
        found = self.sheet.get("namedRanges").get("namedRanges", ())
        return {str(one["namedRangeId"]): one for one in found}

    def new_key(self) -> str:
        """Return an id for a named range, of the form that commits have."""
        return new_op()

    def require_blank(self) -> None:
        """Refuse a spreadsheet in which anything stands but what an earlier probe left.

        Raises:
            LedgerRefused: ``probe-not-blank``.
        """
        found = self.sheet.get(_LOOK)
        tabs = [sheet["properties"] for sheet in found["sheets"]]
        others = [tab for tab in tabs if not str(tab["title"]).startswith(TITLE)]
        names = [one for one in found.get("namedRanges", ()) if not str(one["name"]).startswith(NAME)]
        filters = [{"gridRange": {"sheetId": tab["sheetId"]}} for tab in others]
        if len(others) == 1 and not names and not any(self.sheet.values(filters)):
            self.clear()
            return
        raise LedgerRefused(
            "probe-not-blank",
            msg("This spreadsheet is not blank; a trial needs one that nothing stands in."),
            msg(
                "Make a new, blank spreadsheet, share it with {account} as Editor, and give its address.",
                account=self.sheet.account,
            ),
            where=msg("the Google spreadsheet"),
            value=self.sheet.key,
        )

    def clear(self) -> None:
        """Take away every tab and name of a probe."""
        found = self.sheet.get(_LOOK)
        names = [
            one["namedRangeId"] for one in found.get("namedRanges", ()) if str(one["name"]).startswith(NAME)
        ]
        tabs = [sheet["properties"] for sheet in found["sheets"]]
        ours = [tab["sheetId"] for tab in tabs if str(tab["title"]).startswith(TITLE)]
        requests = [{"deleteNamedRange": {"namedRangeId": key}} for key in names]
        requests += [{"deleteSheet": {"sheetId": number}} for number in ours]
        if requests:
            self.do(*requests)


def cells(*rows: Sequence[Raw]) -> list[Json]:
    """Return typed cells as requests take them: text is always text."""
    return [{"values": [_cell(value) for value in row]} for row in rows]


def _cell(value: Raw) -> Json:
    match value:
        case None:
            return {}
        case bool():
            return {VALUE: {"boolValue": value}}
        case str():
            return {VALUE: {"stringValue": value}}
        case _:
            return {VALUE: {"numberValue": value}}
