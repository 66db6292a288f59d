"""What comes back to the shop's mails, in the forms that servers really use, standard or not."""

from __future__ import annotations

import base64
import time
from email.header import Header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automations.core.incoming import ReplyKind
from automations.mail.bounces import read_reply
from automations.mail.unsubscribe import mark_of, token_for

OURS = "<aa11bb22@shop.example.com>"
HANA = "hana@docomo.example.jp"
COPY = f"Message-ID: {OURS}\nTo: {HANA}\nSubject: Shipped\n"


def standard(action: str, status: str, diagnostic: str, recipient: str = HANA) -> str:
    return f"""From: MAILER-DAEMON@mx.example.net
Subject: Undelivered Mail Returned to Sender
Message-ID: <b1@mx.example.net>
Content-Type: multipart/report; report-type=delivery-status; boundary="AB"

--AB
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--AB
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {diagnostic}

--AB
Content-Type: message/rfc822

{COPY}
x
--AB--
"""


QMAIL = f"""From: MAILER-DAEMON@mx.example.net
Subject: failure notice

Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{HANA}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <shop@example.com>
{COPY}
"""

EXIM_WAITING = f"""From: Mail Delivery System <Mailer-Daemon@mx.example.net>
Subject: Warning: message 1abc delayed 24 hours

This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue.

The address to which the message has not yet been delivered is:

  {HANA}
    host mx.docomo.example.jp: 451 4.7.1 try again later

No action is required on your part. Delivery attempts will continue.

------ This is a copy of the message, including all the headers. ------
{COPY}
"""

MOBILE = f"""From: Mail Administrator <Postmaster@docomo.example.jp>
Subject: Mail System Error - Returned Mail

This Message was undeliverable due to the following reason:

Each of the following recipients was rejected by a remote mail server.
The reasons given by the server are included to help you determine why
each recipient was rejected.

    Recipient: <{HANA}>
    Reason:    550 Unknown user {HANA}

{COPY}
"""

EXCHANGE_SAYS = f"""次の受信者またはグループへの配信に失敗しました:

{HANA}
入力したメール アドレスは見つかりませんでした。
550 5.1.10 RESOLVER.ADR.RecipientNotFound
"""
EXCHANGE = f"""From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.com>
Subject: =?utf-8?b?{base64.b64encode("配信不能: 出荷のお知らせ".encode()).decode()}?=
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="AB"

--AB
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: base64

{base64.b64encode(EXCHANGE_SAYS.encode()).decode()}
--AB
Content-Type: message/rfc822

{COPY}
x
--AB--
"""

JAPANESE = (
    (
        "From: MAILER-DAEMON@sv.example.ne.jp\nSubject: "
        + Header("配信エラーのお知らせ", "iso-2022-jp").encode()
        + "\nContent-Type: text/plain; charset=us-ascii\n\n"
    ).encode()
    + f"以下の宛先にメールを送信できませんでした。\n\n<{HANA}>\n宛先不明です。\n\n元のメッセージのヘッダ\n{COPY}".encode(
        "iso-2022-jp"
    )
)


@pytest.mark.parametrize(
    ("mail", "kind"),
    [
        pytest.param(standard("failed", "5.1.1", "550 5.1.1 User unknown"), "bounced", id="standard"),
        pytest.param(
            standard("failed", "5.0.0", "550 No such user here"), "bounced", id="told in words only"
        ),
        pytest.param(standard("failed", "5.2.2", "552 5.2.2 Mailbox full"), "returned", id="full"),
        pytest.param(
            standard("failed", "5.7.1", "550 5.7.1 Message looks like spam"), "returned", id="policy"
        ),
        pytest.param(standard("delayed", "4.4.1", "connection timed out"), "delayed", id="delayed"),
        pytest.param(
            standard("failed", "4.4.7", "retry time exceeded"), "delayed", id="temporary to the end"
        ),
        pytest.param(QMAIL, "bounced", id="qmail"),
        pytest.param(EXIM_WAITING, "delayed", id="exim waits"),
        pytest.param(MOBILE, "bounced", id="mobile carrier"),
        pytest.param(EXCHANGE, "bounced", id="exchange in Japanese"),
        pytest.param(JAPANESE, "bounced", id="ISO-2022-JP said to be ASCII"),
    ],
)
def test_form_is_understood(mail: str | bytes, kind: ReplyKind) -> None:
    reply = read_reply("x.eml", mail if isinstance(mail, bytes) else mail.encode())
    assert reply is not None
    assert (reply.kind, reply.about) == (kind, OURS)
    assert HANA in reply.addresses
    assert reply.reason
    assert "@" not in reply.reason
    assert reply.reason.isprintable()


