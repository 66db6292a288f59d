"""Which sheet of a spreadsheet is which tab, which of its columns are ours, and where what it lacks shall go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from automations.books.google.found import Found
from automations.books.google.ids import sheet_id_of
from automations.books.tabs import columns_of, header_row_of, headers_of, titles_of
from automations.core.errors import LedgerRefused
from automations.core.messages import msg
from automations.core.records import dataclass
from automations.core.schema import Column, Schema, Tab
from automations.core.text import nearest, normal_header

# A sheet under another title is taken for a tab with so many of its headers, and half of those it has.
_HEADERS_KNOWN = 3


@dataclass(frozen=True)
class Placed:
    """One tab in the spreadsheet.

    Attributes:
        sheet: Where it stands; None when it must be made.
        is_ours: It was made by us or is to be; people's own sheets keep their form.
        header_row: Number of the header row (1 = first).
        columns: Positions (0 = A) of the columns that are there, by id.
        added: Positions of those that are to be added.
        proposals: Headers that no column has, with the column that was perhaps meant; it is not added then.
    """

    tab: Tab
    sheet: Found | None
    is_ours: bool
    header_row: int
    columns: Mapping[str, int]
    added: Mapping[str, int]
    proposals: tuple[tuple[str, Column], ...] = ()

    @property
    def sheet_id(self) -> int:
        """Return the number of the tab."""
        return self.sheet.sheet_id if self.sheet else sheet_id_of(self.tab.id)

    @property
    def all_columns(self) -> dict[str, int]:
        """Return the positions of all columns, by id."""
        return {**self.columns, **self.added}


def placed(schema: Schema, sheets: Sequence[Found]) -> tuple[Placed, ...]:
    """Return where every tab stands or is to be made: by its number, else its title, else its headers.

    Raises:
        LedgerRefused: Two sheets could be one tab, a tab's title is taken by something else, or a header stands twice.
    """
    found = _by_number_and_title(schema, sheets)
    spare = [sheet for sheet in sheets if sheet.sheet_id not in {one.sheet_id for one in found.values()}]
    found |= _by_headers(spare, [tab for tab in schema.values() if tab.id not in found])
    return tuple(_on_sheet(tab, found[tab.id]) if tab.id in found else _new(tab) for tab in schema.values())


def _by_number_and_title(schema: Schema, sheets: Sequence[Found]) -> dict[str, Found]:
    by_title = {sheet.title: sheet for sheet in sheets}
    titled = titles_of({sheet.title: () for sheet in sheets}, schema)
    found = {tab: by_title[title] for tab, title in titled.items()}
    for sheet in sheets:
        tab = next((name for name in schema if sheet_id_of(name) == sheet.sheet_id), None)
        if tab is None:
            continue
        if tab in found and found[tab] is not sheet:
            raise _twice(sheet.title, found[tab].title)
        found = {name: one for name, one in found.items() if one is not sheet} | {tab: sheet}
    return found


def _by_headers(spare: Sequence[Found], missing: Sequence[Tab]) -> dict[str, Found]:
    """Return sheets of other titles that are tabs by their headers."""
    found: dict[str, Found] = {}
    for sheet in spare:
        tab = _tab_of(sheet, missing)
        if tab is None:
            continue
        if tab.id in found:
            raise _twice(found[tab.id].title, sheet.title)
        found[tab.id] = sheet
    return found


def _tab_of(sheet: Found, tabs: Sequence[Tab]) -> Tab | None:
    """Return the one tab whose headers a sheet has most of; None when none or more than one fits."""
    counts = {tab.id: _known(sheet, tab) for tab in tabs}
    best = max(counts.values(), default=0)
    fitting = [tab for tab in tabs if counts[tab.id] == best]
    if best < _HEADERS_KNOWN or len(fitting) > 1:
        return None
    headers = headers_of(sheet.grid, header_row_of(sheet.grid, fitting[0]))
    return fitting[0] if best * 2 >= len(headers) else None


def _known(sheet: Found, tab: Tab) -> int:
    headers = headers_of(sheet.grid, header_row_of(sheet.grid, tab)).values()
    return len({tab.by_header.get(normal_header(header)) for header in headers} - {None})


def _new(tab: Tab) -> Placed:
    added = {column: at for at, column in enumerate(tab.columns)}
    return Placed(tab, None, is_ours=True, header_row=1, columns={}, added=added)


def _on_sheet(tab: Tab, sheet: Found) -> Placed:
    row = header_row_of(sheet.grid, tab)
    headers = headers_of(sheet.grid, row)
    is_ours = sheet.sheet_id == sheet_id_of(tab.id) or sheet.extent == 0
    columns = {column: at - 1 for column, at in columns_of(sheet.title, headers, tab).items()}
    if not columns and sheet.extent and tab.columns:
        raise _headless(sheet) if is_ours else _taken(tab, sheet)
    proposals = _proposals(
        tab, [text for at, text in headers.items() if at - 1 not in columns.values()], columns
    )
    waiting = {column.id for _, column in proposals}
    missing = [column for column in tab.columns if column not in columns and column not in waiting]
    gaps = dict(_gaps(tab, columns, sheet, row)) if is_ours else {}
    ends = [column for column in missing if column not in gaps]
    added = gaps | {column: at for at, column in enumerate(ends, _end(sheet, gaps))}
    return Placed(tab, sheet, is_ours, row, columns, added, proposals)


def _end(sheet: Found, gaps: Mapping[str, int]) -> int:
    return max(sheet.extent, *(at + 1 for at in gaps.values()), 0)


def _proposals(
    tab: Tab, unknown: Sequence[str], columns: Mapping[str, int]
) -> tuple[tuple[str, Column], ...]:
    """Return for each unknown header the column of people's that it is perhaps meant to be."""
    names = {
        normal_header(name): column
        for column in tab.columns.values()
        if column.id not in columns and column.owner == "human"
        for name in (column.label.ja, column.label.en, *column.aliases)
    }
    proposals: dict[str, tuple[str, Column]] = {}
    for header in unknown:
        close = nearest(normal_header(header), names)
        if close is not None:
            proposals.setdefault(names[close].id, (header, names[close]))
    return tuple(proposals.values())


