"""One writer at a time: a lock beside the workbook that the system lets go when its process ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from automations.core.errors import ServiceError
from automations.core.messages import msg

_PAUSE_S = 0.05


@contextmanager
def locked(workbook: Path, patience_s: float) -> Iterator[None]:
    """Hold the lock of a workbook for the length of a ``with`` block.

    Raises:
        ServiceError: Another run still holds it after ``patience_s`` seconds.
        OSError: The folder cannot be written to.
    """
    number = os.open(workbook.with_name(f".{workbook.name}.daicho-lock"), os.O_RDWR | os.O_CREAT, 0o666)
    try:
        until = time.monotonic() + patience_s
        while not _taken(number):
            if time.monotonic() >= until:
                raise _busy(workbook)
            time.sleep(_PAUSE_S)
        yield
    finally:
        os.close(number)


def _taken(number: int) -> bool:
    """Try once to take the lock; closing the file or the end of the process lets it go."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - exists on Windows only

        try:
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl  # noqa: PLC0415 - does not exist on Windows

    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _busy(workbook: Path) -> ServiceError:
    return ServiceError(
        "ledger-busy",
        msg("Another run is writing to {name} right now.", name=workbook.name),
        msg("Wait until it has finished, then run again."),
        where=workbook.name,
    )
