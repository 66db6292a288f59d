"""A file of a run stands whole, though another run writes the same one at the same moment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from automations.mail.whole_files import write_whole


def _meanwhile(monkeypatch: pytest.MonkeyPatch, path: Path, content: bytes) -> None:
    """Let another run write and move its file while this one flushes its own."""
    real = os.fsync

    def flushed(handle: int) -> None:
        monkeypatch.setattr(os, "fsync", real)
        write_whole(path, content)
        real(handle)

    monkeypatch.setattr(os, "fsync", flushed)


def test_another_run_may_put_the_same_file_there_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "shipping" / "list.html"
    _meanwhile(monkeypatch, path, b"one parcel")
    write_whole(path, b"one parcel")
    assert path.read_bytes() == b"one parcel"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_vanishes_before_it_is_moved_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "list.html"
    monkeypatch.setattr(os, "fsync", lambda _handle: (tmp_path / ".list.html.part").unlink())
    with pytest.raises(FileNotFoundError):
        write_whole(path, b"one parcel")
    assert not path.exists()
