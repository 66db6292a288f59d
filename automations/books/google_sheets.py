"""A ledger in a Google spreadsheet that people edit while Daicho works on it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from automations.books.google.after import after_commit, token_of
from automations.books.google.batch import TOKEN, Batch, batch_of, copies_range
from automations.books.google.copies import commit_of, read_copies
from automations.books.google.cures import cures
from automations.books.google.errors import BadRequest, Unclear
from automations.books.google.grids import Grids, Spreadsheet
from automations.books.google.ids import ledger_id_of
from automations.books.google.parts import MOST_BYTES, halves_of, parts_of
from automations.books.google.record import RecordRows
from automations.books.google.values import Json, effective
from automations.books.google.writes import TabWrite, corrections_of, writes_of
from automations.books.operations import moment_of, new_op
from automations.books.tabs import Grid
from automations.core import journal
from automations.core.errors import LedgerChanged, LedgerRefused, ServiceError
from automations.core.journal import Commit
from automations.core.messages import Message, msg
from automations.core.plan import Plan
from automations.core.records import dataclass
from automations.core.schema import Schema, Tab
from automations.core.settling import Ground, Settled, entries_of, is_clean, settle
from automations.core.snapshot import Receipt, RunNote, Sheet, Snapshot
from automations.core.values import Cells
from automations.core.wording import Wording

_ROUNDS = 8
_REPLY = "replies,updatedSpreadsheet.sheets.data(startRow,startColumn,rowData.values.effectiveValue)"
_TOKEN_REQUESTS = frozenset({"deleteNamedRange", "addNamedRange", "createDeveloperMetadata"})


@dataclass(frozen=True)
class _Commit:
    """A commit that is ready to be sent, and the ledger as it leaves it when nobody interferes."""

    name: Commit
    writes: dict[str, TabWrite]
    batch: Batch
    after: Snapshot


class GoogleBook:
    """A ledger in a spreadsheet. A commit is one atomic batch; what people did meanwhile is put right after it."""

    def __init__(
        self,
        spreadsheet: Spreadsheet,
        schema: Schema,
        *,
        language: str,
        currency: str,
        zone: ZoneInfo,
        adopting: bool = False,
    ) -> None:
        self._adopting = adopting
        self._spreadsheet = spreadsheet
        self._schema = schema
        self._wording = Wording(language, currency, zone)
        self._grids = Grids(schema, language)

    def read(self, *, texts: bool = True) -> Snapshot:
        """Return all tabs as they stand, settled: no value of a commit is left in a wrong row; see ``Book.read``.

        Raises:
            LedgerRefused: The spreadsheet cannot be used as it is.
            ServiceError: It cannot be reached, or people keep moving the same rows.
        """
        notes: dict[str, Message] = {}
        for _ in range(_ROUNDS):
            try:
                with cures():
                    snapshot, copies = self._snapshot(texts=texts)
            except LedgerChanged:
                continue
            settled = self._settled(snapshot, copies)
            notes |= {str(note): note for note in settled.lost}
            if settled.is_empty:
                return replace(snapshot, notes=tuple(notes.values()))
            self._put_right(settled, snapshot)
        raise ServiceError(
            "ledger-busy",
            msg("People kept moving the same rows while Daicho was putting its writes right."),
            msg("Run again in a minute; the next run goes on from here."),
            where=self._wording_of_tab(journal.TAB),
        )

    def commit(self, plan: Plan, base: Snapshot, note: RunNote) -> Receipt:
        """Write a whole plan; see ``Book.commit``. A very large one goes in parts, each order whole in one of them.

        Raises:
            LedgerChanged: Another run was faster, or the fate of a request is not known; what was applied stands.
        """
        version, cells, rows = base.version, 0, 0
        after: Snapshot | None = base
        waiting = [*parts_of(plan, base, self._schema)]
        while waiting:
            if after is None:
                raise LedgerChanged
            part = waiting.pop(0)
            commit = self._prepared(part, after, note)
            if commit.batch.size > MOST_BYTES and len(parts := halves_of(part, after, self._schema)) > 1:
                waiting = [*parts, *waiting]
                continue
            after = self._send(commit, after)
            version = commit.name.op
            cells += sum(write.cells for write in commit.writes.values())
            rows += sum(len(write.appended) + len(write.removed) for write in commit.writes.values())
        return Receipt(version, cells, rows, after)

    def now(self) -> datetime:
        """Return the moment by Google's clock, once it has answered."""
        return self._spreadsheet.now()

    def _snapshot(self, *, texts: bool) -> tuple[Snapshot, Grid]:
        seen = self._grids.read(self._spreadsheet, texts=texts)
        sheet, tab = seen.sheets[journal.TAB], self._schema[journal.TAB]
        last = journal.last_commit(sheet, tab, commit_of(seen.copies))
        if not self._adopting:
            refuse_copied(last, self._spreadsheet.key)
        snapshot = Snapshot(
            ledger_id=last.ledger_id or ledger_id_of(self._spreadsheet.key),
            version=last.op,
            number=last.n,
            sheets=seen.sheets,
            marks=journal.marks_in(sheet, tab, last),
            token=token_of(seen.lengths),
        )
        return snapshot, seen.copies

    def _settled(self, snapshot: Snapshot, copies: Grid) -> Settled:
        """Return what must be put right before anything else is done."""
        if not snapshot.version:
            return Settled()
        record = snapshot.sheets[journal.TAB]
        recorded = journal.recorded(record, self._schema[journal.TAB], snapshot.version)
        met = read_copies(snapshot.version, recorded, copies, self._schema)
        if met is None:
            return Settled()
        last = journal.last_commit(record, self._schema[journal.TAB], snapshot.version)
        return settle(*met, self._ground(snapshot, is_settle=last.settles))

    def _ground(self, snapshot: Snapshot, *, is_settle: bool) -> Ground:
        return Ground(snapshot.sheets, self._schema, snapshot.ledger_id, self._wording, is_settle=is_settle)

    def _put_right(self, settled: Settled, base: Snapshot) -> None:
        """Write what puts the ledger right; whether it was applied is seen at the next look."""
        note = RunNote("", "settle", moment_of(new_op()).isoformat())
        commit = self._name(base, base.marks, settles=True)
        writes = corrections_of(settled, base)
        record = journal.rows_of(entries_of(settled), (), commit, note)
        try:
            self._send(self._ready(commit, writes, record, base, note), base)
        except LedgerChanged:
            return

    def _prepared(self, plan: Plan, base: Snapshot, note: RunNote) -> _Commit:
        writes = writes_of(plan, base, self._schema, self._wording)
        leaving, kept = journal.rows_of_marks(*self._record_of(base), plan.retired)
        plan = replace(plan, marks=(*plan.marks, *kept))
        after = replace(base, marks=base.marks.difference(plan.retired))
        commit = self._name(base, after.marks.union(plan.marks))
        record = journal.rows_for(plan, self._schema, commit, note)
        return self._ready(commit, writes, record, after, note, plan.marks, leaving)

    def _name(self, base: Snapshot, marks: Collection[str], *, settles: bool = False) -> Commit:
        key, number = self._spreadsheet.key, base.number + 1
        return Commit(new_op(), number, base.version, base.ledger_id, key, settles, len(marks))

    def _ready(  # noqa: PLR0913 - what a commit is made of
        self,
        commit: Commit,
        writes: dict[str, TabWrite],
        record: Sequence[Cells],
        base: Snapshot,
        note: RunNote,
        marks: Sequence[str] = (),
        leaving: Sequence[int] = (),
    ) -> _Commit:
        sheet, tab = self._record_of(base)
        expired = {*journal.expired_rows(sheet, tab, date.fromisoformat(note.at[:10])), *leaving}
        rows = RecordRows(record, sorted(expired), tab, self._wording)
        batch = batch_of(commit, writes, rows, sheet, self._grids.ids)
        return _Commit(commit, writes, batch, after_commit(base, commit, writes, rows, marks))

    def _send(self, commit: _Commit, base: Snapshot) -> Snapshot | None:
        """Send a commit; return the ledger as it is now, None when it must be read to know.

        Raises:
            LedgerChanged: It was not applied, or was applied by an attempt whose reply was lost.
        """
        ask = copies_range(self._grids.copies_title(self._spreadsheet), commit.batch.copies)
        try:
            reply = self._spreadsheet.update(commit.batch.requests, ranges=[ask], fields=_REPLY)
        except BadRequest as refused:
            return self._refused(refused, commit, base)
        except Unclear:
            return self._if_applied(commit)
        return commit.after if self._is_clean(commit, reply) else None

    def _is_clean(self, commit: _Commit, reply: Json) -> bool:
        """Return whether every write met the row it was meant for; an incomplete reply says no."""
        record = commit.after.sheets[journal.TAB]
        recorded = journal.recorded(record, self._schema[journal.TAB], commit.name.op)
        met = read_copies(commit.name.op, recorded, _grid(reply), self._schema)
        return met is not None and is_clean(*met, self._ground(commit.after, is_settle=commit.name.settles))

    def _refused(self, refused: BadRequest, commit: _Commit, base: Snapshot) -> Snapshot | None:
        if refused.place_is_gone:
            self._grids.find(self._spreadsheet)
            raise LedgerChanged
        if refused.request not in _TOKEN_REQUESTS:
            raise refused
        if refused.resent:
            return self._if_applied(commit)
        token = self._token()
        if token is None and refused.request == "deleteNamedRange" and self._is_still(base):
            batch = commit.batch.without_version(base.version, self._spreadsheet.key)
            return self._send(replace(commit, batch=batch), base)
        if not base.version:
            self._refuse_emptied(token or TOKEN)
        raise LedgerChanged

    def _refuse_emptied(self, token: str) -> None:
        """Refuse a ledger whose 記録 was emptied: it had commits, and nobody knows any more what was done."""
        with cures():
            if not journal.ops_in(*self._record_of(self._snapshot(texts=False)[0])):
                raise journal.damaged(token)

    def _if_applied(self, commit: _Commit) -> Snapshot | None:
        """Return None (read to know) when the commit stands in the ledger after all."""
        record = self._grids.read(self._spreadsheet, texts=False).sheets[journal.TAB]
        if commit.name.op in journal.ops_in(record, self._schema[journal.TAB]):
            return None
        raise LedgerChanged

    def _token(self) -> str | None:
        """Return the version that is installed, None when a person deleted it."""
        named = self._spreadsheet.get("namedRanges(namedRangeId,name)").get("namedRanges", ())
        return next((one["namedRangeId"] for one in named if one["name"] == TOKEN), None)

    def _is_still(self, base: Snapshot) -> bool:
        """Return whether no other run has committed since; 記録 knows it when the version was deleted."""
        return self._snapshot(texts=False)[0].version == base.version

    def _record_of(self, snapshot: Snapshot) -> tuple[Sheet, Tab]:
        return snapshot.sheets[journal.TAB], self._schema[journal.TAB]

    def _wording_of_tab(self, tab: str) -> str:
        return self._schema[tab].label.text(self._wording.language)


def refuse_copied(last: Commit, key: str) -> None:
    """Refuse to work in a copy: the original may still be in use, and customers would get everything twice.

    Raises:
        LedgerRefused: The last commit was made in another spreadsheet.
    """
    if last.home not in {"", key}:
        raise LedgerRefused(
            "ledger-copied",
            msg("This spreadsheet is a copy of another ledger, which may still be in use."),
            msg("Work in the original, or run `daicho adopt` to make this copy the ledger."),
            where=msg("the Google spreadsheet"),
            value=key,
        )


def _grid(reply: Json) -> Grid:
    """Return the copies as they stand in a reply."""
    sheets = reply.get("updatedSpreadsheet", {}).get("sheets", ())
    rows = [row for sheet in sheets for data in sheet.get("data", ()) for row in data.get("rowData", ())]
    return [[effective(cell) for cell in row.get("values", ())] for row in rows]
