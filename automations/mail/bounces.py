"""Mails that come back: delivery reports in the standard form and in those of older servers, spam reports, refusals.

Sources: RFC 3464 (delivery status), RFC 5965 (abuse reports), RFC 3463 (status codes), and the texts that Exim, qmail,
Postfix, Exchange and Japanese mobile carriers write (read 2026-11-22).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message as Mail
from email.utils import getaddresses

from automations.core.incoming import MailReply, ReplyKind
from automations.core.records import dataclass
from automations.mail.unsubscribe import mark_of

# What is read of a mail, and of a reason.
LARGEST_REPLY = 200_000
_LONGEST_REASON = 300
_LONGEST_HEADER = 2_000
_LONGEST_TEXT = 20_000
_ADDRESS = r"[A-Za-z0-9._%+/=!#$&'*?^`{|}~-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}"
_MESSAGE_ID = re.compile(r"^message-id:[ \t]*(<[^<>\s]{1,400}>)", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.])(?:[45][0-5]\d)(?![\d.])")
_FAILED_LINE = re.compile(
    rf"^[ \t>]*(?:(?:[Rr]ecipient|宛先|あて先)[ \t]*[:：][ \t]*)?<?({_ADDRESS})>?(?:[: \t(].*)?$",
    re.MULTILINE,
)
_COPY_BELOW = re.compile(
    r"^--.{0,200}(?:copy of the message|original message|below this line|元のメッセージ|ここから|headers follow)",
    re.IGNORECASE | re.MULTILINE,
)
_SENDERS = re.compile(
    r"mailer-daemon|postmaster|mail delivery (?:sub)?system|microsoftexchange", re.IGNORECASE
)
_SUBJECTS = re.compile(
    r"undeliver|returned mail|delivery (?:status|fail|delay)|delayed mail|failure notice|mail delivery failed"
    r"|could not be delivered|配信不能|配信エラー|送信エラー|不達|宛先不明|届け(?:られ|でき)ません|配送(?:エラー|遅延)|返送",
    re.IGNORECASE,
)
_UNSUBSCRIBE = re.compile(
    r"^\s*(?:unsubscribe|配信停止|配信の停止|メール停止|案内停止)(?:\s+(?P<token>\S+))?\s*$", re.IGNORECASE
)
_TOKEN_IN_ADDRESS = re.compile(r"\+(?P<token>[a-z2-7]{52})@", re.IGNORECASE)
_UNKNOWN_USER = re.compile(
    r"user (?:is )?unknown|unknown (?:user|recipient|address|local|mailbox)|no such (?:user|recipient|mailbox|address|person)"
    r"|(?:user|address|recipient|mailbox|account)[^.\n]{0,40}(?:not found|does ?n[o']t exist|not exist|disabled|inactive)"
    r"|no mailbox|invalid recipient|mailbox unavailable|host (?:or domain name )?not found|domain not found"
    r"|宛先不明|存在しません|存在しない|見つかりません|ユーザ[ーが]?不明|使われておりません|使用されていません",
    re.IGNORECASE,
)
_FULL = re.compile(r"mailbox (?:is )?full|over quota|quota exceeded|exceeded.{0,20}quota|容量", re.IGNORECASE)
_TRYING = re.compile(
    r"will (?:be )?(?:keep trying|retr|continue)|warning message only|do not need to resend|not yet been delivered|delayed"
    r"|再送(?:を続け|します)|遅延",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says of one receiver: ``action`` as in RFC 3464, ``status`` such as 5.1.1."""

    addresses: tuple[str, ...]
    action: str
    status: str
    reason: str


def concerns(mail: Mail) -> bool:
    """Return whether a mail, by its head alone, can be one that came back or a refusal; all others stay unread."""
    content = f"{mail.get_content_type()} {mail.get_param('report-type', '')}"
    subject = _decoded(mail, "Subject")
    return (
        "multipart/report" in content
        or "X-Failed-Recipients" in mail
        or mail.get("Return-Path", "").strip() == "<>"
        or bool(_SENDERS.search(_decoded(mail, "From")))
        or bool(_SUBJECTS.search(subject))
        or bool(_UNSUBSCRIBE.match(subject))
        or any(_TOKEN_IN_ADDRESS.search(address) for address in _receivers(mail))
    )


