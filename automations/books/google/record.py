"""The rows that a commit adds to 記録, newest first, and those that go."""

from __future__ import annotations

from collections.abc import Sequence

from automations.core.cells import WrittenCell
from automations.core.records import dataclass
from automations.core.schema import Tab
from automations.core.snapshot import Sheet
from automations.core.values import Cells
from automations.core.wording import Wording


@dataclass(frozen=True)
class RecordRows:
    """New rows of 記録, and the sheet rows of old entries that are no longer needed."""

    new: Sequence[Cells]
    expired: Sequence[int]
    tab: Tab
    wording: Wording

    def lines(self, sheet: Sheet) -> list[list[WrittenCell]]:
        """Return the new rows as they stand in the sheet, from column A on."""
        lines = []
        for row in self.new:
            line: list[WrittenCell] = [None] * max(sheet.columns.values())
            for name, value in row.items():
                line[sheet.columns[name] - 1] = self.wording.cell(self.tab.columns[name], value)
            lines.append(line)
        return lines
