"""Where mails are handed over: the account of shop.yaml, signed in to when there is something to send."""

from __future__ import annotations

from collections.abc import Callable

from automations.app.configuration import Configuration
from automations.app.letters import Letters
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
        Letters(configuration).content,
        sent_folder_of(account, folder),
    )
