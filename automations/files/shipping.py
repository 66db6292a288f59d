"""Shipping files out, from the frozen labels alone; carriers' result files in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from automations.core.carriers import Carrier, ReadBack, ReadColumn
from automations.core.errors import LedgerRefused
from automations.core.incoming import IncomingFile, TrackingResult
from automations.core.layouts import encode, thaw
from automations.core.ledger import Row
from automations.core.messages import msg
from automations.core.plan import Finding
from automations.core.text import normal_header, only_digits
from automations.files.tables import FileRefused, TextTable, read_table

_Cells = tuple[str, ...]


def batch_bytes(batch: Row, shipments: Sequence[Row], carriers: Mapping[str, Carrier]) -> bytes:
    """Return the carrier's file of a batch: the same bytes on any machine, any number of times.

    Args:
        batch: A row of ``batches``.
        shipments: Its shipments, in any order; ``label_fields`` is all that is read of them.
        carriers: The declarations; only the file form and the number of columns are used.

    Raises:
        LedgerRefused: A parcel or its label is gone or was edited, or the carrier's declaration has changed,
            so that the file would not be the one that was instructed.
    """
    carrier = carriers.get(batch.text("carrier"))
    if carrier is None:
        raise _changed(batch, batch.text("carrier"))
    by_key = {shipment.key: shipment for shipment in shipments}
    rows: list[_Cells] = []
    for key in batch.text("shipments").split():
        fields = thaw(by_key[key].text("label_fields"), len(carrier.columns)) if key in by_key else None
        if fields is None:
            raise _changed(batch, key)
        rows.append(fields)
    header = tuple(column.name for column in carrier.columns)
    try:
        content = encode(carrier.file, header, rows)
    except UnicodeEncodeError as error:
        raise _changed(batch, error.object[error.start : error.end]) from error
    if hashlib.sha256(content).hexdigest() != batch.text("sha256"):
        raise _changed(batch, batch.text("file"))
    return content


def _changed(batch: Row, what: str) -> LedgerRefused:
    return LedgerRefused(
        "batch-changed",
        msg(
            "The file of {batch} cannot be made again as it was: {what} was changed since.",
            batch=batch.key,
            what=what,
        ),
        msg(
            "Use the file that was written then, or put the hidden columns of its parcels back from a backup."
        ),
    )


def read_tracking_file(
    name: str, content: bytes, carriers: Mapping[str, Carrier]
) -> tuple[IncomingFile, tuple[TrackingResult, ...]]:
    """Return the numbers in a carrier's result file.

    Args:
        name: File name without folder.
        content: Recognised by its headers (any subset and order of columns), or, without a header row, by
            the right tracking number standing in the carrier's own column.
        carriers: The declarations; the first one that knows the file reads it.

    Returns:
        ``source`` is ``""`` for every file that is not a carrier's result, and then there are no results.
        Rows without a number (not issued yet) are left out and counted in one finding.
    """
    try:
        table = read_table(content)
    except FileRefused:
        return IncomingFile(name, "", 0), ()
    for carrier in carriers.values():
        recognised = _by_header(table, carrier.read_back) or _by_position(table, carrier)
        if recognised:
            return _read(name, carrier, recognised)
    return IncomingFile(name, "", 0), ()


@dataclass(frozen=True, slots=True)
class _Recognised:
    """Rows of a result file and where each value stands (from 0)."""

    rows: tuple[tuple[int, _Cells], ...]
    broken: tuple[tuple[int, _Cells], ...]
    reference: int | None
    number: int | None
    shipped_on: int | None
    recipient: int | None


def _by_header(table: TextTable, read_back: ReadBack) -> _Recognised | None:
    places = {normal_header(text): at for at, text in reversed(list(enumerate(table.header)))}
    reference = _place(read_back.reference, places)
    number = _place(read_back.number, places)
    if reference is None or number is None:
        return None
    shipped_on, recipient = _place(read_back.shipped_on, places), _place(read_back.recipient, places)
    return _Recognised(table.rows, table.broken, reference, number, shipped_on, recipient)


def _place(column: ReadColumn, places: Mapping[str, int]) -> int | None:
    return next((places[key] for key in map(normal_header, column.names) if key in places), None)


def _by_position(table: TextTable, carrier: Carrier) -> _Recognised | None:
    """Recognise a file without a header row: its first row stands where a header would."""
    back = carrier.read_back
    first = tuple(text.partition("#")[0] for text in table.header)  # read_table tells equal names apart by #2
    if not back.columns or len(first) > max(back.columns):
        return None
    at = [column.position - 1 for column in (back.reference, back.number, back.shipped_on, back.recipient)]
    if (
        min(at) < 0
        or not carrier.tracking.digits
        or not carrier.tracking.is_right(only_digits(_cell(first, at[1])))
    ):
        return None
    rows = ((1, first), *sorted((*table.rows, *table.broken)))
    return _Recognised(rows, (), *at)


def _read(name: str, carrier: Carrier, table: _Recognised) -> tuple[IncomingFile, tuple[TrackingResult, ...]]:
    results = tuple(
        TrackingResult(
            file=name,
            row=row,
            carrier=carrier.id,
            reference=_cell(cells, table.reference),
            tracking_number=only_digits(_cell(cells, table.number)),
            shipped_on=_cell(cells, table.shipped_on),
            recipient=_cell(cells, table.recipient),
        )
        for row, cells in table.rows
        if only_digits(_cell(cells, table.number))
    )
    findings = tuple(_remarks(name, table, len(table.rows) - len(results)))
    return IncomingFile(name, carrier.id, len(table.rows), findings), results


def _remarks(name: str, table: _Recognised, without_number: int) -> Iterator[Finding]:
    for row, cells in table.broken:
        yield Finding(
            "broken-row",
            "",
            name,
            "",
            ",".join(cells)[:40],
            msg("The row has another number of cells than the header."),
            msg("Export the file again, or type the tracking number into the shipments tab."),
            row,
        )
    if without_number:
        yield Finding(
            "tracking-not-issued",
            "",
            name,
            "",
            "",
            msg("Rows without a tracking number: {count}.", count=without_number),
            msg("Issue the labels at the carrier, then export again."),
            level="warning",
        )


def _cell(cells: Sequence[str], at: int | None) -> str:
    return cells[at].strip() if at is not None and at < len(cells) else ""
