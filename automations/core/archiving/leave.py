"""Everything that leaves the ledger at one moment, by archive, and the plan that takes it out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from hashlib import sha256
from itertools import islice

from automations.core.archiving.orders import Leaving, at_most, leaving_orders
from automations.core.archiving.settings import Archiving
from automations.core.archiving.stock import folded, leaving_movements
from automations.core.ledger import Ledger, Row, update
from automations.core.mails.habits import remembered
from automations.core.orders.channels import plain_number
from automations.core.orders.order_day import ordered_day
from automations.core.plan import Part, Plan, RemoveRow, SetCells
from automations.core.records import dataclass
from automations.core.statuses import is_ended
from automations.core.values import Cells, Value

_HAND = "import:hand:"
_SENT = frozenset({"sent", "written", "refused", "cancelled"})
_HASHED = "sha256:"
# Marks that begin with the name of a mail, in which the order stands second.
_OF_MAILS = frozenset({"mail", "claim", "release", "resend"})


@dataclass(frozen=True)
class Departure:
    """What leaves.

    Attributes:
        rows: Rows by year of their archive.
        marks: Marks that these rows have left in the journal, by year.
        orders: How many of the rows are orders, by year.
        plan: Takes the rows and marks out of the ledger and writes what must be known of them from now on.
    """

    rows: Mapping[int, tuple[Row, ...]]
    marks: Mapping[int, tuple[str, ...]]
    orders: Mapping[int, int]
    plan: Plan


def departure(
    ledger: Ledger,
    settings: Archiving,
    without: Collection[str] = (),
    most_rows: int = 0,
    back: Collection[tuple[str, str]] = (),
) -> Departure:
    """Return what leaves the ledger today, and what changes in it: see the modules of this room.

    Args:
        ledger: As it stands.
        settings: The shop's.
        without: Keys of orders that must stay, and all that lies in one parcel with them.
        most_rows: How many rows may leave in one go, about; 0 for all.
        back: Tab and key of rows whose counts were written already; see `left_before`.
    """
    orders = leaving_orders(ledger, settings.after_days, frozenset(without))
    if most_rows:
        orders = at_most(orders, most_rows)
    rows: dict[int, list[Row]] = {}
    for one in orders.values():
        rows.setdefault(one.year, []).extend(one.rows)
    parcels = {row.key: one.year for one in orders.values() for row in one.rows if row.tab == "shipments"}
    movements = leaving_movements(ledger, parcels, settings.after_days, most_rows)
    for move in movements:
        moved = move.day("moved_at") or ledger.today
        rows.setdefault(parcels.get(move.text("shipment_id"), moved.year), []).append(move)
    for year, row in islice(_finished(ledger, parcels, settings.after_days), most_rows or None):
        rows.setdefault(year, []).append(row)
    marks = _marks(ledger, orders, rows)
    left = [
        RemoveRow(row.tab, row.key, cells_of(row), is_archived=True)
        for found in rows.values()
        for row in found
    ]
    mails = {row.key for found in rows.values() for row in found if row.tab == "mails"}
    return Departure(
        rows={year: tuple(found) for year, found in sorted(rows.items())},
        marks={year: tuple(sorted(found)) for year, found in marks.items()},
        orders=Counter(one.year for one in orders.values()),
        plan=Plan.of(
            left,
            folded(ledger, [move for move in movements if ("movements", move.key) not in back]),
            _remembered(ledger, [one for key, one in orders.items() if ("orders", key) not in back]),
            islice(_without_texts(ledger, settings, mails), most_rows or None),
            retired=sorted(
                {mark for found in marks.values() for mark in found} - _last_by_hand(ledger.marks)
            ),
        ),
    )


def joined(first: Departure, second: Departure) -> Departure:
    """Return what left in two goes as one."""
    years = sorted({*first.rows, *second.rows})
    return Departure(
        rows={year: (*first.rows.get(year, ()), *second.rows.get(year, ())) for year in years},
        marks={year: (*first.marks.get(year, ()), *second.marks.get(year, ())) for year in years},
        orders=Counter(first.orders) + Counter(second.orders),
        plan=Plan.of(first.plan, second.plan),
    )


def cells_of(row: Row) -> Cells:
    """Return all that stands in a row, as typed where it can be read and as written where it cannot."""
    return {**{column: text for column, text in row.raw.items() if column not in row.cells}, **row.cells}


def order_of(row: Row, ledger: Ledger) -> str:
    """Return the order a row hangs on, ``""`` for a run, a batch or a movement of no parcel."""
    if row.tab == "orders":
        return row.key
    if row.tab == "movements":
        parcel = ledger["shipments"].get(row.text("shipment_id"))
        return parcel.text("order_id") if parcel else ""
    return row.text("order_id")


def left_before(rows: Iterable[Row], here: Ledger, archive: Ledger) -> set[tuple[str, str]]:
    """Return tab and key of orders and movements that left before and came back, because a person was at their rows.

    Their marks went for good then, and what counts them was written: a commit to a spreadsheet takes only the row
    back that the person changed or moved.
    """
    return {
        (row.tab, row.key)
        for row in rows
        if row.key in archive[row.tab]
        and (marks := set(_marks_counting(row)) & archive.marks)
        and here.marks.isdisjoint(marks)
    }


def _marks_counting(row: Row) -> Iterator[str]:
    match row.tab:
        case "orders":
            yield from _marks_of(row)
        case "movements":
            yield f"parcel:{row.text('shipment_id')}"


def _finished(ledger: Ledger, parcels: Mapping[str, int], after_days: int) -> Iterator[tuple[int, Row]]:
    """Yield old runs (the last one stays), and batches whose parcels have all left, with the year of their archive."""
    before = ledger.today - timedelta(days=after_days)
    for run in ledger["runs"].rows[:-1]:
        started = run.day("started_at")
        if run.has_key and started is not None and started <= before:
            yield started.year, run
    for mail in ledger["mails"]:
        # Those about an order leave with it.
        made = mail.day("made_at")
        is_done = mail.has_key and not mail.text("order_id") and mail.text("state") in _SENT
        if is_done and made is not None and made <= before:
            yield made.year, mail
    live = ledger["shipments"].keys() - parcels.keys()
    for batch in ledger["batches"]:
        made, named = batch.day("made_at"), batch.text("shipments").split()
        if made and made <= before and named and batch.text("state") == "written" and live.isdisjoint(named):
            yield made.year, batch


def _marks(
    ledger: Ledger, orders: Mapping[str, Leaving], rows: Mapping[int, Iterable[Row]]
) -> dict[int, set[str]]:
    """Return the marks that leave with the rows: of orders, of their mails and parcels, and of batches."""
    found: dict[int, set[str]] = {}
    for year, leaving in rows.items():
        for row in leaving:
            found.setdefault(year, set()).update(_marks_of(row))
    for mark in ledger.marks:
        kind, _, rest = mark.partition(":")
        order = (
            orders.get(rest.split(":")[1].partition("~")[0]) if kind in _OF_MAILS and ":" in rest else None
        )
        if order is not None:
            found.setdefault(order.year, set()).add(mark)
    return {year: marks & ledger.marks for year, marks in found.items()}


def _marks_of(row: Row) -> Iterator[str]:
    match row.tab:
        case "orders":
            yield f"{_HAND}{row.key}"
            yield f"import:{row.text('channel')}:{plain_number(row.text('channel_order_no'))}"
        case "mails":
            yield f"mail:{row.key}"
        case "shipments":
            yield f"parcel:{row.key}"
        case "batches":
            yield f"batch:{row.key}"


def _last_by_hand(marks: Iterable[str]) -> set[str]:
    """Return the mark of the newest number given to an order typed by hand: the next one is counted from it."""
    own = [
        (int(found[1]), mark)
        for mark in marks
        if mark.startswith(_HAND)
        if (found := re.search(r"(\d{1,9})$", mark))
    ]
    return {max(own)[1]} if own else set()


def _remembered(ledger: Ledger, orders: Iterable[Leaving]) -> Iterator[Part]:
    """Yield for each customer what of their orders the archives hold from now on: numbers, days, products."""
    gone: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    bought: dict[str, list[tuple[date, list[str]]]] = {}
    for one in orders:
        customer = one.order.text("customer_id")
        gone[customer] += one.order.text("status") != "cancelled"
        refused[customer] += any(row.text("return_reason") == "refused" for row in one.rows)
        day = ordered_day(one.order)
        if day is not None and not is_ended(one.order):
            skus = [row.text("sku") for row in one.rows if row.tab == "order_lines"]
            bought.setdefault(customer, []).append((day, skus))
    for customer in gone:
        row = ledger["customers"].get(customer)
        counts = {"archived_orders": gone[customer], "archived_refusals": refused[customer]}
        if row is not None:
            cells: dict[str, Value] = {
                name: row.number_of(name) + more for name, more in counts.items() if more
            }
            days = remembered(row, bought[customer]) if customer in bought else {}
            yield update(row, {**cells, **days})


def _without_texts(ledger: Ledger, settings: Archiving, leaving: Collection[str]) -> Iterator[Part]:
    """Yield the mails whose text is replaced by its hash: sent long ago, and not leaving anyway."""
    before = ledger.today - timedelta(days=settings.keep_mail_text_days)
    for mail in ledger["mails"]:
        text = mail.text("text")
        day = mail.day("sent_at") or mail.day("made_at") or date.max
        is_due = mail.has_key and mail.key not in leaving and mail.text("state") in _SENT and day < before
        if is_due and text and not text.startswith(_HASHED):
            # What stood there is not to stand in the journal instead.
            yield SetCells("mails", mail.key, {"text": hashed(text)}, {})


def hashed(text: str) -> str:
    """Return what stands for the text of a mail once it is no longer kept."""
    return f"{_HASHED}{sha256(text.encode()).hexdigest()}"
