"""A ledger in an .xlsx workbook on this machine or a network drive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from zoneinfo import ZoneInfo

from automations.books import troubles
from automations.books.aftermath import snapshot_after
from automations.books.changes import cells_of
from automations.books.disk import Disk
from automations.books.grids import Grids
from automations.books.lock import locked
from automations.books.operations import new_op
from automations.books.tabs import find_sheets
from automations.books.versions import VersionedFile, hash_of
from automations.books.xlsx import (
    Limits,
    RefusedError,
    WorkbookRefused,
    edit_workbook,
    inspect,
    read_properties,
    refuse_grown,
    refuse_size,
    remove_rows,
)
from automations.core import journal
from automations.core.errors import LedgerChanged
from automations.core.journal import Commit
from automations.core.messages import Message, msg
from automations.core.plan import Plan
from automations.core.schema import Schema
from automations.core.snapshot import Receipt, RunNote, Snapshot
from automations.core.wording import Wording

# Properties of the workbook (File > Info > Properties > Custom).
LEDGER, VERSION, NUMBER = "daicho_ledger", "daicho_version", "daicho_n"
_PATIENCE_S = 20.0


class WorkbookBook:
    """A ledger in a workbook. A commit makes a new file beside it and puts that in its place in one step."""

    def __init__(  # noqa: PLR0913 - where, what, and how it is worded
        self,
        path: Path,
        schema: Schema,
        *,
        language: str,
        currency: str,
        zone: ZoneInfo,
        disk: Disk | None = None,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        self._notes: tuple[Message, ...] = ()
        self._path = path.resolve()
        self._schema = schema
        self._wording = Wording(language, currency, zone)
        self._disk = disk or Disk()
        self._file = VersionedFile(self._path, self._disk)
        self._patience_s = patience_s

    def read(self, *, texts: bool = True) -> Snapshot:  # noqa: ARG002 - they are at hand
        """Return all tabs as they stand in the file; a workbook that a person has open can be read too."""
        with self._troubles():
            self._bring_back()
            source = self._inspected()
            properties = read_properties(source)
            sheets = find_sheets(Grids(source), self._schema)
        tab = self._schema[journal.TAB]
        last = journal.last_commit(sheets[journal.TAB], tab, properties.get(VERSION, ""))
        return Snapshot(
            ledger_id=properties.get(LEDGER) or last.ledger_id or token_hex(8),
            version=last.op,
            number=last.n,
            sheets=sheets,
            marks=journal.marks_in(sheets[journal.TAB], tab, last),
            token=hash_of(source),
            notes=self._notes,
        )

    def commit(self, plan: Plan, base: Snapshot, note: RunNote) -> Receipt:
        """Write a whole plan, or nothing of it; see ``Book.commit``. The file as it was goes to ``backup/``."""
        marks = base.marks.difference(plan.retired).union(plan.marks)
        commit = Commit(new_op(), base.number + 1, base.version, base.ledger_id, marks=len(marks))
        written = cells_of(plan, base, commit, note, schema=self._schema, wording=self._wording)
        properties = {VERSION: commit.op, NUMBER: str(commit.n), LEDGER: commit.ledger_id}
        with self._troubles(), locked(self._path, self._patience_s):
            self._disk.refuse_open(self._path)
            source = self._content_at(base)
            self._refuse_older(base)
            content, emptied = remove_rows(edit_workbook(source, written.edits, properties), written.removed)
            refuse_grown(content, Limits())
            self._file.install(content, commit.op, base.token)
            self._file.remove_old_backups(commit.op)
        after = snapshot_after(base, written, plan, commit, hash_of(content), emptied)
        notes = tuple(_hidden(title) for title in sorted(emptied))
        return Receipt(commit.op, written.cells, written.rows, after, notes)

    def now(self) -> datetime:
        """Return the moment by this machine's clock."""
        return datetime.now(self._wording.zone)

    def _content_at(self, base: Snapshot) -> bytes:
        """Return the file, whose hash covers the version property as well."""
        source = self._file.content()
        if hash_of(source) != base.token:
            raise LedgerChanged
        return source

    def _bring_back(self) -> None:
        """Give the last backup the name of the workbook when that is gone."""
        if self._path.exists():
            return
        backup = self._file.last_backup()
        with locked(self._path, self._patience_s):
            if self._path.exists():
                return
            self._file.bring_back(backup)
        self._notes += (
            msg(
                "The workbook {name} was missing; {backup} from the folder backup took its place. "
                "What was typed or done since then is not in it: see what was shipped and mailed.",
                name=self._path.name,
                backup=backup.name,
            ),
        )

    def _refuse_older(self, base: Snapshot) -> None:
        """Refuse to go on from a workbook that lost what the newest backup says was written to it."""
        newest = self._file.newest_op()
        if newest in {"", base.version}:
            return
        if newest not in journal.ops_in(base.sheets[journal.TAB], self._schema[journal.TAB]):
            raise troubles.older(self._path, newest, self._wording.zone)

    def _inspected(self) -> bytes:
        """Return the file, once it is known that reading it cannot exhaust the machine."""
        limits = Limits()
        if self._path.is_fifo() or self._path.is_char_device():  # these can be read for ever
            raise WorkbookRefused("not-a-workbook", detail="no file")
        refuse_size(self._path.stat().st_size, limits)
        source = self._file.content()
        inspect(source, limits)
        return source

    @contextmanager
    def _troubles(self) -> Iterator[None]:
        try:
            yield
        except RefusedError as error:
            raise troubles.refusal(error, self._path) from error
        except OSError as error:
            raise troubles.failure(error, self._path) from error


def _hidden(title: str) -> Message:
    return msg(
        "In the tab {title} formulas or other things point to rows that were taken out, so these rows were emptied "
        "and hidden.",
        title=title,
    )
