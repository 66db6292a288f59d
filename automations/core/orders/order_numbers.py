"""Which row an order of a channel has, and which number a new one gets here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from automations.core.incoming import IncomingOrder
from automations.core.ledger import Row, Table
from automations.core.orders.channels import Channel, plain_number


class OrderNumbers:
    """Finds orders by their channel's number, and gives out numbers nobody has.

    Attributes:
        taken: Every order number of the ledger, and those given out so far.
    """

    def __init__(self, orders: Table, channels: Mapping[str, Channel]) -> None:
        self.taken: set[str] = {row.key for row in (*orders, *orders.set_aside)}
        self._orders = orders
        self._channels = channels
        self._by_number = _by_number((*orders.set_aside, *orders))

    def row_of(self, order: IncomingOrder) -> Row | None:
        """Return the row of an order: by the channel's number, or by ours if it is that channel's."""
        channel = channel_of(order)
        row = self._by_number.get((channel, plain_number(order.number)))
        if row is not None:
            return row
        row = self._orders.get(self._base_id(order, channel))
        if row is None or row.get("source_state") is None or row.text("channel") not in (channel, ""):
            return None
        return row

    def new_id(self, order: IncomingOrder) -> str:
        """Return the number of a new order: the channel's own, told apart where another order has it."""
        channel = channel_of(order)
        number = base = self._base_id(order, channel)
        attempt = 0
        while number in self.taken:
            attempt += 1
            number = f"{base}-{channel}" if attempt == 1 else f"{base}-{channel}-{attempt}"
        self.taken.add(number)
        return number

    def _base_id(self, order: IncomingOrder, channel: str) -> str:
        declared = self._channels.get(channel)
        return declared.order_id(order.number) if declared else plain_number(order.number)


def channel_of(order: IncomingOrder) -> str:
    """Return the channel the order itself names (a ledger CSV may), else that of its file."""
    named = order.order.get("channel")
    return named if isinstance(named, str) else order.channel


def import_mark(order: IncomingOrder) -> str:
    """Return the mark an order leaves when it is taken in, so that it never is again: ``import:shopify:1001``."""
    return f"import:{channel_of(order)}:{plain_number(order.number)}"


def _by_number(orders: Sequence[Row]) -> dict[tuple[str, str], Row]:
    """Return the orders by channel and its number; an imported row counts before one copied from it by hand."""
    imported_last = sorted(orders, key=lambda row: row.get("source_state") is not None)
    return {
        (row.text("channel"), plain_number(row.text("channel_order_no"))): row
        for row in imported_last
        if row.get("channel_order_no") is not None
    }
