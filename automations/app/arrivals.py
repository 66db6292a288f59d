"""What lies in the inbox or was named on the command line, parsed before any automation runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from automations.app.configuration import Configuration
from automations.core.incoming import Incoming
from automations.files.orders import read_order_file
from automations.files.shipping import read_tracking_file

# Files a computer puts into folders by itself.
_IGNORED = (".", "~$", "desktop.ini", "Thumbs.db")


def waiting_files(inbox: Path) -> list[Path]:
    """Return the files of the inbox in name order; folders and the system's own files are left out."""
    if not inbox.is_dir():
        return []
    return sorted(path for path in inbox.iterdir() if path.is_file() and not path.name.startswith(_IGNORED))


def read_arrivals(files: Sequence[tuple[str, bytes]], configuration: Configuration) -> Incoming:
    """Return orders and carrier results of the files, given as (name, content).

    A carrier's result file is recognised by its header; everything else must be an order file of a known
    channel. A file that is neither is refused with what was expected; the others go on.
    """
    made = Incoming()
    for name, content in files:
        made = _with_file(made, name, content, configuration)
    return made


def _with_file(so_far: Incoming, name: str, content: bytes, configuration: Configuration) -> Incoming:
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
