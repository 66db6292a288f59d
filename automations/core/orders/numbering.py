"""Numbers the program gives: H-00001, C-00001, M-00001, and the lines of an order."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable

_DIGITS = 5


class Numbers:
    """Counts up from the highest number of one kind that was ever used."""

    def __init__(self, prefix: str, used: Iterable[str]) -> None:
        pattern = re.compile(re.escape(prefix) + r"(\d{1,9})")
        self._prefix = prefix
        self._last = max((int(found[1]) for key in used if (found := pattern.fullmatch(key))), default=0)

    def following(self) -> str:
        """Return the next number; each call gives a new one."""
        self._last += 1
        return f"{self._prefix}{self._last:0{_DIGITS}}"


class LineNumbers:
    """Gives ``1044-1``, ``1044-2`` … to the lines of order 1044, above those it has."""

    def __init__(self, used: Iterable[str]) -> None:
        self._last: dict[str, int] = {}
        for key in used:
            order_id, _, digits = key.rpartition("-")
            if digits.isdecimal() and len(digits) < 7:
                self._last[order_id] = max(self._last.get(order_id, 0), int(digits))

    def following(self, order_id: str) -> str:
        """Return the next line number of an order; each call gives a new one."""
        self._last[order_id] = self._last.get(order_id, 0) + 1
        return f"{order_id}-{self._last[order_id]}"


def shipment_id(order_id: str, number: int, taken: Collection[str]) -> str:
    """Return a readable id of at most 16 letters and digits, which every carrier's reference field takes."""
    plain = re.sub(r"[^A-Z0-9]", "", unicodedata.normalize("NFKC", order_id).upper())[-12:]
    digest = hashlib.sha256(order_id.encode()).hexdigest().upper()
    for stem in (plain, f"H{digest[:8]}"):
        if stem and f"{stem}P{number}" not in taken:
            return f"{stem}P{number}"
    return f"H{digest[8:19]}P{number}"
