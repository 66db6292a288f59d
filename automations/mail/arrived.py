"""Looks at what arrived in the shop's mailbox: only at mails that came back or refuse, and changes nothing there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from email import message_from_bytes
from imaplib import IMAP4
from pathlib import Path

from automations.core.incoming import MailReply
from automations.core.mails.account import MailAccount
from automations.mail.bounces import LARGEST_REPLY, concerns, read_reply
from automations.mail.imap_names import quoted
from automations.mail.mailbox import open_mailbox

# How long a mail is looked at again; each counts once all the same, for the ledger remembers it.
DAYS = 7
_MOST_HEADS = 3_000
_AT_ONCE = 100
_HEAD = (
    "(BODY.PEEK[HEADER.FIELDS (FROM SUBJECT CONTENT-TYPE RETURN-PATH X-FAILED-RECIPIENTS TO CC DELIVERED-TO "
    "X-ORIGINAL-TO)])"
)
# imaplib takes these names from the standard, not from the person's language.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def replies_in_mailbox(
    account: MailAccount, folder: Path, today: date, keys: Sequence[bytes]
) -> tuple[MailReply, ...]:
    """Return what came back, and who refuses, of the mails that arrived in the last days.

    Nothing is marked as read, moved or deleted. Of all other mails only the head is looked at.

    Args:
        account: The block ``mail:`` of shop.yaml, with an IMAP host.
        folder: The shop's folder.
        today: The shop's date.
        keys: The secrets of the tokens.

    Raises:
        AccountRefused: The mailbox cannot be looked into.
    """
    with open_mailbox(account, folder) as mailbox:
        _checked(mailbox.select(quoted(account.imap.inbox), readonly=True))
        numbers = _since(mailbox, today - timedelta(days=DAYS))[-_MOST_HEADS:]
        wanted = [number for group in _groups(numbers) for number in _concerning(mailbox, group)]
        mails = [content for number in wanted for content in _whole(mailbox, number)]
    found = (read_reply(account.imap.host, mail, keys) for mail in mails)
    return tuple(reply for reply in found if reply is not None)


def _since(mailbox: IMAP4, day: date) -> list[bytes]:
    written = f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"
    found = _checked(mailbox.uid("SEARCH", f"SINCE {written}"))
    return [number for part in found if isinstance(part, bytes) for number in part.split()]


def _groups(numbers: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(numbers), _AT_ONCE):
        yield numbers[start : start + _AT_ONCE]


def _concerning(mailbox: IMAP4, numbers: Sequence[bytes]) -> Iterator[bytes]:
    """Yield the numbers of mails whose head says that they came back or refuse."""
    for place, content in _fetched(mailbox, b",".join(numbers), _HEAD):
        if concerns(message_from_bytes(content)):
            words = place.replace(b"(", b" ").split()
            if b"UID" in words[:-1]:
                yield words[words.index(b"UID") + 1]


def _whole(mailbox: IMAP4, number: bytes) -> Iterator[bytes]:
    for _, content in _fetched(mailbox, number, f"(BODY.PEEK[]<0.{LARGEST_REPLY}>)"):
        yield content


def _fetched(mailbox: IMAP4, numbers: bytes, what: str) -> Iterable[tuple[bytes, bytes]]:
    found = _checked(mailbox.uid("FETCH", numbers.decode("ascii"), what))
    return [(part[0], part[1]) for part in found if isinstance(part, tuple)]


def _checked(answer: tuple[str, Sequence[object]]) -> Sequence[object]:
    """Return what the server told.

    Raises:
        IMAP4.error: It said no.
    """
    kind, told = answer
    if kind != "OK":
        raise IMAP4.error(kind)
    return told
