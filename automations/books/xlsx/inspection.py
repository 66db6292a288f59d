"""Refuse a file that cannot or must not be edited, before any of it is parsed."""

from dataclasses import dataclass
from pathlib import Path

from .containers import open_package
from .errors import WorkbookRefused
from .locks import refuse_open
from .package import Member, Package
from .parts import workbook_part

_MIB = 1 << 20
_READ_ENDINGS = (".xml", ".rels", ".vml")
_DOCTYPES = tuple("<!DOCTYPE".encode(codec) for codec in ("utf-8", "utf-16-le", "utf-16-be"))


@dataclass(frozen=True)
class Limits:
    """How large a workbook may be, against files made to exhaust the machine.

    Attributes:
        file_bytes: Size of the file.
        entries: Parts in the file.
        unpacked_bytes: All parts together, unpacked.
        ratio: How many times its packed size a part may have; parts below ``ratio_from_bytes`` may be
            packed as tightly as they like.
        ratio_from_bytes: See there.
        stale_lock_hours: How long a lock file beside the workbook counts, from when it was made, where only
            it tells that somebody has the workbook open.
    """

    file_bytes: int = 100 * _MIB
    entries: int = 10_000
    unpacked_bytes: int = 512 * _MIB
    ratio: int = 250
    ratio_from_bytes: int = 8 * _MIB
    stale_lock_hours: int = 24


def inspect(path: Path, limits: Limits) -> None:
    """Pass a workbook that can be edited now; refuse every other file with the reason.

    Check sums are verified for every part that a reader takes apart. Damaged pictures pass: they are only
    copied.

    Raises:
        WorkbookRefused: See its reasons.
        OSError: The file is not there or cannot be read.
    """
    _refuse_beyond("file_bytes", path.stat().st_size, limits.file_bytes)
    refuse_open(path, limits.stale_lock_hours)
    package = _within(open_package(path.read_bytes()), limits)
    for name in package.names():
        if name.lower().endswith(_READ_ENDINGS):
            _check_part(package.member(name))
    if workbook_part(package).endswith(".bin"):
        raise WorkbookRefused("other-format", detail="xlsb")


def _within(package: Package, limits: Limits) -> Package:
    members = [package.member(name) for name in package.names()]
    _refuse_beyond("entries", len(members), limits.entries)
    _refuse_beyond("unpacked_bytes", sum(member.size for member in members), limits.unpacked_bytes)
    for member in members:
        if member.size >= limits.ratio_from_bytes:
            ratio = member.size // max(len(member.packed), 1)
            _refuse_beyond("ratio", ratio, limits.ratio, member.name)
    return package


def _refuse_beyond(name: str, found: int, limit: int, part: str = "") -> None:
    if found > limit:
        raise WorkbookRefused("too-large", part=part, detail=name, found=found, limit=limit)


def _check_part(member: Member) -> None:
    for chunk in member.chunks():
        if any(doctype in chunk for doctype in _DOCTYPES):
            raise WorkbookRefused("damaged", part=member.name, detail="document type declaration")
