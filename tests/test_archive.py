"""Closed orders go to the archive of their year with all that hangs on them, and nothing is ever in neither place."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from archive_shop import (
    NOW,
    SHELVES,
    SUMMER,
    TABS,
    keys,
    ledger_of,
    make,
    marks_of,
    moment,
    order_rows,
    shelves,
    together,
    usual,
)
from books.failing_disks import WatchedDisk
from click.testing import CliRunner

from automations.app import archives, archiving
from automations.app.archives import archive_book, archive_names
from automations.app.archiving import archive_shop
from automations.app.cli import cli
from automations.app.importing import import_files
from automations.app.orders import OrderUnknown
from automations.app.report import day_report
from automations.app.rows import show_rows
from automations.app.runner import Shop, open_shop, typed
from automations.app.why import explain
from automations.books.workbook import WorkbookBook
from automations.books.xlsx import CellEdit, SheetEdit, edit_workbook
from automations.core.errors import LedgerRefused, SetupError
from automations.core.holds.case import Surroundings
from automations.core.ledger import Ledger
from automations.core.plan import AppendRow, Plan
from automations.core.reading import row_keys
from automations.core.snapshot import Receipt, RunNote, Snapshot

OF_ORDERS = ("orders", "order_lines", "shipments", "holds", "mails")


def archived(shop: Shop, name: str = "2026") -> Ledger:
    return typed(shop, archive_book(shop.configuration, name).read(), NOW)


def test_closed_orders_leave_with_everything_that_hangs_on_them(tmp_path: Path):
    shop = make(tmp_path / "shop")
    before = ledger_of(shop)
    result = archive_shop(shop, now=NOW)
    after, there = ledger_of(shop), archived(shop)
    assert keys(after, *OF_ORDERS) == {
        tab: [row.key for row in before[tab] if row.key.startswith(("1003", "confirmation:1003"))]
        for tab in OF_ORDERS
    }
    assert [row.key for row in after["batches"]] == ["yamato-20261110-1"]
    assert dict(result.departure.orders) == {2026: 2}
    assert keys(there, "orders", "batches") == {
        "orders": ["1001", "1002"],
        "batches": ["yamato-20260701-1", "yamato-20260704-1"],
    }
    for tab in OF_ORDERS:
        for row in there[tab]:
            seals = {"seal"} if shop.configuration.schema[tab].sealed else set()
            assert {name: value for name, value in row.cells.items() if name not in seals} == {
                name: value for name, value in before[tab][row.key].cells.items() if name not in seals
            }
    assert archive_names(shop.configuration) == ["2026"]


def test_marks_go_with_their_orders(tmp_path: Path):
    shop = make(tmp_path / "shop")
    archive_shop(shop, now=NOW)
    assert ledger_of(shop).marks == set(marks_of("1003", date(2026, 11, 10)))
    assert archived(shop).marks == {
        *marks_of("1001", SUMMER),
        *marks_of("1002", SUMMER + timedelta(days=3)),
    }


def test_numbers_given_to_typed_orders_are_never_given_again(tmp_path: Path):
    rows = together(
        SHELVES,
        *(order_rows(f"H-0000{number}", SUMMER, channel="hand", channel_order_no=None) for number in (6, 7)),
    )
    shop = make(tmp_path / "shop", {**rows, "batches": [], "runs": rows["runs"][:1]}, marks=False)
    snapshot = shop.book.read()
    marks = ("import:hand:H-00006", "import:hand:H-00007")
    shop.book.commit(Plan(marks=marks), snapshot, RunNote("r", "run", NOW.isoformat()))
    archive_shop(shop, now=NOW)
    after = ledger_of(shop)
    assert len(after["orders"]) == 0
    assert after.marks == {"import:hand:H-00007"}, "the next number is counted from it"
    assert archived(shop).marks == set(marks)


def test_stock_on_hand_stays_what_it_was(tmp_path: Path):
    shop = make(tmp_path / "shop")
    before = shelves(ledger_of(shop))
    archive_shop(shop, now=NOW)
    after = ledger_of(shop)
    assert shelves(after) == before == {"K-001": 96, "K-002": 50}
    folded = [row for row in after["movements"] if row.key.startswith("F-")]
    assert [(row.text("sku"), row.number_of("qty")) for row in folded] == [("K-001", -2)], (
        "K-002 was counted since"
    )
    later = NOW + timedelta(days=120)
    archive_shop(shop, now=later)
    again = ledger_of(shop)
    assert shelves(again) == before
    assert [row.number_of("qty") for row in again["movements"]] == [-4], "one row stands for all"
    assert keys(again, "orders") == {"orders": []}


def test_a_second_run_changes_nothing(tmp_path: Path):
    shop = make(tmp_path / "shop")
    archive_shop(shop, now=NOW)
    files = {path: path.read_bytes() for path in (tmp_path / "shop").rglob("*") if path.is_file()}
    result = archive_shop(shop, now=NOW)
    assert result.departure.plan.is_empty
    assert {path: path.read_bytes() for path in (tmp_path / "shop").rglob("*") if path.is_file()} == files


def test_a_dry_run_writes_nothing(tmp_path: Path):
    shop = make(tmp_path / "shop")
    content = (tmp_path / "shop" / "ledger.xlsx").read_bytes()
    result = archive_shop(shop, now=NOW, dry_run=True)
    assert dict(result.departure.orders) == {2026: 2}
    assert (tmp_path / "shop" / "ledger.xlsx").read_bytes() == content
    assert not (tmp_path / "shop" / "archive").exists()


def test_orders_of_two_years_go_to_two_archives(tmp_path: Path):
    shop = make(tmp_path / "shop", together(usual(), order_rows("900", date(2025, 12, 30), sku="K-002")))
    archive_shop(shop, now=NOW)
    assert archive_names(shop.configuration) == ["2025", "2026"]
    assert keys(archived(shop, "2025"), "orders") == {"orders": ["900"]}


def test_a_full_archive_is_followed_by_another_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(archives, "_FULL_WORKBOOK", 2)
    shop = make(tmp_path / "shop")
    archive_shop(shop, now=NOW)
    archive_shop(shop, now=NOW + timedelta(days=120))
    assert archive_names(shop.configuration) == ["2026", "2026-2"]
    assert keys(archived(shop, "2026-2"), "orders") == {"orders": ["1003"]}


@pytest.mark.parametrize(
    ("tab", "cells"),
    [
        pytest.param("orders", {"status": "shipped"}, id="it is not closed"),
        pytest.param("orders", {"status_since": date(2026, 11, 20)}, id="it was closed this week"),
        pytest.param("holds", {"state": "open"}, id="a hold is open"),
        pytest.param("mails", {"state": "queued"}, id="a mail is waiting"),
        pytest.param("shipments", {"state": "instructed"}, id="a parcel may still go out"),
    ],
)
def test_an_order_stays_while_something_is_under_way(tmp_path: Path, tab: str, cells: dict[str, object]):
    rows = usual()
    rows[tab][0] = {**rows[tab][0], **cells}  # type: ignore[dict-item]
    shop = make(tmp_path / "shop", rows)
    archive_shop(shop, now=NOW)
    assert keys(ledger_of(shop), "orders") == {"orders": ["1001", "1003"]}


def test_a_mail_that_was_held_back_keeps_its_order_for_a_month_more(tmp_path: Path):
    rows = usual()
    rows["mails"][0] = {**rows["mails"][0], "state": "held", "sent_at": None}
    shop = make(tmp_path / "shop", rows)
    due = NOW.replace(month=10, day=20)
    archive_shop(shop, now=due)
    assert keys(ledger_of(shop), "orders") == {"orders": ["1001", "1003"]}
    archive_shop(shop, now=due + timedelta(days=20))
    assert keys(ledger_of(shop), "orders") == {"orders": ["1003"]}
    assert archived(shop)["mails"]["confirmation:1001"].text("state") == "held"


def test_orders_in_one_parcel_leave_together(tmp_path: Path):
    rows = usual()
    rows["shipments"][0] = {**rows["shipments"][0], "with_orders": "1003"}
    shop = make(tmp_path / "shop", rows)
    archive_shop(shop, now=NOW)
    assert keys(ledger_of(shop), "orders") == {"orders": ["1001", "1003"]}


def test_a_key_that_stands_twice_keeps_its_order_here(tmp_path: Path):
    rows = usual()
    rows["order_lines"].append({**rows["order_lines"][0], "qty": 5})
    shop = make(tmp_path / "shop", rows)
    archive_shop(shop, now=NOW)
    assert "1001" in ledger_of(shop)["orders"]


def test_customers_remember_what_left(tmp_path: Path):
    rows = usual()
    rows["shipments"][0] = {**rows["shipments"][0], "state": "returned", "return_reason": "refused"}
    rows["orders"][0] = {**rows["orders"][0], "status": "returned"}
    shop = make(tmp_path / "shop", together(rows, order_rows("1000", SUMMER, status="cancelled")))
    archive_shop(shop, now=NOW)
    customer = ledger_of(shop)["customers"]["C-00001"]
    assert (customer.number_of("archived_orders"), customer.number_of("archived_refusals")) == (2, 1)


def test_what_people_wrote_into_columns_of_their_own_goes_along(tmp_path: Path):
    shop = make(tmp_path / "shop")
    path = tmp_path / "shop" / "ledger.xlsx"
    orders = shop.book.read().sheets["orders"]
    row, at = row_keys(orders, shop.configuration.schema["orders"])["1001"], len(orders.columns) + 3
    total = orders.columns["total"]
    cells = (CellEdit(1, at, "包装メモ"), CellEdit(row, at, "赤いリボン"), CellEdit(row, total, "約二千円"))
    path.write_bytes(edit_workbook(path.read_bytes(), [SheetEdit(orders.title, cells)]))
    archive_shop(shop, now=NOW)
    there = archived(shop)["orders"]["1001"]
    assert (there.get("包装メモ"), there.raw["total"]) == ("赤いリボン", "約二千円")
    assert "1001" not in ledger_of(shop)["orders"]


def test_texts_of_mails_sent_long_ago_become_hashes(tmp_path: Path):
    shop = make(tmp_path / "shop", together(SHELVES, order_rows("1003", date(2026, 10, 10))))
    archive_shop(shop, now=NOW)
    assert ledger_of(shop)["mails"]["confirmation:1003"].text("text").startswith("sha256:")
    assert "ありがとう" not in " ".join(row.text("content") for row in ledger_of(shop)["journal"])


class Crashed(BaseException):
    """The machine stops here."""


def places(shop: Shop) -> dict[str, set[str]]:
    """Return where each row of an order can be found."""
    found: dict[str, set[str]] = {}
    ledgers = {"live": ledger_of(shop)}
    ledgers |= {name: archived(shop, name) for name in archive_names(shop.configuration)}
    for name, ledger in ledgers.items():
        for tab in (*OF_ORDERS, "batches"):
            for row in ledger[tab]:
                found.setdefault(f"{tab} {row.key}", set()).add(name)
        for mark in ledger.marks:
            found.setdefault(mark, set()).add(name)
    return found


def _watched(shop: Shop, before: Callable[[int, str], None], monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Return the shop with one disk below its ledger and its archives."""
    disk = WatchedDisk(before)
    configuration = shop.configuration

    def opened(place: str, _configuration: object) -> WorkbookBook:
        return WorkbookBook(
            configuration.folder / place, configuration.schema, language="ja", currency="JPY",
            zone=configuration.zone, disk=disk, patience_s=0.1,
        )  # fmt: skip

    monkeypatch.setattr(archives, "open_book_at", opened)
    return Shop(configuration, opened(configuration.ledger, configuration))


