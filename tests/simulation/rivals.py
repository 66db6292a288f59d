"""How sheets are usually written to by programs, in the same histories: no token, no journal, no seals."""

from __future__ import annotations

import json
from typing import Any

from automations.books.google.batch import _additions, _changes
from automations.books.google.errors import Unclear
from automations.books.google.writes import TabWrite, writes_of
from automations.books.tabs import Grid
from automations.core.errors import LedgerChanged
from automations.core.plan import Plan
from automations.core.settling import Settled
from automations.core.snapshot import Receipt, RunNote, Snapshot

from .books import Variant, WatchedBook, keys_by_number
from .truth import Sent


class RowNumberBook(WatchedBook):
    """Writes to the row numbers it has read, and appends behind the last row it has read."""

    _count = 0

    def read(self, **options: bool) -> Snapshot:
        """Return the tabs; what was done before is known by the rows that are there."""
        snapshot, _ = self._snapshot(texts=options.get("texts", True))
        return _with_marks(snapshot)

    def _settled(self, _snapshot: Snapshot, _copies: Grid) -> Settled:
        return Settled()

    def commit(self, plan: Plan, base: Snapshot, _note: RunNote) -> Receipt:
        """Write once, and again when no answer came."""
        base = self._looked_up(base, plan)
        writes = writes_of(_left(plan, base, self), base, self._schema, self._wording)
        lengths = json.loads(base.token)
        requests: list[dict[str, Any]] = []
        for tab, write in writes.items():
            number = self._grids.ids[tab]
            requests += _changes(write, number)
            if write.appended:
                requests.append(self._added(write, number, lengths[tab]))
        if not requests:
            return Receipt("", 0, 0, None)
        RowNumberBook._count += 1
        keys = keys_by_number(writes, self._schema)
        self.sending = Sent(
            f"write {self._count}", settles=False, writes=writes, keys=keys, at=self._at(lengths)
        )
        try:
            self._spreadsheet.update(requests)
        except Unclear:
            raise LedgerChanged from None
        return Receipt("", 0, 0, None)

    def _looked_up(self, base: Snapshot, _plan: Plan) -> Snapshot:
        return base

    def _at(self, lengths: dict[str, int]) -> dict[str, int]:
        return lengths

    def _added(self, write: TabWrite, number: int, length: int) -> dict[str, Any]:
        asked = _additions(write, number)["appendCells"]
        start = {"sheetId": number, "rowIndex": length, "columnIndex": 0}
        return {"updateCells": {"start": start, "rows": asked["rows"], "fields": asked["fields"]}}


class LookupBook(RowNumberBook):
    """Looks each row up by its key right before it writes, and lets the service append."""

    def _looked_up(self, _base: Snapshot, _plan: Plan) -> Snapshot:
        return self.read()

    def _at(self, _lengths: dict[str, int]) -> dict[str, int]:
        return {}

    def _added(self, write: TabWrite, number: int, _length: int) -> dict[str, Any]:
        return _additions(write, number)


def _with_marks(snapshot: Snapshot) -> Snapshot:
    from dataclasses import replace

    there = {
        str(cells[at - 1])
        for tab in ("orders", "mails")
        for _, cells in snapshot.sheets[tab].rows
        for at in (snapshot.sheets[tab].columns[{"orders": "order_id", "mails": "mail_id"}[tab]],)
        if at <= len(cells) and cells[at - 1]
    }
    marks = {f"import:{key}" for key in there if "/" not in key}
    marks |= {f"mail:{key.replace('/', ':')}" for key in there if "/" in key}
    return replace(snapshot, marks=frozenset(marks))


def _left(plan: Plan, base: Snapshot, book: RowNumberBook) -> Plan:
    """Return the plan without changes to rows that are no longer there, as such scripts skip them."""
    from automations.core.plan import AppendRow
    from automations.core.reading import row_keys

    keys = {
        tab: row_keys(sheet, book._schema[tab]) for tab, sheet in base.sheets.items() if tab in book._schema
    }
    return Plan(tuple(one for one in plan.changes if isinstance(one, AppendRow) or one.key in keys[one.tab]))


RIVALS = (
    Variant("row-number script", book=RowNumberBook),
    Variant("lookup, then write", book=LookupBook),
)
