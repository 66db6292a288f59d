"""How far this computer last saw each Google ledger: a check against restored versions, never a state to rely on.

Losing the file loses the check and nothing else.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path

from automations.app.configuration import Configuration
from automations.books.google.addresses import is_google, spreadsheet_key
from automations.core import journal
from automations.core.errors import LedgerRefused
from automations.core.messages import msg
from automations.core.records import dataclass
from automations.core.snapshot import Snapshot

_MOST = 200


@dataclass(frozen=True)
class Seen:
    """How many commits a ledger had when it was last seen, and the last of them."""

    number: int
    op: str


def refuse_older(configuration: Configuration, snapshot: Snapshot) -> None:
    """Refuse a ledger that is older than what was seen: what was sent since would be sent again.

    Raises:
        LedgerRefused: A person brought an older version back.
    """
    if not is_google(configuration.ledger):
        return  # a workbook has its backups beside it, which tell the same (see books/workbook.py)
    known = _all().get(snapshot.ledger_id)
    if known is not None and _is_older(known, configuration, snapshot):
        raise LedgerRefused(
            "ledger-restored",
            msg(
                "The ledger is an older version: it stands at save {number}; this computer has seen save {seen}.",
                number=snapshot.number,
                seen=known.number,
            ),
            msg(
                "Bring the newest version back (File > Version history). To go on from the older one run "
                "`daicho adopt`; mails that wait are held then, since they may be out already."
            ),
            where=msg("the Google spreadsheet"),
            value=spreadsheet_key(configuration.ledger),
        )


def remember(configuration: Configuration, snapshot: Snapshot) -> None:
    """Note how far a Google ledger has come; a computer that cannot keep the note does without."""
    if not is_google(configuration.ledger):
        return
    ledgers = _all()
    ledgers.pop(snapshot.ledger_id, None)
    ledgers[snapshot.ledger_id] = Seen(snapshot.number, snapshot.version)
    kept = dict(list(ledgers.items())[-_MOST:])
    text = json.dumps({key: [one.number, one.op] for key, one in kept.items()}, ensure_ascii=False)
    path = _path()
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}")
        part.write_text(text, encoding="utf-8")
        part.replace(path)


def _is_older(known: Seen, configuration: Configuration, snapshot: Snapshot) -> bool:
    if snapshot.number < known.number:
        return True
    sheet, tab = snapshot.sheets[journal.TAB], configuration.schema[journal.TAB]
    return journal.op_numbered(sheet, tab, known.number) not in {"", known.op}


def _all() -> dict[str, Seen]:
    try:
        found = json.loads(_path().read_text(encoding="utf-8"))
        return {str(key): Seen(int(number), str(op)) for key, (number, op) in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _path() -> Path:
    if given := os.environ.get("DAICHO_STATE"):
        return Path(given)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    else:
        base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return base / "daicho" / "ledgers.json"
