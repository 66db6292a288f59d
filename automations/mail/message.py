"""One frozen mail as it travels: text and HTML, one receiver, the same bytes however often it is made."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from automations.core.errors import DaichoError
from automations.core.ledger import Row
from automations.core.messages import Message, msg
from automations.core.shop import Shop
from automations.mail.addresses import one_address
from automations.mail.headers import encoded, mailbox

# Seven-bit bodies pass every server; Japanese text becomes base64.
_SEVEN_BIT = SMTP.clone(cte_type="7bit")
_MESSAGE_ID = re.compile(r"<[^\s<>@]+@[^\s<>@]+>")
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class _Final(str):
    """A header's value as it is sent: looked at, encoded and folded."""

    __slots__ = ()


class _Remembering(EmailPolicy):
    """The standard policy for many mails: what all of them have is parsed and folded once, what is final never."""

    def header_max_count(self, name: str) -> int | None:
        return _max_count(name)

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:  # noqa: ANN401 - the library's own types
        if isinstance(value, _Final):
            return name, value
        return _parsed(name, value) if isinstance(value, str) else super().header_store_parse(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:  # noqa: ANN401 - as above
        return f"{name}: {value}\r\n".encode("ascii") if isinstance(value, _Final) else _folded(name, value)


@lru_cache(maxsize=32)
def _max_count(name: str) -> int | None:
    return _SEVEN_BIT.header_max_count(name)


@lru_cache(maxsize=32)
def _parsed(name: str, value: str) -> tuple[str, Any]:
    return _SEVEN_BIT.header_store_parse(name, value)


@lru_cache(maxsize=32)
def _folded(name: str, value: Any) -> bytes:  # noqa: ANN401 - as above
    return _SEVEN_BIT.fold_binary(name, value)


_POLICY = _Remembering(linesep=_SEVEN_BIT.linesep, cte_type=_SEVEN_BIT.cte_type)


class MailRefused(DaichoError):
    """A mail row cannot become a message: a header is not one line, or there is not exactly one address."""

    def __init__(self, mail: str, why: Message) -> None:
        self.mail = mail
        super().__init__(
            "mail-refused",
            why,
            msg("Correct the order or shop.yaml, and let the mail be made anew."),
            where=mail,
        )


def build_message(
    mail: Row, shop: Shop, language: str = "ja", *, html: str = "", headers: Mapping[str, str] = _NO_HEADERS
) -> EmailMessage:
    """Return the message of a row of the mail tab: one receiver, the frozen text, id and date.

    Args:
        mail: The row.
        shop: The sender.
        language: Of the text.
        html: The same text as a page; mail programs that show pages prefer it. ``""`` for text alone.
        headers: Further header lines in ASCII, ``List-Unsubscribe`` for example.

    Raises:
        MailRefused: Subject or names hold a line end, an address is not exactly one, the id is missing, or the text
            cannot be encoded.
    """
    message = EmailMessage(policy=_POLICY)
    message["From"] = _Final(mailbox(_one_line(mail, shop.name), _address(mail, shop.email)))
    message["To"] = _Final(_address(mail, mail.text("to")))
    message["Subject"] = _Final(encoded(_one_line(mail, mail.text("subject"))))
    message["Date"] = _Final(format_datetime(_made_at(mail)))
    message["Message-ID"] = _Final(_checked_id(mail))
    message["Auto-Submitted"] = "auto-generated"
    for name, value in headers.items():
        message[name] = _Final(_plain(mail, value))
    _fill(message, _text(mail), html)
    message["Content-Language"] = language
    return message


def _fill(message: EmailMessage, text: str, html: str) -> None:
    message.set_content(text, charset="utf-8")
    if html:
        message.add_alternative(html, subtype="html", charset="utf-8")
        # Nobody can write a text that holds its own digest, so no text can end its part and begin another.
        digest = hashlib.sha256(f"{message['Message-ID']}{text}{html}".encode()).hexdigest()
        message.set_boundary(f"=_{digest[:32]}")


def _address(mail: Row, written: str) -> str:
    found = one_address(written)
    if found is None:
        raise MailRefused(mail.key, msg("'{address}' is not exactly one e-mail address.", address=written))
    return found.addr_spec


def _one_line(mail: Row, text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise MailRefused(mail.key, msg("'{text}' cannot stand in the head of a mail.", text=text))
    return text


def _text(mail: Row) -> str:
    text = mail.text("text")
    if _HALF_CHARACTER.search(text):
        raise MailRefused(mail.key, msg("The text of the mail holds a damaged character."))
    return text


def _plain(mail: Row, text: str) -> str:
    if not text.isascii():
        raise MailRefused(mail.key, msg("'{text}' cannot stand in the head of a mail.", text=text))
    return _one_line(mail, text)


def _made_at(mail: Row) -> datetime:
    made = mail.moment("made_at") or mail.moment("due_at")
    if made is None:
        raise MailRefused(mail.key, msg("The mail has no date."))
    return made.replace(microsecond=0)


def _checked_id(mail: Row) -> str:
    found = mail.text("message_id")
    if not (found.isascii() and _MESSAGE_ID.fullmatch(found)):
        raise MailRefused(mail.key, msg("The mail has no Message-ID."))
    return found
