"""Which files are refused before anything is read from them, and why."""

import errno
import io
import os
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from xlsx_samples import handmade, parts_of, replaced, sheet, zipped

from automations.books.xlsx import Limits, WorkbookRefused, inspect
from automations.books.xlsx.extent import far_cell
from automations.books.xlsx.locks import refuse_open

COMPOUND = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600)
BOOK = handmade(sheet(""))
USUAL = Limits()


def refused(content: bytes, limits: Limits = USUAL) -> WorkbookRefused:
    with pytest.raises(WorkbookRefused) as refusal:
        inspect(content, limits)
    return refusal.value


def with_part(name: str, content: str | bytes) -> bytes:
    return replaced(BOOK, {name: content})


@pytest.mark.parametrize(
    ("content", "reason", "detail"),
    [
        pytest.param(COMPOUND + "EncryptedPackage".encode("utf-16-le"), "password-protected", "", id="password"),
        pytest.param(COMPOUND + "Workbook".encode("utf-16-le"), "old-format", "xls", id="old workbook"),
        pytest.param(COMPOUND + "Book".encode("utf-16-le"), "old-format", "xls", id="very old workbook"),
        pytest.param(COMPOUND + "WordDocument".encode("utf-16-le"), "not-a-workbook", "not a spreadsheet", id="old letter"),
        pytest.param(b"", "damaged", "empty file", id="empty"),
        pytest.param(bytes(4096), "damaged", "empty file", id="only zeros after a power cut"),
        pytest.param("注文番号,氏名\n".encode("cp932"), "not-a-workbook", "not a zip file", id="CSV"),
        pytest.param(b"<html></html>", "not-a-workbook", "not a zip file", id="web page"),
        pytest.param(BOOK[:-30], "damaged", "zip directory", id="cut"),
        pytest.param(zipped({"a.txt": "x"}), "not-a-workbook", "no workbook part", id="another zip file"),
        pytest.param(zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a/>"}), "other-format", "ods", id="OpenDocument"),
        pytest.param(zipped({"xl/workbook.bin": "x"}), "other-format", "xlsb", id="binary workbook"),
        pytest.param(with_part("xl/styles.xml", "<!DOCTYPE a><a/>"), "damaged", "document type declaration", id="document type"),
        pytest.param(with_part("xl/styles.xml", "<!DOCTYPE a><a/>".encode("utf-16")), "damaged", "document type declaration", id="document type in UTF-16"),
    ],
)  # fmt: skip
def test_other_files_are_told_apart(content: bytes, reason: str, detail: str):
    refusal = refused(content)
    assert (refusal.reason, refusal.detail) == (reason, detail)


def test_a_sound_workbook_passes():
    inspect(BOOK, USUAL)


def test_a_missing_file_is_the_callers_to_explain(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        refuse_open(tmp_path / "受注.xlsx", 24)


@pytest.mark.parametrize(
    ("limits", "detail"),
    [
        pytest.param(Limits(file_bytes=100), "file_bytes", id="file"),
        pytest.param(Limits(entries=3), "entries", id="entries"),
        pytest.param(Limits(unpacked_bytes=1000), "unpacked_bytes", id="unpacked"),
        pytest.param(Limits(ratio_from_bytes=10_000), "ratio", id="ratio"),
    ],
)
def test_files_beyond_the_limits_are_refused_with_the_figures(limits: Limits, detail: str):
    refusal = refused(with_part("xl/bomb.xml", b" " * 1_000_000), limits)
    assert (refusal.reason, refusal.detail) == ("too-large", detail)
    assert refusal.found > refusal.limit > 0


def test_damage_in_a_part_is_named_and_a_damaged_picture_passes():
    parts = {**parts_of(BOOK), "xl/media/a.png": b"\x89PNG" * 99}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    sound = packed.getvalue()
    refusal = refused(sound.replace(b"<sheetData>", b"<sheetDatA>"))
    assert (refusal.reason, refusal.part) == ("damaged", "xl/worksheets/sheet1.xml")
    inspect(sound.replace(b"\x89PNG", b"\x89pnG"), USUAL)


FAR = '<row r="2"><c r="B2"><v>1</v></c></row><row r="{1}"><c r="{0}{1}" s="1">{2}</c></row>'
VALUE = "<v>1</v>"


@pytest.mark.parametrize(
    ("rows", "cell"),
    [
        pytest.param(FAR.format("XFD", 1048576, VALUE), "XFD1048576", id="the last cell of all"),
        pytest.param(FAR.format("A", 1048576, VALUE), "B1048576", id="the last row"),
        pytest.param(FAR.format("XFD", 3000, VALUE), "XFD3000", id="the last column"),
        pytest.param(FAR.format("BA", 999_999, "<is><t>x</t></is>"), "BA999999", id="text"),
        pytest.param('<row r="1048575"><c><v>1</v></c></row><row><c/><c><f>A1</f></c></row>', "B1048576", id="cells without names"),
    ],
)  # fmt: skip
def test_something_far_away_from_everything_is_named(rows: str, cell: str):
    refusal = refused(handmade(sheet(""), sheet(rows)), Limits(sheet_cells=2_000_000))
    assert (refusal.reason, refusal.part, refusal.detail) == ("far-cell", "S2", cell)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(FAR.format("XFD", 1048576, ""), id="only colour"),
        pytest.param(FAR.format("XFD", 3, VALUE), id="a wide row near the top"),
        pytest.param(FAR.format("A", 900_000, VALUE), id="a long narrow sheet"),
        pytest.param("<row><c><v>1</v></c></row>", id="cells without names"),
        pytest.param("", id="empty"),
    ],
)
def test_a_sheet_passes_that_can_be_read(rows: str):
    inspect(handmade(sheet(rows)), Limits(sheet_cells=2_000_000))


