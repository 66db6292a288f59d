"""Find the tabs, header rows and columns of a ledger in whatever order people have put them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from automations.core.cells import RawCell, as_typed
from automations.core.errors import LedgerRefused
from automations.core.journal import TAB as JOURNAL
from automations.core.messages import Label, msg
from automations.core.plan import AppendRow, Plan, SetCells
from automations.core.schema import Column, Schema, Tab
from automations.core.seals import SEAL
from automations.core.snapshot import Sheet
from automations.core.text import normal_header

Grid = Sequence[Sequence[RawCell]]
"""The cells of a sheet from A1 on; rows may have different lengths."""

_HEADER_WITHIN = 20
# Tabs that every run reads and writes by itself.
_HOUSE = frozenset({"control", "journal", "runs", "settings"})
_ALIKE = (str, float, date)


def find_sheets(grids: Mapping[str, Grid], schema: Schema) -> dict[str, Sheet]:
    """Return the sheet of every tab, by tab id.

    A tab is found by its title (either label, or its id); a renamed one by its headers, if only one sheet fits.

    Raises:
        LedgerRefused: A tab or key column is missing or stands twice; says what was expected and found.
    """
    titles = titles_of(grids, schema)
    missing = [tab for tab in schema.values() if tab.id not in titles]
    if missing:
        spare = [title for title in grids if title not in titles.values()]
        titles |= _by_headers({title: grids[title] for title in spare}, missing)
    for tab in missing:
        if tab.id not in titles:
            raise _tab_missing(tab, tuple(grids))
    same: dict[RawCell, RawCell] = {}
    return {tab.id: read_sheet(titles[tab.id], grids[titles[tab.id]], tab, same) for tab in schema.values()}


def read_sheet(title: str, grid: Grid, tab: Tab, same: dict[RawCell, RawCell]) -> Sheet:
    """Return one sheet as the tab it is; wholly blank rows (unticked boxes count as blank) are left out.

    Equal cells become one object, kept in ``same``: that halves what a large ledger takes.

    Raises:
        LedgerRefused: A key column is missing, or a header stands twice.
    """
    sheet = read_head(title, grid, tab)
    known = same.setdefault
    # TRUE, 1 and 1.0 are equal to Python, and yet not the same cell.
    rows = (
        (number, tuple([known(cell, cell) if cell and isinstance(cell, _ALIKE) else cell for cell in cells]))
        for number, cells in filled_rows(grid, sheet.header_row)
    )
    return replace(sheet, rows=tuple(rows))


def read_head(title: str, grid: Grid, tab: Tab) -> Sheet:
    """Return one sheet without its rows: the columns where people have put them; raises as ``read_sheet``."""
    header_row = header_row_of(grid, tab)
    headers = headers_of(grid, header_row)
    places = _places(headers, tab)
    columns = {column: found[0] for column, found in places.items() if len(found) == 1}
    doubled = {column: found for column, found in places.items() if len(found) > 1}
    _refuse_doubled(title, doubled, headers, tab)
    needed = tab.columns if tab.id == JOURNAL else tab.key
    lacking = tuple(tab.columns[column].label for column in needed if column not in columns)
    if lacking:
        raise LedgerRefused(
            "column-missing",
            msg("The tab {title} has no column '{expected}'.", title=title, expected=lacking),
            msg("Give the column its header back, or take the newest file from the folder backup."),
            where=title,
        )
    known = {*columns.values(), *(at for found in doubled.values() for at in found)}
    unknown: dict[str, int] = {}
    for at, header in headers.items():
        if at not in known:
            unknown.setdefault(header, at)
    return Sheet(tab.id, title, header_row, columns, unknown, (), frozenset(doubled))


def titles_of(grids: Mapping[str, Grid], schema: Schema) -> dict[str, str]:
    """Return the title under which each tab stands, by tab id; tabs that were renamed are missing.

    Raises:
        LedgerRefused: Two titles mean the same tab.
    """
    names = {
        normal_header(name): tab for tab in schema.values() for name in (tab.id, tab.label.ja, tab.label.en)
    }
    titles: dict[str, str] = {}
    for title in grids:
        tab = names.get(normal_header(title))
        if tab is None:
            continue
        if tab.id in titles:
            raise LedgerRefused(
                "tab-twice",
                msg("The tabs {first} and {second} mean the same.", first=titles[tab.id], second=title),
                msg("Rename the one that Daicho should not use."),
                where=title,
            )
        titles[tab.id] = title
    return titles


def _by_headers(spare: Mapping[str, Grid], missing: Sequence[Tab]) -> dict[str, str]:
    """Return renamed tabs: a sheet that has the headers of one missing tab, and no second one does."""
    fitting: dict[str, list[str]] = {}
    for title, grid in spare.items():
        shares = {tab.id: share for tab in missing if (share := _share(grid, tab)) > 0.5}
        if shares:
            fitting.setdefault(max(shares, key=lambda tab: shares[tab]), []).append(title)
    return {tab: titles[0] for tab, titles in fitting.items() if len(titles) == 1}


def _share(grid: Grid, tab: Tab) -> float:
    """Return how many of the tab's columns a sheet has, 0 to 1; 0 without the key columns."""
    headers = headers_of(grid, header_row_of(grid, tab)).values()
    found = {tab.by_header.get(normal_header(header)) for header in headers} - {None}
    return len(found) / len(tab.columns) if found.issuperset(tab.key) else 0.0