def _steps(folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    steps: list[str] = []
    shop = _watched(make(folder), lambda _, name: steps.append(name), monkeypatch)
    archive_shop(shop, now=NOW)
    monkeypatch.undo()
    return len(steps)


def test_a_crash_at_any_step_loses_nothing_and_running_again_is_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    count = _steps(tmp_path / "counted", monkeypatch)
    everything = set(places(make(tmp_path / "whole")))
    assert count > 15
    for deadly in range(1, count + 1):
        folder = tmp_path / f"shop{deadly}"

        def stop(number: int, _name: str, deadly: int = deadly) -> None:
            if number == deadly:
                raise Crashed

        shop = _watched(make(folder), stop, monkeypatch)
        with pytest.raises(Crashed):
            archive_shop(shop, now=NOW)
        monkeypatch.undo()
        shop = open_shop(folder)
        assert set(places(shop)) == everything, deadly
        archive_shop(shop, now=NOW)
        now = places(shop)
        assert set(now) == everything, deadly
        assert {key: where for key, where in now.items() if len(where) > 1} == {}, deadly
        assert shelves(ledger_of(shop)) == {"K-001": 96, "K-002": 50}
        assert ledger_of(shop)["customers"]["C-00001"].number_of("archived_orders") == 2


def test_what_a_person_types_between_the_steps_is_in_the_archive_or_still_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    count = _steps(tmp_path / "counted", monkeypatch)
    kinds = set()
    for edited in range(1, count + 1, 4):
        folder = tmp_path / f"shop{edited}"
        shop = make(folder)

        def type_memo(number: int, name: str, edited: int = edited, folder: Path = folder) -> None:
            if number == edited and name != "replace":
                _type(open_shop(folder), "1001", "memo", "電話あり")

        archive_shop(_watched(shop, type_memo, monkeypatch), now=NOW)
        monkeypatch.undo()
        shop = open_shop(folder)
        here, there = ledger_of(shop)["orders"].get("1001"), archived(shop)["orders"].get("1001")
        memos = [row.text("memo") for row in (here, there) if row is not None]
        kinds.add(tuple(memos))
        archive_shop(shop, now=NOW)
        row = ledger_of(shop)["orders"].get("1001") or archived(shop)["orders"]["1001"]
        assert memos, edited
        assert here is None or there is None or here.text("memo") == "電話あり", edited
        assert row.text("memo") in memos, edited
    assert ("電話あり",) in kinds


def _type(shop: Shop, key: str, column: str, value: str) -> None:
    sheet = shop.book.read().sheets["orders"]
    row = row_keys(sheet, shop.configuration.schema["orders"]).get(key)
    if row:
        path = shop.configuration.folder / "ledger.xlsx"
        edit = SheetEdit(sheet.title, (CellEdit(row, sheet.columns[column], value),))
        path.write_bytes(edit_workbook(path.read_bytes(), [edit]))


def test_another_order_of_the_same_number_stays_here_and_is_told(tmp_path: Path):
    shop = make(tmp_path / "shop")
    archive_shop(shop, now=NOW)
    other = together(
        SHELVES, order_rows("1001", date(2026, 7, 20), imported_at=moment(date(2026, 7, 20), 12))
    )
    other["movements"] = []
    folder = tmp_path / "other"
    other_shop = make(folder, other)
    (folder / "archive").mkdir()
    (folder / "archive" / "2026.xlsx").write_bytes((tmp_path / "shop" / "archive" / "2026.xlsx").read_bytes())
    result = archive_shop(other_shop, now=NOW)
    assert [finding.code for finding in result.findings] == ["archive-differs"]
    assert "1001" in ledger_of(other_shop)["orders"]
    assert archived(other_shop)["orders"]["1001"].day("ordered_at") == SUMMER


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        pytest.param("  after_days: 7\n", "archive-too-soon", id="mails would still be due"),
        pytest.param("  keep_mail_text_days: -1\n", "archive-too-soon", id="texts go before they are sent"),
        pytest.param("  books: {2026: archive.xlsx}\n", "archive-book", id="no spreadsheet"),
        pytest.param("  after_day: 90\n", "unknown-key", id="a slip of the pen"),
    ],
)
def test_settings_of_the_archive_are_checked(tmp_path: Path, lines: str, code: str):
    make(tmp_path / "shop", marks=False)
    own = tmp_path / "shop" / "shop.yaml"
    text = own.read_text(encoding="utf-8").partition("\narchive:")[0]
    own.write_text(f"{text}\narchive:\n{lines}", encoding="utf-8")
    with pytest.raises(SetupError) as refused:
        open_shop(tmp_path / "shop")
    assert [problem.code for problem in refused.value.problems] == [code]


