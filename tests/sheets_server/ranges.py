"""Ranges: A1 text to bounds and back, and how bounds move when rows or columns come and go."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from .errors import Json

Axis = Literal["ROWS", "COLUMNS"]

_CORNER = r"\$?([A-Za-z]{1,3})?\$?([1-9][0-9]*)?"
_A1 = re.compile(rf"{_CORNER}(?::{_CORNER})?")
_PLAIN_TITLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CELL_NAME = re.compile(r"[A-Za-z]{1,3}[0-9]+")


class Area(NamedTuple):
    """A range of one tab, 0-based, ends exclusive; None is an open bound."""

    sheet_id: int
    top: int | None = None
    bottom: int | None = None
    left: int | None = None
    right: int | None = None

    def clipped(self, rows: int, columns: int) -> Area:
        """Return the range with every bound given, inside a grid of this size."""
        return Area(
            self.sheet_id,
            min(self.top or 0, rows),
            rows if self.bottom is None else min(self.bottom, rows),
            min(self.left or 0, columns),
            columns if self.right is None else min(self.right, columns),
        )

    def covers(self, row: int, column: int) -> bool:
        """Return whether a cell lies in the range."""
        return (
            (self.top or 0) <= row
            and (self.bottom is None or row < self.bottom)
            and (self.left or 0) <= column
            and (self.right is None or column < self.right)
        )

    def meets(self, other: Area) -> bool:
        """Return whether two ranges share a cell."""
        return self.sheet_id == other.sheet_id and all(
            (first_start or 0) < (second_end if second_end is not None else 10**9)
            and (second_start or 0) < (first_end if first_end is not None else 10**9)
            for first_start, first_end, second_start, second_end in (
                (self.top, self.bottom, other.top, other.bottom),
                (self.left, self.right, other.left, other.right),
            )
        )

    def bounds(self, axis: Axis) -> tuple[int | None, int | None]:
        """Return the bounds along an axis."""
        return (self.top, self.bottom) if axis == "ROWS" else (self.left, self.right)

    def with_bounds(self, axis: Axis, start: int | None, end: int | None) -> Area:
        """Return the range with other bounds along an axis."""
        if axis == "ROWS":
            return self._replace(top=start, bottom=end)
        return self._replace(left=start, right=end)

    def after_insert(self, axis: Axis, at: int, count: int) -> Area:
        """Return the range after lines were put in: it shifts, or grows when they came inside it."""
        start, end = self.bounds(axis)
        start = start + count if start is not None and start >= at else start
        end = end + count if end is not None and end > at else end
        return self.with_bounds(axis, start, end)

    def after_delete(self, axis: Axis, first: int, last: int) -> Area | None:
        """Return the range after lines were taken out; None when nothing of it is left."""
        start, end = self.bounds(axis)
        new_start = None if start is None else start - max(0, min(start, last) - first)
        new_end = None if end is None else end - max(0, min(end, last) - first)
        if new_start is not None and new_end is not None and new_start >= new_end:
            return None
        return self.with_bounds(axis, new_start, new_end)

    def after_move(self, axis: Axis, first: int, last: int, to: int) -> Area:
        """Return the range after lines were moved: one that lies among them goes along.

        One within which they are moved stays.
        """
        start, end = self.bounds(axis)
        if start is not None and end is not None and first <= start and end <= last:
            by = to - first if to <= first else to - last
            return self.with_bounds(axis, start + by, end + by)
        if start is not None and end is not None and start <= min(first, to) and max(last, to) <= end:
            return self
        gone = self.after_delete(axis, first, last)
        if gone is None:
            return self
        return gone.after_insert(axis, to if to <= first else to - (last - first), last - first)

    def as_json(self) -> Json:
        """Return the GridRange as it is sent: a numeric id of 0 is left out, a start of 0 is kept."""
        found: Json = {"sheetId": self.sheet_id} if self.sheet_id else {}
        for name, value in (
            ("startRowIndex", self.top),
            ("endRowIndex", self.bottom),
            ("startColumnIndex", self.left),
            ("endColumnIndex", self.right),
        ):
            if value is not None:
                found[name] = value
        return found


def area_of(given: Json) -> Area:
    """Return the GridRange of a request."""
    return Area(
        int(given.get("sheetId", 0)),
        given.get("startRowIndex"),
        given.get("endRowIndex"),
        given.get("startColumnIndex"),
        given.get("endColumnIndex"),
    )


def column_name(index: int) -> str:
    """Return the letters of a column, ``A`` for 0."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """Return a column's place, 0 for ``A``."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def quoted(title: str) -> str:
    """Return a tab's title as it stands before ``!``."""
    if _PLAIN_TITLE.fullmatch(title) and not _CELL_NAME.fullmatch(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def a1(area: Area, title: str) -> str:
    """Return a bounded range as text: ``Sheet1!A1:C3``."""
    top, left = area.top or 0, area.left or 0
    first = f"{column_name(left)}{top + 1}"
    last = f"{column_name((area.right or left + 1) - 1)}{area.bottom or top + 1}"
    return f"{quoted(title)}!{first}" + (f":{last}" if last != first else "")


def split_title(text: str) -> tuple[str | None, str]:
    """Return the tab's title, None without one, and the cells."""
    if text.startswith("'"):
        end = 1
        while end < len(text):
            if text[end] == "'":
                if text[end + 1 : end + 2] != "'":
                    break
                end += 1
            end += 1
        title = text[1:end].replace("''", "'")
        rest = text[end + 1 :]
        if not rest:
            return title, ""
        return (title, rest[1:]) if rest.startswith("!") else (None, text)
    title, mark, cells = text.rpartition("!")
    return (title, cells) if mark else (None, text)


def cells_of(text: str, sheet_id: int) -> Area | None:
    """Return the range that ``A1:B2``, ``A:A``, ``1:2``, ``A5:A`` or ``B3`` names, None when it names none."""
    match = _A1.fullmatch(text)
    if not match or not text:
        return None
    column, row, last_column, last_row = match.groups()
    if ":" not in text:
        if not column or not row:
            return None
        last_column, last_row = column, row
    elif not (column or row) or not (last_column or last_row):
        return None
    lefts = [column_index(name) for name in (column, last_column) if name]
    tops = [int(name) - 1 for name in (row, last_row) if name]
    return Area(
        sheet_id,
        min(tops) if tops else None,
        max(tops) + 1 if len(tops) == 2 else None,
        min(lefts) if lefts else None,
        max(lefts) + 1 if len(lefts) == 2 else None,
    )
