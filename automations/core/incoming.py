"""What arrived as files, already parsed: orders of a channel, results of a carrier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

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
    """

    orders: tuple[IncomingOrder, ...] = ()
    tracking: tuple[TrackingResult, ...] = ()
    files: tuple[IncomingFile, ...] = ()
    findings: tuple[Finding, ...] = ()
    archived: Mapping[str, str] = field(default_factory=dict)
