"""The whole run: read, check, allocate, batch, queue and write mails, write in place; and its peak memory."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import generate
import tutorial_script
from measure import Line, Times, faster, peak_mib, timed

from automations.app.runner import Outcome, open_shop
from automations.app.runner import run as run_shop
from automations.core.snapshot import Sheet

_GATE, _GOAL = 6, 12
_GOAL_MIB = 1024
# Per line, the largest ledger may cost so many times what one of 10,000 lines does.
_GOAL_GROWTH = 1.2
_COMPARED_LINES, _LARGEST_LINES = 10_000, 100_000
_DAICHO = "from automations.app.cli import main; main()"


def race(shop: Path, lines: int, repeats: int, peer_repeats: int, per_line: dict[int, float]) -> list[Line]:
    """Return the lines about the run: time and peak memory against the tutorial's script.

    The script is left out at 100,000 lines: one run of it takes many minutes and several gigabytes.

    Args:
        shop: With new orders in it; it stays as it is.
        lines: Order lines in its ledger.
        repeats: Of Daicho's run.
        peer_repeats: Of the script's.
        per_line: Seconds a line of the sizes measured before; this one is added.
    """
    outcomes: list[Outcome] = []
    ours = shop.with_name("ours")
    own = timed(
        lambda folder: outcomes.append(run_shop(folder, now=generate.NOW)), repeats, lambda: _copy(shop, ours)
    )
    per_line[lines] = own.best / lines
    what = f"whole run, {lines:,} lines, {len(outcomes[-1].delivered.mails)} mails"
    first = (
        [Line(what, str(own)), *_growth(per_line)]
        if lines >= _LARGEST_LINES
        else [_against_script(what, own, shop, peer_repeats)]
    )
    idle = timed(lambda folder: outcomes.append(run_shop(folder, now=generate.NOW)), repeats, lambda: ours)
    assert outcomes[-1].plan.is_empty, "something was due, so this is no idle run"
    return [*first, Line(f"idle run, {lines:,} lines", str(idle)), _memory(shop, lines)]


def _against_script(what: str, own: Times, shop: Path, repeats: int) -> Line:
    theirs = shop.with_name("theirs")
    peer = timed(
        lambda folder: tutorial_script.run(folder, generate.NOW), repeats, lambda: _copy(shop, theirs)
    )
    _refuse_different_work(shop.with_name("ours"), theirs)
    line = faster(what, own, "script", peer, _GATE)
    return replace(line, goal=f"{line.goal}, better {_GOAL} x")


def _growth(per_line: dict[int, float]) -> list[Line]:
    if _COMPARED_LINES not in per_line:
        return []
    large, small = per_line[_LARGEST_LINES], per_line[_COMPARED_LINES]
    return [
        Line(
            f"time per line, {_LARGEST_LINES:,} lines",
            f"{large * 1e6:.0f} µs",
            f"{_COMPARED_LINES:,} lines: {small * 1e6:.0f} µs",
            f"{large / small:.2f} x",
            f"<= {_GOAL_GROWTH:g} x",
            large / small <= _GOAL_GROWTH,
        )
    ]


def _memory(shop: Path, lines: int) -> Line:
    moment = generate.NOW.isoformat()
    own = peak_mib("-c", _DAICHO, "run", "--shop", str(_copy(shop, shop.with_name("ours"))), "--now", moment)
    what = f"peak memory, {lines:,} lines"
    if lines >= _LARGEST_LINES:
        return Line(what, f"{own:.0f} MiB", goal=f"< {_GOAL_MIB} MiB", reached=own < _GOAL_MIB)
    theirs = _copy(shop, shop.with_name("theirs"))
    peer = peak_mib(str(Path(tutorial_script.__file__)), str(theirs), moment)
    return Line(what, f"{own:.0f} MiB", f"script: {peer:.0f} MiB", f"{peer / own:.1f} x less")


def _copy(shop: Path, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    return shutil.copytree(shop, folder)


def _refuse_different_work(ours: Path, theirs: Path) -> None:
    """Make sure that both did the same: statuses, reserved units, parcels and mails.

    Raises:
        AssertionError: They did not, so comparing their times would say nothing.
    """
    own, peer = open_shop(ours).book.read().sheets, open_shop(theirs).book.read().sheets
    for tab, column in (("orders", "status"), ("order_lines", "allocated_qty")):
        assert _by_key(own[tab], column) == _by_key(peer[tab], column), f"{tab}.{column}"
    for tab in ("shipments", "mails"):
        assert len(own[tab].rows) == len(peer[tab].rows), tab
    assert len(list((ours / "outbox").iterdir())) == len(list((theirs / "outbox").iterdir()))


def _by_key(sheet: Sheet, column: str) -> dict[object, object]:
    key, value = min(sheet.columns.values()), sheet.columns[column]
    return {cells[key - 1]: cells[value - 1] or None for _, cells in sheet.rows}
