"""The zip file around the parts: copied as it lies, refused when it is not sound."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest
from xlsx_samples import SHEET, handmade, parts_of, rows_of, sheet

from automations.books.xlsx import CellEdit, SheetEdit, WorkbookRefused, edit_workbook
from automations.books.xlsx.package import Member, read_members
from automations.books.xlsx.pieces import unpacked_pieces

EDIT = [SheetEdit("S1", (CellEdit(1, 1, "x"),))]


def packed(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED, level: int = 9) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method, compresslevel=level) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return target.getvalue()


def book(**options: int) -> bytes:
    return packed(*parts_of(handmade(sheet(""))).items(), ("xl/media/絵.png", b"\x89PNG" * 99), **options)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(book(level=1), id="weakly packed"),
        pytest.param(book(method=zipfile.ZIP_STORED), id="not packed"),
        pytest.param(book() + b"", id="packed"),
        pytest.param(b"PK\x03\x04 something before " + book(), id="something before the zip file"),
    ],
)
def test_other_members_are_copied_as_they_are_packed(source: bytes):
    before = {member.name: member for member in read_members(source)}
    after = {member.name: member for member in read_members(edit_workbook(source, EDIT))}
    assert list(before) == list(after)
    for name, member in before.items():
        if name != SHEET:
            assert bytes(member.packed) == bytes(after[name].packed)
            assert (member.crc, member.time, member.day, member.external) == (
                after[name].crc, after[name].time, after[name].day, after[name].external,
            )  # fmt: skip


def test_a_zip_file_written_as_a_stream_is_read():
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.written = b""

        def writable(self) -> bool:
            return True

        def write(self, chunk: bytes) -> int:
            self.written += bytes(chunk)
            return len(chunk)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts_of(handmade(sheet(""))).items():
            with archive.open(name, "w", force_zip64=True) as entry:
                entry.write(content)
    result = edit_workbook(pipe.written, EDIT)
    assert rows_of(result) == [["x"]]
    assert zipfile.ZipFile(io.BytesIO(result)).testzip() is None


def test_the_same_edit_gives_the_same_bytes():
    assert edit_workbook(book(), EDIT) == edit_workbook(book(), EDIT)


@pytest.mark.parametrize("name", ["/etc/passwd", "../x.xml", "xl/../../x.xml", "xl\\..\\x.xml", "C:/x.xml"])
def test_names_that_lead_out_of_the_file_are_refused(name: str):
    with pytest.raises(WorkbookRefused) as refusal:
        read_members(packed(("a.xml", b""), (name, b"")))
    assert (refusal.value.reason, refusal.value.part) == ("damaged", name)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["a.xml", "A.XML"])
def test_a_name_that_stands_twice_is_refused(name: str):
    with pytest.raises(WorkbookRefused, match="stands twice"):
        read_members(packed(("a.xml", b""), (name, b"x")))


def flipped(source: bytes, part: str) -> bytes:
    """Return the file with one packed bit of a part turned over."""
    with zipfile.ZipFile(io.BytesIO(source)) as archive:
        info = archive.getinfo(part)
    at = info.header_offset + 30 + len(part) + info.compress_size // 2
    return source[:at] + bytes([source[at] ^ 1]) + source[at + 1 :]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "_rels/.rels"])
def test_damaged_parts_are_noticed(part: str, method: int):
    with pytest.raises(WorkbookRefused) as refusal:
        edit_workbook(flipped(book(method=method), part), EDIT)
    assert (refusal.value.reason, refusal.value.part) == ("damaged", part)


def test_every_cut_file_is_refused():
    source = handmade(sheet(""))
    for length in range(0, len(source) - 1, 7):
        with pytest.raises(WorkbookRefused) as refusal:
            edit_workbook(source[:length], EDIT)
        assert refusal.value.reason == ("damaged" if length == 0 or length > 1 else "not-a-workbook")


def test_a_part_longer_than_announced_is_refused_without_unpacking_it():
    source = packed(("a.xml", b"0" * 50_000_000))
    at = source.rindex(b"PK\x01\x02")
    short = source[: at + 24] + struct.pack("<L", 10) + source[at + 28 :]
    with pytest.raises(WorkbookRefused, match="longer than announced"):
        read_members(short)[0].unpacked()


def test_an_unknown_packing_method_is_refused_only_where_it_is_needed():
    source = packed(("a.xml", b"0" * 99), method=zipfile.ZIP_BZIP2)
    with pytest.raises(WorkbookRefused, match="packing method 12"):
        read_members(source)[0].unpacked()


def test_an_encrypted_part_is_refused():
    source = bytearray(packed(("a.xml", b"0")))
    source[source.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(WorkbookRefused, match="password-protected"):
        read_members(bytes(source))[0].unpacked()


def test_check_sums_are_those_of_the_content():
    for member in read_members(edit_workbook(book(), EDIT)):
        assert member.crc == zlib.crc32(member.unpacked())


def large_book() -> bytes:
    """Return a workbook whose sheet was packed in many pieces by an edit."""
    rows = "".join(
        f'<row r="{row}"><c r="A{row}"><v>{row * row}</v></c><c r="B{row}"/></row>'
        for row in range(1, 20_001)
    )
    return edit_workbook(handmade(sheet(rows)), [SheetEdit("S1", (CellEdit(1, 2, "begun"),))])


def sheet_member(source: bytes) -> Member:
    return next(member for member in read_members(source) if member.name == SHEET)


def test_a_second_edit_packs_only_the_pieces_that_it_changes():
    before = large_book()
    after = edit_workbook(before, [SheetEdit("S1", (CellEdit(12_345, 2, "x"),))])
    _, old = sheet_member(before).in_pieces()
    content, new = sheet_member(after).in_pieces()
    assert len(old) == len(new) > 5
    assert sum(one.packed != other.packed for one, other in zip(old, new, strict=True)) == 1
    assert content == zipfile.ZipFile(io.BytesIO(after)).read(SHEET)
    assert rows_of(after)[12_344] == [12_345**2, "x"]


def test_pieces_that_refer_to_what_came_before_are_packed_anew():
    content = zipfile.ZipFile(io.BytesIO(large_book())).read(SHEET)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    stretches = [content[at : at + 150_000] for at in range(0, len(content), 150_000)]
    stream = b"".join(packer.compress(stretch) + packer.flush(zlib.Z_SYNC_FLUSH) for stretch in stretches)
    assert unpacked_pieces(stream + packer.flush(), len(content), zlib.crc32(content)) == (b"", [])


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda packed: packed[:-1], id="cut"),
        pytest.param(lambda packed: packed + b"\0\0\xff\xff\x03\0", id="goes on behind its end"),
        pytest.param(lambda packed: packed[: packed.index(b"\0\0\xff\xff") + 4], id="first piece alone"),
    ],
)
def test_what_is_not_sound_is_not_taken_for_pieces(damage: Callable[[bytes], bytes]):
    member = sheet_member(large_book())
    assert member.in_pieces()[1]
    assert unpacked_pieces(damage(bytes(member.packed)), member.size, member.crc) == (b"", [])
