"""A year of a busy shop: the ledger must stay small, and a run as quick as at the beginning.

Orders come in as they stand once they are shipped, arrived and posted, with lines, parcel, mails and movements; the
archive takes the old ones every few days. At the first archiving (the working set is full then) and at the end a copy
of the shop gets a morning of new orders, and the run over it is timed in processor seconds.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import process_time

import generate

from automations.app.archives import archive_book, archive_names, path_of
from automations.app.archiving import archive_shop
from automations.app.runner import Shop, open_shop, read_ledger, run, typed
from automations.app.shops import init_shop
from automations.core.ledger import Ledger, key_of
from automations.core.plan import AppendRow, Plan
from automations.core.seals import SEAL, seal_of
from automations.core.snapshot import RunNote
from automations.core.stock.shelf import on_hand, stock_key
from automations.core.values import Cells, Value

_FIRST = date(2026, 1, 5)
_TEXT = "このたびはご注文をいただき、まことにありがとうございます。\n" * 15
_GOAL = 1.3
_NEW_ORDERS = 100


@dataclass(frozen=True)
class Measured:
    """The ledger at one moment, and what a run over it and a hundred new orders costs."""

    day: date
    rows: Mapping[str, int]
    file_bytes: int
    idle_s: float
    run_s: float


@dataclass
class Year:
    """A shop as its year goes on."""

    folder: Path
    orders_a_day: int
    after_days: int
    rows: generate.Rows = field(default_factory=lambda: generate.Rows(random.Random(1)))  # noqa: S311 - figures
    shipped: Counter[str] = field(default_factory=Counter)
    archive_s: float = 0.0

    def begin(self, days: int) -> None:
        """Make the shop with its first days."""
        generate.add_products(self.rows, 120, self.orders_a_day * 800)
        counted: Cells = {"counted_qty": self.orders_a_day * 800, "counted_at": _morning(_FIRST)}
        self.rows.tabs["stock"] = [{**shelf, **counted} for shelf in self.rows.tabs["stock"]]
        self._add_days(_FIRST, days)
        init_shop(self.folder, language="ja", shop=generate.SHOP, rows=self.rows.tabs)
        own = self.folder / "shop.yaml"
        text = re.sub(r"after_days: \d+", f"after_days: {self.after_days}", own.read_text(encoding="utf-8"))
        own.write_text(text, encoding="utf-8")
        self.rows.tabs = {"products": self.rows.tabs["products"]}
        self._commit({}, _FIRST)

    def go_on(self, first: date, days: int) -> None:
        """Let so many days pass, then take the old orders away."""
        self._add_days(first, days)
        new = {tab: rows for tab, rows in self.rows.tabs.items() if tab != "products"}
        self.rows.tabs = {"products": self.rows.tabs["products"]}
        self._commit(new, first)
        began = process_time()
        archive_shop(open_shop(self.folder), now=_morning(first + timedelta(days=days)))
        self.archive_s = process_time() - began

    def ledger(self, day: date) -> Ledger:
        """Return the ledger as it stands."""
        return read_ledger(open_shop(self.folder), _morning(day))[1]

    def measured(self, day: date) -> Measured:
        """Return what the ledger holds, and what a run costs on a copy of it, settled before."""
        with tempfile.TemporaryDirectory() as name:
            copy = Path(name) / "shop"
            shutil.copytree(self.folder, copy)
            run(copy, now=_morning(day))
            idle = min(_seconds(copy, day) for _ in range(2))
            chance = random.Random(2)  # noqa: S311 - figures, not secrets
            rows = generate.Rows(chance, {"products": self.rows.tabs["products"]}, 900_000)
            for _ in range(_NEW_ORDERS):
                generate.add_order(rows, "new", day)
            _append(
                open_shop(copy),
                {tab: rows.tabs[tab] for tab in ("orders", "order_lines")},
                _morning(day),
                sealed=False,
            )
            seconds = _seconds(copy, day)
        ledger = self.ledger(day)
        counts = {tab: len(table) for tab, table in ledger.tables.items() if len(table)}
        return Measured(day, counts, (self.folder / "ledger.xlsx").stat().st_size, idle, seconds)

    def _add_days(self, first: date, days: int) -> None:
        for day in (first + timedelta(days=number) for number in range(days)):
            for _ in range(self.orders_a_day):
                generate.add_order(self.rows, "posted", day)
        self.rows.tabs["orders"] = [_dated_order(order) for order in self.rows.tabs["orders"]]
        for move in self.rows.tabs["movements"]:
            self.shipped[stock_key(str(move["sku"]), "", str(move.get("lot") or ""))] -= int(str(move["qty"]))
        days_of = {order["order_id"]: order["ordered_at"] for order in self.rows.tabs["orders"]}
        self.rows.tabs["mails"] = [
            {
                **mail,
                "text": _TEXT,
                **dict.fromkeys(("due_at", "sent_at", "made_at"), days_of[mail["order_id"]]),
            }
            for mail in self.rows.tabs["mails"]
        ]

    def _commit(self, rows: Mapping[str, list[Cells]], day: date) -> None:
        marks = tuple(_marks(rows))
        _append(open_shop(self.folder), rows, _morning(day), marks=marks)


def _dated_order(order: Cells) -> Cells:
    made = order["ordered_at"]
    assert isinstance(made, datetime)
    return {**order, "imported_at": made, "status_since": made.date() + timedelta(days=12)}


def _marks(rows: Mapping[str, list[Cells]]) -> Iterator[str]:
    for order in rows.get("orders", ()):
        yield f"import:shopify:{str(order['channel_order_no']).removeprefix('#')}"
    for mail in rows.get("mails", ()):
        yield f"mail:{mail['mail_id']}"
    for parcel in rows.get("shipments", ()):
        yield f"parcel:{parcel['shipment_id']}"


def _append(
    shop: Shop,
    rows: Mapping[str, list[Cells]],
    now: datetime,
    *,
    marks: tuple[str, ...] = (),
    sealed: bool = True,
) -> None:
    snapshot, ledger = read_ledger(shop, now)
    changes = []
    for name, found in rows.items():
        tab = ledger.schema[name]
        for cells in found:
            own: dict[str, Value] = {
                twin: cells[column] for column, twin in tab.twins.items() if column in cells
            }
            if sealed and tab.sealed:
                own[SEAL] = seal_of(ledger.ledger_id, tab.id, key_of(tab, cells))
            changes.append(AppendRow(name, {**cells, **own} if sealed else cells))
    shop.book.commit(Plan(tuple(changes), marks=marks), snapshot, RunNote("year", "year", now.isoformat()))


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(10), generate.ZONE)


def _seconds(folder: Path, day: date) -> float:
    began = process_time()
    run(folder, now=_morning(day))
    return process_time() - began


@contextmanager
def _shop_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="daicho-year-") as name:
        yield Path(name) / "shop"


def simulate(orders_a_day: int, days: int, step: int, after_days: int) -> tuple[Measured, Measured, Year]:
    """Return the ledger at the first archiving and at the end of so many days, and the shop, whose folder is gone."""
    with _shop_folder() as folder:
        year = Year(folder, orders_a_day, after_days)
        full = after_days + 12
        year.begin(full)
        year.go_on(_FIRST + timedelta(days=full), step)
        first = year.measured(_FIRST + timedelta(days=full + step))
        _tell(first, year)
        done = full + step
        while done < days:
            year.go_on(_FIRST + timedelta(days=done), step)
            done += step
            print(
                f"day {done}: archive {year.archive_s:.1f} s, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB",
                file=sys.stderr,
            )
        last = year.measured(_FIRST + timedelta(days=done))
        _tell(last, year)
        _check(year, last.day)
    return first, last, year


def _check(year: Year, day: date) -> None:
    """Hold what must be true: every order stands in one place, and on hand is what was counted less what was shipped."""
    shop = open_shop(year.folder)
    keys = Counter(row.key for row in year.ledger(day)["orders"])
    for name in archive_names(shop.configuration):
        ledger = typed(shop, archive_book(shop.configuration, name).read(), _morning(day))
        keys.update(row.key for row in ledger["orders"])
        print(
            f"archive {name}: orders {len(ledger['orders'])}, {path_of(shop.configuration, name).stat().st_size >> 20} MB"
        )
    assert len(keys) == year.rows.orders, (len(keys), year.rows.orders)
    assert set(keys.values()) == {1}
    ledger = year.ledger(day)
    hand, strays = on_hand(ledger["stock"], ledger["movements"])
    assert not strays
    assert hand == {key: year.orders_a_day * 800 - year.shipped[key] for key in hand}


def _tell(at: Measured, year: Year) -> None:
    rows = ", ".join(f"{tab} {count}" for tab, count in at.rows.items())
    print(
        f"{at.day}: orders so far {year.rows.orders}; ledger.xlsx {at.file_bytes / 1e6:.1f} MB; rows: {rows}\n"
        f"  idle run {at.idle_s:.2f} s, run with {_NEW_ORDERS} new orders {at.run_s:.2f} s, archive {year.archive_s:.2f} s"
    )


def main() -> None:
    """Simulate and print; exit 1 when a run has become dearer than the goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders-a-day", type=int, default=300)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--step", type=int, default=14)
    parser.add_argument("--after-days", type=int, default=30)
    wanted = parser.parse_args()
    first, last, _ = simulate(wanted.orders_a_day, wanted.days, wanted.step, wanted.after_days)
    ratio = last.run_s / first.run_s
    print(
        f"a run costs {ratio:.2f} times what it did (goal {_GOAL}), an idle one {last.idle_s / first.idle_s:.2f} times"
    )
    sys.exit(ratio > _GOAL)


if __name__ == "__main__":
    main()
