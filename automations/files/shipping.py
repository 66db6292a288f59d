"""Shipping files out, from the frozen labels alone; carriers' result files in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from automations.core.errors import LedgerRefused
from automations.core.incoming import IncomingFile, TrackingResult
from automations.core.ledger import Row
from automations.core.messages import msg
from automations.core.plan import Finding
from automations.core.shipping.batches import encoded_files, file_names, fingerprint
from automations.core.shipping.carriers import Carrier
from automations.core.shipping.layouts import thaw
from automations.core.shipping.read_back import ReadColumn, Shape
from automations.core.text import normal_header, only_digits, shortened
from automations.files.tables import LARGEST_FILE, FileRefused, bare_rows, read_table

_Cells = tuple[str, ...]
# How much of a row or name a finding shows.
_SHOWN = 80
# What a row of a result file can say; the names are those of ``ReadBack``.
_VALUES = ("number", "reference", "shipped_on", "recipient", "postcode", "called_off")


def batch_files(batch: Row, shipments: Sequence[Row], carriers: Mapping[str, Carrier]) -> dict[str, bytes]:
    """Return the carrier's files of a batch by name: the same bytes on any machine, any number of times.

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
    try:
        contents = encoded_files(carrier, rows)
    except UnicodeEncodeError as error:
        raise _changed(batch, error.object[error.start : error.end]) from error
    names = file_names(batch.key, len(contents), carrier.file.extension)
    if fingerprint(contents) != batch.text("sha256") or names != batch.text("file").split():
        raise _changed(batch, batch.text("file"))
    return dict(zip(names, contents, strict=True))


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
        where=batch.key,
    )


def read_tracking_file(
    name: str, content: bytes, carriers: Mapping[str, Carrier]
) -> tuple[IncomingFile, tuple[TrackingResult, ...]]:
    """Return the numbers in a carrier's result file.

    Args:
        name: File name without folder.
        content: Recognised by its headers (any subset and order of columns), or, without a header row, by
            the number of columns and a right tracking number in the carrier's own place.
        carriers: The declarations; the first one that knows the file reads it.

    Returns:
        ``source`` is ``""`` for every file that is not a carrier's result, and then there are no results.
        Rows without a number (not issued yet) and rows deleted at the carrier are left out and counted in
        one finding each.
    """
    if len(content) > LARGEST_FILE:
        return IncomingFile(name, "", 0), ()
    for recognise in (_by_header, _by_shape):
        found = recognise(content, carriers)
        if found:
            return _read(name, *found)
    return IncomingFile(name, "", 0), ()


@dataclass(frozen=True, slots=True)
class _Recognised:
    """Rows of a result file, and the place of each of ``_VALUES`` (from 0, None where it has none)."""

    rows: tuple[tuple[int, _Cells], ...]
    broken: tuple[tuple[int, _Cells], ...]
    at: Mapping[str, int | None]

    def value(self, cells: _Cells, name: str) -> str:
        """Return what stands in a row under one of ``_VALUES``, ``""`` where there is no such column."""
        return _cell(cells, self.at[name])


def _by_header(content: bytes, carriers: Mapping[str, Carrier]) -> tuple[Carrier, _Recognised] | None:
    try:
        table = read_table(content)
    except FileRefused:
        return None
    places = {normal_header(text): at for at, text in reversed(list(enumerate(table.header)))}
    for carrier in carriers.values():
        back = carrier.read_back
        at = {name: _place(getattr(back, name), places) for name in _VALUES}
        known = at["recipient" if back.proposes else "reference"] is not None
        if known and (at["number"] is not None or _is_our_own(carrier, table.header)):
            return carrier, _Recognised(table.rows, table.broken, at)
    return None


def _is_our_own(carrier: Carrier, header: Sequence[str]) -> bool:
    """Return whether this is the file that was written for the carrier: no label is issued in it."""
    return [*map(normal_header, header)] == [normal_header(column.name) for column in carrier.columns]


def _place(column: ReadColumn, places: Mapping[str, int]) -> int | None:
    return next((places[key] for key in map(normal_header, column.names) if key in places), None)


def _by_shape(content: bytes, carriers: Mapping[str, Carrier]) -> tuple[Carrier, _Recognised] | None:
    """Recognise a file without a header row by its width and the right number in the first row."""
    try:
        _, first = next(bare_rows(content), (0, ()))
        for carrier in carriers.values():
            shape = _shape(first, carrier)
            if shape is not None:
                rows = tuple(bare_rows(content))
                good = tuple(row for row in rows if len(row[1]) == shape.columns)
                broken = tuple(row for row in rows if len(row[1]) != shape.columns)
                at = {name: getattr(shape, name, 0) - 1 for name in _VALUES}
                return carrier, _Recognised(
                    good, broken, {name: at[name] if at[name] >= 0 else None for name in at}
                )
    except FileRefused:
        return None
    return None


def _shape(first: _Cells, carrier: Carrier) -> Shape | None:
    if not carrier.tracking.digits:
        return None
    return next(
        (
            shape
            for shape in carrier.read_back.shapes
            if shape.columns == len(first)
            and carrier.tracking.is_right(only_digits(_cell(first, shape.number - 1)))
        ),
        None,
    )


def _read(name: str, carrier: Carrier, table: _Recognised) -> tuple[IncomingFile, tuple[TrackingResult, ...]]:
    standing = [(row, cells) for row, cells in table.rows if table.value(cells, "called_off") in ("", "0")]
    results = tuple(
        TrackingResult(
            file=name,
            row=row,
            carrier=carrier.id,
            reference=shortened(table.value(cells, "reference"), _SHOWN),
            tracking_number=shortened(only_digits(table.value(cells, "number")), _SHOWN),
            shipped_on=table.value(cells, "shipped_on"),
            recipient=shortened(table.value(cells, "recipient"), _SHOWN),
            postcode=only_digits(table.value(cells, "postcode")),
        )
        for row, cells in standing
        if only_digits(table.value(cells, "number"))
    )
    without_number, deleted = len(standing) - len(results), len(table.rows) - len(standing)
    findings = (*_broken(name, table.broken), *_left_out(name, without_number, deleted))
    return IncomingFile(name, carrier.id, len(table.rows), findings), results


def _broken(name: str, rows: Iterable[tuple[int, _Cells]]) -> Iterator[Finding]:
    for row, cells in rows:
        yield Finding(
            "broken-row",
            "",
            name,
            "",
            shortened(",".join(cells), _SHOWN),
            msg("The row has another number of cells than the header."),
            msg("Export the file again, or type the tracking number into the shipments tab."),
            row,
        )


def _left_out(name: str, without_number: int, deleted: int) -> Iterator[Finding]:
    if without_number:
        why = msg("Rows without a tracking number: {count}.", count=without_number)
        fix = msg("Issue the labels at the carrier, then export again.")
        yield Finding("tracking-not-issued", "", name, "", "", why, fix, level="warning")
    if deleted:
        why = msg("Rows that were deleted at the carrier: {count}.", count=deleted)
        fix = msg("If one of them did go out, type its number into its row in the shipments tab.")
        yield Finding("tracking-deleted", "", name, "", "", why, fix, level="warning")


def _cell(cells: Sequence[str], at: int | None) -> str:
    return cells[at].strip() if at is not None and at < len(cells) else ""
