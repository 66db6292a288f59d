"""JAN and UPC numbers: length and check digit."""

from __future__ import annotations

LENGTHS = (8, 12, 13)


def check_digit(body: str) -> int:
    """Return the check digit for the digits before it: weights 3 and 1 from the right.

    Source: GS1 General Specifications, section 7.9; counts alike for 8, 12 and 13 digits.
    """
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return -weighted % 10


def is_barcode(code: str) -> bool:
    """Return whether ``code`` is 8, 12 or 13 digits with the right check digit."""
    if len(code) not in LENGTHS or not (code.isascii() and code.isdigit()):
        return False
    return check_digit(code[:-1]) == int(code[-1])
