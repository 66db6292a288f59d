"""Money as whole minor units (yen, cents), never floating point."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from automations.core.declare import Problems
from automations.core.messages import msg
from automations.core.text import without_unseen

# ISO 4217 currencies whose minor unit is not one hundredth (standard's table A.1, read 2026-11).
_OTHER_DIGITS = (
    dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(),
        0,
    )
    | dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)
    | dict.fromkeys(["CLF", "UYW"], 4)
)
_DECORATION = re.compile(r"[\s,円¥$€£]|-$|\(税込\)|税込")

# A sheet keeps 15 digits of a number.
_MOST = 10**15
# Bookkeepers write a negative amount with a triangle.
_MINUS = str.maketrans("−▲△", "---")


def digits_of(currency: str) -> int:
    """Return how many decimal places ``currency`` (ISO 4217) has; JPY 0, USD 2."""
    return _OTHER_DIGITS.get(currency, 2)


def check_currency(currency: str, where: str, problems: Problems) -> None:
    """Note a currency that is not written as its ISO 4217 code."""
    if not re.fullmatch(r"[A-Z]{3}", currency):
        problems.add(
            "unknown-currency",
            where,
            msg("'{currency}' is not the code of a currency.", currency=currency),
            msg("Write its three capital letters, for example JPY or USD."),
        )


def to_minor(written: str | float | Decimal, currency: str) -> int | None:
    """Return an amount in minor units, or None when it is not an amount of that currency.

    Accepts what people type: ``1,080円``, ``￥1,080-``, full-width digits. A fraction finer
    than the currency's smallest coin is refused, not rounded.
    """
    if isinstance(written, str):
        plain = unicodedata.normalize("NFKC", without_unseen(written))
        written = _DECORATION.sub("", plain.translate(_MINUS))
        if not re.fullmatch(r"-?\d+(\.\d+)?", written):
            return None
    if isinstance(written, float):
        written = f"{written:.15g}"  # what a sheet shows of a sum: 121, not 121.00000000000001
    try:
        minor = Decimal(str(written)).scaleb(digits_of(currency))
    except InvalidOperation:
        return None
    if not minor.is_finite() or abs(minor) > _MOST or minor != minor.to_integral_value():
        return None
    return int(minor)


def to_major(minor: int, currency: str) -> int | Decimal:
    """Return the amount as a number for a cell: 1080 yen, or 12.50 dollars as an exact decimal."""
    digits = digits_of(currency)
    return Decimal(minor).scaleb(-digits) if digits else minor


def written(minor: int, currency: str) -> str:
    """Return the amount with thousands separators, without a currency sign: ``1,080`` or ``12.50``."""
    return f"{to_major(minor, currency):,}"


def tax_included(gross: int, rate: int) -> int:
    """Return the consumption tax inside a tax-inclusive sum, rounded down once.

    Source: backoffice-practice 6.2 (one rounding per rate and document).
    """
    return gross * rate // (100 + rate)
