"""What an account may do in a spreadsheet, found out without changing anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from automations.books.google.errors import BadRequest, Unclear, unreachable
from automations.core.messages import Message, msg
from automations.core.records import dataclass

if TYPE_CHECKING:
    from automations.books.google.service import Spreadsheet

Json = dict[str, Any]
_MASK = (
    "properties.title,sheets(properties(sheetId,title),"
    "protectedRanges(range,warningOnly,requestingUserCanEdit,editors.users))"
)
# A name that no spreadsheet has: taking it away is refused, and by whom tells whether one may write.
_NOBODYS_NAME = "daicho-doctor-was-here"


@dataclass(frozen=True)
class Fence:
    """A protected range that keeps the account out; ``is_header``: it covers nothing below the first row."""

    sheet_id: int
    tab: str
    is_header: bool


@dataclass(frozen=True)
class Access:
    """What was found; ``ahead`` is how far Google's clock is before this machine's."""

    title: str
    account: str | Message
    ahead: timedelta
    fences: tuple[Fence, ...]


def look(spreadsheet: Spreadsheet) -> Access:
    """Return what the account may do there: two requests, and nothing is changed.

    Raises:
        LedgerRefused: It may not read, or not write.
        ServiceError: Google cannot be reached.
    """
    found = spreadsheet.get(_MASK)
    _refuse_who_may_not_write(spreadsheet)
    return Access(
        str(found.get("properties", {}).get("title", "")),
        spreadsheet.account,
        spreadsheet.ahead or timedelta(),
        tuple(_fences(found, spreadsheet.account)),
    )


def _refuse_who_may_not_write(spreadsheet: Spreadsheet) -> None:
    try:
        spreadsheet.update([{"deleteNamedRange": {"namedRangeId": _NOBODYS_NAME}}])
    except BadRequest:
        return  # who may not write is refused before the request is looked at
    except Unclear:
        raise unreachable(msg("no answer came in time")) from None


def _fences(found: Mapping[str, Any], account: object) -> Iterator[Fence]:
    for sheet in found.get("sheets", ()):
        properties = sheet["properties"]
        for protected in sheet.get("protectedRanges", ()):
            if not _lets_in(protected, account):
                is_header = protected.get("range", {}).get("endRowIndex") == 1
                yield Fence(int(properties["sheetId"]), str(properties["title"]), is_header)


def _lets_in(protected: Mapping[str, Any], account: object) -> bool:
    named = account in protected.get("editors", {}).get("users", ())
    return named or bool(protected.get("warningOnly") or protected.get("requestingUserCanEdit"))
