"""What can stop a workbook, in words for the person in front of it."""

from __future__ import annotations

import errno
from pathlib import Path
from zoneinfo import ZoneInfo

from automations.books.backups import backup_of
from automations.books.operations import moment_of
from automations.books.xlsx import EditRefused, RefusedError, ValueRefused, WorkbookRefused
from automations.core.causes import cause_of
from automations.core.errors import DaichoError, LedgerRefused, ServiceError
from automations.core.messages import Message, msg

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NOT_ALLOWED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_SEE_TO_DISK = msg("See to the disk or network drive, then run again; nothing was changed.")
_PUT_BACK = msg("Give that folder another name and put the workbook in its place; nothing was changed.")


def refusal(error: RefusedError, workbook: Path) -> DaichoError:
    """Return what to tell a person when the workbook cannot be read or edited as it is."""
    match error:
        case WorkbookRefused(reason="open-elsewhere"):
            return _open_elsewhere(workbook, error.user)
        case WorkbookRefused(reason="read-only"):
            return _read_only(workbook)
        case WorkbookRefused():
            code, why, fix = _of_file(error, workbook.name)
            return LedgerRefused(code, why, fix, where=workbook.name)
        case EditRefused():
            return _of_place(error)
        case ValueRefused():
            return LedgerRefused(
                "value-not-kept",
                msg(
                    "The value for the cell {cell} of the tab {tab} does not fit into a cell.",
                    cell=error.cell,
                    tab=error.sheet,
                ),
                msg("Correct the amount, number or date it comes from; nothing was changed."),
                where=error.sheet,
            )
    raise error


def failure(error: OSError, workbook: Path) -> ServiceError:
    """Return what to tell a person when the disk or the system says no."""
    if error.errno in _FULL:
        return ServiceError(
            "disk-full",
            msg("There is no room left on the disk for {name}.", name=workbook.name),
            msg("Make room and run again; nothing was changed."),
            where=workbook.name,
        )
    if error.errno in _NOT_ALLOWED:
        return _read_only(workbook)
    return ServiceError(
        "disk-failed",
        msg(
            "The workbook {name} cannot be read or written: {reason}.",
            name=workbook.name,
            reason=cause_of(error),
        ),
        _PUT_BACK if error.errno == errno.EISDIR else _SEE_TO_DISK,
        where=workbook.name,
    )


def missing(workbook: Path) -> LedgerRefused:
    """Return what to tell a person when there is no workbook and no backup of one."""
    return LedgerRefused(
        "workbook-missing",
        msg(
            "There is no workbook {name} in the folder {folder}.",
            name=workbook.name,
            folder=workbook.parent.name,
        ),
        msg("Bring it back under this name, or write its name after 'ledger:' in shop.yaml."),
        where=workbook.name,
    )


def older(workbook: Path, newest: str, zone: ZoneInfo) -> LedgerRefused:
    """Return what to tell a person when a workbook lacks what the operation ``newest`` wrote into it."""
    return LedgerRefused(
        "workbook-older",
        msg(
            "What Daicho wrote into {name} at {moment} is missing: an older version was brought back, or saved "
            "from a window that was still open.",
            name=workbook.name,
            moment=f"{moment_of(newest).astimezone(zone):%Y-%m-%d %H:%M}",
        ),
        msg(
            "See what was shipped and mailed since then. To go on with this version, move {backup} out of the "
            "folder backup and run again; nothing was changed.",
            backup=backup_of(workbook, newest).name,
        ),
        where=workbook.name,
    )


def _open_elsewhere(workbook: Path, user: str) -> ServiceError:
    why = (
        msg("{user} has the workbook {name} open.", user=user, name=workbook.name)
        if user
        else msg("The workbook {name} is open in a spreadsheet program.", name=workbook.name)
    )
    fix = msg("Save and close it, then run again; nothing was changed.")
    return ServiceError("workbook-open", why, fix, where=workbook.name)


def _read_only(workbook: Path) -> ServiceError:
    return ServiceError(
        "workbook-read-only",
        msg("The workbook {name} or its folder may not be written to.", name=workbook.name),
        msg(
            "Allow writing to the folder {folder}, then run again; nothing was changed.",
            folder=workbook.parent.name,
        ),
        where=workbook.name,
    )


