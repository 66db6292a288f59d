"""Names of mail folders as IMAP writes them: modified UTF-7 (RFC 3501, 5.1.3), and one line of a folder list."""

from __future__ import annotations

import re
from binascii import Error, a2b_base64, b2a_base64

from automations.core.records import dataclass

_OUTSIDE = re.compile(r"[^\x20-\x7e]+")
_SHIFTED = re.compile(r"&([A-Za-z0-9+,]*)-")
_LISTED = re.compile(rb'\((?P<marks>[^)]*)\) (?:"(?:[^"\\]|\\.)*"|NIL) (?P<name>.+)', re.DOTALL)


@dataclass(frozen=True)
class MailFolder:
    """One folder of a mailbox.

    Attributes:
        name: As people read it.
        written: As IMAP writes it.
        marks: What the server says it is for, in lower case, each with its backslash.
    """

    name: str
    written: str
    marks: frozenset[str]


def encoded_name(name: str) -> str:
    """Return a folder's name as IMAP writes it: ``送信済み`` is ``&kAFP4W4IMH8-``."""
    return _OUTSIDE.sub(_shifted, name.replace("&", "&-"))


def decoded_name(written: str) -> str:
    """Return a folder's name as people read it; one that is not written rightly stays as it is."""
    try:
        return _SHIFTED.sub(_plain, written)
    except (Error, UnicodeDecodeError):
        return written


def folder_of(listed: object) -> MailFolder | None:
    """Return the folder that one item of a LIST reply names; None when it names none."""
    line = b" ".join(part for part in listed) if isinstance(listed, tuple) else listed
    if not isinstance(line, bytes):
        return None
    if isinstance(listed, tuple):  # the name came as a literal: ``(\Sent) "/" {5}`` and then its bytes
        line = re.sub(rb"\{\d+\} ", b"", line, count=1)
    found = _LISTED.fullmatch(line)
    if found is None:
        return None
    written = found["name"].decode("utf-8", "replace").strip()
    if not isinstance(listed, tuple) and written.startswith('"') and written.endswith('"'):
        written = re.sub(r"\\(.)", r"\1", written[1:-1])
    marks = frozenset(found["marks"].decode("ascii", "replace").casefold().split())
    return MailFolder(decoded_name(written), written, marks)


def quoted(text: str) -> str:
    """Return text as a quoted string of IMAP."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _shifted(found: re.Match[str]) -> str:
    written = b2a_base64(found[0].encode("utf-16-be"), newline=False).decode().rstrip("=").replace("/", ",")
    return f"&{written}-"


def _plain(found: re.Match[str]) -> str:
    if not found[1]:
        return "&"
    written = found[1].replace(",", "/")
    return a2b_base64(written + "=" * (-len(written) % 4)).decode("utf-16-be")