def test_archives_of_a_google_ledger_are_named_in_the_settings(tmp_path: Path):
    make(tmp_path / "shop", marks=False)
    own = tmp_path / "shop" / "shop.yaml"
    text = own.read_text(encoding="utf-8").replace("ledger: ledger.xlsx", "ledger: google:live")
    own.write_text(text + "  books: {2025: 'google:old'}\n", encoding="utf-8")
    from automations.app.configuration import load

    configuration = load(tmp_path / "shop")
    assert archive_names(configuration) == ["2025"]
    with pytest.raises(SetupError) as refused:
        archive_book(configuration, "2026")
    assert refused.value.problems[0].code == "archive-book"
    assert set(TABS)


def test_an_archived_order_that_arrives_again_is_known(tmp_path: Path):
    shop = make(tmp_path / "shop")
    archive_shop(shop, now=NOW)
    file = tmp_path / "orders_export.csv"
    header = (
        "Name,Email,Financial Status,Created at,Total,Shipping Name,Payment Method,"
        "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku"
    )
    rows = [
        f"#{number},a@example.com,paid,{day} 09:00:00 +0900,1080,森 一郎,Stripe,1,煎茶,1080,K-001"
        for number, day in (("1001", "2026-07-01"), ("1002", "2026-07-04"), ("1900", "2026-07-05"))
    ]
    file.write_text("\n".join((header, *rows, "")), encoding="utf-8")
    outcome, (count,) = import_files(tmp_path / "shop", [file], NOW, None)
    told = [finding for finding in count.findings if finding.code == "order-archived"]
    assert [(finding.key, finding.level) for finding in told] == [("1001", "warning"), ("1002", "warning")]
    assert (count.orders_new, count.orders_same) == (1, 2)
    assert {"1001", "1002"}.isdisjoint(outcome.after["orders"].keys())
    assert "1900" in outcome.after["orders"], "old, but never seen before"


