"""The page behind the links that stop mails: a WSGI application, ready to be mounted in a web server."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from automations.app.shops import INBOX
from automations.core.errors import DaichoError
from automations.mail.unsubscribe import MOST_BODY, Answer, answer, keys_of, unavailable
from automations.mail.whole_files import sync_folder, write_whole

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

WSGI = Callable[["WSGIEnvironment", "StartResponse"], Iterable[bytes]]


def application(folder: Path) -> WSGI:
    """Return the application for the shop in ``folder``; mount it at the path of ``mail.unsubscribe.url``.

    A refusal is kept as a file in the inbox before it is answered, then entered in the ledger. Where the ledger is
    busy or cannot be reached, the next run takes the file in before it sends anything; nothing is lost.
    """
    keys = keys_of(folder)

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        method = str(environ.get("REQUEST_METHOD", "GET"))
        answered = _answered(folder, method, str(environ.get("PATH_INFO", "")), _body(environ), keys)
        start_response(answered.status, list(answered.headers.items()))
        return [b"" if method == "HEAD" else answered.body]

    return serve


def _answered(folder: Path, method: str, path: str, body: bytes, keys: Sequence[bytes]) -> Answer:
    answered = answer(method, path, body, keys)
    if not answered.mark:
        return answered
    try:
        kept = keep(folder, answered.token)
    except OSError:
        return unavailable()
    take_in(folder, kept)
    return answered


def keep(folder: Path, token: str) -> Path:
    """Keep a refusal as a mail in the inbox, safe on the disk, and return the file; twice is as good as once.

    Raises:
        OSError: The inbox cannot be written to.
    """
    name = hashlib.sha256(token.encode()).hexdigest()[:16]
    path = folder / INBOX / f"unsubscribe-{name}.eml"
    mail = (
        f"Message-ID: <{name}.{secrets.token_hex(8)}@unsubscribe.invalid>\n"
        f"Subject: unsubscribe {token}\nX-Daicho-Route: one-click\n\n"
    )
    write_whole(path, mail.encode(), mode=0o600)
    sync_folder(path.parent)
    return path


def take_in(folder: Path, kept: Path) -> None:
    """Enter a kept refusal in the ledger; while that cannot be, it stays in the inbox for the next run."""
    from automations.app.runner import run

    with suppress(DaichoError):
        run(folder, names=("record_mail_replies",), files=(kept,), inbox=False, effects=False)


def _body(environ: WSGIEnvironment) -> bytes:
    """Return what was sent, at most one byte more than is ever needed; a wrong length counts as nothing."""
    written = str(environ.get("CONTENT_LENGTH") or "0")
    length = int(written) if written.isdecimal() and written.isascii() else 0
    return environ["wsgi.input"].read(min(length, MOST_BODY + 1)) if length else b""
