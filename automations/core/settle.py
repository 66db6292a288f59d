"""Settle: after a commit, put back what landed in a wrong row, a person's value first.

People sort, insert, delete and edit while a commit is on its way. What stood at the place of each write right before
it was copied in the same atomic step; from these copies and the ledger as it is now follows what must be put back.
The rules and their order are those of the commit protocol, section 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date

from automations.core.cells import RawCell, Unreadable, as_typed, read_cell, serial_of
from automations.core.journal import Written, written
from automations.core.ledger import TOTALS
from automations.core.messages import Message, msg
from automations.core.reading import keys_in
from automations.core.records import dataclass
from automations.core.schema import Column, Schema, Tab
from automations.core.seals import SEAL, seal_of
from automations.core.snapshot import Sheet
from automations.core.text import normal_header
from automations.core.wording import Wording, value_of

ERRORS = "errors"
# Digits of a serial day number that count: one is about a thousandth of a second.
_PLACES = 8


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a write.

    Attributes:
        column: What was meant to be written: id of a column.
        base: Value that the plan was made on, as the journal keeps it (a raw cell in a settle commit).
        new: Value that was written, alike.
        hit: Column that stood there instead when people moved columns: its id, or its header if it has none.
        found: What stood there right before.
    """

    column: str
    base: object
    new: object
    hit: str
    found: RawCell


@dataclass(frozen=True, slots=True)
class Hit:
    """One row of the last commit: whom it was meant for, and whose row stood there right before.

    Attributes:
        key: Expected key, ``""`` for a row without one.
        found_key: Key of the row that stood there, ``""`` where no key did.
        removed: The whole row that stood there when the write took it out, by column; blank otherwise.
        beside: The other cells of the row that stood there, by column: which it was if its key stands twice.
        meant: The same of the row that was meant, where that has no key.
    """

    tab: str
    key: str
    found_key: str
    cells: tuple[Cell, ...]
    removed: Mapping[str, RawCell] = field(default_factory=dict)
    beside: Mapping[str, RawCell] = field(default_factory=dict)
    meant: Mapping[str, object] = field(default_factory=dict)

    @property
    def moved(self) -> bool:
        """True when another row stood there than was meant."""
        return self.key != self.found_key


