"""Couriers perform what the ledger says is planned: shipping files and mails, then report into the same rows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from automations.app.configuration import Configuration
from automations.app.shops import OUTBOX
from automations.core.errors import ServiceError
from automations.core.ledger import Ledger, Row, update
from automations.core.messages import msg
from automations.core.plan import Finding, Plan, SetCells
from automations.files.lists import instruction_list, picking_list
from automations.files.shipping import batch_bytes
from automations.mail.eml import MailRefused, sync_folder, write_eml


@dataclass(frozen=True)
class Delivered:
    """What the couriers did: files written (relative to the shop's folder), mail rows by key, the report."""

    files: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    report: Plan = field(default_factory=Plan)


def deliver(ledger: Ledger, configuration: Configuration) -> Delivered:
    """Write the files of every planned batch and every due mail, and return the report for the ledger.

    Writing again gives the same bytes under the same name, so a run that was cut off here is simply repeated.

    Raises:
        ServiceError: A folder cannot be written to; rows that are already written are reported next time.
    """
    files: list[str] = []
    mails: list[str] = []
    report: list[tuple[SetCells, ...] | Finding] = []
    for batch in ledger["batches"]:
        if batch.text("state") == "planned":
            files += write_batch(batch, ledger, configuration)
            report.append(update(batch, {"state": "written", "written_at": ledger.now}))
    for mail in ledger["mails"]:
        if is_due(mail, ledger.now):
            report.append(_write_mail(mail, ledger, configuration))
            mails.append(mail.key)
    if (outbox := configuration.folder / OUTBOX).is_dir():
        sync_folder(outbox)
    return Delivered(tuple(files), tuple(mails), Plan.of(report))


def _write_mail(mail: Row, ledger: Ledger, configuration: Configuration) -> tuple[SetCells, ...]:
    """Write one mail to the outbox; one that may not go is held with the reason, and the others go on."""
    try:
        path = write_eml(configuration.folder / OUTBOX, mail, configuration.shop, configuration.language)
    except MailRefused as refused:
        reason = f"{refused.why.text(ledger.language)} {refused.fix.text(ledger.language)}"
        return update(mail, {"state": "held", "errors": reason})
    return update(mail, {"state": "sent", "sent_at": ledger.now, "file": f"{OUTBOX}/{path.name}"})


def is_due(mail: Row, now: datetime) -> bool:
    """Return whether a queued mail may go now: due, and no person has called it off."""
    due = mail.moment("due_at")
    return mail.text("state") == "queued" and mail.text("wish") != "cancel" and (due is None or due <= now)


def write_batch(batch: Row, ledger: Ledger, configuration: Configuration) -> list[str]:
    """Write a batch's carrier file and its two lists; return their names relative to the shop's folder.

    Raises:
        ServiceError: The folder cannot be written to.
    """
    pages = batch_pages(batch, ledger, configuration)
    for name, content in pages.items():
        write_whole(configuration.folder / name, content)
    return list(pages)


def batch_pages(batch: Row, ledger: Ledger, configuration: Configuration) -> dict[str, bytes]:
    """Return the files of a batch by name: made from the ledger alone, the same bytes on any machine."""
    shipments = [
        ledger["shipments"][key] for key in batch.text("shipments").split() if key in ledger["shipments"]
    ]
    name = batch.text("file")
    stem = name.rsplit(".", 1)[0]
    lists: Mapping[str, Any] = {
        f"{stem}-picking.html": picking_list,
        f"{stem}-instructions.html": instruction_list,
    }
    made = {name: batch_bytes(batch, shipments, configuration.carriers)}
    for page, make in lists.items():
        made[page] = make(batch, shipments, ledger).encode()
    return made


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all (safety R12).

    Raises:
        ServiceError: The folder cannot be written to.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise ServiceError(
            "file-not-written",
            msg("{file} could not be written: {cause}.", file=path.name, cause=error.strerror or "?"),
            msg("Check that the folder may be written to and the disk has room, then run again."),
        ) from error
