"""`daicho import`: take in named files only, check their rows, and count what was new, the same or changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from automations.app.arrivals import stamp_of
from automations.app.runner import Outcome, run
from automations.core.errors import DaichoError
from automations.core.incoming import IncomingFile, IncomingOrder
from automations.core.ledger import Row, Table
from automations.core.messages import msg
from automations.core.orders.channels import plain_number
from automations.core.orders.order_numbers import import_mark
from automations.core.plan import Finding, SetCells
from automations.core.records import dataclass
from automations.core.text import on_one_line

# What the intake writes into orders that were typed by hand.
_BY_HAND = frozenset({"order_id", "customer_id", "imported_at"})


class FileMissing(DaichoError):
    """A file that was named is not there or cannot be read."""

    exit_code = 2

    def __init__(self, path: Path) -> None:
        super().__init__(
            "file-missing",
            msg("The file {file} is not there or cannot be read.", file=on_one_line(str(path), 120)),
            msg("Check the name; with blanks in it, put it in quotes."),
            where=on_one_line(path.name, 120),
        )


@dataclass(frozen=True)
class FileCount:
    """What one file brought."""

    file: str
    channel: str
    orders_new: int
    orders_same: int
    orders_changed: int
    lines: int
    findings: tuple[Finding, ...]

    def as_mapping(self) -> dict[str, Any]:
        """Return the counts under their names, for JSON."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def import_files(
    folder: Path, files: Sequence[Path], now: datetime | None, language: str | None
) -> tuple[Outcome, tuple[FileCount, ...]]:
    """Take in these files and return the outcome with the counts of each.

    Raises:
        FileMissing: A named file cannot be read; nothing was taken in.
    """
    for path in files:
        if stamp_of(path) is None or not path.is_file():
            raise FileMissing(path)
    outcome = run(
        folder, names=("import_orders", "check_rows"), now=now, language=language, files=files, inbox=False
    )
    return outcome, tuple(_count(file, outcome) for file in outcome.files)


def _count(file: IncomingFile, outcome: Outcome) -> FileCount:
    incoming = outcome.before.incoming
    orders = [order for order in incoming.orders if order.file == file.name] if incoming else []
    before, after = _by_number(outcome.before["orders"]), _by_number(outcome.after["orders"])
    new = [order for order in orders if _number(order) not in before and _number(order) in after]
    known = [order for order in orders if _number(order) in before]
    archived = [order for order in orders if incoming and import_mark(order) in incoming.archived]
    told = _told(outcome)
    changed = [order for order in known if before[_number(order)].key in told]
    keys = {name for order in orders for name in (order.number, plain_number(order.number))} | {
        after[_number(order)].key for order in orders if _number(order) in after
    }
    findings = [
        finding
        for finding in _errors(outcome)
        if finding in file.findings or (finding.tab in ("orders", "order_lines") and _names(finding, keys))
    ]
    return FileCount(
        file=file.name,
        channel=file.source,
        orders_new=len(new),
        orders_same=len(known) - len(changed) + len(archived),
        orders_changed=len(changed),
        lines=sum(len(order.lines) for order in orders),
        findings=tuple(dict.fromkeys((*file.findings, *findings))),
    )


def _told(outcome: Outcome) -> set[str]:
    """Return the orders about which their channel had news."""
    changes = dict(outcome.steps)["import_orders"].changes
    return {
        change.key
        for change in changes
        if isinstance(change, SetCells) and change.tab == "orders" and not change.cells.keys() <= _BY_HAND
    }


def _errors(outcome: Outcome) -> list[Finding]:
    """Return what the intake says, and of the row check only what keeps an order out of the run."""
    intake, check = (dict(outcome.steps)[name].findings for name in ("import_orders", "check_rows"))
    return [*intake, *(finding for finding in check if finding.level == "error")]


def _names(finding: Finding, keys: set[str]) -> bool:
    return finding.key in keys or finding.key.rpartition("-")[0] in keys


def _number(order: IncomingOrder) -> tuple[str, str]:
    return order.channel, order.number


def _by_number(orders: Table) -> dict[tuple[str, str], Row]:
    return {
        (row.text("channel"), row.text("channel_order_no")): row
        for row in orders
        if row.text("channel_order_no")
    }
