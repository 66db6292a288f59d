"""The main part of a workbook: its list of worksheets and its settings."""

from dataclasses import dataclass

from .errors import EditRefused
from .markup import Node, Xml, children, is_true, nodes
from .package import Package
from .parts import Relation, relations, workbook_part


@dataclass(frozen=True)
class ListedSheet:
    """One entry of the list of sheets, with its place in that list."""

    title: str
    number: str
    part: str
    place: int


@dataclass(frozen=True)
class MainPart:
    """The main part, taken apart as far as editing needs it."""

    xml: Xml
    found: list[Node]
    leads: list[Relation]
    sheets: tuple[ListedSheet, ...]

    @classmethod
    def read(cls, package: Package) -> "MainPart":
        """Return the main part of a workbook.

        Raises:
            WorkbookRefused: ``damaged``.
        """
        part = workbook_part(package)
        xml = Xml.read(package.read(part), part)
        found = nodes(xml)
        leads = relations(package, part)
        targets = {relation.key: relation for relation in leads}
        listed = [
            sheet for sheets in children(found, found[0], b"sheets") for sheet in children(found, sheets)
        ]
        sheets = []
        for place, node in enumerate(listed):
            given = node.attributes()
            key = next((value for name, value in given.items() if name.endswith(b":id")), "")
            relation = targets.get(key)
            if relation is not None and relation.kind == "worksheet":
                number = given.get(b"sheetId", "")
                sheets.append(ListedSheet(given.get(b"name", ""), number, relation.target, place))
        return cls(xml, found, leads, tuple(sheets))

    def sheet(self, title: str) -> ListedSheet:
        """Return the worksheet with this title; capital letters make no difference, as in Excel.

        Raises:
            EditRefused: ``no-such-sheet``.
        """
        for sheet in self.sheets:
            if sheet.title == title:
                return sheet
        for sheet in self.sheets:
            if sheet.title.casefold() == title.casefold():
                return sheet
        raise EditRefused("no-such-sheet", sheet=title)

    def is_from_1904(self) -> bool:
        """Tell whether days are counted from 1904 on."""
        settings = children(self.found, self.found[0], b"workbookPr")
        return any(is_true(node.attributes().get(b"date1904")) for node in settings)
