"""One sheet of a new workbook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from automations.books import look
from automations.core.cells import WrittenCell
from automations.core.places.prefectures import PREFECTURES
from automations.core.schema import Column, Tab
from automations.core.values import Cells
from automations.core.wording import Wording

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

# Lists and colours reach this row (counted from 0); those of later rows grow with the records.
_LAST_ROW = 9_999
# What fits on a landscape page and can still be read; wider tabs go on over several pages, in percent.
_PAGE_CHARACTERS = 260
_WIDE_SCALE = 60
_A4 = 9
_INCH = 0.3937

Source = Callable[[tuple[str, ...]], list[str] | str]
"""Where a drop-down list takes its values from."""


class NewSheet:
    """A sheet about to be filled."""

    def __init__(self, workbook: Workbook, sheet: Worksheet, tab: Tab, wording: Wording) -> None:
        self._workbook = workbook
        self._sheet = sheet
        self._tab = tab
        self._wording = wording
        self._language = wording.language
        self._formats: dict[str, Format] = {}

    def fill(self, rows: Sequence[Cells], source: Source) -> None:
        """Write headers and first rows, and give the sheet its lists, colours and page."""
        for at, column in enumerate(self._tab.columns.values()):
            self._set_column(at, column)
            self._write_header(at, column)
            self._offer_choices(at, column, source)
            self._colour(at, column)
        for number, cells in enumerate(rows, 1):
            self._write_row(number, cells)
        self._arrange(len(rows))
        self._set_page()

    def _set_column(self, at: int, column: Column) -> None:
        made = self._workbook.add_format(look.column_look(column, self._wording.currency))
        self._formats[column.id] = made
        self._sheet.set_column(at, at, column.width, made, {"hidden": column.hidden})

    def _write_header(self, at: int, column: Column) -> None:
        made = self._workbook.add_format(look.header_look(column.owner))
        self._sheet.write_string(0, at, column.label.text(self._language), made)
        if column.hidden or self._tab.hidden:
            return
        note = look.header_note(column, self._language)
        box = {
            "author": "Daicho",
            "font_name": look.FONTS[self._language],
            "font_size": 9,
            "width": 230,
            "height": 28 + 18 * sum(1 + len(line) // 20 for line in note.split("\n")),
        }
        self._sheet.write_comment(0, at, note, box)

    def _offer_choices(self, at: int, column: Column, source: Source) -> None:
        values = self._choices(column)
        if column.owner == "robot" or not values:
            return
        rule = {"validate": "list", "source": source(values), "error_type": "warning"}
        self._sheet.data_validation(1, at, _LAST_ROW, at, rule)

    def _choices(self, column: Column) -> tuple[str, ...]:
        match column.type:
            case "choice":
                return tuple(choice.label.text(self._language) for choice in column.choices.values())
            case "prefecture":
                return PREFECTURES
            case "flag":
                return ("TRUE", "FALSE")
            case _:
                return ()

    def _colour(self, at: int, column: Column) -> None:
        for choice in column.choices.values():
            if choice.colour:
                self._colour_where(
                    at,
                    {"type": "cell", "criteria": "==", "value": f'"{choice.label.text(self._language)}"'},
                    {"bg_color": choice.colour},
                )
        if column.id == "errors":
            self._colour_where(at, {"type": "no_blanks"}, look.TROUBLE)

    def _colour_where(self, at: int, rule: Mapping[str, object], shade: Mapping[str, object]) -> None:
        made = self._workbook.add_format(shade)
        self._sheet.conditional_format(1, at, _LAST_ROW, at, {**rule, "format": made})

    def _write_row(self, number: int, cells: Cells) -> None:
        for at, column in enumerate(self._tab.columns.values()):
            value = self._wording.cell(column, cells.get(column.id))
            if value is not None and value != "":
                self._write(number, at, value, self._formats[column.id])

    def _write(self, row: int, at: int, value: WrittenCell, made: Format) -> None:
        match value:
            case bool():
                self._sheet.write_boolean(row, at, value, made)
            case datetime() | date():
                self._sheet.write_datetime(row, at, value, made)
            case str():
                self._sheet.write_string(row, at, value, made)
            case _:
                self._sheet.write_number(row, at, value, made)

    def _arrange(self, rows: int) -> None:
        last = len(self._tab.columns) - 1
        self._sheet.set_default_row(look.ROW_HEIGHT_PX * 0.75)
        self._sheet.set_row_pixels(0, look.HEADER_HEIGHT_PX)
        self._sheet.freeze_panes(1, self._tab.frozen)
        self._sheet.autofilter(0, 0, rows, last)
        self._sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{_LAST_ROW + 1}"})
        has_peoples = any(column.owner != "robot" for column in self._tab.columns.values())
        self._sheet.set_tab_color(look.PEOPLES_TAB if has_peoples else look.ROBOTS_TAB)
        if self._tab.hidden:
            self._sheet.very_hidden()

    def _set_page(self) -> None:
        self._sheet.set_landscape()
        self._sheet.set_paper(_A4)
        self._sheet.set_margins(_INCH, _INCH, 1.5 * _INCH, 1.5 * _INCH)
        if self._shown_width() <= _PAGE_CHARACTERS:
            self._sheet.fit_to_pages(1, 0)
        else:
            self._sheet.set_print_scale(_WIDE_SCALE)
        self._sheet.repeat_rows(0)
        self._sheet.set_footer("&L&A&C&P / &N&R&D")

    def _shown_width(self) -> int:
        return sum(column.width for column in self._tab.columns.values() if not column.hidden)
