"""Formulas in touched cells: moved, handed on, refused, taken out of the order of calculation."""

import io

import openpyxl
import pytest
from xlsx_samples import TYPES, handmade, part, parts_of, relation, rows_of, sheet

from automations.books.xlsx import CellEdit, EditRefused, SheetEdit, edit_workbook
from automations.books.xlsx.formulas import translated


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        pytest.param("A1+$A1+A$1+$A$1", "C4+$A4+C$1+$A$1", id="relative and absolute"),
        pytest.param("SUM(A1:B$2)", "SUM(C4:D$2)", id="area"),
        pytest.param("SUM(A:A,$B:C,1:1,$2:3)", "SUM(C:C,$B:E,4:4,$2:6)", id="whole columns and rows"),
        pytest.param("Sheet1!A1&'A1 & ''B2'''!B2", "Sheet1!C4&'A1 & ''B2'''!D5", id="sheet names"),
        pytest.param("受注!A:B+受注A1", "受注!C:D+受注A1", id="Japanese sheet and name"),
        pytest.param('"A1 ""B2"""&A1', '"A1 ""B2"""&C4', id="text in quotes"),
        pytest.param("LOG10(A1)+ATAN2(B2,1)", "LOG10(C4)+ATAN2(D5,1)", id="functions that look like cells"),
        pytest.param("T1[[#This Row],[A1]]*T1[A1]+T1[a'[A1]+A1", "T1[[#This Row],[A1]]*T1[A1]+T1[a'[A1]+C4", id="structured references"),
        pytest.param("[1]Sheet1!A1+'[A1.xlsx]S'!A1", "[1]Sheet1!C4+'[A1.xlsx]S'!C4", id="other workbooks"),
        pytest.param("1E3+1.5E+3+A1*2", "1E3+1.5E+3+C4*2", id="numbers"),
        pytest.param("IF(A1=#N/A,#REF!,#DIV/0!)", "IF(C4=#N/A,#REF!,#DIV/0!)", id="errors"),
        pytest.param("tax2024rate+ABCD1+XFE1+A1048577+TRUE", "tax2024rate+ABCD1+XFE1+A1048577+TRUE", id="names"),
        pytest.param("Jan:Mar!A1+A1:INDEX(B:B,3)", "Jan:Mar!C4+C4:INDEX(D:D,3)", id="several sheets, open area"),
        pytest.param("_xlfn.XLOOKUP(A1,B:B,C:C)", "_xlfn.XLOOKUP(C4,D:D,E:E)", id="newer function"),
        pytest.param("XFD1048576", "B3", id="leaves the sheet and comes in again"),
        pytest.param("", "", id="empty"),
    ],
)  # fmt: skip
def test_a_formula_moves_three_down_and_two_right(formula: str, expected: str):
    assert translated(formula, 3, 2) == expected


def shared(*cells: str) -> str:
    """Return rows of cells, each ``B2=text`` (spelled out), ``B2`` (of the group) or ``B2#`` (a number)."""
    rows: dict[str, str] = {}
    for written in cells:
        name, _, text = written.partition("=")
        cell = f'<c r="{name}"><f t="shared" si="0"/><v>1</v></c>'
        if text:
            cell = f'<c r="{name}">{text}<v>1</v></c>'
        if name.endswith("#"):
            cell = f'<c r="{name[:-1]}"><v>1</v></c>'
        row = name.strip("ABCDE#")
        rows[row] = rows.get(row, "") + cell
    return sheet("".join(f'<row r="{row}">{content}</row>' for row, content in rows.items()))


def spelled(ref: str, text: str) -> str:
    return f'<f t="shared" ref="{ref}" si="0">{text}</f>'


def taken_over(ref: str, text: str) -> str:
    return f'<f t="shared" si="0" ref="{ref}">{text}</f>'


MASTER = "B2=" + spelled("B2:B4", "A2*2")