def _of_place(error: EditRefused) -> LedgerRefused:
    where = {"cell": error.cell, "tab": error.sheet, "area": error.area}
    match error.reason:
        case "merged-cell":
            return LedgerRefused(
                "cell-blocked",
                msg("The cell {cell} of the tab {tab} lies in the merged cells {area}.", **where),
                msg("Take the merging off there, then run again; nothing was changed."),
                where=error.sheet,
            )
        case "array-formula" | "data-table":
            return LedgerRefused(
                "cell-blocked",
                msg("The cell {cell} of the tab {tab} belongs to the formula that fills {area}.", **where),
                msg("Delete that formula or move it elsewhere, then run again; nothing was changed."),
                where=error.sheet,
            )
        case "table-totals-row":
            return LedgerRefused(
                "cell-blocked",
                msg(
                    "The tab {tab} has the totals row of the table {area} where new rows go ({cell}).",
                    **where,
                ),
                msg("Switch the totals row off (Table Design), run again, and switch it on again."),
                where=error.sheet,
            )
        case "table-heading":
            return LedgerRefused(
                "cell-blocked",
                msg("The cell {cell} of the tab {tab} is a heading of the table {area}.", **where),
                msg("Let the table begin above that row, or turn it back into cells, then run again."),
                where=error.sheet,
            )
        case "no-such-sheet":
            return LedgerRefused(
                "cell-blocked",
                msg("The workbook's list of sheets does not name the tab {tab}.", **where),
                msg("Open the workbook, save it again, then run again; nothing was changed."),
                where=error.sheet,
            )


def _of_file(error: WorkbookRefused, name: str) -> tuple[str, Message, Message]:
    match error.reason:
        case "password-protected":
            return (
                "workbook-password-protected",
                msg("The workbook {name} is protected with a password.", name=name),
                msg("Open it, take the password off and save it."),
            )
        case "other-format" if error.detail == "utf-16":
            return (
                "workbook-not-xlsx",
                msg(
                    "The tab {tab} of {name} is stored in UTF-16, which cannot be read.",
                    tab=error.part,
                    name=name,
                ),
                msg("Open it in a spreadsheet program and save it as .xlsx."),
            )
        case "old-format" | "other-format" | "not-a-workbook":
            return (
                "workbook-not-xlsx",
                msg("The file {name} is not an .xlsx workbook.", name=name),
                msg("Open it in a spreadsheet program and save it as .xlsx."),
            )
        case "far-cell":
            return (
                "workbook-far-cell",
                msg(
                    "In the tab {tab} something stands far away from everything else, in or near the cell {cell}.",
                    tab=error.part,
                    cell=error.detail,
                ),
                msg("Delete the rows and columns out there (Ctrl+End leads to them), save, then run again."),
            )
        case "too-large":
            return (
                "workbook-too-large",
                msg(
                    "The workbook {name} is larger than a ledger can be: {size}.",
                    name=name,
                    size=_size(error),
                ),
                msg("Remove what does not belong into it (pictures, other tables), or archive old rows."),
            )
        case _:
            return (
                "workbook-damaged",
                msg("The workbook {name} is damaged and cannot be read.", name=name),
                msg("Take the newest file from the folder backup; the damaged file was left as it is."),
            )


def _size(error: WorkbookRefused) -> Message:
    match error.detail:
        case "file_bytes":
            return msg("{found} MB, at most {limit}", found=error.found >> 20, limit=error.limit >> 20)
        case "unpacked_bytes":
            return msg(
                "{found} MB unpacked, at most {limit}", found=error.found >> 20, limit=error.limit >> 20
            )
        case "part_bytes":
            return msg(
                "a part of it unpacks to {found} MB, at most {limit}",
                found=error.found >> 20,
                limit=error.limit >> 20,
            )
        case "strings":
            return msg("{found} different texts, at most {limit}", found=error.found, limit=error.limit)
        case "ratio":
            return msg(
                "a part of it unpacks to {found} times its size, at most {limit} times",
                found=error.found,
                limit=error.limit,
            )
        case _:
            return msg("{found} parts, at most {limit}", found=error.found, limit=error.limit)
