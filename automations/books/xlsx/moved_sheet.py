"""A sheet whose rows move up: the rows themselves, its formulas, and everything around the rows."""

import re
from bisect import bisect_right
from collections.abc import Iterator

from .formula_groups import column_at
from .formulas import translated
from .growth import Layout
from .markup import Node, Splice, Xml, attributes, escape, unescape, with_attributes
from .moves import Moves, Seat, UnclearError, moved_formula
from .references import area
from .rows import Grid, Row, patterns

_AREAS = (b"ref", b"sqref")
_CELLS = (b"activeCell", b"topLeftCell")
# Elements that go with their cells; what else loses its place keeps the rows where they are.
_GOING = frozenset(
    (b"mergeCell", b"hyperlink", b"conditionalFormatting", b"dataValidation", b"ignoredError",
     b"protectedRange", b"cellWatch", b"brk", b"comment", b"threadedComment")
)  # fmt: skip
_FORMULAS = frozenset(
    (b"formula", b"formula1", b"formula2", b"f", b"calculatedColumnFormula", b"totalsRowFormula")
)
_RULES = frozenset((b"conditionalFormatting", b"dataValidation"))
_COUNTS = (b"count", b"manualBreakCount")


def moved_rows(grid: Grid, moves: Moves) -> Iterator[Splice]:
    """Yield the changes that take the rows out and give those below their new numbers."""
    cells = re.compile(rb"(<" + re.escape(grid.prefix) + rb"c\s(?:[^<>]*?\s)?r=\"\$?[A-Z]{1,3})[0-9]+\"")
    for row in grid.rows():
        if moves.is_gone(row.number):
            yield Splice(row.start, row.limit, b"")
        elif row.number > moves.removed[0]:
            yield _renumbered(grid, row, moves.top(row.number), cells)


def _renumbered(grid: Grid, row: Row, number: int, cells: re.Pattern[bytes]) -> Splice:
    new = b"%d" % number
    end = new + b'"'
    inner, count = cells.subn(lambda found: found[1] + end, grid.xml.raw[row.tag_end : row.limit])
    if count != len(patterns(grid.prefix).cell_name.findall(grid.xml.view, row.tag_end, row.limit)):
        raise UnclearError(f"cells of row {row.number}")
    tag = row.tag if row.name else with_attributes(row.tag, {b"r": new})
    name = b' r="%s"' % new if row.name else b""
    slash = b"/" if row.is_empty_tag else b""
    return Splice(row.start, row.limit, b"<%srow%s%s%s>%s" % (grid.prefix, name, tag, slash, inner))


def moved_formulas(grid: Grid, moves: Moves, *, is_own: bool) -> list[Splice]:
    """Return the changes to the formulas of a sheet: the one that loses rows, or another one that refers to it.

    Shared formulas that are concerned are spelled out, each as it reads in its cell.
    """
    shared: dict[str, tuple[int, int, str]] = {}
    changes = []
    for found in patterns(grid.prefix).formula.finditer(grid.xml.view, *grid.inner):
        given = attributes(found[1] or b"")
        row = grid.numbers[bisect_right(grid.starts, found.start()) - 1]
        text = unescape(grid.xml.raw[slice(*found.span(2))]) if found.start(2) >= 0 else ""
        kind = given.get(b"t")
        drop: dict[bytes, bytes | None] = {}
        if kind == "shared":
            here = grid.row(row)
            column = column_at(grid, here, found.start()) if here else 0
            key = given.get(b"si", "")
            if text:
                shared[key] = row, column, text
            if key not in shared:
                raise UnclearError(f"shared formula in row {row}")
            top, left, first = shared[key]
            if not is_own and "!" not in first:
                continue
            text = translated(first, row - top, column - left)
            drop = {b"t": None, b"si": None, b"ref": None}
        if is_own and moves.is_gone(row):
            _check_group(given, moves)
            continue
        if is_own and kind in {"array", "dataTable"}:
            drop = {b"ref": _moved_group(kind, given, moves)}
        moved = moved_formula(text, moves, is_own=is_own)
        if moved != text or drop:
            name = grid.prefix + b"f"
            tag = with_attributes(found[1] or b"", drop)
            changes.append(Splice(*found.span(), b"<%s%s>%s</%s>" % (name, tag, escape(moved), name)))
    return changes


def _check_group(given: dict[bytes, str], moves: Moves) -> None:
    """Raise UnclearError when the formula of a row that goes fills rows that stay."""
    group = area(given.get(b"ref", ""))
    if given.get(b"t") in {"array", "dataTable"} and group:
        stays = group.bottom - group.top + 1 - sum(group.top <= row <= group.bottom for row in moves.removed)
        if stays:
            raise UnclearError(group.name())


def _moved_group(kind: str, given: dict[bytes, str], moves: Moves) -> bytes:
    group = area(given.get(b"ref", ""))
    name = moves.name(given.get(b"ref", ""))
    if kind == "dataTable" or group is None or name is None or not moves.keeps_all(group.top, group.bottom):
        raise UnclearError(given.get(b"ref", ""))
    return name.encode()