@pytest.mark.parametrize(
    ("before", "touched", "after"),
    [
        pytest.param((MASTER, "B3", "B4"), ["B2"], ("B2#", "B3=" + taken_over("B3:B4", "A3*2"), "B4"), id="next one takes over"),
        pytest.param((MASTER, "B3", "B4"), ["B2", "B3"], ("B2#", "B3#", "B4=" + taken_over("B4", "A4*2")), id="last one takes over"),
        pytest.param((MASTER, "B3", "B4"), ["B2", "B3", "B4"], ("B2#", "B3#", "B4#"), id="none left"),
        pytest.param((MASTER, "B3", "B4"), ["B3"], (MASTER, "B3#", "B4"), id="only a member goes"),
        pytest.param(("B2=" + spelled("B2:D2", "A1"), "C2", "D2"), ["B2"], ("B2#", "C2=" + taken_over("C2:D2", "B1"), "D2"), id="along a row"),
        pytest.param(("B2=" + spelled("B2:C3", "A1"), "C2", "B3", "C3"), ["B2"], ("B2#", "C2=<f>B1</f>", "B3=" + taken_over("B3:C3", "A2"), "C3"), id="block: the rest of the first row stands alone"),
        pytest.param((MASTER, "B3", "B5=" + spelled("B5:B6", "A9"), "B6"), ["B2"], ("B2#", "B3=" + taken_over("B3:B4", "A3*2"), "B5=" + spelled("B5:B6", "A9"), "B6"), id="number used again for another group"),
        pytest.param(("B2=" + spelled("B2:B3", "IF(A2&lt;1,&quot;A2&quot;,1)"), "B3"), ["B2"], ("B2#", "B3=" + taken_over("B3", "IF(A3&lt;1,&quot;A2&quot;,1)")), id="escaped text"),
        pytest.param(("B2=" + spelled("B2:B3", "<![CDATA[A2<1]]>"), "B3"), ["B2"], ("B2#", "B3=" + taken_over("B3", "A3&lt;1")), id="CDATA"),
    ],
)  # fmt: skip
def test_a_shared_formula_lives_on(before: tuple[str, ...], touched: list[str], after: tuple[str, ...]):
    cells = tuple(CellEdit(int(name[1]), ord(name[0]) - 64, 1) for name in touched)
    result = edit_workbook(handmade(shared(*before)), [SheetEdit("S1", cells)])
    assert part(result) == shared(*after)


def test_readers_see_the_handed_over_formula():
    source = handmade(shared("B2=" + spelled("B2:B4", "A2+$C$1"), "B3", "B4"))
    result = edit_workbook(source, [SheetEdit("S1", (CellEdit(2, 2, "x"),))])
    cells = openpyxl.load_workbook(io.BytesIO(result))["S1"]
    assert [cells[name].value for name in ("B2", "B3", "B4")] == ["x", "=A3+$C$1", "=A4+$C$1"]


@pytest.mark.parametrize(
    ("formula", "touched", "reason"),
    [
        pytest.param(
            '<f t="array" ref="B2:B3">A2:A3</f>', (2, 2), "array-formula", id="first cell of an array"
        ),
        pytest.param(
            '<f t="array" ref="B2:B3">A2:A3</f>', (3, 2), "array-formula", id="another cell of an array"
        ),
        pytest.param("<f t='dataTable' ref='B2:B3' r1='A1'/>", (3, 2), "data-table", id="what-if table"),
    ],
)
def test_formulas_of_several_cells_are_not_broken_up(formula: str, touched: tuple[int, int], reason: str):
    source = handmade(
        sheet(f'<row r="2"><c r="B2">{formula}<v>1</v></c></row><row r="3"><c r="B3"><v>1</v></c></row>')
    )
    with pytest.raises(EditRefused) as refusal:
        edit_workbook(source, [SheetEdit("S1", (CellEdit(*touched, 1),))])
    assert (refusal.value.reason, refusal.value.cell, refusal.value.area) == (
        reason,
        f"B{touched[0]}",
        "B2:B3",
    )


def test_an_array_formula_of_one_cell_gives_way():
    rows = '<row r="2"><c r="B2" cm="1"><f t="array" ref="B2">A2</f><v>1</v></c></row>'
    result = edit_workbook(handmade(sheet(rows)), [SheetEdit("S1", (CellEdit(2, 2, 5),))])
    assert part(result) == sheet('<row r="2"><c r="B2"><v>5</v></c></row>')


