"""The people of a busy shop: what they type, put into the inbox and send off on each of their working days."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from unittest import mock

import generate

from automations.app.configuration import Configuration
from automations.app.demo.carrier_desk import issued_list
from automations.app.runner import Outcome, open_shop, read_ledger, run
from automations.app.shops import INBOX, SHIPPING, init_shop
from automations.books.xlsx import CellEdit, SheetEdit, edit_workbook
from automations.core.cells import write_cell
from automations.core.ledger import Ledger, Row
from automations.core.plan import AppendRow
from automations.core.statuses import is_ended
from automations.core.stock.shelf import on_hand, stock_key
from automations.core.values import Value
from automations.mail import eml

# Of a hundred orders so many: paid by transfer, with a remark that a person must read, with a telephone number that is none.
_TRANSFERS, _REMARKS, _MISTYPED = 20, 3, 1
# One in so many: called off before it was paid, refused at the door.
_CALLED_OFF, _REFUSED = 25, 250
_WAITS_FOR_MONEY = timedelta(days=2)
_GIVEN_UP = timedelta(days=14)
_UNDER_WAY = timedelta(days=2)
# Regular customers for each order of a day.
_CUSTOMERS = 60

Cells = dict[str, Value]
Desk = Callable[[Ledger, random.Random], Iterator[tuple[Row, Cells]]]


@dataclass
class BusyShop:
    """A shop as its days go by."""

    folder: Path
    orders_a_day: int
    rows: generate.Rows = field(default_factory=lambda: generate.Rows(random.Random(1)))  # noqa: S311 - figures
    moved: Counter[str] = field(default_factory=Counter)
    labels: int = 0
    done: set[str] = field(default_factory=set)

    def open(self, first: date, after_days: int) -> None:
        """Make the shop with its goods, counted on the first morning."""
        enough = self.orders_a_day * 800
        generate.add_products(self.rows, 120, enough)
        counted: Cells = {"counted_qty": enough, "counted_at": at(first, 7)}
        self.rows.tabs["stock"] = [{**shelf, **counted} for shelf in self.rows.tabs["stock"]]
        for shelf in self.rows.tabs["stock"]:
            self.moved[stock_key(str(shelf["sku"]), "", str(shelf.get("lot") or ""))] += enough
        init_shop(self.folder, language="ja", shop=generate.SHOP, rows=self.rows.tabs)
        own = self.folder / "shop.yaml"
        text = own.read_text(encoding="utf-8").replace("after_days: 90", f"after_days: {after_days}")
        own.write_text(text, encoding="utf-8")

    def work(self, day: date, days: int, *, count: bool = False) -> Iterator[Outcome]:
        """Work through the orders of so many days up to this one: people type, a run, labels, another run."""
        self.type_in(day, count=count)
        self.put_orders(day, days, self.orders_a_day * days)
        # Hundreds of thousands of files would tell nothing of the ledger.
        with mock.patch.object(eml, "write_eml", _not_written):
            yield self.run(at(day, 10))
            self.issue_labels(day)
            yield self.run(at(day, 17))

    def run(self, moment: datetime) -> Outcome:
        """Run everything, and keep count of the goods that went."""
        outcome = run(self.folder, now=moment)
        for change in outcome.plan.changes:
            if isinstance(change, AppendRow) and change.tab == "movements":
                cells = change.cells
                shelf = stock_key(
                    str(cells["sku"]), str(cells.get("place") or ""), str(cells.get("lot") or "")
                )
                self.moved[shelf] += int(str(cells["qty"]))
        return outcome

    def put_orders(self, day: date, days: int, count: int, folder: Path | None = None) -> None:
        """Put a file of the orders of so many days into the inbox."""
        new = generate.Rows(self.rows.chance, {"products": self.rows.tabs["products"]}, self.rows.orders)
        for number in range(count):
            made = day - timedelta(days=number * days // count)
            generate.add_order(new, "new", made, buyer=new.chance.randrange(self.orders_a_day * _CUSTOMERS))
            new.tabs["orders"][-1] |= _peculiar(new.chance)
        if folder is None:
            self.rows.orders = new.orders
        generate.write_order_file(folder or self.folder, new.tabs, f"orders-{day}")

    def issue_labels(self, day: date) -> None:
        """Let the carrier answer every shipping file that is new with its list of issued labels."""
        for file in sorted((self.folder / SHIPPING).glob("*.csv")):
            if file.name in self.done:
                continue
            content = file.read_bytes()
            printed = [line.split(",")[0].strip('"') for line in content.decode("cp932").splitlines()[1:]]
            issued = issued_list(content, printed, on=day, first=self.labels)
            (self.folder / INBOX / f"issued-{file.name}").write_bytes(issued)
            self.labels += len(printed)
            self.done.add(file.name)

    def type_in(self, day: date, *, count: bool) -> None:
        """Type what came to hand since: money, answers to what was held, parcels that arrived or came back."""
        shop = open_shop(self.folder)
        snapshot, ledger = read_ledger(shop, at(day, 9))
        typed: dict[tuple[str, int], Cells] = {}
        desks: list[Desk] = [_money, _held, _parcels]
        for desk in (*desks, *([_counted] if count else [])):
            for row, cells in desk(ledger, self.rows.chance):
                typed.setdefault((row.tab, row.number), {}).update(cells)
        edits: dict[str, list[CellEdit]] = {}
        for (tab, number), cells in typed.items():
            edits.setdefault(tab, []).extend(_edits(tab, number, cells, ledger, snapshot.sheets[tab].columns))
        sheets = [SheetEdit(snapshot.sheets[tab].title, tuple(cells)) for tab, cells in edits.items()]
        path = self.folder / "ledger.xlsx"
        path.write_bytes(edit_workbook(path.read_bytes(), sheets))

    def ledger(self, day: date) -> Ledger:
        """Return the ledger as it stands."""
        return read_ledger(open_shop(self.folder), at(day, 18))[1]

    @property
    def configuration(self) -> Configuration:
        """The shop's declarations."""
        return open_shop(self.folder).configuration


