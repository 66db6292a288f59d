"""A Google spreadsheet as a commit needs it: one read, one guarded write, and what is known after each."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from automations.books.google.clock import ServiceClock, local_now, steady_seconds
from automations.books.google.credentials import account_of
from automations.books.google.errors import (
    Unclear,
    out_of_quota,
    refused,
    signed_out,
    unexpected,
    unreachable,
)
from automations.books.google.pace import Kind, Pace, pace_of_process, wait_before
from automations.core.cells import RawCell
from automations.core.messages import Message, msg
from automations.core.records import dataclass

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from requests import Session

    from automations.books.google.wire import Lost, NotNow, Outcome, Query, Wire

Json = dict[str, Any]
# A write whose outcome is not known is sent again so often, the same bytes each time.
RESENDS = 2
BUDGET_S = 300.0
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
_PLAIN = {"prettyPrint": "false"}
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)
_SORTED = json.JSONEncoder(sort_keys=True)


@dataclass(frozen=True)
class _Call:
    """One call; ``body`` is made once, so that sending it again sends the same bytes."""

    kind: Kind
    method: str
    path: str
    query: Query
    body: bytes | None = None


class Spreadsheet:
    """One spreadsheet at Google, or at a local service that speaks the same.

    Attributes:
        key: Its id, as in its address.
        account: Who asks: the service account's mail address, or words for it.
        titles: Of the tabs that were read, by their numbers, as they stood then.
        reads, writes: Requests sent, each attempt counted.
        bytes_read, bytes_written: Bodies only, unpacked.
    """

    def __init__(  # noqa: PLR0913 - what tests put in place of the world
        self,
        key: str,
        *,
        credentials: Credentials | None = None,
        session: Session | None = None,
        endpoint: str = "",
        clock: Callable[[], float] = steady_seconds,
        pause: Callable[[float], None] = time.sleep,
        local: Callable[[], datetime] = local_now,
        budget_s: float = BUDGET_S,
    ) -> None:
        """Open nothing yet; the first call signs in.

        Args:
            key: Id of the spreadsheet.
            credentials: Who asks; a ``session`` that signs requests itself may stand in for them.
            session: As above.
            endpoint: ``""`` for Google, else the base address of a service on this machine.
            clock: Seconds that only grow.
            pause: Waits so many seconds.
            local: The moment by this machine's clock.
            budget_s: How long one call may take with all its waiting.
        """
        self.key = key
        self.titles: dict[int, str] = {}
        self.account: str | Message = account_of(credentials)
        self.reads = self.writes = self.bytes_read = self.bytes_written = 0
        self._clock, self._pause, self._budget_s = clock, pause, budget_s
        real = clock is steady_seconds and pause is time.sleep
        self._pace = pace_of_process() if real else Pace(clock, pause)
        self._time = ServiceClock(clock, local)
        self._wire = _wire(credentials, session, endpoint, self._time)

    def values(self, filters: Sequence[Json]) -> list[list[list[RawCell]]]:
        """Return the cells of each range, in the order asked; all are of one moment.

        Args:
            filters: Data filters: ``{"gridRange": {…}}`` or ``{"a1Range": "…"}``.

        Returns:
            Rows without blank ends, ``[]`` for a blank range; dates are serial numbers, a blank cell is ``""``.

        Raises:
            BadRequest: A tab or range is not there.
            LedgerRefused: A person must see to it (not shared, signed out …).
            ServiceError: Google cannot be reached.
        """
        reply = self.value_ranges(filters)
        self.titles |= dict(_titles(reply))
        return _in_order(filters, reply)

    def value_ranges(self, filters: Sequence[Json]) -> Json:
        """Return what ``values`` asks for as Google answers it."""
        asked = {
            "dataFilters": list(filters),
            "majorDimension": "ROWS",
            "valueRenderOption": "UNFORMATTED_VALUE",
            "dateTimeRenderOption": "SERIAL_NUMBER",
        }
        path = f"{self.key}/values:batchGetByDataFilter"
        return self._call(_Call("read", "post", path, _PLAIN, _body(asked)))

    def get(self, fields: str, ranges: Sequence[str] = ()) -> Json:
        """Return what the mask ``fields`` leaves of the spreadsheet's description; raises as ``values``."""
        query = {**_PLAIN, "fields": fields, **({"ranges": list(ranges)} if ranges else {})}
        return self._call(_Call("read", "get", self.key, query))

    def update(
        self, requests: Sequence[Json], *, ranges: Sequence[str] = (), fields: str = "replies"
    ) -> Json:
        """Apply all requests, or none of them.

        Args:
            requests: Of one ``batchUpdate``; must be refused when they come a second time, since they may.
            ranges: What of the state right after the batch to return, within ``fields``.
            fields: Mask of the reply.

        Raises:
            BadRequest: Refused, nothing was applied by this attempt.
            Unclear: It may have been applied, now or within minutes.
            LedgerRefused: A person must see to it.
            ServiceError: Google cannot be reached, or takes no more requests; nothing was applied.
        """
        asked: Json = {"requests": list(requests)}
        if ranges:
            asked |= {"includeSpreadsheetInResponse": True, "responseRanges": list(ranges)}
        call = _Call("write", "post", f"{self.key}:batchUpdate", {**_PLAIN, "fields": fields}, _body(asked))
        return self._call(call)

    def now(self) -> datetime:
        """Return the moment by the service's clock; by the local one before the first reply."""
        return self._time.now()

    @property
    def ahead(self) -> timedelta | None:
        """How far the service's clock is before the local one, as of the last reply; None before the first."""
        return self._time.ahead

    def _call(self, call: _Call) -> Json:
        """Send a call until it is answered, refused, or out of time."""
        from automations.books.google.wire import Done, Lost, Refused, SignedOut  # noqa: PLC0415 - loads gspread

        deadline, lost = self._clock() + self._budget_s, 0
        for attempt in count(1):
            outcome = self._attempt(call)
            if isinstance(outcome, Done):
                self.bytes_read += outcome.size
                return outcome.reply
            if isinstance(outcome, Refused):
                writing = call.kind == "write"
                raise refused(outcome.refusal, self.key, self.account, writing=writing, resent=lost > 0)
            if isinstance(outcome, SignedOut):
                raise signed_out(outcome.said, self.account)
            lost += isinstance(outcome, Lost)
            wait = wait_before(attempt)
            self._give_up_or_not(call, outcome, lost, late=self._clock() + wait > deadline)
            self._pause(wait)
        raise AssertionError  # count() has no end

    def _attempt(self, call: _Call) -> Outcome:
        """Send a call once, at the pace Google allows, and count it."""
        self._pace.wait(call.kind)
        if call.kind == "read":
            self.reads += 1
        else:
            self.writes += 1
        self.bytes_written += len(call.body or b"")
        return self._wire.attempt(call.method, call.path, call.query, call.body)

    def _give_up_or_not(self, call: _Call, outcome: NotNow | Lost, lost: int, *, late: bool) -> None:
        """Raise when a call must not be sent again, or not now any more."""
        unclear = call.kind == "write" and lost > 0
        if unclear and (late or lost > RESENDS):
            raise Unclear(str(outcome.cause))
        if late:
            busy = getattr(outcome, "busy", False)
            raise out_of_quota(round(self._budget_s / 60)) if busy else unreachable(outcome.cause)


