"""Looks into the folder of sent mails for single mails."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import reduce
from imaplib import IMAP4
from pathlib import Path

from automations.core.mails.account import MailAccount
from automations.core.mails.outcomes import AccountRefused
from automations.core.messages import msg
from automations.mail.credentials import WHERE
from automations.mail.imap_names import MailFolder, folder_of, quoted
from automations.mail.mailbox import open_mailbox

# Lines of about 1,000 characters, as RFC 2683 asks of clients.
_AT_ONCE = 10
_MOST_NAMES = 20
_SENT = "\\sent"
_ID = re.compile(rb"<[^<>\s]+>")


class ImapSentFolder:
    """The folder in which the mail server keeps what was sent; satisfies ``core.mails.outcomes.SentFolder``.

    Attributes:
        trouble: Why it could not be looked into the last time, for a person; None when it could.
    """

    def __init__(self, account: MailAccount, folder: Path) -> None:
        """Connect to nothing yet; ``folder`` is the shop's."""
        self._account = account
        self._folder = folder
        self.trouble: AccountRefused | None = None

    def holds(self, message_ids: Collection[str]) -> frozenset[str] | None:
        """Return which of these mails are in it; None when it could not be looked into."""
        self.trouble = None
        try:
            return self._found(sorted(message_ids))
        except AccountRefused as refused:
            self.trouble = refused
            return None

    def _found(self, wanted: Sequence[str]) -> frozenset[str]:
        if not all(message_id.isascii() and message_id.isprintable() for message_id in wanted):
            raise _not_understood(self._account.imap.host)
        with open_mailbox(self._account, self._folder) as mailbox:
            self._open_folder(mailbox)
            groups = (wanted[start : start + _AT_ONCE] for start in range(0, len(wanted), _AT_ONCE))
            held = frozenset(message_id for group in groups for message_id in _ids_of(mailbox, group))
        return held & frozenset(wanted)

    def _open_folder(self, mailbox: IMAP4) -> None:
        """Select the folder for reading only."""
        named = self._account.imap.sent
        listed = _listed(mailbox, quoted(""))
        sent = _the_one(listed, named)
        if sent is None and not named and "SPECIAL-USE" in mailbox.capabilities:
            sent = _the_one(_listed(mailbox, f"(SPECIAL-USE) {quoted('')}"), named)
        if sent is None:
            raise self._no_folder(listed)
        _answer(mailbox.select(quoted(sent.written), readonly=True))

    def _no_folder(self, listed: Sequence[MailFolder]) -> AccountRefused:
        return AccountRefused(
            "mail-sent-folder",
            msg(
                "The mailbox at {host} does not tell which folder keeps sent mails.",
                host=self._account.imap.host,
            ),
            msg(
                "Write its name in shop.yaml: mail: {{imap: {{sent: …}}}}. The folders are: {names}.",
                names=tuple(folder.name for folder in listed[:_MOST_NAMES]),
            ),
            where=WHERE,
            value=self._account.imap.sent,
        )


def sent_folder_of(account: MailAccount, folder: Path) -> ImapSentFolder | None:
    """Return the folder of sent mails of an account; None when shop.yaml names no mailbox."""
    return ImapSentFolder(account, folder) if account.imap.host else None


def _listed(mailbox: IMAP4, what: str) -> list[MailFolder]:
    return [folder for folder in map(folder_of, _answer(mailbox.list(what, quoted("*")))) if folder]


def _the_one(listed: Sequence[MailFolder], named: str) -> MailFolder | None:
    if not named:
        return next((folder for folder in listed if _SENT in folder.marks), None)
    return next((folder for folder in listed if named in {folder.name, folder.written}), None)


def _ids_of(mailbox: IMAP4, wanted: Sequence[str]) -> Iterator[str]:
    """Yield the Message-IDs of all mails that a search for these finds; it also finds parts of words."""
    found = _answer(mailbox.uid("SEARCH", _criteria(wanted)))
    numbers = [number for part in found if isinstance(part, bytes) for number in part.split()]
    if not numbers:
        return
    fetched = _answer(
        mailbox.uid("FETCH", b",".join(numbers).decode("ascii"), "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
    )
    for part in fetched:
        if isinstance(part, tuple):
            yield from (message_id.decode("ascii", "replace") for message_id in _ID.findall(part[1]))


def _criteria(wanted: Sequence[str]) -> str:
    single = [f"HEADER Message-ID {quoted(message_id)}" for message_id in wanted]
    return reduce(lambda all_others, one: f"OR {one} {all_others}", single)


def _answer(replied: tuple[str, Sequence[object]]) -> list[object]:
    """Return what the server answered.

    Raises:
        IMAP4.error: It said no.
    """
    state, answer = replied
    if state != "OK":
        raise IMAP4.error(state)
    return [part for part in answer if part]


def _not_understood(host: str) -> AccountRefused:
    return AccountRefused(
        "mail-sent-folder",
        msg("The mailbox at {host} cannot be asked for a mail without a proper Message-ID.", host=host),
        msg("Do not change the hidden column Message-ID of the mail tab."),
        where=WHERE,
    )
