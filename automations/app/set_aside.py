"""Automations that rest while a column they need is not clear: its header stands twice, or is gone since the last run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from types import ModuleType

from automations.app.automate import module_of
from automations.app.own_automations import running_order
from automations.core.ledger import Ledger
from automations.core.messages import msg
from automations.core.plan import Finding
from automations.core.schema import Column, Tab
from automations.core.unclear import Place

# What these find may keep an order or a mail back; whoever reads what they write does not go on without them.
_GATES = frozenset({"record_mail_replies", "check_rows", "hold_orders", "confirm_payment"})
# It brings cancellations too, once a file of orders has arrived.
_INTAKE = "import_orders"
# It only says how things stand.
_TELLS = "explain_orders"
_CHECKS = "check_rows"


def resting(
    ledger: Ledger, names: Collection[str], own: Mapping[str, ModuleType]
) -> dict[Place, tuple[str, ...]]:
    """Return the automations that rest, for each column that is not clear; all others may go on.

    One rests when it reads, checks or writes the column, files rows that would have a cell there, or would act on
    what one of those that may keep things back has not looked at.
    """
    modules = {
        name: own.get(name) or module_of(name)
        for name in running_order(own)
        if name in names or name in _GATES
    }
    return {
        place: tuple(name for name in _resting(place, ledger, modules, own) if name in names)
        for place in ledger.unclear
    }


def _resting(
    place: Place, ledger: Ledger, modules: Mapping[str, ModuleType], own: Collection[str]
) -> Iterator[str]:
    tab = ledger.schema[place[0]]
    columns = _with_twins(tab, place[1])
    missed: set[Place] = set()
    for name, module in modules.items():
        reads = {(tab_id, column) for tab_id, found in module.READS.items() for column in found}
        is_blind = name != _TELLS and not missed.isdisjoint(reads)
        if is_blind or any(_needs(name, module, tab, column) for column in columns):
            yield name
            if name in _GATES or name in own or (name == _INTAKE and _orders_arrived(ledger)):
                missed |= {(tab_id, column) for tab_id, found in module.WRITES.items() for column in found}


def _with_twins(tab: Tab, column: str) -> set[str]:
    return {column} | {name for pair in tab.twins.items() if column in pair for name in pair}


def _needs(name: str, module: ModuleType, tab: Tab, column: str) -> bool:
    written = module.WRITES.get(tab.id, ())
    if column in module.READS.get(tab.id, ()) or column in written:
        return True
    files_rows = not set(tab.key).isdisjoint(written)
    if files_rows and tab.columns[column].owner == "human":
        return True
    return name == _CHECKS and tab.id in module.READS and _is_checked(tab, column)


def _is_checked(tab: Tab, column: str) -> bool:
    checks = tab.checks
    named = {
        *checks.any_of,
        *(name for one in checks.sums for name in (one.total, *one.plus, *one.minus)),
        *(name for one in checks.days for name in (one.first, one.then)),
    }
    declared = tab.columns[column]
    return declared.required or declared.unique or bool(declared.refers_to) or column in named


def _orders_arrived(ledger: Ledger) -> bool:
    return ledger.incoming is not None and bool(ledger.incoming.orders)


def unclear_findings(ledger: Ledger, rest: Mapping[Place, Sequence[str]]) -> tuple[Finding, ...]:
    """Return what to say of every column that is not clear: what rests, and how to mend it."""
    return tuple(_finding(ledger, place, tuple(names)) for place, names in rest.items())


def _finding(ledger: Ledger, place: Place, names: tuple[str, ...]) -> Finding:
    tab, column = ledger.schema[place[0]], ledger.schema[place[0]].columns[place[1]]
    return (_twice if ledger.unclear[place] else _gone)(tab, column, names)


def _twice(tab: Tab, column: Column, names: tuple[str, ...]) -> Finding:
    why = msg("The column stands twice, and which one is true is not known; neither is read or written.")
    if names:
        why = msg(
            "The column stands twice, and which one is true is not known. Resting until then: {names}.",
            names=names,
        )
    fix = msg("Give one of the two another name; nothing in them was changed.")
    return Finding("header-twice", tab.id, "", column.id, "", why, fix)


def _gone(tab: Tab, column: Column, names: tuple[str, ...]) -> Finding:
    why = msg("The column is gone since an earlier run; nothing here needs it.")
    if names:
        why = msg(
            "The column is gone since an earlier run; what rests on it stays. Resting until then: {names}.",
            names=names,
        )
    fix = msg(
        "Give the column its header {label} back; if it was deleted, an empty column with this header will do.",
        label=column.label,
    )
    return Finding("header-gone", tab.id, "", column.id, "", why, fix)
