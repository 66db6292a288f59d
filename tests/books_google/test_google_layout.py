"""`init --google` makes a spreadsheet a ledger, mends it, and leaves everything of people's as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import gspread
import pytest
from google_desk import Desk
from google_desk import desk as a_desk
from google_person import Json, Seen, does, everything, look_of, person_at, values_of
from sheets_server.document import Document

from automations.app.configuration import BUNDLED, load
from automations.app.google_init import build
from automations.app.shops import first_rows
from automations.books.google.ids import COPIES, sheet_id_of
from automations.books.google.layout import Changes, Layout, wanted
from automations.books.tabs import find_sheets
from automations.core.messages import Language
from automations.core.wording import Wording


def layout_in(language: Language) -> Layout:
    configuration = load(BUNDLED / "sheets_schema", language)
    wording = Wording(language, configuration.currency, configuration.zone)
    return wanted(configuration.schema, wording, first_rows(configuration))


JA, EN = layout_in("ja"), layout_in("en")
TABS = [tab for tab in JA.schema.values() if tab.id != COPIES]


def init(desk: Desk, layout: Layout = JA) -> Changes:
    return build(desk.spreadsheet(), layout)


@cache
def _made(language: Language) -> Document:
    with a_desk() as made:
        init(made, JA if language == "ja" else EN)
        return made.service.documents[made.key]


@pytest.fixture
def ledger(desk: Desk) -> gspread.Spreadsheet:
    """Give a ledger as `init` has just made it, open on a person's screen."""
    return made_before(desk, "ja")


def made_before(desk: Desk, language: Language) -> gspread.Spreadsheet:
    desk.service.documents[desk.key] = replace(_made(language).copied(), id=desk.key)
    return person_at(desk)


def sheet_of(book: gspread.Spreadsheet, title: str) -> Json:
    return look_of(book, title)


def column_of(sheet: Json, header: str, row: int = 1) -> int:
    cells = sheet["data"][0]["rowData"][row - 1]["values"]
    return next(at for at, cell in enumerate(cells) if cell.get("formattedValue") == header)


def cell_below(sheet: Json, header: str, row: int = 2) -> Json:
    rows = sheet["data"][0]["rowData"]
    cells = rows[row - 1].get("values", []) if row <= len(rows) else []
    at = column_of(sheet, header)
    return cells[at] if at < len(cells) else {}


def writes(desk: Desk) -> int:
    return sum("batchUpdate" in path for _, path, _ in desk.service.calls)


@pytest.mark.parametrize(("layout", "language"), [(JA, "ja"), (EN, "en")])
def test_a_blank_spreadsheet_becomes_a_ledger_that_can_be_read(
    desk: Desk, layout: Layout, language: Language
):
    book = made_before(desk, language)
    labels = [tab.label.text(language) for tab in layout.schema.values()]
    sheets = book.worksheets()
    assert [sheet.title for sheet in sheets] == [*labels, "Sheet1"]
    assert [sheet.id for sheet in sheets][:-1] == [sheet_id_of(tab) for tab in layout.schema]
    schema = {tab.id: tab for tab in TABS}
    values = values_of(book)
    found = find_sheets(values, schema)
    for tab in TABS:
        assert list(found[tab.id].columns) == list(tab.columns)
        headers = [column.label.text(language) for column in tab.columns.values()]
        assert values[tab.label.text(language)][0] == headers
    assert len(found["control"].rows) == len(layout.rows["control"])
    assert found["orders"].rows == ()


@pytest.mark.parametrize("layout", [JA, EN])
def test_a_second_time_nothing_is_sent(desk: Desk, layout: Layout):
    made_before(desk, layout.wording.language)
    again = init(desk, layout)
    assert (again.requests, writes(desk)) == ((), 0)
    assert not [tab for tab in again.tabs if tab.added or tab.mended or tab.proposals or tab.adopted]


def test_everything_is_made_in_one_write(desk: Desk):
    init(desk)
    assert writes(desk) == 1


