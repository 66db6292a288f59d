"""Shipping batches: rendered labels to a batch row, frozen labels and a fingerprint of the file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from automations.core.ledger import Ledger, Row, update
from automations.core.messages import msg
from automations.core.plan import AppendRow, Finding, Plan
from automations.core.records import dataclass
from automations.core.shipping.carriers import Carrier
from automations.core.shipping.layouts import Rendered, encode, freeze
from automations.core.values import Cells

# The ids of a batch stand in one cell, and a workbook cell holds 32,767 characters.
MOST_PARCELS = 1_000
_DAY = re.compile(r"-(\d{4})(\d{2})(\d{2})-\d+")


@dataclass(frozen=True, slots=True)
class ParcelLabel:
    """The label of one shipment, rendered for the day on which it ships."""

    shipment: Row
    carrier: Carrier
    ship_on: date
    rendered: Rendered


def batch_plans(labels: Sequence[ParcelLabel], ledger: Ledger) -> Iterator[Plan]:
    """Yield one plan per batch: its row, its parcels instructed with their frozen labels, its marks.

    Args:
        labels: Labels without problems, in the order of the file; grouped by carrier and ship day. A number
            once used (row or mark) is never used again. Parcels of a batch that was cut off are among them.
        ledger: Brings batches, marks and the moment.
    """
    groups: dict[tuple[str, date], list[ParcelLabel]] = {}
    for label in labels:
        groups.setdefault((label.carrier.id, label.ship_on), []).append(label)
    for (name, ship_on), group in groups.items():
        parts = [group[start : start + MOST_PARCELS] for start in range(0, len(group), MOST_PARCELS)]
        for batch_id, part in zip(_free_ids(f"{name}-{ship_on:%Y%m%d}", ledger), parts, strict=False):
            yield _batch(batch_id, group[0].carrier, ship_on, part, ledger)


def _free_ids(stem: str, ledger: Ledger) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        batch_id = f"{stem}-{number}"
        if batch_id not in ledger["batches"] and f"batch:{batch_id}" not in ledger.marks:
            yield batch_id


def _batch(
    batch_id: str, carrier: Carrier, ship_on: date, labels: Sequence[ParcelLabel], ledger: Ledger
) -> Plan:
    contents = encoded_files(carrier, [label.rendered.fields for label in labels])
    row: Cells = {
        "batch_id": batch_id,
        "state": "planned",
        "carrier": carrier.id,
        "ship_on": ship_on,
        "parcels": len(labels),
        "file": " ".join(file_names(batch_id, len(contents), carrier.file.extension)),
        "made_at": ledger.now,
        "shipments": " ".join(label.shipment.key for label in labels),
        "sha256": fingerprint(contents),
    }
    instructed = [
        update(
            label.shipment,
            {
                "state": "instructed",
                "batch_id": batch_id,
                "instructed_at": _instructed_at(label.shipment) or ledger.now,
                "label_fields": freeze(label.rendered.fields),
            },
        )
        for label in labels
    ]
    missing = [_account_missing(batch_id, carrier)] if carrier.missing_account_keys else []
    marks = [f"batch:{batch_id}", *(parcel_mark(label.shipment.key) for label in labels)]
    return Plan.of(AppendRow("batches", row), instructed, missing, marks=marks)


def is_cut_off(shipment: Row, ledger: Ledger) -> bool:
    """Return whether a parcel was instructed by a run that ended before it wrote its batch.

    A very large commit goes in parts, each order whole in one of them, and the batch in the last.
    """
    batch = shipment.text("batch_id")
    return (
        shipment.text("state") == "instructed"
        and parcel_mark(shipment.key) in ledger.marks
        and _DAY.search(batch) is not None
        and batch not in ledger["batches"]
        and f"batch:{batch}" not in ledger.marks
    )


def day_of(batch_id: str) -> date | None:
    """Return the ship day in the name of a batch."""
    found = _DAY.search(batch_id)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def _instructed_at(shipment: Row) -> datetime | None:
    return shipment.moment("instructed_at") if shipment.text("state") == "instructed" else None


def encoded_files(carrier: Carrier, rows: Sequence[Sequence[str]]) -> list[bytes]:
    """Return the files of a batch, more than one where the carrier limits the rows of a file."""
    header = tuple(column.name for column in carrier.columns)
    most = carrier.file.max_rows or len(rows)
    parts = [rows[start : start + most] for start in range(0, len(rows), most)] if rows else [rows]
    return [encode(carrier.file, header, part) for part in parts]


def fingerprint(contents: Sequence[bytes]) -> str:
    """Return the hash by which the files of a batch are known again."""
    return hashlib.sha256(b"".join(contents)).hexdigest()


def file_names(batch_id: str, count: int, extension: str) -> list[str]:
    """Return ``shipping/<batch>.csv``, or ``…-1of2.csv``, ``…-2of2.csv`` for the files of one batch."""
    parts = [f"-{number}of{count}" for number in range(1, count + 1)] if count > 1 else [""]
    return [f"shipping/{batch_id}{part}.{extension}" for part in parts]


def parcel_mark(shipment_id: str) -> str:
    """Return the mark of a parcel that was handed to the carrier once, so that no other run does it again."""
    return f"parcel:{shipment_id}"


def _account_missing(batch_id: str, carrier: Carrier) -> Finding:
    keys = carrier.missing_account_keys
    return Finding(
        "account-missing",
        "batches",
        batch_id,
        "file",
        "",
        msg(
            "The shipping file has no {keys}; {carrier} will ask for it.",
            keys=tuple(key.label for key in keys),
            carrier=carrier.label,
        ),
        msg(
            "Fill in carriers: {carrier}: {keys} in shop.yaml.",
            carrier=carrier.id,
            keys=tuple(key.id for key in keys),
        ),
        level="warning",
    )
