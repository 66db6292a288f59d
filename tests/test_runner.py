"""One run on a real folder: what it leaves alone, what it finishes, and who else may work meanwhile."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from email import message_from_bytes
from pathlib import Path

import pytest
from hand_shop import TOKYO, HandShop

from automations.app import effects, runner
from automations.app.couriers import Delivered, deliver
from automations.books import Book
from automations.core.errors import LedgerChanged, ServiceError
from automations.core.plan import Plan
from automations.core.snapshot import Receipt, RunNote, Snapshot

MORNING = "2026-11-24 09:00"
ORDERS = "受注番号,注文者名,支払方法,商品コード,数量,単価\n{number},森 一郎,代引,K-001,1,1080\n"


class Killed(BaseException):
    """The process ends here."""


class MeddledBook:
    """A book that somebody saves each time a commit is about to be written."""

    def __init__(self, book: Book, times: int, save: Callable[[int], None]) -> None:
        self.book = book
        self.left = times
        self.save = save

    def read(self, *, texts: bool = True) -> Snapshot:
        return self.book.read(texts=texts)

    def commit(self, plan: Plan, base: Snapshot, note: RunNote) -> Receipt:
        if self.left:
            self.left -= 1
            self.save(self.left)
            with pytest.raises(LedgerChanged):
                self.book.commit(plan, base, note)
            raise LedgerChanged
        return self.book.commit(plan, base, note)

    def now(self) -> datetime:
        return self.book.now()


@pytest.fixture
def shop(tmp_path: Path) -> HandShop:
    return HandShop(tmp_path / "shop")


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _meddle(monkeypatch: pytest.MonkeyPatch, times: int, save: Callable[[int], None]) -> list[MeddledBook]:
    """Let every shop that is opened have a meddled book."""
    books: list[MeddledBook] = []
    real = runner.open_book

    def opened(configuration: runner.Configuration) -> Book:
        books.append(MeddledBook(real(configuration), times, save))
        return books[-1]

    monkeypatch.setattr(runner, "open_book", opened)
    return books


def _put(shop: HandShop, name: str, text: str) -> None:
    (shop.folder / "inbox" / name).write_text(text, encoding="utf-8")


def test_dry_run_tells_everything_and_writes_nothing(shop: HandShop) -> None:
    shop.type_order()
    _put(shop, "orders.csv", ORDERS.format(number="A-1"))
    before = _files(shop.folder)
    moment = datetime.fromisoformat(MORNING).replace(tzinfo=TOKYO)
    outcome = runner.run(shop.folder, now=moment, dry_run=True)
    assert {"orders", "shipments", "batches", "mails"} <= {change.tab for change in outcome.plan.changes}
    assert outcome.dry_run
    assert outcome.delivered == Delivered()
    assert _files(shop.folder) == before


def test_run_does_what_the_dry_run_told(shop: HandShop) -> None:
    shop.type_order()
    moment = datetime.fromisoformat(MORNING).replace(tzinfo=TOKYO)
    told = runner.run(shop.folder, now=moment, dry_run=True)
    done = runner.run(shop.folder, now=moment)
    assert told.steps == done.steps


def test_run_without_anything_to_do_leaves_every_byte(shop: HandShop) -> None:
    shop.type_order()
    shop.run(MORNING)
    before = _files(shop.folder)
    assert shop.run("2026-11-24 09:30").plan.is_empty
    assert _files(shop.folder) == before


def test_somebody_saving_meanwhile_loses_nothing(shop: HandShop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.type_order()
    books = _meddle(monkeypatch, 2, lambda left: shop.type("orders", "1001", memo=f"saved {left}"))
    shop.run(MORNING)
    assert books[0].left == 0
    orders = shop.ledger()["orders"]
    assert orders["1001"].text("memo") == "saved 0"
    assert orders["1001"].text("status") == "instructed"
    assert len(list((shop.folder / "shipping").glob("*.csv"))) == 1


def _saved_again(shop: HandShop, left: int) -> None:
    with zipfile.ZipFile(shop.folder / "ledger.xlsx", "a") as workbook:
        workbook.comment = str(left).encode()


def test_run_gives_up_when_somebody_keeps_saving(shop: HandShop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.type_order()
    _put(shop, "orders.csv", ORDERS.format(number="A-1"))
    _meddle(monkeypatch, 99, lambda left: _saved_again(shop, left))
    with pytest.raises(ServiceError) as caught:
        shop.run(MORNING)
    assert caught.value.code == "ledger-busy"
    assert [row.key for row in shop.ledger()["batches"]] == []
    assert (shop.folder / "inbox" / "orders.csv").is_file()
    assert not (shop.folder / "outbox").exists()


def test_good_files_are_put_away_and_refused_ones_stay(shop: HandShop) -> None:
    _put(shop, "good.csv", ORDERS.format(number="A-1"))
    _put(shop, "other.csv", "日付,売上\n2026-11-24,1080\n")
    (shop.folder / "inbox" / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    outcome = shop.run(MORNING)
    inbox = shop.folder / "inbox"
    assert sorted(path.name for path in inbox.iterdir()) == ["done", "other.csv", "picture.png"]
    assert [path.name for path in (inbox / "done" / "2026-11-24").iterdir()] == ["good.csv"]
    assert {finding.key for finding in outcome.findings if finding.tab == ""} == {"other.csv", "picture.png"}
    assert [row.text("channel_order_no") or row.key for row in shop.ledger()["orders"]] == ["A-1"]


def test_second_file_of_one_name_is_put_beside_the_first(shop: HandShop) -> None:
    for number in ("A-1", "A-2"):
        _put(shop, "orders.csv", ORDERS.format(number=number))
        shop.run(MORNING)
    done = shop.folder / "inbox" / "done" / "2026-11-24"
    assert sorted(path.name for path in done.iterdir()) == ["orders-2.csv", "orders.csv"]
    assert len(shop.ledger()["orders"]) == 2


def test_importing_a_file_leaves_its_namesake_in_the_inbox(shop: HandShop, tmp_path: Path) -> None:
    _put(shop, "orders.csv", ORDERS.format(number="A-1"))
    (tmp_path / "orders.csv").write_text(ORDERS.format(number="A-2"), encoding="utf-8")
    moment = datetime.fromisoformat(MORNING).replace(tzinfo=TOKYO)
    runner.run(
        shop.folder, names=("import_orders",), now=moment, files=[tmp_path / "orders.csv"], inbox=False
    )
    assert (shop.folder / "inbox" / "orders.csv").is_file()
    assert (tmp_path / "orders.csv").is_file()


def test_two_runs_at_the_same_time_do_everything_once(shop: HandShop) -> None:
    shop.type_order()
    _put(shop, "orders.csv", ORDERS.format(number="A-1"))
    with ThreadPoolExecutor(2) as pool:
        outcomes = [done.result() for done in [pool.submit(shop.run, MORNING) for _ in range(2)]]
    ledger = shop.ledger()
    assert len(outcomes) == 2
    assert not any(table.set_aside for table in ledger.tables.values())
    assert sorted(row.text("channel_order_no") or row.key for row in ledger["orders"]) == ["1001", "A-1"]
    assert len(ledger["batches"]) == len(list((shop.folder / "shipping").glob("*.csv"))) == 1
    keys = [row.key for row in ledger["mails"]]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("written", [False, True], ids=["before the files", "before they are reported"])
def test_next_run_finishes_what_a_killed_run_left_open(
    written: bool, shop: HandShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.type_order()

    def killed(ledger: runner.Ledger, configuration: runner.Configuration, _: None) -> Delivered:
        if written:
            deliver(ledger, configuration)
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(effects, "deliver", killed)
        with pytest.raises(Killed):
            shop.run(MORNING)
    left = {
        name: content
        for name, content in _files(shop.folder).items()
        if name.startswith(("shipping", "outbox"))
    }
    assert bool(left) is written
    assert shop.ledger()["batches"].rows[0].text("state") == "planned"

    outcome = shop.run("2026-11-24 09:05")
    ledger = shop.ledger()
    assert outcome.delivered.files[0] == ledger["batches"].rows[0].text("file")
    assert ledger["batches"].rows[0].text("state") == "written"
    assert {row.text("state") for row in ledger["mails"]} == {"written"}
    after = _files(shop.folder)
    assert {name: after[name] for name in left} == left
    assert shop.run("2026-11-24 09:10").delivered == Delivered()


def test_finished_run_writes_the_bytes_of_an_undisturbed_one(shop: HandShop) -> None:
    shop.type_order()
    shop.run(MORNING)
    batch = shop.ledger()["batches"].rows[0]
    before = _files(shop.folder / "shipping")
    shop.type("batches", batch.key, state="planned")
    shop.run("2026-11-25 09:00")
    assert _files(shop.folder / "shipping") == before


def test_mail_that_cannot_be_built_is_held_and_the_others_go(
    shop: HandShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.type_order("1001")
    shop.type_order("1002", buyer_name="森 一郎", buyer_email="mori@example.com", buyer_phone="078-331-1027")

    def killed(*_: object) -> Delivered:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(effects, "deliver", killed)
        with pytest.raises(Killed):
            shop.run(MORNING)
    shop.type("mails", "order_confirmation:1001", message_id="typed over")
    outcome = shop.run("2026-11-24 09:05")
    mails = shop.ledger()["mails"]
    held = mails["order_confirmation:1001"]
    assert (held.text("state"), held.text("file")) == ("held", "")
    assert "The mail has no Message-ID." in held.text("errors")
    assert outcome.delivered.mails == ("order_confirmation:1002",)
    assert [(finding.code, finding.key) for finding in outcome.findings if finding.tab == "mails"] == [
        ("mail-refused", "order_confirmation:1001")
    ]
    (file,) = (shop.folder / "outbox").glob("*.eml")
    assert message_from_bytes(file.read_bytes())["To"] == "mori@example.com"


def test_outbox_that_cannot_be_written_is_told_and_finished_later(shop: HandShop) -> None:
    shop.type_order()
    (shop.folder / "outbox").write_text("in the way")
    with pytest.raises(ServiceError) as caught:
        shop.run(MORNING)
    assert caught.value.code == "file-not-written"
    (shop.folder / "outbox").unlink()
    shop.run("2026-11-24 09:05")
    assert [row.text("state") for row in shop.ledger()["mails"]] == ["written"]


def test_named_automations_run_alone_and_leave_the_inbox(shop: HandShop) -> None:
    shop.type_order()
    _put(shop, "orders.csv", ORDERS.format(number="A-1"))
    moment = datetime.fromisoformat(MORNING).replace(tzinfo=TOKYO)
    outcome = runner.run(shop.folder, names=("check_rows",), now=moment)
    assert [name for name, _ in outcome.steps] == ["check_rows"]
    assert (shop.folder / "inbox" / "orders.csv").is_file()


def test_run_leaves_a_row_of_itself_and_its_result(shop: HandShop) -> None:
    shop.type_order()
    outcome = shop.run(MORNING)
    ledger = shop.ledger()
    (row,) = ledger["runs"]
    assert (row.key, row.number_of("mails")) == (outcome.run_id, 1)
    assert "shipping batches: 1" in row.text("result")
    assert ledger["control"]["allocate_stock"].moment("last_run_at") == outcome.after.now
