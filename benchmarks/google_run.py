"""A run on a Google spreadsheet: calls, bytes and client time; the service is a local process of its own."""

from __future__ import annotations

import gc
import json
import shutil
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import generate
import gspread
import tutorial_sheet
from gspread.http_client import HTTPClient
from measure import Line, timed
from requests import Response
from spreadsheet import Desk, put, service

from automations.app import runner
from automations.app.runner import Outcome, Shop, open_shop, typed
from automations.books.google.service import Spreadsheet
from automations.books.google.wire import GOOGLE
from automations.core.cells import RawCell
from automations.core.journal import TAB as JOURNAL
from automations.core.schema import Tab
from automations.core.settling import plain
from automations.core.snapshot import Sheet

_MB = 1_000_000
_MOST_TIME, _MOST_BYTES, _MOST_CALLS = 2.5, 1.1, 20
_LINES, _NEW_ORDERS, _MANY_ORDERS = 2_000, 185, 1_000


def race(folder: Path, lines: int, repeats: int) -> Iterator[Line]:
    """Yield the lines about a run whose changes fill one commit, and about a morning of very many orders.

    Args:
        folder: For the shops.
        lines: Order lines in the ledger.
        repeats: Of what is timed.
    """
    shop = folder / "google"
    generate.make_shop(shop, lines)
    generate.add_new_orders(shop, _NEW_ORDERS)
    with service() as desk:
        yield from _reading(shop, desk, lines, repeats)
        yield from _calls(shop, desk, lines)
        yield _many_orders(folder / "many", desk)


def _reading(folder: Path, desk: Desk, lines: int, repeats: int) -> Iterator[Line]:
    answers: list[bytes] = []
    session = desk.session()
    session.hooks["response"].append(lambda response, **_: answers.append(response.content))
    shop = open_shop(folder)
    there = Shop(
        shop.configuration, desk.book(desk.spreadsheet(put(folder, desk), session), shop.configuration)
    )
    there.book.read(texts=False)
    packed = [zlib.compress(answer, 6) for answer in answers]
    read, compact = sum(map(len, answers)), _compact(shop)
    with _without_pauses():
        peer = timed(
            lambda _: [json.loads(zlib.decompress(one)) for one in packed], 3 * repeats, lambda: None
        )
        own = timed(lambda _: there.book.read(texts=False), 3 * repeats, lambda: None)
        both = timed(
            lambda _: typed(there, there.book.read(texts=False), generate.NOW), repeats, lambda: None
        )
    name, ratio = f"inflate and parse: {peer}", own.best / peer.best
    yield Line(
        f"Google: read {lines:,} lines", str(own), name, f"{ratio:.2f} x", f"<= {_MOST_TIME:g} x", ratio <= _MOST_TIME
    )  # fmt: skip
    yield Line("Google: read to typed ledger", str(both), name, f"{both.best / peer.best:.2f} x")
    yield Line(
        "Google: bytes read", f"{read / _MB:.2f} MB", f"compact values: {compact / _MB:.2f} MB",
        f"{read / compact:.3f} x", f"<= {_MOST_BYTES:g} x", read <= _MOST_BYTES * compact,
    )  # fmt: skip


def _compact(shop: Shop) -> int:
    """Return how long the compact JSON of exactly those values is that a run needs."""
    sheets = shop.book.read().sheets
    values = [
        [_needed(cells, sheet, shop.configuration.schema[name], sheets[JOURNAL]) for _, cells in sheet.rows]
        for name, sheet in sheets.items()
    ]
    return len(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode())


def _needed(cells: Sequence[RawCell], sheet: Sheet, tab: Tab, journal: Sheet) -> list[Any]:
    """Return the cells of a row up to the last filled one, without a long text that a run can do without."""
    values = ["" if cell is None else plain(cell) for cell in cells]
    for name, at in sheet.columns.items():
        if needed_in := tab.columns[name].needed_in:
            choices = tab.columns["state"].written_choices
            if choices.get(str(values[sheet.columns["state"] - 1])) not in needed_in:
                values[at - 1] = ""
    if tab.id == JOURNAL and cells[sheet.columns["op"] - 1] != journal.rows[-1][1][sheet.columns["op"] - 1]:
        values[sheet.columns["content"] - 1] = ""
    while values and values[-1] == "":
        values.pop()
    return values


def _calls(folder: Path, desk: Desk, lines: int) -> Iterator[Line]:
    shop = _copy(folder, folder.with_name("google-ours"))
    spreadsheet = desk.spreadsheet(put(shop, desk))
    outcome = _run(shop, desk, spreadsheet)
    reads, writes, written = spreadsheet.reads, spreadsheet.writes, spreadsheet.bytes_written
    assert _run(shop, desk, spreadsheet).plan.is_empty, "something was due, so this is no idle run"
    client = _counting(desk)
    tutorial_sheet.run(client, put(folder, desk), generate.NOW)
    theirs = client.http_client
    yield Line(
        f"Google: calls of a run, {lines:,} lines, {len(outcome.delivered.mails)} mails",
        f"{reads} read, {writes} write, {written / _MB:.2f} MB",
        f"script: {theirs.reads} read, {theirs.writes} write",
        f"{(theirs.reads + theirs.writes) / (reads + writes):.0f} x less",
        "1 read, 1 commit, 1 report", (reads, writes) <= (1, 2),
    )  # fmt: skip
    idle = (spreadsheet.reads - reads, spreadsheet.writes - writes)
    yield Line(
        "Google: calls of an idle run",
        f"{idle[0]} read, {idle[1]} write",
        goal="1 read",
        reached=idle == (1, 0),
    )


def _many_orders(folder: Path, desk: Desk) -> Line:
    """Return the line about a file of orders, from the inbox to shipping file and mails."""
    generate.make_shop(folder, _LINES)
    generate.put_order_file(folder, _MANY_ORDERS)
    spreadsheet = desk.spreadsheet(put(folder, desk))
    mails = len(_run(folder, desk, spreadsheet).delivered.mails)
    again = _run(folder, desk, spreadsheet)
    assert mails == _MANY_ORDERS, mails
    assert again.plan.is_empty, "not everything was done in one run"
    calls = spreadsheet.reads + spreadsheet.writes
    return Line(
        f"Google: {_MANY_ORDERS:,} new orders, from file to shipping file and mails", f"{calls} calls",
        goal=f"<= {_MOST_CALLS} calls", reached=calls <= _MOST_CALLS,
    )  # fmt: skip


def _run(folder: Path, desk: Desk, spreadsheet: Spreadsheet) -> Outcome:
    """Run a shop as if its ledger were the spreadsheet."""
    with mock.patch.object(runner, "open_book", lambda configuration: desk.book(spreadsheet, configuration)):
        return runner.run(folder, now=generate.NOW)


class _Counted(HTTPClient):
    """gspread's own client, at the local service."""

    address = ""
    reads = writes = 0

    def request(self, method: str, endpoint: str, *args: Any, **options: Any) -> Response:  # noqa: ANN401 - as the base class
        """Send one request."""
        if method == "get":
            self.reads += 1
        else:
            self.writes += 1
        return super().request(method, endpoint.replace(GOOGLE, self.address, 1), *args, **options)


def _counting(desk: Desk) -> gspread.Client:
    client = gspread.Client(None, session=desk.session(), http_client=_Counted)
    client.http_client.address = desk.address
    return client


def _copy(shop: Path, folder: Path) -> Path:
    return shutil.copytree(shop, folder)


@contextmanager
def _without_pauses() -> Iterator[None]:
    """Leave cyclic garbage lying, as a run does."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
