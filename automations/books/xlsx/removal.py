"""Take whole rows out of sheets: rows below move up, and all that points to them follows."""

from collections.abc import Collection, Mapping

from .calculation import full_calculation, has_formulas
from .containers import open_package
from .edits import CellEdit, SheetEdit
from .errors import WorkbookRefused
from .main_part import ListedSheet, MainPart
from .markup import Splice, Xml, escape, nodes, unescape, with_attributes
from .moved_parts import moved_sheet_parts, moved_workbook_parts
from .moved_sheet import moved_formulas, moved_layout, moved_rows
from .moves import Moves, UnclearError, moved_formula
from .package import Package
from .parts import related, remove_part
from .rows import Grid


def remove_rows(source: bytes, rows: Mapping[str, Collection[int]]) -> tuple[bytes, frozenset[str]]:
    """Return the workbook without these rows, and the titles of the sheets where they could only be emptied.

    Rows below move up, with everything on the sheet and every formula, name, chart and pivot of the workbook that
    points to them. Where something points to a row that goes, or in a way that cannot be followed, the rows of that
    sheet are emptied and hidden instead, so that nothing of what people made breaks.

    Raises:
        WorkbookRefused: The file cannot be edited.
        EditRefused: A row to be emptied holds a part of an array formula.
    """
    emptied = {}
    for title, numbers in rows.items():
        try:
            source = _without_rows(source, Moves.of(title, numbers))
        except (UnclearError, WorkbookRefused):
            emptied[title] = numbers
    for title, numbers in emptied.items():
        source = _with_blank_rows(source, title, numbers)
    return source, frozenset(emptied)


def _without_rows(source: bytes, moves: Moves) -> bytes:
    package = open_package(source)
    book = MainPart.read(package)
    sheet = book.sheet(moves.title)
    moves = Moves(sheet.title, moves.removed)
    _move_sheet(package, sheet, moves)
    for part in moved_sheet_parts(package, sheet.part, moves):
        package.write(*part)
    for other in book.sheets:
        if other.part != sheet.part:
            _move_other_sheet(package, other, moves)
    for part in moved_workbook_parts(package, sheet.part, moves):
        package.write(*part)
    _move_names(package, book, moves)
    return package.packed()


def _move_sheet(package: Package, sheet: ListedSheet, moves: Moves) -> None:
    grid = Grid.read(Xml.read(package.read(sheet.part), sheet.part))
    if grid.has_formulas:
        grid = Grid.read(grid.xml.spliced(moved_formulas(grid, moves, is_own=True)))
    layout = nodes(grid.xml, without=grid.inner)
    splices = [*moved_rows(grid, moves), *moved_layout(grid.xml, layout, moves, is_own=True)]
    package.write(sheet.part, grid.xml.content(splices))


def _move_other_sheet(package: Package, sheet: ListedSheet, moves: Moves) -> None:
    content = package.read(sheet.part)
    if b"!" not in content and b"\0!" not in content:
        return
    grid = Grid.read(Xml.read(content, sheet.part))
    splices = moved_formulas(grid, moves, is_own=False) if grid.has_formulas else []
    layout = nodes(grid.xml, without=grid.inner)
    splices += moved_layout(grid.xml, layout, moves, is_own=False)
    package.write(sheet.part, grid.xml.content(splices))


def _move_names(package: Package, book: MainPart, moves: Moves) -> None:
    """Let names follow, and have everything calculated anew: the chain of formulas is made again on opening."""
    splices: list[Splice] = []
    for node in book.found:
        if node.name == b"definedName":
            written = unescape(book.xml.raw[node.tag_end : node.close])
            moved = moved_formula(written, moves, is_own=False)
            if moved != written:
                splices.append(Splice(node.tag_end, node.close, escape(moved)))
    sheets = [sheet.part for sheet in book.sheets if sheet.part in package]
    if has_formulas(package, sheets):
        splices += full_calculation(book.xml, book.found)
        for part in related(package, book.xml.part, "calcChain"):
            remove_part(package, book.xml.part, part)
    package.write(book.xml.part, book.xml.content(splices))


def _with_blank_rows(source: bytes, title: str, numbers: Collection[int]) -> bytes:
    """Return the workbook with these rows emptied and hidden; a later value in one of them shows it again."""
    from .editing import edit_workbook  # noqa: PLC0415 - it makes use of much that is not needed otherwise

    grid, _ = _grid_of(source, title)
    rows = [row for number in sorted(set(numbers)) if (row := grid.row(number))]
    blank = [
        CellEdit(row.number, column, None) for row in rows for column in sorted(grid.valued_columns(row))
    ]
    source = edit_workbook(source, [SheetEdit(title, tuple(blank))])
    grid, package = _grid_of(source, title)
    splices = []
    for row in (row for number in sorted(set(numbers)) if (row := grid.row(number))):
        tag = with_attributes(row.tag, {b"hidden": b"1"})
        splices.append(Splice(row.start, row.limit, b"<%srow%s%s/>" % (grid.prefix, row.name, tag)))
    package.write(grid.xml.part, grid.xml.content(splices))
    return package.packed()


def _grid_of(source: bytes, title: str) -> tuple[Grid, Package]:
    package = open_package(source)
    part = MainPart.read(package).sheet(title).part
    return Grid.read(Xml.read(package.read(part), part)), package
