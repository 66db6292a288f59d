"""The sheets as they are now, with what is put right so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from automations.core.cells import RawCell, as_typed
from automations.core.journal import Digest
from automations.core.reading import keys_in
from automations.core.schema import Column
from automations.core.seals import SEAL, seal_of
from automations.core.settling.comparing import equal, is_blank, meaning, raw_of
from automations.core.settling.facts import Cell, Correction, Ground
from automations.core.snapshot import Sheet
from automations.core.wording import value_of


class Row:
    """One row: the cells of the sheet, and those that were put in since."""

    __slots__ = ("_cells", "_sheet", "key", "number", "put_in", "tab")

    def __init__(self, sheet: Sheet, number: int, key: str, cells: Sequence[RawCell]) -> None:
        self._sheet = sheet
        self._cells = cells
        self.tab = sheet.tab
        self.number = number
        self.key = key
        self.put_in: dict[str, RawCell] = {}

    def get(self, column: str) -> RawCell:
        """Return what stands in a column once it is put right."""
        return self.put_in[column] if column in self.put_in else self.shown(column)

    def shown(self, column: str) -> RawCell:
        """Return what the sheet shows."""
        at = self._position(column)
        return self._cells[at - 1] if at and at <= len(self._cells) else None

    def filled(self) -> dict[str, RawCell]:
        """Return what stands in the row once it is put right, by column."""
        columns = (*self._sheet.columns, *self._sheet.unknown)
        return {name: raw for name in columns if not is_blank(raw := self.get(name))}

    def put(self, column: str, value: RawCell) -> None:
        """Put a value in, where the sheet has the column."""
        if self._position(column):
            self.put_in[column] = value

    def _position(self, column: str) -> int:
        return self._sheet.columns.get(column) or self._sheet.unknown.get(column, 0)


class Draft:
    """The rows of every tab that settling looks at."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._rows: dict[str, dict[str, list[Row]]] = {}

    def rows(self, tab_id: str, key: str) -> list[Row]:
        """Return the rows with a key; ``""``: those without one."""
        return self._by_key(tab_id).get(key, [])

    def all_rows(self, tab_id: str) -> Iterator[Row]:
        """Yield every row of a tab."""
        for rows in self._by_key(tab_id).values():
            yield from rows

    def sealed(self, tab_id: str, key: str) -> list[Row]:
        """Return the rows that carry the seal of a key that is gone: a person renamed them."""
        if not self.ground.schema[tab_id].sealed:
            return []
        seal = seal_of(self.ground.ledger_id, tab_id, key)
        return [row for row in self.all_rows(tab_id) if as_typed(row.shown(SEAL)) == seal]

    def key_now(self, row: Row) -> str:
        """Return the key of a row as it is put right so far."""
        key = self.ground.schema[row.tab].key
        if row.put_in.keys().isdisjoint(key):
            return row.key
        return "/".join(as_typed(row.get(column)) for column in key).rstrip("/")

    def shows(self, row: Row, cell: Cell) -> bool:
        """Return whether a row still shows what the commit wrote into this cell."""
        column = self.ground.schema[row.tab].columns.get(cell.column)
        if isinstance(cell.new, Digest):
            return cell.new in self._digests(column, row.get(cell.hit))
        if column and cell.hit == cell.column and not self.ground.is_settle:
            return self.says(column, row.get(cell.hit), cell.new)
        return equal(row.get(cell.hit), self.raw(row.tab, cell))

    def raw(self, tab_id: str, cell: Cell) -> RawCell:
        """Return what the commit put into the cell, as a sheet gives it back; ``…`` where the journal has a digest."""
        if isinstance(cell.new, Digest):
            return "…"
        column = self.ground.schema[tab_id].columns.get(cell.column)
        if column is None or self.ground.is_settle:
            return raw_of(cell.new)
        return self.ground.wording.raw(column, value_of(column, cell.new))

    def says(self, column: Column, raw: RawCell, value: object) -> bool:
        """Return whether a cell says what the journal has of it."""
        if isinstance(value, str) and column.type not in {"date", "datetime", "money"}:
            value = meaning(column, value, self.ground.wording)
        return meaning(column, raw, self.ground.wording) == value

    def _digests(self, column: Column | None, raw: RawCell) -> Iterator[Digest]:
        """Yield what the journal would keep of a cell: as it is understood, and as it stands."""
        if column is not None:
            yield Digest.of(meaning(column, raw, self.ground.wording))
        yield Digest.of(as_typed(raw) or None)

    def is_persons(self, tab_id: str, cell: Cell) -> bool:
        """Return whether a person may have typed what stood there."""
        column = self.ground.schema[tab_id].columns.get(cell.hit)
        return not is_blank(cell.found) and (column is None or column.owner != "robot")

    def corrections(self) -> tuple[Correction, ...]:
        """Return the cells that differ from what the sheets show."""
        return tuple(
            Correction(tab_id, row.number, row.key, column, row.shown(column), value, self._beside(row))
            for tab_id in self._rows
            for row in sorted(self.all_rows(tab_id), key=lambda row: row.number)
            for column, value in row.put_in.items()
            if not equal(row.shown(column), value)
        )

    def _beside(self, row: Row) -> dict[str, RawCell]:
        """Return the cells by which a row is known that its key does not tell from others: those that stay."""
        if row.key and len(self.rows(row.tab, row.key)) == 1:
            return {}
        return {name: raw for name, raw in row.filled().items() if equal(raw, row.shown(name))}

    def _by_key(self, tab_id: str) -> dict[str, list[Row]]:
        if tab_id not in self._rows:
            sheet = self.ground.sheets[tab_id]
            rows: dict[str, list[Row]] = {}
            keys = keys_in(sheet, self.ground.schema[tab_id])
            for (number, cells), key in zip(sheet.rows, keys, strict=True):
                rows.setdefault(key, []).append(Row(sheet, number, key, cells))
            self._rows[tab_id] = rows
        return self._rows[tab_id]
