"""What settling is told and what it answers: whom a commit met, the sheets as they are now, what must be put right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from automations.core.cells import RawCell
from automations.core.messages import Message
from automations.core.schema import Schema
from automations.core.snapshot import Sheet
from automations.core.wording import Wording


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a write.

    Attributes:
        column: What was meant to be written: id of a column.
        base: Value that the plan was made on, as the journal keeps it (a raw cell in a settle commit).
        new: Value that was written, alike.
        hit: Column that stood there instead when people moved columns: its id, or its header if it has none.
        found: What stood there right before.
    """

    column: str
    base: object
    new: object
    hit: str
    found: RawCell


@dataclass(frozen=True, slots=True)
class Hit:
    """One row of the last commit: whom it was meant for, and whose row stood there right before.

    Attributes:
        key: Expected key, ``""`` for a row without one.
        found_key: Key of the row that stood there, ``""`` where no key did.
        removed: The whole row that stood there when the write took it out, by column; blank otherwise.
        beside: The other cells of the row that stood there, by column.
        meant: The same of the row that was meant, where its key did not tell it from others.
    """

    tab: str
    key: str
    found_key: str
    cells: tuple[Cell, ...]
    removed: Mapping[str, RawCell] = field(default_factory=dict)
    beside: Mapping[str, RawCell] = field(default_factory=dict)
    meant: Mapping[str, object] = field(default_factory=dict)

    @property
    def moved(self) -> bool:
        """True when another row stood there than was meant."""
        return self.key != self.found_key

    @property
    def is_shifted(self) -> bool:
        """True when people had moved a column that was written to."""
        return any(cell.hit != cell.column for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Misfiled:
    """A new row that was added while people moved columns: what was meant, and where each value went."""

    tab: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """One cell to be put right: its row as the snapshot numbers it, and what it shows and should show.

    ``beside`` holds the other cells of a row that its key does not tell from others, by column.
    """

    tab: str
    number: int
    key: str
    column: str
    shown: RawCell
    wanted: RawCell
    beside: Mapping[str, RawCell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Restored:
    """A row that was taken out by mistake and comes back at the end of its tab, by column."""

    tab: str
    cells: Mapping[str, RawCell]


@dataclass(frozen=True, slots=True)
class Settled:
    """What is to be put right; nothing when the ledger is settled. ``lost`` quotes values that found no row."""

    corrections: tuple[Correction, ...] = ()
    restored: tuple[Restored, ...] = ()
    lost: tuple[Message, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True when nothing must be written."""
        return not self.corrections and not self.restored


@dataclass(frozen=True)
class Ground:
    """What settling stands on: the sheets as they are now, and how their cells are understood."""

    sheets: Mapping[str, Sheet]
    schema: Schema
    ledger_id: str
    wording: Wording
    is_settle: bool = False
