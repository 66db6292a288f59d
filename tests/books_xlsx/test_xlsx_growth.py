"""Rows written below the records: what reaches down with them, and what stays."""

from collections.abc import Callable
from datetime import date, datetime, time

import pytest
from xlsx_samples import MAIN, SHEET, handmade, part, parts_of, relation, relations, rows_of, sheet, zipped

from automations.books.xlsx import CellEdit, EditRefused, SheetEdit, edit_workbook
from automations.books.xlsx.styles import is_date_code

RECORDS = "".join(
    f'<row r="{row}"><c r="A{row}"><v>{row}</v></c><c r="B{row}"><v>1</v></c><c r="C{row}" s="2"/></row>'
    for row in range(1, 5)
)
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
XM = "http://schemas.microsoft.com/office/excel/2006/main"
TABLE = "xl/tables/table1.xml"


def append(source: bytes, *rows: int, columns: str = "AB") -> bytes:
    cells = tuple(CellEdit(row, ord(column) - 64, "x") for row in rows for column in columns)
    return edit_workbook(source, [SheetEdit("S1", cells)])


def after_rows(source: bytes) -> str:
    return part(source).partition("</sheetData>")[2].removesuffix("</worksheet>")


def validation(areas: str) -> str:
    return f'<dataValidations count="1"><dataValidation type="list" sqref="{areas}"><formula1>"a,b"</formula1></dataValidation></dataValidations>'


def formats(areas: str) -> str:
    return f'<conditionalFormatting sqref="{areas}"><cfRule type="expression" priority="1"><formula>A2&gt;1</formula></cfRule></conditionalFormatting>'


def extended(areas: str) -> str:
    return (
        f'<extLst><ext xmlns:x14="{X14}"><x14:dataValidations xmlns:xm="{XM}"><x14:dataValidation><x14:formula1><xm:f>S2!A1:A4</xm:f>'
        f"</x14:formula1><xm:sqref>{areas}</xm:sqref></x14:dataValidation></x14:dataValidations></ext>"
        f'<ext xmlns:x14="{X14}"><x14:conditionalFormattings><x14:conditionalFormatting xmlns:xm="{XM}"><x14:cfRule/>'
        f"<xm:sqref>{areas}</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings></ext>"
        f'<ext xmlns:x14="{X14}"><x14:sparklineGroups><x14:sparkline xmlns:xm="{XM}"><xm:sqref>B4</xm:sqref></x14:sparkline></x14:sparklineGroups></ext></extLst>'
    )


@pytest.mark.parametrize("written", [formats, validation, extended])
@pytest.mark.parametrize(
    ("areas", "rows", "expected"),
    [
        pytest.param("B2:B4", [5], "B2:B5", id="one row"),
        pytest.param("B2:B4", [5, 6, 7], "B2:B7", id="several rows"),
        pytest.param("B2:B4 A1:A4 A1", [5], "B2:B5 A1:A5 A1", id="several areas"),
        pytest.param("C2:C4", [5], "C2:C5", id="a column that people fill in"),
        pytest.param("D2:D4", [5], "D2:D5", id="an empty column beside the record"),
        pytest.param("$A$4", [5], "$A$4:$A$5", id="a single cell"),
        pytest.param("F2:F4", [5], "F2:F4", id="an area apart"),
        pytest.param("B2:B3", [5], "B2:B3", id="ends higher up"),
        pytest.param("B2:B9", [5], "B2:B9", id="reaches further already"),
        pytest.param("B:B", [5], "B:B", id="a whole column"),
        pytest.param("B2:B4", [6], "B2:B4", id="a gap between"),
        pytest.param("B2:B4", [4], "B2:B4", id="a known row"),
    ],
)
def test_formats_and_validations_reach_new_rows(
    written: Callable[[str], str], areas: str, rows: list[int], expected: str
):
    result = append(handmade(sheet(RECORDS, after=written(areas))), *rows)
    assert after_rows(result) == written(expected)


def test_nothing_grows_over_what_stands_below():
    rows = RECORDS + '<row r="6"><c r="B6"><v>9</v></c></row>'
    result = append(handmade(sheet(rows, after=formats("A2:A4") + formats("B2:B4"))), 5)
    assert after_rows(result) == formats("A2:A5") + formats("B2:B4")