def test_before_the_first_archive_there_is_none_to_look_into(tmp_path: Path):
    make(tmp_path / "shop")
    told = show_rows(tmp_path / "shop", "orders", (), "table", NOW, "en", archived=True)
    assert told == "There is no archive yet: `daicho archive` makes the first one."


def test_an_archive_that_is_gone_is_told(tmp_path: Path):
    folder = tmp_path / "shop"
    archive_shop(make(folder), now=NOW)
    (folder / "archive" / "2026.xlsx").unlink()
    with pytest.raises(LedgerRefused, match="archive-missing"):
        show_rows(folder, "orders", (), "table", NOW, "en", archived=True)
    with pytest.raises(LedgerRefused, match="archive-missing"):
        explain(folder, "1001", NOW, "en")


def test_a_full_archive_that_is_gone_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(archives, "_FULL_WORKBOOK", 1)
    shop = make(tmp_path / "shop")
    archive_shop(shop, now=NOW)
    for name in ("2026-2", "2026-3"):
        later = (tmp_path / "shop" / "archive" / "2026.xlsx").read_bytes()
        (tmp_path / "shop" / "archive" / f"{name}.xlsx").write_bytes(later)
    (tmp_path / "shop" / "archive" / "2026-2.xlsx").unlink()
    archive_shop(shop, now=NOW + timedelta(days=120))
    assert archive_names(shop.configuration) == ["2026", "2026-3", "2026-4"]


