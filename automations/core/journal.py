"""The journal: what each commit wrote, for undo, and marks of effects that must never happen twice."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass as many
from dataclasses import field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from automations.core.cells import as_typed
from automations.core.errors import LedgerRefused
from automations.core.ledger import key_of
from automations.core.messages import msg
from automations.core.plan import AppendRow, Change, Plan, RemoveRow, SetCells
from automations.core.records import dataclass
from automations.core.schema import Schema, Tab
from automations.core.snapshot import RunNote, Sheet
from automations.core.text import normal_header
from automations.core.values import Cells, Value

TAB = "journal"
REMOVED = "removed"
KEPT_DAYS = 30
# A row holds up to 30,000 characters, which every run reads; a short journal costs little and tells more.
LONG = 300
# Rows leave in groups: each time all below them move up, and the sheet is written as a whole.
_MANY = 100
# A workbook cell holds 32,767 UTF-16 units, a cell of Google Sheets 50,000; some room is left.
_PACKED = 30_000
_LONG_VALUE = 10_000
# A new text of more characters is told by its digest.
_LONG_TEXT = 200
_DIGEST, _BLANK = 6, "......"
# Characters no workbook can hold; JSON can say them with others.
_NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

Written = str | int | dict[str, str | int] | None


@dataclass(frozen=True, slots=True)
class Digest:
    """What the journal keeps of a value that stands in the row which the commit wrote."""

    text: str

    @classmethod
    def of(cls, value: Written) -> Digest:
        """Return the digest of a value as the journal would keep it."""
        return cls(b64encode(sha256(_json(value).encode()).digest()[:6])[:_DIGEST].decode())


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit as the journal names it.

    Attributes:
        op: Operation id, new for every content.
        n: Counts up by one.
        base: Operation id of the commit before, ``""`` for the first.
        ledger_id: Kept here as well, should the book's own note of it get lost.
        home: Where the ledger lived then (a spreadsheet's key); a copy that a person made lives elsewhere.
        settles: It only put right what the commit before had written to wrong places.
        marks: How many effects were known as planned then; fewer later means that people deleted marks.
    """

    op: str
    n: int
    base: str
    ledger_id: str
    home: str = ""
    settles: bool = False
    marks: int = 0


@many(frozen=True, slots=True)
class Recorded:
    """One row of a commit as it is on record.

    Attributes:
        key: Of the row that was meant, ``""`` for a new one.
        cells: Column mapped to what stood there and what was written.
        is_removed: The whole row went.
        beside: Other cells of a row without a key, by column: which of such rows was meant.
    """

    tab: str
    key: str
    cells: Mapping[str, tuple[object, object]]
    is_removed: bool = False
    beside: Mapping[str, object] = field(default_factory=dict)


def rows_for(plan: Plan, schema: Schema, commit: Commit, note: RunNote) -> tuple[Cells, ...]:
    """Return the rows of 記録 for a commit: the commit itself, its entries packed by tab, its marks.

    An entry is ``[key, {column: [before, after]}]``, or ``[key, {column: [before, null]}, "removed"]`` for a row that
    goes; ids for choices, minor units for money, ISO days and moments. Of a long new text only a digest is kept, since
    it stands in its row; so of new rows: ``["", [column, …]]``, then for each ``["", key, digests]``, six characters
    a column. What stood before is kept as it was up to 10,000 characters.
    """
    entries = {
        tab: [*_new_rows(tab, changes, schema), *(entry for change in changes for entry in _entries(change))]
        for tab, changes in _by_tab(plan.changes).items()
    }
    return rows_of(entries, plan.marks, commit, note)


def rows_of(
    by_tab: Mapping[str, Iterable[object]], marks: Iterable[str], commit: Commit, note: RunNote
) -> tuple[Cells, ...]:
    """Return the rows of 記録 for entries that are made already."""
    entries = [
        {"kind": "entry", "tab": tab, "content": content}
        for tab, made in by_tab.items()
        for content in _packed(made)
    ]
    mark_rows = [{"kind": "mark", "marks": content} for content in _packed(marks)]
    head: Cells = {
        "kind": "commit",
        "n": commit.n,
        "base": commit.base or None,
        "who": note.who,
        "content": _json([commit.ledger_id, commit.home, "settle" if commit.settles else "", commit.marks]),
        "entries": len(entries),
        "checksum": _checksum(entry["content"] for entry in entries),
    }
    common = {"op": commit.op, "run_id": note.run_id, "at": _utc(note.at)}
    rows: list[Cells] = [head, *entries, *mark_rows]
    return tuple({"entry_id": f"{commit.op}-{place}", **common, **row} for place, row in enumerate(rows))


def marks_in(sheet: Sheet, tab: Tab, last: Commit) -> frozenset[str]:
    """Return every effect that was ever planned.

    Raises:
        LedgerRefused: A mark cannot be read, or some that the last commit knew are gone; without them something might
            happen twice.
    """
    found: set[str] = set()
    for _, row in _rows(sheet, tab, "mark"):
        found.update(map(str, _unpacked(row, "marks")))
    if len(found) < last.marks:
        raise damaged(last.op)
    return frozenset(found)