def test_validations_do_not_grow_over_each_other():
    both = validation("B2:B4") + validation("B5:B9") + validation("A2:A4")
    result = append(handmade(sheet(RECORDS, after=both)), 5)
    assert after_rows(result) == validation("B2:B4") + validation("B5:B9") + validation("A2:A5")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param('<row r="1"><c r="A1"><v>1</v></c></row>', "A1:B1", id="heading without records"),
        pytest.param('<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>', "A2:B3", id="first record"),
    ],
)  # fmt: skip
def test_a_format_of_the_heading_alone_stays(rows: str, expected: str):
    last = 2 if 'r="2"' in rows else 1
    result = append(handmade(sheet(rows, after=formats(f"A{last}:B{last}"))), last + 1)
    assert after_rows(result) == formats(expected)


def test_the_used_range_grows_both_ways():
    source = handmade(sheet(RECORDS, before='<dimension ref="A1:B4"/>'))
    assert '<dimension ref="A1:D7"/>' in part(append(source, 7, columns="D"))
    assert '<dimension ref="A1:B4"/>' in part(append(source, 4))


def test_the_filter_of_the_sheet_grows_with_its_hidden_name():
    views = (
        '<customSheetViews><customSheetView><autoFilter ref="A1:B4"/></customSheetView></customSheetViews>'
    )
    filtered = '<autoFilter ref="A1:B{}"><filterColumn colId="0"/></autoFilter>' + views
    names = (
        "<definedNames>"
        '<definedName name="_xlnm._FilterDatabase" localSheetId="1" hidden="1">\'S2\'!$A$1:$B$4</definedName>'
        '<definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">\'S1\'!$A$1:$B${}</definedName>'
        "<definedName name=\"受注\">'S1'!$A$1:$B$4</definedName></definedNames>"
    )
    source = handmade(sheet(RECORDS, after=filtered.format(4)), sheet(""), workbook=names.format(4))
    result = append(source, 5, 6)
    assert after_rows(result) == filtered.format(6)
    assert names.format(6) in part(result, "xl/workbook.xml")


@pytest.mark.parametrize(
    ("last", "row", "expected"),
    [
        pytest.param(2, 5, 5, id="rows typed right below belong to it"),
        pytest.param(2, 6, 2, id="a blank row ends it"),
        pytest.param(1, 5, 5, id="a heading that was filtered before there was a row"),
    ],
)
def test_the_filter_of_the_sheet_takes_in_rows_that_people_typed(last: int, row: int, expected: int):
    result = append(handmade(sheet(RECORDS, after=f'<autoFilter ref="A1:B{last}"/>')), row)
    assert after_rows(result) == f'<autoFilter ref="A1:B{expected}"/>'


def with_table(totals: str = "", place: str = "A1:B4") -> bytes:
    table = (
        f'<table xmlns="{MAIN}" id="1" name="T" displayName="注文" ref="{place}"{totals}>'
        f'<autoFilter ref="A1:B4"/><tableColumns count="2"><tableColumn id="1" name="番号"/>'
        '<tableColumn id="2" name="氏名"/></tableColumns></table>'
    )
    lead = relations(relation("rId1", "table", "../tables/table1.xml"))
    parts = {TABLE: table, "xl/worksheets/_rels/sheet1.xml.rels": lead}
    return handmade(sheet(RECORDS, after='<tableParts count="1"/>'), parts=parts)


def test_a_table_grows_with_its_filter():
    source = with_table()
    result = append(source, 5, 6)
    assert part(result, TABLE) == part(source, TABLE).replace("A1:B4", "A1:B6")


@pytest.mark.parametrize(("rows", "columns"), [((6,), "AB"), ((5,), "DE"), ((3,), "AB")])
def test_a_table_stays_when_nothing_is_written_right_below_it(rows: tuple[int, ...], columns: str):
    assert part(append(with_table(), *rows, columns=columns), TABLE) == part(with_table(), TABLE)


@pytest.mark.parametrize("row", [5, 6])
def test_rows_do_not_run_into_the_totals_of_a_table(row: int):
    with pytest.raises(EditRefused) as refusal:
        append(with_table(' totalsRowCount="1"', "A1:B5"), row)
    assert (refusal.value.reason, refusal.value.cell, refusal.value.area) == (
        "table-totals-row",
        f"A{row}",
        "注文",
    )


