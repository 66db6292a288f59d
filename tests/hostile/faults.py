"""What can happen to a file of the inbox between looking and reading: it strikes at the moment the file is opened."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

# The file it happens to.
STRUCK = "odd.csv"


def _vanish(path: Path) -> None:
    path.unlink()


def _grow(path: Path) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND), "wb") as file:
        file.write(b"X-2,")


def _shrink(path: Path) -> None:
    os.truncate(path, 5)


def _become_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _be_forbidden(path: Path) -> None:
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


def _fail(path: Path) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))


FAULTS: dict[str, Callable[[Path], None]] = {
    "vanishes": _vanish,
    "grows": _grow,
    "shrinks": _shrink,
    "becomes_a_folder": _become_a_folder,
    "forbidden": _be_forbidden,
    "disk_fails": _fail,
}


def strike(name: str) -> None:
    """Let a fault happen, once, when the struck file is opened for reading."""
    if not name:
        return
    waiting = [FAULTS[name]]

    def on_event(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and waiting and str(arguments[0]).endswith(f"/{STRUCK}"):
            waiting.pop()(Path(str(arguments[0])))

    sys.addaudithook(on_event)
