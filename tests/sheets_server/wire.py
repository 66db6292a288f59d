"""What goes over the line: one request, one answer, and answers that are spoiled on their way."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import ApiError, Json, quota_exceeded, unauthenticated
from .faults import HTML, Fault
from .lines import COMPACT

_PRETTY = json.JSONEncoder(ensure_ascii=False, indent=2)


@dataclass(frozen=True)
class Request:
    """One call: path as it was sent (still percent-encoded), query with its lists, JSON body or text."""

    method: str
    path: str
    query: Mapping[str, Sequence[str]]
    body: Any = None
    token: str = ""

    @property
    def options(self) -> dict[str, str]:
        """The query's single values; of a list the last."""
        return {name: found[-1] for name, found in self.query.items() if found}

    @property
    def json(self) -> Json:
        """The body, where it is an object."""
        return self.body if isinstance(self.body, dict) else {}


@dataclass(frozen=True)
class Answer:
    """One answer. ``body`` None: the line was dropped without one."""

    code: int
    body: bytes | None
    content_type: str = "application/json; charset=UTF-8"
    seconds: float = 0.0
    cut_short: bool = False


def json_answer(found: Json | str, code: int = 200, *, pretty: str = "") -> Answer:
    """Return an answer as the service writes it: with two blanks, or compact where ``prettyPrint`` is false.

    A text is JSON already.
    """
    if isinstance(found, str):
        return Answer(code, f"{found}\n".encode())
    encoder = COMPACT if pretty.lower() == "false" else _PRETTY
    return Answer(code, f"{encoder.encode(found)}\n".encode())


def refusal(error: ApiError) -> Answer:
    """Return the answer that refuses."""
    return json_answer(error.body(), error.code)


def not_done(fault: Fault, kind: str, quota: int) -> Answer:
    """Return what reaches the client of a request that was not done, or not yet."""
    match fault.kind:
        case "late" | "dropped_before":
            return Answer(0, None)
        case "html_502":
            return Answer(502, HTML.encode(), "text/html; charset=UTF-8")
        case "expired":
            return refusal(unauthenticated())
        case "quota":
            return refusal(quota_exceeded(kind, quota or 60))
        case "not_applied_500":
            return refusal(ApiError(500, "INTERNAL", "Internal error encountered."))
    return _unavailable()


def _unavailable() -> Answer:
    return refusal(ApiError(503, "UNAVAILABLE", "The service is currently unavailable."))


def spoiled(fault: Fault, answer: Answer) -> Answer:
    """Return what reaches the client of an answer to a request that was done."""
    body = answer.body
    match fault.kind:
        case "applied_then_503":
            return _unavailable()
        case "dropped_after":
            return Answer(0, None)
        case "truncated" if body:
            return Answer(answer.code, body[: len(body) // 2], answer.content_type)
        case "cut_short" if body:
            return Answer(answer.code, body[: len(body) // 2], answer.content_type, cut_short=True)
        case "empty":
            return Answer(answer.code, b"", answer.content_type)
    return Answer(answer.code, body, answer.content_type, seconds=fault.seconds)
