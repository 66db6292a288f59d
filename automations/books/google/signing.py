"""Requests signed by whoever asks. Imports google-auth: only ``wire`` imports this."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from google.auth.transport.requests import Request
from requests import Response, Session

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

_TOKEN_TIMEOUTS_S = (10.0, 30.0)


class SignedSession(Session):
    """A session that signs each request and, on a 401, fetches a new access token once.

    It asks nobody but the address it is given and, for the token, Google's sign-in: google-auth's own session also
    asks a third service, where an account may be used, with each new token.
    """

    def __init__(self, credentials: Credentials) -> None:
        super().__init__()
        self._credentials = credentials
        self._ask = partial(Request(Session()), timeout=_TOKEN_TIMEOUTS_S)

    def request(self, method: str, url: str, **how: Any) -> Response:  # type: ignore[override]  # noqa: ANN401 - by keywords
        """Send one signed request; raises ``GoogleAuthError`` where there is no token to sign with."""
        if not self._credentials.valid:
            self._renew()
        response = self._signed(method, url, **how)
        if response.status_code != 401:
            return response
        self._renew()
        return self._signed(method, url, **how)

    def _signed(self, method: str, url: str, **how: Any) -> Response:  # noqa: ANN401 - as the base class
        headers = dict(how.pop("headers", None) or {})
        self._credentials.apply(headers)  # type: ignore[no-untyped-call]
        return super().request(method, url, headers=headers, **how)

    def _renew(self) -> None:
        self._credentials.refresh(self._ask)  # type: ignore[no-untyped-call]


def may_help_later(error: GoogleAuthError) -> bool:
    """Return whether Google's sign-in only could not be reached, so that asking again may help."""
    if isinstance(error, TransportError) or error.retryable:
        return True
    # A page of HTML is a fault on the way, though google-auth takes it for a refusal.
    return isinstance(error, RefreshError) and str(error).lstrip().startswith("<")
