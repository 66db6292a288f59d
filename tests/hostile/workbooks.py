"""Broken and hostile ledgers, each made from a sound one when it is asked for."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

from structures import STRUCTURES

_MIB = 1 << 20
_SHEET = "xl/worksheets/sheet1.xml"
_STRINGS = "xl/sharedStrings.xml"
_MAIN = "xl/workbook.xml"
_TYPES = "[Content_Types].xml"
_LEADS = "xl/_rels/workbook.xml.rels"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_COMPOUND = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(504)
_ENTITIES = (
    b'<!DOCTYPE lolz [<!ENTITY a "lol">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]>"
)
_OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'

Make = Callable[[bytes], bytes]


def parts_of(source: bytes) -> dict[str, bytes]:
    """Return the parts of a workbook by name."""
    with zipfile.ZipFile(io.BytesIO(source)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """Return a workbook of these parts."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


def changed(part: str, change: Callable[[bytes], bytes]) -> Make:
    """Return what changes one part of a workbook."""

    def make(source: bytes) -> bytes:
        parts = parts_of(source)
        return zipped({**parts, part: change(parts[part])})

    return make


def added(**parts: bytes) -> Make:
    """Return what adds parts; ``__`` stands for ``/`` and a last ``_xml`` for ``.xml``."""
    named = {
        re.sub(r"_(xml|bin|rels|vml)$", r".\1", name).replace("__", "/"): body for name, body in parts.items()
    }
    return lambda source: zipped({**parts_of(source), **named})


def put(before: bytes, new: bytes, times: int = 1) -> Callable[[bytes], bytes]:
    """Return what puts bytes before others that must be there."""

    def change(content: bytes) -> bytes:
        assert before in content, before
        return content.replace(before, new + before, times)

    return change


def swap(old: bytes, new: bytes, times: int = 1) -> Callable[[bytes], bytes]:
    """Return what puts bytes in the place of others that must be there."""

    def change(content: bytes) -> bytes:
        assert old in content, old
        return content.replace(old, new, times)

    return change


