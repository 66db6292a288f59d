"""What the ledger must say, known by other means than the product's: by row objects, not by keys and settling.

People's values are noted as they type them; a robot cell's value when a plan's write met the row it was meant for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sheets_server.document import Document
from sheets_server.lines import Line
from sheets_server.tabs import Tab as Grid

from automations.books.google.writes import TabWrite
from automations.core.schema import Tab
from automations.core.seals import seal_of

from .shop import SCHEMA
from .views import Shown, columns, filled, grid, plain, shown, tag_of, tagged

TABS = ("orders", "stock", "mails")


@dataclass(frozen=True)
class Violation:
    """A promise that was broken, and where."""

    invariant: str
    tab: str
    row: str
    column: str
    said: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.tab} {self.row} {self.column}: {self.said}"


@dataclass(frozen=True)
class Sent:
    """A commit as it was sent: what it writes, and the key of each row that it means.

    Attributes:
        at: Where new rows go when a remembered row number says so (tab -> place from 0).
        restores: How often somebody had gone back to an older version when it was read.
    """

    name: str
    settles: bool
    writes: Mapping[str, TabWrite]
    keys: Mapping[str, Mapping[int, str]]
    at: Mapping[str, int] = field(default_factory=dict)
    restores: int = 0


@dataclass
class RowTruth:
    """One row object.

    Attributes:
        typed: What people typed, by column; a shared cell only while it differs from what the program put there.
        robot: What may stand in the program's cells, None for a cell that cannot be known any more.
        copy_of: Key of the row that a person made it from; ``""`` for others, and once a plan has met it.
        was_rekeyed: A person changed its key, or that of the row it is a copy of: it may carry another one's seal.
    """

    tab: str
    typed: dict[str, Shown] = field(default_factory=dict)
    robot: dict[str, tuple[Shown, ...] | None] = field(default_factory=dict)
    copy_of: str = ""
    was_rekeyed: bool = False

    def allowed(self, column: str) -> tuple[Shown, ...] | None:
        """Return what may stand in a column; None: anything."""
        if column in self.typed:
            return (self.typed[column],)
        return self.robot.get(column, (None,))

    def copied(self) -> RowTruth:
        """Return a copy that changes by itself."""
        return RowTruth(self.tab, dict(self.typed), dict(self.robot), self.copy_of, self.was_rekeyed)


@dataclass
class Truth:
    """The rows by number, what was planned, and what happened on the way."""

    rows: dict[int, RowTruth] = field(default_factory=dict)
    appended: Counter[tuple[str, str]] = field(default_factory=Counter)
    most: dict[str, int] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    broken: list[Violation] = field(default_factory=list)
    last_tag: int = 0

    def copied(self) -> Truth:
        """Return the truth of this moment, for a person who goes back to it."""
        rows = {tag: row.copied() for tag, row in self.rows.items()}
        return Truth(rows, Counter(self.appended), dict(self.most), self.counts, self.broken, self.last_tag)

    def copied_fresh(self) -> Truth:
        """Return a copy of the beginning, with counters of its own."""
        fresh = self.copied()
        fresh.counts, fresh.broken = Counter(), []
        return fresh

    def new_row(self, tab: str) -> tuple[int, RowTruth]:
        """Return a new row object and its number."""
        self.last_tag -= 1
        row = self.rows[self.last_tag] = RowTruth(tab)
        return self.last_tag, row

    def applied(self, sent: Sent, before: Document, after: Document) -> None:
        """Note what a commit did, right after it was applied."""
        self.counts["settles" if sent.settles else "commits"] += 1
        for tab_id, write in sent.writes.items():
            there = grid(before, tab_id)
            stands = {at: name for name, at in columns(there, SCHEMA[tab_id]).items()}
            for number, cells in write.changed.items():
                line = there.rows.kept[number - 1] if number <= len(there.rows.kept) else Line()
                right = {
                    name: plain(value)
                    for name, value in cells.items()
                    if stands.get(write.position(name) - 1) == name
                }
                self._met(sent, tab_id, number, line, right, moved=len(right) < len(cells))
            if write.appended:
                now = grid(after, tab_id)
                top = sent.at.get(tab_id, now.last_row() - len(write.appended))
                self._append(sent, tab_id, write, now, top)
        if not sent.settles:
            self.reserved("while it worked")
        elif sent.restores != self.counts["restores"]:
            self._settled_another_version(after)

    def _settled_another_version(self, now: Document) -> None:
        """Give up knowing what is wrong in a version that came back between the look of a settle step and its commit."""
        for tab_id in TABS:
            sheet = grid(now, tab_id)
            for _, line in filled(sheet):
                row = self.rows.get(tag_of(line))
                if row is not None and self.is_dirty(row, line, sheet):
                    self.counts["limit: a version restored under a settle step"] += 1
                    self.give_up(row, line, sheet)

    def give_up(self, row: RowTruth, line: Line, sheet: Grid) -> None:
        """Stop knowing the cells of a row that show something wrong for now."""
        for name, at in columns(sheet, SCHEMA[row.tab]).items():
            allowed = row.allowed(name)
            if allowed is not None and shown(line, at) not in allowed:
                row.typed.pop(name, None)
                row.robot[name] = None

    def _met(
        self, sent: Sent, tab_id: str, number: int, line: Line, cells: Mapping[str, Shown], *, moved: bool
    ) -> None:
        there = key_of_line(line, tab_id, self)
        row = self.rows.get(tag_of(line))
        if there != sent.keys[tab_id][number] or moved:
            self.counts["wrong hits"] += 1
        if sent.settles or there != sent.keys[tab_id][number] or row is None or moved:
            return  # what went to a moved column is put back with all of its row
        row.copy_of = ""
        for name, value in cells.items():
            if name not in SCHEMA[tab_id].twins:
                row.robot[name] = (value,)
        for name in SCHEMA[tab_id].twins:
            if name in cells:
                self._shared(row, name, cells)

    def _shared(self, row: RowTruth, name: str, cells: Mapping[str, Shown]) -> None:
        """Let a person's value stand until the program has come to the same one."""
        if name in row.typed and row.typed[name] != cells[name]:
            self.counts["hit edits"] += 1
            return
        if row.robot.get(name, ()) is None:
            return
        row.typed.pop(name, None)
        row.robot[name] = (cells[name],)

    def _append(self, sent: Sent, tab_id: str, write: TabWrite, sheet: Grid, top: int) -> None:
        key = SCHEMA[tab_id].key[0]
        for place, cells in enumerate(write.appended, top):
            tag, row = self.new_row(tab_id)
            for name, value in cells.items():
                column = SCHEMA[tab_id].columns[name]
                if column.owner == "human" or name in SCHEMA[tab_id].key:
                    row.typed[name] = plain(value)
                else:
                    row.robot[name] = (plain(value),)
            there = self.rows.get(tag_of(sheet.rows[place]))
            if there is None or all(value is None for value in there.typed.values()):
                self.rows.pop(tag_of(sheet.rows[place]), None)
                sheet.rows[place] = tagged(sheet.rows[place], tag)
            if sent.settles:
                continue
            name = str(cells[key])
            self.appended[tab_id, name] += 1
            if self.appended[tab_id, name] > 1:
                self.broken.append(Violation("I3", tab_id, name, key, "added a second time"))

    def reserved(self, when: str) -> None:
        """I6: never is more of a stock reserved than a person ever said there was."""
        most: dict[tuple[str, str], int] = {}
        for row in self.rows.values():
            amounts = row.robot.get("allocated") if row.tab == "orders" and not row.copy_of else None
            if amounts and len(amounts) == 1 and isinstance(amounts[0], int):
                order = (str(row.typed.get("sku")), str(row.typed.get("order_id")))
                most[order] = max(most.get(order, 0), amounts[0])
        self._over(most, when)

    def _over(self, amounts: Mapping[tuple[str, str], int], when: str) -> None:
        """Note stocks of which more is reserved than there ever was."""
        total: Counter[str] = Counter()
        for (sku, _), amount in amounts.items():
            total[sku] += amount
        for sku, amount in total.items():
            if amount > self.most.get(sku, 0):
                said = f"{amount} reserved of {self.most.get(sku, 0)} ({when})"
                self.broken.append(Violation("I6", "stock", sku, "on_hand", said))

    def is_dirty(self, row: RowTruth, line: Line, sheet: Grid) -> bool:
        """Return whether a row shows something that it should not, for now."""
        return any(
            (allowed := row.allowed(name)) is not None and shown(line, at) not in allowed
            for name, at in columns(sheet, SCHEMA[row.tab]).items()
        )


