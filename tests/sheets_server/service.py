"""The service without its wire: one request in, one answer out. Both the HTTP server and simulations use it."""

from __future__ import annotations

import json
import pickle
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from . import drive, edits, edits_grid, edits_things, people, values
from .document import Document
from .errors import ApiError, Json, forbidden, invalid, not_found, quota_exceeded, unauthenticated
from .faults import APPLIED, HTML, Fault, Faults
from .masks import cut, parsed, wants
from .ranges import Area, area_of
from .resource import metadata, spreadsheet

ACCOUNT = "daicho@shop.example.com"
_MINUTE = 60.0
_PEOPLE_DO = "people"


@dataclass(frozen=True)
class Request:
    """One call: path as it was sent (still percent-encoded), query with its lists, JSON body or text."""

    method: str
    path: str
    query: Mapping[str, Sequence[str]]
    body: Any = None
    token: str = ""


@dataclass(frozen=True)
class Answer:
    """One answer. ``body`` None: the line was dropped without one."""

    code: int
    body: bytes | None
    content_type: str = "application/json; charset=UTF-8"
    seconds: float = 0.0
    cut_short: bool = False


class _Options(dict[str, str]):
    """Single values of a query; lists are asked for apart."""

    def __init__(self, query: Mapping[str, Sequence[str]]) -> None:
        super().__init__({name: found[-1] for name, found in query.items() if found})


