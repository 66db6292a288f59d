"""The few file operations of a commit, in one place, so that each can be made to fail in a test."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from automations.books.xlsx.locks import refuse_open

_STALE_LOCK_HOURS = 24
# File systems that cannot do an operation say so with one of these.
_CANNOT = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EACCES})


class Disk:
    """A disk as the system gives it. Every method may raise ``OSError``."""

    def read(self, path: Path) -> bytes:
        """Return the content of a file."""
        return path.read_bytes()

    def refuse_open(self, path: Path) -> None:
        """Refuse a workbook that a person has open, or that is read-only (``WorkbookRefused``)."""
        refuse_open(path, _STALE_LOCK_HOURS)

    def write(self, path: Path, content: bytes, like: Path | None = None) -> None:
        """Write a new file and bring it safely onto the disk, with the permissions of ``like``."""
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if like is not None:
            shutil.copymode(like, path)

    def link(self, present: Path, second: Path) -> None:
        """Give a file a second name; where that cannot be done, make a copy."""
        second.parent.mkdir(exist_ok=True)
        try:
            self.hard_link(present, second)
        except OSError:
            part = second.with_name(f"{second.name}.part")
            self.write(part, present.read_bytes())
            part.replace(second)

    def hard_link(self, present: Path, second: Path) -> None:
        """Give a file a second name; not every file system can."""
        second.hardlink_to(present)

    def replace(self, new: Path, old: Path) -> None:
        """Put a file in the place of another in one step."""
        new.replace(old)

    def remove(self, path: Path) -> None:
        """Remove a file if it is there."""
        path.unlink(missing_ok=True)

    def names(self, folder: Path) -> Iterable[str]:
        """Return the names in a folder; none if there is no such folder."""
        return [entry.name for entry in folder.iterdir()] if folder.is_dir() else []

    def sync_folder(self, folder: Path) -> None:
        """Bring new and changed names in a folder safely onto the disk, where the system has that."""
        if sys.platform == "win32":
            return
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        except OSError as error:
            if error.errno not in _CANNOT:
                raise
        finally:
            os.close(number)
