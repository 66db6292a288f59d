"""What an order that arrived for the first time becomes: its row, its lines, and a parcel that has left already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from automations.core.incoming import IncomingOrder
from automations.core.ledger import Ledger, Table
from automations.core.messages import msg
from automations.core.orders.known_orders import SHIPPED_ELSEWHERE
from automations.core.orders.numbering import LineNumbers, shipment_id
from automations.core.orders.source_state import state_of, with_notices, write_state
from automations.core.plan import AppendRow
from automations.core.statuses import ENDED
from automations.core.text import shortened
from automations.core.values import Cells, Value

# How many characters the intake adds to what the customer or the shop wrote.
_NOTES = 1_000
_LINE_FILLED_FROM = {"product_name": "name", "unit_price": "price", "tax_rate": "tax_rate"}


def rows_of(
    order: IncomingOrder,
    order_id: str,
    customer: Value,
    line_numbers: LineNumbers,
    ledger: Ledger,
) -> Iterator[AppendRow]:
    """Yield the rows of a new order.

    Args:
        order: The order as it arrived.
        order_id: Its number here, not used by any other row.
        customer: Id of the buyer's row, None when nobody knows who it is.
        line_numbers: Gives numbers to its lines.
        ledger: Products fill in what the file leaves blank; the day of today; labels.
    """
    gone = _parcel_gone(order.order, order_id, ledger)
    parcel = {"shipment_id": gone.cells["shipment_id"]} if gone else {}
    told = {"channel": order.channel, "channel_order_no": order.number, **order.order}
    yield AppendRow(
        "orders",
        {
            **told,
            **_first_status(order.order, ledger),
            "order_id": order_id,
            "memo": _memo(order, ledger),
            "remark": _remark(order, ledger),
            "customer_id": customer,
            "imported_at": ledger.now,
            "source_state": write_state(with_notices(state_of(order.order, order.lines), order.findings)),
        },
    )
    for line in order.lines:
        numbered = {"line_id": line_numbers.following(order_id), "order_id": order_id}
        yield AppendRow("order_lines", {**numbered, **parcel, **_filled(line, ledger["products"])})
    if gone:
        yield gone


def _first_status(order: Cells, ledger: Ledger) -> dict[str, Value]:
    """Return how an order begins: ended, on its way from elsewhere, or received."""
    status = order.get("status")
    begun = {"status": status, "ship_on": order.get("ship_on"), "arrived_on": None, "posted_on": None}
    if status in SHIPPED_ELSEWHERE:
        begun["arrived_on"] = None if status == "shipped" else order.get("arrived_on") or ledger.today
        begun["posted_on"] = order.get("posted_on") or ledger.today if status == "posted" else None
    elif status not in ENDED:
        begun["status"] = "received"
    return begun


def _parcel_gone(order: Cells, order_id: str, ledger: Ledger) -> AppendRow | None:
    """Return the parcel of an order that was shipped elsewhere, so that nothing ships it again."""
    status = order.get("status")
    if status not in SHIPPED_ELSEWHERE:
        return None
    return AppendRow(
        "shipments",
        {
            "shipment_id": shipment_id(order_id, 1, ledger["shipments"].keys()),
            "order_id": order_id,
            "parcel": 1,
            "state": "shipped" if status == "shipped" else "arrived",
            "shipped_on": order.get("ship_on") or ledger.today,
            "arrived_on": None if status == "shipped" else order.get("arrived_on") or ledger.today,
            "service_reason": msg("shipped elsewhere before it was imported").text(ledger.language),
        },
    )


def _remark(order: IncomingOrder, ledger: Ledger) -> Value:
    """Return the customer's remark and below it what nothing else stops: the order waits until it was read."""
    told = order.order.get("remark")
    unread = [] if order.order.get("status") in SHIPPED_ELSEWHERE else _left_over(order, ledger, needed=False)
    return _noted([told] if isinstance(told, str) else [], unread)


def _memo(order: IncomingOrder, ledger: Ledger) -> Value:
    """Return the memo: what the file says, notices, and cells that must be filled before the order goes on."""
    told = order.order.get("memo")
    notes = [told] if isinstance(told, str) else []
    if order.order.get("status") in SHIPPED_ELSEWHERE:
        notes.append(msg("Already shipped when it was imported.").text(ledger.language))
        notes += _left_over(order, ledger, needed=False)
    return _noted(notes, _left_over(order, ledger, needed=True))


def _noted(told: Sequence[str], more: Sequence[str]) -> Value:
    """Return what was told, and below it what else there is to note, as far as a cell has room for it."""
    lines = (*told, shortened("\n".join(more), _NOTES)) if more else told
    return "\n".join(lines) or None


def _left_over(order: IncomingOrder, ledger: Ledger, *, needed: bool) -> list[str]:
    """Return what the file says and no cell holds, each once.

    Args:
        order: The order as it arrived.
        ledger: Gives columns their labels.
        needed: Take what the row check asks for anyway, and mere hints; else what could be overlooked.
    """
    notes = []
    for finding in order.findings:
        column = ledger.schema[finding.tab].columns.get(finding.column)
        if (finding.level == "warning" or (column is not None and column.required)) != needed:
            continue
        if column is None:
            notes.append(finding.why.text(ledger.language))
        elif finding.value and finding.level == "error":
            notes.append(f"{column.label.text(ledger.language)}: {finding.value}")
    return list(dict.fromkeys(notes))


def _filled(line: Cells, products: Table) -> dict[str, Value]:
    """Return a line with what the file leaves blank taken from the product, and the set's parts as of now."""
    cells = dict(line)
    sku = line.get("sku")
    product = products.get(sku) if isinstance(sku, str) else None
    if product is None:
        return cells
    for column, source in _LINE_FILLED_FROM.items():
        if cells.get(column) is None:
            cells[column] = product.get(source)
    return {**cells, "components": product.get("components")}
