"""The shop's mailbox over IMAP: opened and signed in to with the same account as mails are sent with."""

from __future__ import annotations

import ssl
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from imaplib import IMAP4, IMAP4_SSL
from pathlib import Path

from automations.core.mails.account import MailAccount, Mailbox
from automations.core.mails.outcomes import AccountRefused
from automations.core.messages import msg
from automations.mail.credentials import WHERE, SignIn, sign_in
from automations.mail.imap_names import quoted
from automations.mail.server_trouble import not_signed_in, trouble

_WAIT_S = 60.0


@contextmanager
def open_mailbox(account: MailAccount, folder: Path) -> Iterator[IMAP4]:
    """Open the mailbox, signed in; no folder is selected yet. Goodbye is said behind the block.

    Args:
        account: The block ``mail:`` of shop.yaml, with an IMAP host.
        folder: The shop's folder.

    Raises:
        AccountRefused: It cannot be opened, or the line broke within the block.
    """
    who = sign_in(account, folder)
    try:
        connection = _connected(account.imap)
        try:
            _sign_in(connection, account.imap, who)
            yield connection
        finally:
            with suppress(OSError, IMAP4.error):
                connection.logout()
            with suppress(OSError):
                connection.shutdown()
    except IMAP4.error:
        raise _broken(account.imap) from None
    except OSError as error:
        raise trouble(error, account.imap.host, account.imap.security, who) from None


def _connected(box: Mailbox) -> IMAP4:
    if box.security == "plain":
        return IMAP4(box.host, box.port, timeout=_WAIT_S)
    context = ssl.create_default_context()
    if box.security == "tls":
        return IMAP4_SSL(box.host, box.port, ssl_context=context, timeout=_WAIT_S)
    connection = IMAP4(box.host, box.port, timeout=_WAIT_S)
    try:
        connection.starttls(context)
    except (OSError, IMAP4.error):
        with suppress(OSError):
            connection.shutdown()
        raise
    return connection


def _sign_in(connection: IMAP4, box: Mailbox, who: SignIn) -> None:
    try:
        if who.token:
            connection.authenticate("XOAUTH2", lambda _challenge: b64decode(who.token))
        else:
            connection.login(quoted(who.user), who.password)
    except IMAP4.abort:
        raise
    except IMAP4.error as error:
        raise not_signed_in(box.host, _words(error), who) from None


def _words(error: IMAP4.error) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


def _broken(box: Mailbox) -> AccountRefused:
    return AccountRefused(
        "mail-mailbox-broken",
        msg("The mailbox at {host} broke off or gave an answer that does not fit.", host=box.host),
        msg(
            "Check host, port and security under mail: imap: in shop.yaml; it is tried again at the next run."
        ),
        where=WHERE,
    )
