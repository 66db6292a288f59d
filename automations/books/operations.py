"""Operation ids: the name of one commit, and of the backup it leaves."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from secrets import token_hex

_FORM = re.compile(r"\d{8}-\d{12}-[0-9a-f]{8}")


def new_op() -> str:
    """Return a new operation id, ``20261124-010203123456-9f3a2b1c``: UTC time, so that ids sort, and a random part."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S%f}-{token_hex(4)}"


def moment_of(op: str) -> datetime:
    """Return the moment (UTC, whole seconds) of an operation id.

    Raises:
        ValueError: It is not an operation id.
    """
    return datetime.strptime(op[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)


def day_of(op: str) -> date | None:
    """Return the UTC day of an operation id, None for any other text."""
    if not _FORM.fullmatch(op):
        return None
    try:
        return date.fromisoformat(op[:8])
    except ValueError:
        return None
