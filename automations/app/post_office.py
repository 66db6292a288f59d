"""Where mails are handed over: the account of shop.yaml, signed in to when there is something to send."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from automations.app.configuration import Configuration
from automations.core.ledger import Row
from automations.core.mails.account import MailAccount
from automations.core.mails.outcomes import SentFolder, Transport
from automations.core.records import dataclass


@dataclass(frozen=True)
class PostOffice:
    """A mail account that nobody has signed in to yet.

    Attributes:
        open: Signs in; raises ``AccountRefused`` or ``QuotaPaused``.
        message: Returns the bytes of a row of the mail tab; raises ``MailRefused``.
        sent: The folder of sent mails, None where there is no mailbox to look into.
    """

    account: MailAccount
    open: Callable[[], Transport]
    message: Callable[[Row], bytes]
    sent: SentFolder | None = None


def post_office_of(configuration: Configuration) -> PostOffice | None:
    """Return where the shop hands its mails over, None when they are written as files."""
    account, folder = configuration.mail, configuration.folder
    if not account.sends:
        return None
    from automations.mail.sent_folder import sent_folder_of
    from automations.mail.smtp import open_transport

    return PostOffice(
        account,
        lambda: open_transport(account, folder),
        lambda mail: message_of(mail, configuration),
        sent_folder_of(account, folder),
    )


def message_of(mail: Row, configuration: Configuration) -> bytes:
    """Return a mail as it travels, the same bytes each time; with a way to refuse where the order does not need it.

    Raises:
        MailRefused: It cannot become a message.
    """
    from automations.mail.message import build_message

    headers = {} if mail.text("class") == "transactional" else _ways_to_refuse(mail, configuration)
    return build_message(mail, configuration.shop, configuration.language, headers=headers).as_bytes()


def _ways_to_refuse(mail: Row, configuration: Configuration) -> Mapping[str, str]:
    from automations.mail.unsubscribe import headers_for

    return headers_for(mail.text("to"), configuration.mail, _secret(configuration.folder))


@cache
def _secret(folder: Path) -> bytes:
    from automations.mail.unsubscribe import keys_of

    return keys_of(folder)[0]