def moved_layout(xml: Xml, layout: Layout, moves: Moves, *, is_own: bool) -> list[Splice]:
    """Return the changes to everything of a part but the rows of a sheet.

    Args:
        xml: A sheet, or a part that belongs to one.
        layout: Its elements.
        moves: What goes.
        is_own: The part belongs to the sheet that loses rows.

    Raises:
        UnclearError: Something would lose its place.
    """
    changes: list[Splice] = []
    gone: list[Node] = []
    for node in layout:
        if any(node.start >= other.start and node.end <= other.end for other in gone[-1:]):
            continue
        if is_own and _loses_place(node, moves):
            gone.append(node)
            continue
        given = _moved_attributes(node, moves, is_own=is_own)
        if given:
            changes.append(node.with_tag(given))
        changes += _moved_text(xml, layout, node, moves, is_own=is_own)
    return _without_nodes(layout, gone, changes)


def _loses_place(node: Node, moves: Moves) -> bool:
    if node.name not in _GOING:
        return False
    given = node.attributes()
    if node.name == b"brk":
        is_row = node.parent is not None and node.parent.name == b"rowBreaks"
        return is_row and given.get(b"id", "").isdecimal() and moves.is_gone(int(given[b"id"]))
    written = next((given[name] for name in (*_AREAS, b"r") if name in given), None)
    if written is None:
        return False
    left = moves.names(written)
    place = area(left)
    return not left or (node.name == b"mergeCell" and place is not None and place.is_one_cell())


def _moved_attributes(node: Node, moves: Moves, *, is_own: bool) -> dict[bytes, bytes | None]:
    given = node.attributes()
    changed: dict[bytes, str] = {}
    if is_own:
        move = _moved_selection if node.name == b"selection" else _moved_areas
        changed |= {name: move(given[name], moves) for name in _AREAS if name in given}
        changed |= {name: _nearest(given[name], moves) for name in _CELLS if name in given}
        if node.name in {b"cellWatch", b"inputCells"}:
            changed[b"r"] = _moved_areas(given.get(b"r", ""), moves)
        if node.name == b"brk" and node.parent is not None and node.parent.name == b"rowBreaks":
            changed[b"id"] = str(moves.bottom(int(given[b"id"])))
    if node.name == b"hyperlink" and b"location" in given:
        changed[b"location"] = _moved_link(given[b"location"], moves)
    if node.name == b"cfvo" and given.get(b"type") == "formula":
        changed[b"val"] = moved_formula(given.get(b"val", ""), moves, is_own=is_own)
    return {name: escape(value) for name, value in changed.items() if value != given.get(name)}


def _moved_areas(written: str, moves: Moves) -> str:
    left = moves.names(written)
    if not left:
        raise UnclearError(written)
    return left


def _moved_selection(written: str, moves: Moves) -> str:
    return moves.names(written) or _nearest(written.split(maxsplit=1)[0].partition(":")[0], moves)


def _nearest(written: str, moves: Moves) -> str:
    """Return the cell, or the next one below it: where somebody looked or worked last."""
    found = area(written)
    if found is None:
        raise UnclearError(written)
    return written if found.top <= 1 else re.sub(r"[0-9]+$", str(max(1, moves.top(found.top))), written)


def _moved_link(written: str, moves: Moves) -> str:
    """Return the place a link leads to; a link to a row that goes stays as it is."""
    try:
        return moved_formula(written, moves, is_own=False)
    except UnclearError:
        return written


def _moved_text(xml: Xml, layout: Layout, node: Node, moves: Moves, *, is_own: bool) -> list[Splice]:
    if node.is_empty() or node.name not in _FORMULAS | {b"sqref"}:
        return []
    inner = xml.raw[node.tag_end : node.close]
    if b"<" in inner:  # what it says stands in an element of its own
        return []
    written = unescape(inner)
    if node.name == b"sqref":
        moved = _moved_areas(written, moves) if is_own else written
    else:
        seat = _seat_of(xml, layout, node, moves) if is_own else None
        moved = moved_formula(written, moves, is_own=is_own, seat=seat)
    return [Splice(node.tag_end, node.close, escape(moved))] if moved != written else []


def _seat_of(xml: Xml, layout: Layout, node: Node, moves: Moves) -> Seat | None:
    """Return the seat of the rule to which a formula belongs; None for a formula of its own, such as a sparkline's."""
    rule = node.parent
    while rule is not None and rule.name not in _RULES:
        rule = rule.parent
    if rule is None:
        return None
    written = rule.attributes().get(b"sqref")
    if written is None:
        inner = (one for one in layout if one.name == b"sqref" and one.parent is rule)
        written = next((unescape(xml.raw[one.tag_end : one.close]) for one in inner), "")
    tops = [place.top for name in written.split() if (place := area(name))]
    kept = [place.top for name in moves.names(written).split() if (place := area(name))]
    if not tops or not kept:
        raise UnclearError(written)
    return Seat(min(tops), min(kept))


def _without_nodes(layout: Layout, gone: list[Node], changes: list[Splice]) -> list[Splice]:
    """Return the changes with these elements taken out, and their list where none is left in it."""
    lost: dict[int, list[Node]] = {}
    for node in gone:
        if node.parent is not None:
            lost.setdefault(id(node.parent), []).append(node)
    for parent in [node for node in layout if id(node) in lost]:
        members = [node for node in layout if node.parent is parent]
        left = len(members) - len(lost[id(parent)])
        if not left and parent.name not in {b"worksheet", b"commentList", b"ThreadedComments"}:
            changes = [one for one in changes if not parent.start <= one.start < parent.end]
            changes.append(Splice(parent.start, parent.end, b""))
            continue
        changes += [Splice(node.start, node.end, b"") for node in lost[id(parent)]]
        counts = {name: b"%d" % left for name in _COUNTS if name in parent.attributes()}
        if counts:
            changes.append(parent.with_tag(counts))
    return changes