def test_report_of_a_delivery_that_worked_says_nothing() -> None:
    assert read_reply("x.eml", standard("delivered", "2.0.0", "250 ok").encode()) is None


@pytest.mark.parametrize(
    "head",
    [
        "Subject: When will it come?\nFrom: hana@example.com",
        "Subject: Re: unsubscribe from everything, please tell me how\nFrom: hana@example.com",
        "Subject: Your invoice\nContent-Type: multipart/mixed; boundary=AB",
        "",
    ],
)
def test_mail_of_people_is_left_alone(head: str) -> None:
    body = f"I got 550 5.1.1 user unknown\n<{HANA}>\n{COPY}"
    assert read_reply("x.eml", f"{head}\n\n{body}".encode()) is None


def test_token_is_found_in_subject_or_address() -> None:
    key = b"secret"
    token = token_for(HANA, key)
    for head in (f"Subject: unsubscribe {token}", f"Subject: hello\nTo: stop+{token}@example.com"):
        reply = read_reply("x.eml", f"{head}\nFrom: {HANA}\n\n".encode(), [key])
        assert reply is not None
        assert (reply.kind, reply.mark) == ("unsubscribe", mark_of(token, [key]))
        assert reply.addresses == ()


def test_forged_token_counts_as_a_mail_from_its_writer() -> None:
    reply = read_reply("x.eml", f"Subject: 配信停止 {'a' * 52}\nFrom: {HANA}\n\n".encode(), [b"secret"])
    assert reply is not None
    assert (reply.mark, reply.addresses) == ("", (HANA,))


def test_same_mail_without_an_id_has_the_same_name_twice() -> None:
    first, again = (read_reply(name, QMAIL.encode()) for name in ("a.eml", "b.eml"))
    assert first is not None
    assert again is not None
    assert first.reply_id == again.reply_id


@given(
    st.binary(max_size=300)
    | st.lists(
        st.sampled_from(
            [*standard("failed", "5.1.1", "550").splitlines(), *QMAIL.splitlines(), "\x00", "Ü", ""]
        )
    ).map(lambda lines: "\n".join(lines).encode("latin-1", "replace"))
)
def test_nothing_makes_the_reader_stumble(content: bytes) -> None:
    read_reply("x.eml", content, [b"secret"])


HEAD = b"From: MAILER-DAEMON@x.example\nSubject: failure notice\n"
BOMBS = {
    "parts in parts": HEAD
    + b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (i, i) for i in range(3_000)),
    "mails in mails": HEAD + b"Content-Type: message/rfc822\n\n" * 3_000,
    "one long word": HEAD + b"\nMessage-ID: <a@b>\nx@example.com\n550 " + b"a" * 1_000_000,
    "dashes": HEAD + b"\nMessage-ID: <a@b>\n" + b"-" * 1_000_000,
    "empty lines": HEAD + b"\nMessage-ID:" + b"\n" * 500_000 + b"x",
    "encoded words": b"From: MAILER-DAEMON@x.example\nSubject: " + b"=?utf-8?b?44GC?= " * 60_000 + b"\n\nx",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_mail_made_to_keep_the_reader_busy_is_soon_done_with(bomb: bytes) -> None:
    began = time.process_time()
    read_reply("x.eml", bomb, [b"secret"])
    assert time.process_time() - began < 5
