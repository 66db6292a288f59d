"""One frozen mail as an .eml file, as mail programs open it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from automations.core.ledger import Row
from automations.core.shop import Shop
from automations.mail.message import NO_HEADERS, build_message
from automations.mail.whole_files import write_whole


def file_name(mail: Row) -> str:
    """Return a file name made from the mail's own id: letters, digits and ``-_.`` only, never reserved."""
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", mail.key)[:80].strip("-.")
    if plain.replace("-", ":") != mail.key:
        plain = f"{plain}-{hashlib.sha256(mail.key.encode()).hexdigest()[:8]}"
    return f"mail-{plain}.eml"


def write_eml(
    folder: Path,
    mail: Row,
    shop: Shop,
    language: str = "ja",
    *,
    html: str = "",
    headers: Mapping[str, str] = NO_HEADERS,
) -> Path:
    """Write the message into ``folder`` and return the file; once more gives the same bytes.

    Nobody else on the computer may read it.

    Raises:
        MailRefused: See ``build_message``, which takes the other arguments.
        OSError: The folder cannot be written to.
    """
    content = build_message(mail, shop, language, html=html, headers=headers).as_bytes()
    path = folder / file_name(mail)
    write_whole(path, content, mode=0o600)
    return path
