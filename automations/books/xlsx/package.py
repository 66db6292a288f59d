"""The zip file around a workbook: members are copied as they lie, only changed ones are packed anew."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from .errors import WorkbookRefused
from .pieces import Piece, packed_pieces, unpacked_pieces

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _SIZES_FOLLOW, _UTF8 = 0x1, 0x8, 0x800
_FIRST_DAY = (0 << 9) | (1 << 5) | 1
_CHUNK = 1 << 16
_LONGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """One packed entry of the zip file with what its directory says about it."""

    name: str
    packed: bytes | memoryview
    method: int
    crc: int
    size: int
    flags: int = 0
    time: int = 0
    day: int = _FIRST_DAY
    system: int = 0
    internal: int = 0
    external: int = 0

    def unpacked(self) -> bytes:
        """Return the content, never more than the directory announces.

        Raises:
            WorkbookRefused: ``damaged`` (length or check sum), ``password-protected`` (zip encryption).
        """
        content = io.BytesIO()
        content.writelines(self.chunks())
        return content.getvalue()

    def in_pieces(self) -> tuple[bytes, list[Piece]]:
        """Return the content with the pieces it is packed in; nothing when these do not stand on their own."""
        is_plain = self.method == _DEFLATED and not self.flags & _ENCRYPTED
        return unpacked_pieces(bytes(self.packed), self.size, self.crc) if is_plain else (b"", [])

    def chunks(self) -> Iterator[bytes]:
        """Yield the content in pieces, checked like `unpacked` once the last one is taken."""
        if self.flags & _ENCRYPTED:
            raise WorkbookRefused("password-protected", part=self.name)
        crc = length = 0
        for chunk in self._inflated():
            length += len(chunk)
            if length > self.size:
                raise self._damaged("longer than announced")
            crc = zlib.crc32(chunk, crc)
            yield chunk
        if length != self.size or crc != self.crc:
            raise self._damaged("check sum")

    def _inflated(self) -> Iterator[bytes]:
        if self.method == _STORED:
            yield bytes(self.packed)
            return
        if self.method != _DEFLATED:
            raise self._damaged(f"packing method {self.method}")
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for start in range(0, len(self.packed), _CHUNK):
                rest: bytes | memoryview = self.packed[start : start + _CHUNK]
                while rest and not unpacker.eof:
                    yield unpacker.decompress(rest, _LONGEST)
                    rest = unpacker.unconsumed_tail
            yield unpacker.flush()
        except zlib.error as error:
            raise self._damaged("packed bytes") from error

    def _damaged(self, detail: str) -> WorkbookRefused:
        return WorkbookRefused("damaged", part=self.name, detail=detail)


def read_members(source: bytes) -> list[Member]:
    """Return the entries of a zip file in the order of its directory, nothing unpacked.

    Raises:
        WorkbookRefused: ``damaged`` when the directory cannot be read, a name stands twice, is absolute or
            leads upwards, or an entry lies outside the file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(source)) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError, OverflowError) as error:
        raise WorkbookRefused("damaged", detail="zip directory") from error
    _check_names([info.orig_filename for info in infos])
    view = memoryview(source)
    return [_member(view, info) for info in infos]


