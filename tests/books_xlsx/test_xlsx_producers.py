"""Sheets as different programs write them: the same edit, only the touched row differs."""

from datetime import date

import pytest
from xlsx_samples import MAIN, SHEET, handmade, part, parts_of, rows_of, sheet

from automations.books.xlsx import CellEdit, SheetEdit, WorkbookRefused, edit_workbook

TEXT = '<is><t xml:space="preserve">新</t></is>'


def written(source: bytes, *cells: tuple[int, int, object]) -> bytes:
    edits = tuple(CellEdit(row, column, value) for row, column, value in cells)
    return edit_workbook(source, [SheetEdit("S1", edits)])


@pytest.mark.parametrize(
    ("rows", "cell", "expected"),
    [
        pytest.param(
            '<row r="1" spans="1:2" ht="20" customHeight="1"><c r="A1" s="1"><v>1</v></c><c r="B1" s="2"/></row>',
            (1, 2),
            '<row r="1" spans="1:2" ht="20" customHeight="1"><c r="A1" s="1"><v>1</v></c>'
            f'<c r="B1" s="2" t="inlineStr">{TEXT}</c></row>',
            id="styled blank cell filled, row height kept",
        ),
        pytest.param(
            '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1"><v>3</v></c></row>',
            (1, 2),
            f'<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr">{TEXT}</c><c r="C1"><v>3</v></c></row>',
            id="new cell between two",
        ),
        pytest.param(
            '<row r="1" spans="1:1"><c r="A1"><v>1</v></c></row>',
            (1, 3),
            f'<row r="1" spans="1:3"><c r="A1"><v>1</v></c><c r="C1" t="inlineStr">{TEXT}</c></row>',
            id="spans follow",
        ),
        pytest.param(
            "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>",
            (2, 1),
            f'<row><c><v>1</v></c><c><v>2</v></c></row><row><c t="inlineStr">{TEXT}</c></row>',
            id="rows and cells without their names",
        ),
        pytest.param(
            "<row><c><v>1</v></c></row>",
            (2, 1),
            f'<row><c><v>1</v></c></row><row r="2"><c r="A2" t="inlineStr">{TEXT}</c></row>',
            id="new row after nameless rows",
        ),
        pytest.param(
            "<row r='3' s='2' customFormat='1'/>",
            (3, 1),
            f"<row r='3' s='2' customFormat='1'><c r=\"A3\" s=\"2\" t=\"inlineStr\">{TEXT}</c></row>",
            id="self-closing row with a style of its own",
        ),
        pytest.param(
            '<row r="1"><c t="n" s=\'2\' r = "A1" ><v>1</v></c ></row>',
            (1, 1),
            f'<row r="1"><c s=\'2\' r = "A1" t="inlineStr">{TEXT}</c></row>',
            id="any order, quotes and white space of attributes",
        ),
        pytest.param(
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576" ht="12.8"/>',
            (2, 1),
            f'<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2" t="inlineStr">{TEXT}</c></row>'
            '<row r="1048576" ht="12.8"/>',
            id="last row of the sheet in use",
        ),
        pytest.param(
            '<!-- <row r="9"> --><row r="1"><!-- </row> --><c r="A1"><?x <c r="B1">?><f><![CDATA[1<2]]></f>'
            '</c></row><row r="2"><c r="A2"/></row>',
            (2, 1),
            '<!-- <row r="9"> --><row r="1"><!-- </row> --><c r="A1"><?x <c r="B1">?><f><![CDATA[1<2]]></f>'
            f'</c></row><row r="2"><c r="A2" t="inlineStr">{TEXT}</c></row>',
            id="comments, instructions and CDATA are not rows",
        ),
        pytest.param(
            '<row r="1" x="a>b" y=\'"/>\'><c r="A1" z="/c>&lt;"/></row>',
            (1, 1),
            f'<row r="1" x="a>b" y=\'"/>\'><c r="A1" z="/c>&lt;" t="inlineStr">{TEXT}</c></row>',
            id="angle brackets in attributes",
        ),
        pytest.param(
            '<row r="1"><c r="A1" t="s" cm="1" vm="2" ph="1"><v>0</v><extLst><ext uri="u"/></extLst></c></row>',
            (1, 1),
            f'<row r="1"><c r="A1" ph="1" t="inlineStr">{TEXT}<extLst><ext uri="u"/></extLst></c></row>',
            id="unknown extension in the cell stays, metadata of the old value goes",
        ),
        pytest.param(
            '<row r="1"><c r="A1" t="inlineStr"><is><r><rPr><color rgb="F"></color></rPr><t>a</t></r></is></c>'
            '<c r="B1"/></row>',
            (1, 2),
            '<row r="1"><c r="A1" t="inlineStr"><is><r><rPr><color rgb="F"></color></rPr><t>a</t></r></is></c>'
            f'<c r="B1" t="inlineStr">{TEXT}</c></row>',
            id="rich text beside",
        ),
        pytest.param(
            '<row r="1"><extLst/></row>',
            (1, 1),
            f'<row r="1"><c r="A1" t="inlineStr">{TEXT}</c><extLst/></row>',
            id="cells stand before the extensions of the row",
        ),
    ],
)
def test_only_the_touched_cell_changes(rows: str, cell: tuple[int, int], expected: str):
    source = handmade(sheet(rows))
    result = written(source, (*cell, "新"))
    assert part(result) == sheet(expected)
    others = {name: content for name, content in parts_of(source).items() if name != SHEET}
    if "<f>" in rows:
        others.pop("xl/workbook.xml")
    assert others.items() <= parts_of(result).items()


