"""One table of ratios, all of them measured in this run on generated ledgers: python benchmarks/bench.py [--full]."""

from __future__ import annotations

import argparse
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import allocating
import checking
import editing
import generate
import google_run
import mailing
import starting
import whole_run
from measure import Line

_SIZES = (1_000, 10_000)
_HEADINGS = ("processor time, best / median", "Daicho", "peer", "ratio", "goal", "reached")


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="also 100,000 order lines; takes many minutes")
    parser.add_argument("--repeats", type=int, default=3, help="repeats of Daicho's own work (default 3)")
    chosen = parser.parse_args()
    sizes = (*_SIZES, 100_000) if chosen.full else _SIZES
    print(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    with tempfile.TemporaryDirectory(prefix="daicho-bench-") as folder:
        per_line: dict[int, float] = {}
        lines = [line for size in sizes for line in measured(Path(folder), size, chosen.repeats, per_line)]
    for row in table(lines):
        print(row)


def measured(folder: Path, lines: int, repeats: int, per_line: dict[int, float]) -> Iterator[Line]:
    """Yield the lines about a ledger of this size; most finer comparisons only at 10,000 lines.

    Args:
        folder: For the ledgers.
        lines: Order lines.
        repeats: Of Daicho's own work.
        per_line: What a line of a whole run took in the sizes before; this one is added.
    """
    shop = folder / f"shop-{lines}"
    _tell(f"making a ledger of {lines:,} lines")
    generate.make_shop(shop, lines)
    if lines == _SIZES[0]:
        _tell("starting")
        yield from starting.race(shop, lines, 5 * repeats)
    generate.add_new_orders(shop, lines // 50)
    peer_repeats = max(1, repeats - 1) if lines < 100_000 else 1
    if lines == _SIZES[1]:
        for race in (editing.race, checking.race):
            _tell(race.__module__)
        yield from editing.race(shop, lines, 2 * repeats, peer_repeats)
        yield from checking.race(shop, repeats, repeats)
        _tell("mails")
        yield from mailing.race(shop, repeats)
        _tell("Google")
        yield from google_run.race(folder, lines, repeats)
    if lines > _SIZES[0]:
        _tell("allocating")
        yield from allocating.race(shop, 2 * repeats)
    _tell("whole run")
    yield from whole_run.race(shop, lines, repeats, peer_repeats, per_line)
    shutil.rmtree(shop)


def table(lines: Sequence[Line]) -> Iterator[str]:
    """Yield the table as Markdown."""
    yield ""
    yield f"| {' | '.join(_HEADINGS)} |"
    yield f"|{' --- |' * len(_HEADINGS)}"
    for line in lines:
        reached = {True: "yes", False: "no", None: "-"}[line.reached]
        cells = [line.what, line.own, line.peer, line.ratio, line.goal, reached]
        yield f"| {' | '.join(cells)} |"


def _tell(doing: str) -> None:
    print(f"... {doing}", file=sys.stderr)


if __name__ == "__main__":
    main()
