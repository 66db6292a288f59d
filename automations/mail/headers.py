"""Header lines in their final form: ASCII, folded, and read back as exactly what was meant."""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Iterator
from functools import lru_cache

# RFC 2047: an encoded word has at most 75 characters; 45 bytes make 60 of base64, and 12 go around them.
_MOST_BYTES = 45
_PLAIN = re.compile(r"[\x21-\x7e]+(?: [\x21-\x7e]+)*")
_LONGEST_PLAIN = 68


def encoded(text: str) -> str:
    """Return one line of text as a header's value; Japanese as UTF-8 in encoded words, never cut within a character.

    Mail programs join the words again without the spaces between them, so it reads back as itself.
    """
    if len(text) <= _LONGEST_PLAIN and _PLAIN.fullmatch(text) and "=?" not in text:
        return text
    return "\r\n ".join(f"=?utf-8?b?{b2a_base64(piece, newline=False).decode()}?=" for piece in _pieces(text))


@lru_cache(maxsize=32)
def mailbox(name: str, address: str) -> str:
    """Return a sender as a header's value: ``=?utf-8?b?...?= <shop@example.com>``."""
    if not name:
        return address
    if _PLAIN.fullmatch(name) and len(name) <= _LONGEST_PLAIN:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}"\r\n <{address}>'
    return f"{encoded(name)}\r\n <{address}>"


def _pieces(text: str) -> Iterator[bytes]:
    """Yield the text in bytes, in pieces that hold whole characters, and no mark without its letter."""
    piece = b""
    for char in text:
        more = char.encode()
        if len(piece) + len(more) > _MOST_BYTES:
            yield piece
            piece = b""
        piece += more
    yield piece
