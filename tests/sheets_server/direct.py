"""A session for the real client that reaches the service without a wire: the same code runs, no time is lost."""

from __future__ import annotations

import json as encoding
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

from .service import ACCOUNT, Answer, Request, Service

_BEARER = "direct:"
_SIGNED_OUT = 401


class DirectSession(requests.Session):
    """Answers every request from a service of this process.

    A dropped line raises ``requests.ConnectionError``, a line cut within its answer ``ChunkedEncodingError``. An
    answer that takes longer than the time allowed raises ``ReadTimeout``; nobody waits for it. After a 401 it asks once
    more, as a session does that fetches a new token.

    Attributes:
        service: Who answers.
        sent: Bytes of each body that was sent.
    """

    def __init__(self, service: Service, who: str = ACCOUNT) -> None:
        super().__init__()
        self.service = service
        self.sent: list[bytes] = []
        self._bearer = _BEARER + who
        service.tokens[self._bearer] = who

    def request(  # type: ignore[override]  # noqa: PLR0913 - as the base class
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Any = None,  # noqa: ANN401 - bytes or text
        json: Any = None,  # noqa: ANN401 - JSON
        headers: Mapping[str, str] | None = None,
        timeout: Any = None,  # noqa: ANN401 - seconds, or seconds to connect and to answer
        **_others: object,
    ) -> requests.Response:
        """Send a request as ``requests`` does; its body is JSON unless the headers say otherwise."""
        parts = urlsplit(url)
        query = parse_qs(parts.query, keep_blank_values=True)
        for name, value in (params or {}).items():
            if value is not None:
                listed = value if isinstance(value, (list, tuple)) else [value]
                query[name] = [str(one) for one in listed]
        body = self._body(data, json, headers or {})
        request = Request(method.upper(), parts.path, query, body, self._bearer)
        answer = self.service.answer(request)
        if answer.code == _SIGNED_OUT:
            answer = self.service.answer(request)
        return self._received(answer, method.upper(), url, query, timeout)

    def _body(self, data: Any, json: Any, headers: Mapping[str, str]) -> Any:  # noqa: ANN401
        if data is None:
            raw = b"" if json is None else encoding.dumps(json).encode()
        else:
            raw = data.encode() if isinstance(data, str) else bytes(data)
        self.sent.append(raw)
        if not raw:
            return None
        kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "json")
        return encoding.loads(raw) if "json" in kind else raw.decode()

    def _received(
        self,
        answer: Answer,
        method: str,
        url: str,
        query: Mapping[str, list[str]],
        timeout: Any,  # noqa: ANN401
    ) -> requests.Response:
        allowed = timeout[-1] if isinstance(timeout, tuple) else timeout
        if allowed is not None and answer.seconds > allowed:
            raise requests.ReadTimeout("The answer took too long.")
        if answer.body is None:
            raise requests.ConnectionError("The line was dropped.")
        if answer.cut_short:
            raise requests.exceptions.ChunkedEncodingError("The line was cut within the answer.")
        response = requests.Response()
        response.status_code = answer.code
        response.url = f"{url}?{urlencode(query, doseq=True)}" if query else url
        response.request = requests.PreparedRequest()
        response.request.method, response.request.url = method, response.url
        moment = format_datetime(datetime.fromtimestamp(self.service.clock(), UTC), usegmt=True)
        response.headers.update({"Content-Type": answer.content_type, "Date": moment})
        response.encoding = "utf-8"
        response._content = answer.body  # noqa: SLF001 - there is no other way in
        return response
