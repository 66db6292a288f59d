"""What a run plans: orders that arrived, what is wrong in rows, stock, and one mail for each step of an order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from automations.core.ledger import Ledger, Row, update
from automations.core.plan import AppendRow, Change, Plan
from automations.core.reading import difference

from .shop import Arrival

MAILED = ("allocated", "shipped")


class Planner:
    """The automations of the shop, one after another on the ledger that the one before leaves."""

    def plan(self, ledger: Ledger, arrivals: Iterable[Arrival]) -> Plan:
        """Return everything that is to be done now, as one commit."""
        after = ledger.apply(self.imports(ledger, arrivals))
        after = after.apply(_checks(after))
        after = after.apply(self.allocates(after, ledger))
        after = after.apply(_ships(after))
        after = after.apply(self.mails(after))
        after = after.apply(_sums(after))
        return difference(ledger, after)

    def imports(self, ledger: Ledger, arrivals: Iterable[Arrival]) -> Plan:
        """Append the orders that were never imported; what a person typed or deleted is left as it is."""
        table = ledger["orders"]
        there = {*table.keys(), *(row.key for row in table.set_aside)}
        changes: list[Change] = []
        marks: list[str] = []
        for one in arrivals:
            mark = f"import:{one.order_id}"
            if mark in ledger.marks:
                continue
            marks += self.import_marks(mark)
            if one.order_id not in there:
                changes.append(AppendRow("orders", _order_cells(one)))
        return Plan.of(changes, marks=marks)

    def import_marks(self, mark: str) -> Sequence[str]:
        """Return what is to be remembered of an import."""
        return (mark,)

    def mail_marks(self, mark: str) -> Sequence[str]:
        """Return what is to be remembered of a mail."""
        return (mark,)

    def free(self, now: Ledger, read: Ledger) -> dict[str, int]:
        """Return what of each stock may be spent: only what was free when the ledger was read."""
        spent, stood = _allocated(now), _allocated(read)
        return {
            row.key: row.number_of("on_hand") - max(spent.get(row.key, 0), stood.get(row.key, 0))
            for row in read["stock"]
        }

    def allocates(self, ledger: Ledger, read: Ledger) -> Plan:
        """Release what is no longer wanted, and reserve for orders that wait."""
        released = Plan.of([_released(row) for row in ledger["orders"]])
        after = ledger.apply(released)
        free = self.free(after, read)
        changes: list[Change] = []
        for row in after["orders"]:
            wanted, sku = row.number_of("qty"), row.text("sku")
            if _waits(row) and not _problem(row, after) and 0 < wanted <= free.get(sku, 0):
                free[sku] -= wanted
                changes += update(row, {"allocated": wanted, "status": "allocated"})
        return Plan.of(released, changes)

    def mails(self, ledger: Ledger) -> Plan:
        """Append one mail for each order and step, once for ever."""
        changes: list[Change] = []
        marks: list[str] = []
        there = {*ledger["mails"].keys(), *(row.key for row in ledger["mails"].set_aside)}
        for row in ledger["orders"]:
            step = row.text("status")
            mark = f"mail:{row.key}:{step}"
            key = f"{row.key}/{step}"
            if row.has_key and step in MAILED and mark not in ledger.marks and key not in there:
                marks += self.mail_marks(mark)
                changes.append(AppendRow("mails", {"mail_id": key, "order_id": row.key, "template": step}))
        return Plan.of(changes, marks=marks)


def _order_cells(one: Arrival) -> dict[str, str | int]:
    return {
        "order_id": one.order_id,
        "name": f"客{one.order_id}",
        "sku": one.sku,
        "qty": one.qty,
        "status": "received",
    }


def _problem(row: Row, ledger: Ledger) -> str:
    if row.number_of("qty") <= 0:
        return "数量"
    return "" if row.text("sku") in ledger["stock"] else "商品コード"


def _checks(ledger: Ledger) -> Plan:
    return Plan.of(
        [
            update(
                row,
                {
                    "errors": _problem(row, ledger) or None,
                    **({"status": "received"} if _is_new(row) else {}),
                },
            )
            for row in ledger["orders"]
            if row.has_key
        ]
    )


def _is_new(row: Row) -> bool:
    """Return whether a row has no status: begin, or go on where the program was before somebody blanked it."""
    return row.get("status") is None and not row.is_persons("status", "status_set")


def _waits(row: Row) -> bool:
    return row.has_key and row.text("status") == "received" and not row.is_persons("status", "status_set")


def _released(row: Row) -> Sequence[Change]:
    """Return what takes stock back from an order that is called off, or now wants another quantity."""
    if not row.has_key or not row.number_of("allocated") or row.text("status") == "shipped":
        return ()
    if row.text("status") == "allocated" and row.number_of("allocated") == row.number_of("qty"):
        return ()
    return update(row, {"allocated": None, "status": "received"} if _is_ours(row) else {"allocated": None})


def _is_ours(row: Row) -> bool:
    return not row.is_persons("status", "status_set")


def _ships(ledger: Ledger) -> Plan:
    return Plan.of(
        [
            update(row, {"status": "shipped"})
            for row in ledger["orders"]
            if row.text("status") == "allocated" and row.flag("packed") and row.number_of("allocated")
        ]
    )


def _sums(ledger: Ledger) -> Plan:
    spent = _allocated(ledger)
    return Plan.of(
        [update(row, {"reserved": spent.get(row.key, 0)}) for row in ledger["stock"] if row.has_key]
    )


def _allocated(ledger: Ledger) -> dict[str, int]:
    """Return how much of each stock is reserved; a row counts for the order it was reserved for, copies count once."""
    by_order: dict[tuple[str, str], int] = {}
    table = ledger["orders"]
    for row in (*table, *table.set_aside):
        place = (row.text("seal") or row.key, row.text("sku"))
        by_order[place] = max(by_order.get(place, 0), row.number_of("allocated"))
    total: dict[str, int] = {}
    for (_, sku), amount in by_order.items():
        total[sku] = total.get(sku, 0) + amount
    return total


class SpendsReleased(Planner):
    """Spends at once what the same commit releases."""

    def free(self, now: Ledger, read: Ledger) -> dict[str, int]:
        spent = _allocated(now)
        return {row.key: row.number_of("on_hand") - spent.get(row.key, 0) for row in read["stock"]}


class ForgetsImports(Planner):
    """Leaves no marks of imports."""

    def import_marks(self, _mark: str) -> Sequence[str]:
        return ()


class ForgetsMails(Planner):
    """Leaves no marks of mails."""

    def mail_marks(self, _mark: str) -> Sequence[str]:
        return ()
