"""The whole run: read, check, allocate, batch, queue and write mails, write in place; and its peak memory."""

from __future__ import annotations

import shutil
from pathlib import Path

import generate
import tutorial_script
from measure import Line, faster, peak_mib, timed

from automations.app.runner import Outcome, open_shop
from automations.app.runner import run as run_shop
from automations.core.snapshot import Sheet

_GOAL = 6
_DAICHO = "from automations.app.cli import main; main()"


def race(shop: Path, lines: int, repeats: int, peer_repeats: int) -> list[Line]:
    """Return the lines about the run: time and peak memory against the tutorial's script."""
    outcomes: list[Outcome] = []
    ours, theirs = shop.with_name("ours"), shop.with_name("theirs")
    own = timed(
        lambda folder: outcomes.append(run_shop(folder, now=generate.NOW)), repeats, lambda: _copy(shop, ours)
    )
    peer = timed(
        lambda folder: tutorial_script.run(folder, generate.NOW), peer_repeats, lambda: _copy(shop, theirs)
    )
    _refuse_different_work(ours, theirs)
    idle = timed(lambda folder: run_shop(folder, now=generate.NOW), repeats, lambda: ours)
    mails = len(outcomes[-1].delivered.mails)
    what = f"whole run, {lines:,} lines, {mails} mails"
    return [
        faster(what, own, "script", peer, _GOAL),
        Line(f"idle run, {lines:,} lines", str(idle)),
        _memory(shop, lines),
    ]


def _memory(shop: Path, lines: int) -> Line:
    moment = generate.NOW.isoformat()
    ours, theirs = _copy(shop, shop.with_name("ours")), _copy(shop, shop.with_name("theirs"))
    own = peak_mib("-c", _DAICHO, "run", "--shop", str(ours), "--now", moment)
    peer = peak_mib(str(Path(tutorial_script.__file__)), str(theirs), moment)
    return Line(
        f"peak memory, {lines:,} lines",
        f"{own:.0f} MiB",
        f"script: {peer:.0f} MiB",
        f"{peer / own:.1f} x less",
    )


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