def test_finding_that_there_are_too_many_rows_takes_little_room():
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 20_001))
    content = sheet(rows).encode()
    tracemalloc.start()
    try:
        far = far_cell(content, "S1", most=8_000_000, most_rows=5_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (far, peak < 4 * len(content)) == ("A20000", True)


def test_a_sheet_in_utf_16_is_named():
    refusal = refused(handmade(sheet(""), sheet("").encode("utf-16")), USUAL)
    assert (refusal.reason, refusal.part, refusal.detail) == ("other-format", "S2", "utf-16")


def cells(*names: str, row: str = 'r="900"', cell: str = "<c {}><v>1</v></c>") -> str:
    return f'<row {row}>{"".join(cell.format(name) for name in names)}</row><row r="901"/>'


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(cells('r="A1048576"', 'r="XFD900"'), id="name of another row"),
        pytest.param(cells('r="XFD1"'), id="name of a row above"),
        pytest.param(cells("r='A1048576'"), id="single quotes"),
        pytest.param(cells('\tr="A1048576"'), id="tab"),
        pytest.param(cells('r = "A1048576"'), id="spaces"),
        pytest.param(cells('s="0" r="A1048576"'), id="name behind"),
        pytest.param(cells('r="a1048576"'), id="small letters"),
        pytest.param(cells('r="A0001048576"'), id="leading zeros"),
        pytest.param(cells('r="AXFD900"'), id="four letters"),
        pytest.param(cells('r="A1048576"', cell="<z:c {}><v>1</v></z:c>"), id="cell with a prefix"),
        pytest.param(cells('r="A1"', row='r="1048576"').replace("row", "z:row", 1), id="row with a prefix"),
        pytest.param(cells("", row="r='1048576'"), id="row that jumps"),
        pytest.param(cells(*[""] * 20_000), id="more cells than columns"),
        pytest.param('<x y="<!--"/>' + cells('r="A1048576"') + '<x y="-->"/>', id="comment in an attribute"),
        pytest.param("</sheetData><sheetData>" + cells("", row='r="1048576"'), id="rows twice"),
    ],
)
def test_names_that_readers_take_for_other_cells_are_refused(rows: str):
    assert refused(handmade(sheet(rows)), Limits(sheet_cells=500_000)).reason == "damaged"


