"""Queue every mail that is due, frozen as it will be sent, and stop queued mails that must not go any more."""

from __future__ import annotations

from collections.abc import Iterator

from automations.core.ledger import Ledger
from automations.core.mails.due import has_left, is_undated, mail_id
from automations.core.mails.queueing import due_mails, queue, takes_part
from automations.core.mails.settings import Settings
from automations.core.mails.standing import Standing
from automations.core.mails.stopping import due_anew, stop_queued
from automations.core.messages import msg
from automations.core.plan import Finding, Plan
from automations.core.statuses import is_closed

ASKS_WHETHER_CLOSED = True
READS = {
    "orders": (
        "status", "intake", "channel", "ordered_at", "imported_at", "arrived_on", "customer_id", "buyer_name",
        "buyer_company", "buyer_email", "payment_method", "payment_state", "gift", "mourning",
    ),
    "order_lines": ("order_id", "shipment_id", "sku", "product_name", "qty", "unit_price", "line_discount"),
    "shipments": (
        "order_id", "with_orders", "state", "carrier", "service", "tracking_number", "shipped_on", "deliver_on", "arrived_on",
        "cod_amount",
    ),
    "holds": ("order_id", "state", "severity"),
    "customers": ("email", "consent_on", "refused_on"),
    "suppressions": ("suppression_id", "address", "reason", "since", "lifted_on"),
    "products": ("name", "mail_note"),
    "mails": ("state", "wish", "order_id", "template", "class", "to", "shipment_id", "made_at"),
}  # fmt: skip
WRITES = {
    "mails": (
        "mail_id", "state", "order_id", "template", "to", "subject", "due_at", "errors", "shipment_id", "class",
        "text", "message_id", "made_at",
    )
}  # fmt: skip


def plan(ledger: Ledger, settings: Settings) -> Plan:
    """Queue the mails that are due, once and for ever, and stop queued ones the facts speak against.

    A mail is queued under a name of its own (``shipped:10023:10023A``); a row or mark with that name means
    that it was queued before, even if a person has deleted the row. A mail that is stopped by a hold or by
    the distance to another mail is looked at again on the next run, until it is too old.

    Returns:
        New ``queued`` rows with their frozen text, queued rows turned to ``cancelled`` or ``held``, and
        ``missing-email``, ``wrong-email``, ``mail-incomplete`` and ``shop-email-missing`` for mails that are
        due and cannot be made, ``order-undated`` for orders that are not confirmed for want of a day.
    """
    standing = Standing.of(ledger, settings.trouble_days)
    stopped = Plan.of(stop_queued(ledger, settings, standing))
    after = ledger.apply(stopped)
    due = sorted([*due_mails(after, settings), *due_anew(stopped, ledger, settings)], key=lambda one: one.day)
    return Plan.of(stopped, queue(due, after, settings, standing) if due else [], _undated(after, settings))


def _undated(ledger: Ledger, settings: Settings) -> Iterator[Finding]:
    confirmations = [mail for mail in settings.mails.values() if mail.trigger == "ordered"]
    open_orders = (order for order in ledger["orders"] if is_undated(order) and not is_closed(order))
    for order in open_orders if confirmations else ():
        wanted = [mail for mail in confirmations if f"mail:{mail_id(mail, order)}" not in ledger.marks]
        reachable = "@" in order.text("buyer_email") and takes_part(order, settings.channels)
        if wanted and reachable and not has_left(order, ()):
            why = msg(
                "Without the day of the order it is not known whether {mail} is due.", mail=wanted[0].label
            )
            fix = msg("Write when the order was made.")
            yield order.warning("order-undated", "ordered_at", why, fix)
