"""The person of the demo: types values into cells of the ledger, as anybody in the shop does by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from automations.app.configuration import Configuration
from automations.app.demo.sheets import Desk
from automations.app.runner import Shop
from automations.books.xlsx import CellEdit, SheetEdit, edit_workbook
from automations.core.cells import write_cell
from automations.core.reading import row_keys
from automations.core.snapshot import Sheet
from automations.core.values import Cells, Value


@dataclass(frozen=True)
class Typed:
    """What a person types into one row.

    Attributes:
        tab: Id of the tab.
        key: The row's key; ``""`` writes a new row below the others.
        cells: Typed values by column id; they are written as a person sees them, labels for choices.
    """

    tab: str
    key: str
    cells: Cells


def type_in(shop: Shop, *rows: Typed, desk: Desk | None = None) -> None:
    """Write the values into the shop's workbook and save it, or into the spreadsheet; every other cell stays as it is.

    Raises:
        KeyError: There is no such row or column (the demo is wrong, not the shop).
    """
    edits = _edits(rows, shop.book.read().sheets, shop.configuration)
    if desk is not None:
        desk.type_in(edits)
        return
    path = shop.configuration.folder / shop.configuration.ledger
    path.write_bytes(edit_workbook(path.read_bytes(), edits))


def _edits(
    rows: tuple[Typed, ...], sheets: Mapping[str, Sheet], configuration: Configuration
) -> list[SheetEdit]:
    below = {tab: _last_row(sheet) for tab, sheet in sheets.items()}
    edits: list[SheetEdit] = []
    for row in rows:
        sheet = sheets[row.tab]
        if not row.key:
            below[row.tab] += 1
        number = row_keys(sheet, configuration.schema[row.tab])[row.key] if row.key else below[row.tab]
        cells = tuple(
            _cell(row.tab, number, sheet.columns[column], column, value, configuration)
            for column, value in row.cells.items()
        )
        edits.append(SheetEdit(sheet.title, cells))
    return edits


def _last_row(sheet: Sheet) -> int:
    return sheet.rows[-1][0] if sheet.rows else sheet.header_row


def _cell(
    tab: str, number: int, position: int, column: str, value: Value, configuration: Configuration
) -> CellEdit:
    declared = configuration.schema[tab].columns[column]
    return CellEdit(
        number, position, write_cell(declared, value, configuration.language, configuration.currency)
    )
