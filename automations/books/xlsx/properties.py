"""The workbook's own named properties (File > Info > Properties > Custom), text ones only."""

import re
from collections.abc import Mapping

from .cells import legal
from .containers import open_package
from .markup import Node, Splice, Xml, attributes, children, escape, inserted, nodes, unescape
from .package import Package
from .parts import NewPart, add_part, related, relations

_KINDS = ("custom-properties", "customProperties")
_TEXTS = (b"lpwstr", b"lpstr", b"bstr")
_PART = "docProps/custom.xml"
_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument"
_TYPES = "/docPropsVTypes"
_FORMAT_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def read_properties(source: bytes) -> dict[str, str]:
    """Return the text properties of a workbook by name; {} when there are none.

    Raises:
        WorkbookRefused: The file is no workbook or damaged.
    """
    package = open_package(source)
    found: dict[str, str] = {}
    for part in _parts(package):
        xml = Xml.read(package.read(part), part)
        found |= {
            name: _ESCAPE.sub(
                lambda code: chr(int(code[1], 16)), unescape(xml.raw[text.tag_end : text.close])
            )
            for name, (_, text) in _properties(nodes(xml)).items()
            if text is not None and text.name in _TEXTS
        }
    return found


def _parts(package: Package) -> list[str]:
    return [part for kind in _KINDS for part in related(package, "", kind) if part in package]


def _properties(found: list[Node]) -> dict[str, tuple[Node, Node | None]]:
    """Return each property with the element that holds its value, by name."""
    values = {id(node.parent): node for node in found if node.parent}
    return {
        node.attributes().get(b"name", ""): (node, values.get(id(node)))
        for node in children(found, found[0], b"property")
    }


def set_properties(package: Package, properties: Mapping[str, str]) -> None:
    """Set text properties; all others stay as they are."""
    if not properties:
        return
    parts = _parts(package)
    if not parts:
        strict = any(relation.family.startswith(_STRICT) for relation in relations(package, ""))
        _add_empty(package, is_strict=strict)
        parts = [_PART]
    xml = Xml.read(package.read(parts[0]), parts[0])
    package.write(parts[0], xml.content(_changes(xml, properties)))


def _add_empty(package: Package, *, is_strict: bool) -> None:
    family, kind = (_STRICT, "customProperties") if is_strict else (_OFFICE, "custom-properties")
    content = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
        f'<Properties xmlns="{family}/{kind}" xmlns:vt="{family}{_TYPES}"></Properties>'
    )
    add_part(package, "", NewPart(_PART, content.encode(), _CONTENT_TYPE, f"{family}/relationships/{kind}"))


def _changes(xml: Xml, properties: Mapping[str, str]) -> list[Splice]:
    found = nodes(xml)
    root = found[0]
    known = _properties(found)
    ids = [int(pid) for node, _ in known.values() if (pid := node.attributes().get(b"pid", "")).isdecimal()]
    new_id = max([1, *ids])
    changes: list[Splice] = []
    new = b""
    for name, text in properties.items():
        value = _value(root, text)
        if name in known:
            changes.append(_replaced(xml, known[name][0], value))
        else:
            new_id += 1
            new += _line(root.prefix, name, new_id, value)
    return [*changes, inserted(xml, root, root.close, new)] if new else changes


def _value(root: Node, text: str) -> bytes:
    """Return the element of a text value, with the prefix that the part has for its kind or with its own."""
    for name, space in attributes(root.tag).items():
        if name.startswith(b"xmlns:") and space.endswith(_TYPES):
            tag = name.removeprefix(b"xmlns:") + b":lpwstr"
            return b"<%s>%s</%s>" % (tag, escape(legal(text)), tag)
    declared = (_OFFICE + _TYPES).encode()
    return b'<vt:lpwstr xmlns:vt="%s">%s</vt:lpwstr>' % (declared, escape(legal(text)))


def _replaced(xml: Xml, node: Node, value: bytes) -> Splice:
    if node.is_empty():
        return inserted(xml, node, node.close, value)
    return Splice(node.tag_end, node.close, value)


def _line(prefix: bytes, name: str, number: int, value: bytes) -> bytes:
    return b'<%sproperty fmtid="%s" pid="%d" name="%s">%s</%sproperty>' % (
        prefix, _FORMAT_ID.encode(), number, escape(name), value, prefix,
    )  # fmt: skip
