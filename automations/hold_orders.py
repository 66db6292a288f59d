"""Hold orders for the reasons a person must look at, and let them go when the reason is gone or cleared."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from automations.core.calendar import Calendar
from automations.core.holds.case import Case, Evidence, NoLonger, Surroundings
from automations.core.holds.life import follow_up, hold_id, opened
from automations.core.holds.reasons import HoldReason
from automations.core.holds.rules import ALWAYS_ASKED, ASKED_AGAIN, rules_of
from automations.core.holds.writing_rules import is_receipt_wish
from automations.core.ledger import Ledger, Row, update
from automations.core.messages import msg
from automations.core.orders.channels import Channel
from automations.core.payments import Payment
from automations.core.places.postcodes import EmailCheck, PhoneCheck, PostcodeLookup
from automations.core.plan import AppendRow, Change, Finding, Plan
from automations.core.shipping.carriers import Carrier
from automations.core.shipping.shared_parcels import orders_in
from automations.core.shop import Shop
from automations.core.statuses import CLOSED, standing_of

READS = {
    "orders": (
        "order_id", "status", "confirmation", "ordered_at", "imported_at", "customer_id", "buyer_name",
        "buyer_company", "buyer_postcode", "buyer_prefecture", "buyer_address", "buyer_phone", "buyer_email", "ship_name",
        "ship_company", "ship_postcode", "ship_prefecture", "ship_address", "ship_phone", "payment_method",
        "goods_total", "shipping_fee", "fee", "discount", "points", "total", "requested_on", "requested_time",
        "service_wish", "gift", "noshi", "noshi_name", "gift_message", "mourning", "remark", "source_change", "buyer_kana",
        "buyer_building", "ship_building", "client_ip", "card_fingerprint", "receipt", "receipt_name", "status_since",
        "payment_state", "credit_state", "combine", "channel", "intake", "status_set", "allocation", "ship_on",
    ),
    "order_lines": (
        "order_id", "sku", "qty", "unit_price", "line_discount", "ship_name", "ship_company", "ship_postcode",
        "ship_prefecture", "ship_address", "ship_building", "ship_phone", "components",
    ),
    "products": (
        "sku", "temperature", "chilled_season", "size_cm", "weight_g", "thickness_mm", "person_limit", "first_only",
        "components", "no_air", "not_chilled", "age_check", "release_on",
    ),
    "customers": (
        "customer_id", "name", "company", "prefecture", "address", "phone", "email", "blocked", "blocked_reason",
        "blocked_by", "blocked_on", "refusals", "archived_orders", "archived_refusals", "email_bounced",
        "age_checked_on",
    ),
    "shipments": (
        "order_id", "with_orders", "state", "stopped", "tracking_number", "instructed_at", "shipped_on", "return_reason",
    ),
    "mails": ("state", "to"),
    "holds": (
        "order_id", "reason", "state", "evidence", "clear", "clear_set", "cleared_by", "cleared_evidence", "errors",
    ),
}  # fmt: skip
WRITES = {
    "orders": ("confirmation",),
    "holds": (
        "hold_id", "order_id", "reason", "state", "evidence", "next_step", "severity", "opened_at", "closed_at",
        "clear", "clear_set", "cleared_evidence", "errors",
    ),
}  # fmt: skip
# From here on the parcel is being packed; what was found before still stands, new doubts come too late.
_INSTRUCTED = frozenset({"instructed", "shipped", "arrived", "returned"})
_INSTRUCTED_ORDERS = frozenset({"instructed", "partially_shipped", "shipped", "arrived"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say of one order: evidence by reason, and of all other reasons (None: no longer asked)."""

    found: Mapping[str, Evidence | NoLonger]
    others: Evidence | None = ()


@dataclass(frozen=True)
class Settings:
    """Reasons with their thresholds, and what the rules ask."""

    holds: Mapping[str, HoldReason]
    shop: Shop
    calendar: Calendar
    payments: Mapping[str, Payment]
    carriers: Mapping[str, Carrier]
    postcodes: PostcodeLookup
    phones: PhoneCheck
    emails: EmailCheck
    channels: Mapping[str, Channel]


def plan(ledger: Ledger, settings: Settings) -> Plan:
    """Ask every rule about every order that is not being packed yet, and keep its holds up to date.

    Args:
        ledger: One row of ``holds`` stands for one order and reason.
        settings: A reason that is switched off, or has no rule, holds nothing.

    Returns:
        New rows for new reasons. Open rows are released when their cause is gone, cleared when a person
        ticked ``clear`` and wrote a name, and opened again when the cause comes back, its evidence changed
        or the tick was taken away. ``confirmation`` of every open order says ``open``, ``cleared`` or
        ``clear``. Ticks without a name, and on reasons that must be mended, become findings.
    """
    return _plan(ledger, settings, _verdicts(ledger, settings, frozenset()))


def plan_again(ledger: Ledger, settings: Settings, seen: Ledger, _said: Plan) -> Plan:
    """Ask once more after others have written: of orders that all rules were asked of, those that can say else."""
    return _plan(ledger, settings, _verdicts(ledger, settings, _asked_whole(seen)))


