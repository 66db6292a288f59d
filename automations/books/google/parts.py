"""Cuts a very large plan into commits that Google takes, each order whole in one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from automations.core.ledger import key_of
from automations.core.plan import AppendRow, Change, Plan
from automations.core.reading import keys_in
from automations.core.schema import Schema
from automations.core.snapshot import Snapshot

# The service advises 2 MB a request. What is reckoned may be a little off; what is too large is cut once more.
MOST_BYTES = 2_000_000
_RECKONED_BYTES = 1_900_000
# The reply brings a copy of every row that was written to.
MOST_ROWS = 4_000
# What a row and a cell take in a request beside their texts: of a new row the journal keeps digests; of a changed one
# what stood there and stands there now.
_ROW_BYTES, _NEW_CELL_BYTES, _BLANK_BYTES, _NUMBER_BYTES = 90, 49, 3, 14
_CELL_BYTES, _COPIES = 75, 2
_TIES = ("order_id", "shipment_id", "customer_id")
# Further orders in the same parcel; and the tab whose rows follow when all that they name is there.
_SHARED, _LAST = "with_orders", "batches"


def parts_of(
    plan: Plan, base: Snapshot, schema: Schema, most_bytes: int = _RECKONED_BYTES
) -> tuple[Plan, ...]:
    """Return the plan in as many parts as are needed, in an order that may be broken off after any of them.

    Rows that name the same order, parcel or customer stay together, and with them the marks of their effects; what
    belongs to no order goes first. Shipping batches go last, when all their parcels are there: a run that finds
    parcels without their batch makes it. Marks that name nothing of the plan, and those that leave, go last too.
    """
    if len(plan.changes) <= MOST_ROWS and _size(plan.changes, schema) <= most_bytes:
        return (plan,)
    parts: list[list[Change]] = [[]]
    size = 0
    for group in _groups(plan.changes, base, schema):
        more = _size(group, schema)
        size += more
        if parts[-1] and (len(parts[-1]) + len(group) > MOST_ROWS or size > most_bytes):
            parts.append([])
            size = more
        parts[-1] += group
    names = [{name for change in part for name in _names(change, schema)} for part in parts]
    marks: list[list[str]] = [[] for _ in parts]
    for mark in plan.marks:
        segments = set(mark.split(":"))
        place = next((at for at, named in enumerate(names) if segments & named), len(parts) - 1)
        marks[place].append(mark)
    whole = [Plan(tuple(part), marks=tuple(own)) for part, own in zip(parts, marks, strict=True)]
    return (*whole[:-1], replace(whole[-1], retired=plan.retired))


def halves_of(plan: Plan, base: Snapshot, schema: Schema) -> tuple[Plan, ...]:
    """Return the plan in about two parts; in one where all of it hangs on the same order."""
    return parts_of(plan, base, schema, _size(plan.changes, schema) // 2)


def _size(changes: Iterable[Change], schema: Schema) -> int:
    return sum(
        _new_row(change, len(schema[change.tab].columns))
        if isinstance(change, AppendRow)
        else _changed_row(change)
        for change in changes
    )


def _new_row(change: AppendRow, columns: int) -> int:
    cells = (
        _NEW_CELL_BYTES + (len(value.encode()) if isinstance(value, str) else _NUMBER_BYTES)
        for value in change.cells.values()
        if value is not None
    )
    return _ROW_BYTES + columns * _BLANK_BYTES + sum(cells)


def _changed_row(change: Change) -> int:
    return _ROW_BYTES + sum(
        _CELL_BYTES + (_COPIES * len(value.encode()) if isinstance(value, str) else 0)
        for value in change.cells.values()
    )


def _groups(changes: Iterable[Change], base: Snapshot, schema: Schema) -> Iterator[list[Change]]:
    """Yield the changes that must stay together: what belongs to no order row by row, orders, batches row by row."""
    ties = {tab: _ties_in(tab, base, schema) for tab in {change.tab for change in changes}}
    leader: dict[str, str] = {}

    def leading(name: str) -> str:
        while leader.setdefault(name, name) != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    named = [(change, list(_tied(change, ties[change.tab], schema))) for change in changes]
    for _, names in named:
        for name in names[1:]:
            leader[leading(name)] = leading(names[0])
    groups: dict[str, list[Change]] = {}
    for change, names in named:
        if names:
            groups.setdefault(leading(names[0]), []).append(change)
    yield from ([change] for change, names in named if not names and change.tab != _LAST)
    yield from groups.values()
    yield from ([change] for change, names in named if not names and change.tab == _LAST)


def _ties_in(tab_id: str, base: Snapshot, schema: Schema) -> Mapping[str, Mapping[str, str]]:
    """Return what the rows of a tab name, by key."""
    sheet = base.sheets[tab_id]
    places = {name: at for name in (*_TIES, _SHARED) if (at := sheet.columns.get(name))}
    return {
        key: {name: str(cells[at - 1] or "") for name, at in places.items() if at <= len(cells)}
        for key, (_, cells) in zip(keys_in(sheet, schema[tab_id]), sheet.rows, strict=True)
    }


def _tied(change: Change, known: Mapping[str, Mapping[str, str]], schema: Schema) -> Iterator[str]:
    there = {} if isinstance(change, AppendRow) else known.get(change.key, {})
    for name in _TIES:
        value = change.cells.get(name) or there.get(name)
        if value:
            yield f"{name}:{value}"
    others = change.cells.get(_SHARED) or there.get(_SHARED) or ""
    yield from (f"order_id:{name}" for name in str(others).split())
    if change.tab in {"orders", "shipments", "customers"} and not isinstance(change, AppendRow):
        yield f"{schema[change.tab].key[0]}:{change.key}"


def _names(change: Change, schema: Schema) -> Iterator[str]:
    yield key_of(schema[change.tab], change.cells) if isinstance(change, AppendRow) else change.key
    yield from (str(change.cells[name]) for name in _TIES if change.cells.get(name))
