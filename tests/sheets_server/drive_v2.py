"""The one call of Drive v2 that gspread makes: a CSV uploaded over a spreadsheet, answered by a whole v2 file."""

from __future__ import annotations

import csv
import io

from .cells import BLANK
from .document import Document
from .errors import Json
from .lines import Line, Lines
from .tabs import COLUMNS, ROWS, Tab
from .writing import entered

_FILES = "https://www.googleapis.com/drive/v2/files"
_DOCS = "https://docs.google.com/spreadsheets"
_EXPORTS = {
    "application/x-vnd.oasis.opendocument.spreadsheet": "ods",
    "text/tab-separated-values": "tsv",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/csv": "csv",
    "application/zip": "zip",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
}
_NEVER = "1970-01-01T00:00:00.000Z"
_ROOT = "0AroOtFolder"


def imported(document: Document, text: str) -> None:
    """Replace everything by a CSV: one tab named after the document, typed as a person would."""
    rows = list(csv.reader(io.StringIO(text)))
    lines = [Line(tuple(entered(value, BLANK) for value in row)) for row in rows]
    width = max(COLUMNS, *map(len, rows), 0)
    title = document.properties["title"]
    tab = Tab(document.new_number(), {"title": title}, Lines(max(ROWS, len(rows)), lines), Lines(width))
    document.tabs, document.named, document.metadata = [tab], {}, {}
    document.properties = {**document.properties, "timeZone": "America/Los_Angeles"}


def file(document: Document, who: str) -> Json:
    """Return the v2 File resource."""
    person = _person(who)
    return {
        "kind": "drive#file",
        "id": document.id,
        "title": document.properties["title"],
        "mimeType": "application/vnd.google-apps.spreadsheet",
        "etag": f'"{document.version}"',
        "version": str(document.version),
        **_links(document.id),
        **_times(document),
        "parents": [_parent(document.id)],
        "userPermission": _permission(document.id),
        "ownerNames": [document.owner],
        "owners": [_person(document.owner)],
        "lastModifyingUserName": who,
        "lastModifyingUser": person,
        "shared": len(document.editors) > 1,
        "fileSize": "1024",
        "quotaBytesUsed": "1024",
        "spaces": ["drive"],
        "labels": {
            "viewed": True,
            **dict.fromkeys(("restricted", "starred", "hidden", "trashed"), False),
        },
        "capabilities": {"canEdit": True, "canCopy": True},
        **dict.fromkeys(("editable", "writersCanShare", "copyable"), True),
        **dict.fromkeys(("appDataContents", "copyRequiresWriterPermission", "explicitlyTrashed"), False),
    }


def _links(key: str) -> Json:
    return {
        "selfLink": f"{_FILES}/{key}",
        "alternateLink": f"{_DOCS}/d/{key}/edit?usp=drivesdk",
        "embedLink": f"{_DOCS}/d/{key}/htmlembed",
        "thumbnailLink": f"{_DOCS}/d/{key}/thumbnail",
        "iconLink": f"{_DOCS}/icon",
        "exportLinks": {
            kind: f"{_DOCS}/export?id={key}&exportFormat={ending}" for kind, ending in _EXPORTS.items()
        },
    }


def _times(document: Document) -> Json:
    changed = ("modifiedDate", "modifiedByMeDate", "lastViewedByMeDate")
    return {
        "createdDate": document.created,
        **dict.fromkeys(changed, document.modified),
        "markedViewedByMeDate": _NEVER,
    }


def _parent(key: str) -> Json:
    return {
        "kind": "drive#parentReference",
        "id": _ROOT,
        "isRoot": True,
        "selfLink": f"{_FILES}/{key}/parents/{_ROOT}",
        "parentLink": f"{_FILES}/{_ROOT}",
    }


def _permission(key: str) -> Json:
    return {
        "kind": "drive#permission",
        "id": "me",
        "type": "user",
        "role": "owner",
        "selfLink": f"{_FILES}/{key}/permissions/me",
        "etag": '"permission"',
        "pendingOwner": False,
    }


def _person(address: str) -> Json:
    return {
        "kind": "drive#user",
        "displayName": address,
        "emailAddress": address,
        "isAuthenticatedUser": True,
        "permissionId": "1",
        "picture": {"url": "https://example.com/picture"},
    }
