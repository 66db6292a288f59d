"""How figures are taken: a few repeats, best and median; other programs as child processes."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
_ENOUGH_S = 8
# A process of its own that measures another one: what a child takes over from a large parent would count as its own.
_WATCH = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@dataclass(frozen=True)
class Times:
    """Processor seconds of several repeats of the same work; what else the machine does meanwhile hardly counts."""

    seconds: tuple[float, ...]

    @property
    def best(self) -> float:
        """The least disturbed repeat."""
        return min(self.seconds)

    @property
    def median(self) -> float:
        """The usual repeat."""
        return statistics.median(self.seconds)

    def __str__(self) -> str:
        return f"{_spoken(self.best)} / {_spoken(self.median)}"


@dataclass(frozen=True)
class Line:
    """One line of the table.

    Attributes:
        what: What was measured.
        own: Daicho's figure.
        peer: What it is compared with, and its figure.
        ratio: How the two stand to each other, ``-`` where nothing is compared.
        goal: What was set as the goal.
        reached: None where there is no goal.
    """

    what: str
    own: str
    peer: str = "-"
    ratio: str = "-"
    goal: str = "-"
    reached: bool | None = None


def timed(work: Callable[[T], object], repeats: int, prepare: Callable[[], T]) -> Times:
    """Return how long ``work`` takes on something prepared anew, and not measured, for every repeat.

    What takes long is repeated less: no repeat begins once ``_ENOUGH_S`` seconds are spent.
    """
    seconds: list[float] = []
    while len(seconds) < repeats and sum(seconds) < _ENOUGH_S:
        made = prepare()
        start = _spent()
        work(made)
        seconds.append(_spent() - start)
    return Times(tuple(seconds))


def faster(what: str, own: Times, peer_name: str, peer: Times, goal: float) -> Line:
    """Return the line of a race that Daicho should win ``goal`` times over, best against best."""
    ratio = peer.best / own.best
    return Line(
        what, str(own), f"{peer_name}: {peer}", f"{ratio:.1f} x faster", f">= {goal:g} x", ratio >= goal
    )


def children(arguments: Sequence[str], repeats: int) -> Times:
    """Return how long Python takes with these arguments from start to end; a first, uncounted start compiles."""
    _python(*arguments)
    return timed(lambda _: _python(*arguments), repeats, lambda: None)


def peak_mib(*arguments: str) -> float:
    """Return the peak memory of Python with these arguments."""
    peak = float(_python("-c", _WATCH, sys.executable, *arguments))
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _python(*arguments: str) -> str:
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(
        [sys.executable, *arguments], check=True, capture_output=True, text=True, env=usual
    ).stdout


def _spent() -> float:
    """Return the processor seconds of this process and of its finished children, the system's work included."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def _spoken(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"
