"""The files side: what gspread asks of Drive to make, find, copy, export, share and delete spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote

from .cells import shown
from .document import Document
from .errors import DriveError, Json
from .masks import cut, parsed
from .reading import value_of
from .wire import Answer, Request

if TYPE_CHECKING:
    from .service import Service

SHEETS = "application/vnd.google-apps.spreadsheet"
_TITLE = re.compile(r'name = "(.*)"')


def missing(key: str) -> DriveError:
    """Return Drive's 404."""
    where = {"locationType": "parameter", "location": "fileId"}
    return DriveError(404, "notFound", f"File not found: {key}.", where)


def answered(service: Service, who: str, request: Request, parts: Sequence[str]) -> Json | Answer:
    """Answer one call below ``/drive/v3/files``.

    Raises:
        DriveError: No such file.
    """
    if not parts:
        if request.method == "POST":
            return create(service, who, request.json)
        return listed(service, who, request.options)
    key = unquote(parts[0])
    document = service.document(who, key, missing(key))
    if len(parts) > 1:
        return _below(service, who, document, request, tuple(parts[1:]))
    match request.method:
        case "GET":
            return about(document, request.options)
        case "DELETE":
            del service.documents[document.id]
            return _gone()
    renamed = document.copied()
    renamed.properties = {
        **document.properties,
        "title": request.json.get("name") or document.properties["title"],
    }
    service.changed(renamed)
    return about(renamed, {})


def _below(
    service: Service, who: str, document: Document, request: Request, below: tuple[str, ...]
) -> Json | Answer:
    """Copy, export, comment on or share a file."""
    match (request.method, below):
        case ("POST", ("copy",)):
            return copied(service, who, document, request.json)
        case ("GET", ("export",)):
            return Answer(200, exported(document).encode(), "text/csv")
        case ("GET", ("comments",)):
            return {"comments": []}
        case ("GET", ("permissions",)):
            return permissions(document)
        case ("POST", ("permissions",)):
            return share(document, request.json)
        case ("DELETE", ("permissions", number)):
            unshare(document, number)
            return _gone()
    raise missing(document.id)


def _gone() -> Answer:
    return Answer(204, b"", "text/html")


def create(service: Service, who: str, body: Json) -> Json:
    """Make a spreadsheet of one blank tab."""
    return _kind(service.put_document(service.new_key(), body.get("name") or "Untitled", who))


def listed(service: Service, who: str, query: Mapping[str, str]) -> Json:
    """List the caller's files, by title when the query names one."""
    wanted = _TITLE.search(query.get("q", ""))
    files = [
        _file(document)
        for document in reversed(service.documents.values())
        if who in document.editors and (not wanted or document.properties["title"] == wanted[1])
    ]
    size = int(query.get("pageSize") or 100)
    first = int(query.get("pageToken") or 0)
    answer: Json = {"kind": "drive#fileList", "incompleteSearch": False, "files": files[first : first + size]}
    if first + size < len(files):
        answer["nextPageToken"] = str(first + size)
    return dict(cut(answer, parsed(query["fields"]))) if "fields" in query else answer


def about(document: Document, query: Mapping[str, str]) -> Json:
    """Answer ``files.get``."""
    answer = {**_file(document), "version": str(document.version), "mimeType": SHEETS, "kind": "drive#file"}
    return dict(cut(answer, parsed(query["fields"]))) if "fields" in query else _kind(document)


def copied(service: Service, who: str, source: Document, body: Json) -> Json:
    """Copy a spreadsheet whole, metadata included, under a new key."""
    fresh = source.copied()
    fresh.id, fresh.owner, fresh.editors = service.new_key(), who, {who}
    title = body.get("name") or f"Copy of {source.properties['title']}"
    fresh.properties = {**source.properties, "title": title}
    fresh.created = fresh.modified = service.now_text()
    service.changed(fresh)
    return _kind(fresh)


def exported(document: Document) -> str:
    """Return the first tab as CSV, without a newline at its end."""
    tab = document.tabs[0]
    out = io.StringIO()
    rows = [
        [shown(value_of(cell, document, tab.id), cell) for cell in line.cells]
        for line in tab.rows.part(0, tab.last_row())
    ]
    width = max(map(len, rows), default=0)
    csv.writer(out, lineterminator="\r\n").writerows([*row, *[""] * (width - len(row))] for row in rows)
    return out.getvalue().removesuffix("\r\n")


def permissions(document: Document) -> Json:
    """List who may use the file."""
    people = [document.owner, *sorted(document.editors - {document.owner})]
    return {
        "permissions": [
            {
                "kind": "drive#permission",
                "id": _permission_id(person),
                "type": "user",
                "emailAddress": person,
                "role": "owner" if person == document.owner else "writer",
            }
            for person in people
        ],
    }


def share(document: Document, body: Json) -> Json:
    """Let somebody in."""
    person = str(body.get("emailAddress") or body.get("domain") or body.get("type", "anyone"))
    document.editors.add(person)
    return {
        "kind": "drive#permission",
        "id": _permission_id(person),
        "type": body.get("type", "user"),
        "role": body.get("role", "reader"),
    }


def unshare(document: Document, permission: str) -> None:
    """Shut somebody out."""
    document.editors = {
        person
        for person in document.editors
        if _permission_id(person) != permission or person == document.owner
    }


def _permission_id(person: str) -> str:
    return str(int.from_bytes(person.encode()[:8].ljust(8, b"\0"), "big"))


def _file(document: Document) -> Json:
    return {
        "id": document.id,
        "name": document.properties["title"],
        "createdTime": document.created,
        "modifiedTime": document.modified,
    }


def _kind(document: Document) -> Json:
    return {
        "kind": "drive#file",
        "id": document.id,
        "name": document.properties["title"],
        "mimeType": SHEETS,
    }
