"""`daicho export`: the files of a batch once more, from the ledger alone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from automations.app.couriers import write_batch
from automations.app.runner import open_shop, read_ledger
from automations.core.errors import DaichoError
from automations.core.ledger import Ledger
from automations.core.messages import msg
from automations.core.text import nearest


class BatchUnknown(DaichoError):
    """No batch has this number."""

    exit_code = 2

    def __init__(self, batch: str, ledger: Ledger) -> None:
        keys = [row.key for row in ledger["batches"]]
        close = nearest(batch, keys)
        fix = (
            msg("Did you mean '{close}'?", close=close)
            if close
            else msg("See them with: daicho show batches")
        )
        super().__init__(
            "unknown-batch",
            msg("There is no batch '{batch}' in the ledger.", batch=batch),
            fix,
            where=ledger.schema["batches"].label,
            value=batch,
        )


def export_batch(folder: Path, batch: str, now: datetime | None, language: str | None) -> list[str]:
    """Write a batch's files again and return the lines to print; the ledger is not touched.

    Raises:
        BatchUnknown: There is no such batch.
    """
    shop = open_shop(folder, language)
    _, ledger = read_ledger(shop, now)
    row = ledger["batches"].get(batch)
    if row is None:
        raise BatchUnknown(batch, ledger)
    lines = write_batch(row, ledger, shop.configuration)
    if row.moment("written_at"):
        issued = msg(
            "This batch was already issued at {moment}; the file is the same.",
            moment=row.moment("written_at"),
        )
        lines.append(issued.text(ledger.language))
    return lines
