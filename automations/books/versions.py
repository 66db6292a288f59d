"""A file that is only ever replaced as a whole, with its earlier versions in ``backup`` beside it."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from automations.books import backups, troubles
from automations.books.disk import Disk
from automations.books.operations import day_of
from automations.core.errors import LedgerChanged


def hash_of(content: bytes) -> str:
    """Return what tells two versions of a file apart."""
    return sha256(content).hexdigest()


class VersionedFile:
    """One workbook on the disk. Its lock is held by whoever calls ``install`` or ``bring_back``."""

    def __init__(self, path: Path, disk: Disk) -> None:
        self.path = path
        self._disk = disk
        self._new = path.with_name(f".{path.name}.daicho-new")

    def content(self) -> bytes:
        """Return the file as it is now."""
        return self._disk.read(self.path)

    def install(self, content: bytes, op: str, base_hash: str) -> None:
        """Put new content in the place of the file; the old one becomes the backup of ``op``.

        Raises:
            LedgerChanged: A person saved the file meanwhile; what they saved stands.
            OSError: The disk said no; the file is as it was.
        """
        backup = backups.backup_of(self.path, op)
        try:
            self._prepare(content, backup, base_hash)
            self._disk.replace(self._new, self.path)
        except (OSError, LedgerChanged):
            with suppress(OSError):
                self._disk.remove(backup)
                self._disk.remove(self._new)
            raise
        try:
            self._disk.sync_folder(self.path.parent)
            self._refuse_unless(base_hash, backup)
        except (OSError, LedgerChanged):
            self._disk.replace(backup, self.path)
            self._disk.sync_folder(self.path.parent)
            raise

    def _prepare(self, content: bytes, backup: Path, base_hash: str) -> None:
        self._disk.write(self._new, content, like=self.path)
        self._disk.link(self.path, backup)
        self._disk.sync_folder(backup.parent)
        self._refuse_unless(base_hash, backup, self.path)

    def _refuse_unless(self, base_hash: str, *paths: Path) -> None:
        """Refuse to go on when a person saved: the backup is the same file as the workbook was, by another name."""
        if any(hash_of(self._disk.read(path)) != base_hash for path in paths):
            raise LedgerChanged

    def remove_old_backups(self, op: str) -> None:
        """Keep the newest backups and one a day, as of the commit ``op``. A backup too many does no harm."""
        today = day_of(op)
        if today is None:
            return
        with suppress(OSError):
            for old in backups.no_longer_needed(self._backups(), today):
                self._disk.remove(backups.backup_of(self.path, old))

    def last_backup(self) -> Path:
        """Return the newest backup.

        Raises:
            LedgerRefused: There is none.
        """
        ops = self._backups()
        if not ops:
            raise troubles.missing(self.path)
        return backups.backup_of(self.path, ops[-1])

    def newest_op(self) -> str:
        """Return the last operation that put new content in place, "" if none left a backup.

        A backup with new content still beside it belongs to an operation that was cut off before that.
        """
        ops = self._backups()
        return ops[-1] if ops and not self._new.exists() else ""

    def bring_back(self, backup: Path) -> None:
        """Give a backup the name of the file itself."""
        self._disk.replace(backup, self.path)
        self._disk.sync_folder(self.path.parent)

    def _backups(self) -> tuple[str, ...]:
        return backups.ops_kept(self._disk.names(self.path.with_name(backups.FOLDER)), self.path)
