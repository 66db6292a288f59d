"""The command line: many seeds on all cores, one seed with its whole history, and what each mechanism is good for."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice

from .books import ABLATIONS, PRODUCT, Variant
from .rivals import RIVALS
from .world import MODES, Result, history

_VARIANTS = {one.name: one for one in (PRODUCT, *ABLATIONS, *RIVALS)}
_CHUNK = 50
# What one finds in the table, by invariant.
_COLUMNS = {
    "I1": "lost edits",
    "I2": "wrong rows",
    "I7": "missed orders",
    "I3": "duplicates",
    "I6": "double allocations",
}


def main() -> None:
    """Run what is asked for; exit 1 when a seed breaks a promise."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", default="0-1999", help="first and last, 0-49999")
    parser.add_argument("--seed", type=int, help="one seed")
    parser.add_argument("--trace", action="store_true", help="tell the history of that seed")
    parser.add_argument("--mode", choices=MODES, default="hostile")
    parser.add_argument("--http", action="store_true", help="over HTTP instead of within the process")
    parser.add_argument("--without", choices=_VARIANTS, default=PRODUCT.name, help="take a mechanism away")
    parser.add_argument("--ablate", action="store_true", help="take each mechanism away in turn")
    parser.add_argument("--compare", action="store_true", help="set it against the usual scripts")
    options = parser.parse_args()
    if options.seed is not None:
        sys.exit(_one(options))
    if options.ablate:
        sys.exit(_ablate())
    first, last = map(int, options.seeds.split("-"))
    failed = _many(range(first, last + 1), options)
    if options.compare:
        _compare(range(first, min(last, first + 999) + 1), options.mode)
    sys.exit(failed)


def _one(options: argparse.Namespace) -> int:
    result = history(options.seed, options.mode, _VARIANTS[options.without], http=options.http)
    if options.trace:
        print("\n".join(result.events))
    print(told(result, options.mode, options.without))
    return int(bool(result.violations))


def told(result: Result, mode: str, variant: str = PRODUCT.name) -> str:
    """Return what came of a seed, with the command that shows its history."""
    if not result.violations:
        return f"seed {result.seed}: every promise kept"
    broken = "\n".join(f"  {one}" for one in result.violations)
    last = "\n".join(f"  | {event}" for event in result.events[-12:])
    without = "" if variant == PRODUCT.name else f" --without {variant!r}"
    again = f"python -m tests.simulation --seed {result.seed} --mode {mode}{without} --trace"
    return f"seed {result.seed} ({mode}) breaks:\n{broken}\nThe last steps:\n{last}\nShow all of it: {again}"


def _many(seeds: range, options: argparse.Namespace) -> int:
    began = time.monotonic()
    counts: Counter[str] = Counter()
    broken = 0
    for result in played(seeds, options.mode, options.without, http=options.http):
        counts.update(result.counts)
        if result.violations:
            broken += 1
            print(told(result, options.mode, options.without), flush=True)
    seconds = time.monotonic() - began
    print(f"{len(seeds)} seeds, {options.mode}: {broken} broke a promise ({seconds:.0f} s on all cores)")
    print(", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    return int(broken > 0)


def played(
    seeds: Iterable[int], mode: str, variant: str = PRODUCT.name, *, http: bool = False
) -> Iterator[Result]:
    """Yield what comes of each seed, on all cores; histories only of those that break a promise."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        waiting = iter(seeds)
        chunks = iter(lambda: tuple(islice(waiting, _CHUNK)), ())
        jobs = [pool.submit(_chunk, chunk, mode, variant, http) for chunk in chunks]
        for job in jobs:
            yield from job.result()


def _chunk(seeds: tuple[int, ...], mode: str, variant: str, http: bool) -> list[Result]:
    found = [history(seed, mode, _VARIANTS[variant], http=http) for seed in seeds]
    return [one if one.violations else Result(one.seed, (), one.counts) for one in found]


def first_broken(variant: Variant, mode: str = "hostile", most: int = 0) -> Result | None:
    """Return the first seed that breaks a promise without a mechanism, None if none does within its seeds."""
    for seed in range(most or variant.seeds):
        result = history(seed, mode, variant)
        if result.violations:
            return result
    return None


def _ablate() -> int:
    """Print how many seeds break a promise without each mechanism; fail where none does."""
    silent = 0
    for variant in ABLATIONS:
        broken = [one for one in played(range(variant.seeds), "hostile", variant.name) if one.violations]
        kinds = Counter(violation.invariant for one in broken for violation in one.violations)
        what = ", ".join(f"{name} {count}" for name, count in kinds.most_common(4))
        first = f"first {broken[0].seed}" if broken else "NONE"
        print(
            f"without {variant.name:36} {len(broken):6} of {variant.seeds:6} seeds, {first}: {what}",
            flush=True,
        )
        silent += not broken
    return int(silent > 0)


def _compare(seeds: range, mode: str) -> None:
    """Print what the usual ways to write to a sheet do in the same histories."""
    print(f"\nIn {len(seeds)} {mode} histories:")
    print(f"{'':24}" + "".join(f"{name:>20}" for name in ("seeds broken", *_COLUMNS.values())))
    for name in (PRODUCT.name, *(one.name for one in RIVALS)):
        results = [one for one in played(seeds, mode, name) if one.violations]
        counts = Counter(violation.invariant for one in results for violation in one.violations)
        cells = (len(results), *(counts[kind] for kind in _COLUMNS))
        print(f"{name:24}" + "".join(f"{cell:>20}" for cell in cells), flush=True)
