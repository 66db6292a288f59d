"""One run: read, settle what is asked, fold the automations, commit once, let the couriers work, report."""

from __future__ import annotations

import gc
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import field, replace
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path
from types import ModuleType

from automations import AUTOMATIONS
from automations.app.arrivals import contents, read_arrivals, stamp_of, waiting_files, with_mailbox
from automations.app.automate import check_columns, fold, settings_of
from automations.app.configuration import Configuration, declared
from automations.app.couriers import Delivered
from automations.app.effects import Desk, has_open_effects, work_off
from automations.app.lost_columns import missing_columns
from automations.app.own_automations import check_own, load_own
from automations.app.own_tabs import check_own_tabs
from automations.app.post_office import post_office_of
from automations.app.run_row import control_rows, run_row, summary
from automations.app.seen import refuse_older, remember
from automations.app.sending import Courier
from automations.app.services import services_of
from automations.app.set_aside import resting, unclear_findings
from automations.app.settings_tab import with_settings
from automations.app.shops import INBOX, open_book
from automations.books import Book
from automations.core.declare import Problems
from automations.core.errors import LedgerChanged, ServiceError, SetupError
from automations.core.incoming import Incoming, IncomingFile
from automations.core.ledger import Ledger
from automations.core.mails.resending import needs_texts
from automations.core.messages import Message, msg
from automations.core.plan import Finding, Plan
from automations.core.reading import difference, ledger_from
from automations.core.records import dataclass
from automations.core.snapshot import RunNote, Snapshot

_ROUNDS = 8
Progress = Callable[[Message], None]
# A file that arrived, and what tells whether it was written to since.
_Stamped = tuple[Path, tuple[int, int] | None]


@dataclass(frozen=True)
class Shop:
    """An opened shop: its checked configuration, its book, and the automations of its own."""

    configuration: Configuration
    book: Book
    own: Mapping[str, ModuleType] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What a run did, or would do.

    Attributes:
        before: The ledger as it was read.
        after: The ledger as it is after the plan.
        plan: Every cell and row, findings aside.
        steps: Each automation's own plan, with the reasons.
        files: Incoming files that were read.
        delivered: What the couriers wrote; empty for a dry run.
        notes: What the book has to say of itself (see ``Snapshot``), and columns of people that it lacks.
    """

    run_id: str
    configuration: Configuration
    before: Ledger
    after: Ledger
    plan: Plan
    findings: tuple[Finding, ...]
    steps: tuple[tuple[str, Plan], ...]
    files: tuple[IncomingFile, ...]
    delivered: Delivered = field(default_factory=Delivered)
    dry_run: bool = False
    summary: tuple[Message, ...] = ()
    notes: tuple[Message, ...] = ()


def open_shop(folder: Path, language: str | None = None) -> Shop:
    """Return the shop in ``folder``, every declaration checked.

    Raises:
        SetupError: Anything in the YAML files is wrong; all problems at once.
    """
    problems = Problems()
    configuration = declared(folder, language, problems)
    own = load_own(folder, problems)
    if configuration is not None:
        settings_of(configuration, services_of(configuration), problems, own)
        check_columns(configuration, problems, own)
        check_own(own, configuration.schema, problems)
        check_own_tabs(configuration, problems)
    if configuration is None or problems.found:
        raise SetupError(problems.found)
    return Shop(configuration, open_book(configuration), own)


def read_ledger(
    shop: Shop, now: datetime | None = None, incoming: Incoming | None = None, *, texts: bool = True
) -> tuple[Snapshot, Ledger]:
    """Return the ledger as it stands, typed, with the snapshot it came from; ``texts`` as in ``Book.read``."""
    snapshot = shop.book.read(texts=texts)
    return snapshot, typed(shop, snapshot, now, incoming)


def typed(
    shop: Shop,
    snapshot: Snapshot,
    now: datetime | None,
    incoming: Incoming | None = None,
    known: tuple[Snapshot, Ledger] | None = None,
) -> Ledger:
    """Return a snapshot as a ledger at the shop's local time; ``known`` as in ``ledger_from``."""
    configuration = shop.configuration
    return ledger_from(
        snapshot,
        configuration.schema,
        local(now or shop.book.now(), configuration),
        language=configuration.language,
        currency=configuration.currency,
        incoming=incoming,
        known=known,
    )


def local(now: datetime | None, configuration: Configuration) -> datetime:
    """Return the moment in the shop's time zone, whole seconds; without one, the present."""
    if now is None:
        return datetime.now(configuration.zone).replace(microsecond=0)
    return (
        now.replace(tzinfo=configuration.zone) if now.tzinfo is None else now.astimezone(configuration.zone)
    )


