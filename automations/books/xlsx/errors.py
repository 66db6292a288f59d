"""What can stop an edit: the file, the place or the value, each with a stable reason code.

The codes are for the caller, who words them for the person in front of the screen.
"""

from typing import Literal

FileReason = Literal[
    "password-protected",
    "damaged",
    "not-a-workbook",
    "too-large",
    "far-cell",
    "open-elsewhere",
    "read-only",
    "old-format",
    "other-format",
]
PlaceReason = Literal[
    "no-such-sheet",
    "merged-cell",
    "array-formula",
    "data-table",
    "table-heading",
    "table-totals-row",
]
ValueReason = Literal[
    "text-too-long",
    "number-not-finite",
    "number-too-precise",
    "date-out-of-range",
    "time-zone",
    "position-out-of-range",
    "edited-twice",
]


class RefusedError(Exception):
    """Nothing was written. The common ground of the three refusals below."""


class WorkbookRefused(RefusedError):
    """The file as a whole cannot be edited; nothing was written.

    Attributes:
        reason: ``password-protected``, ``damaged``, ``not-a-workbook`` (no spreadsheet at all),
            ``old-format`` (.xls), ``other-format`` (.xlsb, .ods, sheets in UTF-16), ``too-large``,
            ``far-cell`` (something stands so far out in a sheet that reading it would exhaust the machine),
            ``open-elsewhere`` (a person has it open: trying again later helps) or ``read-only``.
        part: The damaged or oversized part inside the file, such as ``xl/workbook.xml``; "" for the file;
            for ``far-cell`` and sheets in UTF-16 the title of the sheet.
        detail: What exactly is wrong, in a few English words for the log; for ``other-format`` the ending
            that the content has, or ``utf-16``; for ``too-large`` the limit that is passed (a field name of
            ``Limits``); for ``far-cell`` the cell.
        user: Who has the workbook open, as the spreadsheet program noted it; "" if unknown.
        found: The size, count or ratio found, for ``too-large``.
        limit: The size, count or ratio allowed, for ``too-large``.
    """

    def __init__(
        self,
        reason: FileReason,
        *,
        part: str = "",
        detail: str = "",
        user: str = "",
        found: int = 0,
        limit: int = 0,
    ) -> None:
        self.reason: FileReason = reason
        self.part = part
        self.detail = detail
        self.user = user
        self.found = found
        self.limit = limit
        super().__init__(": ".join(filter(None, (reason, part, detail, user))))


class EditRefused(RefusedError):
    """One cell cannot be written where it was asked for; nothing was written.

    Attributes:
        reason: ``no-such-sheet``, ``merged-cell`` (not the top left cell of a merge), ``array-formula``,
            ``data-table`` (a what-if table), ``table-heading`` (another name for a column of a table) or
            ``table-totals-row`` (the row would run into the totals of a table; the person can switch the
            totals row off and on again).
        sheet: Title of the sheet as asked for.
        cell: The cell, such as ``C5``; "" when the sheet is missing.
        area: The merge, array, or name of the table that is in the way; "" when the sheet is missing.
    """

    def __init__(self, reason: PlaceReason, *, sheet: str, cell: str = "", area: str = "") -> None:
        self.reason: PlaceReason = reason
        self.sheet = sheet
        self.cell = cell
        self.area = area
        super().__init__(": ".join(filter(None, (reason, sheet, cell, area))))


class ValueRefused(RefusedError, ValueError):
    """One value cannot be kept in a cell without changing it; nothing was written.

    Attributes:
        reason: ``text-too-long`` (over 32,767 UTF-16 units), ``number-not-finite``, ``number-too-precise``
            (an exact number of more than 15 digits, which a spreadsheet would round), ``date-out-of-range``
            (before the workbook's first day), ``time-zone`` (sheets know local times only),
            ``position-out-of-range`` or ``edited-twice``.
        sheet: Title of the sheet.
        cell: The cell, such as ``C5``, or row and column as asked for when there is no such cell.
    """

    def __init__(self, reason: ValueReason, *, sheet: str = "", cell: str = "") -> None:
        self.reason: ValueReason = reason
        self.sheet = sheet
        self.cell = cell
        super().__init__(": ".join(filter(None, (reason, sheet, cell))))
