"""Write one value as the XML of a cell."""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from .edits import CellValue, serial
from .markup import escape_content, with_attributes
from .references import cell_name
from .rows import Cell

_ILLEGAL = r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]"
_ESCAPED = re.compile(rf"{_ILLEGAL}|_(?=x[0-9A-Fa-f]{{4}}(?:_|{_ILLEGAL}))")


class Content(NamedTuple):
    """What stands in a cell: its type attribute (None for a number or nothing) and the inner XML."""

    kind: bytes | None
    inner: bytes


def content(value: CellValue, prefix: bytes, *, from_1904: bool) -> Content:
    """Return a value as cell content; text is kept inside the cell and never read as a formula."""
    if value is None:
        return Content(None, b"")
    if isinstance(value, str):
        text = escape_content(legal(value))
        inner = b'<%sis><%st xml:space="preserve">%s</%st></%sis>' % (prefix, prefix, text, prefix, prefix)
        return Content(b"inlineStr", inner)
    kind = b"b" if isinstance(value, bool) else None
    return Content(kind, b"<%sv>%s</%sv>" % (prefix, _figures(value, from_1904=from_1904).encode(), prefix))


def _figures(value: float | Decimal | date, *, from_1904: bool) -> str:
    if isinstance(value, date):
        return serial(value, from_1904=from_1904)
    if isinstance(value, bool):
        return str(int(value))
    return repr(value) if isinstance(value, float) else str(value)


def legal(text: str) -> str:
    """Return text with what XML cannot hold as ``_xHHHH_``, and text that looks like that made safe."""
    if "_x" not in text and text.isprintable():
        return text
    return _ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def new_cell(prefix: bytes, row: int, column: int, style: int, filled: Content) -> bytes:
    """Return a cell that was not there before."""
    name = cell_name(row, column).encode()
    tag = b' r="%s" s="%d"' % (name, style) if style else b' r="%s"' % name
    return _written(prefix, tag, filled, b"")


def changed_cell(prefix: bytes, cell: Cell, style: int | None, filled: Content, kept: bytes) -> bytes:
    """Return a cell with another content; its attributes stay but for the type of the old value.

    Args:
        prefix: Namespace prefix of the sheet.
        cell: The cell as it is.
        style: New style; None leaves it as it is.
        filled: The new content.
        kept: Extensions inside the cell that stay.
    """
    return _written(prefix, cell.name + _kept(cell.tag, style), filled, kept)


@lru_cache(maxsize=512)
def _kept(tag: bytes, style: int | None) -> bytes:
    """Return the attributes of a cell that outlive its value, with the new style."""
    changes: dict[bytes, bytes | None] = {b"t": None, b"cm": None, b"vm": None}
    if style is not None:
        changes[b"s"] = b"%d" % style
    return with_attributes(tag, changes)


def _written(prefix: bytes, tag: bytes, filled: Content, kept: bytes) -> bytes:
    if filled.kind is not None:
        tag += b' t="%s"' % filled.kind
    inner = filled.inner + kept
    return b"<%sc%s>%s</%sc>" % (prefix, tag, inner, prefix) if inner else b"<%sc%s/>" % (prefix, tag)