@contextmanager
def _without_pauses() -> Iterator[None]:
    """Leave cyclic garbage lying: a run makes hardly any, and looking for it means looking at every cell again.

    What the run has made counts as old afterwards, or the next new object would have all of it looked at.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.freeze()
            gc.unfreeze()
            gc.enable()


@_without_pauses()
def run(  # noqa: PLR0913 - the options of `daicho run`
    folder: Path,
    *,
    names: Sequence[str] = AUTOMATIONS,
    now: datetime | None = None,
    dry_run: bool = False,
    language: str | None = None,
    files: Sequence[Path] = (),
    inbox: bool = True,
    effects: bool = True,
    progress: Progress | None = None,
) -> Outcome:
    """Run the named automations on the shop in ``folder`` and return what happened.

    Args:
        folder: The shop's folder.
        names: Automations to run, in any order; they always run in the house's order.
        now: What the clock says; None for the present.
        dry_run: Only plan; nothing is written anywhere.
        language: Overrides the shop's language.
        files: Order or carrier files by name, read after those of the inbox.
        inbox: Also read what lies in the inbox.
        effects: Also write files and send mails; else that is left to the next run.
        progress: Told what the run is about to do.

    Raises:
        SetupError: The declarations are wrong.
        LedgerRefused: The workbook cannot be used.
        ServiceError: The file is in use, or people keep saving it; nothing is half done.
    """
    tell = progress or _silent
    shop = open_shop(folder, language)
    tell(msg("reading files"))
    arrived = _arrived(shop, names, files, now, inbox=inbox)
    first: Outcome | None = None
    for _ in range(_ROUNDS):
        tell(msg("reading the ledger"))
        snapshot, ledger = read_ledger(shop, now, arrived.incoming, texts=False)
        if needs_texts(ledger):
            snapshot, ledger = read_ledger(shop, now, arrived.incoming)
        ledger = with_archived(shop, ledger)
        tell(msg("working through the orders"))
        refuse_older(shop.configuration, snapshot)
        _, lost = missing_columns(snapshot.sheets.values(), ledger.schema, ledger.unclear)
        outcome = replace(planned(shop, ledger, names), notes=(*snapshot.notes, *lost))
        if dry_run:
            return replace(outcome, dry_run=True)
        if not outcome.plan.is_empty:
            tell(msg("writing the ledger"))
        try:
            written = _written(shop, outcome, snapshot)
        except LedgerChanged:
            continue
        first = first or outcome
        if written is None:
            continue  # people moved rows meanwhile: look again, and go on from what stands there
        _put_away(folder / INBOX, arrived, outcome.after.today.isoformat())
        if not effects:
            return replace(first, after=outcome.after)
        tell(msg("writing shipping files and mails"))
        delivered = _deliver(shop, outcome, (snapshot, written), now)
        findings = (*outcome.findings, *delivered.report.findings)
        return replace(first, after=outcome.after, delivered=delivered, findings=findings)
    raise _busy(shop)


@dataclass(frozen=True)
class _Arrived:
    """Files that wait for this run, and what was read from them."""

    paths: tuple[_Stamped, ...]
    incoming: Incoming


def _arrived(
    shop: Shop, names: Sequence[str], files: Sequence[Path], now: datetime | None, *, inbox: bool
) -> _Arrived:
    """Read the files of the inbox, if one of the automations takes them in, those given by name, and the mailbox."""
    configuration = shop.configuration
    reads_files = bool({"import_orders", "record_mail_replies", "record_tracking"} & {*names})
    waiting = waiting_files(configuration.folder / INBOX) if reads_files and inbox else []
    paths = tuple((path, stamp_of(path)) for path in (*waiting, *files))
    incoming = read_arrivals(chain(contents(waiting), contents(files, links=True)), configuration)
    if inbox and "record_mail_replies" in names:
        incoming = with_mailbox(incoming, configuration, local(now, configuration).date())
    return _Arrived(paths, incoming)


def _written(shop: Shop, outcome: Outcome, base: Snapshot) -> Snapshot | None:
    """Write a plan; return the ledger as it leaves it, None when that must be read to be known.

    Raises:
        LedgerChanged: Someone was faster.
    """
    if outcome.plan.is_empty:
        return base
    return _commit(shop, outcome.plan, base, outcome)


def _commit(shop: Shop, plan: Plan, base: Snapshot, outcome: Outcome) -> Snapshot | None:
    after = shop.book.commit(plan, base, _note(outcome)).after
    if after is not None:
        remember(shop.configuration, after)
    return after


def _busy(shop: Shop) -> ServiceError:
    return ServiceError(
        "ledger-busy",
        msg(
            "The ledger was saved by someone else each time this run wanted to write ({count} times).",
            count=_ROUNDS,
        ),
        msg("Run again when nobody is saving; nothing was written."),
        where=shop.configuration.ledger,
    )


def with_archived(shop: Shop, ledger: Ledger) -> Ledger:
    """Return the ledger with what the archives know of old orders that arrived and are not known here."""
    incoming = ledger.incoming
    if incoming is None or not incoming.orders:
        return ledger
    from automations.core.archiving.arrivals import could_be_archived

    unknown = could_be_archived(ledger, shop.configuration.archive.after_days)
    if not unknown:
        return ledger
    from automations.app.archives import archive_books

    found: dict[str, str] = {}
    for name, book in archive_books(shop.configuration):
        found |= dict.fromkeys(unknown & book.read(texts=False).marks, name)
    return replace(ledger, incoming=replace(incoming, archived=found))


def planned(shop: Shop, ledger: Ledger, names: Sequence[str]) -> Outcome:
    """Return what a run of these automations would do on ``ledger``."""
    services = services_of(shop.configuration)
    configuration, shown = with_settings(shop.configuration, ledger, services)
    start = ledger.apply(shown)
    settings = settings_of(configuration, services_of(configuration), Problems(), shop.own)
    asked = (*names, *shop.own) if set(AUTOMATIONS) <= {*names} else names
    rest = resting(ledger, asked, shop.own)
    at_rest = {name for names in rest.values() for name in names}
    folded = fold(start, [name for name in asked if name not in at_rest], settings, shop.own)
    told = (*unclear_findings(ledger, rest), *shown.findings, *folded.findings)
    findings = tuple(dict.fromkeys(told))
    run_id = f"{ledger.now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    plan = difference(ledger, folded.ledger)
    after = folded.ledger
    sentences = summary(folded, ledger)
    if not plan.is_empty:
        extra = Plan.of(
            run_row(run_id, folded, findings, sentences, configuration),
            control_rows(folded, ledger),
            marks=ledger.columns_seen,
        )
        after = after.apply(extra)
        plan = difference(ledger, after)
    return Outcome(
        run_id=run_id,
        configuration=configuration,
        before=ledger,
        after=after,
        plan=plan,
        findings=findings,
        steps=folded.steps,
        files=ledger.incoming.files if ledger.incoming else (),
        summary=sentences,
    )


def _deliver(
    shop: Shop, outcome: Outcome, snapshots: tuple[Snapshot, Snapshot | None], now: datetime | None
) -> Delivered:
    """Let the couriers perform every open effect of the ledger, and report it.

    Args:
        shop: The shop.
        outcome: What was planned and is written.
        snapshots: The ledger as it was read, and as it was written where the book tells; else it is read again.
        now: What the clock says.
    """
    if not has_open_effects(outcome.after):
        return Delivered()
    base, written = snapshots
    desk = Desk(
        outcome.configuration,
        read=partial(shop.book.read, texts=False),
        typed=lambda snapshot: typed(shop, snapshot, now, known=(base, outcome.before)),
        commit=lambda plan, on: _commit(shop, plan, on, outcome),
        now=partial(_moment, shop, now),
    )
    office = post_office_of(shop.configuration)
    if office is None:
        return work_off(desk, written, None)
    settings = settings_of(outcome.configuration, services_of(outcome.configuration), Problems(), shop.own)
    courier = Courier(office, settings["queue_mails"], desk.now)
    try:
        return replace(work_off(desk, written, courier), told=courier.told)
    finally:
        courier.close()


def _moment(shop: Shop, now: datetime | None) -> datetime:
    return local(now or shop.book.now(), shop.configuration)


def _put_away(inbox: Path, arrived: _Arrived, day: str) -> None:
    """Move files that were taken in whole out of the inbox.

    What was refused or left out stays to be seen; what was written to since it was read, to be read again.
    """
    for (path, stamp), file in zip(arrived.paths, arrived.incoming.files, strict=True):
        left_out = any(finding.level == "error" for finding in file.findings) or stamp_of(path) != stamp
        if file.source and not left_out and path.resolve().parent == inbox.resolve():
            _move(path, inbox / "done" / day)


def _move(path: Path, folder: Path) -> None:
    """Move a file into a folder, beside others of its name. One that cannot be moved brings nothing new again."""
    target = folder / path.name
    number = 1
    while target.exists():
        number += 1
        target = folder / f"{path.stem}-{number}{path.suffix}"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        path.rename(target)


def _note(outcome: Outcome) -> RunNote:
    return RunNote(outcome.run_id, "run", outcome.after.now.isoformat())


def _silent(_message: Message) -> None:
    return None
