"""XML as bytes: find tags and change single places, so that everything else stays as it was."""

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from types import MappingProxyType
from typing import NamedTuple

from .errors import WorkbookRefused

NAME = rb"[^\s<>/=:\"'!?&]++"
ATTRIBUTES = rb"(?:\s++[^\s=>/\"'<]++\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+'))*"

_ATTRIBUTE = re.compile(rb"(\s++)([^\s=>/\"'<]++)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)')")
_DECLARED = re.compile(rb"<\?xml\s[^>]*?\bencoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_HIDDEN = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)
_CDATA = re.compile(rb"<!\[CDATA\[(.*?)\]\]>|<!--.*?-->|<\?.*?\?>", re.DOTALL)
_ENTITY = re.compile(r"&(?:#x([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|(\w+));")
_TAG = re.compile(rb"<(?:(/?)(?:(" + NAME + rb"):)?(" + NAME + rb")(" + ATTRIBUTES + rb")\s*+(/?)>)?")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_TRUE = frozenset({"1", "true", "on"})
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_STRETCH = 1 << 16
_TRIES = 1_000
_BARE_STARTS = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))


class Splice(NamedTuple):
    """Replace the bytes from ``start`` up to ``end`` by ``new``."""

    start: int
    end: int
    new: bytes


@dataclass(frozen=True, slots=True)
class Xml:
    """One XML part, ready to be searched and changed.

    Attributes:
        raw: The text as UTF-8 without byte order mark.
        view: ``raw`` with comments, CDATA and processing instructions blanked out; same positions. Search
            here, cut from ``raw``.
        part: Name of the part, for messages.
        codec: Encoding of the part in the file.
        mark: Byte order mark of the part in the file, b"" if none.
    """

    raw: bytes
    view: bytes
    part: str
    codec: str
    mark: bytes

    @classmethod
    def read(cls, content: bytes, part: str) -> "Xml":
        """Return the part, whatever Unicode encoding it has.

        Raises:
            WorkbookRefused: ``damaged`` for undecodable text and for any document type declaration.
        """
        mark, codec = _encoding(content)
        raw = _to_utf8(content[len(mark) :], codec, part)
        return cls(raw, _visible(raw, part), part, codec, mark)

    def spliced(self, splices: Iterable[Splice]) -> "Xml":
        """Return the part with the places replaced; the places must not overlap."""
        raw = splice(self.raw, splices)
        return Xml(raw, _visible(raw, self.part), self.part, self.codec, self.mark)

    def content(self, splices: Iterable[Splice] = ()) -> bytes:
        """Return the part with places replaced as it goes into the file, in the encoding it came in."""
        raw = splice(self.raw, splices)
        if self.codec != "utf-8":
            raw = raw.decode().encode(self.codec, errors="xmlcharrefreplace")
        return self.mark + raw if self.mark else raw

    def damaged(self, detail: str) -> WorkbookRefused:
        """Return the refusal that names this part."""
        return WorkbookRefused("damaged", part=self.part, detail=detail)


def _encoding(content: bytes) -> tuple[bytes, str]:
    for mark, codec in _BOMS:
        if content.startswith(mark):
            return mark, codec
    for start, codec in _BARE_STARTS:
        if content.startswith(start):
            return b"", codec
    declared = _DECLARED.match(content)
    codec = declared[1].decode().lower() if declared else "utf-8"
    return b"", "utf-8" if codec in {"utf8", "us-ascii", "ascii"} else codec


def _to_utf8(content: bytes, codec: str, part: str) -> bytes:
    try:
        if codec == "utf-8":
            _check_utf8(content)
            return content
        text = content.decode(codec)
        if text.encode(codec) == content:
            return text.encode()
    except (UnicodeError, LookupError) as error:
        raise WorkbookRefused("damaged", part=part, detail=f"not readable as {codec}") from error
    raise WorkbookRefused("damaged", part=part, detail=f"not readable as {codec}")


def _check_utf8(content: bytes) -> None:
    """Raise UnicodeError for what is no UTF-8; stretches of ASCII, most of a sheet, are only glanced at."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(content), _STRETCH):
        stretch = content[start : start + _STRETCH]
        if not stretch.isascii() or decoder.getstate()[0]:
            decoder.decode(stretch)
    decoder.decode(b"", final=True)


def _visible(raw: bytes, part: str) -> bytes:
    if not _has_tag(raw, b"!") and not _has_tag(raw, b"?", 2):
        return raw
    view = _HIDDEN.sub(lambda hidden: b" " * len(hidden[0]), raw)
    if b"<!" in view:
        raise WorkbookRefused("damaged", part=part, detail="document type declaration or open comment")
    return view


def _has_tag(raw: bytes, mark: bytes, start: int = 0) -> bool:
    """Tell whether a tag begins with this mark: the rare byte is searched first, at the speed of memory."""
    at = start
    for _ in range(_TRIES):
        at = raw.find(mark, at) + 1
        if not at or raw[at - 2 : at - 1] == b"<":
            return at > 0
    return b"<" + mark in raw[at:]


def splice(raw: bytes, splices: Iterable[Splice]) -> bytes:
    """Return ``raw`` with the places replaced; insertions at one place keep their order."""
    whole = memoryview(raw)
    pieces: list[bytes | memoryview] = []
    done = 0
    for start, end, new in sorted(splices, key=itemgetter(0, 1)):
        pieces += (whole[done:start], new)
        done = end
    pieces.append(whole[done:])
    return b"".join(pieces)


def unescape(raw: bytes) -> str:
    """Return the text that an attribute value or element content stands for."""
    if b"<" in raw:
        raw = _CDATA.sub(lambda found: _escaped_cdata(found[1] or b""), raw)
    text = raw.decode(errors="replace")
    return _ENTITY.sub(_character, text) if "&" in text else text


def _escaped_cdata(raw: bytes) -> bytes:
    return raw.replace(b"&", b"&amp;").replace(b"<", b"&lt;")


def _character(entity: re.Match[str]) -> str:
    hexadecimal, decimal, name = entity.groups()
    if name:
        return _ENTITIES.get(name, entity[0])
    number = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(number) if number <= 0x10FFFF else entity[0]


def escape(text: str) -> bytes:
    """Return text as attribute value (double quotes) or element content."""
    return escape_content(text).replace(b'"', b"&quot;")


def escape_content(text: str) -> bytes:
    """Return text as element content, where quotes stand as they are: a journal is full of them."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode()


