"""How parts find each other: relations and content types."""

import posixpath
from dataclasses import dataclass
from urllib.parse import unquote

from .errors import WorkbookRefused
from .markup import Splice, Xml, children, escape, inserted, nodes
from .package import Package

CONTENT_TYPES = "[Content_Types].xml"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_EMPTY_RELATIONS = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<Relationships xmlns="{_RELATIONS}"/>'
).encode()


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation: its id, its type in two halves (``http://…`` and ``worksheet``), where it leads."""

    key: str
    family: str
    kind: str
    target: str


def relations_part(part: str) -> str:
    """Return the name of the part that holds the relations of a part ("" for the whole package)."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def relations(package: Package, part: str) -> list[Relation]:
    """Return the relations of a part to other parts, links to the outside left out."""
    holder = relations_part(part)
    if holder not in package:
        return []
    found = []
    for node in nodes(Xml.read(package.read(holder), holder)):
        given = node.attributes()
        if node.name == b"Relationship" and given.get(b"TargetMode") != "External":
            family, _, kind = given.get(b"Type", "").rpartition("/")
            target = _resolved(package, part, given.get(b"Target", ""))
            found.append(Relation(given.get(b"Id", ""), family, kind, target))
    return found


def _resolved(package: Package, part: str, target: str) -> str:
    joined = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target)).lstrip("/")
    return joined if joined in package else unquote(joined)


def related(package: Package, part: str, kind: str) -> list[str]:
    """Return the parts that a part leads to by relations of one kind."""
    return [relation.target for relation in relations(package, part) if relation.kind == kind]


def workbook_part(package: Package) -> str:
    """Return the name of the main part.

    Raises:
        WorkbookRefused: ``not-a-workbook`` when the package names none.
    """
    named = [part for part in related(package, "", "officeDocument") if part in package]
    if named:
        return named[0]
    raise WorkbookRefused("not-a-workbook", detail="no workbook part")


@dataclass(frozen=True, slots=True)
class NewPart:
    """A part to be added: its content type, and the type of the relation that leads to it."""

    name: str
    content: bytes
    content_type: str
    relation_type: str


def add_part(package: Package, source: str, new: NewPart) -> None:
    """Add a part, its content type, and the relation from ``source`` ("" for the whole package)."""
    package.write(new.name, new.content)
    _add_content_type(package, new)
    holder = relations_part(source)
    if holder not in package:
        package.write(holder, _EMPTY_RELATIONS)
    xml = Xml.read(package.read(holder), holder)
    root, *others = nodes(xml)
    taken = {node.attributes().get(b"Id") for node in others}
    key = next(name for name in (f"rId{number}" for number in range(1, len(taken) + 2)) if name not in taken)
    line = _line(
        root.prefix + b"Relationship", {"Id": key, "Type": new.relation_type, "Target": "/" + new.name}
    )
    package.write(holder, xml.content([inserted(xml, root, root.close, line)]))


def _add_content_type(package: Package, new: NewPart) -> None:
    xml = Xml.read(package.read(CONTENT_TYPES), CONTENT_TYPES)
    root = nodes(xml)[0]
    line = _line(root.prefix + b"Override", {"PartName": "/" + new.name, "ContentType": new.content_type})
    package.write(CONTENT_TYPES, xml.content([inserted(xml, root, root.close, line)]))


def _line(name: bytes, given: dict[str, str]) -> bytes:
    written = b"".join(b' %s="%s"' % (key.encode(), escape(value)) for key, value in given.items())
    return b"<" + name + written + b"/>"


def remove_part(package: Package, source: str, part: str) -> None:
    """Take a part out together with the relation from ``source`` and its content type."""
    holder = relations_part(source)
    xml = Xml.read(package.read(holder), holder)
    gone = [
        Splice(node.start, node.end, b"")
        for node in nodes(xml)[1:]
        if _key(_resolved(package, source, node.attributes().get(b"Target", ""))) == _key(part)
    ]
    package.write(holder, xml.content(gone))
    types = Xml.read(package.read(CONTENT_TYPES), CONTENT_TYPES)
    found = nodes(types)
    gone = [
        Splice(node.start, node.end, b"")
        for node in children(found, found[0], b"Override")
        if _key(node.attributes().get(b"PartName", "")) == _key(part)
    ]
    package.write(CONTENT_TYPES, types.content(gone))
    package.remove(part)


def _key(part: str) -> str:
    return part.lstrip("/").casefold()
