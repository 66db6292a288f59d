"""Find out whether a person has the workbook open."""

import errno
import time
from collections.abc import Callable
from contextlib import suppress
from os import W_OK, access
from pathlib import Path

from .errors import FileReason, WorkbookRefused

_HOUR_S = 3600
_NAME_AT = 55


def append_nothing(path: Path) -> None:
    """Open a file for writing and close it again, unchanged."""
    with path.open("r+b"):
        pass


def refuse_open(path: Path, stale_hours: int, try_to_append: Callable[[Path], None] = append_nothing) -> None:
    """Refuse a workbook that a spreadsheet program has open.

    Where the system locks open files (Windows, its network shares) opening for writing fails, whatever lies
    beside the workbook. Elsewhere only the small lock file beside it tells. A crashed program leaves that
    behind, so it counts for ``stale_hours`` from when it was made; ``detail`` names it, for a person who
    knows that nobody has the workbook open and may delete it.

    Raises:
        WorkbookRefused: ``open-elsewhere`` with the user if known, ``read-only``.
        OSError: The workbook is not there.
    """
    beside = [found for place in {path, path.resolve()} for found in _lock_files(place)]
    user = next(filter(None, map(_user, beside)), "")
    try:
        try_to_append(path)
    except PermissionError as error:
        reason: FileReason = "open-elsewhere" if access(path, W_OK) else "read-only"
        raise WorkbookRefused(reason, user=user) from error
    except OSError as error:
        if error.errno == errno.EROFS:
            raise WorkbookRefused("read-only") from error
        raise
    for lock in beside:
        if _is_fresh(lock, stale_hours):
            raise WorkbookRefused("open-elsewhere", detail=lock.name, user=_user(lock))


def _lock_files(path: Path) -> list[Path]:
    names = (f"~${path.name}", f".~lock.{path.name}#")
    return [lock for name in names if (lock := path.with_name(name)).is_file()]


def _is_fresh(lock: Path, stale_hours: int) -> bool:
    try:
        return abs(time.time() - lock.stat().st_mtime) < stale_hours * _HOUR_S
    except FileNotFoundError:
        return False


def _user(lock: Path) -> str:
    """Return the name of the person as the program noted it; "" if it is not legible."""
    noted = b""
    with suppress(OSError):
        noted = lock.read_bytes()[:4096]
    return _libre_user(noted) if lock.name.startswith(".") else _excel_user(noted)


def _excel_user(noted: bytes) -> str:
    """Read the name twice noted: in the local code page, then with its length in UTF-16.

    Source: LibreOffice's reader of these files (svl, msdocumentlockfile.cxx).
    """
    length = int.from_bytes(noted[_NAME_AT : _NAME_AT + 2], "little")
    name = noted[_NAME_AT + 2 : _NAME_AT + 2 + 2 * length]
    return name.decode("utf-16-le", errors="ignore").strip("\0 ")


def _libre_user(noted: bytes) -> str:
    fields = noted.decode(errors="replace").split(",")
    return next((field.strip() for field in fields[:2] if field.strip()), "")