def attributes(tag: bytes) -> dict[bytes, str]:
    """Return the attributes of a tag by their names as written (with prefix)."""
    return {
        found[2]: unescape(found[3] if found[3] is not None else found[4])
        for found in _ATTRIBUTE.finditer(tag)
    }


@lru_cache(maxsize=512)
def usual_attributes(tag: bytes) -> Mapping[bytes, str]:
    """Return `attributes` of a tag that has many others like it."""
    return MappingProxyType(attributes(tag))


def is_true(given: str | None) -> bool:
    """Tell whether an attribute says yes."""
    return given in _TRUE


def with_attributes(tag: bytes, changes: Mapping[bytes, bytes | None]) -> bytes:
    """Return the attribute text of a tag with attributes set, added at the end, or dropped (None).

    Attributes that are not named keep every byte, white space and kind of quotes included.
    """
    missing = dict(changes)

    def changed(found: re.Match[bytes]) -> bytes:
        if found[2] not in changes:
            return found[0]
        value = missing.pop(found[2], None)
        return b"" if value is None else found[1] + found[2] + b'="' + value + b'"'

    kept = _ATTRIBUTE.sub(changed, tag)
    return kept + b"".join(
        b" " + name + b'="' + value + b'"' for name, value in missing.items() if value is not None
    )


@dataclass(slots=True)
class Node:
    """One element: where its tags begin and end, and its parent.

    ``tag_end`` is behind the opening tag, ``close`` before the closing tag, ``end`` behind it. For an empty
    element (``<a/>``) the three are equal.
    """

    name: bytes
    prefix: bytes
    tag: bytes
    start: int
    tag_end: int
    parent: "Node | None"
    close: int = -1
    end: int = -1

    def attributes(self) -> dict[bytes, str]:
        """Return the attributes by their names as written."""
        return attributes(self.tag)

    def is_empty(self) -> bool:
        """Tell whether the element is written as one tag."""
        return self.tag_end == self.end

    def with_tag(self, changes: Mapping[bytes, bytes | None]) -> Splice:
        """Return the splice that changes attributes of the opening tag."""
        slash = b"/" if self.is_empty() else b""
        new = b"<" + self.prefix + self.name + with_attributes(self.tag, changes) + slash + b">"
        return Splice(self.start, self.tag_end, new)


def nodes(xml: Xml, without: tuple[int, int] | None = None) -> list[Node]:
    """Return all elements in the order of their opening tags.

    Args:
        xml: The part.
        without: A stretch to step over, such as the rows of a sheet.

    Raises:
        WorkbookRefused: ``damaged`` when tags do not fit together.
    """
    found: list[Node] = []
    here: Node | None = None
    for tag in _tags(xml, without):
        closing, prefix, name, given, empty = tag.groups()
        if name is None:
            raise xml.damaged(f"broken tag at byte {tag.start()}")
        if closing:
            if here is None or here.name != name:
                raise xml.damaged(f"unexpected end of {name.decode(errors='replace')}")
            here.close, here.end = tag.start(), tag.end()
            here = here.parent
            continue
        node = Node(name, prefix + b":" if prefix else b"", given, tag.start(), tag.end(), here)
        found.append(node)
        if empty:
            node.close = node.end = node.tag_end
        else:
            here = node
    if here is not None or not found:
        raise xml.damaged("ends too early")
    return found


def _tags(xml: Xml, without: tuple[int, int] | None) -> Iterator[re.Match[bytes]]:
    start = xml.view.find(b"?>") + 2 if xml.view.startswith(b"<?") else 0
    if without is None:
        yield from _TAG.finditer(xml.view, start)
        return
    yield from _TAG.finditer(xml.view, start, without[0])
    yield from _TAG.finditer(xml.view, without[1])


def children(found: Iterable[Node], parent: Node, name: bytes = b"") -> list[Node]:
    """Return the direct children of an element, of one name or all."""
    return [node for node in found if node.parent is parent and name in (b"", node.name)]


def inserted(xml: Xml, parent: Node, at: int, new: bytes) -> Splice:
    """Return the splice that puts ``new`` into an element, opening it when it was written as one tag."""
    if not parent.is_empty():
        return Splice(at, at, new)
    tag = xml.raw[parent.start : parent.tag_end].rstrip(b"/> \t\r\n")
    return Splice(parent.start, parent.end, tag + b">" + new + b"</" + parent.prefix + parent.name + b">")