def _gaps(tab: Tab, columns: Mapping[str, int], sheet: Found, row: int) -> Iterator[tuple[str, int]]:
    """Yield columns whose header was emptied: just so many blank headers stand where they belong."""
    before, lost = -1, list[str]()
    for column in tab.columns:
        if column not in columns:
            lost.append(column)
            continue
        if columns[column] - before - 1 == len(lost) and _is_blank(sheet, row, before + 1, columns[column]):
            yield from zip(lost, range(before + 1, columns[column]), strict=True)
        before, lost = columns[column], []
    if sheet.extent - before - 1 <= len(lost) and _is_blank(sheet, row, before + 1, sheet.extent):
        yield from ((column, before + 1 + at) for at, column in enumerate(lost))


def _is_blank(sheet: Found, row: int, first: int, end: int) -> bool:
    return not any(sheet.cell(row - 1, at).get("effectiveValue") for at in range(first, end))


def _twice(first: str, second: str) -> LedgerRefused:
    return LedgerRefused(
        "tab-twice",
        msg("The tabs {first} and {second} mean the same.", first=first, second=second),
        msg("Rename the one that Daicho should not use."),
        where=second,
    )


def _taken(tab: Tab, sheet: Found) -> LedgerRefused:
    return LedgerRefused(
        "tab-taken",
        msg(
            "The tab {title} is there, but has none of the columns of {name}.",
            title=sheet.title,
            name=tab.label,
        ),
        msg("Give that tab another name, then run again; nothing was changed."),
        where=sheet.title,
    )


def _headless(sheet: Found) -> LedgerRefused:
    return LedgerRefused(
        "header-row-missing",
        msg("The tab {title} has lost its header row.", title=sheet.title),
        msg("Bring the row back with undo or from the version history, then run again; nothing was changed."),
        where=sheet.title,
    )
