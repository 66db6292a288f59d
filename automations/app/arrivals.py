"""What lies in the inbox or was named on the command line, parsed before any automation runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from automations.app.configuration import Configuration
from automations.core.causes import cause_of
from automations.core.errors import ServiceError
from automations.core.incoming import Incoming, IncomingFile
from automations.core.messages import Message, msg
from automations.core.plan import Finding
from automations.core.records import dataclass

# Files a computer puts into folders by itself.
_IGNORED = (".", "~$", "desktop.ini", "Thumbs.db")


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a file was not read."""

    code: str
    why: Message
    fix: Message


_NO_ANSWER = Unread(
    "mail-no-answer",
    msg("This mail is neither one that came back nor a wish for no more mails."),
    msg("Take it out of the inbox; only such mails are read here."),
)
_NO_FOLDER = msg("Give that file another name and make a folder in its place, then run again.")
_AGAIN = msg("Close it in other programs, or copy it into the inbox again.")
_LOCKED = Unread(
    "file-locked",
    msg("This file cannot be opened; another program may hold it, or it may not be read from here."),
    _AGAIN,
)
_GROWING = Unread(
    "file-growing",
    msg("This file was still being written while it was read."),
    msg("Run again when it is complete; nothing was taken from it."),
)
_LINK = Unread(
    "file-link",
    msg("This is no file but a link to one somewhere else, and links are not followed."),
    msg("Copy the file itself into the inbox."),
)


def waiting_files(inbox: Path) -> list[Path]:
    """Return the files of the inbox in name order, and links; folders and the system's own files are left out.

    Raises:
        ServiceError: The inbox may not be looked into.
    """
    if not inbox.exists():
        return []
    try:
        return sorted(path for path in inbox.iterdir() if _is_waiting(path))
    except OSError as error:
        why = msg("The folder {folder} cannot be read: {cause}.", folder=inbox.name, cause=cause_of(error))
        fix = (
            _NO_FOLDER if isinstance(error, NotADirectoryError) else msg("Allow reading it, then run again.")
        )
        raise ServiceError("inbox-closed", why, fix, where=inbox.name) from error


def _is_waiting(path: Path) -> bool:
    return not path.name.startswith(_IGNORED) and (path.is_symlink() or path.is_file())


def contents(paths: Iterable[Path], *, links: bool = False) -> Iterator[tuple[str, bytes | Unread]]:
    """Yield each file's name and content, no more than one byte over the limit; one after the other.

    Args:
        paths: Files, in any folder.
        links: Follow links; only for files that a person has named.
    """
    for path in paths:
        yield path.name, _LINK if path.is_symlink() and not links else _content(path)


def read_arrivals(files: Iterable[tuple[str, bytes | Unread]], configuration: Configuration) -> Incoming:
    """Return orders, carrier results and answers to mails of the files, given as (name, content).

    A file ``.eml`` is a mail. A carrier's result file is recognised by its header; everything else must be an order file of a known
    channel. A file that is neither is refused with what was expected; the others go on.
    """
    made = Incoming()
    for name, content in files:
        if isinstance(content, Unread):
            made = _without(made, name, content)
        elif name.lower().endswith(".eml"):
            made = _with_mail(made, name, content, configuration)
        else:
            made = _with_file(made, name, content, configuration)
    return made


def with_mailbox(so_far: Incoming, configuration: Configuration, today: date) -> Incoming:
    """Return what arrived, with what came back to the shop's mailbox; one that is closed is told, and the run goes on."""
    account = configuration.mail
    if not (account.sends and account.imap.host):
        return so_far
    from automations.mail.arrived import replies_in_mailbox
    from automations.mail.unsubscribe import keys_of

    try:
        keys = keys_of(configuration.folder, make=False)
        replies = replies_in_mailbox(account, configuration.folder, today, keys)
    except ServiceError as closed:
        place = closed.where if isinstance(closed.where, str) else "mail"
        told = Finding(closed.code, "", place, "", closed.value, closed.why, closed.fix, level="warning")
        return replace(so_far, troubles=(*so_far.troubles, told))
    return replace(so_far, replies=so_far.replies + replies)


def stamp_of(path: Path) -> tuple[int, int] | None:
    """Return what tells whether a file was written to in between; None when it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _content(path: Path) -> bytes | Unread:
    from automations.files.tables import LARGEST_FILE

    before = stamp_of(path)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError:
        return _LOCKED
    return content if stamp_of(path) == before else _GROWING


def _without(so_far: Incoming, name: str, unread: Unread) -> Incoming:
    finding = Finding(unread.code, "", name, "", "", unread.why, unread.fix)
    refused = IncomingFile(name, "", 0, (finding,))
    return replace(so_far, files=(*so_far.files, refused), findings=(*so_far.findings, finding))


def _with_mail(so_far: Incoming, name: str, content: bytes, configuration: Configuration) -> Incoming:
    from automations.mail.bounces import read_reply
    from automations.mail.unsubscribe import keys_of

    reply = read_reply(name, content, keys_of(configuration.folder, make=False))
    if reply is None:
        return _without(so_far, name, _NO_ANSWER)
    file = IncomingFile(name, "mail", 1)
    return replace(so_far, files=(*so_far.files, file), replies=(*so_far.replies, reply))


def _with_file(so_far: Incoming, name: str, content: bytes, configuration: Configuration) -> Incoming:
    from automations.files.orders import read_order_file
    from automations.files.shipping import read_tracking_file

    tracked, results = read_tracking_file(name, content, configuration.carriers)
    if tracked.source:
        return replace(
            so_far,
            tracking=so_far.tracking + results,
            files=(*so_far.files, tracked),
            findings=so_far.findings + tracked.findings,
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
    return replace(
        so_far,
        orders=so_far.orders + orders,
        files=(*so_far.files, read),
        findings=so_far.findings + read.findings,
    )
