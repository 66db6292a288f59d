"""An order while it is being read from the rows of a file."""

from __future__ import annotations

from dataclasses import dataclass, field

from automations.core.messages import Message
from automations.core.plan import Finding, Level
from automations.core.values import Value
from automations.files.sources import Cells

# Row of the file (header = 1) and its cells.
NumberedRow = tuple[int, Cells]


@dataclass
class NetPrice:
    """A price without tax in a line, until it is known how the shop system rounds.

    Attributes:
        line: The cells of the line.
        column: Where the price with tax goes.
        net: Minor units.
        percent: Tax rate.
    """

    line: dict[str, Value]
    column: str
    net: int
    percent: int


@dataclass
class Draft:
    """What is known of an order so far.

    Attributes:
        key: Order number without a leading ``#``.
        row: First row of the order in the file.
        cells: Columns of ``orders``.
        lines: Columns of ``order_lines``, one mapping a line.
        findings: What is wrong with it.
        sums: Amounts of fee, shipping and discount rows, signed as the file writes them.
        net_prices: Prices that still lack their tax.
    """

    key: str
    row: int
    cells: dict[str, Value] = field(default_factory=dict)
    lines: list[dict[str, Value]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    sums: dict[str, int] = field(default_factory=dict)
    net_prices: list[NetPrice] = field(default_factory=list)

    def note(  # noqa: PLR0913 - the parts of a finding
        self,
        code: str,
        column: tuple[str, str],
        value: str,
        why: Message,
        fix: Message,
        *,
        row: int,
        level: Level = "error",
    ) -> None:
        """Add a finding about ``column`` (tab and id)."""
        tab, name = column
        self.findings.append(Finding(code, tab, self.key, name, value, why, fix, row, level))