def read_reply(name: str, content: bytes, keys: Sequence[bytes] = ()) -> MailReply | None:
    """Return what a mail says came back, or who wants no more; None when it is neither.

    Args:
        name: File or mailbox it lies in.
        content: The mail as it travels, any encoding.
        keys: The secrets of the tokens (mail/unsubscribe.py).
    """
    try:
        return _read(name, content[:LARGEST_REPLY], keys)
    except RecursionError:  # parts within parts within parts: no server makes that
        return None


def _read(name: str, content: bytes, keys: Sequence[bytes]) -> MailReply | None:
    mail = message_from_bytes(content)
    if not concerns(mail):
        return None
    reply_id = mail.get("Message-ID", "").strip() or hashlib.sha256(content).hexdigest()
    refusal = _refusal(name, reply_id, mail, keys)
    if refusal is not None:
        return refusal
    about = _quoted_id(mail)
    if not about:
        return None
    if any(part.get_content_type() == "message/feedback-report" for part in mail.walk()):
        return MailReply(name, reply_id, "complaint", about)
    report = _standard(mail) or _plain(mail)
    if report is None:
        return None
    return MailReply(name, reply_id, _kind(report), about, report.addresses, reason=report.reason)


def _refusal(name: str, reply_id: str, mail: Mail, keys: Sequence[bytes]) -> MailReply | None:
    subject = _UNSUBSCRIBE.match(_decoded(mail, "Subject"))
    named = [found["token"] for address in _receivers(mail) if (found := _TOKEN_IN_ADDRESS.search(address))]
    token = (subject["token"] if subject else "") or (named[0] if named else "")
    if subject is None and not token:
        return None
    mark = mark_of(token, keys) if token else ""
    writer = () if mark else tuple(_addresses_in([_decoded(mail, "From")]))
    route = "one-click" if mail.get("X-Daicho-Route") == "one-click" and mark else "mail"
    return MailReply(name, reply_id, "unsubscribe", addresses=writer[:1], mark=mark, route=route)


def _receivers(mail: Mail) -> Iterator[str]:
    for header in ("To", "Cc", "Delivered-To", "X-Original-To"):
        yield from _addresses_in([str(value) for value in mail.get_all(header, [])])


def _addresses_in(headers: Sequence[str]) -> list[str]:
    """Return the addresses of header values; of an empty one, some versions of the library make an empty address."""
    return [address for _, address in getaddresses(list(headers)) if "@" in address]


def _kind(report: Report) -> ReplyKind:
    """Return what a report means; only where the address itself is wrong must later mails stop."""
    status = _STATUS.match(report.status)
    words = report.reason
    if report.action == "delayed" or (status and status[1] == "4") or _TRYING.search(words):
        return "delayed"
    if _FULL.search(words):
        return "returned"
    code = (status[2], status[3]) if status else ("", "")
    if code[0] == "1" or code in (("2", "1"), ("4", "4")) or _UNKNOWN_USER.search(words):
        return "bounced"
    return "returned"


def _standard(mail: Mail) -> Report | None:
    """Return what the machine-readable part says of the first receiver that failed or is delayed."""
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = [block for block in part.walk() if block is not part]
        for block in blocks:
            action = str(block.get("Action", "")).strip().lower()
            if action in ("failed", "delayed"):
                return Report(
                    _named(block), action, str(block.get("Status", "")).strip(), _reason_of(block, mail)
                )
    return None


def _named(block: Mail) -> tuple[str, ...]:
    fields = (str(block.get(name, "")) for name in ("Original-Recipient", "Final-Recipient"))
    named = (field.rpartition(";")[2].strip().strip("<>") for field in fields)
    return tuple(dict.fromkeys(address for address in named if "@" in address))


