"""Header lines in their final form: ASCII, folded, and read back as exactly what was meant."""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Iterator
from functools import lru_cache

# RFC 2047: a line with an encoded word has at most 76 characters. Of these 12 go around the word, and the header's name
# takes some of the first line; base64 makes 4 characters of 3 bytes.
_FIRST_BYTES, _MOST_BYTES = 39, 45
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
    """Yield the text in bytes, in pieces that hold whole characters."""
    piece, most = b"", _FIRST_BYTES
    for char in text:
        more = char.encode()
        if len(piece) + len(more) > most:
            yield piece
            piece, most = b"", _MOST_BYTES
        piece += more
    yield piece
