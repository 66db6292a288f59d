"""A morning too large for one request: it goes in parts, each order whole in one, and may be cut off after any."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import google_desk
import pytest
from google_day import Day, order
from google_ledger import google_shop
from small_ledger import SCHEMA, TOKYO, append, commit, rows_of

from automations.app import shops
from automations.app.configuration import Configuration
from automations.books.google import parts
from automations.books.google.addresses import spreadsheet_key
from automations.books.google.service import Spreadsheet
from automations.books.google_sheets import GoogleBook
from automations.core.values import Cells

BODY_BYTES = 2_000_000
# So many rows in a part make this day five parts.
_FEW_ROWS, _FEW_ORDERS, _PARTS = 70, 60, 6


class Killed(BaseException):
    """The machine went down."""


class Watched:
    """Opens the spreadsheet of a day; keeps what is sent, and ends the run once so many requests were applied."""

    def __init__(self, desk: google_desk.Desk) -> None:
        self.desk = desk
        self.lives = 0
        self.sent: list[str] = []

    def open(self, configuration: Configuration, ledger: str = "") -> Spreadsheet:
        tap = google_desk.Wiretap(google_desk.Credentials("token"))
        spreadsheet = self.desk.spreadsheet(session=tap, key=spreadsheet_key(ledger or configuration.ledger))
        update = spreadsheet.update

        def watched(*asked: object, **how: object) -> object:
            reply = update(*asked, **how)  # type: ignore[arg-type]
            self.sent.append(tap.sent[-1].decode())
            self.lives -= 1
            if self.lives == 0:
                raise Killed
            return reply

        spreadsheet.update = watched  # type: ignore[method-assign,assignment]
        return spreadsheet


@contextmanager
def opened(
    folder: Path, orders: Sequence[Cells], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Day, Watched]]:
    """Give a day with these orders; every run of it is watched."""
    monkeypatch.setenv("DAICHO_STATE", str(folder / "seen.json"))
    with google_desk.desk() as desk:
        for name, value in desk.environment().items():
            monkeypatch.setenv(name, value)
        watched = Watched(desk)
        monkeypatch.setattr(shops, "open_spreadsheet", watched.open)
        yield Day(desk, folder / "shop", orders), watched


def orders_of(count: int) -> list[Cells]:
    return [
        {
            **order(f"70{number}", "北村 悦子"),
            "buyer_address": f"神戸市中央区三宮町9-{number}",
            "buyer_phone": f"078331{number}",
        }
        for number in range(1_000, 1_000 + count)
    ]


def left_by(day: Day) -> Mapping[str, object]:
    """Return all that a day leaves in the ledger and on disk, but for the record of the runs themselves."""
    ledger = day.ledger()
    files = (*day.folder.glob("shipping/*"), *day.outbox())
    return {
        **{
            tab: {row.key: row.cells for row in table}
            for tab, table in ledger.tables.items()
            if tab not in {"runs", "journal", "control"}
        },
        "marks": ledger.marks,
        "files": {path.name: path.read_bytes() for path in files},
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, object]]:
    with (
        pytest.MonkeyPatch.context() as patch,
        opened(tmp_path_factory.mktemp("undisturbed"), orders_of(_FEW_ORDERS), patch) as (day, _),
    ):
        day.run()
        yield left_by(day)


@pytest.mark.parametrize("lives", range(1, _PARTS + 1))
def test_a_run_cut_off_after_any_part_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undisturbed: Mapping[str, object], lives: int
):
    monkeypatch.setattr(parts, "MOST_ROWS", _FEW_ROWS)
    with opened(tmp_path, orders_of(_FEW_ORDERS), monkeypatch) as (day, watched):
        watched.lives = lives
        with pytest.raises(Killed):
            day.run()
        day.run()
        left = left_by(day)
        for tab, rows in undisturbed.items():
            assert left[tab] == rows, tab
        assert day.run().plan.is_empty


def test_no_parcel_of_a_run_that_was_cut_off_is_in_two_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(parts, "MOST_ROWS", _FEW_ROWS)
    with opened(tmp_path, orders_of(_FEW_ORDERS), monkeypatch) as (day, watched):
        for lives in (1, 1, 1):
            watched.lives = lives
            with pytest.raises(Killed):
                day.run()
        day.run()
        ledger = day.ledger()
        named = Counter(key for batch in ledger["batches"] for key in batch.text("shipments").split())
        assert set(named.values()) == {1}
        assert named.keys() == set(ledger["shipments"].keys())
        assert {row.text("batch_id") for row in ledger["shipments"]} == set(ledger["batches"].keys())


def test_a_thousand_parcels_in_a_day_go_in_bodies_under_2_mb_each_order_whole_in_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with opened(tmp_path, orders_of(1_000), monkeypatch) as (day, watched):
        day.run()
        report = watched.sent.pop()
        assert all(len(body.encode()) < BODY_BYTES for body in (*watched.sent, report))
        named = [set(re.findall(r"\b70\d{4}\b", body)) for body in watched.sent]
        times = Counter(name for names in named for name in names)
        assert times == {str(one["order_id"]): 1 for one in orders_of(1_000)}
        assert len(watched.sent) > 1
        (batch,) = day.ledger()["batches"]
        assert (batch.text("state"), batch.number_of("parcels")) == ("written", 1_000)


def test_orders_whose_cells_are_full_go_in_bodies_under_2_mb():
    with closing(google_shop()) as shop:
        full = {"name": "長" * 50_000}
        tap = google_desk.Wiretap(google_desk.Credentials("token"))
        spreadsheet = Spreadsheet(shop.spreadsheet.key, session=tap, endpoint=shop.address)
        book = GoogleBook(spreadsheet, SCHEMA, language="ja", currency="JPY", zone=TOKYO)
        commit(book, *(append(order_id=f"20{number:02}", **full) for number in range(20)))
        assert all(len(body) < BODY_BYTES for body in tap.sent)
        assert [len(str(row["name"])) for row in rows_of(book).values()][3:] == [50_000] * 20
