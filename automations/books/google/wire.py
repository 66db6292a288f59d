"""One request over the line, and what is known after it. Imports gspread: only ``service`` imports this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from google.auth.exceptions import GoogleAuthError
from gspread import HTTPClient
from gspread.exceptions import APIError
from requests import ConnectionError as NoLine
from requests import ConnectTimeout, RequestException, Response, Session, Timeout
from urllib3.exceptions import NewConnectionError

from automations.books.google.clock import ServiceClock
from automations.books.google.errors import Refusal, reasons_of
from automations.books.google.signing import may_help_later
from automations.core.messages import Message, msg
from automations.core.records import dataclass

Json = dict[str, Any]
Query = Mapping[str, str | Sequence[str]]
GOOGLE = "https://sheets.googleapis.com"
# To connect, and to answer: Google itself stops a request after 180 seconds.
_TIMEOUTS_S = (10.0, 190.0)
_HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    # Google packs its answers only for programs that name gzip here.
    "User-Agent": "daicho (gzip)",
}
_NO_LINE = msg("there is no connection to Google")
_SILENT = msg("no answer came in time")
_CUT = msg("the line was cut")
_SPOILED = msg("the answer arrived incomplete")


@dataclass(frozen=True)
class Done:
    """It was answered; ``size`` is the answer's bytes."""

    reply: Json
    size: int


@dataclass(frozen=True)
class Refused:
    """It was refused, and nothing was applied."""

    refusal: Refusal


@dataclass(frozen=True)
class SignedOut:
    """Google gave no access token, so nothing was sent; ``said`` is its answer."""

    said: str


@dataclass(frozen=True)
class NotNow:
    """Nothing was applied, and asking again may help. ``busy``: too many requests."""

    cause: Message
    busy: bool = False


@dataclass(frozen=True)
class Lost:
    """Whether it was applied is not known."""

    cause: Message


Outcome = Done | Refused | SignedOut | NotNow | Lost


class Wire(HTTPClient):
    """gspread's client with timeouts, at Google or at another address, that never sends anything twice by itself."""

    def __init__(self, session: Session, endpoint: str, clock: ServiceClock) -> None:
        super().__init__(None, session)  # type: ignore[arg-type] # the session signs
        self._endpoint = endpoint
        self._clock = clock
        session.max_redirects = 0
        self.set_timeout(_TIMEOUTS_S)

    def request(self, method: str, endpoint: str, *args: Any, **options: Any) -> Response:  # noqa: ANN401 - as the base class
        """Send one request, to the other address if there is one."""
        if self._endpoint:
            endpoint = endpoint.replace(GOOGLE, self._endpoint.rstrip("/"), 1)
        response: Response = super().request(method, endpoint, *args, **options)
        return response

    def attempt(self, method: str, path: str, query: Query, body: bytes | None) -> Outcome:
        """Send one request once and say what is known after it."""
        try:
            response = self.request(
                method, f"{GOOGLE}/v4/spreadsheets/{path}", params=query, data=body, headers=_HEADERS
            )
        except APIError as error:
            self._clock.hear(error.response.headers.get("Date"))
            return _refusal(error.response, error.error)
        except GoogleAuthError as error:
            return _not_signed_in(error)
        except RequestException as error:
            return _no_answer(error)
        self._clock.hear(response.headers.get("Date"))
        return _answer(response)


def _answer(response: Response) -> Outcome:
    try:
        reply = response.json()
    except ValueError:
        return Lost(_SPOILED)
    return Done(reply, len(response.content)) if isinstance(reply, dict) else Lost(_SPOILED)


def _refusal(response: Response, error: Mapping[str, object]) -> Outcome:
    code = response.status_code
    busy = code == 429 or error.get("status") == "RESOURCE_EXHAUSTED"
    if busy:
        return NotNow(msg("too many requests"), busy=True)
    if code >= 500 or code == 408 or error["code"] == -1:
        return Lost(msg("Google has a fault of its own ({code})", code=code))
    return Refused(Refusal(code, str(error.get("message", "")), reasons_of(error)))


def _not_signed_in(error: GoogleAuthError) -> Outcome:
    """Say why there is no access token; the request itself was not sent, or refused with a 401."""
    return NotNow(_NO_LINE) if may_help_later(error) else SignedOut(str(error))


def _no_answer(error: RequestException) -> Outcome:
    if isinstance(error, ConnectTimeout) or (isinstance(error, NoLine) and _never_connected(error)):
        return NotNow(_NO_LINE)
    return Lost(_SILENT if isinstance(error, Timeout) else _CUT)


def _never_connected(error: NoLine) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)
