"""A shop's mail account at the servers of this folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from automations.core.mails.account import MailAccount
from automations.core.mails.account import Mailbox as Imap

from .certificates import make_certificate, server_context
from .imap import Mailbox, MailboxServer
from .smtp import PASSWORD, USER, MailServer


@dataclass
class Desk:
    """Both servers, the mailbox behind them, and the account that is good for them."""

    folder: Path
    smtp: MailServer
    imap: MailboxServer
    mailbox: Mailbox
    account: MailAccount

    def other(self, **changes: object) -> MailAccount:
        """Return the account with something changed."""
        return replace(self.account, **changes)  # type: ignore[arg-type]


@contextmanager
def mail_desk(folder: Path, certificate: Path, *, security: str = "tls", **how: Any) -> Iterator[Desk]:
    """Start both servers; SSL_CERT_FILE must name the certificate. What is accepted is kept in the sent folder."""
    (folder / "mail-password").write_text(f"{PASSWORD}\n", encoding="utf-8")
    (folder / "mail-password").chmod(0o600)
    context = None if security == "plain" else server_context(certificate)
    mailbox = Mailbox()
    with (
        MailServer(context, starttls=security == "starttls", keeps=mailbox, **how) as smtp,
        MailboxServer(mailbox, server_context(certificate), user=USER, password=PASSWORD) as imap,
    ):
        account = MailAccount(
            host="localhost",
            port=smtp.port,
            security=security,  # type: ignore[arg-type]
            user=USER,
            password_file="mail-password",  # noqa: S106 - the name of a file
            imap=Imap(host="localhost", port=imap.port),
        )
        yield Desk(folder, smtp, imap, mailbox, account)


def certificate_of(folder: Path) -> Path:
    """Return a certificate for localhost in ``folder``, made when it is not there."""
    path = folder / "localhost.pem"
    return path if path.exists() else make_certificate(path)


def let_send(folder: Path, desk: Desk, **more: object) -> None:
    """Let the shop in ``folder`` send its mails through the desk's account, at once unless more is said."""
    (folder / "mail-password").write_text(f"{PASSWORD}\n", encoding="utf-8")
    (folder / "mail-password").chmod(0o600)
    block = {
        "host": "localhost", "port": desk.smtp.port, "user": USER, "password_file": "mail-password", "delay_minutes": 0,
        "imap": {"host": "localhost", "port": desk.imap.port}, **more,
    }  # fmt: skip
    with (folder / "shop.yaml").open("a", encoding="utf-8") as settings:
        settings.write(f"mail: {json.dumps(block)}\n")