def _plan(ledger: Ledger, settings: Settings, verdicts: Mapping[str, Verdict]) -> Plan:
    gone = _deleted_orders(ledger)
    known = {hold.key for hold in (*ledger["holds"].rows, *ledger["holds"].set_aside)}
    changes: list[Change] = []
    findings: list[Finding] = []
    for hold in ledger["holds"]:
        now = () if hold.text("order_id") in gone else _evidence_for(hold, verdicts)
        found = follow_up(hold, settings.holds.get(hold.text("reason")), now, ledger)
        changes += update(hold, found.cells, found.why)
        findings += [found.finding] if found.finding else []
    for order_key, verdict in verdicts.items():
        for reason, evidence in verdict.found.items():
            if evidence and hold_id(order_key, reason) not in known:
                hold_cells = opened(order_key, settings.holds[reason], evidence, ledger)
                changes.append(
                    AppendRow(
                        "holds", hold_cells, msg("new reason: {reason}", reason=settings.holds[reason].label)
                    )
                )
    held = ledger.apply(Plan(tuple(changes)))
    return Plan.of(changes, _confirmations(held), findings)


def surroundings(ledger: Ledger, settings: Settings) -> Surroundings:
    """Return what rules ask beside the order itself."""
    return Surroundings(
        ledger,
        settings.shop,
        settings.calendar,
        settings.payments,
        settings.carriers,
        settings.postcodes,
        settings.phones,
        settings.emails,
        settings.channels,
    )


def _verdicts(ledger: Ledger, settings: Settings, asked_whole: Container[str]) -> dict[str, Verdict]:
    """Return what the rules say of every order; nothing of closed ones, hardly anything of those being packed.

    Of orders in ``asked_whole`` the rules that still say the same are not asked.
    """
    around = surroundings(ledger, settings)
    asked = rules_of(settings.holds, ledger.schema, ledger.currency)
    always = [(rule, reason) for rule, reason in asked if reason.id in ALWAYS_ASKED]
    again = [(rule, reason) for rule, reason in asked if reason.id in ASKED_AGAIN or reason.condition]
    packed = _packed(ledger)
    verdicts: dict[str, Verdict] = {}
    for order in ledger["orders"]:
        if order.text("status") in CLOSED:
            verdicts[order.key] = Verdict({})
        elif order.has_key:
            case = Case(order, around.lines.get(order.key, ()))
            late, known = _is_late(order, packed), order.key in asked_whole
            rules = always if late else again if known else asked
            found = {reason.id: rule(case, reason, around) for rule, reason in rules}
            verdicts[order.key] = Verdict(_said_once(found, order), None if late or known else ())
    return verdicts


def _packed(ledger: Ledger) -> set[str]:
    """Return the orders that have a parcel with the carrier, or nearly so."""
    return {
        order_key
        for row in ledger["shipments"]
        if standing_of(row) in _INSTRUCTED
        for order_key in orders_in(row)
    }


def _is_late(order: Row, packed: Container[str]) -> bool:
    """Return whether new doubts come too late."""
    return order.key in packed or order.text("status") in _INSTRUCTED_ORDERS


def _asked_whole(ledger: Ledger) -> set[str]:
    """Return the orders of which all rules are asked in this ledger."""
    packed = _packed(ledger)
    return {
        order.key
        for order in ledger["orders"]
        if order.text("status") not in CLOSED and order.has_key and not _is_late(order, packed)
    }


def _said_once(found: dict[str, Evidence | NoLonger], order: Row) -> dict[str, Evidence | NoLonger]:
    """Leave a remark to the hold that has said all of it: one that only asks for a receipt."""
    if found.get("receipt") and is_receipt_wish(order.text("remark")):
        found["remark"] = ()
    return found


def _deleted_orders(ledger: Ledger) -> set[str]:
    """Return orders that have holds but no row any more; one that is put back is asked again."""
    present = {order.key for order in (*ledger["orders"], *ledger["orders"].set_aside)}
    return {hold.text("order_id") for hold in ledger["holds"]} - present


def _evidence_for(hold: Row, verdicts: Mapping[str, Verdict]) -> Evidence | NoLonger | None:
    """Return what is found for a hold now; None when its order is being packed or waits to be mended."""
    verdict = verdicts.get(hold.text("order_id"))
    return None if verdict is None else verdict.found.get(hold.text("reason"), verdict.others)


def _confirmations(held: Ledger) -> Iterator[Change]:
    by_order = held["holds"].by("order_id")
    for order in held["orders"]:
        if order.text("status") in CLOSED or not order.has_key:
            continue
        holds = by_order.get(order.key, [])
        if any(hold.text("state") == "open" and hold.text("severity") != "warn" for hold in holds):
            yield from update(order, {"confirmation": "open"}, msg("a person must look at it"))
        elif any(hold.text("state") == "cleared" for hold in holds):
            yield from update(order, {"confirmation": "cleared"}, msg("a person has looked at it"))
        else:
            yield from update(order, {"confirmation": "clear"}, msg("nothing to confirm"))
