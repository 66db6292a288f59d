"""Couriers perform what the ledger says is planned: shipping files and mails, then report into the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from pathlib import PurePosixPath
from typing import Any

from automations.app.configuration import Configuration
from automations.app.letters import Letters
from automations.app.sending import Courier, Told
from automations.app.shops import OUTBOX, not_written
from automations.core.ledger import Ledger, Row, update
from automations.core.mails.claims import is_due, open_claims
from automations.core.plan import Part, Plan, SetCells
from automations.core.records import dataclass
from automations.mail.whole_files import sync_folder, write_whole

# Tabs from which a shipping file and its lists are made.
_IN_FILES = frozenset({"batches", "shipments", "order_lines"})


@dataclass(frozen=True)
class Delivered:
    """What the couriers did.

    Attributes:
        files: Files written, relative to the shop's folder.
        mails: Keys of the mails written as files.
        report: What was written to the ledger for it.
        told: What the courier of mails has to say.
        after: The ledger in the end, where mails are sent.
    """

    files: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    report: Plan = field(default_factory=Plan)
    told: Told = field(default_factory=Told)
    after: Ledger | None = None


def deliver(ledger: Ledger, configuration: Configuration, courier: Courier | None = None) -> Delivered:
    """Write the files of every planned batch and every due mail, and return the report for the ledger.

    Mails that ``courier`` takes are left to it.

    Writing again gives the same bytes under the same name, so a run that was cut off here is simply repeated.

    Raises:
        ServiceError: A folder cannot be written to; rows that are already written are reported next time.
    """
    files: list[str] = []
    report: list[Part] = []
    unclear = {tab for tab, _ in ledger.unclear}
    for batch in ledger["batches"]:
        if batch.text("state") == "planned" and unclear.isdisjoint(_IN_FILES):
            files += write_batch(batch, ledger, configuration)
            report.append(update(batch, {"state": "written", "written_at": ledger.now}))
    claimed = open_claims(ledger.marks)
    waiting = () if "mails" in unclear else ledger["mails"]
    mails = [mail for mail in waiting if is_due(mail, ledger.now, claimed)]
    mails = [mail for mail in mails if courier is None or not courier.takes(mail)]
    mails = [mail for mail in mails if mail.text("wish") != "cancel"]
    report += _write_mails(mails, ledger, configuration) if mails else []
    done = Plan.of(report)
    return Delivered(tuple(files), tuple(_written(done)), done)


def _written(report: Plan) -> Iterable[str]:
    for change in report.changes:
        if isinstance(change, SetCells) and change.tab == "mails" and change.cells.get("state") == "written":
            yield change.key


def _write_mails(mails: Sequence[Row], ledger: Ledger, configuration: Configuration) -> list[Plan]:
    letters = Letters(configuration)
    report = [_write_mail(mail, ledger, configuration, letters) for mail in mails]
    if (outbox := configuration.folder / OUTBOX).is_dir():
        sync_folder(outbox)
    return report


def _write_mail(mail: Row, ledger: Ledger, configuration: Configuration, letters: Letters) -> Plan:
    """Write one mail to the outbox; one that may not go is held with the reason, and the others go on."""
    from automations.mail.eml import write_eml
    from automations.mail.message import MailRefused

    try:
        path = write_eml(configuration.folder / OUTBOX, mail, letters.content(mail))
    except MailRefused as refused:
        reason = f"{refused.why.text(ledger.language)} {refused.fix.text(ledger.language)}"
        finding = mail.finding(refused.code, "", refused.why, refused.fix)
        return Plan.of(update(mail, {"state": "held", "errors": reason}), finding)
    except OSError as error:
        raise not_written(OUTBOX, error) from error
    return Plan.of(update(mail, {"state": "written", "file": f"{OUTBOX}/{path.name}"}))


def write_batch(batch: Row, ledger: Ledger, configuration: Configuration) -> list[str]:
    """Write a batch's carrier files and its two lists; return their names relative to the shop's folder.

    Raises:
        ServiceError: The folder cannot be written to.
    """
    pages = batch_pages(batch, ledger, configuration)
    for name, content in pages.items():
        try:
            write_whole(configuration.folder / name, content)
        except OSError as error:
            raise not_written(PurePosixPath(name).name, error) from error
    return list(pages)


def batch_pages(batch: Row, ledger: Ledger, configuration: Configuration) -> dict[str, bytes]:
    """Return the files of a batch by name: made from the ledger alone, the same bytes on any machine."""
    from automations.files.lists import instruction_list, picking_list
    from automations.files.shipping import batch_files

    shipments = [
        ledger["shipments"][key] for key in batch.text("shipments").split() if key in ledger["shipments"]
    ]
    made = batch_files(batch, shipments, configuration.carriers)
    lists: Mapping[str, Any] = {"picking": picking_list, "instructions": instruction_list}
    folder = PurePosixPath(next(iter(made))).parent
    for name, make in lists.items():
        made[f"{folder}/{batch.key}-{name}.html"] = make(batch, shipments, ledger).encode()
    return made