@dataclass
class Service:
    """All documents, who may call, the quota, and what is to go wrong.

    Attributes:
        quota: Reads and writes a minute for each caller; 0 for none.
        clock: Seconds since the epoch.
        tokens: Callers by their access token; a token that is not known belongs to ``ACCOUNT``.
    """

    quota: int = 0
    clock: Callable[[], float] = lambda: datetime.now(UTC).timestamp()
    documents: dict[str, Document] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    expired: set[str] = field(default_factory=set)
    faults: Faults = field(default_factory=Faults)
    acts: list[tuple[int, Json]] = field(default_factory=list)
    late: list[tuple[float, Request]] = field(default_factory=list)
    calls: list[tuple[str, str, int]] = field(default_factory=list)
    file: Path | None = None
    _used: dict[tuple[str, str], deque[float]] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _keys: int = 0

    def __post_init__(self) -> None:
        if self.file and self.file.exists():
            # The file is this program's own, written by ``_kept``.
            self.documents = pickle.loads(self.file.read_bytes())  # noqa: S301

    def now_text(self) -> str:
        """Return the time as Drive writes it."""
        moment = datetime.fromtimestamp(self.clock(), UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def new_key(self) -> str:
        """Return a key for a new file, of the service's own length and alphabet."""
        self._keys += 1
        return f"1local{len(self.documents):04d}{self._keys:034d}"

    def answer(self, request: Request) -> Answer:
        """Answer one call; one at a time, as if the service were a single machine."""
        with self._lock:
            self._do_late()
            fault = (
                None if request.path.startswith("/token") else self.faults.hit(request.method, request.path)
            )
            if fault and fault.kind not in APPLIED:
                answer = self._failed(fault, request)
            else:
                answer = self._answered(request)
                if fault:
                    answer = _spoiled(fault, answer)
            self.calls.append((request.method, request.path, answer.code))
            self._let_people_act()
            self._kept()
            return answer

    def _failed(self, fault: Fault, request: Request) -> Answer:
        match fault.kind:
            case "late":
                self.late.append((self.clock() + fault.seconds, request))
                return Answer(0, None)
            case "dropped_before":
                return Answer(0, None)
            case "html_502":
                return Answer(502, HTML.encode(), "text/html; charset=UTF-8")
            case "expired":
                return _refusal(unauthenticated())
            case "quota":
                return _refusal(quota_exceeded("read" if request.method == "GET" else "write", 60))
            case "not_applied_500":
                return _refusal(ApiError(500, "INTERNAL", "Internal error encountered."))
        return _refusal(ApiError(503, "UNAVAILABLE", "The service is currently unavailable."))

    def _do_late(self) -> None:
        """Apply what was held back and is due now."""
        due = [request for moment, request in self.late if moment <= self.clock()]
        self.late = [(moment, request) for moment, request in self.late if moment > self.clock()]
        for request in due:
            self._answered(request)

    def _let_people_act(self) -> None:
        """Let people do what waits for as many calls as there were by now."""
        due = [act for number, act in self.acts if number <= len(self.calls)]
        self.acts = [(number, act) for number, act in self.acts if number > len(self.calls)]
        for act in due:
            self.person(str(act["key"]), act)

    def person(self, key: str, given: Json) -> None:
        """Let a person do something in a spreadsheet now; what the sheet refuses has no effect."""
        before = self.documents[key]
        document = before.copied()
        try:
            people.act(document, given)
        except ApiError:
            return
        self._changed(document)

    def _changed(self, document: Document) -> None:
        document.version += 1
        document.modified = self.now_text()
        self.documents[document.id] = document

    def _kept(self) -> None:
        if self.file:
            self.file.write_bytes(pickle.dumps(self.documents))

    def _answered(self, request: Request) -> Answer:
        try:
            if request.path.startswith("/token"):
                return _json({"access_token": "local-token", "expires_in": 3599, "token_type": "Bearer"})
            who = self._caller(request)
            self._count(who, request)
            found = self._routed(who, request)
        except ApiError as error:
            return _refusal(error)
        return (
            found
            if isinstance(found, Answer)
            else _json(found, pretty=_Options(request.query).get("prettyPrint"))
        )

    def _caller(self, request: Request) -> str:
        if not request.token or request.token in self.expired:
            raise unauthenticated()
        return self.tokens.get(request.token, ACCOUNT)

    def _count(self, who: str, request: Request) -> None:
        """Refuse what is above the quota of the last minute."""
        if not self.quota or not request.path.startswith("/v4/"):
            return
        kind = "read" if request.method == "GET" or "ByDataFilter" in request.path else "write"
        used = self._used.setdefault((who, kind), deque())
        now = self.clock()
        while used and used[0] <= now - _MINUTE:
            used.popleft()
        if len(used) >= self.quota:
            raise quota_exceeded(kind, self.quota)
        used.append(now)

    def _routed(self, who: str, request: Request) -> Json | Answer:
        parts = request.path.strip("/").split("/")
        if parts[:2] == ["v4", "spreadsheets"]:
            return self._sheets(who, request, parts[2:])
        if parts[:3] == ["drive", "v3", "files"]:
            return self._drive(who, request, parts[3:])
        if parts[:4] == ["upload", "drive", "v2", "files"] and len(parts) == 5:
            document = self._document(who, parts[4], drive.missing(parts[4])).copied()
            told = drive.imported(document, str(request.body))
            self._changed(document)
            return told
        raise not_found()

    def _document(self, who: str, key: str, missing: ApiError) -> Document:
        document = self.documents.get(key)
        if document is None:
            raise missing
        if who not in document.editors:
            raise forbidden()
        return document

    def _sheets(self, who: str, request: Request, parts: Sequence[str]) -> Json:
        body = request.body if isinstance(request.body, dict) else {}
        if not parts:
            made = drive.create(self, who, {"name": (body.get("properties") or {}).get("title")})
            return spreadsheet(self.documents[made["id"]], (), {}, with_grid=False)
        key, _, verb = parts[0].partition(":")
        document = self._document(who, key, not_found())
        changed = document.copied() if request.method != "GET" else document
        try:
            told = self._call(changed, who, request, verb, parts[1:])
        except (AttributeError, TypeError, ValueError) as wrong:
            raise invalid(f"Invalid JSON payload received. {wrong}") from None
        if request.method != "GET" and "ByDataFilter" not in request.path.replace("UpdateByDataFilter", ""):
            self._changed(changed)
        return told

    def _call(self, document: Document, who: str, request: Request, verb: str, rest: Sequence[str]) -> Json:
        options, body = _Options(request.query), request.body if isinstance(request.body, dict) else {}
        match (request.method, verb, tuple(rest)):
            case ("GET", "", ()):
                return self._described(document, request)
            case ("POST", "batchUpdate", ()):
                return _batch(document, who, body, options.get("fields", ""))
            case ("POST", "getByDataFilter", ()):
                areas = [area for part in body.get("dataFilters") or [] for area in _areas(document, part)]
                texts = [document.named_text(document.tab(area.sheet_id).clipped(area)) for area in areas]
                return spreadsheet(document, texts, {}, with_grid=bool(body.get("includeGridData")))
            case ("GET", "", ("developerMetadata", number)):
                return edits_things.metadata_by_id(document, int(number))
            case ("POST", "", ("developerMetadata:search",)):
                return _search(document, body)
            case ("POST", "", ("sheets", target)) if target.endswith(":copyTo"):
                return self._copied_to(document, who, int(target.removesuffix(":copyTo")), body)
            case (_, "", (first,)) if first.startswith("values:"):
                return _values_calls(document, who, first.removeprefix("values:"), request, body)
            case (method, "", ("values", *text)):
                return _values_call(document, who, method, "/".join(text), options, body)
        raise not_found()

    def _described(self, document: Document, request: Request) -> Json:
        options = _Options(request.query)
        grid = options.get("includeGridData", "").lower() == "true"
        mask = parsed(options.get("fields", ""))
        return spreadsheet(document, request.query.get("ranges") or (), mask, with_grid=grid)

    def _copied_to(self, source: Document, who: str, sheet_id: int, body: Json) -> Json:
        tab = source.tab(sheet_id)
        key = str(body.get("destinationSpreadsheetId", ""))
        goal = source if key == source.id else self._document(who, key, not_found()).copied()
        fresh = edits_grid.copied_tab(goal, tab, _free_title(goal, f"Copy of {tab.title}"))
        goal.tabs.append(fresh)
        goal.refuse_too_many_cells()
        if goal is not source:
            self._changed(goal)
        return edits_grid.sheet_properties(fresh, len(goal.tabs) - 1)

    def _drive(self, who: str, request: Request, parts: Sequence[str]) -> Json | Answer:
        options, body = _Options(request.query), request.body if isinstance(request.body, dict) else {}
        if not parts:
            return (
                drive.create(self, who, body)
                if request.method == "POST"
                else drive.listed(self, who, options)
            )
        key = unquote(parts[0])
        document = self._document(who, key, drive.missing(key))
        below = tuple(parts[1:])
        return self._shared(document, request, below) if below else self._file(document, request)

    def _file(self, document: Document, request: Request) -> Json | Answer:
        """Tell, rename or delete a file."""
        if request.method == "GET":
            return drive.about(document, _Options(request.query))
        if request.method == "DELETE":
            del self.documents[document.id]
            return Answer(204, b"", "text/html")
        changed = document.copied()
        changed.properties["title"] = (request.body or {}).get("name", changed.properties["title"])
        self._changed(changed)
        return drive.about(changed, {})

    def _shared(self, document: Document, request: Request, below: tuple[str, ...]) -> Json | Answer:
        """Copy, export, comment on or share a file."""
        body = request.body if isinstance(request.body, dict) else {}
        match (request.method, below):
            case ("POST", ("copy",)):
                return drive.copied(self, self._caller(request), document, body)
            case ("GET", ("export",)):
                return Answer(200, drive.exported(document).encode(), "text/csv")
            case ("GET", ("comments",)):
                return {"comments": []}
            case ("GET", ("permissions",)):
                return drive.permissions(document)
            case ("POST", ("permissions",)):
                return drive.share(document, body)
            case ("DELETE", ("permissions", number)):
                drive.unshare(document, number)
                return Answer(204, b"", "text/html")
        raise drive.missing(document.id)


def _free_title(document: Document, title: str) -> str:
    number, wanted = 1, title
    while document.tab_named(wanted):
        number += 1
        wanted = f"{title} {number}"
    return wanted


def _batch(document: Document, who: str, body: Json, fields: str) -> Json:
    replies = edits.apply(document, who, body.get("requests") or [])
    answer: Json = {"spreadsheetId": document.id, "replies": replies}
    mask = parsed(fields)
    if body.get("includeSpreadsheetInResponse"):
        inner = mask.get("updatedSpreadsheet", {}) if mask and "*" not in mask else {}
        grid = bool(body.get("responseIncludeGridData")) and not mask
        if not mask or wants(mask, "updatedSpreadsheet"):
            answer["updatedSpreadsheet"] = spreadsheet(
                document, body.get("responseRanges") or (), inner, with_grid=grid
            )
    return dict(cut(answer, mask))


def _search(document: Document, body: Json) -> Json:
    found = [
        {"developerMetadata": metadata(document, one), "dataFilters": [part]}
        for part in body.get("dataFilters") or []
        for one in edits_things.matched(document, part)
    ]
    return {"matchedDeveloperMetadata": found} if found else {}


def _areas(document: Document, data_filter: Json) -> list[Area]:
    """Return every range that a data filter finds."""
    if "a1Range" in data_filter:
        return [document.area(data_filter["a1Range"])]
    if "gridRange" in data_filter:
        return [area_of(data_filter["gridRange"])]
    found: list[Area] = []
    for one in edits_things.matched(document, data_filter):
        place = document.place_of(one.id)
        if place:
            tab, axis, index = place
            found.append(Area(tab.id).with_bounds(axis, index, index + 1))
        elif one.place == "SHEET":
            found.append(Area(one.sheet_id))
    return found


def _values_call(
    document: Document, who: str, method: str, text: str, options: Mapping[str, str], body: Json
) -> Json:
    if method == "GET":
        return values.get(document, unquote(text), options)
    if method == "PUT":
        return values.update(document, who, unquote(text), options, body)
    name, _, verb = text.rpartition(":")
    if verb == "append":
        return values.append(document, who, unquote(name), options, body)
    if verb == "clear":
        area = values.clear(document, who, unquote(name))
        return {"spreadsheetId": document.id, "clearedRange": document.named_text(area)}
    raise not_found()


def _values_calls(document: Document, who: str, verb: str, request: Request, body: Json) -> Json:
    match verb:
        case "batchGet":
            options = _Options(request.query)
            ranges = [values.get(document, text, options) for text in request.query.get("ranges") or ()]
            return {"spreadsheetId": document.id, "valueRanges": ranges}
        case "batchUpdate":
            return values.batch_update(document, who, body)
        case "batchClear":
            areas = [values.clear(document, who, text) for text in body.get("ranges") or ()]
            return {
                "spreadsheetId": document.id,
                "clearedRanges": [document.named_text(area) for area in areas],
            }
        case "batchGetByDataFilter":
            found = [
                {"valueRange": values.get(document, document.named_text(document.tab(area.sheet_id).clipped(area)), body),
                 "dataFilters": [part]}
                for part in body.get("dataFilters") or []
                for area in _areas(document, part)
            ]  # fmt: skip
            return {"spreadsheetId": document.id, **({"valueRanges": found} if found else {})}
        case "batchUpdateByDataFilter":
            return _update_by_filter(document, who, body)
        case "batchClearByDataFilter":
            areas = [
                values.clear(document, who, document.named_text(document.tab(area.sheet_id).clipped(area)))
                for part in body.get("dataFilters") or []
                for area in _areas(document, part)
            ]
            cleared = [document.named_text(area) for area in areas]
            return {"spreadsheetId": document.id, **({"clearedRanges": cleared} if cleared else {})}
    raise not_found()


def _update_by_filter(document: Document, who: str, body: Json) -> Json:
    """Write values to every range that each filter finds."""
    responses, areas = [], []
    for part in body.get("data") or []:
        for area in _areas(document, part.get("dataFilter") or {}):
            text = document.named_text(document.tab(area.sheet_id).clipped(area))
            told = values.update(
                document,
                who,
                text,
                {"valueInputOption": body.get("valueInputOption", "")},
                {**part, "range": text},
            )
            told.pop("spreadsheetId")
            responses.append({**told, "dataFilter": part["dataFilter"]})
            areas.append(document.area(told["updatedRange"]).clipped(10**7, 20_000))
    return {
        "spreadsheetId": document.id,
        **values.totals(areas),
        **({"responses": responses} if responses else {}),
    }


def _json(found: Json, code: int = 200, *, pretty: str | None = None) -> Answer:
    compact = str(pretty).lower() == "false"
    text = json.dumps(found, ensure_ascii=False, **({"separators": (",", ":")} if compact else {"indent": 2}))  # type: ignore[arg-type]
    return Answer(code, f"{text}\n".encode())


def _refusal(error: ApiError) -> Answer:
    return _json(error.body(), error.code)


def _spoiled(fault: Fault, answer: Answer) -> Answer:
    """Return what reaches the client of an answer to a request that was done."""
    match fault.kind:
        case "applied_then_503":
            return _refusal(ApiError(503, "UNAVAILABLE", "The service is currently unavailable."))
        case "dropped_after":
            return Answer(0, None)
        case "truncated" if answer.body:
            return Answer(answer.code, answer.body[: len(answer.body) // 2], cut_short=True)
        case "empty":
            return Answer(answer.code, b"")
    return Answer(answer.code, answer.body, answer.content_type, seconds=fault.seconds)
