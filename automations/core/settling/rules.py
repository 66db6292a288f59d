"""The rules of settling, in their order (commit-protocol section 4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from automations.core.cells import as_typed
from automations.core.messages import Message, msg
from automations.core.settling.comparing import equal, is_blank, raw_of
from automations.core.settling.draft import Draft, Row
from automations.core.settling.facts import Cell, Ground, Hit, Misfiled, Restored, Settled
from automations.core.settling.ghosts import clear_ghosts
from automations.core.settling.matching import rows_meant, rows_met
from automations.core.settling.removed import must_come_back, took_too_much
from automations.core.settling.wrong import has_missed, wrong_cells


def settle(hits: Sequence[Hit], misfiled: Sequence[Misfiled], ground: Ground) -> Settled:
    """Return what must be written so that no value of the last commit stays in a wrong row.

    A pure function of the last commit and a snapshot: any machine comes to the same answer, and none is needed
    once the ledger is settled.
    """
    draft = Draft(ground)
    restored = tuple(Restored(hit.tab, hit.removed) for hit in hits if must_come_back(hit, draft))
    hits = [hit for hit in hits if not hit.removed]
    met = rows_met([*hits, *misfiled], draft)
    lost = [note for hit, rows in zip(hits, met, strict=False) for note in put_back(hit, rows, draft)]
    for new, rows in zip(misfiled, met[len(hits) :], strict=True):
        refile(new, rows, draft)
    if ground.is_settle:
        missed = [hit for hit in hits if has_missed(hit, draft)]
        for hit, rows in zip(missed, rows_meant(missed, draft), strict=True):
            do_again(hit, rows)
    clear_ghosts(draft)
    return Settled(draft.corrections(), restored, tuple(lost))


def is_clean(hits: Iterable[Hit], misfiled: Sequence[Misfiled], ground: Ground) -> bool:
    """Return whether every write of a commit met the row and the value it was meant for."""
    draft = Draft(ground)
    return not misfiled and not any(
        took_too_much(hit, draft) if hit.removed else hit.moved or wrong_cells(hit, draft) for hit in hits
    )


def put_back(hit: Hit, rows: Sequence[Row], draft: Draft) -> Iterator[Message]:
    """Rules 1, 2 and 4: what another row, a person or a blank line had there goes back, where the write still shows."""
    wrong = wrong_cells(hit, draft)
    for row in rows:
        for cell in wrong:
            if draft.shows(row, cell):
                row.put(cell.hit, cell.found)
    if not rows:
        yield from (_lost(hit, cell, draft) for cell in wrong if draft.is_persons(hit.tab, cell))


def refile(new: Misfiled, rows: Sequence[Row], draft: Draft) -> None:
    """Move the values of a new row to the columns they were meant for; what a person typed there since stays."""
    for row in rows[:1]:
        shown = [(cell, row.get(cell.hit)) for cell in new.cells if draft.shows(row, cell)]
        for cell, _ in shown:
            row.put(cell.hit, None)
        for cell, raw in shown:
            if is_blank(row.get(cell.column)):
                row.put(cell.column, raw)


def do_again(hit: Hit, rows: Sequence[Row]) -> None:
    """Rule 3: a value that was being put back and missed its row is put back again, where that shows what it did."""
    for row in rows:
        for cell in hit.cells:
            if equal(row.get(cell.column), raw_of(cell.base)):
                row.put(cell.column, raw_of(cell.new))


def _lost(hit: Hit, cell: Cell, draft: Draft) -> Message:
    column = draft.ground.schema[hit.tab].columns.get(cell.hit)
    return msg(
        "In {tab} the row {key} was renamed or deleted while Daicho was writing. In {column} stood: {found}. "
        "Daicho wrote there: {new}. Please put it right by hand.",
        tab=draft.ground.schema[hit.tab].label,
        key=hit.found_key,
        column=column.label if column else cell.hit,
        found=as_typed(cell.found),
        new=as_typed(draft.raw(hit.tab, cell)),
    )
