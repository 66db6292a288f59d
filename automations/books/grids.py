"""The worksheets of an .xlsx file as plain rows of cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO

from automations.books.tabs import Grid
from automations.books.xlsx import WorkbookRefused


class Grids(Mapping[str, Grid]):
    """The worksheets of a workbook by title; each is read when it is asked for.

    Raises:
        WorkbookRefused: ``damaged``, on making it or on asking for a sheet.
    """

    def __init__(self, source: bytes) -> None:
        from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum  # noqa: PLC0415 - only to read

        self._unreadable = CalamineError
        with self._damage():
            self._workbook = CalamineWorkbook.from_filelike(BytesIO(source))
        sheets = self._workbook.sheets_metadata
        self._titles = tuple(sheet.name for sheet in sheets if sheet.typ is SheetTypeEnum.WorkSheet)

    def __getitem__(self, title: str) -> Grid:
        if title not in self._titles:
            raise KeyError(title)
        with self._damage():
            return self._workbook.get_sheet_by_name(title).to_python(skip_empty_area=False)

    def __iter__(self) -> Iterator[str]:
        return iter(self._titles)

    def __len__(self) -> int:
        return len(self._titles)

    @contextmanager
    def _damage(self) -> Iterator[None]:
        try:
            yield
        except self._unreadable as error:
            raise WorkbookRefused("damaged", detail=str(error)) from error