def test_a_table_with_totals_takes_changes_inside_and_beside():
    source = with_table(' totalsRowCount="1"', "A1:B5")
    result = append(append(source, 4), 5, columns="D")
    assert part(result, TABLE) == part(source, TABLE)


def test_the_headings_of_a_table_keep_their_names():
    for value in ("番号", None):
        with pytest.raises(EditRefused, match="table-heading: S1: B1: 注文"):
            edit_workbook(with_table(), [SheetEdit("S1", (CellEdit(1, 2, value),))])
    result = edit_workbook(with_table(), [SheetEdit("S1", (CellEdit(1, 2, "氏名"), CellEdit(1, 3, "電話")))])
    assert rows_of(result)[0] == [1.0, "氏名", "電話"]


@pytest.mark.parametrize(("row", "column"), [(2, 2), (3, 1), (3, 2)])
def test_a_merged_cell_is_written_at_its_first_cell_only(row: int, column: int):
    source = handmade(sheet(RECORDS, after='<mergeCells count="1"><mergeCell ref="A2:B3"/></mergeCells>'))
    with pytest.raises(EditRefused) as refusal:
        edit_workbook(source, [SheetEdit("S1", (CellEdit(row, column, "x"),))])
    assert (refusal.value.reason, refusal.value.area) == ("merged-cell", "A2:B3")
    assert (
        rows_of(edit_workbook(source, [SheetEdit("S1", (CellEdit(2, 1, "x"), CellEdit(3, 2, None)))]))[1][0]
        == "x"
    )


def test_the_sheet_is_found_by_its_title():
    with pytest.raises(EditRefused, match="no-such-sheet: S9"):
        edit_workbook(handmade(sheet("")), [SheetEdit("S9", ())])
    assert rows_of(edit_workbook(handmade(sheet("")), [SheetEdit("s1", (CellEdit(1, 1, 5),))])) == [[5.0]]


STYLED = '<row r="{0}"><c r="A{0}" s="{1}" t="str"><v>a</v></c><c r="B{0}" s="{1}"/></row>'


@pytest.mark.parametrize(
    ("rows", "before", "after", "style"),
    [
        pytest.param(STYLED.format(1, 2) + STYLED.format(2, 3), "", "", 3, id="the record above"),
        pytest.param(STYLED.format(2, 2), "", "", 0, id="not the heading"),
        pytest.param(STYLED.format(2, 2), '<cols><col min="1" max="9" style="3"/></cols>', "", 3, id="the column"),
        pytest.param(STYLED.format(1, 2) + STYLED.format(2, 2), '<sheetViews><sheetView><pane ySplit="2" state="frozen"/></sheetView></sheetViews>', "", 0, id="two frozen rows are heading"),
        pytest.param(STYLED.format(1, 2) + STYLED.format(2, 2), "", '<autoFilter ref="A2:B2"/>', 0, id="the filter row is heading"),
        pytest.param(STYLED.format(1, 2) + STYLED.format(2, 2), '<sheetViews><sheetView topLeftCell="A2"><pane ySplit="1" state="frozen"/></sheetView></sheetViews>', "", 0, id="frozen rows counted from the first one shown"),
    ],
)  # fmt: skip
def test_a_new_cell_looks_like(rows: str, before: str, after: str, style: int):
    result = append(handmade(sheet(rows, before, after)), 3, 4, columns="B")
    written = f' s="{style}"' if style else ""
    assert f'<row r="3"><c r="B3"{written} t="inlineStr">' in part(result)
    assert f'<row r="4"><c r="B4"{written} t="inlineStr">' in part(result)


def test_a_number_does_not_take_the_date_format_of_the_cell_above():
    source = handmade(sheet(STYLED.format(1, 1) + STYLED.format(2, 1)))
    result = edit_workbook(source, [SheetEdit("S1", (CellEdit(3, 1, 5), CellEdit(3, 2, "x")))])
    assert '<row r="3"><c r="A3"><v>5</v></c><c r="B3" s="1" t="inlineStr">' in part(result)
    assert parts_of(result)["xl/styles.xml"] == parts_of(source)["xl/styles.xml"]


