"""Which row of a sheet was met by a write, or meant by it: by its key, and where keys do not tell, by all its cells.

Right after a commit a row shows its copy with what was written over it. Where a key stands twice, was written over or
is blank, a row is the one that differs least from that; what one write met, no other one did.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from automations.core.cells import as_typed
from automations.core.settling.comparing import equal, is_blank, raw_of
from automations.core.settling.draft import Draft, Row
from automations.core.settling.facts import Hit, Misfiled

# How much a row differs from what a write left, the place of that write, the row.
_Pair = tuple[int, int, Row]


def rows_met(writes: Sequence[Hit | Misfiled], draft: Draft) -> list[list[Row]]:
    """Return what is now of the row that each write met: several where it was copied since, none where it is gone."""
    found = [_candidates(write, draft) for write in writes]
    times = Counter(id(row) for rows in found for row in rows)
    contested: list[_Pair] = []
    for place, rows in enumerate(found):
        if len(rows) > 1 or any(times[id(row)] > 1 for row in rows):
            contested += ((_differing(row, writes[place], draft), place, row) for row in rows)
            found[place] = []
    for place, row in _assigned(contested):
        found[place].append(row)
    return found


def rows_meant(missed: Sequence[Hit], draft: Draft) -> list[list[Row]]:
    """Return the rows that were meant by the writes of a settle commit which missed them, by their keys of the draft."""
    by_key: dict[str, dict[str, list[Row]]] = {}
    for tab in dict.fromkeys(hit.tab for hit in missed):
        rows = by_key[tab] = {}
        for row in draft.all_rows(tab):
            rows.setdefault(draft.key_now(row), []).append(row)
    return [_meant(hit, by_key[hit.tab].get(hit.key, [])) for hit in missed]


def _meant(hit: Hit, rows: Sequence[Row]) -> list[Row]:
    if not hit.key:
        rows = [row for row in rows if _is_meant(row, hit)]
    elif hit.meant:
        most = (len(hit.cells) + len(hit.meant)) / 2
        rows = [row for row in rows if _differing_from_base(row, hit) < most]
    differing = [_differing_from_base(row, hit) for row in rows]
    return [row for row, differs in zip(rows, differing, strict=True) if differs == min(differing)]


def _candidates(write: Hit | Misfiled, draft: Draft) -> list[Row]:
    if isinstance(write, Misfiled):
        return _rows_filed(write, draft)
    key = _key_after(write, draft)
    rows = draft.rows(write.tab, write.found_key) if write.found_key else []
    if key and key != write.found_key:
        rows = [*rows, *draft.rows(write.tab, key)]
    if not write.found_key or not key:
        rows = [*rows, *(row for row in draft.rows(write.tab, "") if _is_told(row, write, draft))]
    return rows or (draft.sealed(write.tab, write.found_key) if write.found_key else [])


def _key_after(hit: Hit, draft: Draft) -> str:
    """Return the key that a row has by what was written to it, which may have been meant for another column."""
    tab = draft.ground.schema[hit.tab]
    given = {cell.hit: as_typed(draft.raw(hit.tab, cell)) for cell in hit.cells if cell.hit in tab.key}
    if not given:
        return hit.found_key
    parts = (given.get(column, as_typed(hit.beside.get(column))) for column in tab.key)
    return "/".join(parts).rstrip("/")


def _is_told(row: Row, hit: Hit, draft: Draft) -> bool:
    """Return whether a row without a key shows all that was written, or all that stood beside it."""
    is_same = all(equal(row.shown(column), raw) for column, raw in hit.beside.items())
    shows = all(draft.shows(row, cell) for cell in hit.cells)
    if any(draft.raw(hit.tab, cell) is not None for cell in hit.cells):
        return is_same or shows
    return is_same and shows


def _rows_filed(new: Misfiled, draft: Draft) -> list[Row]:
    """Return the rows that show the key of a new row where it was put, and most of what was written with it."""
    key = draft.ground.schema[new.tab].key
    keys = [cell for cell in new.cells if cell.column in key]
    return [
        row
        for row in (draft.all_rows(new.tab) if keys else ())
        if all(draft.shows(row, cell) for cell in keys)
        and sum(draft.shows(row, cell) for cell in new.cells) > len(new.cells) // 2
    ]


def _differing(row: Row, write: Hit | Misfiled, draft: Draft) -> int:
    """Return how many cells are not as the write left them."""
    written = sum(not draft.shows(row, cell) for cell in write.cells)
    if isinstance(write, Hit):
        return written + sum(not equal(row.shown(column), raw) for column, raw in write.beside.items())
    return written + len(row.filled().keys() - {cell.hit for cell in write.cells})


def _assigned(pairs: Iterable[_Pair]) -> Iterable[tuple[int, Row]]:
    """Return which row is whose, the likest first: one for each write, and what is just as like beside it."""
    taken: set[int] = set()
    nearest: dict[int, int] = {}
    left: list[_Pair] = []
    for differs, place, row in sorted(pairs, key=lambda pair: pair[:2]):
        if id(row) not in taken and place not in nearest:
            taken.add(id(row))
            nearest[place] = differs
            yield place, row
        else:
            left.append((differs, place, row))
    for differs, place, row in left:
        if id(row) not in taken and nearest.get(place) == differs:
            taken.add(id(row))
            yield place, row


def _is_meant(row: Row, hit: Hit) -> bool:
    """Return whether a row without a key has the very cells beside that were there before, and any of the base."""
    written = {cell.column for cell in hit.cells}
    others = {name for name in row.filled() if name not in written}
    bases = {cell.column: raw_of(cell.base) for cell in hit.cells if not is_blank(raw_of(cell.base))}
    return (
        others == hit.meant.keys()
        and all(equal(row.get(name), raw_of(hit.meant[name])) for name in others)
        and (not bases or any(equal(row.get(name), base) for name, base in bases.items()))
    )


def _differing_from_base(row: Row, hit: Hit) -> int:
    return sum(not equal(row.get(cell.column), raw_of(cell.base)) for cell in hit.cells) + sum(
        not equal(row.get(column), raw_of(value)) for column, value in hit.meant.items()
    )
