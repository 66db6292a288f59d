"""The command line: many mails on all cores, one seed with its whole history, and what each mechanism is good for."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from time import process_time

from .ablations import ABLATIONS, Variant
from .rivals import RIVALS
from .world import Result, World

MAILS, _FEW = 500, 120
# So many histories between two lines that say how far it is.
_OFTEN = 10
_COLUMNS = {
    "duplicate": "duplicates",
    "lost": "lost",
    "wrong address": "wrong address",
    "after a stop": "after a stop",
}


def main() -> None:
    """Run what is asked for; exit 1 when a promise is broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.mail_simulation", description=__doc__)
    parser.add_argument("--mails", type=int, default=10_000, help="how many, in histories of 500")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seed", type=int, help="one seed")
    parser.add_argument("--trace", action="store_true", help="tell the history of that seed")
    parser.add_argument("--no-lookup", action="store_true", help="without a folder of sent mails")
    parser.add_argument("--ablate", action="store_true", help="take each mechanism away in turn")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at the same time")
    options = parser.parse_args()
    if options.seed is not None:
        sys.exit(_one(options))
    if options.ablate:
        sys.exit(_ablate())
    sys.exit(_many(options))


def history(seed: int, mails: int = MAILS, *, lookup: bool = True) -> Result:
    """Return what comes of a seed with the product."""
    return (World(seed, mails) if lookup else World(seed, mails, folder=None)).product()


def told(result: Result, most: int = 5) -> str:
    """Return what a history broke, and the command that shows it."""
    broken = [f"  {one.promise}: mail {one.mail}, {one.said}" for one in result.broken[:most]]
    again = f"  python -m tests.mail_simulation --seed {result.seed} --trace"
    return "\n".join([f"seed {result.seed}", *broken, again])


def first_broken(variant: Variant) -> str | None:
    """Return the first promise that breaks without a mechanism; None when all are kept."""
    for seed in range(variant.seeds):
        result = World(seed, _FEW, rates=variant.rates, folder=variant.folder, variant=variant).product()
        if result.broken:
            one = min(result.broken, key=lambda one: _PROMISES.index(one.promise))
            return f"seed {seed}: {one.promise}: {one.said}"
    return None


def _one(options: argparse.Namespace) -> int:
    result = history(options.seed, lookup=not options.no_lookup)
    if options.trace:
        print("\n".join(result.events))
    print("\n".join(f"{name:40}{count}" for name, count in sorted(result.counts.items())))
    if result.broken:
        print(told(result, most=50))
    return bool(result.broken)


def _many(options: argparse.Namespace) -> int:
    seeds = range(options.first, options.first + -(-options.mails // MAILS))
    jobs = {"daicho": partial(_timed, lookup=not options.no_lookup)}
    jobs |= {name: partial(_rival, name) for name in RIVALS}
    totals = {}
    with ProcessPoolExecutor(options.jobs) as pool:
        for name, job in jobs.items():
            totals[name] = _summed(name, pool.map(job, seeds))
    _print_table(totals)
    print()
    for name, count in sorted(totals["daicho"].items()):
        print(f"  {name:40}{count}")
    return any(totals["daicho"][f"broken {promise}"] for promise in _PROMISES)


_PROMISES = (*_COLUMNS, "not claimed", "wrong state", "held", "bug")


def _timed(seed: int, *, lookup: bool) -> Result:
    before = process_time()
    result = history(seed, lookup=lookup)
    result.counts["CPU ms"] = round((process_time() - before) * 1000)
    result.events.clear()
    return result


def _rival(name: str, seed: int) -> Result:
    result = World(seed, MAILS).rival(name)
    result.events.clear()
    return result


def _summed(name: str, results: Iterable[Result]) -> Counter[str]:
    total: Counter[str] = Counter()
    for count, result in enumerate(results, 1):
        total.update(result.counts)
        total.update(f"broken {one.promise}" for one in result.broken)
        if name == "daicho" and result.broken:
            print(told(result), flush=True)
        if count % _OFTEN == 0:
            print(*_row(name, total), file=sys.stderr, flush=True)
    return total


def _print_table(totals: dict[str, Counter[str]]) -> None:
    head = ("", "mails", "sent", *_COLUMNS.values(), "held or unknown, shown")
    _print_row(head)
    for name, total in totals.items():
        _print_row(_row(name, total))


def _row(name: str, total: Counter[str]) -> tuple[object, ...]:
    held = total["state held"] + total["state unknown"]
    broken = (total[f"broken {promise}"] for promise in _COLUMNS)
    return name, total["mails"], total["taken"], *broken, held if name == "daicho" else "-"


def _print_row(cells: Sequence[object]) -> None:
    first, *others = cells
    print(f"{first!s:18}" + "".join(f"{cell!s:>{max(10, len(str(cell)) + 3)}}" for cell in others))


def _ablate() -> int:
    kept = 0
    for variant in ABLATIONS:
        found = first_broken(variant)
        kept += found is None
        print(f"without {variant.name:44}{found or 'NOTHING BREAKS'}", flush=True)
    return kept
