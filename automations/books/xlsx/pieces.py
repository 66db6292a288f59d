"""Pack a sheet in pieces that each stand on their own: the next edit packs only those that it changes."""

import io
import re
import zlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_LEVEL = 6
_WINDOW = -zlib.MAX_WBITS
# A piece begins at every tenth row once the one before it is this long. Shorter ones would make larger files:
# with these a ledger grows by 2 %, with pieces of half the length by 4 %.
_CUT = re.compile(rb"<(?:[^\s<>/:]+:)?row r=\"[0-9]*0\"")
_LEAST = 1 << 17
# What zlib leaves between two pieces: an empty block, after which nothing refers to what came before.
_SEAM = b"\0\0\xff\xff"
_HEAD = 48


class Piece(NamedTuple):
    """A stretch of a part and its own packed bytes."""

    start: int
    end: int
    packed: bytes


def packed_pieces(content: bytes, old: bytes, known: Sequence[Piece]) -> Iterator[bytes]:
    """Yield the packed pieces of a part; those that it shares with the old content are not packed again."""
    by_head = {old[piece.start : piece.start + _HEAD]: piece for piece in known[:-1]}
    start = 0
    while found := _CUT.search(content, start + _LEAST):
        stretch = content[start : found.start()]
        same = by_head.get(stretch[:_HEAD])
        is_same = same is not None and old[same.start : same.end] == stretch
        yield same.packed if same and is_same else _packed(stretch, zlib.Z_FULL_FLUSH)
        start = found.start()
    yield _packed(content[start:], zlib.Z_FINISH)


def _packed(content: bytes, end: int) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW)
    return packer.compress(content) + packer.flush(end)


def unpacked_pieces(packed: bytes, size: int, crc: int) -> tuple[bytes, list[Piece]]:
    """Return a part with the pieces it is packed in; nothing when these do not each stand on their own.

    Args:
        packed: The packed part.
        size: How long it is unpacked.
        crc: Its check sum.
    """
    content = io.BytesIO()
    pieces: list[Piece] = []
    stretches = _parted(packed)
    try:
        for stretch in stretches if len(stretches) > 1 else ():
            start = content.tell()
            content.write(_unpacked(stretch, size - start, is_last=stretch is stretches[-1]))
            pieces.append(Piece(start, content.tell(), stretch))
    except zlib.error:
        return b"", []
    whole = content.getvalue()
    return (whole, pieces) if (len(whole), zlib.crc32(whole)) == (size, crc) else (b"", [])


def _parted(packed: bytes) -> list[bytes]:
    *parts, last = packed.split(_SEAM)
    return [*(part + _SEAM for part in parts), last]


def _unpacked(packed: bytes, most: int, *, is_last: bool) -> bytes:
    unpacker = zlib.decompressobj(_WINDOW)
    content = unpacker.decompress(packed, most + 1)
    if unpacker.eof != is_last or unpacker.unconsumed_tail:
        raise zlib.error
    return content
