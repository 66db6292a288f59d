"""Give a cell a date format when a date lands in it and it has none."""

import re
from datetime import date, datetime

from .errors import WorkbookRefused
from .markup import Node, Splice, Xml, attributes, children, inserted, nodes, with_attributes

_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59), *range(71, 82)))
_DAY_FORMAT, _TIME_FORMAT = b"14", b"22"
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE)
_GENERAL = re.compile(r"general|g/標準|標準|standard", re.IGNORECASE)
_DATE_LETTER = re.compile(r"[ymdhsg]|e(?![+-])", re.IGNORECASE)
_PLAIN = b' numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"'
_AFTER_FORMATS = (b"cellStyles", b"dxfs", b"tableStyles", b"colors", b"extLst")

EMPTY = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<styleSheet xmlns="%s">'
    '<fonts count="1"><font/></fonts><fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    "</styleSheet>"
)


class Styles:
    """The cell formats of a workbook, with the date formats added so far."""

    def __init__(self, xml: Xml) -> None:
        self._xml = xml
        self._nodes = nodes(xml)
        lists = children(self._nodes, self._nodes[0], b"cellXfs")
        self._list = lists[0] if lists else None
        known = children(self._nodes, self._list, b"xf") if self._list else []
        self._known = len(known)
        self._formats = [(node.tag, self._rest(node)) for node in known] or [(_PLAIN, b"")]
        self._read = len(self._formats)
        self._codes = {
            given.get(b"numFmtId", ""): given.get(b"formatCode", "")
            for given in (node.attributes() for node in self._nodes if _is_code(node))
        }
        self._answers: dict[tuple[int, bool], int] = {}
        self._dates: dict[int, bool] = {}

    def _rest(self, node: Node) -> bytes:
        return b"" if node.is_empty() else self._xml.raw[node.tag_end : node.close]

    def is_date(self, style: int) -> bool:
        """Tell whether a cell of this style shows a number as a date or time."""
        if not 0 <= style < len(self._formats):
            return False
        if style not in self._dates:
            self._dates[style] = self._shows_date(style)
        return self._dates[style]

    def _shows_date(self, style: int) -> bool:
        number = attributes(self._formats[style][0]).get(b"numFmtId", "0")
        if number in self._codes:
            return is_date_code(self._codes[number])
        return number.isdecimal() and int(number) in _DATE_FORMATS

    def dated(self, style: int, value: date) -> int:
        """Return a style that looks like ``style`` and shows a date: itself, a known or an added one."""
        has_time = isinstance(value, datetime)
        if (style, has_time) not in self._answers:
            self._answers[style, has_time] = style if self.is_date(style) else self._added(style, has_time)
        return self._answers[style, has_time]

    def _added(self, style: int, has_time: bool) -> int:
        tag, rest = self._formats[style] if 0 <= style < len(self._formats) else (_PLAIN, b"")
        number = _TIME_FORMAT if has_time else _DAY_FORMAT
        new = (with_attributes(tag, {b"numFmtId": number, b"applyNumberFormat": b"1"}), rest)
        if new not in self._formats:
            self._formats.append(new)
        return self._formats.index(new)

    def content(self) -> bytes:
        """Return the part with the added formats; as it was when none was added."""
        if len(self._formats) == self._read:
            return self._xml.content()
        if self._list is None or not self._known:
            return self._xml.content([self._new_list()])
        count = str(len(self._formats)).encode()
        close = self._list.close
        added = self._written(self._formats[self._known :])
        return self._xml.content([self._list.with_tag({b"count": count}), Splice(close, close, added)])

    def _new_list(self) -> Splice:
        root = self._nodes[0]
        name = root.prefix + b"cellXfs"
        written = b'<%s count="%d">%s</%s>' % (name, len(self._formats), self._written(self._formats), name)
        if self._list is not None:
            return Splice(self._list.start, self._list.end, written)
        later = [node.start for node in children(self._nodes, root) if node.name in _AFTER_FORMATS]
        return inserted(self._xml, root, min(later, default=root.close), written)

    def _written(self, formats: list[tuple[bytes, bytes]]) -> bytes:
        name = self._nodes[0].prefix + b"xf"
        return b"".join(
            b"<%s%s>%s</%s>" % (name, tag, rest, name) if rest else b"<%s%s/>" % (name, tag)
            for tag, rest in formats
        )


def _is_code(node: Node) -> bool:
    return node.name == b"numFmt" and node.parent is not None and node.parent.name == b"numFmts"


def is_date_code(code: str) -> bool:
    """Tell whether a number format shows dates or times; Japanese eras and weekdays count."""
    first = _GENERAL.sub("", _LITERAL.sub("", code)).partition(";")[0]
    return bool(_DATE_LETTER.search(first) or "aaa" in first.lower())


def style_number(xml: Xml, given: str | None) -> int:
    """Return the style number of a cell, row or column; 0 for none.

    Raises:
        WorkbookRefused: ``damaged`` when it is not a number.
    """
    if given is None:
        return 0
    if not given.isdecimal() or len(given) > 9:
        raise WorkbookRefused("damaged", part=xml.part, detail=f"style {given}")
    return int(given)
