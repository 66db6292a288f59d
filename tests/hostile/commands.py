"""The real command in a process of its own: limited, measured, and what it said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
# What a hostile file may cost at most: seconds of work, and memory in use at its highest.
CPU_S, PEAK_MB = 5, 512
# Ends a process that asks for much more before it can take the machine with it.
_SPACE_MB = 4_096


@dataclass(frozen=True)
class Ran:
    """How a command ended: exit code (minus the signal that ended it), what it said, what it took."""

    code: int
    out: str
    err: str
    cpu_s: float
    peak_mb: float


class Commands:
    """Runs ``daicho``; all in forks of one process that has loaded it, or each in a process of its own."""

    def __init__(self, folder: Path, *, alone: bool = False) -> None:
        self._folder = folder
        self._temporary = folder / "tmp"
        self._temporary.mkdir()
        self._forks = self._started(alone=alone)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._forks.stdin and self._forks.stdout:
            self._forks.stdin.close()
            self._forks.wait()
            self._forks.stdout.close()

    def daicho(self, *arguments: str, shop: Path, fault: str = "") -> Ran:
        """Run the command in a shop's folder at a fixed moment; ``fault`` names one of ``faults.py``."""
        request = {
            "arguments": arguments,
            "cwd": str(shop),
            "env": self._environment(),
            "out": str(self._folder / "out"),
            "err": str(self._folder / "err"),
            "cpu_s": CPU_S * 3,
            "space_mb": _SPACE_MB,
            "fault": fault,
        }
        answer = self._answer(request)
        said = [(self._folder / name).read_text(encoding="utf-8") for name in ("out", "err")]
        code = os.waitstatus_to_exitcode(answer["status"])
        return Ran(code, said[0], said[1], answer["cpu_s"], answer["peak_kb"] / 1024)

    def bugs(self) -> list[str]:
        """Return the reports of our own bugs that commands have left behind."""
        return [path.read_text(encoding="utf-8") for path in self._temporary.glob("daicho-bug-*")]

    def _environment(self) -> dict[str, str]:
        return {
            "DAICHO_NOW": "2026-11-24T10:00", "DAICHO_SHOP": ".", "TMPDIR": str(self._temporary), "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip

    def _started(self, *, alone: bool) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(HERE / "forks.py"), *(["alone"] if alone else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **self._environment()},
        )

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self._forks.stdin is not None
        assert self._forks.stdout is not None
        self._forks.stdin.write(json.dumps(request) + "\n")
        self._forks.stdin.flush()
        return dict(json.loads(self._forks.stdout.readline()))
