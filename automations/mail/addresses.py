"""One e-mail address as mail servers take it: exactly one, in ASCII."""

from __future__ import annotations

import re
from email.headerregistry import Address
from functools import lru_cache

_PART = re.compile(r"[^\s@,;:<>()\[\]\\\"\x00-\x1f\x7f]+")


@lru_cache(maxsize=1024)
def one_address(written: str) -> Address | None:
    """Return the one address that ``written`` is, its domain in ASCII (punycode); None when it is anything else.

    Oddities that phone companies once allowed (two dots, a dot before ``@``) are no reason to refuse one.
    """
    user, _, domain = written.rpartition("@")
    if not domain.isascii():
        domain = _punycode(domain)
    if not (user.isascii() and _PART.fullmatch(user) and _PART.fullmatch(domain)):
        return None
    return Address("", user, domain)


def _punycode(domain: str) -> str:
    import idna  # noqa: PLC0415 - few domains need it

    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return ""
