"""Lines that come, go and move, and the ranges that follow them."""

from __future__ import annotations

from .cells import BLANK
from .document import Document
from .errors import invalid
from .lines import EMPTY, Line
from .ranges import Axis
from .references import Moved, follow
from .tabs import Tab, Thing


def insert(document: Document, tab: Tab, axis: Axis, at: int, count: int, like: Line = EMPTY) -> None:
    """Put blank lines in, and move what stands behind them."""
    tab.lines(axis).insert(at, count, Line((), like.properties) if like.properties else EMPTY)
    if axis == "COLUMNS":
        blanks = (BLANK,) * count
        tab.rows.kept = [
            row.of((*row.cells[:at], *blanks, *row.cells[at:])) if len(row.cells) > at else row
            for row in tab.rows.kept
        ]
    _follow(document, tab, lambda area: area.after_insert(axis, at, count))
    document.refuse_too_many_cells()


def delete(document: Document, tab: Tab, axis: Axis, first: int, last: int) -> None:
    """Take lines out; what stood on them wholly goes too.

    Raises:
        ApiError: There are no such lines, or no others.
    """
    lines, word = tab.lines(axis), axis.lower()
    if first >= len(lines) or last > len(lines):
        one, missing = word.removesuffix("s"), first if first >= len(lines) else last - 1
        raise invalid(
            f"Cannot delete a {one} that doesn't exist. Tried to delete {one} index {missing} but there are "
            f"only {len(lines)} {word}.",
        )
    if last - first == len(lines):
        raise invalid(f"You can't delete all the {word} on the sheet.")
    for line in lines.part(first, last):
        for tag in line.tags:
            document.metadata.pop(tag, None)
    lines.delete(first, last)
    if axis == "COLUMNS":
        tab.rows.kept = [row.of(row.cells[:first] + row.cells[last:]) for row in tab.rows.kept]
    _follow(document, tab, lambda area: area.after_delete(axis, first, last))


def move(document: Document, tab: Tab, axis: Axis, first: int, last: int, to: int) -> None:
    """Move lines before the line that stands at ``to`` now.

    Raises:
        ApiError: They would move into themselves, or there are no such lines.
    """
    if first < to < last:
        raise invalid("Cannot move a selection to inside itdocument.")
    lines = tab.lines(axis)
    if last > len(lines) or to > len(lines):
        raise invalid(f"Cannot move {axis.lower()} that don't exist.")
    lines.move(first, last, to)
    if axis == "COLUMNS":
        order = list(range(len(lines)))
        moved, rest = order[first:last], order[:first] + order[last:]
        at = to if to <= first else to - len(moved)
        order = rest[:at] + moved + rest[at:]
        tab.rows.kept = [
            row.of(tuple(row.cell(index) for index in order)) if row.cells else row for row in tab.rows.kept
        ]
    _follow(document, tab, lambda area: area.after_move(axis, first, last, to))


def _follow(document: Document, tab: Tab, moved: Moved) -> None:
    """Let names, things on ranges, and formulas follow."""
    follow(document, tab, moved)
    for name, (title, area) in list(document.named.items()):
        if area.sheet_id == tab.id:
            there = moved(area)
            if there is None:
                del document.named[name]
            else:
                document.named[name] = (title, there)
    for kind, things in tab.things.items():
        if things:
            after = (_moved(thing, tab.id, moved) for thing in things)
            tab.put(kind, [thing for thing in after if thing])
    if tab.basic_filter:
        tab.basic_filter = _moved(tab.basic_filter, tab.id, moved)


def _moved(thing: Thing, sheet_id: int, moved: Moved) -> Thing | None:
    """Return a thing where its ranges are now; None when nothing of them is left."""
    there = (moved(area) if area.sheet_id == sheet_id else area for area in thing.areas)
    areas = tuple(area for area in there if area)
    return Thing(areas, thing.spec, thing.id) if areas else None
