"""The tables of a sheet (the banded ones with a name), which grow when rows are written below them."""

from dataclasses import dataclass

from .edits import Wanted
from .errors import EditRefused
from .markup import Node, Splice, Xml, children, nodes
from .package import Package
from .parts import related
from .references import Area, area, cell_name, with_bottom


@dataclass(frozen=True)
class Table:
    """One table: its part, name, area (header and totals included) and the rows of its two ends."""

    xml: Xml
    found: tuple[Node, ...]
    name: str
    area: Area
    header_rows: int
    totals_rows: int

    def with_last_row(self, bottom: int) -> bytes:
        """Return the part with the table and its filter buttons reaching down to another row."""
        root = self.found[0]
        filters = children(self.found, root, b"autoFilter")
        return self.xml.content([_with_last_row(node, self.area, bottom) for node in (root, *filters)])


def _with_last_row(node: Node, known: Area, bottom: int) -> Splice:
    written = node.attributes().get(b"ref", "")
    here = area(written)
    is_same = here is not None and here.bottom == known.bottom
    return node.with_tag({b"ref": with_bottom(written, bottom).encode()} if is_same else {})


def tables_of(package: Package, sheet_part: str) -> list[Table]:
    """Return the tables of a sheet.

    Raises:
        WorkbookRefused: ``damaged`` when a table has no area.
    """
    return [_table(Xml.read(package.read(part), part)) for part in related(package, sheet_part, "table")]


def _table(xml: Xml) -> Table:
    found = nodes(xml)
    given = found[0].attributes()
    place = area(given.get(b"ref", ""))
    if place is None:
        raise xml.damaged("table without area")
    name = given.get(b"displayName", given.get(b"name", ""))
    return Table(
        xml,
        tuple(found),
        name,
        place,
        _count(given, b"headerRowCount", 1),
        _count(given, b"totalsRowCount", 0),
    )


def _count(given: dict[bytes, str], name: bytes, usual: int) -> int:
    written = given.get(name, "")
    return int(written) if written.isdecimal() and len(written) < 8 else usual


def check_headings(tables: list[Table], wanted: Wanted, sheet: str) -> None:
    """Refuse another heading for a column of a table: the table and people's formulas know it by its name.

    Raises:
        EditRefused: ``table-heading``.
    """
    for table in tables:
        row = table.area.top
        names = [node.attributes().get(b"name", "") for node in table.found if node.name == b"tableColumn"]
        for column, value in wanted.get(row, {}).items() if table.header_rows else ():
            place = column - table.area.left
            if 0 <= place <= table.area.right - table.area.left and value not in names[place : place + 1]:
                raise EditRefused("table-heading", sheet=sheet, cell=cell_name(row, column), area=table.name)


def check_totals(tables: list[Table], wanted: Wanted, new_rows: set[int], sheet: str) -> None:
    """Refuse a value in the totals row of a table, and a new row right below it.

    Moving the totals down would move everything else a person put below; a row under the totals would not
    belong to the table. So the person decides.

    Raises:
        EditRefused: ``table-totals-row``.
    """
    for table in tables:
        first = table.area.bottom - table.totals_rows + 1
        for row in range(first, table.area.bottom + 2 if table.totals_rows else first):
            for column, value in wanted.get(row, {}).items():
                is_beside = not table.area.left <= column <= table.area.right
                is_old_row_below = row > table.area.bottom and row not in new_rows
                if value is not None and not is_beside and not is_old_row_below:
                    cell = cell_name(row, column)
                    raise EditRefused("table-totals-row", sheet=sheet, cell=cell, area=table.name)
