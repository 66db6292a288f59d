"""Islands without a bridge: parcels take a ship or a small plane, and longer."""

from __future__ import annotations

from functools import lru_cache

# Postcodes by their first digits. Bridged islands are left out.
# Source: backoffice-practice 4.2, measured over all area codes, 2026-10.
_PREFIXES = frozenset(
    """
    04314 04315 09711 09712 09701 09702 09703 09704 078387 078395
    10001 10002 10003 10004 10005 10006 10011 10012 10013 10014 10015 10016 10017 10021 10022
    952 9580061 672010 68401 68402 68403 68404 685 72502 72503 72504
    76141 76143 76144 76146 7613110 79424 79425 8721501
    817 81151 81152 81153 81154 81155 81156 81157 853 8574
    89612 89613 89614 89615 89616 89009 89151 89152 89153
    89131 89132 89133 89134 89135 89136 89137 89142 89143 89144
    894 89161 89162 89171 89172 89173 89174 89175 89176 89177 89178 89179 89180 89181 89182 89183
    89191 89192 89193 906 907
    """.split()
)


@lru_cache(maxsize=20_000)
def is_island(postcode: str) -> bool:
    """Return whether seven bare digits lie on an island that only ships and planes reach."""
    return any(postcode[:length] in _PREFIXES for length in (3, 4, 5, 6, 7))
