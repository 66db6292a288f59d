"""What a run wants to do, as values: cells to set, rows to append or remove, findings to show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Union

from automations.core.messages import Message
from automations.core.values import Cells

if TYPE_CHECKING:
    import pandas as pd

    from automations.core.ledger import Table

# An error keeps its row out of the run; a warning is shown and the row goes on.
Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class SetCells:
    """New values for cells of one row that is there; ``before`` is what the plan was made on."""

    tab: str
    key: str
    cells: Cells
    before: Cells
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class AppendRow:
    """A new row; columns that are not named stay blank.

    Attributes:
        is_copy: It stands in another ledger as well, from which it is brought.
    """

    tab: str
    cells: Cells
    why: Message | None = None
    is_copy: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should know about one cell or row: code, where, value, why, fix.

    Attributes:
        code: Stable kebab-case name, listed in the README.
        row: Sheet row number, 0 when the row is not in the sheet (yet).
        value: What stands there, quoted as typed.
    """

    code: str
    tab: str
    key: str
    column: str
    value: str
    why: Message
    fix: Message
    row: int = 0
    level: Level = "error"


@dataclass(frozen=True, slots=True)
class RemoveRow:
    """A row that goes as a whole, with what people wrote beside it; ``before`` is what stood there.

    Attributes:
        is_archived: All of it can be read in an archive.
    """

    tab: str
    key: str
    before: Cells
    why: Message | None = None
    is_archived: bool = False

    @property
    def cells(self) -> Cells:
        """Every cell of the row, blank from now on."""
        return dict.fromkeys(self.before)


Change = SetCells | AppendRow | RemoveRow
Part = Union[Change, Finding, "Plan", Iterable["Part"]]


@dataclass(frozen=True, slots=True)
class Plan:
    """Changes in the order they apply, findings, and marks of effects planned for good.

    Attributes:
        retired: Marks that leave this ledger because another one keeps them from now on (its archive).
    """

    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    marks: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()

    @classmethod
    def of(cls, *parts: Part, marks: Iterable[str] = (), retired: Iterable[str] = ()) -> Plan:
        """Return one plan from changes, findings, other plans and (nested) lists of them, in order."""
        changes: list[Change] = []
        findings: list[Finding] = []
        all_marks = list(marks)
        all_retired = list(retired)
        _gather(parts, changes, findings, all_marks, all_retired)
        return cls(tuple(changes), tuple(findings), tuple(all_marks), tuple(all_retired))

    @classmethod
    def from_frames(
        cls, table: Table, before: pd.DataFrame, after: pd.DataFrame, currency: str = "JPY"
    ) -> Plan:
        """Return the plan that turns one pandas frame of ``table`` into another (see core/frames.py)."""
        from automations.core.frames import plan_from_frames  # noqa: PLC0415 - pandas is heavy

        return plan_from_frames(table, before, after, currency)

    @property
    def is_empty(self) -> bool:
        """True when the plan would change nothing (findings alone change nothing)."""
        return not (self.changes or self.marks or self.retired)


def _gather(
    parts: Iterable[Part],
    changes: list[Change],
    findings: list[Finding],
    marks: list[str],
    retired: list[str],
) -> None:
    for part in parts:
        if isinstance(part, (SetCells, AppendRow, RemoveRow)):
            changes.append(part)
        elif isinstance(part, Finding):
            findings.append(part)
        elif isinstance(part, Plan):
            changes += part.changes
            findings += part.findings
            marks += part.marks
            retired += part.retired
        elif part:  # most of what is looked at brings nothing
            _gather(part, changes, findings, marks, retired)
