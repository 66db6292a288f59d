"""What can stand between a run and its mail account, made at servers on this machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from unittest.mock import patch
from urllib.error import HTTPError

from mail_servers.certificates import make_certificate
from mail_servers.desk import Desk, mail_desk

from automations.app.configuration import load
from automations.app.mail_test import hand_over
from automations.core.ledger import Row
from automations.core.mails.account import MailAccount
from automations.mail.sent_folder import ImapSentFolder
from automations.mail.smtp import open_transport

HOST = "mail.example.com"
_SECRET = "mail-password"  # noqa: S105 - the name of a file
_CONTENTS = {"secret-wrong": "one\ntwo\n"}
_SAMPLE = Row(
    "mails",
    "test:shipped:1",
    {
        "to": "me@example.com",
        "subject": "[TEST]",
        "text": "x",
        "message_id": "<1@example.com>",
        "made_at": datetime(2026, 11, 24, 10, tzinfo=UTC),
    },
)
_LOOKING = ("mailbox", "sent-folder")


def _prepare(desk: Desk, what: str) -> None:
    """Make something of the desk such that the account cannot be used."""
    secret = desk.folder / _SECRET
    secret.write_text(_CONTENTS.get(what, secret.read_text(encoding="utf-8")), encoding="utf-8")
    match what:
        case "token-refused":
            (desk.folder / "oauth.json").chmod(0o600)
        case "secret-missing":
            secret.unlink()
        case "secret-readable":
            secret.chmod(0o644)
        case "login-refused":
            desk.smtp.will("auth", "535 5.7.8 Username and Password not accepted", times=9)
        case "server-refused":
            desk.smtp.will("connect", "554 5.7.1 Your network is blocked")
        case "sample-refused":
            desk.smtp.will("rcpt", "550 5.1.1 no such user")
        case "server-unreachable":
            desk.smtp.will("connect")
        case "mailbox":
            desk.imap.will("SEARCH", "* BYE back soon")
        case "sent-folder":
            desk.mailbox.marks = {}


def _use(account: MailAccount, folder: Path, what: str) -> None:
    if what in _LOOKING:
        sent = ImapSentFolder(account, folder)
        assert sent.holds({"<1@example.com>"}) is None
        assert sent.trouble
        raise sent.trouble
    if what == "sample-refused":
        hand_over(_SAMPLE, replace(load(folder), mail=account))
    open_transport(account, folder)


def _here(ask: object, _host: str, *others: object, **how: object) -> object:
    assert callable(ask)
    return ask("127.0.0.1", *others, **how)


def _no_more(**_parts: str) -> None:
    raise HTTPError("https://accounts.google.com/o/oauth2/token", 400, "Bad Request", None, None)  # type: ignore[arg-type]


@contextmanager
def mail_says(folder: Path, what: str) -> Iterator[None]:
    """Use the account of shop.yaml while its servers, or the password's file, are as ``what`` says."""
    certificate = make_certificate(folder / "certificate.pem", HOST)
    trusted = {} if what == "not-secure" else {"SSL_CERT_FILE": str(certificate)}
    with (
        mail_desk(folder, certificate) as desk,
        patch.dict("os.environ", trusted),
        patch.dict("sys.modules", {"keyring": None}),
        patch.object(socket, "getaddrinfo", partial(_here, socket.getaddrinfo)),
        patch("yagmail.oauth2.refresh_authorization", _no_more),
    ):
        _prepare(desk, what)
        account = load(folder).mail
        box = replace(account.imap, port=desk.imap.port)
        _use(replace(account, port=desk.smtp.port, imap=box), folder, what)
        yield
