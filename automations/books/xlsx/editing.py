"""Edit a workbook in place: from the old file's bytes to the new file's bytes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from types import MappingProxyType

from . import styles as style_part
from .calculation import drop_from_chain, full_calculation, has_formulas
from .containers import open_package
from .edits import SheetEdit, Wanted, check_days, wanted
from .main_part import ListedSheet, MainPart
from .markup import Splice, Xml
from .package import Package
from .parts import NewPart, add_part
from .properties import set_properties
from .sheet import Calendar, EditedSheet, edit_sheet
from .styles import Styles
from .tables import tables_of

_NO_PROPERTIES: Mapping[str, str] = MappingProxyType({})
_LAST_ROW = re.compile(rb"[0-9]+(?=\s*\Z)")
_STYLES = NewPart(
    "xl/styles.xml", b"", "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml", "styles"
)


def edit_workbook(
    source: bytes, edits: Sequence[SheetEdit], properties: Mapping[str, str] = _NO_PROPERTIES
) -> bytes:
    """Return the workbook with the new cell values and properties, everything else as it was.

    Only touched rows are rewritten, together with what must follow them: the used range, tables, filters,
    conditional formats and validations that end right above a new row, and the order of calculation. Parts
    that do not change are copied as they are packed. Without any change the source itself comes back.

    Args:
        source: The .xlsx or .xlsm file.
        edits: New values by sheet. Text is kept as text, whatever it begins with. A formula in a touched
            cell gives way to the value. A date in a cell without date format gets one.
        properties: Text properties to set; others stay.

    Raises:
        WorkbookRefused: The file cannot be edited.
        EditRefused: A cell cannot be written there (merged, part of an array formula, totals of a table).
        ValueRefused: A value cannot be kept in a cell as it is.
    """
    package = open_package(source)
    values = wanted(edits)
    book = MainPart.read(package)
    for title, rows in values.items():
        check_days(rows, title, from_1904=book.is_from_1904())
    if values:
        _edit_sheets(package, book, values)
    set_properties(package, properties)
    return package.packed()


def _edit_sheets(package: Package, book: MainPart, values: Mapping[str, Wanted]) -> None:
    part = _styles_part(package, book)
    styles = cache(lambda: _read_styles(package, book, part))
    calendar = Calendar(styles, book.is_from_1904())
    changes: list[Splice] = []
    done: dict[str, EditedSheet] = {}
    for title, rows in values.items():
        sheet = book.sheet(title)
        edited = _written(package, sheet.part, title, rows, calendar)
        changes += _filter_names(book, sheet, edited)
        done[sheet.number] = edited
    if styles.cache_info().currsize:
        package.write(part, styles().content())
    gone = {number: edited.formulas_gone for number, edited in done.items()}
    drop_from_chain(package, book.xml.part, gone)
    changes += _calculation(package, book, done)
    package.write(book.xml.part, book.xml.content(changes))


def _written(package: Package, part: str, title: str, rows: Wanted, calendar: Calendar) -> EditedSheet:
    """Write one sheet and return what is to be known of it, without its content: two large ones fill the memory."""
    xml = Xml.read(package.read(part), part)
    edited = edit_sheet(xml, title, rows, tables_of(package, part), calendar)
    for name, content in ((part, edited.content), *edited.tables.items()):
        package.write(name, content)
    return replace(edited, content=b"", tables={})


def _styles_part(package: Package, book: MainPart) -> str:
    named = [relation.target for relation in book.leads if relation.kind == "styles"]
    return next((part for part in named if part in package), _STYLES.name)


def _read_styles(package: Package, book: MainPart, part: str) -> Styles:
    if part not in package:
        space = next(
            (value for name, value in book.found[0].attributes().items() if value.endswith("/main")), ""
        )
        family = book.leads[0].family if book.leads else ""
        content = (style_part.EMPTY % space).encode()
        new = NewPart(part, content, _STYLES.content_type, f"{family}/{_STYLES.relation_type}")
        add_part(package, book.xml.part, new)
    return Styles(Xml.read(package.read(part), part))


def _filter_names(book: MainPart, sheet: ListedSheet, edited: EditedSheet) -> list[Splice]:
    """Return the changes to the hidden name that repeats the area of a sheet's filter."""
    if edited.filter_rows is None:
        return []
    old, new = (b"%d" % row for row in edited.filter_rows)
    changes = []
    for node in book.found:
        given = node.attributes() if node.name == b"definedName" else {}
        is_filter = given.get(b"name", "").casefold() == "_xlnm._filterdatabase"
        if is_filter and given.get(b"localSheetId") == str(sheet.place):
            last = _LAST_ROW.search(book.xml.raw, node.tag_end, node.close)
            if last and last[0] == old:
                changes.append(Splice(last.start(), last.end(), new))
    return changes


def _calculation(package: Package, book: MainPart, done: Mapping[str, EditedSheet]) -> list[Splice]:
    wish = full_calculation(book.xml, book.found)
    if not wish or any(edited.has_formulas for edited in done.values()):
        return wish
    others = [sheet.part for sheet in book.sheets if sheet.number not in done and sheet.part in package]
    return wish if has_formulas(package, others) else []
