"""Rows are taken out: those below move up, and everything that points to them follows or keeps them in place."""

import io
import re
import warnings
from datetime import date

import openpyxl
import pytest
import xlsxwriter
from test_xlsx_preserves import full
from xlsx_samples import handmade, part, parts_of, relation, relations, rows_of, sheet

from automations.books.xlsx import CellEdit, SheetEdit, edit_workbook, inspect, remove_rows
from automations.books.xlsx.inspection import Limits
from automations.books.xlsx.moves import Moves, Seat, UnclearError, moved_formula

SHEET1 = "xl/worksheets/sheet1.xml"


def people() -> bytes:
    """Return a workbook with what people make around their orders."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    tab = book.add_worksheet("受注")
    bold = book.add_format({"bold": True})
    tab.write_row(0, 0, ["番号", "氏名", "日", "金額", "状態", "税込"])
    for row in range(1, 21):
        tab.write_row(row, 0, [f"00{row}", f"髙橋 {row}"])
        tab.write_datetime(row, 2, date(2026, 5, row))
        tab.write_number(row, 3, row * 1000)
        tab.write_formula(row, 5, f"=D{row + 1}*1.1", None, row * 1100)
    tab.freeze_panes(1, 1)
    tab.autofilter(0, 0, 20, 5)
    tab.conditional_format(
        1, 0, 20, 5, {"type": "formula", "criteria": '=$E2="保留"', "format": bold, "multi_range": "A2:F21"}
    )
    tab.conditional_format(1, 5, 20, 5, {"type": "data_bar", "data_bar_2010": True})
    tab.data_validation(1, 4, 20, 4, {"validate": "list", "source": "=選択肢!$A$1:$A$3"})
    tab.write_comment("B3", "消える注文のメモ", {"author": "佐藤"})
    tab.write_comment("B9", "電話で確認", {"author": "佐藤"})
    tab.merge_range("H12:I13", "まとめ", bold)
    tab.write_url("H14", "https://example.com/")
    tab.insert_textbox("H16", "覚え書き")
    tab.print_area(0, 0, 20, 5)
    tab.set_row(9, 33)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=受注!$D$2:$D$21", "categories": "=受注!$A$2:$A$21"})
    tab.insert_chart("L8", chart)
    choices = book.add_worksheet("選択肢")
    choices.write_column(0, 0, ["受注", "出荷済み", "保留"])
    totals = book.add_worksheet("集計")
    totals.write_formula("A1", "=SUM(受注!$D$2:$D$21)", None, 210000)
    totals.write_formula("A2", "='受注'!D11&\" D11\"", None, "10000 D11")
    totals.write_formula("A3", "=COUNTA(受注!A:A)+SUM(D5:D9)", None, 21)
    book.define_name("金額", "=受注!$D$2:$D$21")
    book.close()
    return target.getvalue()


PEOPLE = people()


def removed(source: bytes = PEOPLE, *rows: int, title: str = "受注") -> bytes:
    content, emptied = remove_rows(source, {title: rows})
    assert emptied == frozenset()
    inspect(content, Limits())
    return content


def test_rows_below_move_up_and_keep_all_they_held():
    before, after = rows_of(PEOPLE), rows_of(removed(PEOPLE, 3, 4, 7))
    assert after == [row for number, row in enumerate(before, 1) if number not in {3, 4, 7}]
    xml = part(removed(PEOPLE, 3, 4, 7))
    assert re.findall(r'<row r="(\d+)"', xml) == [str(number) for number in range(1, 19)]
    assert re.search(r'<row r="7"[^>]*ht="33"', xml), "heights move with their rows"
    assert 'ref="A1:F18"' in xml


def test_everything_that_points_to_moved_rows_follows():
    content = removed(PEOPLE, 3, 4, 7)
    xml = part(content)
    assert "<f>D8*1.1</f>" in xml
    assert "<f>D21*1.1</f>" not in xml
    assert 'sqref="E2:E18"' in xml
    assert 'sqref="A2:F18"' in xml
    assert "$E2=" in xml, "a rule reads its own row as before"
    assert '<mergeCell ref="H9:I10"' in xml
    assert '<hyperlink ref="H11"' in xml
    assert "<xm:sqref>F2:F18</xm:sqref>" in xml
    names = part(content, "xl/workbook.xml")
    assert "受注!$D$2:$D$18" in names
    assert re.search(r'_FilterDatabase"[^>]*>受注!\$A\$1:\$F\$18<', names)
    assert "受注!$A$1:$F$18" in names
    assert 'fullCalcOnLoad="1"' in names
    totals = part(content, "xl/worksheets/sheet3.xml")
    assert "SUM(受注!$D$2:$D$18)" in totals
    assert '"\'受注\'!D8&amp;" D11""' not in totals
    assert "'受注'!D8&amp;&quot; D11&quot;" in totals
    assert "COUNTA(受注!A:A)+SUM(D5:D9)" in totals, "what points to other sheets stays"
    assert "受注!$D$2:$D$18" in part(content, "xl/charts/chart1.xml")


def test_notes_and_pictures_go_with_their_rows():
    content = removed(PEOPLE, 3, 4, 7)
    notes = part(content, "xl/comments1.xml")
    assert "消える注文のメモ" not in notes
    assert re.findall(r'<comment ref="(\w+)"', notes) == ["B6"]
    boxes = part(content, "xl/drawings/vmlDrawing1.vml")
    assert re.findall(r"<x:Row>(\d+)</x:Row>", boxes) == ["5"]
    before, after = (
        re.findall(r"<xdr:row>(\d+)</xdr:row>", part(one, "xl/drawings/drawing1.xml"))
        for one in (PEOPLE, content)
    )
    assert [int(old) - int(new) for old, new in zip(before, after, strict=True)] == [3] * len(before)


def test_another_library_opens_the_result_and_daicho_edits_it():
    content = removed(PEOPLE, 3, 4, 7)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        tab = openpyxl.load_workbook(io.BytesIO(content))["受注"]
    assert (tab["B6"].value, tab["B6"].comment.text) == ("髙橋 8", "電話で確認")
    again = edit_workbook(content, [SheetEdit("受注", (CellEdit(19, 1, "0021"), CellEdit(19, 4, 5)))])
    assert rows_of(again)[18][0] == "0021"
    assert 'ref="A1:F19"' in part(again)


def test_a_table_grows_smaller():
    source = full()
    content = removed(source, 3, title="表")
    assert 'ref="A1:C3"' in part(content, "xl/tables/table1.xml")


@pytest.mark.parametrize(
    ("source", "title", "rows"),
    [
        pytest.param(PEOPLE, "受注", (11,), id="a formula of another sheet shows a row that goes"),
        pytest.param(full(), "表", (2, 3, 4), id="a table would lose its last row"),
        pytest.param(full(), "受注", (5,), id="a form button stands on the sheet"),
        pytest.param(
            handmade(sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>'
                           '<row r="3"><c r="A3"><f>A2+1</f><v>3</v></c></row>')),
            "S1", (2,), id="a running total reads the row above",
        ),
        pytest.param(
            handmade(sheet('<row r="1"><c><v>1</v></c></row><row r="2"><c><v>2</v></c></row><row r="3"><c><v>3</v></c></row>')),
            "S1", (2,), id="cells without names",
        ),
    ],
)  # fmt: skip
def test_what_could_break_leaves_the_rows_blank_and_hidden(source: bytes, title: str, rows: tuple[int, ...]):
    content, emptied = remove_rows(source, {title: rows})
    assert emptied == {title}
    place = [name for name in ("受注", "選択肢", "表") if title == name]
    at = 2 if place == ["表"] else 0
    before, after = rows_of(source, at), rows_of(content, at)
    left = [row if number not in rows else [""] * len(row) for number, row in enumerate(before, 1)]
    assert [[str(cell) for cell in row] for row in after[: len(left)]] == [
        [str(cell) for cell in row] for row in left[: len(after)]
    ]
    xml = part(content, f"xl/worksheets/sheet{at + 1}.xml")
    for row in [number for number in rows if f'<row r="{number}"' in xml]:
        assert re.search(rf'<row r="{row}"[^>]* hidden="1"/>', xml)


def test_a_blank_hidden_row_is_shown_again_once_something_stands_in_it():
    content, _ = remove_rows(PEOPLE, {"受注": (11,)})
    again = edit_workbook(content, [SheetEdit("受注", (CellEdit(11, 1, "0021"),))])
    assert "hidden" not in re.search(r'<row r="11"[^>]*>', part(again))[0]


def test_shared_formulas_read_on_as_they_did():
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}"><f t="shared" si="0"'
        + (f' ref="B1:B5">A{n}*$A$1</f>' if n == 1 else "/>")
        + f"<v>{n}</v></c></row>"
        for n in range(1, 6)
    )
    content = removed(handmade(sheet(rows)), 2, 3, title="S1")
    assert re.findall(r"<f>([^<]*)</f>", part(content)) == ["A1*$A$1", "A2*$A$1", "A3*$A$1"]


def test_the_order_of_calculation_is_made_anew():
    rows = '<row r="1"><c r="A1"><f>1+1</f></c></row><row r="2"><c r="A2"><v>1</v></c></row>'
    chain = '<calcChain xmlns="x"><c r="A1" i="5"/></calcChain>'
    source = handmade(
        sheet(rows), leads=relation("rId8", "calcChain", "calcChain.xml"), parts={"xl/calcChain.xml": chain}
    )
    content = removed(source, 2, title="S1")
    assert "xl/calcChain.xml" not in parts_of(content)


def test_a_pivot_reads_the_rows_that_are_left():
    pivot = '<pivotCacheDefinition xmlns="x"><cacheSource><worksheetSource ref="A1:B9" sheet="S1"/></cacheSource></pivotCacheDefinition>'
    source = handmade(
        sheet('<row r="2"><c r="A2"><v>1</v></c></row>'),
        parts={"xl/pivotCache/pivotCacheDefinition1.xml": pivot, "xl/pivotCache/_rels/x.rels": relations()},
    )
    content = removed(source, 2, title="S1")
    assert 'ref="A1:B8"' in part(content, "xl/pivotCache/pivotCacheDefinition1.xml")


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("SUM(D2:D21)", "SUM(D2:D18)"),
        ("SUM(D3:D7)", "SUM(D3:D4)"),
        ("$D$10+D$2", "$D$7+D$2"),
        ("SUM(2:21)", "SUM(2:18)"),
        ("SUM(D:D)", "SUM(D:D)"),
        ('IF(A10="D10",LOG10(B8),受注!C8)', 'IF(A7="D10",LOG10(B5),受注!C5)'),
        ("選択肢!A10+'選択肢'!A10:A12", "選択肢!A10+'選択肢'!A10:A12"),
        ("[1]受注!A10+A10", "[1]受注!A10+A7"),
        ("表[[#This Row],[D10]]+D10", "表[[#This Row],[D10]]+D7"),
        ("SUM(A5:INDEX(A:A,9))", "SUM(A3:INDEX(A:A,9))"),
    ],
)
def test_references_follow_the_rows_that_stay(formula: str, expected: str):
    assert moved_formula(formula, Moves.of("受注", (3, 4, 7)), is_own=True) == expected


@pytest.mark.parametrize("formula", ["D3+1", "SUM(D3:D4)", "受注!$D$7", "SUM(受注:選択肢!A1)", "SUM(3:4)"])
def test_what_would_lose_its_cell_is_not_guessed(formula: str):
    with pytest.raises(UnclearError):
        moved_formula(formula, Moves.of("受注", (3, 4, 7)), is_own=True)


def test_a_rule_keeps_its_distance_when_its_first_row_goes():
    moves = Moves.of("受注", (2, 3))
    rule = moved_formula("AND($D2<>$D1,$D2>$K$9)", moves, is_own=True, seat=Seat(2, 2))
    assert rule == "AND($D2<>$D1,$D2>$K$7)"
