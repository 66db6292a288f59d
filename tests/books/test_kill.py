"""A run is killed while it commits: at every stage of a commit, and at moments nobody chose.

``DAICHO_KILLS`` says how often; ``make test-kill`` asks for 200.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from failing_disks import WatchedDisk
from killed_run import one_more
from small_ledger import rows_of, workbook_book, workbook_shop

KILLS = int(os.environ.get("DAICHO_KILLS", "20"))
NEVER = "1000000"


def test_killed_at_any_moment_the_ledger_is_whole_and_the_next_run_goes_on(tmp_path: Path):
    shop = workbook_shop(tmp_path)
    stages = _stages(shop.path)
    moments = random.Random(7)  # noqa: S311 - moments to kill at, not secrets
    for kill in range(KILLS):
        stood = _orders(shop.path)
        if kill % 4 == 3:
            said = _killed_after(shop.path, moments.uniform(0, 0.25))
        else:
            said = _killed_at(shop.path, stages[kill % len(stages)])
        _check(shop.path, at_least=max(said, stood))
        assert one_more(workbook_book(shop.path)) == _orders(shop.path)
    assert {path.name for path in tmp_path.iterdir()} == {"台帳.xlsx", ".台帳.xlsx.daicho-lock", "backup"}
    assert len(list((tmp_path / "backup").iterdir())) <= 21


def _stages(path: Path) -> list[tuple[str, str]]:
    """Return every operation of a read and a commit, and the half-finished write."""
    disk = WatchedDisk(lambda _number, _name: None)
    one_more(workbook_book(path, disk=disk))
    writing = str(disk.done.index("write") + 1)
    return [(writing, "halfway"), *((str(number), "before") for number in range(1, len(disk.done) + 2))]


def _killed_at(path: Path, stage: tuple[str, str]) -> int:
    """Return the last order a run said was committed before it died at a stage."""
    run = _start(path, *stage)
    said, _ = run.communicate(timeout=60)
    return _last(said)


def _killed_after(path: Path, seconds: float) -> int:
    run = _start(path, NEVER, "before")
    assert run.stdout is not None
    assert run.stdout.readline() == "ready\n"
    time.sleep(seconds)
    run.kill()
    said, _ = run.communicate(timeout=60)
    return _last(said)


def _start(path: Path, *stage: str) -> subprocess.Popen[str]:
    script = str(Path(__file__).with_name("killed_run.py"))
    return subprocess.Popen(
        [sys.executable, script, str(path), *stage], stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )


def _last(said: str) -> int:
    numbers = [int(line) for line in said.split() if line.isdecimal()]
    return max(numbers, default=0)


def _orders(path: Path) -> int:
    return sum(key.startswith("K") for key in rows_of(workbook_book(path)))


def _check(path: Path, at_least: int) -> None:
    """Check that the workbook is readable, what was said stands, and nothing is there by half."""
    book = workbook_book(path)
    number = _orders(path)
    rows = rows_of(book)
    assert number in {at_least, at_least + 1}
    assert [key for key in rows if key.startswith("K")] == [f"K{place}" for place in range(1, number + 1)]
    assert rows["1001"]["total"] == number
    assert book.read().marks == {f"import:own:K{place}" for place in range(1, number + 1)}