def ops_in(sheet: Sheet, tab: Tab) -> frozenset[str]:
    """Return the operation ids of every commit that is on record."""
    return frozenset(row["op"] for _, row in _rows(sheet, tab, "commit"))


def op_numbered(sheet: Sheet, tab: Tab, number: int) -> str:
    """Return the operation id of the commit with this number, ``""`` when it is not on record (any more)."""
    ops = (row["op"] for _, row in _rows(sheet, tab, "commit") if _number(row["n"]) == number)
    return next(ops, "")


def last_commit(sheet: Sheet, tab: Tab, known: str) -> Commit:
    """Return the newest commit; one without op and number 0 in a ledger that nothing was committed to.

    Args:
        sheet: 記録 as it stands.
        tab: Its declaration.
        known: Op of the last commit as the book itself knows it, ``""`` if it does not.

    Raises:
        LedgerRefused: That commit or entries of the newest one are missing or altered.
    """
    heads = [row for _, row in _rows(sheet, tab, "commit")]
    if not heads:
        if known:
            raise damaged(known)
        return Commit("", 0, "", "")
    head = max(heads, key=lambda row: _number(row["n"]))
    entries = _entries_of(sheet, tab, head["op"])
    if _checksum(row["content"] for row in entries) != head["checksum"] or known not in {"", head["op"]}:
        raise damaged(known or head["entry_id"])
    ledger, home, kind, marks, *_ = (*map(str, _unpacked(head)), "", "", "", "")
    return Commit(
        head["op"], _number(head["n"]), head["base"], ledger, home, kind == "settle", _number(marks)
    )


def recorded(sheet: Sheet, tab: Tab, op: str) -> tuple[Recorded, ...]:
    """Return what the commit ``op`` wrote, row by row in its order; the parts of a row that was split are one again.

    Raises:
        LedgerRefused: An entry cannot be read.
    """
    found: dict[tuple[str, object], Recorded] = {}
    columns: dict[str, list[str]] = {}
    for row in _entries_of(sheet, tab, op):
        for part in _unpacked(row):
            if len(part) == 2 and isinstance(part[1], list):
                columns[row["tab"]] = part[1]
                continue
            if len(part) == 3 and not part[0]:
                found[row["tab"], len(found)] = _recorded_new(row, part[2], columns)
                continue
            entry = _recorded(row, part)
            is_whole = len(part) == 2 or entry.is_removed
            place = (row["tab"], (entry.key or len(found)) if is_whole else part[2])
            known = found.get(place)
            found[place] = entry if known is None else replace(entry, cells={**known.cells, **entry.cells})
    return tuple(found.values())


def _recorded(row: dict[str, str], part: Any) -> Recorded:  # noqa: ANN401 - JSON
    try:
        key, cells = part[:2]
        pairs = {
            column: (None, written) if not key and len(part) == 2 else (written[0], _after(written[1]))
            for column, written in cells.items()
        }
        beside = dict(part[3]) if len(part) > 3 else {}
    except (TypeError, ValueError, KeyError, IndexError, AttributeError):
        raise damaged(row["entry_id"]) from None
    return Recorded(row["tab"], str(key), pairs, part[2:] == [REMOVED], beside)


def _recorded_new(row: dict[str, str], digests: str, columns: Mapping[str, list[str]]) -> Recorded:
    here = [digests[at : at + _DIGEST] for at in range(0, len(digests), _DIGEST)]
    cells = {
        column: (None, Digest(digest))
        for column, digest in zip(columns.get(row["tab"], ()), here, strict=False)
        if digest != _BLANK
    }
    return Recorded(row["tab"], "", cells)


def _after(kept: object) -> object:
    return Digest(str(kept["digest"])) if isinstance(kept, dict) and "digest" in kept else kept


def damaged(entry: str) -> LedgerRefused:
    """Return the refusal of a journal whose ``entry`` is altered or gone."""
    return LedgerRefused(
        "journal-damaged",
        msg("The hidden tab 記録 was changed by hand (entry {entry}).", entry=entry),
        msg("Undo that change, or take the newest file from the folder backup."),
        where="記録",
    )


def expired_rows(sheet: Sheet, tab: Tab, today: date) -> tuple[int, ...]:
    """Return the sheet rows that are no longer needed once the journal is long.

    These are entries and commits of more than `KEPT_DAYS` ago; never marks, and never the last commit.
    """
    if len(sheet.rows) <= LONG:
        return ()
    oldest = (today - timedelta(days=KEPT_DAYS)).isoformat()
    rows = list(_rows(sheet, tab))
    newest = max((_number(row["n"]) for _, row in rows if row["kind"] == "commit"), default=0)
    last = {row["op"] for _, row in rows if row["kind"] == "commit" and _number(row["n"]) == newest}
    due = [
        number
        for number, row in rows
        if row["kind"] != "mark" and row["at"][:10] < oldest and row["op"] not in last
    ]
    return tuple(due) if len(due) >= _MANY else ()


