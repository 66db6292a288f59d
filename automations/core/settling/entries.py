"""A settle commit as the journal keeps it."""

from __future__ import annotations

from collections.abc import Mapping

from automations.core.cells import RawCell
from automations.core.settling.comparing import is_blank, plain
from automations.core.settling.facts import Settled


def entries_of(settled: Settled) -> dict[str, list[object]]:
    """Return the entries by tab: key, column mapped to what is shown and wanted, row number, cells beside them.

    A row that comes back is an entry as a new row has it.
    """
    rows: dict[str, dict[int, tuple[str, dict[str, list[object]]]]] = {}
    beside = {(one.tab, one.number): one.beside for one in settled.corrections}
    for one in settled.corrections:
        row = rows.setdefault(one.tab, {}).setdefault(one.number, (one.key or f"#{one.number}", {}))
        row[1][one.column] = [plain(one.shown), plain(one.wanted)]
    entries: dict[str, list[object]] = {
        tab: [[key, cells, number, *_others(beside[tab, number])] for number, (key, cells) in found.items()]
        for tab, found in rows.items()
    }
    for back in settled.restored:
        cells = {name: plain(raw) for name, raw in back.cells.items() if not is_blank(raw)}
        entries.setdefault(back.tab, []).append(["", cells])
    return entries


def _others(beside: Mapping[str, RawCell]) -> list[object]:
    return [{name: plain(raw) for name, raw in beside.items()}] if beside else []
