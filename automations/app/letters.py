"""The mails of one shop as they travel: text, page and headers, for sending and for the outbox alike."""

from __future__ import annotations

from functools import cached_property

from automations.app.configuration import Configuration
from automations.core.ledger import Row
from automations.core.mails.outcomes import Outgoing

_MAY_BE_REFUSED = ("service", "advertising")


class Letters:
    """Makes messages of frozen rows; the same bytes however often, and whether it is sent or written as a file."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration

    def content(self, mail: Row) -> bytes:
        """Return the message of a row of the mail tab as it travels.

        Raises:
            MailRefused: The row cannot become a message.
            ServiceError: The shop's secret for refusals can be neither read nor made.
        """
        from automations.mail.html import html_of
        from automations.mail.message import build_message

        shop, language = self._configuration.shop, self._configuration.language
        html = html_of(mail.text("text"), shop, language, self._configuration.template_folders)
        return build_message(mail, shop, language, html=html, headers=self._headers(mail)).as_bytes()

    def outgoing(self, mail: Row) -> Outgoing:
        """Return a row as it is handed to the mail server; raises as ``content``."""
        return Outgoing(mail.key, mail.text("to"), self.content(mail), mail.text("message_id"))

    def _headers(self, mail: Row) -> dict[str, str]:
        """Return the headers by which the receiver refuses further mails, for those one may refuse."""
        from automations.mail.unsubscribe import headers_for

        ways = self._configuration.mail.unsubscribe
        if mail.text("class") not in _MAY_BE_REFUSED or not (ways.url or ways.address):
            return {}
        return headers_for(mail.text("to"), self._configuration.mail, self._secret)

    @cached_property
    def _secret(self) -> bytes:
        from automations.mail.unsubscribe import keys_of

        return keys_of(self._configuration.folder)[0]
