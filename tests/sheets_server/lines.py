"""Rows and columns. A line is never changed, only replaced, and knows its values as they are read most often."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import Literal

from .cells import BLANK, Cell, Formula, plain
from .errors import Json

COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)
_NO_TAGS: frozenset[int] = frozenset()


class Line:
    """A row or a column: the cells (of a row), its own properties, the metadata on it. Never changed."""

    __slots__ = ("_plain", "_text", "cells", "properties", "tags")

    def __init__(
        self, cells: tuple[Cell, ...] = (), properties: Json | None = None, tags: frozenset[int] = _NO_TAGS
    ) -> None:
        self.cells = cells
        self.properties = properties
        self.tags = tags
        self._plain: list[object] | Literal[False] | None = False
        self._text = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Line) and (self.cells, self.properties, self.tags) == (
            other.cells,
            other.properties,
            other.tags,
        )

    def __hash__(self) -> int:
        return hash((len(self.cells), self.tags))

    @property
    def is_blank(self) -> bool:
        """Whether it is as a new sheet's lines are."""
        return not (self.cells or self.properties or self.tags)

    def cell(self, column: int) -> Cell:
        """Return a cell of the row."""
        return self.cells[column] if column < len(self.cells) else BLANK

    def with_cells(self, changed: dict[int, Cell]) -> Line:
        """Return the row with other cells; blank ones at its end are left out."""
        cells = list(self.cells)
        missing = max(changed) + 1 - len(cells)
        if missing > 0:
            cells += [BLANK] * missing
        for column, cell in changed.items():
            cells[column] = cell
        while cells and cells[-1] == BLANK:
            cells.pop()
        return Line(tuple(cells), self.properties, self.tags)

    def with_properties(self, properties: Json | None) -> Line:
        """Return the line with other properties."""
        return Line(self.cells, properties, self.tags)

    def with_tags(self, tags: frozenset[int]) -> Line:
        """Return the line with other metadata on it."""
        return Line(self.cells, self.properties, tags)

    def of(self, cells: tuple[Cell, ...]) -> Line:
        """Return the line with quite other cells."""
        return Line(cells, self.properties, self.tags)

    def plain(self) -> list[object] | None:
        """Return the values as they are read unformatted, without the blank ones at the end.

        None where a formula has to be reckoned first. The list is the line's own: copy it before you give it away.
        """
        if self._plain is False:
            self._plain = _plain(self.cells)
        return self._plain

    def text(self) -> str | None:
        """Return ``plain`` as compact JSON."""
        values = self.plain()
        if values is not None and not self._text:
            self._text = COMPACT.encode(values)
        return self._text or None


EMPTY = Line()


def _plain(cells: tuple[Cell, ...]) -> list[object] | None:
    values = [cell.value for cell in cells]
    while values and values[-1] is None:
        values.pop()
    if any(isinstance(value, Formula) for value in values):
        return None
    return [plain(value) for value in values]  # type: ignore[arg-type] # no formula is among them


class Lines:
    """The rows or the columns of a tab; the blank ones at the end are only counted."""

    __slots__ = ("count", "kept")

    def __init__(self, count: int, kept: Iterable[Line] = ()) -> None:
        self.count = count
        self.kept = list(kept)

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Line]:
        yield from self.kept
        yield from repeat(EMPTY, self.count - len(self.kept))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lines) and self.count == other.count and list(self) == list(other)

    def __hash__(self) -> int:
        return hash(self.count)

    def __getitem__(self, at: int) -> Line:
        if at < len(self.kept):
            return self.kept[at]
        if at >= self.count:
            raise IndexError(at)
        return EMPTY

    def __setitem__(self, at: int, line: Line) -> None:
        self._reach(at + 1)
        self.kept[at] = line

    def put(self, first: int, lines: list[Line]) -> None:
        """Replace lines from one on."""
        self._reach(first + len(lines))
        self.kept[first : first + len(lines)] = lines

    def part(self, first: int, last: int) -> list[Line]:
        """Return the lines of a part; blank ones at the end may be missing."""
        return self.kept[first:last]

    def insert(self, at: int, count: int, like: Line = EMPTY) -> None:
        """Put lines in."""
        if at < len(self.kept) or not like.is_blank:
            self._reach(at)
            self.kept[at:at] = [like] * count
        self.count += count

    def delete(self, first: int, last: int) -> None:
        """Take lines out."""
        del self.kept[first:last]
        self.count -= last - first

    def move(self, first: int, last: int, to: int) -> None:
        """Move lines before the one that stands at ``to`` now."""
        self._reach(max(last, to))
        moved = self.kept[first:last]
        del self.kept[first:last]
        at = to if to <= first else to - len(moved)
        self.kept[at:at] = moved

    def trim(self) -> None:
        """Forget blank lines at the end."""
        while self.kept and self.kept[-1].is_blank:
            self.kept.pop()

    def copied(self) -> Lines:
        """Return a copy that can be changed by itself."""
        return Lines(self.count, self.kept)

    def _reach(self, end: int) -> None:
        if end > self.count:
            raise IndexError(end)
        if end > len(self.kept):
            self.kept += [EMPTY] * (end - len(self.kept))
