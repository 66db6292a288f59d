"""What came back to the shop's mailbox, read from a mailbox on this machine without changing anything there."""

from __future__ import annotations

from datetime import date

import pytest
from mail_servers.desk import Desk

from automations.core.mails.outcomes import AccountRefused
from automations.mail.arrived import replies_in_mailbox
from automations.mail.unsubscribe import mark_of, token_for

TODAY = date(2026, 11, 24)
KEY = b"secret"
OURS = "<aa11@shop.example.com>"


def bounce(day: str = "Mon, 23 Nov 2026 10:00:00 +0900") -> bytes:
    return (
        f"Date: {day}\r\nFrom: MAILER-DAEMON@mx.example.net\r\nSubject: failure notice\r\nMessage-ID: <b1@mx.example.net>\r\n"
        "\r\nHi. This is the qmail-send program.\r\n<hana@example.com>:\r\n550 5.1.1 user unknown\r\n\r\n"
        f"--- Below this line is a copy of the message.\r\n\r\nMessage-ID: {OURS}\r\n"
    ).encode()


LETTER = b"Date: Mon, 23 Nov 2026 10:00:00 +0900\r\nFrom: hana@example.com\r\nSubject: When?\r\n\r\n550 5.1.1 unknown\r\n"


def test_only_what_came_back_or_refuses_is_read(desk: Desk) -> None:
    token = token_for("hana@example.com", KEY)
    stop = f"From: hana@example.com\r\nSubject: unsubscribe {token}\r\n\r\n".encode()
    desk.mailbox.folders["INBOX"] += [LETTER, bounce(), LETTER, stop]
    replies = replies_in_mailbox(desk.account, desk.folder, TODAY, [KEY])
    assert [(reply.kind, reply.about, reply.mark) for reply in replies] == [
        ("bounced", OURS, ""),
        ("unsubscribe", "", mark_of(token, [KEY])),
    ]
    assert desk.imap.whole == [2, 4]
    assert {"EXAMINE", "SEARCH", "FETCH"} <= set(desk.imap.said)
    assert not {"SELECT", "STORE", "EXPUNGE", "MOVE", "COPY", "APPEND"} & set(desk.imap.said)


def test_what_is_older_than_a_week_is_left_alone(desk: Desk) -> None:
    desk.mailbox.folders["INBOX"] += [bounce("Mon, 02 Nov 2026 10:00:00 +0900")]
    assert replies_in_mailbox(desk.account, desk.folder, TODAY, []) == ()


def test_looking_again_finds_the_same_under_the_same_names(desk: Desk) -> None:
    desk.mailbox.folders["INBOX"] += [bounce()]
    first, again = (replies_in_mailbox(desk.account, desk.folder, TODAY, []) for _ in range(2))
    assert first == again


def test_large_mailbox_is_looked_at_in_portions(desk: Desk) -> None:
    desk.mailbox.folders["INBOX"] += [LETTER] * 230 + [bounce()]
    assert len(replies_in_mailbox(desk.account, desk.folder, TODAY, [])) == 1
    assert desk.imap.whole == [231]


@pytest.mark.parametrize(
    "fault", [("LOGIN", "NO wrong password"), ("SEARCH", "* BYE back soon"), ("EXAMINE", "NO none")]
)
def test_closed_mailbox_is_told(desk: Desk, fault: tuple[str, str]) -> None:
    desk.imap.will(*fault, times=9)
    with pytest.raises(AccountRefused):
        replies_in_mailbox(desk.account, desk.folder, TODAY, [])