def test_grids_are_small(ledger: gspread.Spreadsheet):
    cells = sum(sheet.row_count * sheet.col_count for sheet in ledger.worksheets())
    assert cells < 500_000


def test_the_header_row_and_the_key_block_are_frozen(ledger: gspread.Spreadsheet):
    orders = ledger.worksheet("受注")
    assert (orders.frozen_row_count, orders.frozen_col_count) == (1, 3)


def test_robot_tabs_and_robot_columns_are_hidden_as_in_the_workbook(ledger: gspread.Spreadsheet):
    assert [sheet.title for sheet in ledger.worksheets() if sheet.isSheetHidden] == ["記録", "記録の写し"]
    lines = sheet_of(ledger, "受注")["data"][0]["columnMetadata"]
    declared = JA.schema["orders"].columns.values()
    hidden = [bool(line.get("hiddenByUser")) for line in lines[: len(declared)]]
    assert hidden == [column.hidden for column in declared]


def test_people_choose_from_lists_in_their_language(desk: Desk):
    orders = sheet_of(made_before(desk, "en"), "Orders")
    rule = cell_below(orders, "Payment")["dataValidation"]
    assert rule["condition"]["type"] == "ONE_OF_LIST"
    offered = [value["userEnteredValue"] for value in rule["condition"]["values"]]
    assert offered == ["unpaid", "partly paid", "paid", "not needed", "refunded"]
    assert not rule.get("strict"), "a value beyond the list is marked, not refused"
    assert cell_below(orders, "Ship-to prefecture")["dataValidation"]["condition"]["values"][0] == {
        "userEnteredValue": "北海道"
    }


def test_tick_boxes_hold_no_value_so_that_rows_are_appended_behind_the_last_real_one(
    desk: Desk, ledger: gspread.Spreadsheet
):
    orders = sheet_of(ledger, "受注")
    assert cell_below(orders, "ギフト")["dataValidation"]["condition"] == {"type": "BOOLEAN"}
    rows = [{"values": [{"userEnteredValue": {"stringValue": "1001"}}]}]
    desk.spreadsheet().update(
        [{"appendCells": {"sheetId": sheet_id_of("orders"), "rows": rows, "fields": "userEnteredValue"}}]
    )
    assert ledger.worksheet("受注").acell("A2").value == "1001"


@pytest.mark.parametrize(("header", "typed"), [("注文者電話", "0312345678"), ("希望時間帯", "12-14")])
def test_what_looks_like_a_number_or_a_date_stays_text(ledger: gspread.Spreadsheet, header: str, typed: str):
    at = column_of(sheet_of(ledger, "受注"), header) + 1
    ledger.worksheet("受注").update_cell(2, at, typed)  # as if typed on the keyboard
    assert ledger.worksheet("受注").cell(2, at, value_render_option="UNFORMATTED_VALUE").value == typed


def test_money_and_days_are_shown_as_such(ledger: gspread.Spreadsheet):
    orders = sheet_of(ledger, "受注")
    assert cell_below(orders, "合計")["userEnteredFormat"]["numberFormat"] == {
        "type": "NUMBER",
        "pattern": "#,##0",
    }
    assert cell_below(orders, "お届け希望日")["userEnteredFormat"]["numberFormat"]["type"] == "DATE"


def test_statuses_holds_and_errors_have_their_colours(ledger: gspread.Spreadsheet):
    orders = sheet_of(ledger, "受注")
    at = column_of(orders, "状態")
    looked_for = {
        rule["booleanRule"]["condition"]["values"][0]["userEnteredValue"]
        for rule in orders["conditionalFormats"]
        if rule["ranges"][0].get("startColumnIndex") == at
    }
    assert looked_for == {
        choice.label.ja for choice in JA.schema["orders"].columns["status"].choices.values()
    }
    kinds = [rule["booleanRule"]["condition"]["type"] for rule in orders["conditionalFormats"]]
    assert "NOT_BLANK" in kinds
    assert sheet_of(ledger, "要確認")["conditionalFormats"]