def _check_names(names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        path = name.replace("\\", "/")
        if path.startswith("/") or ".." in path.split("/") or ":" in path.split("/")[0] or "\0" in path:
            raise WorkbookRefused("damaged", part=name, detail="member name")
        if path.casefold() in seen:
            raise WorkbookRefused("damaged", part=name, detail="member name stands twice")
        seen.add(path.casefold())


def _member(source: memoryview, info: zipfile.ZipInfo) -> Member:
    at = info.header_offset
    if at < 0 or at + _LOCAL.size > len(source):
        raise WorkbookRefused("damaged", part=info.filename, detail="lies outside the file")
    local = _LOCAL.unpack_from(source, at)
    start = at + _LOCAL.size + local[9] + local[10]
    end = start + info.compress_size
    if local[0] != b"PK\x03\x04" or end > len(source):
        raise WorkbookRefused("damaged", part=info.filename, detail="lies outside the file")
    year, month, day, hour, minute, second = info.date_time
    return Member(
        name=info.orig_filename,
        packed=source[start:end],
        method=info.compress_type,
        crc=info.CRC,
        size=info.file_size,
        flags=info.flag_bits,
        time=(hour << 11) | (minute << 5) | (second // 2),
        day=((year - 1980) << 9) | (month << 5) | day,
        system=info.create_system,
        internal=info.internal_attr,
        external=info.external_attr,
    )


def write_members(members: list[Member]) -> bytes:
    """Return the zip file of these entries, in this order.

    Raises:
        WorkbookRefused: ``too-large`` for what a plain zip file cannot hold (65,535 entries, 4 GiB).
    """
    if len(members) >= 0xFFFF:
        raise WorkbookRefused("too-large", detail="entries", found=len(members), limit=0xFFFE)
    pieces: list[bytes | memoryview] = []
    directory: list[bytes] = []
    at = 0
    for member in members:
        local, central = _headers(member, at)
        pieces += (local, member.packed)
        directory.append(central)
        at += len(local) + len(member.packed)
        if max(at, member.size) >= 0xFFFF_FFFF:
            raise WorkbookRefused("too-large", detail="file_bytes", found=at, limit=0xFFFF_FFFE)
    listed = b"".join(directory)
    end = _END.pack(b"PK\x05\x06", 0, 0, len(members), len(members), len(listed), at, 0)
    return b"".join((*pieces, listed, end))


def _headers(member: Member, at: int) -> tuple[bytes, bytes]:
    name = member.name.encode("utf-8" if member.flags & _UTF8 else "cp437")
    flags = member.flags & ~_SIZES_FOLLOW
    common = (flags, member.method, member.time, member.day, member.crc, len(member.packed), member.size)
    local = _LOCAL.pack(b"PK\x03\x04", 20, *common, len(name), 0)
    made_by = (member.system << 8) | 20
    central = _CENTRAL.pack(
        b"PK\x01\x02", made_by, 20, *common, len(name), 0, 0, 0, member.internal, member.external, at
    )
    return local + name, central + name


class Package:
    """A workbook's parts: read by name, replaced, added, removed, and packed again."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._members = {_key(member.name): member for member in read_members(source)}
        self._known: dict[str, bytes] = {}
        self._pieces: dict[str, list[Piece]] = {}
        self._is_changed = False

    def __contains__(self, part: str) -> bool:
        return _key(part) in self._members

    def names(self) -> list[str]:
        """Return the names of all parts as the file writes them."""
        return [member.name for member in self._members.values()]

    def member(self, part: str) -> Member:
        """Return the packed entry of a part.

        Raises:
            WorkbookRefused: ``damaged`` when there is none.
        """
        try:
            return self._members[_key(part)]
        except KeyError:
            raise WorkbookRefused("damaged", part=part, detail="missing") from None

    def read(self, part: str) -> bytes:
        """Return the content of a part as it is now.

        Raises:
            WorkbookRefused: ``damaged`` when it is missing or cannot be unpacked.
        """
        key = _key(part)
        if key not in self._known:
            member = self.member(part)
            content, self._pieces[key] = member.in_pieces()
            self._known[key] = content if self._pieces[key] else member.unpacked()
        return self._known[key]

    def chunks(self, part: str) -> Iterator[bytes]:
        """Yield the content of a part as it is now, in pieces, without keeping it."""
        known = self._known.get(_key(part))
        return self.member(part).chunks() if known is None else iter((known,))

    def write(self, part: str, content: bytes) -> None:
        """Replace the content of a part, or add the part at the end."""
        key = _key(part)
        old = self._members.get(key)
        if old is not None and self.read(part) == content:
            return
        pieces = packed_pieces(content, self._known.get(key, b""), self._pieces.get(key, ()))
        self._members[key] = _packed(part, content, old, b"".join(pieces))
        # Sheets of a large ledger are too much to be kept unpacked beside each other.
        self._known.pop(key, None)
        self._pieces.pop(key, None)
        self._is_changed = True

    def remove(self, part: str) -> None:
        """Take a part out; its relations and content type are the caller's."""
        self._is_changed = self._members.pop(_key(part), None) is not None or self._is_changed
        self._known.pop(_key(part), None)
        self._pieces.pop(_key(part), None)

    def packed(self) -> bytes:
        """Return the whole file; the very bytes it was read from when nothing changed."""
        return write_members(list(self._members.values())) if self._is_changed else self._source


def _key(part: str) -> str:
    return part.replace("\\", "/").lstrip("/").casefold()


def _packed(part: str, content: bytes, old: Member | None, packed: bytes) -> Member:
    crc, size = zlib.crc32(content), len(content)
    if old is None:
        flags = 0 if part.isascii() else _UTF8
        return Member(part, packed, _DEFLATED, crc, size, flags)
    return Member(
        old.name, packed, _DEFLATED, crc, size, old.flags, old.time, old.day,
        old.system, old.internal, old.external,
    )  # fmt: skip