def _not_written(outbox: Path, mail: Row, *_others: object) -> Path:
    return outbox / f"{mail.key}.eml"


def at(day: date, hour: int) -> datetime:
    """Return the hour of a day at the shop."""
    return datetime.combine(day, time(hour), generate.ZONE)


def _peculiar(chance: random.Random) -> Cells:
    """Return what is special about a new order; mostly nothing."""
    drawn = chance.randrange(100)
    if drawn < _TRANSFERS:
        return {"payment_method": "bank_transfer", "payment_state": "unpaid", "paid_on": None}
    if drawn < _TRANSFERS + _REMARKS:
        return {"remark": "平日の夕方に届けてください"}
    return {"buyer_phone": "0774-123"} if drawn < _TRANSFERS + _REMARKS + _MISTYPED else {}


def _money(ledger: Ledger, chance: random.Random) -> Iterator[tuple[Row, Cells]]:
    for order in ledger["orders"]:
        made = order.day("ordered_at")
        waits = order.text("payment_state") == "unpaid" and not is_ended(order)
        if waits and made and made <= ledger.today - _WAITS_FOR_MONEY:
            if chance.randrange(_CALLED_OFF):
                yield order, {"payment_state": "paid", "paid_on": ledger.today}
            else:
                yield order, {"status": "cancelled"}


def _held(ledger: Ledger, chance: random.Random) -> Iterator[tuple[Row, Cells]]:
    for hold in ledger["holds"]:
        order = ledger["orders"].get(hold.text("order_id"))
        if order is None or hold.text("state") != "open" or order.text("status") == "cancelled":
            continue
        opened = hold.day("opened_at") or ledger.today
        if opened <= ledger.today - _GIVEN_UP or not chance.randrange(_CALLED_OFF):
            yield order, {"status": "cancelled"}
        yield hold, {"clear": True, "cleared_by": "秤", "cleared_note": "電話で確認"}
        if hold.text("reason") == "phone":
            yield order, {"buyer_phone": "0774-00-1234"}


def _parcels(ledger: Ledger, chance: random.Random) -> Iterator[tuple[Row, Cells]]:
    for parcel in ledger["shipments"]:
        shipped = parcel.day("shipped_on")
        if parcel.text("state") != "shipped" or not shipped or shipped > ledger.today - _UNDER_WAY:
            continue
        order = ledger["orders"].get(parcel.text("order_id"))
        if order is not None and not chance.randrange(_REFUSED):
            yield parcel, {"return_reason": "refused"}
            yield order, {"status": "returned"}
        elif chance.randrange(2):  # of the others nobody hears; they count as arrived some days later
            yield parcel, {"arrived": True}


def _counted(ledger: Ledger, chance: random.Random) -> Iterator[tuple[Row, Cells]]:
    hand, _ = on_hand(ledger["stock"], ledger["movements"])
    for shelf in ledger["stock"]:
        if not chance.randrange(4):
            yield shelf, {"counted_qty": hand[shelf.key], "counted_at": ledger.now - timedelta(hours=1)}


def _edits(
    tab: str, number: int, cells: Cells, ledger: Ledger, columns: dict[str, int]
) -> Iterator[CellEdit]:
    for name, value in cells.items():
        raw = write_cell(ledger.schema[tab].columns[name], value, "ja", "JPY")
        yield CellEdit(number, columns[name], raw)
