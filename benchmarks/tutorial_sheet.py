"""The same script for a Google spreadsheet, as gspread's tutorials teach it: every tab read, every cell written by itself.

It decides as `tutorial_script` does and writes by row number: what people sort or insert meanwhile goes wrong.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import gspread
import pandas as pd
from tutorial_script import TABS, decide


def run(client: gspread.Client, key: str, now: datetime) -> None:
    """Check, allocate, instruct and mail everything that is open in a spreadsheet."""
    spreadsheet = client.open_by_key(key)
    tabs = {}
    for title in TABS:
        rows = spreadsheet.worksheet(title).get_all_records(
            value_render_option="UNFORMATTED_VALUE", numericise_ignore=["all"]
        )
        tabs[title] = pd.DataFrame(rows, dtype=object)
    changed = decide(tabs, now)
    for title, edits in (("受注", changed.orders), ("受注明細", changed.lines)):
        sheet = spreadsheet.worksheet(title)
        for index, cells in edits:
            for header, value in cells.items():
                if tabs[title].loc[index, header] != value:
                    sheet.update_cell(index + 2, list(tabs[title].columns).index(header) + 1, value)
    for title, rows in (("出荷", changed.parcels), ("メール", changed.mails)):
        sheet = spreadsheet.worksheet(title)
        headers = sheet.row_values(1)
        for row in rows:
            sheet.append_row([_plain(row.get(header, "")) for header in headers])


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever stands in a cell
    return value.isoformat() if isinstance(value, date) else value
