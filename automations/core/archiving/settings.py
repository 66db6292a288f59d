"""How long closed orders stay in the ledger: the block ``archive:`` of shop.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field

from automations.core.declare import Problems
from automations.core.mails.kinds import MailKind
from automations.core.messages import msg
from automations.core.records import dataclass

_NAME = re.compile(r"\d{4}(?:-\d{1,3})?")
_GOOGLE = "google:"


@dataclass(frozen=True)
class Archiving:
    """When rows go to the archive, and where an archive of a Google ledger lives.

    Attributes:
        after_days: Days since an order was closed; runs and counted movements go after as many.
        keep_mail_text_days: Days after sending until the text of a mail is replaced by its hash.
        books: Spreadsheet of each archive by its name: ``2026``, and ``2026-2`` where one is full.
    """

    after_days: int = 90
    keep_mail_text_days: int = 30
    books: Mapping[str, str] = field(default_factory=dict)


def check_archiving(settings: Archiving, mails: Mapping[str, MailKind], problems: Problems) -> None:
    """Note settings under which an order would leave before all that follows from it has happened."""
    needed = max(
        (mail.longest_days + mail.quiet_days for mail in mails.values() if not mail.is_late), default=0
    )
    if settings.after_days < max(needed, 1):
        problems.add(
            "archive-too-soon",
            "shop.yaml: archive.after_days",
            msg("Mails about an order may still be due {needed} days after it.", needed=needed),
            msg("Write {needed} or more.", needed=max(needed, 1)),
        )
    if settings.keep_mail_text_days < 0:
        problems.add(
            "archive-too-soon",
            "shop.yaml: archive.keep_mail_text_days",
            msg("The text of a mail cannot go before the mail was sent."),
            msg("Write 0 or more."),
        )
    for name, book in settings.books.items():
        if not (_NAME.fullmatch(name) and book.startswith(_GOOGLE) and book.removeprefix(_GOOGLE)):
            problems.add(
                "archive-book",
                f"shop.yaml: archive.books.{name}",
                msg("This is no year with its spreadsheet."),
                msg("Write it like 2026: google:ID, and 2026-2: google:ID where one is full."),
            )