def key_of_line(line: Line, tab_id: str, truth: Truth) -> str:
    """Return the key that a row object has; people's keys are always their own typing."""
    row = truth.rows.get(tag_of(line))
    if row is None:
        return ""
    value = row.typed.get(SCHEMA[tab_id].key[0])
    return "" if value is None else str(value)


def final_violations(truth: Truth, document: Document, ledger_id: str) -> Iterator[Violation]:
    """Yield every promise that the ledger breaks once nothing is left to do."""
    seen: set[int] = set()
    for tab_id in TABS:
        tab, sheet = SCHEMA[tab_id], grid(document, tab_id)
        places = columns(sheet, tab)
        for at, line in filled(sheet):
            tag = tag_of(line)
            row = truth.rows.get(tag)
            if row is None or tag in seen:
                yield from _ghost(tab, line, places, at)
                continue
            seen.add(tag)
            yield from _row(tab, row, line, places, at)
    for tag, row in truth.rows.items():
        if tag not in seen and any(value is not None for value in row.typed.values()):
            yield Violation("I1", row.tab, str(row.typed.get(SCHEMA[row.tab].key[0])), "", "the row is gone")
    yield from _steps(truth, document, ledger_id)


def _ghost(tab: Tab, line: Line, places: Mapping[str, int], at: int) -> Iterator[Violation]:
    for name, place in places.items():
        if shown(line, place) is not None:
            yield Violation("I2", tab.id, f"row {at + 1}", name, f"{shown(line, place)!r} where no row is")


