"""One frozen mail as a message and as an .eml file: the same bytes however often it is made."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from automations.core.errors import DaichoError
from automations.core.ledger import Row
from automations.core.messages import Message, msg
from automations.core.shop import Shop
from automations.mail.whole_files import write_whole

# Seven-bit bodies pass every server; Japanese text becomes base64.
_SEVEN_BIT = SMTP.clone(cte_type="7bit")
_ADDRESS = re.compile(r"[^\s@,;:<>()\[\]\\\"\x00-\x1f\x7f]+")
# Made of parts that were looked at one by one.
_CHECKED = frozenset({"To", "Date", "Message-ID"})
_MESSAGE_ID = re.compile(r"<[^\s<>@]+@[^\s<>@]+>")


class _Remembering(EmailPolicy):
    """The same policy for many mails: headers that all of them have are parsed and folded once, checked ones never."""

    def header_max_count(self, name: str) -> int | None:
        return _max_count(name)

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:  # noqa: ANN401 - the library's own types
        if name in _CHECKED and str(value).isascii():
            return name, str(value)
        return _parsed(name, value) if isinstance(value, str) else super().header_store_parse(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:  # noqa: ANN401 - as above
        return _folded(name, value)


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


def build_message(mail: Row, shop: Shop, language: str = "ja") -> EmailMessage:
    """Return the message of a row of the mail tab: one receiver, the frozen text, id and date.

    Raises:
        MailRefused: Subject or names hold a line end, an address is not exactly one, or the id is missing.
    """
    message = EmailMessage(policy=_POLICY)
    message["From"] = str(_address(mail, shop.email, _one_line(mail, shop.name)))
    message["To"] = _address(mail, mail.text("to"))
    message["Subject"] = _one_line(mail, mail.text("subject"))
    message["Date"] = format_datetime(_made_at(mail))
    message["Message-ID"] = _checked_id(mail)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text("text"), charset="utf-8")
    message["Content-Language"] = language
    return message


def file_name(mail: Row) -> str:
    """Return a file name made from the mail's own id: letters, digits and ``-_.`` only, never reserved."""
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", mail.key)[:80].strip("-.")
    if plain.replace("-", ":") != mail.key:
        plain = f"{plain}-{hashlib.sha256(mail.key.encode()).hexdigest()[:8]}"
    return f"mail-{plain}.eml"


def write_eml(folder: Path, mail: Row, shop: Shop, language: str = "ja") -> Path:
    """Write the message into ``folder`` and return the file; once more gives the same bytes.

    Nobody else on the computer may read it.

    Raises:
        MailRefused: See ``build_message``.
        OSError: The folder cannot be written to.
    """
    content = build_message(mail, shop, language).as_bytes()
    path = folder / file_name(mail)
    write_whole(path, content, mode=0o600)
    return path


def _address(mail: Row, written: str, name: str = "") -> Address:
    user, _, domain = written.rpartition("@")
    if not (written.isascii() and _ADDRESS.fullmatch(user) and _ADDRESS.fullmatch(domain)):
        raise MailRefused(mail.key, msg("'{address}' is not exactly one e-mail address.", address=written))
    return Address(name, user, domain)


def _one_line(mail: Row, text: str) -> str:
    if not text.strip() or not all(char.isprintable() for char in text):
        raise MailRefused(mail.key, msg("'{text}' cannot stand in the head of a mail.", text=text))
    return text


def _made_at(mail: Row) -> datetime:
    made = mail.moment("made_at") or mail.moment("due_at")
    if made is None:
        raise MailRefused(mail.key, msg("The mail has no date."))
    return made.replace(microsecond=0)


def _checked_id(mail: Row) -> str:
    if not _MESSAGE_ID.fullmatch(mail.text("message_id")):
        raise MailRefused(mail.key, msg("The mail has no Message-ID."))
    return mail.text("message_id")
