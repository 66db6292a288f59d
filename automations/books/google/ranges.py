"""Areas of a tab as the Sheets API names them, and what covers them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import TypeVar

from automations.books.google.found import Found
from automations.books.google.values import Json

T = TypeVar("T")


def area(sheet_id: int, *, rows: tuple[int, int | None], columns: tuple[int, int] | None = None) -> Json:
    """Return a GridRange, counted from 0; ``None`` as end reaches down to the end of the tab."""
    made: Json = {"sheetId": sheet_id, "startRowIndex": rows[0]}
    if rows[1] is not None:
        made["endRowIndex"] = rows[1]
    if columns is not None:
        made |= {"startColumnIndex": columns[0], "endColumnIndex": columns[1]}
    return made


def neighbours(columns: Mapping[int, T]) -> Iterator[tuple[tuple[int, int], list[T]]]:
    """Yield columns that stand side by side as one span, with what belongs to each."""
    order = sorted(columns)
    for _, group in groupby(enumerate(order), key=lambda place: place[1] - place[0]):
        places = [at for _, at in group]
        yield (places[0], places[-1] + 1), [columns[at] for at in places]


def alike(columns: Mapping[int, T]) -> Iterator[tuple[tuple[int, int], T]]:
    """Yield columns that stand side by side and are given the same as one span."""
    for (first, _), given in neighbours(columns):
        at = first
        for _, group in groupby(given, key=repr):
            same = list(group)
            yield (at, at + len(same)), same[0]
            at += len(same)


def touches(given: Json, column: int) -> bool:
    """Return whether a range has cells of a column."""
    return int(given.get("startColumnIndex", 0)) <= column < int(given.get("endColumnIndex", column + 1))


def covers(given: Json, column: int, top: int, sheet: Found) -> bool:
    """Return whether a range has all of a column from the row ``top`` (0 = first) down to the end of the tab."""
    bottom = given.get("endRowIndex")
    return (
        touches(given, column)
        and int(given.get("startRowIndex", 0)) <= top
        and (bottom is None or int(bottom) >= sheet.rows)
    )


def bare_rows(
    sheet: Found, top: int, column: int, lacks: Callable[[Json], bool]
) -> Iterator[tuple[int, int | None]]:
    """Yield the spans of rows from ``top`` on whose cells lack something; None as end means the end of the tab.

    Rows between those that were looked at and the last one go with the last.
    """
    flags = [lacks(sheet.cell(row, column)) for row in range(top, sheet.looked)]
    if sheet.rows > sheet.looked:
        flags.append(lacks(sheet.cell(sheet.rows - 1, column)))
    at, end = top, top + len(flags)
    for bare, group in groupby(flags):
        first, at = at, at + len(list(group))
        if bare:
            yield first, (None if at == end else at)
