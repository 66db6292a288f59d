"""What lies in the inbox or was named on the command line, parsed before any automation runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from automations.app.configuration import Configuration
from automations.core.incoming import Incoming, IncomingFile
from automations.core.messages import msg
from automations.core.plan import Finding

# Files a computer puts into folders by itself.
_IGNORED = (".", "~$", "desktop.ini", "Thumbs.db")


def waiting_files(inbox: Path) -> list[Path]:
    """Return the files of the inbox in name order; folders and the system's own files are left out."""
    if not inbox.is_dir():
        return []
    return sorted(path for path in inbox.iterdir() if path.is_file() and not path.name.startswith(_IGNORED))


def contents(paths: Sequence[Path]) -> list[tuple[str, bytes | None]]:
    """Return each file's name and content: no more than one byte over the limit, None if it cannot be read."""
    return [(path.name, _content(path)) for path in paths]


def read_arrivals(files: Sequence[tuple[str, bytes | None]], configuration: Configuration) -> Incoming:
    """Return orders and carrier results of the files, given as (name, content).

    A carrier's result file is recognised by its header; everything else must be an order file of a known
    channel. A file that is neither is refused with what was expected; the others go on.
    """
    made = Incoming()
    for name, content in files:
        if content is None:
            refused = _not_readable(name)
            made = replace(made, files=(*made.files, refused), findings=(*made.findings, *refused.findings))
        else:
            made = _with_file(made, name, content, configuration)
    return made


def _content(path: Path) -> bytes | None:
    from automations.files.tables import LARGEST_FILE

    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError:
        return None


def _not_readable(name: str) -> IncomingFile:
    why = msg("This file cannot be opened; another program may hold it, or it may not be read from here.")
    fix = msg("Close it in other programs, or copy it into the inbox again.")
    return IncomingFile(name, "", 0, (Finding("file-locked", "", name, "", "", why, fix),))


def _with_file(so_far: Incoming, name: str, content: bytes, configuration: Configuration) -> Incoming:
    from automations.files.orders import read_order_file
    from automations.files.shipping import read_tracking_file

    tracked, results = read_tracking_file(name, content, configuration.carriers)
    if tracked.source:
        return Incoming(
            so_far.orders,
            so_far.tracking + results,
            (*so_far.files, tracked),
            so_far.findings + tracked.findings,
        )
    read, orders = read_order_file(
        name,
        content,
        configuration.channels,
        configuration.schema,
        configuration.payments,
        zone=configuration.zone,
        currency=configuration.currency,
    )
    return Incoming(
        so_far.orders + orders, so_far.tracking, (*so_far.files, read), so_far.findings + read.findings
    )
