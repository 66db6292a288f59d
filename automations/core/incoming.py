"""What arrived, already parsed: orders of a channel, results of a carrier, answers to mails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from automations.core.plan import Finding
from automations.core.records import dataclass
from automations.core.values import Cells


@dataclass(frozen=True, slots=True)
class IncomingOrder:
    """One order of a file in ledger columns.

    Attributes:
        file: Name of the file it came from (no folder).
        row: Row of the file where it begins, header = row 1.
        channel: Id of the channel declaration.
        number: Order number as the channel writes it (``#1001``).
        order: ``orders`` columns with typed values; no ``order_id`` yet.
        lines: ``order_lines`` columns of each line; no ``order_id``, no ``line_id`` yet.
        findings: What is wrong with it; the order becomes rows all the same.
        silent_on: ``orders`` columns for which the file has no place, so that a blank one means nothing.
    """

    file: str
    row: int
    channel: str
    number: str
    order: Cells
    lines: tuple[Cells, ...]
    findings: tuple[Finding, ...] = ()
    silent_on: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TrackingResult:
    """One row of a carrier's result file.

    Attributes:
        reference: What we wrote as our own reference (the shipment id); ``""`` where the carrier gives none back.
        tracking_number: Digits only.
        shipped_on: Ship date as written in the file (``2026/11/24``), may be empty.
    """

    file: str
    row: int
    carrier: str
    reference: str
    tracking_number: str
    shipped_on: str
    recipient: str = ""
    postcode: str = ""


ReplyKind = Literal["bounced", "returned", "delayed", "complaint", "unsubscribe"]


@dataclass(frozen=True, slots=True)
class MailReply:
    """One mail that came back, or that asks for no more mails.

    Attributes:
        file: Name of the file, or of the mailbox, it came from.
        reply_id: What it is known by, so that it counts once: its own Message-ID, or a hash of it.
        kind: ``bounced`` (there is no such address), ``returned`` (this mail was not taken, another may be),
            ``delayed`` (it is still being tried), ``complaint`` (reported as spam), ``unsubscribe``.
        about: Message-ID of the mail it quotes, with angle brackets.
        addresses: Whom it names: receivers that failed; of an ``unsubscribe`` who wrote it.
        mark: Mark of the address that a token of ours names; only of an ``unsubscribe``.
        reason: The other server's words, one line.
        route: How it came: ``one-click`` or ``mail``; only of an ``unsubscribe``.
    """

    file: str
    reply_id: str
    kind: ReplyKind
    about: str = ""
    addresses: tuple[str, ...] = ()
    mark: str = ""
    reason: str = ""
    route: str = ""


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """One file that was read or refused.

    Attributes:
        name: File name without folder.
        source: Id of the channel or carrier whose layout it has; ``""`` when it was refused.
        lines: Data rows read.
        findings: Why it was refused, or remarks on single rows.
    """

    name: str
    source: str
    lines: int
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Incoming:
    """Everything that arrived since the last run, and the files that were refused.

    Attributes:
        archived: Marks of orders that were found in an archive, with its name.
        replies: What came back to mails, of files and of the mailbox.
        troubles: Why the mailbox could not be looked into.
    """

    orders: tuple[IncomingOrder, ...] = ()
    tracking: tuple[TrackingResult, ...] = ()
    files: tuple[IncomingFile, ...] = ()
    findings: tuple[Finding, ...] = ()
    archived: Mapping[str, str] = field(default_factory=dict)
    replies: tuple[MailReply, ...] = ()
    troubles: tuple[Finding, ...] = ()
