"""Where things stand once rows are gone: rows, areas, and the references of formulas."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection
from dataclasses import dataclass

from .formulas import bracket_end
from .references import LAST_ROW, cell_position

_TOKEN = re.compile(
    r"""
    (?P<kept>"(?:[^"]|"")*+" | \#[A-Z][A-Z/0-9_]*+[!?]?)
    | (?P<sheet>(?:'(?:[^']|'')*+' | [\w.\\?]++(?::[\w.\\?]++)?)!)
    | (?P<bracket>\[)
    | (?P<area>(?<![\w.$\\?])\$?[A-Za-z]{1,3}\$?[0-9]{1,7}:\$?[A-Za-z]{1,3}\$?[0-9]{1,7}(?![\w.$\\?(!\[]))
    | (?P<rows>(?<![\w.$\\?])\$?[0-9]{1,7}:\$?[0-9]{1,7}(?![\w.$\\?(!\[]))
    | (?P<word>[\w.$\\?]++)
    """,
    re.VERBOSE,
)
_END = re.compile(r"(\$?[A-Za-z]{1,3})?(\$?)([0-9]{1,7})")


class UnclearError(Exception):
    """Something refers to a row that goes, or in a way that cannot be followed: the rows may not move."""


@dataclass(frozen=True)
class Moves:
    """The rows of one sheet that go.

    Attributes:
        title: Of the sheet.
        removed: Their numbers, ascending.
    """

    title: str
    removed: tuple[int, ...]

    @classmethod
    def of(cls, title: str, rows: Collection[int]) -> "Moves":
        """Return the moves on a sheet that loses these rows."""
        return cls(title, tuple(sorted(set(rows))))

    def is_gone(self, row: int) -> bool:
        """Tell whether a row goes."""
        at = bisect_left(self.removed, row)
        return at < len(self.removed) and self.removed[at] == row

    def top(self, row: int) -> int:
        """Return where a row stands, or the next below it that stays."""
        return row - bisect_left(self.removed, row)

    def bottom(self, row: int) -> int:
        """Return where a row stands, or the next above it that stays; the last row of all stays the last."""
        return row if row == LAST_ROW else row - bisect_right(self.removed, row)

    def keeps_all(self, top: int, bottom: int) -> bool:
        """Tell whether no row of a stretch goes."""
        return bisect_left(self.removed, top) == bisect_right(self.removed, bottom)

    def name(self, written: str) -> str | None:
        """Return the name of a cell or area as it is from now on (``$`` kept), None when it is gone.

        Raises:
            UnclearError: It is not the name of a cell or area.
        """
        ends = [_END.fullmatch(end) for end in written.split(":")]
        if all(end.replace("$", "").isalpha() for end in written.split(":")) and len(ends) == 2:
            return written
        rows = [int(end[3]) for end in ends if end]
        if len(rows) != len(ends) or len(rows) > 2 or rows != sorted(rows):
            raise UnclearError(written)
        new = self.top(rows[0]), self.bottom(rows[-1])
        if new[0] > new[1]:
            return None
        return ":".join(
            f"{end[1] or ''}{end[2]}{row}" for end, row in zip(ends, new[: len(ends)], strict=True) if end
        )

    def names(self, written: str) -> str:
        """Return a list of areas as it is from now on, those that are gone left out."""
        return " ".join(name for one in written.split() if (name := self.name(one)))


@dataclass(frozen=True)
class Seat:
    """From which row a rule's formula is to be read, before and from now on: its relative rows follow that."""

    before: int
    now: int


def moved_formula(formula: str, moves: Moves, *, is_own: bool, seat: Seat | None = None) -> str:
    """Return a formula with its references to the sheet following the rows that stay.

    Args:
        formula: As written in a cell, rule, name or chart.
        moves: What goes, and from which sheet.
        is_own: References without a sheet mean this one.
        seat: For a rule that goes for an area.

    Raises:
        UnclearError: It refers to what goes, or through several sheets at once.
    """
    if not is_own and "!" not in formula:
        return formula
    pieces: list[str] = []
    done = 0
    sheet_until = -1
    sheet_is_own = is_own
    while found := _TOKEN.search(formula, done):
        pieces.append(formula[done : found.start()])
        done = bracket_end(formula, found.start()) if found["bracket"] else found.end()
        written = formula[found.start() : done]
        if found["sheet"]:
            sheet_is_own = (
                _is_sheet(written[:-1], moves) and formula[found.start() - 1 : found.start()] != "]"
            )
            sheet_until = done
        elif sheet_is_own if sheet_until == found.start() else is_own:
            written = _moved(found, formula, done, moves, seat)
        pieces.append(written)
    return "".join((*pieces, formula[done:]))


def _is_sheet(written: str, moves: Moves) -> bool:
    if ":" in written:
        raise UnclearError(written)
    title = written[1:-1].replace("''", "'") if written.startswith("'") else written
    return title.casefold() == moves.title.casefold()


def _moved(found: re.Match[str], formula: str, end: int, moves: Moves, seat: Seat | None) -> str:
    written = found[0]
    if found["word"]:
        is_cell = cell_position(written) is not None and formula[end : end + 1] not in {"(", "!", "["}
        if not is_cell:
            return written
    elif not (found["area"] or found["rows"]):
        return formula[found.start() : end]
    if seat is not None:
        return _seated(written, moves, seat)
    name = moves.name(written)
    if name is None:
        raise UnclearError(written)
    return name


def _seated(written: str, moves: Moves, seat: Seat) -> str:
    """Return a reference of a rule: relative rows keep their distance, absolute ones follow what stays."""
    ends = written.split(":")
    moved = []
    for place, end in enumerate(ends):
        found = _END.fullmatch(end)
        if found is None:
            raise UnclearError(written)
        row = int(found[3])
        if not found[2]:
            new = row - seat.before + seat.now
        elif moves.is_gone(row) and len(ends) == 1:
            raise UnclearError(written)
        else:
            new = moves.bottom(row) if place else moves.top(row)
        if not 1 <= new <= LAST_ROW:
            raise UnclearError(written)
        moved.append(f"{found[1] or ''}{found[2]}{new}")
    return ":".join(moved)