def header_row_of(grid: Grid, tab: Tab) -> int:
    """Return the number of the row with most known headers, the first of equals; 1 if there is none."""
    best, row = 0, 1
    for number, cells in enumerate(grid[:_HEADER_WITHIN], 1):
        known = sum(normal_header(as_typed(cell)) in tab.by_header for cell in cells if cell)
        if known > best:
            best, row = known, number
        if known >= len(tab.columns):
            break  # no row can have more
    return row


def headers_of(grid: Grid, row: int) -> dict[int, str]:
    """Return the headers in a row by their position (1 = A)."""
    cells = grid[row - 1] if row <= len(grid) else ()
    return {at: text for at, cell in enumerate(cells, 1) if (text := as_typed(cell).strip())}


def columns_of(title: str, headers: Mapping[int, str], tab: Tab) -> dict[str, int]:
    """Return where each column stands; a column's own name goes before an alias.

    Raises:
        LedgerRefused: A header stands twice.
    """
    places = _places(headers, tab)
    for found in places.values():
        if len(found) > 1:
            raise header_twice(title, headers[found[0]])
    return {column: found[0] for column, found in places.items()}


def _places(headers: Mapping[int, str], tab: Tab) -> dict[str, Sequence[int]]:
    places: dict[str, list[int]] = {}
    for at, header in headers.items():
        column = tab.by_header.get(normal_header(header))
        if column is not None:
            places.setdefault(column, []).append(at)
    return {
        column: found if len(found) == 1 else _own(found, headers, tab.columns[column])
        for column, found in places.items()
    }


def _own(places: Sequence[int], headers: Mapping[int, str], column: Column) -> Sequence[int]:
    names = {normal_header(name) for name in (column.id, column.label.ja, column.label.en)}
    return [at for at in places if normal_header(headers[at]) in names] or places


def _refuse_doubled(
    title: str, doubled: Mapping[str, Sequence[int]], headers: Mapping[int, str], tab: Tab
) -> None:
    """Refuse a tab without which no run can be, and rows that cannot be told apart."""
    for column, found in doubled.items():
        if tab.id in _HOUSE or column in (*tab.key, SEAL):
            raise header_twice(title, headers[found[0]])


def header_twice(title: str, header: str | Label) -> LedgerRefused:
    """Return the refusal of a tab in which a column stands twice."""
    return LedgerRefused(
        "header-twice",
        msg("The tab {title} has the column {header} twice.", title=title, header=header),
        msg("Give one of the two another name; nothing was changed."),
        where=title,
    )


def refuse_unclear(plan: Plan, sheets: Mapping[str, Sheet], schema: Schema) -> None:
    """Refuse a plan that writes to a column whose header stands twice, or takes out a row that has one.

    Raises:
        LedgerRefused: It does; nothing is written.
    """
    for change in plan.changes:
        sheet = sheets[change.tab]
        written = change.cells if isinstance(change, (AppendRow, SetCells)) else sheet.doubled
        for column in sheet.doubled.intersection(written):
            if not isinstance(change, AppendRow) or change.cells[column] is not None:
                raise header_twice(sheet.title, schema[change.tab].columns[column].label)


def filled_rows(grid: Grid, header_row: int) -> Iterator[tuple[int, Sequence[RawCell]]]:
    """Yield number and cells of every row below the header in which something stands."""
    return (
        (number, cells)
        for number, cells in enumerate(grid[header_row:], header_row + 1)
        if not is_blank_row(cells)
    )


def is_blank_row(cells: Sequence[RawCell]) -> bool:
    """Return whether nothing stands in a row; unticked boxes count as nothing."""
    for cell in cells:
        if isinstance(cell, str):
            if cell and not cell.isspace():
                return False
        elif cell is not None and cell is not False:
            return False
    return True


def _tab_missing(tab: Tab, titles: tuple[str, ...]) -> LedgerRefused:
    return LedgerRefused(
        "tab-missing",
        msg("The tab {name} is missing. These are there: {titles}.", name=tab.label, titles=titles),
        msg(
            "Give the tab its name {name} back, or take the newest file from the folder backup. "
            "If a newer Daicho brought it, copy the tab from the ledger of a new shop (daicho init new-shop).",
            name=tab.label,
        ),
        where=tab.label,
    )
