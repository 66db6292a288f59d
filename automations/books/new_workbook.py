"""Make the workbook of a new ledger: every tab with its headers, lists, colours and first rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from automations.books import look
from automations.books.disk import Disk
from automations.books.new_sheet import NewSheet
from automations.books.workbook import LEDGER
from automations.core.schema import Schema
from automations.core.values import Cells
from automations.core.wording import Wording

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet


def write_new_workbook(  # noqa: PLR0913 - what a ledger is made of
    path: Path,
    schema: Schema,
    *,
    language: str,
    currency: str,
    zone: ZoneInfo,
    rows: Mapping[str, Sequence[Cells]],
    ledger_id: str,
) -> None:
    """Write the workbook of a new ledger to ``path``, replacing a file that is there.

    Args:
        path: Where; its folder must exist.
        schema: Tabs in the order they shall stand.
        language: Of headers, notes and lists.
        currency: ISO code; decides the decimal places of money.
        zone: In which moments are shown.
        rows: First rows by tab id, typed as automations know them.
        ledger_id: Part of every seal; new for every ledger.

    Raises:
        OSError: The folder cannot be written to.
    """
    content = BytesIO()
    _fill(content, schema, Wording(language, currency, zone), rows, ledger_id)
    disk = Disk()
    new = path.with_name(f".{path.name}.daicho-new")
    disk.write(new, content.getvalue())
    disk.replace(new, path)
    disk.sync_folder(path.parent)


def _fill(
    content: BytesIO, schema: Schema, wording: Wording, rows: Mapping[str, Sequence[Cells]], ledger_id: str
) -> None:
    import xlsxwriter  # noqa: PLC0415 - only a new ledger needs it

    font = {"font_name": look.FONTS[wording.language], "font_size": look.FONT_SIZE}
    workbook = xlsxwriter.Workbook(
        content,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "default_format_properties": font,
        },
    )
    workbook.set_size(2400, 1400)
    workbook.set_custom_property(LEDGER, ledger_id, "text")
    sheets = {tab.id: workbook.add_worksheet(tab.label.text(wording.language)) for tab in schema.values()}
    lists = Lists(workbook.add_worksheet(look.LISTS.text(wording.language)))
    for tab in schema.values():
        NewSheet(workbook, sheets[tab.id], tab, wording).fill(rows.get(tab.id, ()), lists.source)
    workbook.close()


class Lists:
    """The hidden sheet with the values of long drop-down lists, one list a column."""

    def __init__(self, sheet: Worksheet) -> None:
        self._sheet = sheet
        self._places: dict[tuple[str, ...], str] = {}
        sheet.hide()

    def source(self, values: tuple[str, ...]) -> list[str] | str:
        """Return what a drop-down list takes its values from: themselves, or where they stand if they are long.

        A list inside a validation may have 255 characters with the commas between.
        """
        if len(",".join(values)) <= 255 and not any("," in value for value in values):
            return list(values)
        if values not in self._places:
            self._places[values] = self._write(values)
        return self._places[values]

    def _write(self, values: tuple[str, ...]) -> str:
        from xlsxwriter.utility import xl_range_abs  # noqa: PLC0415 - see above

        column = len(self._places)
        self._sheet.write_column(0, column, values)
        return f"='{self._sheet.get_name()}'!{xl_range_abs(0, column, len(values) - 1, column)}"
