"""Let the spreadsheet program calculate anew: the chain of formulas, and the wish to do it on opening."""

import re
from collections.abc import Iterable, Mapping

from .markup import Node, Splice, Xml, children, inserted, is_true, nodes
from .package import Package
from .parts import related, remove_part

_BEFORE = (
    b"fileVersion", b"fileSharing", b"workbookPr", b"workbookProtection", b"bookViews", b"sheets",
    b"functionGroups", b"externalReferences", b"definedNames",
)  # fmt: skip
_FORMULA = re.compile(rb"<(?:[^\s<>/:]+:)?f[\s/>]")
# Found at the speed of memory, and hardly ever there without a formula.
_END_OF_NAME = re.compile(rb"f[\s/>]")
_OVERLAP = 64


def drop_from_chain(package: Package, workbook: str, gone: Mapping[str, frozenset[str]]) -> None:
    """Take cells out of the chain of formulas; the part itself goes when nothing is left in it.

    Args:
        package: The workbook's parts.
        workbook: Name of the main part.
        gone: Names of the cells without formula from now on, by the id of their sheet.
    """
    for part in related(package, workbook, "calcChain"):
        if part in package and any(gone.values()):
            xml = Xml.read(package.read(part), part)
            found = nodes(xml)
            links = children(found, found[0], b"c")
            changes = _chain_changes(links, gone)
            if sum(not change.new for change in changes) == len(links):
                remove_part(package, workbook, part)
            else:
                package.write(part, xml.content(changes))


def _chain_changes(links: Iterable[Node], gone: Mapping[str, frozenset[str]]) -> list[Splice]:
    """Return the changes; an entry without sheet id goes on with the one of the entry before it."""
    changes = []
    sheet = written = ""
    for link in links:
        given = link.attributes()
        sheet = given.get(b"i", sheet)
        if given.get(b"r") in gone.get(sheet, ()):
            changes.append(Splice(link.start, link.end, b""))
            continue
        if b"i" not in given and written != sheet:
            changes.append(link.with_tag({b"i": sheet.encode()}))
        written = sheet
    return changes


def has_formulas(package: Package, sheets: Iterable[str]) -> bool:
    """Tell whether any of the sheets holds a formula; reads no further than the first one."""
    return any(_holds_formula(package.chunks(part)) for part in sheets)


def _holds_formula(chunks: Iterable[bytes]) -> bool:
    tail = b""
    for chunk in chunks:
        # UTF-16 text without its zero bytes reads as UTF-8 as far as tags go.
        seen = tail + (chunk.replace(b"\0", b"") if b"\0" in chunk else chunk)
        if _END_OF_NAME.search(seen) and _FORMULA.search(seen):
            return True
        tail = seen[-_OVERLAP:]
    return False


def full_calculation(xml: Xml, found: list[Node]) -> list[Splice]:
    """Return the change to the main part that has all formulas calculated when a person opens the file."""
    root = found[0]
    for node in children(found, root, b"calcPr"):
        if is_true(node.attributes().get(b"fullCalcOnLoad")):
            return []
        return [node.with_tag({b"fullCalcOnLoad": b"1"})]
    before = [node.end for node in children(found, root) if node.name in _BEFORE]
    at = max(before, default=root.tag_end)
    return [inserted(xml, root, at, b'<%scalcPr fullCalcOnLoad="1"/>' % root.prefix)]
