"""Phone numbers and e-mail addresses: what plainly fits, and what needs a second opinion."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal

from automations.core.places.postcodes import EmailCheck, PhoneCheck

# Practice 7.3. 060 is being opened for mobiles; 020 numbers belong to machines; 0800 has eleven digits.
_ELEVEN_DIGITS = re.compile(r"(?:0[5-9]0|0800)\d+")
_TEN_DIGITS = re.compile(r"0[1-9](?!0)\d{8}")
_MACHINES = "020"
_SAME_DIGIT = re.compile(r"0?(\d)\1+")
_EMAIL = r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
_PLAIN_EMAIL = re.compile(_EMAIL)
# The same for many at once, one a line.
_EMAIL_LINES = re.compile(rf"^{_EMAIL}$", re.MULTILINE)
_PHONE_LINES = re.compile(
    r"^(?!0?(\d)\1+$)(?:0[5-9]0\d{8}|0800\d{7}|0[1-9](?!0)\d{8})$", re.MULTILINE | re.ASCII
)
_SHORT_EMAIL = 64
# Carriers once gave out addresses that the standard forbids; they are real and receive mail (practice 7.7).
_LENIENT_DOMAINS = frozenset({"docomo.ne.jp", "ezweb.ne.jp", "au.com", "disney.ne.jp"})

PhoneProblem = Literal["", "length", "prefix", "repeated"]
EmailProblem = Literal["", "odd-dots", "wrong"]


def phone_problem(digits: str, phones: PhoneCheck) -> PhoneProblem:
    """Return why bare digits cannot be called, ``""`` when they can.

    ``length``: not 10 or 11 digits, or not the number that its beginning asks for. ``prefix``: no such
    beginning. ``repeated``: one digit all the way. Source: backoffice-practice 7.3.
    """
    if _SAME_DIGIT.fullmatch(digits):
        return "repeated"
    if len(digits) not in (10, 11):
        return "length"
    fits = _ELEVEN_DIGITS if len(digits) == 11 else _TEN_DIGITS
    if fits.fullmatch(digits):
        return ""
    if _ELEVEN_DIGITS.match(digits) or (len(digits) == 11 and _TEN_DIGITS.match(digits)):
        return "length"
    return "" if not digits.startswith(_MACHINES) and phones(digits) else "prefix"


def unusual_phones(phones: Collection[str]) -> Collection[str]:
    """Return the numbers of which `phone_problem` may have something to say, found quickly among many."""
    return _unmatched(_PHONE_LINES, phones)


def unusual_emails(emails: Collection[str]) -> Collection[str]:
    """Return the addresses of which `email_problem` may have something to say, found quickly among many."""
    long = [email for email in emails if len(email) > _SHORT_EMAIL]
    return [*long, *_unmatched(_EMAIL_LINES, emails)]


def _unmatched(lines: re.Pattern[str], texts: Collection[str]) -> Collection[str]:
    written = "\n".join(texts)
    if written.count("\n") >= len(texts):
        return texts
    return [text for text in lines.sub("", written).split("\n") if text]


def email_problem(email: str, emails: EmailCheck) -> EmailProblem:
    """Return why mail to ``email`` may not arrive, ``""`` when its form is right.

    ``odd-dots``: dots as only old addresses of phone companies have them; mail does arrive. ``wrong``: not
    an address. Plain addresses never ask ``emails``.
    """
    local, _, domain = email.rpartition("@")
    if len(email) > 254 or len(local) > 64:
        return "wrong"
    if _PLAIN_EMAIL.fullmatch(email):
        return ""
    if domain.lower() in _LENIENT_DOMAINS and _PLAIN_EMAIL.fullmatch(f"{_without_odd_dots(local)}@{domain}"):
        return "odd-dots"
    return "" if emails(email) else "wrong"


def _without_odd_dots(local: str) -> str:
    return re.sub(r"\.+", ".", local).strip(".")
