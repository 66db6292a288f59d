"""A year of a busy shop: the ledger must stay small, and a run as quick as at the beginning.

Orders arrive as files and go their whole way: people confirm money, clear what is held, answer shipping files with
labels and tick parcels that arrived; a few are called off or come back. The archive takes the old ones away. At the
first archiving of a full working set and at the end, a copy of the shop gets the file of one morning, and the run
over it and one in which nothing is due are timed in processor seconds.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from time import process_time

from year_shop import BusyShop, at

from automations.app.archives import archive_book, archive_names, path_of
from automations.app.archiving import archive_shop
from automations.app.runner import open_shop, run, typed
from automations.core.stock.shelf import on_hand

_FIRST = date(2026, 1, 5)
_GOAL = 1.3
# From the order until it is posted, about.
_LIFE = 14
_REPEATS = 3
_TOLD = (
    "orders", "order_lines", "shipments", "holds", "mails", "movements", "batches", "customers", "runs", "journal",
)  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """The ledger at one moment, and what a run over it costs: one in which nothing is due, one with a morning's file."""

    day: date
    rows: Mapping[str, int]
    file_bytes: int
    idle_s: float
    run_s: float


@dataclass(frozen=True)
class Span:
    """How a year is simulated.

    Attributes:
        orders_a_day: New orders on each day.
        days: How long it lasts.
        round_days: Days whose orders are worked through together; 1 is a shop that works every day.
        archive_days: How often the archive takes the old orders.
        after_days: Setting of the shop.
    """

    orders_a_day: int = 300
    days: int = 365
    round_days: int = 1
    archive_days: int = 28
    after_days: int = 30


@dataclass
class Year:
    """What came of a year."""

    shop: BusyShop
    measured: list[Measured] = field(default_factory=list)
    work_s: float = 0.0


def simulate(span: Span) -> Year:
    """Return what came of the year; the folder of its shop is gone."""
    with _shop_folder() as folder:
        year = Year(BusyShop(folder, span.orders_a_day))
        year.shop.open(_FIRST, span.after_days)
        print(
            "day         orders" + "".join(f"{tab:>12}" for tab in _TOLD) + "     MB  work s  archive s  MiB"
        )
        for done in range(span.round_days, span.days + span.round_days, span.round_days):
            day = _FIRST + timedelta(days=done)
            archives = done % span.archive_days < span.round_days
            began = process_time()
            for _ in year.shop.work(day, span.round_days, count=archives):
                pass
            year.work_s = process_time() - began
            print(f"{day}: {year.work_s:.1f} s", file=sys.stderr)
            if archives:
                _archived(year, day)
                if not year.measured and done >= span.after_days + _LIFE + span.archive_days:
                    _measure(year, day)
        if not archives:
            _archived(year, day)
        _measure(year, day)
        _check(year, day)
    return year


def _archived(year: Year, day: date) -> None:
    """Let the archive take its part, and print what the ledger holds then."""
    began = process_time()
    archive_shop(open_shop(year.shop.folder), now=at(day, 18))
    seconds = process_time() - began
    rows = _rows(year, day)
    megabytes = (year.shop.folder / "ledger.xlsx").stat().st_size / 1e6
    print(
        f"{day} {year.shop.rows.orders:>7}"
        + "".join(f"{rows[tab]:>12}" for tab in _TOLD)
        + f"{megabytes:>7.2f}{year.work_s:>8.1f}{seconds:>11.1f}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10:>5}",
        flush=True,
    )


def _measure(year: Year, day: date) -> None:
    """Time runs on a copy of the shop; the least of some is what they cost, all else is the machine's other work."""
    tomorrow = day + timedelta(days=1)
    with tempfile.TemporaryDirectory() as name:
        settled = Path(name) / "settled"
        shutil.copytree(year.shop.folder, settled, ignore=shutil.ignore_patterns("archive", "backup", "done"))
        run(settled, now=at(tomorrow, 8))
        idle = min(_seconds(lambda: run(settled, now=at(tomorrow, 8))) for _ in range(_REPEATS))
        year.shop.put_orders(tomorrow, 1, year.shop.orders_a_day, settled)
        busy = []
        for repeat in range(_REPEATS):
            copy = Path(name) / f"busy{repeat}"
            shutil.copytree(settled, copy)
            busy.append(_seconds(lambda copy=copy: run(copy, now=at(tomorrow, 10))))
    size = (year.shop.folder / "ledger.xlsx").stat().st_size
    here = Measured(day, _rows(year, day), size, idle, min(busy))
    year.measured.append(here)
    print(
        f"{day}: an idle run {idle:.2f} s, one with a file of {year.shop.orders_a_day} orders {here.run_s:.2f} s",
        flush=True,
    )


def _rows(year: Year, day: date) -> dict[str, int]:
    return {tab: len(table) for tab, table in year.shop.ledger(day).tables.items()}


def _seconds(work: Callable[[], object]) -> float:
    began = process_time()
    work()
    return process_time() - began


def _check(year: Year, day: date) -> None:
    """Hold what must be true: every order stands in one place, and on hand is what was counted less what has gone."""
    shop = open_shop(year.shop.folder)
    keys = Counter(row.key for row in year.shop.ledger(day)["orders"])
    names = archive_names(shop.configuration)
    for name in names:
        keys.update(
            row.key
            for row in typed(shop, archive_book(shop.configuration, name).read(), at(day, 18))["orders"]
        )
    sizes = [path_of(shop.configuration, name).stat().st_size for name in names]
    print(
        f"archives: {len(names)}, {sum(sizes) / 1e6:.1f} MB, the largest {max(sizes, default=0) / 1e6:.1f} MB"
    )
    assert len(keys) == year.shop.rows.orders, (len(keys), year.shop.rows.orders)
    assert set(keys.values()) == {1}
    ledger = year.shop.ledger(day)
    hand, strays = on_hand(ledger["stock"], ledger["movements"])
    assert not strays
    assert hand == {key: year.shop.moved[key] for key in hand}


@contextmanager
def _shop_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="daicho-year-") as name:
        yield Path(name) / "shop"


def main() -> None:
    """Simulate and print; exit 1 when a run has become dearer than the goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in vars(Span()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=value)
    first, last = simulate(Span(**vars(parser.parse_args()))).measured
    ratio, idle = last.run_s / first.run_s, last.idle_s / first.idle_s
    print(f"a run costs {ratio:.2f} times what it did (goal {_GOAL}), an idle one {idle:.2f} times")
    sys.exit(max(ratio, idle) > _GOAL)


if __name__ == "__main__":
    main()