def _reason_of(block: Mail, mail: Mail) -> str:
    told = str(block.get("Diagnostic-Code", "")).partition(";")[2] or str(block.get("Status", ""))
    words = _one_line(told)
    if _UNKNOWN_USER.search(words) or _FULL.search(words):
        return words
    text = "\n".join(_texts(mail))[:_LONGEST_TEXT]
    found = _UNKNOWN_USER.search(text) or _FULL.search(text)
    return _one_line(f"{words} {found[0]}") if found and "5.0.0" in str(block.get("Status", "")) else words


def _plain(mail: Mail) -> Report | None:
    """Return what an old form says in words: the receiver on a line of its own, the reason around it."""
    text = "\n".join(_texts(mail))[:_LONGEST_TEXT]
    told = _COPY_BELOW.split(text, maxsplit=1)[0]
    failed = _addresses_in([str(mail.get("X-Failed-Recipients", ""))[:_LONGEST_HEADER]])
    lines = [found[1] for found in _FAILED_LINE.finditer(told)]
    addresses = tuple(dict.fromkeys([*failed, *lines]))
    if not addresses:
        return None
    status = _STATUS.search(told)
    code = _REPLY_CODE.search(told)
    final = status[0] if status else f"{code[0][0]}.0.0" if code else ""
    known = _UNKNOWN_USER.search(told) or _FULL.search(told) or _TRYING.search(told)
    if not final and not known:
        return None
    return Report(addresses, "failed", final, _told_of(told, addresses))


def _told_of(told: str, addresses: Sequence[str]) -> str:
    """Return the words behind the first address that failed, else the lines with a code."""
    after = told.partition(addresses[0])[2] or told
    return _one_line(after.lstrip(">:\r\n "))


def _quoted_id(mail: Mail) -> str:
    """Return the Message-ID of the mail that is quoted: attached whole, by its head, or copied into the text."""
    for part in mail.walk():
        if part is not mail and part.get_content_type() in ("message/rfc822", "message/global"):
            inner = part.get_payload(0) if part.is_multipart() else None
            if isinstance(inner, Mail) and (found := str(inner.get("Message-ID", "")).strip()):
                return found
    quoted = "\n".join(_texts(mail, ("text/plain", "text/rfc822-headers", "message/rfc822-headers")))
    line = _MESSAGE_ID.search(
        re.sub(r"(?i)^(message-id:)[ \t]*\r?\n[ \t]+", r"\1 ", quoted, flags=re.MULTILINE)
    )
    return line[1] if line else ""


def _texts(mail: Mail, kinds: Sequence[str] = ("text/plain",)) -> Iterator[str]:
    for part in mail.walk():
        if part.get_content_type() in kinds and not part.is_multipart():
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                yield _text(payload, part.get_content_charset() or "")


def _text(payload: bytes, charset: str) -> str:
    """Return text in the character set that is named, or that it must be: these mails often name none or a wrong one."""
    guesses = ("iso-2022-jp" if b"\x1b$" in payload else charset or "utf-8", "utf-8", "cp932")
    for guess in guesses:
        try:
            return payload.decode(guess)
        except (LookupError, UnicodeDecodeError):
            continue
    return payload.decode("ascii", "replace")


def _decoded(mail: Mail, header: str) -> str:
    written = next((str(raw) for name, raw in mail.raw_items() if name.lower() == header.lower()), "")
    written = written[:_LONGEST_HEADER]
    if not written.isascii() or "\x1b" in written:  # written as it is, against the rules
        return _text(written.encode("utf-8", "surrogateescape"), "")
    try:
        return str(make_header(decode_header(written)))
    except (LookupError, ValueError, UnicodeError):
        return written


def _one_line(text: str) -> str:
    start = text[: 2 * _LONGEST_REASON]
    plain = " ".join("".join(char if char.isprintable() else " " for char in start).split())
    return re.sub(_ADDRESS, "…", plain)[:_LONGEST_REASON]