@pytest.mark.parametrize(
    "empty", ["<sheetData/>", "<sheetData />", "<sheetData></sheetData>", "<sheetData>\n</sheetData>"]
)
def test_an_empty_sheet_takes_rows(empty: str):
    source = handmade(
        f'<worksheet xmlns="{MAIN}"><dimension ref="A1"/>{empty}<pageMargins left="1"/></worksheet>'
    )
    result = written(source, (2, 2, 5), (1, 1, "x"))
    assert rows_of(result) == [["x", ""], ["", 5.0]]
    assert '<dimension ref="A1:B2"/>' in part(result)
    assert part(result).endswith('<pageMargins left="1"/></worksheet>')


def test_prefixed_sheets_get_prefixed_cells():
    rows = '<x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c></x:row>'
    wrap = '<x:worksheet xmlns:x="%s"><x:dimension ref="A1"/><x:sheetData>%s</x:sheetData></x:worksheet>'
    result = written(handmade(wrap % (MAIN, rows)), (1, 2, "新"), (2, 1, 7))
    new = '<x:c r="B1" t="inlineStr"><x:is><x:t xml:space="preserve">新</x:t></x:is></x:c>'
    below = '<x:row r="2"><x:c r="A2"><x:v>7</x:v></x:c></x:row>'
    expected = wrap % (MAIN, rows.replace("</x:row>", new + "</x:row>") + below)
    assert part(result) == expected.replace('ref="A1"', 'ref="A1:B2"')
    assert rows_of(result) == [[1.0, "新"], [7.0, ""]]


@pytest.mark.parametrize(
    ("codec", "mark", "name"),
    [
        pytest.param("utf-16-le", b"\xff\xfe", "UTF-16", id="UTF-16 little endian"),
        pytest.param("utf-16-be", b"\xfe\xff", "UTF-16", id="UTF-16 big endian"),
        pytest.param("utf-8", b"\xef\xbb\xbf", "UTF-8", id="UTF-8 with mark"),
        pytest.param("utf-16-le", b"", "UTF-16LE", id="UTF-16 without mark"),
        pytest.param("shift_jis", b"", "Shift_JIS", id="Shift_JIS"),
    ],
)
def test_the_encoding_of_a_part_stays(codec: str, mark: bytes, name: str):
    text = f'<?xml version="1.0" encoding="{name}"?>' + sheet(
        '<row r="1"><c r="A1" t="str"><v>表示</v></c></row>'
    )
    result = written(handmade(mark + text.encode(codec)), (2, 1, "𠮷"))
    content = parts_of(result)[SHEET]
    assert content.startswith(mark)
    expected = "&#134071;" if codec == "shift_jis" else "𠮷"
    added = f'<row r="2"><c r="A2" t="inlineStr"><is><t xml:space="preserve">{expected}</t></is></c></row>'
    assert content[len(mark) :].decode(codec) == text.replace("</sheetData>", added + "</sheetData>")


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param('<!DOCTYPE x [<!ENTITY a "b">]>' + sheet(""), id="document type"),
        pytest.param(sheet('<row r="2"/><row r="1"/>'), id="rows out of order"),
        pytest.param(sheet('<row r="1"/><row r="1"/>'), id="row twice"),
        pytest.param(sheet('<row r="one"/>'), id="row number"),
        pytest.param(sheet('<row r="1"><c r="B1"/><c r="A1"/></row>'), id="cells out of order"),
        pytest.param(sheet('<row r="1"><c r="B2"/></row>'), id="cell of another row"),
        pytest.param(sheet('<row r="1"><c r="A1" s="x"/><c r="B1"/></row>'), id="style number"),
        pytest.param(sheet('<row r="1"><c r="A1'), id="cut in a tag"),
        pytest.param(sheet('<row r="1"><c r="A1"/>').removesuffix("</worksheet>"), id="cut at the end"),
        pytest.param(f'<worksheet xmlns="{MAIN}"/>', id="no rows at all"),
        pytest.param("<row <row", id="no sheet"),
        pytest.param(b"\xff\xfe" + sheet("").encode() + b"xx", id="undecodable"),
        pytest.param('<?xml version="1.0" encoding="klingon"?>' + sheet(""), id="unknown encoding"),
        pytest.param(sheet("", after="<a><b></a></b>"), id="tags do not fit"),
    ],
)
def test_damaged_sheets_are_refused(broken: str | bytes):
    with pytest.raises(WorkbookRefused) as refusal:
        written(handmade(broken), (1, 1, date(2026, 5, 1)), (1, 2, "x"))
    assert (refusal.value.reason, refusal.value.part) == ("damaged", SHEET)