@pytest.mark.parametrize(
    "value",
    ["<v></v>", "<v/>", "<is><t></t></is>", "<is><t/></is>", "<v><![CDATA[1]]></v>", "<v ><!-- -->1</v >"],
)
def test_empty_texts_reach_as_far_as_others(value: str):
    far = FAR.format("XFD", 1048576, value)
    assert refused(handmade(sheet(far)), USUAL).detail == "XFD1048576"


def excel_owner(name: str) -> bytes:
    narrow = name.encode("cp932")
    wide = name.encode("utf-16-le")
    first = (bytes([len(narrow)]) + narrow).ljust(55, b" ")
    return (first + len(name).to_bytes(2, "little") + wide).ljust(165, b" ")


LIBRE_OWNER = "佐藤 花子,hanako,PC-1,03.05.2026 09:00,file:///C:/Users/hanako;".encode()


@pytest.mark.parametrize(
    ("lock", "noted", "user"),
    [
        pytest.param("~$受注.xlsx", excel_owner("佐藤 花子"), "佐藤 花子", id="Excel"),
        pytest.param("~$受注.xlsx", b"", "", id="Excel, nothing noted"),
        pytest.param(".~lock.受注.xlsx#", LIBRE_OWNER, "佐藤 花子", id="LibreOffice"),
        pytest.param(".~lock.受注.xlsx#", b",hanako,PC-1,;", "hanako", id="LibreOffice without a full name"),
        pytest.param(".~lock.受注.xlsx#", b"", "", id="LibreOffice, nothing noted"),
    ],
)
def test_an_open_workbook_is_refused_with_the_user(tmp_path: Path, lock: str, noted: bytes, user: str):
    path = tmp_path / "受注.xlsx"
    path.write_bytes(BOOK)
    (tmp_path / lock).write_bytes(noted)
    with pytest.raises(WorkbookRefused) as refusal:
        refuse_open(path, 24)
    assert (refusal.value.reason, refusal.value.user) == ("open-elsewhere", user)


@pytest.mark.parametrize("lock", ["~$受注.xlsx", ".~lock.受注.xlsx#"])
@pytest.mark.parametrize("hours", [-25, 25])
def test_a_lock_left_behind_does_not_lock_for_ever(tmp_path: Path, lock: str, hours: int):
    left = tmp_path / lock
    left.write_bytes(b"")
    then = time.time() + hours * 3600
    os.utime(left, (then, then))
    (tmp_path / "受注.xlsx").write_bytes(BOOK)
    refuse_open(tmp_path / "受注.xlsx", 24)
    with pytest.raises(WorkbookRefused, match="open-elsewhere"):
        refuse_open(tmp_path / "受注.xlsx", 26)


def test_the_lock_of_another_workbook_does_not_count(tmp_path: Path):
    (tmp_path / "~$在庫.xlsx").write_bytes(excel_owner("佐藤"))
    (tmp_path / "受注.xlsx").write_bytes(BOOK)
    refuse_open(tmp_path / "受注.xlsx", 24)


def test_a_workbook_that_the_system_keeps_locked_is_open(tmp_path: Path):
    path = tmp_path / "受注.xlsx"
    path.write_bytes(BOOK)
    (tmp_path / "~$受注.xlsx").write_bytes(excel_owner("佐藤 花子"))

    def sharing_violation(_: Path) -> None:
        raise PermissionError(13, "used by another program")

    with pytest.raises(WorkbookRefused) as refusal:
        refuse_open(path, 0, sharing_violation)
    assert (refusal.value.reason, refusal.value.user) == ("open-elsewhere", "佐藤 花子")


@pytest.mark.parametrize(
    "trouble", [PermissionError(13, "not allowed"), OSError(errno.EROFS, "read-only disk")]
)
def test_a_file_that_may_not_be_written_is_named_so(tmp_path: Path, trouble: OSError):
    def not_allowed(_: Path) -> None:
        raise trouble

    with pytest.raises(WorkbookRefused, match="read-only"):
        refuse_open(tmp_path / "nobody may write here.xlsx", 24, not_allowed)
