"""A Google spreadsheet for tests: the real client over HTTP at the local service, with time and answers to order."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import requests
from google.oauth2.credentials import Credentials
from sheets_server import drive
from sheets_server.errors import ApiError, Json
from sheets_server.http_server import running
from sheets_server.service import ACCOUNT, Answer, Request, Service

from automations.books.google.service import Spreadsheet
from automations.books.google.signing import SignedSession

ROBOT = "daicho@my-shop.iam.gserviceaccount.com"


@cache
def throw_away_key() -> str:
    """Return a private key that opens nothing."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()).decode()


@dataclass
class Waiting:
    """Seconds since the epoch that pass only by waiting; they begin now."""

    seconds: float = field(default_factory=time.time)
    waits: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.seconds

    def pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.seconds += seconds


@dataclass
class Scripted(Service):
    """The local service, with answers to order: each is given to the next request whose path it fits."""

    script: list[tuple[str, Answer]] = field(default_factory=list)

    def answer(self, request: Request) -> Answer:
        for place, (path, answer) in enumerate(self.script):
            if re.search(path, request.path):
                del self.script[place]
                self.calls.append((request.method, request.path, answer.code))
                return answer
        return super().answer(request)

    def will(self, answer: Answer, *, path: str = "", times: int = 1) -> None:
        self.script += [(path, answer)] * times


class Wiretap(SignedSession):
    """Keeps every body that is sent; an exception in ``after`` is raised once the request was done."""

    def __init__(self, credentials: Any) -> None:  # noqa: ANN401 - google-auth's
        super().__init__(credentials)
        self.sent: list[bytes] = []
        self.after: list[Exception] = []

    def send(self, request: requests.PreparedRequest, **how: Any) -> requests.Response:  # noqa: ANN401
        self.sent.append(request.body or b"")
        response = super().send(request, **how)
        if self.after:
            raise self.after.pop(0)
        return response


@dataclass
class Desk:
    """One empty spreadsheet at a service of its own, and the time that passes there."""

    service: Scripted
    address: str
    key: str
    time: Waiting = field(default_factory=Waiting)

    def spreadsheet(self, credentials: Any = None, **given: Any) -> Spreadsheet:  # noqa: ANN401
        """Open it; with the token of a person unless other credentials or a session are given."""
        if "session" not in given:
            given["credentials"] = credentials or Credentials("token")
        return Spreadsheet(
            given.pop("key", self.key),
            endpoint=given.pop("endpoint", self.address),
            clock=self.time.clock,
            pause=self.time.pause,
            **given,
        )

    def signed_in(self, kind: type[Credentials] = Credentials) -> Credentials:
        """Return the sign-in of a person, with the token ``old`` that the service renews on request."""
        given = {"refresh_token": "r", "client_id": "c", "client_secret": "s"}
        return kind("old", token_uri=f"{self.address}/token", **given)

    def robot_key(self) -> dict[str, str]:
        """Return the key of a service account, whose sign-in is this service too."""
        return {
            "type": "service_account",
            "client_email": ROBOT,
            "private_key": throw_away_key(),
            "token_uri": f"{self.address}/token",
        }

    def environment(self) -> dict[str, str]:
        """Return the variables that let the commands work at this desk."""
        return {
            "DAICHO_GOOGLE_ENDPOINT": self.address,
            "DAICHO_GOOGLE_CREDENTIALS_JSON": json.dumps(self.robot_key()),
        }

    def called(self) -> list[int]:
        """Return the code of every answer so far."""
        return [code for _, _, code in self.service.calls]


@contextmanager
def desk(**how: Any) -> Iterator[Desk]:  # noqa: ANN401 - fields of the service
    """Give a desk; ``how`` as the fields of the service."""
    time = Waiting()
    service = Scripted(**{"clock": time.clock, **how})
    key = str(drive.create(service, ACCOUNT, {"name": "台帳"})["id"])
    with running(service) as address:
        yield Desk(service, address, key, time)


def says(code: int, status: str, message: str, reason: str = "") -> Answer:
    """Return a refusal in Google's form."""
    detail = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
    }
    return _answer(ApiError(code, status, message, [detail] if reason else []).body(), code)


def token_refused(error: str, description: str) -> Answer:
    """Return what Google's token service answers when it gives none."""
    return _answer({"error": error, "error_description": description}, 400)


def _answer(body: Json, code: int) -> Answer:
    return Answer(code, json.dumps(body, ensure_ascii=False).encode())
