"""One e-mail address as mail servers take it: exactly one, in ASCII."""

from __future__ import annotations

import re
from email.headerregistry import Address
from functools import lru_cache

# ``=?`` would be read as an encoded word, and so as another address.
_USER = re.compile(r"(?!.*=\?)[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_LONGEST = 254


@lru_cache(maxsize=1024)
def one_address(written: str) -> Address | None:
    """Return the one address that ``written`` is, its domain in ASCII (punycode); None when it is anything else.

    Oddities that phone companies once allowed (two dots, a dot before ``@``) are no reason to refuse one.
    """
    user, _, domain = written.rpartition("@")
    if not domain.isascii():
        domain = _punycode(domain)
    if len(user) + len(domain) >= _LONGEST or not (_USER.fullmatch(user) and _DOMAIN.fullmatch(domain)):
        return None
    return Address("", user, domain)


def _punycode(domain: str) -> str:
    import idna  # noqa: PLC0415 - few domains need it

    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return ""
