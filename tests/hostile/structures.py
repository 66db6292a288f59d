"""Ledgers that people have turned inside out, made with openpyxl from a sound one."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import openpyxl
from openpyxl import Workbook
from openpyxl.cell.cell import Cell

Make = Callable[[bytes], bytes]


def _book(change: Callable[[Workbook], None]) -> Make:
    def make(source: bytes) -> bytes:
        book = openpyxl.load_workbook(io.BytesIO(source))
        change(book)
        packed = io.BytesIO()
        book.save(packed)
        return packed.getvalue()

    return make


def _twice(book: Workbook) -> None:
    book.copy_worksheet(book["Orders"]).title = "受注"


def _renamed(book: Workbook) -> None:
    book["Orders"].title = "my orders"


def _key_header(book: Workbook) -> None:
    _header(book, "Order no.").value = "something else"


def _header(book: Workbook, text: str) -> Cell:
    return next(cell for cell in book["Orders"][1] if cell.value == text)


def _header_twice(book: Workbook) -> None:
    sheet = book["Orders"]
    sheet.cell(1, sheet.max_column + 1, "Order no.")


def _header_moved(book: Workbook) -> None:
    book["Products"].move_range(f"A1:A{book['Products'].max_row}", cols=60)


def _header_below(book: Workbook) -> None:
    book["Products"].insert_rows(1, 3)


def _hidden(book: Workbook) -> None:
    for row in range(2, 60):
        book["Orders"].row_dimensions[row].hidden = True


def _filtered(book: Workbook) -> None:
    sheet = book["Orders"]
    sheet.auto_filter.ref = sheet.dimensions
    sheet.auto_filter.add_filter_column(0, ["nothing"])


def _merged(book: Workbook) -> None:
    sheet = book["Products"]
    sheet["A20"] = "K-009"
    sheet.merge_cells("A20:A24")


def _wrong_values(book: Workbook) -> None:
    """Fill a row of the orders tab with what no column of it expects."""
    sheet = book["Orders"]
    wrong = (
        "=1/0",
        1e300,
        -1e300,
        "\u202e12\u200b",
        "1.23E+11",
        True,
        "9" * 400,
        "#REF!",
        "a\nb\tc",
        "=cmd|'/c calc'!A0",
    )
    for place in range(1, sheet.max_column + 1):
        sheet.cell(40, place, wrong[place % len(wrong)])


STRUCTURES: Mapping[str, Make] = {
    "tab_missing": _book(lambda book: book.remove(book["Orders"])),
    "tab_twice": _book(_twice),
    "tab_renamed": _book(_renamed),
    "tab_unknown": _book(lambda book: book.create_sheet("Holiday plans")),
    "key_header_renamed": _book(_key_header),
    "header_twice": _book(_header_twice),
    "header_moved": _book(_header_moved),
    "header_below": _book(_header_below),
    "rows_hidden": _book(_hidden),
    "rows_filtered": _book(_filtered),
    "keys_merged": _book(_merged),
    "wrong_values": _book(_wrong_values),
}
