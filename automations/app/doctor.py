"""`daicho doctor`: what stands in the way of a run, in plain words."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from automations import AUTOMATIONS
from automations.app.checking import require_templates
from automations.app.configuration import Configuration, load
from automations.app.lost_columns import missing_columns
from automations.app.runner import Shop, open_shop, read_ledger
from automations.app.set_aside import resting, unclear_findings
from automations.app.show import error_text
from automations.books.google.addresses import is_google
from automations.core.errors import DaichoError
from automations.core.ledger import Ledger
from automations.core.messages import Message, msg
from automations.core.records import dataclass

_ROOM_NEEDED = 200 * 1024 * 1024


@dataclass(frozen=True)
class _Place:
    """Where the ledger lives: its name for people, what keeps a run out, what is worth mending."""

    name: str
    in_the_way: tuple[Message, ...] = ()
    worth_mending: tuple[Message, ...] = ()


def examine(
    folder: Path, now: datetime | None, language: str, *, mail: bool = False
) -> tuple[list[str], bool]:
    """Return what is well (✓), worth mending (△) and in the way (✗), and whether a run can work.

    With ``mail`` it also signs in to the mail account and out again; nothing is sent.
    """
    place = _Place("")
    try:
        place = _place(load(folder), folder)
        shop = open_shop(folder, None)
        require_templates(shop)
        snapshot, ledger = read_ledger(shop, now)
    except DaichoError as error:
        return [*_marked("✗", place.in_the_way, language), f"✗ {error_text(error, language)}"], False
    written, typed = missing_columns(snapshot.sheets.values(), ledger.schema, ledger.unclear)
    unclear = tuple(_told_unclear(ledger, shop))
    mail_well, mail_mend = _of_mail(shop)
    signed_in, shut = _of_account(shop) if mail else ([], [])
    mend = (
        *unclear,
        *place.worth_mending,
        *snapshot.notes,
        *written,
        *typed,
        *_worth_mending(shop),
        *mail_mend,
    )
    in_the_way = (*place.in_the_way, *shut)
    marked = (("✓", (*_well(place, ledger, shop), *mail_well, *signed_in)), ("✗", in_the_way), ("△", mend))
    return [line for mark, told in marked for line in _marked(mark, told, language)], not in_the_way


def _told_unclear(ledger: Ledger, shop: Shop) -> Iterable[Message]:
    for found in unclear_findings(ledger, resting(ledger, AUTOMATIONS, shop.own)):
        tab = ledger.schema[found.tab]
        yield msg(
            "{tab}, {column}: {why} {fix}",
            tab=tab.label,
            column=tab.columns[found.column].label,
            why=found.why,
            fix=found.fix,
        )


def _marked(mark: str, told: Iterable[Message], language: str) -> list[str]:
    return [f"{mark} {sentence.text(language)}" for sentence in told]


def _place(configuration: Configuration, folder: Path) -> _Place:
    """Return what is to say of the place alone, before the ledger is read; raises what forbids to read it."""
    if not is_google(configuration.ledger):
        return _Place(configuration.ledger, tuple(_in_the_way(folder)))
    from automations.app import google_access

    access = google_access.look_at(configuration)
    return _Place(
        access.title,
        tuple(google_access.in_the_way(access, configuration)),
        tuple(google_access.worth_mending(access, configuration)),
    )


def _well(place: _Place, ledger: Ledger, shop: Shop) -> Iterable[Message]:
    yield msg("shop.yaml, sheets_schema and mail templates are in order")
    yield msg("{file} can be read; orders: {orders}", file=place.name, orders=len(ledger["orders"]))
    if shop.own:
        yield msg("automations of your own: {names}", names=tuple(shop.own))


def _of_mail(shop: Shop) -> tuple[list[Message], list[Message]]:
    """Return what is well and what is worth mending about the domain mails come from; nothing while none are sent."""
    configuration = shop.configuration
    account, domain = configuration.mail, configuration.shop.email.rpartition("@")[2].casefold()
    if not (account.sends and domain):
        return [], []
    from automations.mail.dns_records import Sender, examined, patient_resolver

    sender = Sender(domain, account.host, account.dkim.domain.casefold(), account.dkim.selector)
    told = list(examined(sender, patient_resolver()))
    mend = [sentence for mark, sentence in told if mark == "△"]
    if not (account.unsubscribe.url or account.unsubscribe.address):
        mend.append(
            msg(
                "shop.yaml: fill in address or url under mail: unsubscribe:, so that mail programs offer customers to "
                "stop mails (docs/mails.md)"
            )
        )
    return [sentence for mark, sentence in told if mark == "✓"], mend


def _of_account(shop: Shop) -> tuple[list[Message], list[Message]]:
    """Sign in to the mail account and the mailbox and out again; return what is well and what is in the way."""
    from automations.core.mails.outcomes import AccountRefused, QuotaPaused
    from automations.mail.sent_folder import sent_folder_of
    from automations.mail.smtp import open_transport

    account, folder = shop.configuration.mail, shop.configuration.folder
    if not account.sends:
        return [msg("no mail account is set up; mails are written to outbox/")], []
    well, shut = [], []
    try:
        open_transport(account, folder).close()
        well.append(msg("the mail account at {host} can be used; nothing was sent", host=account.host))
    except AccountRefused as refused:
        shut.append(msg("{why} {fix}", why=refused.why, fix=refused.fix))
    except QuotaPaused as paused:
        shut.append(msg("the mail account may send no more for now: {reply}", reply=paused.reply))
    sent = sent_folder_of(account, folder)
    if sent is None:
        return well, shut
    if sent.holds({"<daicho-doctor@example.invalid>"}) is not None:
        well.append(msg("the mailbox at {host} can be looked into", host=account.imap.host))
    elif sent.trouble:
        shut.append(msg("{why} {fix}", why=sent.trouble.why, fix=sent.trouble.fix))
    return well, shut


def _in_the_way(folder: Path) -> Iterable[Message]:
    probe = folder / ".daicho-probe"
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError:
        yield msg(
            "the folder cannot be written to: give yourself write access to {folder}", folder=folder.name
        )
    if shutil.disk_usage(folder).free < _ROOM_NEEDED:
        yield msg("the disk is almost full: make at least 200 MB of room")


def _worth_mending(shop: Shop) -> Iterable[Message]:
    wanted = ("name", "postcode", "prefecture", "address", "phone", "email")
    empty = tuple(name for name in wanted if not getattr(shop.configuration.shop, name))
    if empty:
        yield msg("shop.yaml: fill in {names} under shop: (mails and labels need them)", names=empty)
    for carrier in shop.configuration.carriers.values():
        missing = carrier.missing_account_keys if carrier.in_use else ()
        if missing:
            yield msg(
                "shop.yaml: fill in {names} for {carrier} (its file needs it)",
                names=tuple(key.id for key in missing),
                carrier=carrier.label,
            )
