"""Files that are there whole or not at all (safety R12)."""

import os
from pathlib import Path


def write_whole(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Write a file beside its place, flush it, and move it there; ``sync_folder`` then keeps its name.

    A run at the same time may move the unfinished file first: with the same bytes, that is as good.

    Raises:
        OSError: The folder cannot be written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Always under the same name, so that a run that is cut off leaves nothing that the next would not use up.
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with open(unfinished, "wb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _move(unfinished, path, content)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def _move(unfinished: Path, path: Path, content: bytes) -> None:
    try:
        unfinished.replace(path)
    except FileNotFoundError:
        if not path.is_file() or path.read_bytes() != content:
            raise


def sync_folder(folder: Path) -> None:
    """Let the disk keep the names of the files in ``folder``; once after many of them is enough."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
