"""What may be wrong with one readable cell, by the type of its column."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from functools import partial

from automations.core.checks.barcodes import is_barcode
from automations.core.checks.contacts import email_problem, phone_problem, unusual_emails, unusual_phones
from automations.core.mails.due import wants_no_mail
from automations.core.messages import Message, msg
from automations.core.places.postcodes import (
    EmailCheck,
    PhoneCheck,
    PostcodeLookup,
    prefectures_by_prefix,
    prefectures_of,
)
from automations.core.plan import Level
from automations.core.records import dataclass
from automations.core.schema import Column
from automations.core.values import Value

# Lines may be broken inside a cell; everything else below U+0020, and U+007F to U+009F, shows as nothing.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_YEARS = frozenset(range(2000, 2101))


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a value, why, and how to mend it."""

    code: str
    why: Message
    fix: Message
    level: Level = "warning"


@dataclass(frozen=True)
class Lookups:
    """Where checks ask about the world outside the ledger."""

    postcodes: PostcodeLookup
    phones: PhoneCheck
    emails: EmailCheck


@dataclass(frozen=True, slots=True)
class CellCheck:
    """The check of one column.

    Attributes:
        wrong_of: What is wrong with one value, None when nothing is.
        doubtful: A quick look at all values of a column at once, which leaves those to be looked at one by one.
    """

    wrong_of: Callable[[Value], Wrong | None]
    doubtful: Callable[[Sequence[Value]], Iterable[Value]] = set

    def wrong_among(self, values: Sequence[Value]) -> set[Value]:
        """Return the wrong ones; each distinct value is looked up once. None is a blank cell and never wrong."""
        doubtful = self.doubtful(values)
        return {value for value in doubtful if value is not None and self.wrong_of(value) is not None}


def check_for(column: Column, lookups: Lookups) -> CellCheck | None:
    """Return the check of a column's cells, None when reading has seen to everything."""
    checks = {
        "postcode": CellCheck(partial(_postcode, lookups.postcodes)),
        "phone": CellCheck(partial(_phone, lookups.phones), _unusual(unusual_phones)),
        "email": CellCheck(partial(_email, lookups.emails), _unusual(unusual_emails)),
        "jan": CellCheck(_barcode),
        "date": CellCheck(_day, _days_of_odd_years),
        "datetime": CellCheck(_day, _days_of_odd_years),
        "text": CellCheck(_text, _texts_with_control),
        "code": CellCheck(_text, _texts_with_control),
    }
    return checks.get(column.type)


def prefecture_mismatch(postcode: str, prefecture: str, postcodes: PostcodeLookup) -> Wrong | None:
    """Return what to say when a postcode lies in another prefecture; the master decides, its digits if need be."""
    towns = postcodes(postcode)
    if any(town.prefecture == prefecture for town in towns):
        return None
    places = prefectures_of(towns) or prefectures_by_prefix(postcode)
    if not places or prefecture in places:
        return None
    return Wrong(
        "postcode-prefecture",
        msg("This postcode lies in {places}, not in {prefecture}.", places=places, prefecture=prefecture),
        msg("Correct the postcode or the prefecture."),
    )


def _postcode(postcodes: PostcodeLookup, postcode: Value) -> Wrong | None:
    if postcodes(str(postcode)):
        return None
    if prefectures_by_prefix(str(postcode)):
        return Wrong(
            "unknown-postcode",
            msg("The postcode is not in the list of Japan Post; it may be mistyped or very new."),
            msg("Compare it with the address and correct it."),
        )
    return Wrong(
        "unknown-postcode",
        msg("No postcode in Japan begins like this."),
        msg("Ask the customer, or look the address up and correct it."),
    )


_PHONE_WHY = {
    "length": msg("A phone number has 10 digits, or 11 when it begins with 050, 060, 070, 080, 090 or 0800."),
    "prefix": msg("No phone number in Japan begins like this."),
    "repeated": msg("The number is one digit all the way."),
}


def _phone(phones: PhoneCheck, digits: Value) -> Wrong | None:
    problem = phone_problem(str(digits), phones)
    if not problem:
        return None
    return Wrong("wrong-phone", _PHONE_WHY[problem], msg("Correct the number, or ask the customer for it."))


def _email(emails: EmailCheck, email: Value) -> Wrong | None:
    problem = email_problem(str(email), emails)
    if not problem or wants_no_mail(str(email)):
        return None
    if problem == "odd-dots":
        return Wrong(
            "odd-email",
            msg(
                "Dots stand here as only old addresses of phone companies have them; some mail servers refuse them."
            ),
            msg("If mails come back, ask the customer for another address."),
        )
    return Wrong(
        "wrong-email",
        msg("This is not an e-mail address, so no mail can reach the customer."),
        msg("Correct it, or empty the cell."),
    )


def _barcode(code: Value) -> Wrong | None:
    if is_barcode(str(code)):
        return None
    return Wrong(
        "wrong-barcode",
        msg("A JAN has 8, 12 or 13 digits, and its last digit is worked out from the others; this is none."),
        msg("Copy the number from the package again."),
    )


def _day(moment: Value) -> Wrong | None:
    if not isinstance(moment, date) or moment.year in _YEARS:
        return None
    return Wrong(
        "implausible-date",
        msg("The year {year} cannot be right.", year=moment.year),
        msg("Correct the date."),
        "error",
    )


def _days_of_odd_years(days: Sequence[Value]) -> Iterable[Value]:
    return () if {day.year for day in days if isinstance(day, date)} <= _YEARS else set(days)


def _texts_with_control(texts: Sequence[Value]) -> Iterable[Value]:
    together = "".join([text for text in texts if isinstance(text, str)])
    return () if together.isprintable() or not _CONTROL.search(together) else set(texts)


def _unusual(
    among: Callable[[Collection[str]], Collection[str]],
) -> Callable[[Sequence[Value]], Iterable[Value]]:
    return lambda values: among({value for value in values if isinstance(value, str)})


def _text(text: Value) -> Wrong | None:
    if not isinstance(text, str) or text.isprintable() or not _CONTROL.search(text):
        return None
    return Wrong(
        "control-character",
        msg("The cell contains a character that cannot be seen and breaks files."),
        msg("Type the text again instead of pasting it."),
    )
