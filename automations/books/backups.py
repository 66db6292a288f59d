"""Earlier versions of a workbook, in the folder ``backup`` beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

from automations.books.operations import day_of

FOLDER = "backup"
NEWEST = 20
DAYS = 30


def backup_of(workbook: Path, op: str) -> Path:
    """Return where the version is kept that the commit ``op`` replaced."""
    return workbook.with_name(FOLDER) / f"{workbook.stem}-{op}{workbook.suffix}"


def ops_kept(names: Iterable[str], workbook: Path) -> tuple[str, ...]:
    """Return the operations that left a backup of this workbook, oldest first, from the folder's names."""
    start, end = f"{workbook.stem}-", workbook.suffix
    ops = (
        name.removeprefix(start).removesuffix(end)
        for name in names
        if name.startswith(start) and name.endswith(end)
    )
    return tuple(sorted(op for op in ops if day_of(op)))


def no_longer_needed(ops: Iterable[str], today: date) -> tuple[str, ...]:
    """Return the backups to remove: all but the newest 20 and the first of each of the last 30 days."""
    ordered = sorted(ops)
    kept = {*ordered[-NEWEST:], *_first_of_days(ordered, today - timedelta(days=DAYS))}
    return tuple(op for op in ordered if op not in kept)


def _first_of_days(ordered: Iterable[str], since: date) -> Iterator[str]:
    seen: set[date] = set()
    for op in ordered:
        day = day_of(op)
        if day is not None and day >= since and day not in seen:
            seen.add(day)
            yield op