def test_a_customer_of_archived_orders_is_not_new(tmp_path: Path):
    shop = make(tmp_path / "shop")
    archive_shop(shop, now=NOW + timedelta(days=120))
    ledger = ledger_of(shop)
    assert keys(ledger, "orders") == {"orders": []}
    fresh = order_rows("2001", date(2026, 11, 23), status="received")["orders"][0]
    after = ledger.apply(Plan((AppendRow("orders", fresh),)))
    around = Surroundings(after, *[None] * 8)  # type: ignore[arg-type]
    assert around.orders.is_first("2001")
    assert not around.is_first(after["orders"]["2001"])


def test_an_archived_order_can_still_be_looked_at(tmp_path: Path):
    folder = tmp_path / "shop"
    archive_shop(make(folder), now=NOW)
    told = explain(folder, "1001", NOW, "en").splitlines()
    assert told[0] == "This order is closed and in the archive 2026."
    assert told[1].startswith("1001  北村 悦子")
    assert show_rows(folder, "orders", ("order_id=1002",), "csv", NOW, None).count("\r\n") == 1
    shown = show_rows(folder, "orders", ("order_id=1002",), "csv", NOW, None, archived=True)
    assert shown.splitlines()[0].startswith("archive,order_id,")
    assert [line.split(",")[:2] for line in shown.splitlines()[1:]] == [["2026", "1002"]]
    told = show_rows(folder, "orders", ("order_id=1002",), "table", NOW, "en", archived=True)
    assert told.splitlines()[0] == "archive 2026"
    assert "2026: Posted 2" in day_report(folder, NOW, "en", archived=True)
    with pytest.raises(OrderUnknown):
        explain(folder, "9999", NOW, None)