FORMULAS = sheet('<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>A1</f><v>2</v></c></row>')
CHAIN = '<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</calcChain>'


def with_chain(links: str) -> bytes:
    types = part(handmade(), "[Content_Types].xml")
    line = f'<Override PartName="/xl/calcChain.xml" ContentType="{TYPES}.calcChain+xml"/></Types>'
    chain = relation("rId91", "calcChain", "calcChain.xml")
    parts = {"xl/calcChain.xml": CHAIN.format(links), "[Content_Types].xml": types.replace("</Types>", line)}
    return handmade(FORMULAS, FORMULAS, leads=chain, parts=parts)


@pytest.mark.parametrize(
    ("links", "left"),
    [
        pytest.param('<c r="A1" i="5"/><c r="B1"/><c r="A1" i="6"/>', '<c r="B1" i="5"/><c r="A1" i="6"/>', id="sheet id moves on"),
        pytest.param('<c r="B1" i="5"/><c r="A1"/><c r="B1" i="6"/><c r="A1"/>', '<c r="B1" i="5"/><c r="B1" i="6"/><c r="A1"/>', id="sheet id stays"),
        pytest.param('<c r="A1" i="6" l="1"/>', '<c r="A1" i="6" l="1"/>', id="same cell of another sheet"),
    ],
)  # fmt: skip
def test_the_chain_loses_the_touched_cell(links: str, left: str):
    result = edit_workbook(with_chain(links), [SheetEdit("S1", (CellEdit(1, 1, 5),))])
    assert part(result, "xl/calcChain.xml") == CHAIN.format(left)


def test_an_empty_chain_goes_with_everything_that_names_it():
    result = edit_workbook(with_chain('<c r="A1" i="5"/>'), [SheetEdit("S1", (CellEdit(1, 1, 5),))])
    parts = parts_of(result)
    assert "xl/calcChain.xml" not in parts
    assert not any(b"calcChain" in content for content in parts.values())
    assert rows_of(result)[0][0] == 5.0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param('<calcPr calcId="191029"/>', '<calcPr calcId="191029" fullCalcOnLoad="1"/>', id="set"),
        pytest.param("<calcPr fullCalcOnLoad='0' calcMode='manual'/>", "<calcPr fullCalcOnLoad=\"1\" calcMode='manual'/>", id="switched on"),
        pytest.param('<calcPr fullCalcOnLoad="1"/>', '<calcPr fullCalcOnLoad="1"/>', id="already on"),
        pytest.param('<definedNames/><oleSize ref="A1"/>', '<definedNames/><calcPr fullCalcOnLoad="1"/><oleSize ref="A1"/>', id="added in its place"),
        pytest.param("<extLst/>", '<calcPr fullCalcOnLoad="1"/><extLst/>', id="added behind the sheets"),
    ],
)  # fmt: skip
def test_formulas_are_calculated_on_opening(before: str, after: str):
    source = handmade(sheet(""), FORMULAS, workbook=before)
    result = edit_workbook(source, [SheetEdit("S1", (CellEdit(1, 1, 5),))])
    assert part(result, "xl/workbook.xml") == part(handmade(sheet(""), "", workbook=after), "xl/workbook.xml")
    assert part(result, "xl/worksheets/sheet2.xml") == FORMULAS


def test_without_formulas_nothing_is_asked():
    source = handmade(
        sheet(""), sheet("", after="<conditionalFormatting><formula>1</formula></conditionalFormatting>")
    )
    result = edit_workbook(source, [SheetEdit("S1", (CellEdit(1, 1, 5),))])
    assert part(result, "xl/workbook.xml") == part(source, "xl/workbook.xml")


def test_a_formula_is_found_in_utf_16_and_behind_a_prefix():
    other = '<x:worksheet xmlns:x="x"><x:sheetData><x:row><x:c><x:f>1</x:f></x:c></x:row></x:sheetData></x:worksheet>'
    source = handmade(sheet(""), other.encode("utf-16"))
    result = edit_workbook(source, [SheetEdit("S1", (CellEdit(1, 1, 5),))])
    assert '<calcPr fullCalcOnLoad="1"/>' in part(result, "xl/workbook.xml")
