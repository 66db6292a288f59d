"""What a run wants to do, as values: cells to set, rows to append, findings to show."""

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
    """A new row; columns that are not named stay blank."""

    tab: str
    cells: Cells
    why: Message | None = None


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


Change = SetCells | AppendRow
Part = Union[Change, Finding, "Plan", Iterable["Part"]]


@dataclass(frozen=True, slots=True)
class Plan:
    """Changes in the order they apply, findings, and marks of effects planned for good."""

    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    marks: tuple[str, ...] = ()

    @classmethod
    def of(cls, *parts: Part, marks: Iterable[str] = ()) -> Plan:
        """Return one plan from changes, findings, other plans and (nested) lists of them, in order."""
        changes: list[Change] = []
        findings: list[Finding] = []
        all_marks = list(marks)
        _gather(parts, changes, findings, all_marks)
        return cls(tuple(changes), tuple(findings), tuple(all_marks))

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
        return not self.changes and not self.marks


def _gather(parts: Iterable[Part], changes: list[Change], findings: list[Finding], marks: list[str]) -> None:
    for part in parts:
        if isinstance(part, (SetCells, AppendRow)):
            changes.append(part)
        elif isinstance(part, Finding):
            findings.append(part)
        elif isinstance(part, Plan):
            changes += part.changes
            findings += part.findings
            marks += part.marks
        elif part:  # most of what is looked at brings nothing
            _gather(part, changes, findings, marks)
