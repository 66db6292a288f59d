"""`daicho show`: rows of a tab by column id, as a table, JSON or CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from automations.app.archives import archive_ledgers, refuse_missing
from automations.app.runner import open_shop, read_ledger
from automations.core.cells import to_json
from automations.core.errors import DaichoError
from automations.core.ledger import Ledger, Row
from automations.core.messages import Message, msg
from automations.core.schema import Schema, Tab
from automations.core.text import half_width_length, nearest, normal_header, visible

Form = Literal["table", "json", "csv"]
# How many columns and characters a table on a terminal shows.
_COLUMNS = 8
_WIDTH = 24
# Text beginning so would be run as a formula by a spreadsheet (safety S4).
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class ShowRefused(DaichoError):
    """The tab, column or condition of `daicho show` is not known."""

    exit_code = 2

    def __init__(self, typed: str, why: Message, fix: Message) -> None:
        super().__init__("show-refused", why, fix, where="daicho show", value=typed)


def show_rows(  # noqa: PLR0913 - the options of `daicho show`
    folder: Path,
    tab: str,
    conditions: Sequence[str],
    form: Form,
    now: datetime | None,
    language: str | None,
    *,
    archived: bool = False,
) -> str:
    """Return the rows of a tab that meet every ``COLUMN=VALUE`` (ids or labels).

    With ``archived`` those of all archives, newest first, each row with the name of its archive.

    Raises:
        ShowRefused: Tab or column is not known; the nearest name is offered.
        LedgerRefused: An archive is gone.
    """
    shop = open_shop(folder, language)
    found = _tab(tab, shop.configuration.schema)
    wanted = [_condition(text, found) for text in conditions]
    _, ledger = read_ledger(shop, now)
    if not archived:
        return _told({"": _rows(ledger, found, wanted)}, found, ledger, form)
    refuse_missing(shop.configuration, ledger)
    rows = {name: _rows(one, found, wanted) for name, one in archive_ledgers(shop, now)}
    return _told(rows, found, ledger, form)


def _rows(ledger: Ledger, tab: Tab, wanted: Sequence[tuple[str, str]]) -> list[Row]:
    table = ledger[tab.id]
    return [
        row
        for row in (*table.rows, *table.set_aside)
        if all(_meets(row, name, value, tab) for name, value in wanted)
    ]


def _told(found: Mapping[str, Sequence[Row]], tab: Tab, ledger: Ledger, form: Form) -> str:
    """Return rows by archive, ``""`` for the ledger itself, in the form that is wanted."""
    if form == "table":
        return "\n".join(_tables(found, tab, ledger))
    mappings = [
        {**({"archive": name} if name else {}), **_mapping(row, tab, ledger)}
        for name, rows in found.items()
        for row in rows
    ]
    if form == "json":
        return json.dumps(mappings, ensure_ascii=False, indent=2)
    return _csv(mappings, [*([] if "" in found else ["archive"]), *tab.columns])


def _tables(found: Mapping[str, Sequence[Row]], tab: Tab, ledger: Ledger) -> Iterator[str]:
    if not found:
        yield msg("There is no archive yet: `daicho archive` makes the first one.").text(ledger.language)
    for name, rows in found.items():
        if name:
            yield msg("archive {name}", name=name).text(ledger.language)
        yield _table(rows, tab, ledger)


def _tab(name: str, schema: Schema) -> Tab:
    wanted = normal_header(name)
    for tab in schema.values():
        if wanted in (normal_header(text) for text in (tab.id, tab.label.ja, tab.label.en)):
            return tab
    close = nearest(name, [*schema, *(tab.label.ja for tab in schema.values())])
    fix = msg("Did you mean '{close}'?", close=close) if close else msg("Tabs: {tabs}.", tabs=tuple(schema))
    raise ShowRefused(name, msg("There is no tab '{name}'.", name=name), fix)


def _condition(text: str, tab: Tab) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise ShowRefused(
            text, msg("'{text}' is not a condition.", text=text), msg("Write it like status=on_hold.")
        )
    column = tab.by_header.get(normal_header(name))
    if column is None:
        close = nearest(name, tuple(tab.columns))
        fix = (
            msg("Did you mean '{close}'?", close=close)
            if close
            else msg("Columns: {names}.", names=tuple(tab.columns))
        )
        raise ShowRefused(text, msg("{tab} has no column '{name}'.", tab=tab.id, name=name), fix)
    known = tab.columns[column].written_choices
    if known and value and normal_header(value) not in known:
        raise ShowRefused(
            text,
            msg("'{value}' is no value of the column '{name}'.", value=value, name=column),
            msg("Use one of: {known}.", known=tuple(tab.columns[column].choices)),
        )
    return column, value


def _meets(row: Row, column: str, value: str, tab: Tab) -> bool:
    wanted = normal_header(value)
    known = tab.columns[column].written_choices.get(wanted)
    return row.text(column) == known if known else wanted == normal_header(row.text(column))


def _mapping(row: Row, tab: Tab, ledger: Ledger) -> dict[str, Any]:
    return {
        name: row.raw[name]
        if row.get(name) is None and name in row.raw
        else to_json(column, row.get(name), ledger.currency)
        for name, column in tab.columns.items()
    }


def _csv(mappings: Sequence[Mapping[str, Any]], header: Sequence[str]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    for mapping in mappings:
        writer.writerow([_safe(mapping[name]) for name in header])
    return out.getvalue()


def _safe(value: object) -> object:
    if isinstance(value, str) and value.startswith(_DANGEROUS):
        return "'" + value
    return "" if value is None else value


def _table(rows: Sequence[Row], tab: Tab, ledger: Ledger) -> str:
    names = [name for name, column in tab.columns.items() if not column.hidden]
    names = [*tab.key, *(name for name in names if name not in tab.key)]
    used = [name for name in names if any(row.get(name) is not None for row in rows)][:_COLUMNS]
    cells = [used] + [[_cut(_shown(_mapping(row, tab, ledger)[name])) for name in used] for row in rows]
    widths = [max(half_width_length(line[place]) for line in cells) for place in range(len(used))]
    lines = [
        "  ".join(_padded(text, width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]
    lines.append(msg("rows: {count}", count=len(rows)).text(ledger.language))
    return "\n".join(lines)


def _shown(value: object) -> str:
    return "" if value is None or value is False else str(value)


def _cut(text: str) -> str:
    """Shorten a cell for the screen; JSON and CSV always carry it whole."""
    text = visible(" ".join(text.split()))
    while half_width_length(text) > _WIDTH:
        text = text[:-2] + "…" if text.endswith("…") else text[:-1] + "…"
    return text


def _padded(text: str, width: int) -> str:
    return text + " " * (width - half_width_length(text))
