"""A whole run on a Google ledger, through credentials, HTTP and the real client, while people and the network interfere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import google_desk
import pytest
from google_ledger import new_spreadsheet
from sheets_server import drive
from sheets_server.service import ACCOUNT
from small_ledger import TOKYO

from automations.app import runner, shops
from automations.app.adopting import adopt
from automations.app.configuration import Configuration, load
from automations.app.couriers import Delivered, deliver
from automations.app.demo.shop_data import SHOP
from automations.app.runner import Outcome, open_shop, read_ledger, run
from automations.app.shops import init_shop
from automations.books.google.addresses import spreadsheet_key
from automations.books.google.service import Spreadsheet
from automations.core.errors import LedgerRefused
from automations.core.ledger import Ledger
from automations.core.values import Cells

NOW = datetime(2026, 11, 24, 10, tzinfo=TOKYO)
COUNTED = datetime(2026, 11, 20, 9, tzinfo=TOKYO)
BUYERS = {"1001": "北村 悦子", "1002": "佐藤 花子", "1003": "田中 一郎"}


def order(number: str, name: str) -> Cells:
    return {
        "order_id": number, "ordered_at": datetime(2026, 11, 24, 8, tzinfo=TOKYO), "buyer_name": name,
        "buyer_postcode": "6500021", "buyer_prefecture": "兵庫県", "buyer_address": f"神戸市中央区三宮町9-3-{number[-1]}",
        "buyer_phone": f"07833110{number[-2:]}", "buyer_email": f"buyer{number}@example.com",
        "payment_method": "cod", "goods_total": 1080, "shipping_fee": 880, "fee": 330, "total": 2290,
    }  # fmt: skip


class Day:
    """A shop whose ledger is a spreadsheet: three telephone orders were typed, ten pieces are there."""

    def __init__(self, desk: google_desk.Desk, folder: Path) -> None:
        self.desk, self.folder = desk, folder
        init_shop(folder, language="ja", shop=SHOP)
        self.key = new_spreadsheet(
            desk.service,
            {
                "products": [
                    {
                        "sku": "K-001",
                        "name": "煎茶",
                        "price": 1080,
                        "tax_rate": 8,
                        "weight_g": 120,
                        "size_cm": 40,
                    }
                ],
                "stock": [{"sku": "K-001", "counted_qty": 10, "counted_at": COUNTED}],
                "orders": [order(number, name) for number, name in BUYERS.items()],
                "order_lines": [
                    {"order_id": number, "sku": "K-001", "qty": 1, "unit_price": 1080, "tax_rate": 8}
                    for number in BUYERS
                ],
            },
            "JPY",
            load(folder).schema,
        )
        (folder / "ledger.xlsx").unlink()
        settings = folder / "shop.yaml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(
            text.replace("ledger: ledger.xlsx", f"ledger: google:{self.key}"), encoding="utf-8"
        )

    def run(self) -> Outcome:
        return run(self.folder, now=NOW)

    def ledger(self) -> Ledger:
        return read_ledger(open_shop(self.folder), NOW)[1]

    def writes(self) -> int:
        return sum(path.endswith(":batchUpdate") for _, path, _ in self.desk.service.calls)

    def after_calls(self, calls: int, what: dict[str, object]) -> None:
        """Let a person do something once so many further calls were answered."""
        act = {"tab": "受注", "key": self.key, **what}
        self.desk.service.acts.append((len(self.desk.service.calls) + calls, act))

    def outbox(self) -> list[Path]:
        return sorted((self.folder / "outbox").glob("*.eml"))


@pytest.fixture
def signed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Day]:
    """Give a day that is reached as a shop's computer reaches it, by a service account's key."""
    monkeypatch.setenv("DAICHO_STATE", str(tmp_path / "seen.json"))
    with google_desk.desk() as desk:
        for name, value in desk.environment().items():
            monkeypatch.setenv(name, value)
        yield Day(desk, tmp_path / "shop")


@pytest.fixture
def day(signed_in: Day, monkeypatch: pytest.MonkeyPatch) -> Day:
    """Give a day on which waiting takes no time."""

    def opened(configuration: Configuration, ledger: str = "") -> Spreadsheet:
        return signed_in.desk.spreadsheet(key=spreadsheet_key(ledger or configuration.ledger))

    monkeypatch.setattr(shops, "open_spreadsheet", opened)
    return signed_in


def assert_done_once(day: Day) -> None:
    """Every order is instructed in one parcel, and its buyer has one confirmation."""
    ledger = day.ledger()
    assert {row.key: row.text("buyer_name") for row in ledger["orders"]} == BUYERS
    assert {row.text("status") for row in ledger["orders"]} == {"instructed"}
    assert sorted(row.text("order_id") for row in ledger["shipments"]) == sorted(BUYERS)
    assert len(day.outbox()) == len(ledger["mails"]) == len(BUYERS)
    assert not ledger.unreadable


def test_a_day_takes_three_calls_and_an_idle_run_one(signed_in: Day):
    day = signed_in
    day.run()
    assert_done_once(day)
    assert day.writes() == 3  # new_spreadsheet's own, the commit, the report
    before = len([path for _, path, _ in day.desk.service.calls if "/v4/" in path])
    outcome = day.run()
    assert outcome.plan.is_empty
    assert len([path for _, path, _ in day.desk.service.calls if "/v4/" in path]) - before == 1


@pytest.mark.parametrize(
    "what",
    [
        pytest.param({"do": "sort", "column": "氏名"}, id="sorts by name"),
        pytest.param({"do": "sort", "column": "受注番号", "descending": True}, id="turns the order round"),
        pytest.param({"do": "insert", "row": 2, "count": 2}, id="inserts rows"),
        pytest.param({"do": "move_column", "column": "状態", "to": 5}, id="moves a column"),
    ],
)
@pytest.mark.parametrize("call", [1, 2], ids=["before the commit", "before the report"])
def test_all_orders_go_out_once_when_a_person(day: Day, what: dict[str, object], call: int):
    day.after_calls(call, what)
    day.run()
    assert_done_once(day)
    assert day.run().plan.is_empty


@pytest.mark.parametrize(
    "kind", ["applied_then_503", "dropped_after", "truncated", "not_applied_503", "html_502"]
)
@pytest.mark.parametrize("skip", [0, 1], ids=["commit", "report"])
def test_all_orders_go_out_once_when_an_answer_is_lost(day: Day, kind: str, skip: int):
    day.desk.service.faults.add({"kind": kind, "path": "batchUpdate", "skip": skip})
    day.run()
    assert_done_once(day)
    assert day.run().plan.is_empty


class Killed(BaseException):
    """The machine went down."""


def die(_ledger: Ledger, _configuration: Configuration) -> Delivered:
    raise Killed


def test_a_run_that_died_before_its_report_is_finished_by_the_next(day: Day, monkeypatch: pytest.MonkeyPatch):
    def deliver_and_die(ledger: Ledger, configuration: Configuration) -> Delivered:
        deliver(ledger, configuration)
        raise Killed

    with monkeypatch.context() as machine:
        machine.setattr(runner, "deliver", deliver_and_die)
        with pytest.raises(Killed):
            day.run()
    assert {row.text("state") for row in day.ledger()["mails"]} == {"queued"}
    day.run()
    assert_done_once(day)
    assert {row.text("state") for row in day.ledger()["mails"]} == {"written"}


def test_no_mail_gets_the_text_of_another_when_a_person_sorts_them_while_they_are_read(
    day: Day, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as machine:
        machine.setattr(runner, "deliver", die)
        with pytest.raises(Killed):
            day.run()
    day.after_calls(1, {"tab": "メール", "do": "sort", "column": "宛先", "descending": True})
    mails = read_ledger(open_shop(day.folder), NOW, texts=False)[1]["mails"]
    assert {mail.text("order_id"): BUYERS[mail.text("order_id")] in mail.text("text") for mail in mails} == (
        dict.fromkeys(BUYERS, True)
    )


def test_a_copy_is_run_only_when_it_was_adopted(day: Day):
    day.run()
    service = day.desk.service
    copy = drive.copied(service, ACCOUNT, service.documents[day.key], {"name": "コピー"})
    settings = day.folder / "shop.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(day.key, str(copy["id"])), encoding="utf-8")
    with pytest.raises(LedgerRefused, match="ledger-copied"):
        day.run()
    adopt(day.folder, NOW, None)
    assert day.run().plan.is_empty
    assert_done_once(day)


def test_a_version_brought_back_is_run_only_when_it_was_adopted(day: Day):
    before = day.desk.service.documents[day.key].copied()
    day.run()
    day.desk.service.documents[day.key] = before
    with pytest.raises(LedgerRefused, match="ledger-restored"):
        day.run()
