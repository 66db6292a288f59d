"""People at the sheet: what they do, drawn by chance, and what the truth is from then on."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from sheets_server import moving
from sheets_server.cells import Cell
from sheets_server.lines import EMPTY, Line
from sheets_server.service import Service
from sheets_server.tabs import Tab as Grid

from automations.books.google.batch import TOKEN
from automations.books.google.ids import COPIES, sheet_id_of

from .shop import MEMO, SCHEMA, SKUS, STATUS
from .truth import RowTruth, Truth
from .views import Shown, columns, filled, shown, tag_of, tagged

_LABELS = {choice.label.ja: name for name, choice in STATUS.items()}
_WRITTEN = ("受注", "出荷済み", "キャンセル", "保留", None)
_RENAMED = "受注（見直し）"


@dataclass
class _Place:
    """One row that a person looks at."""

    sheet: Grid
    at: int
    line: Line
    tab: str

    def show(self, column: str) -> Shown:
        """Return what stands in a column."""
        at = columns(self.sheet, SCHEMA[self.tab]).get(column)
        return None if at is None else shown(self.line, at)


class Person:
    """Somebody who works in the sheet while programs do."""

    def __init__(self, service: Service, key: str, truth: Truth, chance: random.Random) -> None:
        self._service = service
        self._key = key
        self.truth = truth
        self._chance = chance
        self._typed = 0
        self._open = service.documents[key]
        self._undo: list[Callable[[], None]] = []
        names = list(_ACTS)
        self._names, self._weights = names, [_ACTS[name] for name in names]

    def act(self) -> str:
        """Do one thing and return what it was; ``""`` when there was nothing to do it to."""
        if self._undo and self._chance.random() < 0.5:
            self.mend()
            return "mends 記録"
        name = self._chance.choices(self._names, self._weights)[0]
        self._open = self._service.documents[self._key].copied()
        said = getattr(self, f"_{name}")()
        if said:
            self._service.changed(self._open)
        return f"{name}: {said}" if said else ""

    def mend(self) -> bool:
        """Undo what was done to 記録; return whether anything was."""
        if not self._undo:
            return False
        self._open = self._service.documents[self._key].copied()
        for undo in reversed(self._undo):
            undo()
        self._undo.clear()
        self._service.changed(self._open)
        return True

    @property
    def has_damaged(self) -> bool:
        """Whether 記録 is altered and nobody has undone it yet."""
        return bool(self._undo)

    def forget_damage(self) -> None:
        """Take damage as undone: the whole document went back to before it."""
        self._undo.clear()

    def _sheet(self, tab: str) -> Grid:
        sheet = self._open.tab(sheet_id_of(tab))
        sheet.rows.count = max(
            sheet.rows.count, sheet.last_row() + 3
        )  # a person adds rows where none are left
        return sheet

    def _pick(self, tab: str = "orders") -> _Place | None:
        sheet = self._sheet(tab)
        rows = list(filled(sheet))
        if not rows:
            return None
        at, line = self._chance.choice(rows)
        return _Place(sheet, at, line, tab)

    def _any_tab(self) -> str:
        return self._chance.choices(("orders", "mails", "stock"), (6, 2, 1))[0]

    def _truth_of(self, place: _Place) -> RowTruth:
        """Return the truth of a row; a line in which nothing stood so far becomes a row."""
        tag = tag_of(place.line)
        if tag not in self.truth.rows:
            tag, row = self.truth.new_row(place.tab)
            place.sheet.rows[place.at] = place.line = tagged(place.sheet.rows[place.at], tag)
            return row
        return self.truth.rows[tag]

    def _write(self, place: _Place, column: str, value: Shown) -> None:
        at = columns(place.sheet, SCHEMA[place.tab])[column]
        entered = float(value) if isinstance(value, int) and not isinstance(value, bool) else value
        place.sheet.rows[place.at] = place.line = place.sheet.rows[place.at].with_cells({at: Cell(entered)})

    def _type(self, place: _Place, column: str, value: Shown) -> None:
        """Type into a cell that belongs to people."""
        row = self._truth_of(place)
        self._write(place, column, value)
        twin = SCHEMA[place.tab].twins.get(column)
        if twin is None:
            row.typed[column] = value
            return
        known = row.allowed(twin)
        row.typed.pop(column, None)
        if value is None:
            row.robot[column] = (None,)
        elif known is None or (len(known) > 1 and _LABELS.get(str(value), value) in known):
            row.robot[column] = None
        elif known == (_LABELS.get(str(value), value),):
            row.robot[column] = (value,)
        else:
            row.typed[column] = value

    def _drop(self, line: Line) -> None:
        """Let a row go for good: a person took it away."""
        self.truth.rows.pop(tag_of(line), None)

    # What people do. Each returns what it was, or "" for nothing.

    def _edit(self) -> str:
        place = self._pick()
        if place is None:
            return ""
        self._typed += 1
        column = self._chance.choice(("name", MEMO, MEMO, "qty", "packed"))
        value: Shown = f"人{self._typed}"
        if column == "qty":
            value = self._chance.choice([one for one in (1, 2, 3, 4) if one != place.show("qty")])
        elif column == "packed":
            value = place.show("packed") is not True
        self._type(place, column, value)
        return f"{place.show('order_id')} {column} = {value}"

    def _status(self) -> str:
        place = self._pick()
        if place is None:
            return ""
        value = self._chance.choice([one for one in _WRITTEN if one != place.show("status")])
        is_row = tag_of(place.line) in self.truth.rows
        self._type(place, "status", value)
        if not is_row:
            self._strayed(place)
        return f"{place.show('order_id')} 状態 = {value}"

    def _strayed(self, place: _Place) -> None:
        """Give up knowing a status typed beside what a program wrote on a blank line: the line goes, it is quoted."""
        self.truth.counts["limit: status of a stray line"] += 1
        row = self._truth_of(place)
        row.typed.pop("status", None)
        row.robot["status"] = None

    def _stock(self) -> str:
        place = self._pick("stock")
        if place is None:
            return ""
        value = self._chance.choice([one for one in range(13) if one != place.show("on_hand")])
        self._type(place, "on_hand", value)
        sku = str(place.show("sku"))
        self.truth.most[sku] = max(self.truth.most.get(sku, 0), value)
        return f"{sku} 在庫 = {value}"

    def _wish(self) -> str:
        place = self._pick("mails")
        if place is None:
            return ""
        self._typed += 1
        self._type(place, "wish", f"指示{self._typed}")
        return f"{place.show('mail_id')} 指示{self._typed}"

    def _sort(self) -> str:
        tab = self._any_tab()
        sheet = self._sheet(tab)
        last = sheet.last_row()
        places = columns(sheet, SCHEMA[tab])
        name = self._chance.choice(list(places))
        down = self._chance.random() < 0.5
        rows = [sheet.rows[at] for at in range(1, last)]
        full = [line for line in rows if shown(line, places[name]) is not None]
        full.sort(key=lambda line: _rank(shown(line, places[name])), reverse=down)
        blank = [line for line in rows if shown(line, places[name]) is None]
        sheet.rows.kept[1:last] = [*full, *blank]
        return f"{tab} by {name}{' down' if down else ''}"

    def _insert(self) -> str:
        tab = self._any_tab()
        sheet = self._sheet(tab)
        at, count = self._chance.randint(1, max(sheet.last_row(), 1)), self._chance.randint(1, 2)
        moving.insert(self._open, sheet, "ROWS", at, count)
        return f"{tab} {count} above row {at + 1}"

    def _delete(self) -> str:
        tab = self._chance.choice(("orders", "orders", "mails"))
        place = self._pick(tab)
        if place is None:
            return ""
        self._drop(place.line)
        moving.delete(self._open, place.sheet, "ROWS", place.at, place.at + 1)
        return f"{tab} row {place.at + 1} ({place.show(SCHEMA[tab].key[0])})"

    def _clear(self) -> str:
        place = self._pick()
        if place is None:
            return ""
        self._drop(place.line)
        place.sheet.rows[place.at] = EMPTY
        return f"row {place.at + 1} ({place.show('order_id')})"

    def _move(self) -> str:
        tab = self._any_tab()
        place = self._pick(tab)
        if place is None:
            return ""
        to = self._chance.randint(1, place.sheet.last_row())
        if to in {place.at, place.at + 1}:
            return ""
        moving.move(self._open, place.sheet, "ROWS", place.at, place.at + 1, to)
        return f"{tab} row {place.at + 1} to {to + 1}"

    def _cut(self) -> str:
        """Cut a row and paste it over another, or over a blank line."""
        place = self._pick()
        if place is None:
            return ""
        to = self._chance.randint(1, place.sheet.last_row() + 1)
        if to == place.at:
            return ""
        there = place.sheet.rows[to]
        if any(cell.value is not None for cell in there.cells) and self._chance.random() < 0.7:
            return ""
        self._drop(there)
        place.sheet.rows[to] = place.line
        place.sheet.rows[place.at] = EMPTY
        place.sheet.rows.trim()
        return f"row {place.at + 1} ({place.show('order_id')}) over row {to + 1}"

    def _copy(self) -> str:
        """Copy a row with its key; somebody deletes one of the two later, or nobody."""
        place = self._pick()
        return "" if place is None else self._copied(place, None)

    def _copy_new(self) -> str:
        """Copy a row and give it a key of its own at once."""
        place = self._pick()
        self._typed += 1
        return "" if place is None else self._copied(place, f"C{self._typed}")

    def _copied(self, place: _Place, key: str | None) -> str:
        source = self._truth_of(place)
        dirty = self.truth.is_dirty(source, place.line, place.sheet)
        at = place.sheet.last_row()
        if self._chance.random() < 0.5:
            at = self._chance.randint(1, at)
            moving.insert(self._open, place.sheet, "ROWS", at, 1)
        tag, row = self.truth.new_row(place.tab)
        row.copy_of, row.was_rekeyed = (
            str(place.show("order_id") or ""),
            source.was_rekeyed or bool(source.copy_of),
        )
        for name, column in columns(place.sheet, SCHEMA[place.tab]).items():
            here = shown(place.line, column)
            self._copy_cell(row, source, name, here)
        if dirty:
            self._mark_unknown(row, place)
        place.sheet.rows[at] = tagged(Line(place.line.cells), tag)
        fresh = _Place(place.sheet, at, place.sheet.rows[at], place.tab)
        if key is not None:
            self._type(fresh, "order_id", key)
        return f"{place.show('order_id')} to row {at + 1} as {key or 'itself'}"

    def _copy_cell(self, row: RowTruth, source: RowTruth, name: str, here: Shown) -> None:
        tab = SCHEMA[row.tab]
        column = tab.columns.get(name)
        if column is not None and (column.owner == "robot" or column.twin) and name not in source.typed:
            known = source.allowed(name)
            row.robot[name] = None if known is None else tuple({None: 0, here: 0, **dict.fromkeys(known)})
        else:
            row.typed[name] = here

    def _mark_unknown(self, row: RowTruth, place: _Place) -> None:
        """Give up knowing a copy of a row that shows something wrong for now: nobody can say what was meant."""
        self.truth.counts["limit: dirty rows copied or renamed"] += 1
        for name, column in columns(place.sheet, SCHEMA[row.tab]).items():
            here = shown(place.line, column)
            allowed = row.allowed(name)
            if allowed is None or here not in allowed or name in SCHEMA[row.tab].twins or len(allowed) > 1:
                row.typed.pop(name, None)
                row.robot[name] = None

    def _rename(self) -> str:
        place = self._pick()
        self._typed += 1
        return "" if place is None else self._rekeyed(place, f"R{self._typed}")

    def _duplicate_key(self) -> str:
        place, other = self._pick(), self._pick()
        if place is None or other is None or place.at == other.at:
            return ""
        key = other.show("order_id")
        return "" if key is None else self._rekeyed(place, str(key))

    def _empty_key(self) -> str:
        place = self._pick()
        return "" if place is None or place.show("order_id") is None else self._rekeyed(place, None)

    def _give_key(self) -> str:
        """Give a row without a key one."""
        sheet = self._sheet("orders")
        at = columns(sheet, SCHEMA["orders"])["order_id"]
        rows = [(number, line) for number, line in filled(sheet) if shown(line, at) is None]
        if not rows:
            return ""
        number, line = self._chance.choice(rows)
        self._typed += 1
        return self._rekeyed(_Place(sheet, number, line, "orders"), f"G{self._typed}")

    def _rekeyed(self, place: _Place, key: str | None) -> str:
        old = place.show("order_id")
        if old == key:
            return ""
        row = self._truth_of(place)
        if self.truth.is_dirty(row, place.line, place.sheet):
            self.truth.counts["limit: dirty rows copied or renamed"] += 1
            self.truth.give_up(row, place.line, place.sheet)
        self._type(place, "order_id", key)
        row.was_rekeyed = True
        if key is None:
            self._keyless(row)
        return f"{old} is {key} now (row {place.at + 1})"

    def _keyless(self, row: RowTruth) -> None:
        """Without a key, what the program wrote may be cleared."""
        for name, column in SCHEMA[row.tab].columns.items():
            known = row.allowed(name)
            if (column.owner == "robot" or column.twin) and name not in row.typed and known is not None:
                row.robot[name] = tuple(dict.fromkeys((*known, None)))

    def _order(self) -> str:
        """Write a new order at the end, or on a blank line; the key perhaps later."""
        sheet = self._sheet("orders")
        at = sheet.last_row()
        blank = [
            place
            for place in range(1, at)
            if not any(cell.value is not None for cell in sheet.rows[place].cells)
        ]
        if blank and self._chance.random() < 0.7:
            at = self._chance.choice(blank)
        self._typed += 1
        place = _Place(sheet, at, sheet.rows[at], "orders")
        key = None if self._chance.random() < 0.25 else f"X{self._typed}"
        for name, value in (
            ("order_id", key),
            ("name", f"電話{self._typed}"),
            ("sku", self._chance.choice(SKUS)),
            ("qty", self._chance.randint(1, 3)),
        ):
            if value is not None:
                self._type(place, name, value)
        return f"{key} in row {at + 1}"

    def _mend_double(self) -> str:
        """Delete one of two rows with the same key."""
        sheet = self._sheet("orders")
        at = columns(sheet, SCHEMA["orders"])["order_id"]
        keys = [shown(line, at) for _, line in filled(sheet)]
        rows = [(place, line) for place, line in filled(sheet) if keys.count(shown(line, at)) > 1]
        if not rows:
            return ""
        place, line = self._chance.choice(rows)
        self._drop(line)
        moving.delete(self._open, sheet, "ROWS", place, place + 1)
        return f"row {place + 1} ({shown(line, at)})"

    def _drop_token(self) -> str:
        names = self._open.named
        self._open.named = {key: one for key, one in names.items() if one[0] != TOKEN}
        return TOKEN if len(self._open.named) < len(names) else ""

    def _rename_tab(self) -> str:
        tab = self._chance.choice(("orders", "mails", "journal", COPIES))
        sheet = self._sheet(tab)
        self._typed += 1
        sheet.properties = {**sheet.properties, "title": f"{tab}-{self._typed}"}
        return f"{tab} is {sheet.title} now"

    def _move_column(self) -> str:
        tab = self._chance.choice(("orders", "orders", "mails", "stock"))
        sheet = self._sheet(tab)
        places = list(columns(sheet, SCHEMA[tab]).values())
        first, to = self._chance.choice(places), self._chance.randint(0, len(places))
        if to in {first, first + 1}:
            return ""
        moving.move(self._open, sheet, "COLUMNS", first, first + 1, to)
        return f"{tab} column {first + 1} to {to + 1}"

    def _sort_record(self) -> str:
        sheet = self._sheet("journal")
        last = sheet.last_row()
        rows = sheet.rows.kept[1:last]
        self._chance.shuffle(rows)
        sheet.rows.kept[1:last] = rows
        return f"{len(rows)} rows" if rows else ""

    def _damage_record(self) -> str:
        """Change a cell of 記録, or delete a row of it; it is undone when somebody notices."""
        sheet = self._sheet("journal")
        places = columns(sheet, SCHEMA["journal"])
        rows = list(filled(sheet))
        if not rows:
            return ""
        at, line = self._chance.choice(rows)
        if self._chance.random() < 0.5:
            moving.delete(self._open, sheet, "ROWS", at, at + 1)
            self._undo.append(lambda: self._row_back(line))
            return f"row {at + 1} deleted"
        column = places[self._chance.choice(("content", "op", "checksum"))]
        tag = tag_of(line)
        if not tag:
            tag = self.truth.last_tag = self.truth.last_tag - 1
        cell = line.cell(column)
        if cell.value is None:
            return ""
        sheet.rows[at] = tagged(line.with_cells({column: Cell("壊")}), tag)
        self._undo.append(lambda: self._cell_back(tag, column, cell))
        return f"row {at + 1}, column {column + 1} overwritten"

    def _row_back(self, line: Line) -> None:
        sheet = self._sheet("journal")
        moving.insert(self._open, sheet, "ROWS", 1, 1)
        sheet.rows[1] = line

    def _cell_back(self, tag: int, column: int, cell: Cell) -> None:
        sheet = self._sheet("journal")
        for at, line in enumerate(sheet.rows.kept):
            if tag in line.tags:
                sheet.rows[at] = line.with_cells({column: cell})


def _rank(value: Shown) -> tuple[int, float, str]:
    if isinstance(value, bool):
        return 2, float(value), ""
    return (0, float(value), "") if isinstance(value, (int, float)) else (1, 0.0, str(value))


_ACTS = {
    "edit": 18,
    "status": 10,
    "stock": 5,
    "wish": 3,
    "order": 7,
    "sort": 18,
    "insert": 14,
    "delete": 8,
    "clear": 2,
    "move": 14,
    "cut": 5,
    "copy": 3,
    "copy_new": 6,
    "mend_double": 4,
    "rename": 3,
    "duplicate_key": 1,
    "empty_key": 2,
    "give_key": 3,
    "drop_token": 2,
    "rename_tab": 1,
    "move_column": 2,
    "sort_record": 1,
    "damage_record": 0.6,
}
