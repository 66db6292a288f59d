"""The heart of allocation: free units go to waiting lines, order by order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from automations.core.stock.demand import Line
from automations.core.stock.shelf import Reservation, Shelf


def reserve(queue: Iterable[Sequence[Line]], shelf: Shelf, *, whole_orders_first: bool = False) -> None:
    """Give each line what it misses, as far as the shelf has it.

    Args:
        queue: The lines of each waiting order, most urgent order first; lines that wait get nothing.
        shelf: What may be spent; it is lowered.
        whole_orders_first: Orders that can be served whole go before those that would stay short.
    """
    if whole_orders_first:
        queue = [lines for lines in queue if not _served_whole(lines, shelf)]
    for lines in queue:
        for line in lines:
            if line.waits is None:
                sets, units = shelf.serve(line.claim.parts, line.missing, line.day)
                if sets:
                    line.take(sets, units)


def _served_whole(lines: Sequence[Line], shelf: Shelf) -> bool:
    """Serve an order if all its lines can be served, else leave the shelf as it was."""
    taken: list[tuple[Reservation, ...]] = []
    for line in lines:
        if line.waits is not None:
            break
        sets, units = shelf.serve(line.claim.parts, line.missing, line.day)
        taken.append(units)
        if sets < line.missing:
            break
    else:
        for line, units in zip(lines, taken, strict=True):
            line.take(line.missing, units)
        return True
    for units in taken:
        shelf.put_back(units)
    return False
