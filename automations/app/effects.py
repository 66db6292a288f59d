"""What a run does to the world once its plan stands in the ledger: files, mails, and the reports of both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from automations.app.configuration import Configuration
from automations.app.couriers import Delivered, deliver
from automations.app.sending import Courier
from automations.core.errors import LedgerChanged, ServiceError
from automations.core.ledger import Ledger
from automations.core.messages import msg
from automations.core.plan import Plan
from automations.core.reading import difference
from automations.core.records import dataclass
from automations.core.snapshot import Snapshot

# So often in a row others may be faster, or a commit leave in doubt what it did.
_ROUNDS = 8


@dataclass(frozen=True)
class Desk:
    """What couriers need of a run.

    Attributes:
        read: Returns the ledger as it stands.
        typed: Returns a snapshot as a ledger.
        commit: Writes a plan; returns the ledger as it leaves it, None when that must be read to be known.
    """

    configuration: Configuration
    read: Callable[[], Snapshot]
    typed: Callable[[Snapshot], Ledger]
    commit: Callable[[Plan, Snapshot], Snapshot | None]
    now: Callable[[], datetime]


def has_open_effects(ledger: Ledger) -> bool:
    """Return whether anything waits to be written, sent or looked up."""
    return any(row.text("state") == "planned" for row in ledger["batches"]) or any(
        row.text("state") in ("queued", "unknown") for row in ledger["mails"]
    )


def work_off(desk: Desk, start: Snapshot | None, courier: Courier | None) -> Delivered:
    """Perform every open effect of the ledger, and report it; reports and the next claims go in one commit.

    Args:
        desk: Reads and writes the ledger.
        start: The ledger as it stands, None when it must be read.
        courier: Sends mails; without one they are written as files.

    Raises:
        ServiceError: The ledger cannot be written to; what was sent is found out by the next run.
    """
    done = Delivered()
    snapshot, stuck, last = start or desk.read(), 0, Plan()
    while True:
        ledger = desk.typed(snapshot)
        made = deliver(ledger, desk.configuration, courier)
        asked, group = courier.next(ledger.apply(made.report)) if courier else (Plan(), None)
        whole = Plan.of(made.report, asked)
        done = _with(done, made, whole)
        written: Snapshot | None = snapshot
        if not whole.is_empty:
            plan = _in_one(whole, ledger)
            written = _write(desk, plan, snapshot)
            stuck = stuck + 1 if written is None and _is_same(plan, last) else 0
            last = plan
        elif group is None:
            return replace(done, after=ledger) if courier else done
        if stuck == _ROUNDS:
            raise _busy(desk.configuration.ledger)
        if courier is None and written is not None:
            return done
        if courier and written is not None:
            courier.written()
        snapshot = desk.read() if group or written is None else written
        if courier and group:
            courier.send(group, desk.typed(snapshot))


def _in_one(whole: Plan, ledger: Ledger) -> Plan:
    """Return a plan with one change a row, of the rows it is about only."""
    asked = {(change.tab, getattr(change, "key", "")) for change in whole.changes}
    made = difference(ledger, ledger.apply(whole))
    return replace(
        made,
        changes=tuple(change for change in made.changes if (change.tab, getattr(change, "key", "")) in asked),
    )


def _write(desk: Desk, plan: Plan, base: Snapshot) -> Snapshot | None:
    try:
        return desk.commit(plan, base)
    except LedgerChanged:
        return None


def _is_same(plan: Plan, last: Plan) -> bool:
    """Return whether a plan would change the same rows as the last one did: it did not get on."""
    return [change.tab for change in plan.changes] == [change.tab for change in last.changes] and [
        getattr(change, "key", "") for change in plan.changes
    ] == [getattr(change, "key", "") for change in last.changes]


def _with(done: Delivered, made: Delivered, whole: Plan) -> Delivered:
    """Return what was done so far with what this round does; a file that is written again is named once."""
    return Delivered(
        tuple(dict.fromkeys((*done.files, *made.files))),
        tuple(dict.fromkeys((*done.mails, *made.mails))),
        Plan.of(done.report, whole),
    )


def _busy(ledger: str) -> ServiceError:
    return ServiceError(
        "ledger-busy",
        msg("Files were written, but the ledger was being saved by someone else and could not be updated."),
        msg("Run again; the same files are written again and nothing happens twice."),
        where=ledger,
    )
