"""Refuse a file that cannot or must not be edited, before any of it is parsed."""

from collections.abc import Iterable
from dataclasses import dataclass

from .containers import open_package
from .errors import WorkbookRefused
from .extent import far_cell
from .main_part import ListedSheet, MainPart
from .package import Package
from .parts import workbook_part

_MIB = 1 << 20
_READ_ENDINGS = (".xml", ".rels", ".vml")
_STRINGS = "sharedstrings.xml"
_ENTRY = b"PK\x01\x02"
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
_LONGEST_DOCTYPE = 2 * len("<!DOCTYPE") - 1
_DOCTYPES = tuple("<!DOCTYPE".encode(codec) for codec in ("utf-8", "utf-16-le", "utf-16-be"))


@dataclass(frozen=True)
class Limits:
    """How large a workbook may be, against files made to exhaust the machine.

    Attributes:
        file_bytes: Size of the file.
        entries: Parts in the file.
        unpacked_bytes: All parts together, unpacked.
        ratio: How many times its packed size a part may have; parts below ``ratio_from_bytes`` may be
            packed as tightly as they like.
        ratio_from_bytes: See there.
        part_bytes: One part that a reader takes apart, unpacked.
        strings: Texts that the workbook keeps in one list for all sheets.
        sheet_cells: Cells of a sheet from A1 to the farthest that holds anything, blank ones too.
        sheet_rows: Rows of a sheet down to the last that holds anything; rows that are not in the file at all
            do not count.
    """

    file_bytes: int = 100 * _MIB
    entries: int = 10_000
    unpacked_bytes: int = 512 * _MIB
    ratio: int = 250
    ratio_from_bytes: int = 8 * _MIB
    part_bytes: int = 128 * _MIB
    strings: int = 4_000_000
    sheet_cells: int = 8_000_000
    sheet_rows: int = 250_000


def inspect(source: bytes, limits: Limits) -> None:
    """Pass a workbook that can be edited; refuse every other file with the reason.

    Check sums are verified for every part that a reader takes apart. Damaged pictures pass: they are only
    copied.

    Raises:
        WorkbookRefused: See its reasons.
    """
    refuse_size(len(source), limits)
    package = _opened(source, limits)
    if workbook_part(package).endswith(".bin"):
        raise WorkbookRefused("other-format", detail="xlsb")
    sheets = MainPart.read(package).sheets
    later = {sheet.part for sheet in sheets}
    for name in package.names():
        if name.lower().endswith(_READ_ENDINGS) and name not in later:
            _check_part(name, package.member(name).chunks(), limits)
    for sheet in sheets:
        _check_sheet(sheet, package.member(sheet.part).unpacked(), limits)


def refuse_size(file_bytes: int, limits: Limits) -> None:
    """Refuse a file that is too large to be read at all.

    Raises:
        WorkbookRefused: ``too-large``.
    """
    _refuse_beyond("file_bytes", file_bytes, limits.file_bytes)


def refuse_grown(source: bytes, limits: Limits) -> None:
    """Refuse a workbook of our own making that the next reader would refuse for its size.

    Raises:
        WorkbookRefused: ``too-large``.
    """
    refuse_size(len(source), limits)
    _within(Package(source), limits)


def _opened(source: bytes, limits: Limits) -> Package:
    # Counted where they stand: making an object of each of a million entries would be too late.
    _refuse_beyond("entries", source.count(_ENTRY), limits.entries)
    return _within(open_package(source), limits)


def _within(package: Package, limits: Limits) -> Package:
    members = [package.member(name) for name in package.names()]
    _refuse_beyond("unpacked_bytes", sum(member.size for member in members), limits.unpacked_bytes)
    for member in members:
        if member.name.lower().endswith(_READ_ENDINGS):
            _refuse_beyond("part_bytes", member.size, limits.part_bytes, member.name)
        if member.size >= limits.ratio_from_bytes:
            ratio = member.size // max(len(member.packed), 1)
            _refuse_beyond("ratio", ratio, limits.ratio, member.name)
    return package


def _refuse_beyond(name: str, found: int, limit: int, part: str = "") -> None:
    if found > limit:
        raise WorkbookRefused("too-large", part=part, detail=name, found=found, limit=limit)


def _check_part(part: str, chunks: Iterable[bytes], limits: Limits) -> None:
    before, strings = b"", 0
    for chunk in chunks:
        looked_at = before + chunk
        if b"!" in looked_at and any(doctype in looked_at for doctype in _DOCTYPES):
            raise WorkbookRefused("damaged", part=part, detail="document type declaration")
        before = looked_at[-_LONGEST_DOCTYPE:]
        strings += chunk.count(b"si>") if part.lower().endswith(_STRINGS) else 0
        # Each has a tag that opens it and one that closes it.
        _refuse_beyond("strings", strings // 2, limits.strings, part)


def _check_sheet(sheet: ListedSheet, content: bytes, limits: Limits) -> None:
    _check_part(sheet.part, (content[at : at + _MIB] for at in range(0, len(content), _MIB)), limits)
    if content.startswith(_UTF16):
        raise WorkbookRefused("other-format", part=sheet.title, detail="utf-16")
    far = far_cell(content, sheet.part, limits.sheet_cells, limits.sheet_rows)
    if far:
        raise WorkbookRefused("far-cell", part=sheet.title, detail=far, limit=limits.sheet_cells)
