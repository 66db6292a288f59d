"""Tabs and columns as declared in ``sheets_schema/tabs``: who owns a cell and what may stand in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from typing import Literal

from automations.core.messages import Label
from automations.core.records import dataclass
from automations.core.text import normal_header

Owner = Literal["human", "robot", "shared"]
ColumnType = Literal[
    "text",
    "code",
    "integer",
    "money",
    "date",
    "datetime",
    "flag",
    "choice",
    "prefecture",
    "postcode",
    "phone",
    "email",
    "jan",
    "components",
]
# Types whose cells are formatted as text, so that 0612345 and 4901234567894 stay as typed.
TEXT_TYPES = frozenset({"text", "code", "prefecture", "postcode", "phone", "email", "jan", "components"})


@dataclass(frozen=True, slots=True)
class Choice:
    """One allowed value: ``id`` in code and JSON, ``label`` in the sheet, ``aliases`` also understood."""

    id: str
    label: Label
    aliases: tuple[str, ...] = ()
    colour: str = ""


@dataclass(frozen=True)
class Column:
    """One column of a tab.

    Attributes:
        owner: ``human`` columns are written by the program only when it appends the row, ``robot``
            columns never by people, ``shared`` ones by both (the person's value wins).
        twin: Robot column that keeps what the program last wrote into this shared column.
        refers_to: ``tab.column`` that must hold the same value.
        open: Values beyond the choices are kept as they stand (reasons of the shop's own).
        large: Long text, not shown beside the others.
        needed_in: Values of the column ``state`` in which a run needs this text; it does without it in other rows.
        percent: A whole number of percent; ``8%`` and 0.08 are understood as 8.
    """

    id: str
    label: Label
    type: ColumnType = "text"
    owner: Owner = "human"
    required: bool = False
    unique: bool = False
    choices: Mapping[str, Choice] = field(default_factory=dict)
    choices_from: str = ""
    open: bool = False
    pattern: str = ""
    minimum: int | None = None
    refers_to: str = ""
    twin: str = ""
    aliases: tuple[str, ...] = ()
    note: Label = Label("", "")
    hidden: bool = False
    large: bool = False
    needed_in: tuple[str, ...] = ()
    percent: bool = False
    width: int = 12

    @cached_property
    def written_choices(self) -> dict[str, str]:
        """Every accepted spelling (normalised) of a choice column, mapped to the choice's id."""
        spellings: dict[str, str] = {}
        for choice in self.choices.values():
            for text in (choice.id, choice.label.ja, choice.label.en, *choice.aliases):
                spellings.setdefault(normal_header(text), choice.id)
        return spellings

    @cached_property
    def headers(self) -> frozenset[str]:
        """Every header (normalised) under which this column is found in a sheet or file."""
        return frozenset(
            normal_header(text) for text in (self.id, self.label.ja, self.label.en, *self.aliases)
        )

    @property
    def is_text(self) -> bool:
        """True when the cell must be stored as text."""
        return self.type in TEXT_TYPES


@dataclass(frozen=True)
class SumCheck:
    """``total`` must equal the sum of ``plus`` less the sum of ``minus`` (blank counts as 0)."""

    total: str
    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()


@dataclass(frozen=True)
class OrderCheck:
    """The day in ``first`` must not lie after the day in ``then`` (blank days are not compared)."""

    first: str
    then: str


@dataclass(frozen=True)
class Checks:
    """Checks across the columns of one row."""

    sums: tuple[SumCheck, ...] = ()
    days: tuple[OrderCheck, ...] = ()
    any_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tab:
    """One tab of the ledger. A row's key is the text of its ``key`` columns joined by ``/``."""

    id: str
    label: Label
    key: tuple[str, ...]
    columns: Mapping[str, Column]
    checks: Checks = field(default_factory=Checks)
    note: Label = Label("", "")
    hidden: bool = False
    frozen: int = 1
    sealed: bool = False

    @cached_property
    def by_header(self) -> dict[str, str]:
        """Normalised header, label or alias mapped to the column's id."""
        return {header: column.id for column in self.columns.values() for header in column.headers}

    @cached_property
    def twins(self) -> dict[str, str]:
        """Shared column mapped to its twin."""
        return {column.id: column.twin for column in self.columns.values() if column.twin}


Schema = Mapping[str, Tab]