def put(rows: str, value: date, **book: str) -> tuple[str, str]:
    result = edit_workbook(handmade(sheet(rows), **book), [SheetEdit("S1", (CellEdit(1, 1, value),))])
    return part(result), part(result, "xl/styles.xml")


@pytest.mark.parametrize(
    ("style", "value", "added"),
    [
        pytest.param(0, date(2026, 5, 3), '<xf numFmtId="14" applyNumberFormat="1"/>', id="plain cell"),
        pytest.param(0, datetime.combine(date(2026, 5, 3), time(9)), '<xf numFmtId="22" applyNumberFormat="1"/>', id="time"),
        pytest.param(3, date(2026, 5, 3), '<xf numFmtId="14" applyAlignment="1" applyNumberFormat="1"><alignment wrapText="1"/></xf>', id="everything else of the look stays"),
    ],
)  # fmt: skip
def test_a_date_gets_a_date_format(style: int, value: date, added: str):
    written, styles = put(f'<row r="1"><c r="A1" s="{style}"/></row>', value)
    known = part(handmade(), "xl/styles.xml")
    assert '<c r="A1" s="4"><v>46145' in written
    assert styles == known.replace('<cellXfs count="4">', '<cellXfs count="5">').replace(
        "</cellXfs>", f"{added}</cellXfs>"
    )


def test_a_date_format_is_kept_and_styles_stay_untouched():
    written, styles = put('<row r="1"><c r="A1" s="1"/></row>', date(2026, 5, 3))
    assert '<c r="A1" s="1"><v>46145</v></c>' in written
    assert styles == part(handmade(), "xl/styles.xml")


def test_one_date_format_serves_all_cells_and_later_edits():
    cells = tuple(CellEdit(row, column, date(2026, 5, row)) for row in (1, 2, 3) for column in (1, 2))
    once = edit_workbook(handmade(sheet("")), [SheetEdit("S1", cells)])
    assert part(once, "xl/styles.xml").count('numFmtId="14"') == 1
    again = edit_workbook(once, [SheetEdit("S1", (CellEdit(9, 1, date(2026, 5, 9)),))])
    assert part(again, "xl/styles.xml") == part(once, "xl/styles.xml")
    assert rows_of(again)[8][0] == date(2026, 5, 9)


@pytest.mark.parametrize(
    "styles", ["<fonts/>", "<fonts/><cellXfs/>", "<cellXfs count='0'></cellXfs><dxfs/>", "<dxfs/>", ""]
)
def test_a_poor_styles_part_gets_what_it_lacks(styles: str):
    source = handmade(sheet(""), parts={"xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'})
    result = edit_workbook(source, [SheetEdit("S1", (CellEdit(1, 1, date(2026, 5, 3)),))])
    assert part(result, "xl/styles.xml").count("<cellXfs") == 1
    assert rows_of(result) == [[date(2026, 5, 3)]]


def test_a_missing_styles_part_is_added():
    parts = parts_of(handmade(sheet("")))
    del parts["xl/styles.xml"]
    parts["xl/_rels/workbook.xml.rels"] = relations(
        relation("rId1", "worksheet", "worksheets/sheet1.xml")
    ).encode()
    result = edit_workbook(zipped(parts), [SheetEdit("S1", (CellEdit(1, 1, date(2026, 5, 3)),))])
    assert rows_of(result) == [[date(2026, 5, 3)]]
    assert "xl/styles.xml" in parts_of(result)
    assert SHEET in parts_of(result)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("General", False), ("G/標準", False), ("0.00", False), ("#,##0;[Red]-#,##0", False), ("yyyy/mm/dd", True), ('"days" 0', False),
        (r"0\d", False), ("[h]:mm", True), ('[$-411]ggge"年"', True), ("aaa", True), ("[$-411]0", False), ("@", False), ('0"円"', False),
        ("0;d", False), ("[Red]0", False), ("0.0E+00", False), ("e/m/d", True), ("h時mm分", True),
    ],
)  # fmt: skip
def test_date_formats_are_told_from_others(code: str, expected: bool):
    assert is_date_code(code) is expected
