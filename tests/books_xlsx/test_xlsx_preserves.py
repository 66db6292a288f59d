"""A workbook full of what people make: everything but the touched rows survives byte for byte."""

import io
import re
import struct
import warnings
import zlib
from datetime import date

import openpyxl
import pytest
import xlsxwriter
from xlsx_samples import handmade, parts_of, replaced, rows_of, sheet

from automations.books.xlsx import CellEdit, SheetEdit, edit_workbook

SHEET1 = "xl/worksheets/sheet1.xml"
ROW = re.compile(rb"<row [^>]*?(?:/>|>.*?</row>)", re.DOTALL)
SLICERS = (
    '<extLst><ext uri="{A8765BA9-456A-4dab-B4F3-ACF838C121DE}" xmlns:x14="http://schemas.microsoft.com/office/'
    'spreadsheetml/2009/9/main"><x14:slicerList><x14:slicer r:id="rId77"/></x14:slicerList></ext>'
    '<ext uri="{FFFFFFFF-0000-0000-0000-000000000000}"><未知:thing xmlns:未知="urn:unknown" a=\'b>c\'/></ext></extLst>'
)


def picture() -> io.BytesIO:
    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0\xff\0\0")
    return io.BytesIO(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def orders(book: xlsxwriter.Workbook) -> None:
    tab = book.add_worksheet("受注")
    bold = book.add_format({"bold": True, "bg_color": "#DDDDDD"})
    day = book.add_format({"num_format": "yyyy/mm/dd", "border": 1})
    money = book.add_format({"num_format": '#,##0"円"', "border": 1})
    tab.write_row(0, 0, ["注文番号", "氏名", "注文日", "金額", "状態", "税込"], bold)
    tab.set_column("D:D", 12, money)
    tab.set_row(3, 33)
    for row in range(1, 21):
        tab.write_string(row, 0, f"00{row}")
        tab.write_string(row, 1, f"髙橋 {row}")
        tab.write_datetime(row, 2, date(2026, 5, row), day)
        tab.write_number(row, 3, row * 1000, money)
        tab.write_blank(row, 4, None, day)
        tab.write_formula(row, 5, f"=D{row + 1}*1.1", money, round(row * 1100))
    tab.write_rich_string(2, 1, "赤い", bold, "太字")
    tab.freeze_panes(1, 1)
    tab.autofilter(0, 0, 20, 5)
    tab.conditional_format(1, 3, 20, 3, {"type": "cell", "criteria": ">", "value": 5000, "format": bold})
    tab.conditional_format(1, 5, 20, 5, {"type": "data_bar", "data_bar_2010": True})
    tab.data_validation(1, 4, 20, 4, {"validate": "list", "source": "=選択肢!$A$1:$A$3"})
    tab.write_comment("B3", "電話で確認", {"author": "佐藤"})
    tab.insert_button("H2", {"macro": "run", "caption": "実行"})
    tab.insert_image("H5", "a.png", {"image_data": picture()})
    tab.insert_textbox("H20", "覚え書き")
    tab.insert_checkbox("G2", boolean=True)
    tab.add_sparkline("G5", {"range": "受注!D2:D21"})
    tab.merge_range("H30:J31", "まとめ", bold)
    tab.write_url("H33", "https://example.com/")
    tab.print_area(0, 0, 20, 5)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=受注!$D$2:$D$21"})
    tab.insert_chart("L2", chart)


def full() -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    orders(book)
    choices = book.add_worksheet("選択肢")
    choices.write_column(0, 0, ["受注", "出荷済み", "保留"])
    listed = book.add_worksheet("表")
    listed.add_table(
        "A1:C4", {"name": "在庫表", "columns": [{"header": "SKU"}, {"header": "数"}, {"header": "日"}]}
    )
    listed.write_row(1, 0, ["A-1", 3])
    book.define_name("税率", "=1.1")
    book.set_custom_property("部署", "通販")
    book.add_vba_project(io.BytesIO(b"macros" * 99), is_stream=True)
    book.close()
    return with_furigana(target.getvalue())


def with_furigana(source: bytes) -> bytes:
    parts = parts_of(source)
    strings = parts["xl/sharedStrings.xml"].decode()
    reading = '<si><t>髙橋 1</t><rPh sb="0" eb="2"><t>タカハシ</t></rPh><phoneticPr fontId="1"/></si>'
    assert "<si><t>髙橋 1</t></si>" in strings
    strings = strings.replace("<si><t>髙橋 1</t></si>", reading)
    tab = parts[SHEET1].decode()
    known = re.search(r"<extLst>.*</extLst>", tab)
    slicers = SLICERS if known is None else SLICERS.replace("<extLst>", "").replace("</extLst>", "")
    tab = (
        tab.replace("</extLst></worksheet>", slicers + "</extLst></worksheet>")
        if known
        else tab.replace("</worksheet>", slicers + "</worksheet>")
    )
    slicer = '<slicers xmlns="urn:x"/>'
    return replaced(source, {"xl/sharedStrings.xml": strings, SHEET1: tab, "xl/slicers/slicer1.xml": slicer})


FULL = full()


def rows_by_number(content: bytes) -> dict[int, bytes]:
    return {int(re.search(rb'r="(\d+)"', row)[1]): row for row in ROW.findall(content)}


def edited(*cells: tuple[int, int, object], title: str = "受注") -> bytes:
    return edit_workbook(FULL, [SheetEdit(title, tuple(CellEdit(*cell) for cell in cells))])


def changed_parts(result: bytes) -> set[str]:
    before, after = parts_of(FULL), parts_of(result)
    assert list(before) == list(after)
    return {name for name in before if before[name] != after[name]}


def test_the_sample_has_what_people_make():
    content = parts_of(FULL)
    marks = {
        SHEET1: ["x14:slicer", "x14:sparkline", "x14:conditionalFormatting", "dataValidation ", "legacyDrawing", "autoFilter", "mergeCell", "hyperlink", "pane"],
        "xl/sharedStrings.xml": ["<rPh", "<r><rPr>"],
        "xl/vbaProject.bin": ["macros"],
    }  # fmt: skip
    for name, words in marks.items():
        assert all(word.encode() in content[name] for word in words)
    folders = {
        "xl/charts/chart1.xml",
        "xl/media/image1.png",
        "xl/comments1.xml",
        "xl/ctrlProps/ctrlProp1.xml",
        "xl/tables/table1.xml",
    }
    assert folders & content.keys() >= {
        "xl/charts/chart1.xml",
        "xl/media/image1.png",
        "xl/comments1.xml",
        "xl/tables/table1.xml",
    }


def test_changing_a_cell_changes_its_row_and_nothing_else():
    result = edited((4, 1, "=0004"), (4, 4, 99))
    assert changed_parts(result) == {SHEET1}
    before, after = parts_of(FULL)[SHEET1], parts_of(result)[SHEET1]
    old, new = rows_by_number(before), rows_by_number(after)
    assert old.keys() == new.keys()
    assert {number for number in old if old[number] != new[number]} == {4}
    assert before.replace(old[4], b"") == after.replace(new[4], b"")
    assert new[4].startswith(old[4].partition(b"<c")[0])
    assert rows_of(result)[3][0] == "=0004"


def test_new_records_grow_what_belongs_to_them():
    result = edited((22, 1, "0021"), (22, 3, date(2026, 6, 1)), (22, 4, 500), (23, 1, "0022"))
    assert changed_parts(result) == {SHEET1, "xl/workbook.xml"}
    before, after = parts_of(FULL)[SHEET1], parts_of(result)[SHEET1]
    old, new = rows_by_number(before), rows_by_number(after)
    assert {number: row for number, row in new.items() if number not in {22, 23}} == old
    assert (rows_of(result)[21][2], rows_of(result)[21][3]) == (date(2026, 6, 1), 500.0)
    expected = before.partition(b"</sheetData>")[2].decode()
    for known in ("A1:F21", "D2:D21", "E2:E21", "F2:F21"):
        expected = re.sub(
            rf'(ref="|sqref="|<xm:sqref>){known}', lambda found: found[0].replace("21", "23"), expected
        )
    assert after.partition(b"</sheetData>")[2].decode() == expected
    names = parts_of(result)["xl/workbook.xml"].decode()
    assert re.search(r'_FilterDatabase"[^>]*>受注!\$A\$1:\$F\$23<', names)
    assert re.search(r'Print_Area"[^>]*>受注!\$A\$1:\$F\$21<', names)


def test_new_records_look_like_the_one_above():
    old, new = (
        rows_by_number(parts_of(FULL)[SHEET1])[21],
        rows_by_number(parts_of(edited((22, 4, 1)))[SHEET1])[22],
    )
    style = re.search(rb'r="D21" s="(\d+)"', old)[1]
    assert b'r="D22" s="%s"' % style in new


def test_a_table_on_another_sheet_grows():
    result = edited((5, 1, "A-9"), (5, 3, date(2026, 5, 3)), title="表")
    assert changed_parts(result) == {"xl/worksheets/sheet3.xml", "xl/tables/table1.xml", "xl/styles.xml"}
    assert parts_of(result)["xl/tables/table1.xml"] == parts_of(FULL)["xl/tables/table1.xml"].replace(
        b"A1:C4", b"A1:C5"
    )


def test_properties_and_several_sheets_in_one_go():
    sheets = [SheetEdit("受注", (CellEdit(2, 5, "保留"),)), SheetEdit("選択肢", (CellEdit(4, 1, "返品"),))]
    result = edit_workbook(FULL, sheets, {"daicho_version": "op-7"})
    assert changed_parts(result) == {SHEET1, "xl/worksheets/sheet2.xml", "docProps/custom.xml"}
    assert rows_of(result, 1)[3] == ["返品"]


def test_cached_values_of_formulas_stay():
    result = edited((2, 4, 7))
    assert [row[5] for row in rows_of(result)[1:21]] == [float(round(row * 1100)) for row in range(1, 21)]


@pytest.mark.parametrize("title", ["受注", "表"])
def test_another_library_opens_the_result(title: str):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(io.BytesIO(edited((5, 2, "髙 =1"), title=title)))
    assert book[title]["B5"].value == "髙 =1"
    assert book[title]["B5"].data_type == "s"


def test_a_workbook_of_openpyxl_is_edited():
    book = openpyxl.Workbook()
    book.active.title = "受注"
    for row in (["注文番号", "日"], ["001", date(2026, 5, 1)], ["002", None]):
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    result = edit_workbook(
        target.getvalue(), [SheetEdit("受注", (CellEdit(3, 2, date(2026, 5, 2)), CellEdit(4, 1, "003")))]
    )
    assert rows_of(result)[1:] == [["001", date(2026, 5, 1)], ["002", date(2026, 5, 2)], ["003", ""]]
    assert parts_of(result)["xl/styles.xml"] == parts_of(target.getvalue())["xl/styles.xml"]


def test_parts_named_from_the_root_or_in_other_letters_are_found():
    source = handmade(sheet(""))
    leads = parts_of(source)["xl/_rels/workbook.xml.rels"].replace(
        b"worksheets/sheet1.xml", b"/XL/Worksheets/Sheet1.xml"
    )
    result = edit_workbook(
        replaced(source, {"xl/_rels/workbook.xml.rels": leads}), [SheetEdit("S1", (CellEdit(1, 1, 5),))]
    )
    assert b"<v>5</v>" in parts_of(result)[SHEET1]