def blown_up(mebibytes: int, fill: bytes = b" ") -> bytes:
    """Return deflated bytes that unpack to so much, made from one block again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    head = packer.compress(fill * _MIB) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(fill * _MIB) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + block * (mebibytes - 1) + packer.flush(zlib.Z_FINISH)


def with_entry(source: bytes, name: bytes, packed: bytes, size: int, crc: int = 0) -> bytes:
    """Return the zip file with one more entry whose directory says of it what it likes."""
    at, listed, entries = _directory(source)
    body, directory = source[:at], source[at : at + listed]
    common = struct.pack(
        "<5H3L2H", 20, 0x800, 8, 0, 33, crc, len(packed), min(size, 0xFFFFFFFF), len(name), 0
    )
    local = b"PK\x03\x04" + common + name
    central = (
        b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<3H2L", 0, 0, 0, 0, len(body)) + name
    )
    body += local + packed
    directory += central
    return body + directory + _end(entries + 1, len(directory), len(body))


def _directory(source: bytes) -> tuple[int, int, int]:
    end = source.rindex(b"PK\x05\x06")
    entries, listed, at = struct.unpack_from("<H2L", source, end + 10)
    return at, listed, entries


def _end(entries: int, listed: int, at: int) -> bytes:
    return b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, entries & 0xFFFF, entries & 0xFFFF, listed, at, 0)


def _with_sheet_entry(packed: bytes, size: int) -> Make:
    def make(source: bytes) -> bytes:
        parts = parts_of(source)
        parts.pop(_SHEET)
        return with_entry(zipped(parts), _SHEET.encode(), packed, size)

    return make


def _many_entries(source: bytes) -> bytes:
    del source
    local = b"PK\x03\x04" + struct.pack("<5H3L2H", 20, 0, 0, 0, 33, 0, 0, 0, 7, 0)
    body = bytearray()
    directory = bytearray()
    for number in range(1_000_000):
        name = b"%07d" % number
        directory += (
            b"PK\x01\x02" + struct.pack("<6H3L5H2L", 20, 20, 0, 0, 0, 33, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0) + name
        )
    body += local + b"0000000"
    return bytes(body + directory) + _end(0xFFFF, len(directory), len(body))


def _overlapping(source: bytes) -> bytes:
    """Return a workbook with 5,000 entries that all unpack the same 8 MiB of packed spaces."""
    packed = blown_up(7)
    source = with_entry(source, b"xl/a0.xml", packed, 7 * _MIB, zlib.crc32(b" " * 7 * _MIB))
    at, listed, entries = _directory(source)
    directory = source[at : at + listed]
    last = directory[directory.rindex(b"PK\x01\x02") :]
    more = b"".join(last.replace(b"a0.xml", b"a%d.xml" % n) for n in range(1, 10))
    more += b"".join(
        last[:28] + struct.pack("<H", 12) + last[30:46] + b"xl/b%04d.xml" % n for n in range(4_900)
    )
    return source[:at] + directory + more + _end(entries + 4_909, listed + len(more), at)


def _huge_rows(source: bytes) -> bytes:
    rows = b"".join(
        b'<row r="%d" s="1" customFormat="1"><c r="A%d" s="1"/></row>' % (n, n) for n in range(200, 1_048_577)
    )
    return changed(_SHEET, put(b"</sheetData>", rows))(source)


def _valued_rows(source: bytes) -> bytes:
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(200, 1_048_577))
    return changed(_SHEET, put(b"</sheetData>", rows))(source)


def _flag(number: int) -> Make:
    def make(source: bytes) -> bytes:
        at, _, _ = _directory(source)
        place = at + 8
        return source[:place] + struct.pack("<H", number) + source[place + 2 :]

    return make


def _method(number: int) -> Make:
    def make(source: bytes) -> bytes:
        at, _, _ = _directory(source)
        return source[: at + 10] + struct.pack("<H", number) + source[at + 12 :]

    return make


def _cell(inner: bytes, given: bytes = b"") -> Make:
    """Return what puts a row with one cell far below the others into the first sheet."""
    row = b'<row r="900"><c r="B900"%s>%s</c></row>' % (given, inner)
    return changed(_SHEET, put(b"</sheetData>", row))


def _macros(source: bytes) -> bytes:
    parts = parts_of(source)
    parts[_TYPES] = swap(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )(
        put(b"</Types>", b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>')(
            parts[_TYPES]
        )
    )
    lead = b'<Relationship Id="rId999" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/>'
    parts[_LEADS] = put(b"</Relationships>", lead)(parts[_LEADS])
    return zipped({**parts, "xl/vbaProject.bin": _COMPOUND + b"Attribute VB_Name = Auto_Open" * 50})


def _outside_links(inner: bytes) -> Make:
    def make(source: bytes) -> bytes:
        parts = parts_of(source)
        part = b'<Override PartName="/xl/externalLinks/externalLink1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml"/>'
        parts[_TYPES] = put(b"</Types>", part)(parts[_TYPES])
        lead = (
            b'<Relationship Id="rId998" Type="%s/externalLink" Target="externalLinks/externalLink1.xml"/>'
            % _OFFICE.encode()
        )
        parts[_LEADS] = put(b"</Relationships>", lead)(parts[_LEADS])
        parts[_MAIN] = put(
            b"</workbook>", b'<externalReferences><externalReference r:id="rId998"/></externalReferences>'
        )(parts[_MAIN])
        link = (
            b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s</externalLink>'
            % inner
        )
        leads = (
            b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            b'<Relationship Id="rId1" Type="%s/externalLinkPath" Target="file:///etc/passwd" TargetMode="External"/></Relationships>'
            % _OFFICE.encode()
        )
        return zipped(
            {
                **parts,
                "xl/externalLinks/externalLink1.xml": link,
                "xl/externalLinks/_rels/externalLink1.xml.rels": leads,
            }
        )

    return make


_BOOK = b'<externalBook xmlns:r="%s" r:id="rId1"/>' % _OFFICE.encode()
_DDE = b'<ddeLink ddeService="cmd" ddeTopic="/c calc"><ddeItems><ddeItem name="A0"/></ddeItems></ddeLink>'


def _lead(target: bytes) -> Make:
    return changed(
        _LEADS, lambda leads: re.sub(rb'Target="[^"]*sheet1.xml"', b'Target="%s"' % target, leads, count=1)
    )


WORKBOOKS: Mapping[str, Make] = {
    **STRUCTURES,
    "empty": lambda _: b"",
    "zeros": lambda _: bytes(4096),
    "cut_at_10": lambda book: book[: len(book) // 10],
    "cut_at_50": lambda book: book[: len(book) // 2],
    "cut_at_90": lambda book: book[: len(book) * 9 // 10],
    "cut_by_1": lambda book: book[:-1],
    "cut_by_30": lambda book: book[:-30],
    "byte_turned_in_sheet": lambda book: (
        book[: book.index(_SHEET.encode()) + 500] + b"\xff\xff" + book[book.index(_SHEET.encode()) + 502 :]
    ),
    "csv": lambda _: "受注番号,氏名\n1,森\n".encode("cp932"),
    "web_page": lambda _: b"<html><body>sign in</body></html>",
    "json": lambda _: b'{"error": 404}',
    "pdf": lambda _: b"%PDF-1.7\n",
    "old_workbook": lambda _: _COMPOUND + "Workbook".encode("utf-16-le") + bytes(2000),
    "encrypted": lambda _: _COMPOUND + "EncryptedPackage".encode("utf-16-le") + bytes(2000),
    "letter": lambda _: _COMPOUND + "WordDocument".encode("utf-16-le") + bytes(2000),
    "binary_workbook": lambda _: zipped({"xl/workbook.bin": b"x"}),
    "open_document": lambda _: zipped(
        {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}
    ),
    "other_zip": lambda _: zipped({"a.txt": b"x"}),
    "zip_in_zip": lambda book: zipped({"ledger.xlsx": book}),
    "bomb_10_gb": _with_sheet_entry(blown_up(10_240), 10_240 * _MIB),
    "bomb_10_gb_told_small": _with_sheet_entry(blown_up(10_240), 1000),
    "bomb_4_gb_in_strings": lambda book: with_entry(book, b"xl/bomb.xml", blown_up(4_095), 4_095 * _MIB),
    "bomb_in_picture": lambda book: with_entry(book, b"xl/media/a.png", blown_up(4_095), 4_095 * _MIB),
    "bomb_of_many": lambda book: zipped(
        {**parts_of(book), **{f"xl/b{n}.xml": b" " * 7 * _MIB for n in range(80)}}
    ),
    "bomb_of_480_mb": lambda book: zipped(
        {**parts_of(book), **{f"xl/b{n}.xml": b" " * 7 * _MIB for n in range(68)}}
    ),
    "strings_of_400_mb": lambda book: zipped(
        {
            **parts_of(book),
            _STRINGS: b'<sst xmlns="x">'
            + b"<si><t>%s</t></si>" % bytes(range(48, 58)) * 13_000_000
            + b"</sst>",
        }
    ),
    "told_too_large": _with_sheet_entry(blown_up(1), 10 * _MIB),
    "million_entries": _many_entries,
    "overlapping_entries": _overlapping,
    "entry_twice": lambda book: with_entry(book, _SHEET.encode(), blown_up(1), _MIB),
    "entry_upwards": lambda book: with_entry(book, b"../../evil.xml", blown_up(1), _MIB),
    "entry_outside": lambda book: (
        book[:-22] + _end(_directory(book)[2], _directory(book)[1], _directory(book)[0] + 999_999)
    ),
    "zip_encryption": _flag(0x801),
    "packed_as_bzip2": _method(12),
    "packed_as_99": _method(99),
    "document_type": changed(_SHEET, put(b"<worksheet", _OUTSIDE)),
    "billion_laughs": changed(_SHEET, put(b"<worksheet", _ENTITIES)),
    "billion_laughs_in_strings": lambda book: zipped(
        {**parts_of(book), _STRINGS: _ENTITIES + b"<sst><si><t>&j;</t></si></sst>"}
    ),
    "document_type_far_in": changed(
        _SHEET,
        lambda sheet: b'<?xml version="1.0"?>' + b" " * (_MIB - 25) + _OUTSIDE + sheet.partition(b"?>")[2],
    ),
    "deep_nesting": changed(_SHEET, put(b"</sheetData>", b"<a>" * 500_000 + b"</a>" * 500_000)),
    "deep_nesting_behind": changed(_SHEET, put(b"</worksheet>", b"<a>" * 500_000 + b"</a>" * 500_000)),
    "attribute_of_50_mb": changed(
        _SHEET, put(b"</sheetData>", b'<row r="900" x="%s"/>' % (b"a" * 50_000_000))
    ),
    "cell_of_100_mb": _cell(b"<is><t>%s</t></is>" % (b"x" * 100_000_000), b' t="inlineStr"'),
    "open_tag": changed(_SHEET, swap(b"</sheetData>", b"")),
    "utf16_sheet": changed(
        _SHEET, lambda sheet: sheet.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
    ),
    "latin1_sheet": changed(_SHEET, swap(b'encoding="UTF-8"', b'encoding="latin-1"')),
    "string_number_outside": _cell(b"<v>999999999</v>", b' t="s"'),
    "string_number_negative": _cell(b"<v>-1</v>", b' t="s"'),
    "string_number_no_number": _cell(b"<v>abc</v>", b' t="s"'),
    "string_number_huge": _cell(b"<v>99999999999999999999999999</v>", b' t="s"'),
    "number_huge": _cell(b"<v>1e999</v>"),
    "number_nan": _cell(b"<v>NaN</v>"),
    "number_broken": _cell(b"<v>12x</v>"),
    "date_outside": _cell(b"<v>99999999999</v>", b' s="1"'),
    "date_text_broken": _cell(b"<v>2026-13-45T99:99:99</v>", b' t="d"'),
    "cell_error": _cell(b"<v>#REF!</v>", b' t="e"'),
    "cell_error_unknown": _cell(b"<v>#EVIL!</v>", b' t="e"'),
    "cell_type_unknown": _cell(b"<v>1</v>", b' t="zz"'),
    "cell_style_outside": _cell(b"<v>1</v>", b' s="999999"'),
    "row_zero": changed(_SHEET, put(b"</sheetData>", b'<row r="0"><c r="A0"><v>1</v></c></row>')),
    "row_huge": changed(
        _SHEET, put(b"</sheetData>", b'<row r="99999999"><c r="A99999999"><v>1</v></c></row>')
    ),
    "row_back": changed(_SHEET, put(b"</sheetData>", b'<row r="2"><c r="A2"><v>1</v></c></row>')),
    "column_outside": changed(
        _SHEET, put(b"</sheetData>", b'<row r="900"><c r="ZZZZZ900"><v>1</v></c></row>')
    ),
    "far_cell": changed(
        _SHEET, put(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    ),
    "cell_named_elsewhere": changed(
        _SHEET,
        put(b"</sheetData>", b'<row r="900"><c r="XFD1048576"><v>1</v></c></row><row r="901"/>'),
    ),
    "dimension_huge": changed(
        _SHEET, lambda sheet: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', sheet)
    ),
    "rows_formatted_to_the_end": _huge_rows,
    "million_rows": _valued_rows,
    "lead_to_itself": _lead(b"workbook.xml"),
    "lead_upwards": _lead(b"../../../../../../etc/passwd"),
    "lead_to_nothing": _lead(b"worksheets/none.xml"),
    "no_leads": lambda book: zipped({name: body for name, body in parts_of(book).items() if name != _LEADS}),
    "no_types": lambda book: zipped({name: body for name, body in parts_of(book).items() if name != _TYPES}),
    "no_styles": lambda book: zipped(
        {name: body for name, body in parts_of(book).items() if "styles" not in name}
    ),
    "styles_empty": changed("xl/styles.xml", lambda _: b""),
    "macros": _macros,
    "outside_links": _outside_links(_BOOK),
    "dde": _outside_links(_DDE),
    "dde_formula": _cell(b"<f>cmd|'/c calc'!A0</f><v>0</v>"),
    "sheet_protected": changed(_SHEET, put(b"<pageMargins", b'<sheetProtection sheet="1" password="CC1A"/>')),
    "doubled_attribute": changed(_SHEET, put(b"</sheetData>", b'<row r="900" r="901"><c r="A900"/></row>')),
}
