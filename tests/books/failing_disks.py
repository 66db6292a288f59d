"""Disks that fail, or let a person save, at a chosen operation."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path

from automations.books.disk import Disk


class WatchedDisk(Disk):
    """Calls ``before`` with the number (from 1) and the name of each operation about to be done."""

    def __init__(self, before: Callable[[int, str], None]) -> None:
        self._before = before
        self._count = 0
        self.done: list[str] = []

    def _step(self, name: str) -> None:
        self._count += 1
        self._before(self._count, name)
        self.done.append(name)

    def read(self, path: Path) -> bytes:
        self._step("read")
        return super().read(path)

    def refuse_open(self, path: Path) -> None:
        self._step("refuse_open")
        super().refuse_open(path)

    def write(self, path: Path, content: bytes, like: Path | None = None) -> None:
        self._step("write")
        super().write(path, content, like)

    def link(self, present: Path, second: Path) -> None:
        self._step("link")
        super().link(present, second)

    def replace(self, new: Path, old: Path) -> None:
        self._step("replace")
        super().replace(new, old)

    def remove(self, path: Path) -> None:
        self._step("remove")
        super().remove(path)

    def names(self, folder: Path) -> Iterable[str]:
        self._step("names")
        return super().names(folder)

    def sync_folder(self, folder: Path) -> None:
        self._step("sync_folder")
        super().sync_folder(folder)


class DeadlyDisk(WatchedDisk):
    """Kills its own process before the operation ``deadly``, or half-way through it when that is a write."""

    def __init__(self, deadly: int, *, halfway: bool) -> None:
        super().__init__(self._die)
        self._deadly = deadly
        self._halfway = halfway
        self._writing: tuple[Path, bytes] | None = None

    def write(self, path: Path, content: bytes, like: Path | None = None) -> None:
        self._writing = (path, content)
        super().write(path, content, like)

    def _die(self, number: int, name: str) -> None:
        if number != self._deadly:
            return
        if self._halfway and name == "write" and self._writing:
            path, content = self._writing
            path.write_bytes(content[: len(content) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
