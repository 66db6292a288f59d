"""Lists of ``code*number`` in one cell: the parts of a set, the lots a line has reserved."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PART = re.compile(r"\s*(?P<code>[^*×,、;\n]+?)\s*(?:[*×xX]\s*(?P<qty>\d{1,6}))?\s*")


def read_components(text: str) -> tuple[tuple[str, int], ...] | None:
    """Return the ``(code, number)`` pairs of ``K-001*1, K-006×2``; None when the text is not such a list.

    A code without a number counts once; blank text gives no pairs.
    """
    if not text.strip():
        return ()
    pairs: list[tuple[str, int]] = []
    for part in re.split(r"[,、;\n]", text):
        found = _PART.fullmatch(part)
        if not found or found["qty"] == "0":
            return None
        pairs.append((found["code"], int(found["qty"] or 1)))
    return tuple(pairs)


def write_components(pairs: Iterable[tuple[str, int]]) -> str:
    """Return ``K-001*1, K-006*2`` for the pairs."""
    return ", ".join(f"{code}*{qty}" for code, qty in pairs)
