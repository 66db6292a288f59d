"""A new workbook shows who fills what, offers its lists and keeps what is typed."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from small_ledger import FIRST_ROWS, LEDGER_ID, ORDERS, SCHEMA, TOKYO

from automations.books.new_workbook import write_new_workbook
from automations.core.messages import Label
from automations.core.schema import Choice, Column, Schema, Tab
from automations.core.values import Cells


def _made(
    folder: Path,
    schema: Schema = SCHEMA,
    language: str = "ja",
    currency: str = "JPY",
    rows: Mapping[str, Sequence[Cells]] = FIRST_ROWS,
) -> Workbook:
    path = folder / "new.xlsx"
    write_new_workbook(
        path, schema, language=language, currency=currency, zone=TOKYO, rows=rows, ledger_id=LEDGER_ID
    )
    return openpyxl.load_workbook(path)


@pytest.fixture
def orders(tmp_path: Path) -> Worksheet:
    return _made(tmp_path)["受注"]


def _letter(column: str) -> str:
    return get_column_letter(list(ORDERS.columns).index(column) + 1)


def _list_of(sheet: Worksheet, column: str) -> str:
    for rule in sheet.data_validations.dataValidation:
        if str(rule.sqref) == f"{_letter(column)}2:{_letter(column)}10000":
            return str(rule.formula1)
    return ""


def test_tabs_stand_in_the_order_of_the_schema_and_the_journal_is_hidden(tmp_path: Path):
    workbook = _made(tmp_path)
    assert workbook.sheetnames == ["受注", "在庫", "記録", "選択肢"]
    assert [workbook[name].sheet_state for name in workbook.sheetnames] == [
        "visible",
        "visible",
        "veryHidden",
        "hidden",
    ]
    assert workbook.active.title == "受注"


def test_headers_are_labels_of_the_shops_language(tmp_path: Path):
    sheet = _made(tmp_path, language="en")["Orders"]
    assert [cell.value for cell in sheet[1]] == [column.label.en for column in ORDERS.columns.values()]


def test_headers_say_by_note_and_colour_who_fills_the_column(orders: Worksheet):
    cells = {column: orders[f"{_letter(column)}1"] for column in ("name", "errors", "status")}
    assert {name: cell.comment.text for name, cell in cells.items()} == {
        "name": "人が入力します",
        "errors": "Daichoが書きます",
        "status": "どちらも書きます(人の入力が優先)",
    }
    assert len({cell.fill.fgColor.rgb for cell in cells.values()}) == 3


def test_key_and_headers_stay_in_sight_and_filters_are_on(orders: Worksheet):
    assert orders.freeze_panes == "C2"
    assert orders.auto_filter.ref == "A1:Q4"


def test_twins_and_seals_are_hidden(orders: Worksheet):
    hidden = {name for name in ORDERS.columns if orders.column_dimensions[_letter(name)].hidden}
    assert hidden == {"status_set", "seal"}


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("order_id", "@"),
        ("status", "@"),
        ("postcode", "@"),
        ("jan", "@"),
        ("total", "#,##0"),
        ("qty", "General"),
        ("ship_on", "yyyy\\-mm\\-dd"),
        ("ordered_at", "yyyy\\-mm\\-dd\\ hh:mm"),
    ],
)
def test_empty_cells_already_have_the_format_of_their_column(orders: Worksheet, column: str, expected: str):
    assert orders.column_dimensions[_letter(column)].number_format.replace("\\", "") == expected.replace(
        "\\", ""
    )


def test_money_has_the_decimal_places_of_its_currency(tmp_path: Path):
    sheet = _made(tmp_path, currency="USD")["受注"]
    assert sheet[f"{_letter('total')}2"].value == 10
    assert sheet[f"{_letter('total')}2"].number_format == "#,##0.00"


def test_people_choose_from_lists(orders: Worksheet):
    assert _list_of(orders, "status") == '"受注,引当済み"'
    assert _list_of(orders, "gift") == '"TRUE,FALSE"'
    assert _list_of(orders, "prefecture").startswith('"北海道,青森県,')
    assert _list_of(orders, "errors") == ""


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param([f"とても長い名前の選択肢{number}" for number in range(30)], id="long"),
        pytest.param(["はい、送る", "いいえ, 送らない"], id="with a comma"),
    ],
)
def test_lists_that_do_not_fit_into_a_rule_stand_on_a_sheet_of_their_own(tmp_path: Path, labels: list[str]):
    choices = {str(at): Choice(str(at), Label(label, label)) for at, label in enumerate(labels)}
    column = Column("order_id", Label("番号", "No."), "choice", choices=choices)
    tab = Tab("orders", Label("受注", "Orders"), ("order_id",), {"order_id": column})
    workbook = _made(tmp_path, {"orders": tab}, rows={})
    assert _list_of(workbook["受注"], "order_id") == f"'選択肢'!$A$1:$A${len(labels)}"
    assert [row[0].value for row in workbook["選択肢"].iter_rows()] == labels


def test_flags_are_tick_boxes(tmp_path: Path):
    _made(tmp_path)
    with zipfile.ZipFile(tmp_path / "new.xlsx") as package:
        assert b"featurePropertyBag" in package.read("[Content_Types].xml")


def test_errors_and_coloured_choices_stand_out(tmp_path: Path):
    red = {"open": Choice("open", Label("確認待ち", "open"), colour="#FECACA")}
    columns = (
        Column("order_id", Label("番号", "No.")),
        Column("errors", Label("エラー", "Errors"), owner="robot"),
        Column("state", Label("状況", "State"), "choice", choices=red),
    )
    tab = Tab("orders", Label("受注", "Orders"), ("order_id",), {one.id: one for one in columns})
    sheet = _made(tmp_path, {"orders": tab}, rows={})["受注"]
    found = {str(area.sqref): rule for area in sheet.conditional_formatting for rule in area.rules}
    assert found["B2:B10000"].type == "notContainsBlanks"
    assert found["C2:C10000"].formula == ['"確認待ち"']
    assert found["C2:C10000"].dxf.fill.bgColor.rgb == "FFFECACA"


def test_pages_print_landscape_one_page_wide_with_their_headers(orders: Worksheet):
    assert orders.page_setup.orientation == "landscape"
    assert (orders.page_setup.fitToWidth or 1, orders.page_setup.fitToHeight) == (1, 0)
    assert orders.print_title_rows == "$1:$1"


def test_text_of_first_rows_is_never_a_formula_or_a_link(tmp_path: Path):
    rows = {"orders": [{"order_id": "=1+1", "name": "https://example.com", "email": "mailto:a@example.com"}]}
    sheet = _made(tmp_path, rows=rows)["受注"]
    cell = sheet["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s") or cell.quotePrefix
    assert sheet[f"{_letter('name')}2"].hyperlink is None


def test_a_column_note_stands_below_who_fills_it(tmp_path: Path):
    column = Column(
        "order_id", Label("番号", "No."), required=True, note=Label("空欄なら自動", "Empty: automatic")
    )
    tab = Tab("orders", Label("受注", "Orders"), ("order_id",), {"order_id": column})
    sheet = _made(tmp_path, {"orders": tab}, language="en", rows={})["Orders"]
    assert sheet["A1"].comment.text == "People fill this in · Required\nEmpty: automatic"