def test_what_daicho_writes_is_guarded_by_a_warning_only(ledger: gspread.Spreadsheet):
    protected = sheet_of(ledger, "受注")["protectedRanges"]
    guarded = {
        at
        for part in protected
        for at in range(part["range"]["startColumnIndex"], part["range"]["endColumnIndex"])
    }
    columns = list(JA.schema["orders"].columns.values())
    assert guarded == {at for at, column in enumerate(columns) if column.owner == "robot"}
    assert all(part["warningOnly"] for part in protected)


def test_headers_say_who_fills_the_column(ledger: gspread.Spreadsheet):
    header = cell_below(sheet_of(ledger, "受注"), "注文者名", 1)
    assert header["note"] == "人が入力します · 必須"


def test_people_can_choose_views(ledger: gspread.Spreadsheet):
    titles = {view["title"] for view in sheet_of(ledger, "受注")["filterViews"]}
    assert titles == {"止まっている注文", "エラーのある行"}
    assert "basicFilter" in sheet_of(ledger, "受注")


def _like(tabs: list[Seen]) -> list[Seen]:
    """Return tabs with their rules, warnings and views in one order: what comes back stands at the end."""
    return [
        replace(tab, things={kind: sorted(things, key=repr) for kind, things in tab.things.items()})
        for tab in tabs
    ]


def _at(sheet: Json, header: str, rows: tuple[int, int]) -> Json:
    at = column_of(sheet, header)
    return {
        "sheetId": sheet["properties"]["sheetId"], "startRowIndex": rows[0], "endRowIndex": rows[1],
        "startColumnIndex": at, "endColumnIndex": at + 1,
    }  # fmt: skip


def _cleared(sheet: Json, header: str, fields: str, rows: tuple[int, int]) -> Json:
    return {"updateCells": {"range": _at(sheet, header, rows), "fields": fields}}


LOSSES: dict[str, Callable[[Json], list[Json]]] = {
    "a tab": lambda sheet: [{"deleteSheet": {"sheetId": sheet["properties"]["sheetId"]}}],
    "a header": lambda sheet: [_cleared(sheet, "注文者名", "userEnteredValue", (0, 1))],
    "headers side by side": lambda sheet: [
        _cleared(sheet, header, "userEnteredValue", (0, 1)) for header in ("注文者名", "注文者カナ")
    ],
    "the last header": lambda sheet: [_cleared(sheet, "印", "userEnteredValue", (0, 1))],
    "a note": lambda sheet: [_cleared(sheet, "注文者名", "note", (0, 1))],
    "a list": lambda sheet: [_cleared(sheet, "状態", "dataValidation", (1, 1000))],
    "the list of some rows": lambda sheet: [_cleared(sheet, "状態", "dataValidation", (3, 9))],
    "a text format": lambda sheet: [
        _cleared(sheet, "注文者電話", "userEnteredFormat.numberFormat", (1, 1000))
    ],
    "a colour": lambda sheet: [
        {"deleteConditionalFormatRule": {"sheetId": sheet["properties"]["sheetId"], "index": 3}}
    ],
    "a warning": lambda sheet: [
        {"deleteProtectedRange": {"protectedRangeId": sheet["protectedRanges"][1]["protectedRangeId"]}}
    ],
    "a view": lambda sheet: [{"deleteFilterView": {"filterId": sheet["filterViews"][0]["filterViewId"]}}],
    "the filter": lambda sheet: [{"clearBasicFilter": {"sheetId": sheet["properties"]["sheetId"]}}],
    "the frozen block": lambda sheet: [
        {
            "updateSheetProperties": {
                "properties": {"sheetId": sheet["properties"]["sheetId"], "gridProperties": {}},
                "fields": "gridProperties(frozenRowCount,frozenColumnCount)",
            }
        }
    ],
}


