"""Queue every mail that is due, frozen as it will be sent, and stop queued mails that must not go any more."""

from __future__ import annotations

from collections.abc import Iterator

from automations.core.ledger import Ledger
from automations.core.mails.approving import approve
from automations.core.mails.caps import hold_back
from automations.core.mails.clock import clock_findings
from automations.core.mails.due import is_undated, mail_id
from automations.core.mails.due_mails import due_mails, late_mails, may_write, takes_part
from automations.core.mails.lookups import doubtful, take_over
from automations.core.mails.matter import ON_THE_WAY
from automations.core.mails.occasions import Occasions
from automations.core.mails.queueing import queue
from automations.core.mails.resending import resend
from automations.core.mails.settings import Settings
from automations.core.mails.standing import Standing
from automations.core.mails.stopping import due_anew, stop_queued
from automations.core.messages import msg
from automations.core.plan import Finding, Plan
from automations.core.statuses import is_closed

ASKS_WHETHER_CLOSED = True
READS = {
    "orders": (
        "status", "intake", "confirmation", "channel", "ordered_at", "imported_at", "allocation", "ship_on", "arrived_on",
        "cancelled_on", "customer_id", "buyer_name", "buyer_company", "buyer_email", "payment_method", "payment_state",
        "paid_on", "credit_state", "gift", "mourning",
    ),
    "order_lines": (
        "order_id", "shipment_id", "sku", "product_name", "qty", "unit_price", "line_discount", "allocated_qty", "shortage",
    ),
    "shipments": (
        "order_id", "with_orders", "state", "carrier", "service", "tracking_number", "shipped_on", "deliver_on", "arrived_on",
        "cod_amount",
    ),
    "holds": ("order_id", "reason", "state", "severity"),
    "customers": ("name", "company", "email", "consent_on", "refused_on", "archived_days", "archived_purchases"),
    "suppressions": ("suppression_id", "address", "reason", "since", "lifted_on"),
    "products": (
        "name", "kind", "release_on", "restock_on", "repurchase_days", "mail_note", "usage_note", "page_url", "review_url",
    ),
    "mails": (
        "state", "wish", "wish_reason", "approved", "order_id", "customer_id", "template", "class", "to", "subject", "text", "shipment_id",
        "made_at", "due_at", "sent_at", "until", "claim", "resent", "approved_at",
    ),
}  # fmt: skip
WRITES = {
    "mails": (
        "mail_id", "state", "order_id", "template", "to", "subject", "due_at", "errors", "shipment_id", "class",
        "text", "message_id", "made_at", "customer_id", "resend_of", "claim", "until", "look", "approved_at",
    )
}  # fmt: skip


def plan(ledger: Ledger, settings: Settings) -> Plan:
    """Queue the mails that are due, once and for ever, and stop queued ones the facts speak against.

    A mail is queued under a name of its own (``shipped:10023:10023A``); a row or mark with that name means
    that it was queued before, even if a person has deleted the row. A mail that is stopped by a hold or by
    the distance to another mail is looked at again on the next run, until it is too old. Mails that need a
    person's approval wait for it, and one that a person wants to send once more gets a new row.

    Returns:
        New ``queued`` or ``awaiting`` rows with their frozen text, waiting rows turned to ``cancelled`` or ``held``,
        rows that a process took and never reported turned to ``unknown``, and
        ``missing-email``, ``wrong-email``, ``mail-incomplete`` and ``shop-email-missing`` for mails that are
        due and cannot be made, ``order-undated`` for orders that are not confirmed for want of a day.
    """
    standing = Standing.of(ledger, settings.trouble_days)
    taken = Plan.of(take_over(ledger))
    now = ledger.apply(taken)
    stopped = Plan.of(stop_queued(now, settings, standing))
    anew = list(due_anew(stopped, now, settings))
    now = now.apply(stopped)
    wished = Plan.of(approve(now, settings.mail), resend(now, settings))
    now = now.apply(wished)
    occasions = Occasions(now, settings)
    due = [
        *due_mails(now, occasions, settings.mails, settings.channels),
        *late_mails(now, occasions, settings.mails, settings.channels, standing.consented),
        *anew,
    ]
    due.sort(key=lambda one: (bool(one.mail.covered_by), one.day))
    queued = Plan.of(queue(due, occasions, now, settings, standing) if due else [], _undated(now, settings))
    held_back = Plan.of(hold_back(now.apply(queued), settings.mail)) if settings.mail.sends else Plan()
    doubts = () if settings.mail.imap.host else doubtful(now)
    return Plan.of(taken, stopped, wished, queued, held_back, doubts, clock_findings(ledger))


def _undated(ledger: Ledger, settings: Settings) -> Iterator[Finding]:
    confirmations = [mail for mail in settings.mails.values() if mail.trigger == "ordered" and mail.enabled]
    open_orders = (order for order in ledger["orders"] if is_undated(order) and not is_closed(order))
    for order in open_orders if confirmations else ():
        wanted = [mail for mail in confirmations if f"mail:{mail_id(mail, order)}" not in ledger.marks]
        reachable = "@" in order.text("buyer_email") and takes_part(order)
        if (
            any(may_write(order, mail, settings.channels) for mail in wanted)
            and reachable
            and order.get("arrived_on") is None
            and order.text("status") not in ON_THE_WAY
        ):
            why = msg(
                "Without the day of the order it is not known whether {mail} is due.", mail=wanted[0].label
            )
            fix = msg("Write when the order was made.")
            yield order.warning("order-undated", "ordered_at", why, fix)
