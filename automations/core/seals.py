"""Seals: a short mark of its key in every row the program wrote, so that copied and renamed rows are seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b

from automations.core.ledger import Row
from automations.core.messages import Label, msg
from automations.core.plan import Finding
from automations.core.records import dataclass
from automations.core.schema import Column, Tab
from automations.core.values import Value

SEAL = "seal"
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
# Ten bits as two characters: every row has its seal checked on every run, which is too much for base64.b32encode.
_PAIRS = [first + second for first in _BASE32 for second in _BASE32]


@dataclass(frozen=True, slots=True)
class Judged:
    """The rows of a tab, told apart.

    Attributes:
        rows: Rows to work with. Cells that belong to another row count as blank and are named in ``stale``.
        set_aside: Rows whose key stands twice or was changed; nothing may be written there.
        findings: What a person has to mend, one for each row set aside.
    """

    rows: tuple[Row, ...]
    set_aside: tuple[Row, ...]
    findings: tuple[Finding, ...]


def seal_of(ledger_id: str, tab_id: str, key: str) -> str:
    """Return the seal of a row: 8 characters, made of its ledger, tab and key."""
    text = f"{ledger_id}\x1f{tab_id}\x1f{key}"
    bits = int.from_bytes(blake2b(text.encode(), digest_size=5).digest(), "big")
    return _PAIRS[bits >> 30] + _PAIRS[bits >> 20 & 1023] + _PAIRS[bits >> 10 & 1023] + _PAIRS[bits & 1023]


def judge(tab: Tab, rows: Sequence[Row], ledger_id: str) -> Judged:
    """Return which rows may be trusted, which are new or copied and which must wait for a person.

    A key that stands twice sets all its rows aside, in every tab. In a sealed tab a blank seal, or the seal of
    another key that is there, marks a new or copied row: its robot cells, and shared cells that only repeat
    what the program wrote, count as blank. The seal of a key that is gone marks a renamed row; where it differed
    in capitals only, and the tab holds no state that effects were named by, the row was corrected and goes on.
    Source: commit-protocol section 1.
    """
    counts = Counter([row.key for row in rows])
    numbers: dict[str, list[int]] = {}
    for row in rows if len(counts) < len(rows) else ():
        numbers.setdefault(row.key, []).append(row.number)
    own = {key: seal_of(ledger_id, tab.id, key) for key in counts if tab.sealed and not key.startswith("#")}
    present = frozenset(own.values())
    kept: list[Row] = []
    set_aside: list[Row] = []
    findings: list[Finding] = []
    for row in rows:
        if counts[row.key] > 1:
            set_aside.append(row)
            findings.append(_doubled(tab, row, numbers[row.key]))
        elif _is_trusted(tab, row, own):
            kept.append(row)
        elif not _is_renamed(tab, row, own, present):
            kept.append(_as_new(tab, row))
        elif _is_spelt_anew(tab, row, ledger_id):
            kept.append(row)
        else:
            set_aside.append(row)
            findings.append(_renamed(tab, row))
    return Judged(tuple(kept), tuple(set_aside), tuple(findings))


def _is_trusted(tab: Tab, row: Row, own: dict[str, str]) -> bool:
    return row.cells.get(SEAL) == own.get(row.key, "") if tab.sealed else row.has_key


def _is_renamed(tab: Tab, row: Row, own: dict[str, str], present: frozenset[str]) -> bool:
    """Return whether the row's key was changed, or emptied where only the program gives keys."""
    if tab.sealed:
        seal = row.text(SEAL)
        return bool(seal) and seal != own.get(row.key) and seal not in present
    return not row.has_key and all(tab.columns[column].owner == "robot" for column in tab.key)


def _is_spelt_anew(tab: Tab, row: Row, ledger_id: str) -> bool:
    """Return whether only capitals of the key were changed, where nothing but other rows can have used it.

    Of orders the program has made mails and parcels under the key as it was; those wait for a person.
    """
    key = row.key
    spellings = (key.lower(), key.upper(), key.capitalize(), key.title())
    seals = {seal_of(ledger_id, tab.id, spelling) for spelling in spellings}
    return tab.sealed and not tab.twins and row.has_key and row.text(SEAL) in seals


def _as_new(tab: Tab, row: Row) -> Row:
    """Return the row without what the program wrote into the row it was copied from."""
    stale: dict[str, Value] = {
        column.id: row.cells.get(column.id, row.raw.get(column.id))
        for column in tab.columns.values()
        if (column.id in row.cells or column.id in row.raw) and _is_programs(column, row)
    }
    if not stale:
        return row
    cells = {column: value for column, value in row.cells.items() if column not in stale}
    raw = {column: text for column, text in row.raw.items() if column not in stale}
    return Row(row.tab, row.key, cells, row.number, raw, stale)


def _is_programs(column: Column, row: Row) -> bool:
    """Return whether the cell holds the program's value: a robot cell, or a shared one equal to its twin."""
    if column.owner == "shared" and column.twin:
        return not row.is_persons(column.id, column.twin)
    return column.owner == "robot"


def _doubled(tab: Tab, row: Row, numbers: Sequence[int]) -> Finding:
    others = tuple(str(number) for number in numbers if number != row.number)
    return row.finding(
        "duplicate-key",
        tab.key[0],
        msg("The same {name} stands in row {others} as well.", name=_name(tab), others=others),
        msg(
            "Give one of the rows its own {name}, or delete it. Until then all of them wait.", name=_name(tab)
        ),
    )


def _renamed(tab: Tab, row: Row) -> Finding:
    return row.finding(
        "renamed-row",
        tab.key[0],
        msg("The {name} of this row was changed or emptied after Daicho had written here.", name=_name(tab)),
        msg("Put the old {name} back. For something new, write a new row.", name=_name(tab)),
    )


def _name(tab: Tab) -> Label:
    return tab.columns[tab.key[0]].label
