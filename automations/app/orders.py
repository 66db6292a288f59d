"""Finding one order by what a person calls it."""

from __future__ import annotations

from automations.core.errors import DaichoError
from automations.core.ledger import Ledger, Row
from automations.core.messages import msg
from automations.core.text import nearest, normal_header


class OrderUnknown(DaichoError):
    """No order has this number."""

    exit_code = 2

    def __init__(self, number: str, ledger: Ledger) -> None:
        keys = [row.key for row in ledger["orders"]]
        close = nearest(number, keys)
        fix = (
            msg("Did you mean '{close}'?", close=close)
            if close
            else msg("Look it up in the orders tab: daicho show orders")
        )
        super().__init__(
            "unknown-order",
            msg("There is no order '{number}' in the ledger.", number=number),
            fix,
            where=ledger.schema["orders"].label,
            value=number,
        )


def find_order(ledger: Ledger, number: str) -> Row:
    """Return the order with this number, its channel's number, or the number with ``#`` in front.

    Raises:
        OrderUnknown: There is none; the nearest number is offered.
    """
    orders = ledger["orders"]
    if number in orders:
        return orders[number]
    wanted = normal_header(number).removeprefix("#")
    for order in orders:
        names = (order.key, order.text("channel_order_no"))
        if wanted in [normal_header(name).removeprefix("#") for name in names if name]:
            return order
    raise OrderUnknown(number, ledger)