def _wire(
    credentials: Credentials | None, session: Session | None, endpoint: str, time_there: ServiceClock
) -> Wire:
    from automations.books.google.signing import SignedSession  # noqa: PLC0415 - loads google-auth
    from automations.books.google.wire import Wire  # noqa: PLC0415 - loads gspread

    if endpoint and urlsplit(endpoint).hostname not in _THIS_MACHINE:
        raise ValueError(
            "another endpoint than Google's may only be on this machine: it gets the access token"
        )
    if session is None:
        assert credentials is not None  # noqa: S101 - one of the two is given
        session = SignedSession(credentials)
    return Wire(session, endpoint, time_there)


def _body(asked: Json) -> bytes:
    return _COMPACT.encode(asked).encode()


def _in_order(filters: Sequence[Json], reply: Json) -> list[list[list[RawCell]]]:
    """Return the rows of each filter: the answer says itself which filter found what."""
    found: dict[str, list[list[RawCell]]] = {}
    for part in reply.get("valueRanges", ()):
        for one in part["dataFilters"]:
            found[_as_text(one)] = part["valueRange"].get("values", [])
    try:
        return [found[_as_text(one)] for one in filters]
    except KeyError:
        raise unexpected(msg("a tab that was asked for is missing")) from None


def _titles(reply: Json) -> Iterator[tuple[int, str]]:
    """Yield the number and title of each tab that an answer is about."""
    for part in reply.get("valueRanges", ()):
        title = part["valueRange"].get("range", "").rpartition("!")[0]
        if title.startswith("'"):
            title = title[1:-1].replace("''", "'")
        for one in part["dataFilters"]:
            if title and "gridRange" in one:
                yield one["gridRange"].get("sheetId", 0), title


def _as_text(data_filter: Mapping[str, Any]) -> str:
    """Return a filter as text to compare: Google leaves out what is 0."""
    kept = {
        name: {part: bound for part, bound in value.items() if bound} if isinstance(value, dict) else value
        for name, value in data_filter.items()
    }
    return _SORTED.encode(kept)