@pytest.mark.parametrize("loss", LOSSES)
def test_what_people_lost_comes_back(desk: Desk, ledger: gspread.Spreadsheet, loss: str):
    before = everything(desk)
    does(ledger, *LOSSES[loss](sheet_of(ledger, "受注")))
    assert init(desk).requests
    assert _like(everything(desk)) == _like(before)
    assert init(desk).requests == ()


def test_a_deleted_column_comes_back_at_the_right_end(desk: Desk, ledger: gspread.Spreadsheet):
    at = column_of(sheet_of(ledger, "受注"), "備考")
    line = {"sheetId": sheet_of(ledger, "受注")["properties"]["sheetId"], "dimension": "COLUMNS"}
    does(ledger, {"deleteDimension": {"range": {**line, "startIndex": at, "endIndex": at + 1}}})
    done = init(desk)
    assert values_of(ledger)["受注"][0][-1] == "備考"
    assert [tab.added[0].ja for tab in done.tabs if tab.added] == ["備考"]
    assert init(desk).requests == ()


def test_a_renamed_tab_is_known_by_its_number(desk: Desk, ledger: gspread.Spreadsheet):
    ledger.worksheet("受注").update_title("注文の台帳")
    before = everything(desk)
    assert init(desk).requests == ()
    assert everything(desk) == before


def test_first_rows_are_written_only_into_blank_tabs(desk: Desk, ledger: gspread.Spreadsheet):
    control = ledger.worksheet("操作")
    control.delete_rows(3, 5)
    left = control.get_values()
    assert init(desk).requests == ()
    assert control.get_values() == left
    control.batch_clear(["A2:Z100"])
    init(desk)
    assert len(control.get_values()) == 1 + len(JA.rows["control"])


def test_choices_that_came_later_are_offered(desk: Desk):
    status = EN.schema["orders"].columns["status"]
    fewer = {name: choice for name, choice in status.choices.items() if name != "returned"}
    older = _with_column(EN, "orders", "status", choices=fewer)
    init(desk, older)
    init(desk, EN)
    book = person_at(desk)
    rule = cell_below(look_of(book, "Orders", 20), "Status", 20)["dataValidation"]
    assert rule["condition"]["values"][-1] == {"userEnteredValue": "Returned"}
    assert init(desk, EN).requests == ()


def _with_column(layout: Layout, tab: str, column: str, **changed: Any) -> Layout:  # noqa: ANN401
    columns = dict(layout.schema[tab].columns)
    columns[column] = replace(columns[column], **changed)
    schema = {**layout.schema, tab: replace(layout.schema[tab], columns=columns)}
    return Layout(schema, layout.wording, layout.rows)


def test_rules_and_colours_of_people_stay(desk: Desk, ledger: gspread.Spreadsheet):
    orders = sheet_of(ledger, "受注")
    own_list = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "社員"}]}}
    blue = {"backgroundColor": {"blue": 1}}
    number = orders["properties"]["sheetId"]
    shipped = next(
        rule
        for rule in orders["conditionalFormats"]
        if rule["booleanRule"]["condition"].get("values") == [{"userEnteredValue": "出荷済み"}]
    )
    recoloured = {**shipped, "booleanRule": {**shipped["booleanRule"], "format": blue}}
    own = {
        "ranges": [_at(orders, "合計", (1, 1000))],
        "booleanRule": {"condition": {"type": "NOT_BLANK"}, "format": blue},
    }
    index = orders["conditionalFormats"].index(shipped)
    does(
        ledger,
        {"setDataValidation": {"range": _at(orders, "支払方法", (1, 1000)), "rule": own_list}},
        {"updateConditionalFormatRule": {"sheetId": number, "index": index, "rule": recoloured}},
        {"addConditionalFormatRule": {"index": 0, "rule": own}},
    )
    before = everything(desk)
    assert init(desk).requests == ()
    assert everything(desk) == before