def rows_of_marks(
    sheet: Sheet, tab: Tab, retired: Collection[str]
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return the sheet rows in which marks stand that leave, and the other marks of these rows, which stay."""
    wanted = frozenset(retired)
    numbers: list[int] = []
    kept: list[str] = []
    for number, row in _rows(sheet, tab, "mark") if wanted else ():
        if not wanted.isdisjoint(here := tuple(map(str, _unpacked(row, "marks")))):
            numbers.append(number)
            kept += (mark for mark in here if mark not in wanted)
    return tuple(numbers), tuple(kept)


def _utc(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(UTC).isoformat(timespec="seconds")


def _by_tab(changes: Iterable[Change]) -> dict[str, list[Change]]:
    grouped: dict[str, list[Change]] = {}
    for change in changes:
        grouped.setdefault(change.tab, []).append(change)
    return grouped


def _new_rows(tab: str, changes: Iterable[Change], schema: Schema) -> Iterator[list[object]]:
    """Yield the entries of all new rows of a tab: their columns once, then key and digests of each."""
    new = [change.cells for change in changes if isinstance(change, AppendRow)]
    columns = list(dict.fromkeys(name for cells in new for name, value in cells.items() if value is not None))
    if new:
        yield ["", columns]
    for cells in new:
        digests = (
            _BLANK if (value := cells.get(name)) is None else Digest.of(written(value)).text
            for name in columns
        )
        yield ["", key_of(schema[tab], cells)[:_LONG_TEXT], "".join(digests)]


def _entries(change: Change) -> Iterator[list[object]]:
    """Yield the change as one entry, or as one for each column where it is too long for a cell."""
    if isinstance(change, AppendRow):
        return
    key, cells = change.key, _cells(change)
    kind = [REMOVED] if isinstance(change, RemoveRow) else []
    if _length(_json([key, cells])) < _PACKED:
        yield [key, cells, *kind]
    else:
        for column, value in cells.items():
            yield [key, {column: value}, *kind]


def _cells(change: SetCells | RemoveRow) -> dict[str, object]:
    return {
        column: [written(change.before.get(column)), _short(value)] for column, value in change.cells.items()
    }


def _short(value: Value) -> Written:
    if isinstance(value, str) and len(value) > _LONG_TEXT:
        return {"digest": Digest.of(written(value)).text}
    return written(value)


def written(value: Value) -> Written:
    """Return a typed value as the journal keeps it: moments in UTC and whole seconds, a long text as its hash."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(microsecond=0).isoformat()
    if isinstance(value, str) and len(value) * 6 > _LONG_VALUE and _length(_json(value)) > _LONG_VALUE:
        return {"sha256": sha256(value.encode()).hexdigest(), "length": len(value)}
    return value.isoformat() if isinstance(value, date) else value


def _packed(parts: Iterable[object]) -> Iterator[str]:
    """Yield JSON lists of the parts, each short enough for a cell."""
    here: list[str] = []
    length = 2
    for part in parts:
        text = _json(part)
        size = _length(text) + 1
        if here and length + size > _PACKED:
            yield f"[{','.join(here)}]"
            here, length = [], 2
        here.append(text)
        length += size
    if here:
        yield f"[{','.join(here)}]"


def _json(part: object) -> str:
    return _NOT_IN_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", _COMPACT.encode(part))


def _length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _checksum(contents: Iterable[str]) -> str:
    return sha256("\n".join(contents).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _entries_of(sheet: Sheet, tab: Tab, op: str) -> list[dict[str, str]]:
    """Return the entry rows of a commit in their order."""
    rows = [row for _, row in _rows(sheet, tab, "entry", op)]
    return sorted(rows, key=lambda row: _number(row["entry_id"].rpartition("-")[2]))


def _rows(sheet: Sheet, tab: Tab, kind: str = "", op: str = "") -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of 記録 with their numbers, all of them or those of a kind, of a commit."""
    kinds = tab.columns["kind"].written_choices
    kind_at, op_at = sheet.columns["kind"] - 1, sheet.columns["op"] - 1
    for number, cells in sheet.rows:
        here = kinds.get(normal_header(as_typed(cells[kind_at])), "") if kind_at < len(cells) else ""
        if (kind and here != kind) or (op and (op_at >= len(cells) or as_typed(cells[op_at]) != op)):
            continue
        row = {
            column: as_typed(cells[at - 1]) if at <= len(cells) else ""
            for column, at in sheet.columns.items()
        }
        row["kind"] = here
        yield number, row


def _unpacked(row: dict[str, str], column: str = "content") -> list[Any]:
    try:
        parts = json.loads(row[column])
    except json.JSONDecodeError:
        raise damaged(row["entry_id"]) from None
    if not isinstance(parts, list):
        raise damaged(row["entry_id"])
    return parts


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
