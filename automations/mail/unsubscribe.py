"""Stopping mails with one click or by mail: the headers, their token, and the answer to who follows them.

Sources: RFC 2369 and RFC 8058 (read 2026-11-22).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from automations.core.errors import ServiceError
from automations.core.mails.account import MailAccount
from automations.core.mails.suppressed import address_mark
from automations.core.messages import msg
from automations.core.records import dataclass
from automations.mail.whole_files import write_whole

KEY_FILE = ".unsubscribe-secret"
KEY_VARIABLE = "DAICHO_UNSUBSCRIBE_SECRET"
_HALF = 16
_TOKEN = re.compile(r"[a-z2-7]{52}")
_HTML = "text/html; charset=utf-8"
MOST_BODY = 10_000


@dataclass(frozen=True)
class Answer:
    """What the web process sends back; ``mark`` names the address that refused, ``""`` when nobody did."""

    status: str
    body: bytes
    headers: Mapping[str, str]
    mark: str = ""
    token: str = ""


def headers_for(address: str, account: MailAccount, secret: bytes) -> dict[str, str]:
    """Return the headers by which a mail program lets ``address`` refuse; none where the shop has no way set up."""
    ways: list[str] = []
    token = token_for(address, secret)
    if account.unsubscribe.url:
        ways.append(f"<{account.unsubscribe.url.rstrip('/')}/{token}>")
    if account.unsubscribe.address:
        ways.append(f"<mailto:{quote(account.unsubscribe.address, safe='@')}?subject=unsubscribe%20{token}>")
    if not ways:
        return {}
    headers = {"List-Unsubscribe": ", ".join(ways)}
    if account.unsubscribe.url:
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def token_for(address: str, secret: bytes) -> str:
    """Return the token of an address: always the same, and telling nobody without the secret whose it is.

    It is the address's mark, hidden and signed: the HMAC of the mark hides it, so nothing has to be looked up.
    """
    mark = bytes.fromhex(address_mark(address))
    signature = _hmac(secret, b"sign", mark)
    hidden = _mixed(mark, _hmac(secret, b"hide", signature))
    return base64.b32encode(signature + hidden).decode().rstrip("=").lower()


def mark_of(token: str, keys: Sequence[bytes]) -> str:
    """Return the mark of the address a token was made for, ``""`` when none of the secrets made it."""
    plain = token.strip().lower()
    try:
        sealed = base64.b32decode(plain.upper() + "====") if _TOKEN.fullmatch(plain) else bytes(2 * _HALF)
    except binascii.Error:
        sealed = bytes(2 * _HALF)
    found = ""
    for secret in keys:  # every secret is tried, so that the time tells nothing
        mark = _mixed(sealed[_HALF:], _hmac(secret, b"hide", sealed[:_HALF]))
        if hmac.compare_digest(_hmac(secret, b"sign", mark), sealed[:_HALF]):
            found = mark.hex()
    return found


def answer(method: str, path: str, body: bytes, keys: Sequence[bytes]) -> Answer:
    """Return the answer to a request for a refusal; whoever calls this records the ``mark`` before sending it.

    A POST refuses, without login or cookies; a GET changes nothing and shows a button. A token nobody made looks
    like a page that is not there.

    Args:
        method: ``GET``, ``HEAD`` or ``POST``.
        path: Its last part is the token.
        body: Of a POST; a mail program sends ``List-Unsubscribe=One-Click``.
        keys: The secrets, as ``keys_of`` returns them.
    """
    token = path.rstrip("/").rpartition("/")[2]
    mark = mark_of(token, keys)
    if not mark or len(body) > MOST_BODY:
        return _page("404 Not Found", "ページが見つかりません。<br>This page is not there.")
    if method in ("GET", "HEAD"):
        return _page("200 OK", _ASK)
    if method != "POST":
        return _page(
            "405 Method Not Allowed",
            "ページが見つかりません。<br>This page is not there.",
            {"Allow": "GET, HEAD, POST"},
        )
    page = _page("200 OK", _DONE)
    return Answer(page.status, page.body, page.headers, mark, token.lower())


def keys_of(folder: Path, *, make: bool = True) -> tuple[bytes, ...]:
    """Return the shop's secrets, the one that signs first; made on first use, or none where ``make`` is false.

    ``DAICHO_UNSUBSCRIBE_SECRET`` (several with commas between) wins over the file in the shop's folder, one secret a
    line. To change it, put a new one before the old: links in mails that are out go on working.

    Raises:
        ServiceError: The file can be neither read nor made.
    """
    written = os.environ.get(KEY_VARIABLE, "").replace(",", "\n")
    path = folder / KEY_FILE
    if not (make or written.strip() or path.exists()):
        return ()
    try:
        if not written.strip():
            written = _read_or_make(path)
    except (OSError, UnicodeDecodeError) as error:
        raise _no_secret() from error
    keys = tuple(line.strip().encode() for line in written.splitlines() if line.strip())
    if not keys:
        raise _no_secret()
    return keys


def _read_or_make(path: Path) -> str:
    if path.exists():
        return path.read_text(encoding="ascii")
    made = path.with_name(f"{KEY_FILE}.{secrets.token_hex(4)}")
    write_whole(made, f"{secrets.token_hex(32)}\n".encode(), mode=0o600)
    try:
        os.link(made, path)  # fails where another run was faster: then its secret counts
    except FileExistsError:
        pass
    finally:
        made.unlink(missing_ok=True)
    return path.read_text(encoding="ascii")


def _no_secret() -> ServiceError:
    return ServiceError(
        "unsubscribe-secret",
        msg("The secret for links that stop mails can be neither read nor made."),
        msg(
            "Allow reading and writing {file} in the shop's folder; if it is empty, delete it.",
            file=KEY_FILE,
        ),
        where=KEY_FILE,
    )


def _hmac(secret: bytes, purpose: bytes, text: bytes) -> bytes:
    return hmac.digest(secret, purpose + b"\x00" + text, hashlib.sha256)[:_HALF]


def _mixed(first: bytes, second: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(first, second, strict=True))


_ASK = (
    "<p>お店からのご案内メールを停止します。ご注文に必要な連絡は、これまでどおりお届けします。<br>"
    "Stop the shop's newsletters and follow-ups. Mails your orders need still come.</p>"
    '<form method="post"><button type="submit">停止する / Stop</button></form>'
)
_DONE = "<p>承りました。ご案内メールを停止しました。<br>Done: you get no more newsletters or follow-ups from this shop.</p>"


def unavailable() -> Answer:
    """Return the answer where a refusal could not be kept: mail programs try again later."""
    told = "ただいま受け付けられません。少しあとでもう一度お試しください。<br>Not possible right now. Please try again later."
    return _page("503 Service Unavailable", told, {"Retry-After": "600"})


def _page(status: str, told: str, more: Mapping[str, str] | None = None) -> Answer:
    page = (
        '<!doctype html><html lang="ja"><head><meta charset="utf-8"><meta name="robots" content="noindex">'
        '<meta name="viewport" content="width=device-width"><title>メールの停止 / Stop mails</title></head>'
        f"<body>{told}</body></html>"
    ).encode()
    headers = {
        "Content-Type": _HTML,
        "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Answer(status, page, {**headers, "Content-Length": str(len(page)), **(more or {})})