@pytest.mark.parametrize("options", [["--dry-run"], []])
def test_the_command_says_what_went_where(tmp_path: Path, options: list[str]):
    folder = tmp_path / "shop"
    make(folder)
    arguments = ["archive", "--shop", str(folder), "--now", "2026-11-24T10:00", "--lang", "en", *options]
    told = CliRunner().invoke(cli, arguments).output
    start = "would go to the archive 2026" if options else "archive 2026"
    assert told.startswith(
        f"{start}: orders 2 (rows: Orders 2, Order lines 2, Shipments 2, Holds 2, Mails 2, Stock movements 2"
    )
    document = json.loads(CliRunner().invoke(cli, [*arguments, "--json"]).output)
    assert [one["orders"] for one in document["archives"]] == ([2] if options else [])


def test_many_rows_leave_in_several_goes_and_stock_stays_right_in_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(archiving, "most_rows", lambda _shop: 5)
    rows = usual()
    rows["shipments"][0] = {**rows["shipments"][0], "with_orders": "1000"}
    shop = make(tmp_path / "shop", together(rows, order_rows("1000", SUMMER)))
    hands: list[dict[str, int]] = []
    real = shop.book.commit

    def watched(plan: Plan, base: Snapshot, note: RunNote) -> Receipt:
        receipt = real(plan, base, note)
        hands.append(shelves(ledger_of(shop)))
        return receipt

    monkeypatch.setattr(shop.book, "commit", watched)
    result = archive_shop(shop, now=NOW)
    assert dict(result.departure.orders) == {2026: 3}
    assert keys(archived(shop), "orders") == {"orders": ["1001", "1000", "1002"]}, (
        "those of one parcel together"
    )
    assert len(hands) >= 2
    assert all(hand == {"K-001": 94, "K-002": 50} for hand in hands)
    assert archive_shop(shop, now=NOW).departure.plan.is_empty
