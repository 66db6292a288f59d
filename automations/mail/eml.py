"""One frozen mail as an .eml file, as mail programs open it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from automations.core.ledger import Row
from automations.mail.whole_files import write_whole


def file_name(mail: Row) -> str:
    """Return a file name made from the mail's own id: letters, digits and ``-_.`` only, never reserved."""
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", mail.key)[:80].strip("-.")
    if plain.replace("-", ":") != mail.key:
        plain = f"{plain}-{hashlib.sha256(mail.key.encode()).hexdigest()[:8]}"
    return f"mail-{plain}.eml"


def write_eml(folder: Path, mail: Row, content: bytes) -> Path:
    """Write a mail's message into ``folder`` and return the file; once more gives the same file.

    Nobody else on the computer may read it.

    Raises:
        OSError: The folder cannot be written to.
    """
    path = folder / file_name(mail)
    write_whole(path, content, mode=0o600)
    return path
