"""Reads a mail that is put into words as a careful person would before it goes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

from automations.core.mails.kinds import MailKind
from automations.core.messages import Message, msg
from automations.core.records import dataclass
from automations.core.text import half_width_length
from automations.mail.wording import LINE_WIDTH

Level = Literal["error", "warning"]
# What mail programs show of a subject on a telephone is about half of this.
_LONGEST_SUBJECT = 70
# Lines are broken when a mail is put into words, but for those with a web address; two more for closing brackets.
_LONGEST_LINE = LINE_WIDTH + 2
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{%|%\}|\{[a-z_.]+\}|〇〇|○○|●●|××様|TODO|XXX|\bNone\b|\bundefined\b")
_TITLES = re.compile(r"様[\s　]*様|様[\s　]*御中|御中[\s　]*様|御中[\s　]*御中|さま[\s　]*様|殿[\s　]*様")
_ALONE = re.compile(r"(?m)^[ 　]*(?:様|御中)[ 　]*$|^Dear[ ]*,$")
_SELLING = re.compile(
    r"クーポン|coupon|割引コード|プレゼント|セール|キャンペーン|\bsale\b|% ?(?:off|OFF)|％オフ|おすすめ商品|新商品",
    re.IGNORECASE,
)
# The same signs as in JIS X 0208, under the numbers that Windows gives them.
_AS_WINDOWS_TYPES = frozenset("～－∥￠￡￢―")
_LINK = re.compile(r"(?:https?://|www\.)[^\s「」、。<>]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Remark:
    """What strikes the reader: a code, the words it is about, why they are wrong, how to mend them."""

    code: str
    found: str
    why: Message
    fix: Message
    level: Level = "error"


def proofread(mail: MailKind, subject: str, text: str, allowed_links: frozenset[str]) -> Iterator[Remark]:
    """Yield what is wrong with a mail in words; ``allowed_links`` are beginnings of addresses an order needs."""
    yield from _of_subject(subject)
    yield from _of_text(text)
    if mail.is_transactional:
        yield from _selling(f"{subject}\n{text}", allowed_links)


def _of_subject(subject: str) -> Iterator[Remark]:
    odd = "".join(dict.fromkeys(char for char in subject if not _is_everywhere(char)))
    if odd:
        yield Remark(
            "mail-subject-signs",
            odd[0],
            msg("Not every mail program shows these signs of the subject: {signs}", signs=odd),
            msg("Write them in another way, for example (1) and (株)."),
        )
    if half_width_length(subject) > _LONGEST_SUBJECT:
        yield Remark(
            "mail-subject-long",
            subject,
            msg("The subject is long; telephones cut it off: {subject}", subject=subject),
            msg("Keep it to {most} half-width characters.", most=_LONGEST_SUBJECT),
            "warning",
        )


def _is_everywhere(char: str) -> bool:
    """Return whether a sign is part of JIS X 0208, which every mail program in Japan shows."""
    if char.isascii():
        return char.isprintable()
    if char in _AS_WINDOWS_TYPES:
        return True
    try:
        char.encode("iso2022_jp")
    except UnicodeEncodeError:
        return False
    return unicodedata.category(char)[0] != "C"


def _of_text(text: str) -> Iterator[Remark]:
    if found := _PLACEHOLDER.search(text):
        yield Remark(
            "mail-placeholder",
            found[0],
            msg("'{found}' was left in the text.", found=found[0]),
            msg("Put the value there, or take it out."),
        )
    if found := _TITLES.search(text) or _ALONE.search(text):
        yield Remark(
            "mail-title",
            found[0],
            msg("The customer would be addressed as '{found}'.", found=found[0].strip()),
            msg("Use {{{{ addressee }}}} alone; it comes with 様 or 御中."),
        )
    for line in text.split("\n"):
        if half_width_length(line) > _LONGEST_LINE and not _LINK.fullmatch(line.strip()):
            yield Remark(
                "mail-line-long",
                found[0] if (found := _LINK.search(line)) else line,
                msg("This line is too long and cannot be broken: {line}…", line=line[:20]),
                msg("Put the web address on a line of its own."),
                "warning",
            )
            return


def _selling(written: str, allowed_links: frozenset[str]) -> Iterator[Remark]:
    """Yield what makes a mail about an order advertising by law, whatever mails.yaml calls it (safety L1)."""
    if found := _SELLING.search(written):
        yield Remark(
            "mail-sells",
            found[0],
            msg("'{found}' in a mail about an order makes it advertising.", found=found[0]),
            msg("Take it out, or write 'mail_class: advertising' in mails.yaml and add the footer."),
        )
    for found in _LINK.finditer(written):
        if not found[0].startswith(tuple(allowed_links)):
            yield Remark(
                "mail-link",
                found[0],
                msg(
                    "'{found}' is neither the shop's own page nor a carrier's tracking page.", found=found[0]
                ),
                msg("Take the link out, if customers do not need it for their order."),
                "warning",
            )
            return
