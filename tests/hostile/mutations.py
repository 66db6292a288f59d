"""Files as chance spoils them: cells, bytes, lines and parts changed, doubled, moved and lost."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from workbooks import parts_of, zipped

# What stands where something else should: limits of numbers, dates that are none, signs that mean something.
_ODD = (
    "", " ", "0", "-1", "+1", "1e400", "-0", "NaN", "inf", "9" * 40, "1.5", "１２", "Ⅷ", "²", "٣", "true", "null", "~",
    "[]", "{}", "- x", "*a", "&a x", "!!float x", "|", ">", "%", "@", "`", "#", "：", ":", "a: b: c", "0x1F", "0o17", "1_000",
    "2026-02-30", "0000-00-00", "9999-12-31", "10000-01-01", "1900-01-00", "2026-11-24T25:61", "0001-01-01 00:00", "24:00",
    "-1e10", "=1+1", "'", '"', '""', ",", "\t", "\r\n", "\n", "\r", "\\", "\0", "\x1b", "\u2028", "\u202e", "\ufeff", "�",
    "𠮷", "👨‍👩‍👧", "ｶﾞ", "㍿", "が", "A" * 5000, "https://[", "a@b", "..", "/", "%s", "{0}", "{{ x }}", "{% if %}", "<b>",
    "&#0;", "&amp", "]]>", "<!--", 'r="A0"', 't="s"', 's="999"',
)  # fmt: skip


def table(chance: random.Random, source: bytes) -> bytes:
    """Return a file of cells with one to four things wrong in its cells, rows or bytes."""
    for _ in range(chance.randint(1, 4)):
        source = chance.choice((_cell, _row, _bytes))(chance, source)
    return source


def document(chance: random.Random, source: bytes) -> bytes:
    """Return a YAML file with one or two values or lines wrong."""
    for _ in range(chance.randint(1, 2)):
        source = chance.choice((_value, _value, _lines, _key))(chance, source)
    return source


def workbook(chance: random.Random, source: bytes) -> bytes:
    """Return a workbook with a part of it, or the packed file, spoilt."""
    if chance.random() < 0.2:
        return _bytes(chance, source)
    parts = parts_of(source)
    for _ in range(chance.randint(1, 3)):
        name = chance.choice([name for name in parts if not name.endswith(".png")])
        parts[name] = chance.choice((_attribute, _attribute, _element, _bytes))(chance, parts[name])
    return zipped(parts)


def _cell(chance: random.Random, source: bytes) -> bytes:
    return _replaced(chance, source, rb"[^,\t\r\n]+")


def _row(chance: random.Random, source: bytes) -> bytes:
    return _moved(chance, source.splitlines(keepends=True))


def _bytes(chance: random.Random, source: bytes) -> bytes:
    at = chance.randrange(len(source) + 1)
    return chance.choice((
        source[:at],
        source[at:],
        source[:at] + bytes([chance.randrange(256)]) + source[at + 1 :],
        source[:at] + _odd(chance) + source[at:],
        source[:at] + source[at // 2 :],
    ))  # fmt: skip


def _value(chance: random.Random, source: bytes) -> bytes:
    return _replaced(chance, source, rb"(?<=: )[^\n{}\[\],#]+")


def _key(chance: random.Random, source: bytes) -> bytes:
    return _replaced(chance, source, rb"[\w.]+(?=:)")


def _lines(chance: random.Random, source: bytes) -> bytes:
    lines = source.splitlines(keepends=True)
    if chance.random() < 0.3:
        at = chance.randrange(len(lines))
        lines[at] = b" " * chance.randint(1, 4) + lines[at]
        return b"".join(lines)
    return _moved(chance, lines)


def _attribute(chance: random.Random, source: bytes) -> bytes:
    return _replaced(chance, source, rb'(?<==")[^"]*|(?<=>)[^<>]+')


def _element(chance: random.Random, source: bytes) -> bytes:
    return _moved(chance, re.split(rb"(?=<)", source))


def _replaced(chance: random.Random, source: bytes, pattern: bytes) -> bytes:
    """Return the source with one match replaced by something odd, or by another match."""
    found = list(re.finditer(pattern, source))
    if not found:
        return source
    one = chance.choice(found)
    other = _odd(chance) if chance.random() < 0.7 else chance.choice(found)[0]
    return source[: one.start()] + other + source[one.end() :]


def _moved(chance: random.Random, pieces: Sequence[bytes]) -> bytes:
    """Return the pieces with one lost, doubled, or in another's place."""
    made = list(pieces)
    if made:
        at, to = chance.randrange(len(made)), chance.randrange(len(made))
        made[at : at + 1] = chance.choice(((), (made[at], made[at]), (made[to],), made[min(at, to) : at + 1]))
    return b"".join(made)


def _odd(chance: random.Random) -> bytes:
    return chance.choice(_ODD).encode()
