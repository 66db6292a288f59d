"""Tell a workbook from the other kinds of files that come under its name."""

from .errors import WorkbookRefused
from .package import Package

_COMPOUND = bytes.fromhex("D0CF11E0A1B11AE1")
_ZIP = b"PK"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OLD_STREAMS = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."


def open_package(source: bytes) -> Package:
    """Return the parts of a workbook, none of them unpacked yet.

    Raises:
        WorkbookRefused: ``password-protected``, ``old-format``, ``other-format``, ``not-a-workbook`` or
            ``damaged``, by the content; the name of the file plays no part.
    """
    if source.startswith(_COMPOUND):
        raise _refused_compound(source)
    if not source.strip(b"\0"):
        raise WorkbookRefused("damaged", detail="empty file")
    if not source.startswith(_ZIP):
        raise WorkbookRefused("not-a-workbook", detail="not a zip file")
    package = Package(source)
    _refuse_other_formats(package)
    return package


def _refused_compound(source: bytes) -> WorkbookRefused:
    """Return the refusal for the container that old and encrypted office files share."""
    if _ENCRYPTED in source:
        return WorkbookRefused("password-protected")
    if any(stream in source for stream in _OLD_STREAMS):
        return WorkbookRefused("old-format", detail="xls")
    return WorkbookRefused("not-a-workbook", detail="not a spreadsheet")


def _refuse_other_formats(package: Package) -> None:
    if "xl/workbook.bin" in package:
        raise WorkbookRefused("other-format", detail="xlsb")
    if "mimetype" in package and package.read("mimetype").startswith(_OPEN_DOCUMENT):
        raise WorkbookRefused("other-format", detail="ods")