def _row(tab: Tab, row: RowTruth, line: Line, places: Mapping[str, int], at: int) -> Iterator[Violation]:
    key = shown(line, places[tab.key[0]])
    for name, place in places.items():
        here = shown(line, place)
        column = tab.columns.get(name)
        allowed = row.allowed(name)
        is_robot = column is not None and (column.owner == "robot" or bool(column.twin))
        if key is None and is_robot and name not in row.typed and name != "errors" and allowed is not None:
            allowed = (None,)
        if allowed is not None and here not in allowed:
            kind = "I1" if name in row.typed or not is_robot else "I2"
            said = f"shows {here!r}, should be {' or '.join(map(repr, allowed))}"
            yield Violation(kind, tab.id, f"{key} (row {at + 1})", name, said)


def _steps(truth: Truth, document: Document, ledger_id: str) -> Iterator[Violation]:
    """Yield orders that are stuck though nothing keeps them, and stock that was given twice."""
    sheet = grid(document, "orders")
    places = columns(sheet, SCHEMA["orders"])
    keys = Counter(shown(line, places["order_id"]) for _, line in filled(sheet))
    on_hand = _on_hand(document)
    held: dict[tuple[str, str], int] = {}
    waiting: list[tuple[str, str, int]] = []
    for _, line in filled(sheet):
        row = {name: shown(line, at) for name, at in places.items()}
        order = row["order_id"]
        if order is None:
            continue
        name, sku = str(order), str(row["sku"])
        amount = row.get("allocated")
        is_sealed = row.get("seal") in {None, seal_of(ledger_id, "orders", name)}
        if isinstance(amount, int):
            place = (sku, str(row.get("seal") or name))
            held[place] = max(held.get(place, 0), amount)
        here = truth.rows.get(tag_of(line), RowTruth("orders"))
        is_new = here.copy_of not in {"", name} and not here.was_rekeyed and keys[here.copy_of]
        if is_new and keys[order] == 1 and amount and here.robot.get("allocated", ()) is not None:
            yield Violation(
                "I2", "orders", name, "allocated", f"a copy of {here.copy_of} kept what was reserved for it"
            )
        if keys[order] > 1 or not is_sealed:
            continue
        step = {"引当済み": "allocated", "出荷済み": "shipped"}.get(str(row["status"]))
        if step and not truth.appended["mails", f"{name}/{step}"]:
            yield Violation("I7", "mails", f"{name}/{step}", "", "was never written")
        quantity = row["qty"]
        if row["status"] == "受注" and row["status_set"] == "received":
            waiting.append((name, sku, quantity if isinstance(quantity, int) else 0))
    truth.reserved("at the end")
    for name, sku, quantity in waiting:
        taken = sum(amount for (other, _), amount in held.items() if other == sku)
        if 0 < quantity <= on_hand.get(sku, 0) - taken:
            yield Violation("I7", "orders", name, "status", "waits though there is stock")


def _on_hand(document: Document) -> dict[str, int]:
    sheet = grid(document, "stock")
    places = columns(sheet, SCHEMA["stock"])
    found: dict[str, int] = {}
    for _, line in filled(sheet):
        amount = shown(line, places["on_hand"])
        found[str(shown(line, places["sku"]))] = amount if isinstance(amount, int) else 0
    return found
