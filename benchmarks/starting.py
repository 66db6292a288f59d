"""What it costs to start: the help, and a run that finds nothing to do, over a bare interpreter."""

from __future__ import annotations

from pathlib import Path

import generate
from measure import Line, Times, children

_DAICHO = "from automations.app.cli import main; main()"
_HEAVY = ("pandas", "gspread", "openpyxl", "xlsxwriter")
_TELL = f"""
import sys
from automations.app.cli import main
try:
    main()
finally:
    print(*(name for name in {_HEAVY!r} if name in sys.modules), file=open({{0!r}}, "w"))
"""
_GOAL_HELP_MS, _GOAL_IDLE_MS = 120, 400


def race(idle_shop: Path, lines: int, repeats: int) -> list[Line]:
    """Return the lines about starting; ``idle_shop`` has nothing left to do."""
    ledger = (idle_shop / "ledger.xlsx").read_bytes()
    run = ("run", "--shop", str(idle_shop), "--now", generate.NOW.isoformat())
    bare = children(("-c", "pass"), repeats)
    told = idle_shop.with_name("modules.txt")
    children(("-c", _TELL.format(str(told)), *run), 1)
    heavy = told.read_text(encoding="utf-8").split()
    assert (idle_shop / "ledger.xlsx").read_bytes() == ledger, "something was due, so this is no idle run"
    return [
        _over(bare, "daicho --help", children(("-c", _DAICHO, "--help"), repeats), _GOAL_HELP_MS),
        _over(
            bare, f"idle daicho run, {lines:,} lines", children(("-c", _DAICHO, *run), repeats), _GOAL_IDLE_MS
        ),
        Line("heavy libraries imported by it", ", ".join(heavy) or "none", goal="none", reached=not heavy),
    ]


def _over(bare: Times, what: str, own: Times, goal_ms: int) -> Line:
    over = (own.best - bare.best) * 1000
    return Line(
        what,
        str(own),
        f"bare interpreter: {bare}",
        f"{over:.0f} ms more",
        f"<= {goal_ms} ms",
        over <= goal_ms,
    )
