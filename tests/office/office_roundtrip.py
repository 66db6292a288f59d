"""Workbooks edited in place, opened by LibreOffice; workbooks saved by LibreOffice, edited in place."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from conftest import Office, Shown
from test_xlsx_preserves import FULL

from automations.app.demo.scenes import SCENES
from automations.app.demo.tour import make_shop, play
from automations.app.runner import Shop, open_shop, read_ledger, run
from automations.books.xlsx import CellEdit, SheetEdit, edit_workbook
from automations.core.ledger import Ledger
from automations.core.values import Cells


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Return the demo shop after its first morning."""
    shop = make_shop(tmp_path_factory.mktemp("shop"), "ja")
    list(play(shop, SCENES[0], 1, "ja"))
    return shop


@pytest.fixture(scope="module")
def shown(morning: Shop, office: Office) -> Shown:
    return office.shown(ledger_file(morning))


@pytest.fixture
def saved_by_office(morning: Shop, office: Office, tmp_path: Path) -> Shop:
    """Return a copy of the shop whose ledger a person has opened and saved with LibreOffice."""
    folder = shutil.copytree(morning.configuration.folder, tmp_path / "shop")
    shutil.copyfile(office.saved(ledger_file(morning)), folder / "ledger.xlsx")
    return open_shop(folder)


def ledger_file(shop: Shop) -> Path:
    return shop.configuration.folder / shop.configuration.ledger


def ledger_of(shop: Shop) -> Ledger:
    return read_ledger(shop, SCENES[0].at)[1]


def column(shown: Shown, title: str, header: str) -> list[str]:
    headers, *rows = shown[title]
    return [row[headers.index(header)] for row in rows]


def cells_by_key(ledger: Ledger, tab: str) -> dict[str, Cells]:
    return {row.key: row.cells for row in ledger[tab]}


def test_statuses_and_reasons_written_by_a_run_are_shown(morning: Shop, shown: Shown):
    orders = ledger_of(morning)["orders"]
    choices = morning.configuration.schema["orders"].columns["status"].choices
    expected = {order.key: choices[order.text("status")].label.ja for order in orders}
    assert len(set(expected.values())) > 3
    assert (
        dict(zip(column(shown, "受注", "受注番号"), column(shown, "受注", "状態"), strict=True)) == expected
    )
    reasons = column(shown, "受注", "止まっている理由")
    assert sorted(filter(None, reasons)) == sorted(
        filter(None, (order.text("stuck_reason") for order in orders))
    )


def test_rows_added_by_a_run_are_shown(morning: Shop, shown: Shown):
    ledger = ledger_of(morning)
    for tab, title, header in (
        ("shipments", "出荷", "出荷ID"),
        ("holds", "要確認", "確認番号"),
        ("mails", "メール", "メール番号"),
        ("runs", "実行履歴", "実行番号"),
    ):
        assert column(shown, title, header) == [row.key for row in ledger[tab]], title


def test_codes_keep_their_zeros_and_long_texts_their_lines(morning: Shop, shown: Shown):
    mails = {row.key: row.text("text") for row in ledger_of(morning)["mails"] if row.text("text")}
    texts = dict(zip(column(shown, "メール", "メール番号"), column(shown, "メール", "本文"), strict=True))
    assert mails
    assert {key: texts[key].splitlines() for key in mails} == {
        key: text.splitlines() for key, text in mails.items()
    }
    phones = column(shown, "受注", "注文者電話")
    assert all(phone.startswith("0") for phone in phones if phone)


@pytest.fixture(scope="module")
def full_shown(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """Return the workbook full of features, edited in place, as LibreOffice shows it."""
    edits = [
        SheetEdit(
            "受注",
            (
                CellEdit(3, 2, "高橋 花子"),
                CellEdit(3, 4, 5_000),
                CellEdit(4, 3, date(2026, 12, 24)),
                CellEdit(5, 5, "出荷済み"),
                CellEdit(6, 1, "0012"),
                CellEdit(7, 2, "=1+1"),
                CellEdit(22, 1, "0021"),
                CellEdit(22, 4, 700),
            ),
        ),
        SheetEdit("表", (CellEdit(3, 1, "B-2"), CellEdit(3, 2, 8))),
    ]
    path = tmp_path_factory.mktemp("full") / "full.xlsx"
    path.write_bytes(edit_workbook(FULL, edits))
    return office.shown(path)


def test_every_kind_of_new_value_is_shown(full_shown: Shown):
    rows = full_shown["受注"]
    assert rows[2][1] == "高橋 花子"
    assert rows[2][3] == "5,000円"
    assert rows[3][2] == "2026/12/24"
    assert rows[4][4] == "出荷済み"
    assert rows[5][0] == "0012"
    assert rows[6][1] == "=1+1"
    assert (rows[21][0], rows[21][3]) == ("0021", "700円")
    assert full_shown["表"][2][:2] == ["B-2", "8"]


def test_formulas_that_depend_on_a_new_value_are_recalculated(full_shown: Shown):
    rows = full_shown["受注"]
    assert rows[2][5] == "5,500円"
    assert rows[3][5] == "3,300円"


def test_untouched_cells_are_shown_as_before(full_shown: Shown, office: Office, tmp_path: Path):
    path = tmp_path / "before.xlsx"
    path.write_bytes(FULL)
    before = office.shown(path)
    assert before.keys() == full_shown.keys()
    assert full_shown["選択肢"] == before["選択肢"]
    assert full_shown["受注"][7:21] == before["受注"][7:21]
    assert full_shown["受注"][29:] == before["受注"][29:]


@pytest.mark.parametrize(
    "tab", ["orders", "order_lines", "products", "stock", "customers", "shipments", "mails"]
)
def test_a_ledger_saved_by_libreoffice_reads_the_same(morning: Shop, saved_by_office: Shop, tab: str):
    before, after = ledger_of(morning), ledger_of(saved_by_office)
    assert cells_by_key(after, tab) == cells_by_key(before, tab)
    assert after.unreadable == before.unreadable
    assert after.marks == before.marks


def test_nothing_is_left_to_do_after_libreoffice_only_saved(saved_by_office: Shop):
    outcome = run(saved_by_office.configuration.folder, now=SCENES[0].at, inbox=False)
    assert [(change.tab, dict(change.cells)) for change in outcome.plan.changes] == []


def test_the_demo_goes_on_in_a_ledger_saved_by_libreoffice(
    saved_by_office: Shop, office: Office, morning: Shop, tmp_path: Path
):
    straight_on = open_shop(shutil.copytree(morning.configuration.folder, tmp_path / "straight"))
    for shop in (straight_on, saved_by_office):
        for number, scene in enumerate(SCENES[1:3], 2):
            list(play(shop, scene, number, "ja"))
    expected = {row.key: row.text("status") for row in ledger_of(straight_on)["orders"]}
    assert {row.key: row.text("status") for row in ledger_of(saved_by_office)["orders"]} == expected
    shown = office.shown(ledger_file(saved_by_office))
    assert sorted(column(shown, "受注", "受注番号")) == sorted(expected)
