"""The service without its wire: one request in, one answer out. The HTTP server and simulations share it."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from . import drive, drive_v2, people, sheets_calls
from .defaults import new_document
from .document import Document
from .edits_tabs import copied_tab
from .errors import ApiError, Json, forbidden, invalid, not_found, unauthenticated
from .faults import APPLIED, LATE, Fault, Faults
from .quota import Quota
from .resource import sheet_properties, spreadsheet
from .wire import Answer, Request, json_answer, not_done, refusal, spoiled

ACCOUNT = "daicho@shop.example.com"

__all__ = ["ACCOUNT", "Answer", "Late", "Request", "Service"]


@dataclass(frozen=True)
class Late:
    """A request that will be done later than it was answered: not before this moment and this many calls."""

    moment: float
    calls: int
    request: Request


@dataclass
class Service:
    """All documents, who may call, the quota, and what is to go wrong.

    Attributes:
        quota: Reads and writes a minute for each caller; 0 for none.
        clock: Seconds since the epoch.
        tokens: Callers by their access token; a token that is not known belongs to ``ACCOUNT``.
        acts: What people do after so many calls in all.
        calls: Method, path and code of every call so far.
    """

    quota: int = 0
    clock: Callable[[], float] = lambda: datetime.now(UTC).timestamp()
    documents: dict[str, Document] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    expired: set[str] = field(default_factory=set)
    faults: Faults = field(default_factory=Faults)
    acts: list[tuple[int, Json]] = field(default_factory=list)
    late: list[Late] = field(default_factory=list)
    calls: list[tuple[str, str, int]] = field(default_factory=list)
    file: Path | None = None
    _quota: Quota = field(default_factory=Quota)
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

    def put_document(self, key: str, title: str, owner: str = ACCOUNT) -> Document:
        """Put a blank spreadsheet into an account, with a key of one's own."""
        document = new_document(key, title, owner, now=self.now_text())
        self.documents[key] = document
        return document

    def answer(self, request: Request) -> Answer:
        """Answer one call; one at a time, as if the service were a single machine."""
        with self._lock:
            self.do_late()
            signing_in = request.path.startswith("/token")
            fault = None if signing_in else self.faults.hit(request.method, request.path)
            if fault and fault.kind not in APPLIED:
                answer = self._failed(fault, request)
            else:
                answer = self._answered(request)
                if fault:
                    answer = spoiled(fault, answer)
            self.calls.append((request.method, request.path, answer.code))
            self._let_people_act()
            self._kept()
            return answer

    def _failed(self, fault: Fault, request: Request) -> Answer:
        """Answer without doing it; what is late is kept to be done later."""
        if fault.kind in LATE:
            due = Late(self.clock() + fault.seconds, len(self.calls) + fault.calls, request)
            self.late.append(due)
        return not_done(fault, sheets_calls.quota_of(request), self.quota)

    def do_late(self, *, everything: bool = False) -> None:
        """Do what was held back and is due by now; ``everything``: whether it is due or not."""
        if not self.late:
            return
        now, calls = self.clock(), len(self.calls)
        due = [one for one in self.late if everything or (one.moment <= now and one.calls < calls)]
        self.late = [one for one in self.late if one not in due]
        for one in due:
            self._answered(one.request)

    def _let_people_act(self) -> None:
        """Let people do what waits for as many calls as there were by now."""
        if not self.acts:
            return
        due = [act for number, act in self.acts if number <= len(self.calls)]
        self.acts = [(number, act) for number, act in self.acts if number > len(self.calls)]
        for act in due:
            self.person(str(act["key"]), act)

    def person(self, key: str, given: Json) -> bool:
        """Let a person do something in a spreadsheet now and return whether they could.

        What the sheet refuses has no effect.
        """
        with self._lock:
            document = self.documents[key].copied()
            try:
                people.act(document, given)
            except (ApiError, IndexError):
                return False
            self.changed(document)
            return True

    def changed(self, document: Document) -> None:
        """Take a changed copy as what the document is from now on."""
        document.version += 1
        document.modified = self.now_text()
        document.mine = None
        self.documents[document.id] = document

    def _kept(self) -> None:
        if self.file:
            self.file.write_bytes(pickle.dumps(self.documents))

    def _answered(self, request: Request) -> Answer:
        try:
            if request.path.startswith("/token"):
                token = {"access_token": "local-token", "expires_in": 3599, "token_type": "Bearer"}
                return json_answer(token)
            who = self._caller(request)
            if self.quota and request.path.startswith("/v4/"):
                self._quota.count(who, sheets_calls.quota_of(request), self.quota, self.clock())
            found = self._routed(who, request)
        except ApiError as error:
            return refusal(error)
        if isinstance(found, Answer):
            return found
        return json_answer(found, pretty=request.options.get("prettyPrint", ""))

    def _caller(self, request: Request) -> str:
        if not request.token or request.token in self.expired:
            raise unauthenticated()
        return self.tokens.get(request.token, ACCOUNT)

    def _routed(self, who: str, request: Request) -> Json | str | Answer:
        parts = request.path.strip("/").split("/")
        if parts[:2] == ["v4", "spreadsheets"]:
            return self._sheets(who, request, parts[2:])
        if parts[:3] == ["drive", "v3", "files"]:
            return drive.answered(self, who, request, parts[3:])
        if parts[:4] == ["upload", "drive", "v2", "files"] and len(parts) == 5:
            document = self.document(who, parts[4], drive.missing(parts[4])).copied()
            drive_v2.imported(document, str(request.body))
            self.changed(document)
            return drive_v2.file(document, who)
        raise not_found()

    def document(self, who: str, key: str, missing: ApiError) -> Document:
        """Return a document that a caller may use.

        Raises:
            ApiError: There is none, or it was not shared with the caller.
        """
        document = self.documents.get(key)
        if document is None:
            raise missing
        if who not in document.editors:
            raise forbidden()
        return document

    def _sheets(self, who: str, request: Request, parts: Sequence[str]) -> Json | str:
        if not parts:
            made = drive.create(self, who, {"name": (request.json.get("properties") or {}).get("title")})
            return spreadsheet(self.documents[made["id"]], who, (), {}, with_grid=False)
        key, _, verb = parts[0].partition(":")
        document = self.document(who, key, not_found())
        reads = sheets_calls.only_reads(request)
        working = document if reads else document.copied()
        try:
            if len(parts) == 3 and parts[1] == "sheets" and parts[2].endswith(":copyTo"):
                return self._copied_to(working, who, int(parts[2].removesuffix(":copyTo")), request.json)
            told = sheets_calls.answered(working, who, request, verb, parts[1:])
        except (AttributeError, TypeError, ValueError, IndexError) as wrong:
            raise invalid(f"Invalid JSON payload received. {wrong}") from None
        if not reads:
            self.changed(working)
        return told

    def _copied_to(self, source: Document, who: str, sheet_id: int, body: Json) -> Json:
        tab = source.tab(sheet_id)
        key = str(body.get("destinationSpreadsheetId", ""))
        goal = source if key == source.id else self.document(who, key, not_found()).copied()
        number, title = 1, f"Copy of {tab.title}"
        while goal.tab_named(title):
            number += 1
            title = f"Copy of {tab.title} {number}"
        fresh = copied_tab(goal, tab, title)
        goal.tabs.append(fresh)
        goal.refuse_too_many_cells()
        self.changed(goal)
        return sheet_properties(fresh, len(goal.tabs) - 1)