@dataclass(frozen=True, slots=True)
class Misfiled:
    """A new row that was added while people moved columns: what was meant, and where each value went."""

    tab: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """One cell to be put right: its row as the snapshot numbers it, and what it shows and should show.

    ``beside`` holds the other cells of a row without a key, by column.
    """

    tab: str
    number: int
    key: str
    column: str
    shown: RawCell
    wanted: RawCell
    beside: Mapping[str, RawCell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Restored:
    """A row that was taken out by mistake and comes back at the end of its tab, by column."""

    tab: str
    cells: Mapping[str, RawCell]


@dataclass(frozen=True, slots=True)
class Settled:
    """What is to be put right; nothing when the ledger is settled. ``lost`` quotes values that found no row."""

    corrections: tuple[Correction, ...] = ()
    restored: tuple[Restored, ...] = ()
    lost: tuple[Message, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True when nothing must be written."""
        return not self.corrections and not self.restored


@dataclass(frozen=True)
class Ground:
    """What settling stands on: the sheets as they are now, and how their cells are understood."""

    sheets: Mapping[str, Sheet]
    schema: Schema
    ledger_id: str
    wording: Wording
    is_settle: bool = False


def settle(hits: Sequence[Hit], misfiled: Sequence[Misfiled], ground: Ground) -> Settled:
    """Return what must be written so that no value of the last commit stays in a wrong row.

    A pure function of the last commit and a snapshot: any machine comes to the same answer, and none is needed
    once the ledger is settled. Source: commit-protocol section 4, rules 1 to 5.
    """
    draft = _Draft(ground)
    lost: list[Message] = []
    restored = tuple(Restored(hit.tab, hit.removed) for hit in hits if _must_come_back(hit, draft))
    hits = [hit for hit in hits if not hit.removed]
    for hit in hits:
        lost += _put_back(hit, draft)
    for row in misfiled:
        _refile(row, draft)
    if ground.is_settle:
        for hit in hits:
            _write_again(hit, draft)
    for hit in hits:
        lost += _put_back_without_key(hit, draft)
    draft.clear_ghosts()
    return Settled(draft.corrections(), restored, tuple(lost))


def _must_come_back(hit: Hit, draft: _Draft) -> bool:
    """Return whether a row was taken out that was not meant, or that a person had changed meanwhile."""
    if not hit.removed or (hit.found_key and draft.rows(hit.tab, hit.found_key)):
        return False
    return _took_too_much(hit, draft)


def _took_too_much(hit: Hit, draft: _Draft) -> bool:
    known = {cell.column for cell in hit.cells}
    columns = draft.ground.schema[hit.tab].columns
    typed = any(
        raw not in {None, "", False} and name not in known and _is_for_people(columns.get(name))
        for name, raw in hit.removed.items()
    )
    return (
        typed
        or (hit.moved and any(raw not in {None, ""} for raw in hit.removed.values()))
        or any(_is_wrong(hit, cell, draft) for cell in hit.cells)
    )


def _is_for_people(column: Column | None) -> bool:
    return column is None or column.owner != "robot"


def _put_back(hit: Hit, draft: _Draft) -> Iterator[Message]:
    """Rules 1 and 2: what another row, or a person, had there goes back to where it belongs."""
    wrong = tuple(cell for cell in hit.cells if _is_wrong(hit, cell, draft))
    if not wrong or not hit.found_key:
        return
    rows = draft.rows(hit.tab, hit.found_key) or _rekeyed(hit, draft) or draft.sealed(hit.tab, hit.found_key)
    if not rows:
        yield from (_lost(hit, cell, draft) for cell in wrong if draft.is_persons(hit.tab, cell))
        return
    if len(rows) > 1:
        rows = [row for row in rows if all(draft.shows(row, cell) for cell in wrong)] or rows
        rows = [row for row in rows if _is_same(row, hit)] or rows
    for row in rows:
        for cell in wrong:
            if draft.shows(row, cell):
                row.put(cell.hit, cell.found)


def _is_same(row: _Row, hit: Hit) -> bool:
    """Return whether a row still has every other cell of the row that was hit."""
    return all(_equal(row.shown(column), raw) for column, raw in hit.beside.items())


def _is_wrong(hit: Hit, cell: Cell, draft: _Draft) -> bool:
    if hit.moved or cell.hit != cell.column:
        return True
    if draft.ground.is_settle:
        return not _equal(cell.found, _raw_of(cell.base))
    column = draft.ground.schema[hit.tab].columns.get(cell.column)
    if column is None:
        return as_typed(cell.found) != str(cell.base or "")
    if column.owner == "robot":
        return False
    return draft.meaning(column, cell.found) != draft.expected(column, cell.base)


def _rekeyed(hit: Hit, draft: _Draft) -> list[_Row]:
    """Return the rows under the key that this very write gave the one that was hit."""
    tab = draft.ground.schema[hit.tab]
    given = {cell.hit: as_typed(draft.raw(hit.tab, cell)) for cell in hit.cells if cell.hit in tab.key}
    if not any(given.values()):
        return []
    parts = (given.get(column) or as_typed(hit.beside.get(column)) for column in tab.key)
    return draft.rows(hit.tab, "/".join(parts).rstrip("/"))


def _refile(row: Misfiled, draft: _Draft) -> None:
    """Move the values of a new row to the columns they were meant for; what a person typed there since stays."""
    there = _row_of(row, draft)
    if there is None:
        return
    shown = [cell for cell in row.cells if draft.shows(there, cell)]
    for cell in shown:
        there.put(cell.hit, None)
    for cell in shown:
        if there.get(cell.column) in {None, ""}:
            there.put(cell.column, draft.raw(row.tab, cell))


def _row_of(row: Misfiled, draft: _Draft) -> _Row | None:
    """Return the row that shows the key of a new row where it was put, and most of what was written with it."""
    key = draft.ground.schema[row.tab].key
    keys = [cell for cell in row.cells if cell.column in key]
    found, most = None, len(row.cells) // 2
    for there in draft.all_rows(row.tab) if keys else ():
        if all(draft.shows(there, cell) for cell in keys):
            count = sum(draft.shows(there, cell) for cell in row.cells)
            if count > most:
                found, most = there, count
    return found


def _write_again(hit: Hit, draft: _Draft) -> None:
    """Rule 3: a value that was being put back and missed its row is put back again."""
    missed = [cell for cell in hit.cells if hit.moved or cell.hit != cell.column or _met_another(hit, cell)]
    rows = draft.rows(hit.tab, hit.key) if missed else []
    if not hit.key:
        rows = [row for row in rows if _is_meant(row, hit)]
    for row in rows:
        for cell in missed:
            if _equal(row.get(cell.column), _raw_of(cell.base)):
                row.put(cell.column, _raw_of(cell.new))


def _met_another(hit: Hit, cell: Cell) -> bool:
    """Return whether a write to a row without a key met another one: all their keys are the same."""
    return not hit.key and not _equal(cell.found, _raw_of(cell.base))


def _is_meant(row: _Row, hit: Hit) -> bool:
    """Return whether a row without a key has the very cells beside those that were written that were there before."""
    written = {cell.column for cell in hit.cells}
    others = {name: raw for name, raw in row.filled().items() if name not in written}
    return others.keys() == hit.meant.keys() and all(
        _equal(raw, _raw_of(hit.meant[name])) for name, raw in others.items()
    )


def _put_back_without_key(hit: Hit, draft: _Draft) -> Iterator[Message]:
    """Rule 4: what was written where no row stood goes away again, and what somebody had begun to type comes back."""
    wrong = tuple(cell for cell in hit.cells if _is_wrong(hit, cell, draft))
    if not wrong or hit.found_key:
        return
    rows = _rows_without_key(hit, wrong, draft)
    for row in rows:
        for cell in wrong:
            if draft.shows(row, cell):
                row.put(cell.hit, cell.found)
    if not rows:
        yield from (_lost(hit, cell, draft) for cell in wrong if draft.is_persons(hit.tab, cell))


def _rows_without_key(hit: Hit, wrong: Sequence[Cell], draft: _Draft) -> list[_Row]:
    """Return the row that was hit, told by its other cells; else those that show all that was written."""
    rows = [*draft.rows(hit.tab, ""), *_rekeyed(hit, draft)]
    showing = [row for row in rows if all(draft.shows(row, cell) for cell in wrong)]
    same = [row for row in rows if _is_same(row, hit)]
    if any(draft.raw(hit.tab, cell) is not None for cell in wrong):
        return [row for row in showing if row in same] or same or showing
    return [row for row in showing if row in same]


class _Row:
    """A row of the draft: the cells of the sheet, and those that were put in since."""

    __slots__ = ("_cells", "_sheet", "key", "number", "put_in", "tab")

    def __init__(self, sheet: Sheet, number: int, key: str, cells: Sequence[RawCell]) -> None:
        self._sheet = sheet
        self._cells = cells
        self.tab = sheet.tab
        self.number = number
        self.key = key
        self.put_in: dict[str, RawCell] = {}

    def get(self, column: str) -> RawCell:
        if column in self.put_in:
            return self.put_in[column]
        return self.shown(column)

    def shown(self, column: str) -> RawCell:
        at = self.position(column)
        return self._cells[at - 1] if at and at <= len(self._cells) else None

    def position(self, column: str) -> int:
        return self._sheet.columns.get(column) or self._sheet.unknown.get(column, 0)

    def filled(self) -> dict[str, RawCell]:
        """Return what stands in the row, by column."""
        columns = (*self._sheet.columns, *self._sheet.unknown)
        return {name: shown for name in columns if (shown := self.shown(name)) not in {None, ""}}

    def beside(self) -> dict[str, RawCell]:
        """Return what a row without a key is known by: its cells that stay as they are."""
        filled = {} if self.key else self.filled()
        return {name: shown for name, shown in filled.items() if name not in self.put_in}

    def put(self, column: str, value: RawCell) -> None:
        if self.position(column):
            self.put_in[column] = value


class _Draft:
    """The snapshot with what is put right so far."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._rows: dict[str, dict[str, list[_Row]]] = {}

    def rows(self, tab_id: str, key: str) -> list[_Row]:
        """Return the rows with a key; ``""``: those without one."""
        return self._by_key(tab_id).get(key, [])

    def all_rows(self, tab_id: str) -> Iterator[_Row]:
        """Yield every row of a tab."""
        for rows in self._by_key(tab_id).values():
            yield from rows

    def sealed(self, tab_id: str, key: str) -> list[_Row]:
        """Return the rows that carry the seal of a key that is gone: a person renamed them."""
        if not self.ground.schema[tab_id].sealed:
            return []
        seal = seal_of(self.ground.ledger_id, tab_id, key)
        return [row for row in self.all_rows(tab_id) if as_typed(row.shown(SEAL)) == seal]

    def shows(self, row: _Row, cell: Cell) -> bool:
        """Return whether a row still shows what the commit wrote into this cell."""
        tab = self.ground.schema[row.tab]
        if cell.hit == cell.column and not self.ground.is_settle:
            column = tab.columns[cell.column]
            return self.meaning(column, row.get(cell.hit)) == self.expected(column, cell.new)
        return _equal(row.get(cell.hit), self.raw(row.tab, cell))

    def raw(self, tab_id: str, cell: Cell) -> RawCell:
        """Return what the commit put into the cell, as a sheet gives it back."""
        if self.ground.is_settle:
            return _raw_of(cell.new)
        column = self.ground.schema[tab_id].columns[cell.column]
        return self.ground.wording.raw(column, value_of(column, cell.new))

    def meaning(self, column: Column, raw: RawCell) -> object:
        """Return what a cell says, as the journal keeps it; what cannot be read says what was typed."""
        return meaning(column, raw, self.ground.wording)

    def expected(self, column: Column, value: object) -> object:
        """Return a value of the journal as a cell that was read again says it."""
        if isinstance(value, str) and column.type not in {"date", "datetime", "money"}:
            return meaning(column, value, self.ground.wording)
        return value

    def is_persons(self, tab_id: str, cell: Cell) -> bool:
        """Return whether a person may have typed what stood there."""
        column = self.ground.schema[tab_id].columns.get(cell.hit)
        return cell.found not in {None, ""} and (column is None or column.owner != "robot")

    def clear_ghosts(self) -> None:
        """Rule 5: in a row without a key nothing of the program stands, but for what it says is wrong there."""
        for tab in self.ground.schema.values():
            sheet = self.ground.sheets.get(tab.id)
            if sheet is None or tab.id == "journal":
                continue
            for row in self.rows(tab.id, ""):
                if not _is_line_of_totals(row, sheet) and not _has_got_key(row, tab):
                    _clear_ghost(row, tab, sheet)

    def corrections(self) -> tuple[Correction, ...]:
        """Return the cells that differ from what the sheets show."""
        return tuple(
            Correction(tab_id, row.number, row.key, column, row.shown(column), value, row.beside())
            for tab_id in self._rows
            for row in sorted(self.all_rows(tab_id), key=lambda row: row.number)
            for column, value in row.put_in.items()
            if not _equal(row.shown(column), value)
        )

    def _by_key(self, tab_id: str) -> dict[str, list[_Row]]:
        if tab_id not in self._rows:
            sheet = self.ground.sheets[tab_id]
            rows: dict[str, list[_Row]] = {}
            keys = keys_in(sheet, self.ground.schema[tab_id])
            for (number, cells), key in zip(sheet.rows, keys, strict=True):
                rows.setdefault(key, []).append(_Row(sheet, number, key, cells))
            self._rows[tab_id] = rows
        return self._rows[tab_id]


def _has_got_key(row: _Row, tab: Tab) -> bool:
    """Return whether settling itself gives the row its key, which stood in another column."""
    return any(row.put_in.get(column) not in {None, ""} for column in tab.key)


def _is_line_of_totals(row: _Row, sheet: Sheet) -> bool:
    """Return whether people add up columns here: numbers alone, or with a word such as 合計."""
    filled = [row.get(column) for column in (*sheet.columns, *sheet.unknown)]
    return all(
        raw is None or isinstance(raw, (int, float)) or (isinstance(raw, str) and _is_total(raw))
        for raw in filled
    )


def _is_total(text: str) -> bool:
    return not text or normal_header(text) in TOTALS


def _clear_ghost(row: _Row, tab: Tab, sheet: Sheet) -> None:
    own = [
        column.id
        for column in tab.columns.values()
        if column.id in sheet.columns and column.id != ERRORS and _is_programs(column, row)
    ]
    for column in own:
        row.put(column, None)
    if ERRORS in sheet.columns and not any(
        row.get(column) not in {None, "", False}
        for column in (*sheet.columns, *sheet.unknown)
        if column != ERRORS
    ):
        row.put(ERRORS, None)


def _is_programs(column: Column, row: _Row) -> bool:
    if column.owner == "robot":
        return True
    if column.owner != "shared" or not column.twin:
        return False
    shown = row.get(column.id)
    twin = as_typed(row.get(column.twin))
    return bool(twin) and column.written_choices.get(as_typed(shown), as_typed(shown)) == twin


def meaning(column: Column, raw: RawCell, wording: Wording) -> Written:
    """Return what a cell says as the journal keeps it: typed, or as typed by a person where it cannot be read."""
    try:
        return written(read_cell(column, raw, wording.zone, wording.currency))
    except Unreadable:
        return {"typed": as_typed(raw)}


def _lost(hit: Hit, cell: Cell, draft: _Draft) -> Message:
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


def _equal(one: RawCell, other: RawCell) -> bool:
    return _comparable(one) == _comparable(other)


def _comparable(raw: RawCell) -> object:
    """Return a raw cell for comparing: ``""`` is blank, ``TRUE`` is not 1, a day is its serial number."""
    if raw is None or raw == "":
        return None
    if isinstance(raw, date):
        raw = serial_of(raw)
    return (isinstance(raw, bool), round(raw, _PLACES) if isinstance(raw, float) else raw)


def _raw_of(value: object) -> RawCell:
    return value if isinstance(value, (str, int, float)) else None


def is_clean(hits: Iterable[Hit], misfiled: Sequence[Misfiled], ground: Ground) -> bool:
    """Return whether every write of a commit met the row and the value it was meant for."""
    draft = _Draft(ground)
    return not misfiled and not any(
        _took_too_much(hit, draft)
        if hit.removed
        else hit.moved or any(_is_wrong(hit, cell, draft) for cell in hit.cells)
        for hit in hits
    )


def entries_of(settled: Settled) -> dict[str, list[object]]:
    """Return the journal entries of a settle commit: key, column mapped to what is shown and wanted, row number.

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
        cells = {name: plain(raw) for name, raw in back.cells.items() if raw not in {None, ""}}
        entries.setdefault(back.tab, []).append(["", cells])
    return entries


def _others(beside: Mapping[str, RawCell]) -> list[object]:
    return [{name: plain(raw) for name, raw in beside.items()}] if beside else []


def plain(raw: RawCell) -> str | int | float | None:
    """Return a raw cell as JSON and a sheet take it: a day as its serial number."""
    return serial_of(raw) if isinstance(raw, date) else raw if isinstance(raw, (str, int, float)) else None
