"""What belongs to a sheet whose rows move up and lies in parts of its own: tables, notes, pictures, charts, pivots."""

import re
from collections.abc import Iterator

from .markup import Node, Splice, Xml, children, escape, nodes, unescape
from .moved_sheet import moved_layout
from .moves import Moves, UnclearError, moved_formula
from .package import Package
from .parts import relations
from .references import area
from .tables import tables_of

# Kinds of parts that know no rows, and those that are followed; a sheet with any other keeps its rows where they are.
_WITHOUT_ROWS = frozenset(
    ("printerSettings", "hyperlink", "slicer", "timeline", "image", "customProperty", "vmlDrawingHF")
)
_ELSEWHERE = re.compile(
    r"xl/(?:charts/(?!style|colors)|pivotcache/pivotcachedefinition|tables/)", re.IGNORECASE
)
_NOTE_ROW = re.compile(rb"(<x:Row>\s*)([0-9]+)(\s*</x:Row>)")
_NOTE_PLACE = re.compile(rb"(<x:Anchor>)([^<]*)(</x:Anchor>)")
_NOTE = re.compile(rb"<v:shape[\s>].*?</v:shape\s*>", re.DOTALL)
_ANCHORS = frozenset((b"from", b"to"))

Moved = Iterator[tuple[str, bytes]]
"""Names of parts, and what they hold from now on."""


def moved_sheet_parts(package: Package, sheet: str, moves: Moves) -> Moved:
    """Yield the parts that belong to the sheet which loses rows.

    Raises:
        UnclearError: One of them cannot follow.
    """
    _check_tables(package, sheet, moves)
    for relation in relations(package, sheet):
        if relation.target not in package or relation.kind in _WITHOUT_ROWS:
            continue
        content = package.read(relation.target)
        match relation.kind:
            case "table" | "comments" | "threadedComment" | "pivotTable":
                xml = Xml.read(content, relation.target)
                yield relation.target, xml.content(moved_layout(xml, nodes(xml), moves, is_own=True))
            case "vmlDrawing":
                yield relation.target, _moved_notes(content, moves)
            case "drawing":
                xml = Xml.read(content, relation.target)
                yield relation.target, xml.content(_moved_anchors(xml, moves))
            case kind:
                raise UnclearError(kind)


def _check_tables(package: Package, sheet: str, moves: Moves) -> None:
    """Raise UnclearError for a table that would be left without a row: no program opens such a one."""
    for table in tables_of(package, sheet):
        top = table.area.top + table.header_rows
        bottom = table.area.bottom - table.totals_rows
        is_kept = moves.keeps_all(table.area.top, top - 1) and moves.keeps_all(bottom + 1, table.area.bottom)
        if not is_kept or moves.top(top) > moves.bottom(bottom):
            raise UnclearError(table.name)


def _moved_notes(content: bytes, moves: Moves) -> bytes:
    """Return the boxes of notes: each stands beside its cell, and goes with it."""

    def moved(found: re.Match[bytes]) -> bytes:
        shape = found[0]
        row = _NOTE_ROW.search(shape)
        if row is None:
            return shape
        number = int(row[2]) + 1
        if moves.is_gone(number):
            return b""
        up = number - moves.top(number)
        shape = _NOTE_ROW.sub(b"\\g<1>%d\\g<3>" % (number - 1 - up), shape)
        return _NOTE_PLACE.sub(lambda place: place[1] + _moved_place(place[2], up) + place[3], shape)

    return _NOTE.sub(moved, content)


def _moved_place(written: bytes, up: int) -> bytes:
    """Return the edges of a box (column, offset, row, offset, twice), so many rows further up."""
    edges = written.split(b",")
    if len(edges) != 8 or not all(edge.strip().lstrip(b"-").isdigit() for edge in edges):
        raise UnclearError("note")
    for at in (2, 6):
        edges[at] = b" %d" % max(0, int(edges[at]) - up)
    return b",".join(edges)


def _moved_anchors(xml: Xml, moves: Moves) -> list[Splice]:
    """Return the changes to the places of pictures and charts: they move up as a whole and keep their size."""
    changes = []
    found = nodes(xml)
    for first in (node for node in found if node.name == b"from"):
        row = _number_in(xml, found, first)
        up = row + 1 - moves.top(row + 1)
        for corner in (node for node in found if node.parent is first.parent and node.name in _ANCHORS):
            for inner in children(found, corner, b"row"):
                new = max(0, _number_in(xml, found, corner) - up)
                changes.append(Splice(inner.tag_end, inner.close, b"%d" % new))
    return changes


def _number_in(xml: Xml, found: list[Node], corner: Node) -> int:
    for node in children(found, corner, b"row"):
        written = unescape(xml.raw[node.tag_end : node.close]).strip()
        if written.isdecimal():
            return int(written)
    raise UnclearError("drawing")


def moved_workbook_parts(package: Package, sheet: str, moves: Moves) -> Moved:
    """Yield the parts of charts, pivots and other sheets' tables that refer to the sheet which loses rows."""
    own = {relation.target for relation in relations(package, sheet)}
    for part in package.names():
        if part in own or not _ELSEWHERE.match(part) or not part.lower().endswith(".xml"):
            continue
        xml = Xml.read(package.read(part), part)
        found = nodes(xml)
        changes = [change for node in found for change in _moved_source(xml, node, moves)]
        yield part, xml.content(changes)


def _moved_source(xml: Xml, node: Node, moves: Moves) -> list[Splice]:
    given = node.attributes()
    if node.name == b"worksheetSource" and given.get(b"sheet", "").casefold() == moves.title.casefold():
        place = area(given.get(b"ref", ""))
        left = moves.name(given[b"ref"]) if place else None
        if b"ref" in given and left is None:
            raise UnclearError(given[b"ref"])
        return [node.with_tag({b"ref": left.encode()})] if left else []
    if node.name in {b"f", b"calculatedColumnFormula", b"totalsRowFormula"} and not node.is_empty():
        written = unescape(xml.raw[node.tag_end : node.close])
        moved = moved_formula(written, moves, is_own=False)
        return [Splice(node.tag_end, node.close, escape(moved))] if moved != written else []
    return []
