"""Queue every mail that is due, frozen as it will be sent, and stop queued mails that must not go any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from automations.core.checks.contacts import email_problem
from automations.core.ledger import Ledger, Row, update
from automations.core.mails.due import (
    NO_MAIL,
    due_on,
    has_left,
    is_due,
    is_undated,
    mail_id,
    message_id,
    wants_no_mail,
)
from automations.core.mails.kinds import (
    CannotCompose,
    Compose,
    Composed,
    MailKind,
    Occasions,
    parcels_by_order,
)
from automations.core.mails.standing import Standing, people_of
from automations.core.messages import Message, msg
from automations.core.orders.channels import Channel
from automations.core.payments import Payment
from automations.core.places.postcodes import EmailCheck
from automations.core.plan import AppendRow, Finding, Part, Plan, SetCells
from automations.core.records import dataclass
from automations.core.shipping.carriers import Carrier
from automations.core.shop import Shop
from automations.core.statuses import is_closed
from automations.core.text import utf16_length
from automations.core.values import Value

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
    "products": ("name", "mail_note"),
    "mails": ("state", "wish", "order_id", "template", "class", "to", "shipment_id", "made_at"),
}  # fmt: skip
WRITES = {
    "mails": (
        "mail_id", "state", "order_id", "template", "to", "subject", "due_at", "errors", "shipment_id", "class",
        "text", "message_id", "made_at",
    )
}  # fmt: skip

_STOPPED: Mapping[str, Message] = {
    "cancelled": msg("The order was cancelled."),
    "returned": msg("The order came back."),
    "on_hold": msg("The order is held until somebody has checked it."),
    "trouble": msg("Another order of this customer is in trouble."),
    "refused": msg("The customer wants no such mails."),
    "mourning": msg("The order is for a mourning."),
    "gift": msg("The order is a gift."),
}
# What a cell of the mails tab holds.
_LONGEST = 32_767
_MOVED = msg("The buyer's address was changed before it went.")


@dataclass(frozen=True)
class Settings:
    """How mails are queued.

    Attributes:
        delay_minutes: How long a mail waits in the queue, so that a person can still stop it.
        trouble_days: How long after the order a return counts as open trouble with its customer.
    """

    shop: Shop
    mails: Mapping[str, MailKind]
    payments: Mapping[str, Payment]
    carriers: Mapping[str, Carrier]
    channels: Mapping[str, Channel]
    emails: EmailCheck
    compose: Compose
    delay_minutes: int = 0
    trouble_days: int = 60


@dataclass(frozen=True, slots=True)
class _Due:
    """One mail that is due; ``name`` is what it is called in the mail tab."""

    name: str
    mail: MailKind
    order: Row
    shipment: Row | None
    day: date


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
    stopped = Plan.of(_stop_queued(ledger, settings, standing))
    after = ledger.apply(stopped)
    due = sorted(
        [*_due_mails(after, settings), *_due_anew(stopped, ledger, settings)], key=lambda one: one.day
    )
    return Plan.of(stopped, _queue(due, after, settings, standing) if due else [], _undated(after, settings))


def _stop_queued(ledger: Ledger, settings: Settings, standing: Standing) -> Iterator[Part]:
    for row in ledger["mails"]:
        if row.text("state") != "queued":
            continue
        order = ledger["orders"].get(row.text("order_id"))
        mail = settings.mails.get(row.text("template"))
        if row.text("wish") == "cancel":
            yield _to(row, "cancelled", msg("A person stopped it."), ledger)
        elif order is None or mail is None:
            yield _to(row, "held", msg("Its order is not there, or stands there twice."), ledger)
        elif rule := standing.stops(mail, order, []):
            yield _to(row, "cancelled", _STOPPED[rule], ledger)
        elif order.text("buyer_email").casefold() != row.text("to").casefold():
            yield _to(row, "cancelled", _MOVED, ledger)


def _to(row: Row, state: str, why: Message, ledger: Ledger) -> tuple[Part, ...]:
    return update(row, {"state": state, "errors": why.text(ledger.language)}, why)


def _due_anew(stopped: Plan, ledger: Ledger, settings: Settings) -> Iterator[_Due]:
    """Mails stopped for an address that was changed are made anew, so that name and address fit each other."""
    for change in stopped.changes:
        if change.why is _MOVED and isinstance(change, SetCells):
            row = ledger["mails"][change.key]
            mail, order = settings.mails[row.text("template")], ledger["orders"][row.text("order_id")]
            shipment = ledger["shipments"].get(row.text("shipment_id"))
            name = mail_id(mail, order, shipment)
            number = row.key.removeprefix(name).removeprefix("~") or "1"
            if number.isdecimal():
                yield _Due(f"{name}~{int(number) + 1}", mail, order, shipment, ledger.today)


def _due_mails(ledger: Ledger, settings: Settings) -> Iterator[_Due]:
    parcels_of = parcels_by_order(ledger)
    kinds = tuple(settings.mails.values())
    today = ledger.today
    oldest = today - timedelta(days=max((mail.wait_days + mail.max_age_days for mail in kinds), default=0))
    queued = {row.key for row in (*ledger["mails"].rows, *ledger["mails"].set_aside)}
    for order in ledger["orders"]:
        arrived = order.day("arrived_on")
        if (arrived and arrived < oldest) or not _takes_part(order, settings.channels):
            continue
        parcels = parcels_of.get(order.key, ())
        for mail in kinds:
            for shipment in parcels if mail.per == "shipment" else (None,):
                day = due_on(mail, order, parcels, shipment)
                if day is None or not is_due(mail, day, today):
                    continue
                name = mail_id(mail, order, shipment)
                if name not in queued and f"mail:{name}" not in ledger.marks:
                    yield _Due(name, mail, order, shipment, day)


def _takes_part(order: Row, channels: Mapping[str, Channel]) -> bool:
    """Malls write to their customers themselves; an order that lacks something is completed first."""
    channel = channels.get(order.text("channel"))
    mails_itself = channel is not None and not channel.own_mails
    return order.has_key and order.text("intake") != "incomplete" and not mails_itself


def _queue(due: Iterable[_Due], ledger: Ledger, settings: Settings, standing: Standing) -> Iterator[Part]:
    if email_problem(settings.shop.email, settings.emails) == "wrong":
        yield _no_sender(settings.shop)
        return
    occasions = Occasions(ledger, settings.payments, settings.carriers)
    contacted = _last_contacts(ledger)
    reported: set[str] = set()
    for one in due:
        if standing.stops(one.mail, one.order, occasions.lines_of(one.order)):
            continue
        people = people_of(one.order)
        if _too_soon(one.mail, people, contacted, ledger.today):
            continue
        doubt = _address_doubt(one, settings)
        if doubt is not None:
            if one.order.key not in reported and one.mail.is_transactional:
                yield from doubt
                reported.add(one.order.key)
            continue
        written = settings.compose(occasions.of(one.mail, one.order, one.shipment))
        if isinstance(written, CannotCompose):
            yield _incomplete(one, written)
            continue
        if utf16_length(written.text) > _LONGEST:
            yield _too_long(one)
            continue
        yield _queued(one, written, ledger, settings)
        if not one.mail.is_transactional:
            contacted |= dict.fromkeys(people, ledger.today)


def _last_contacts(ledger: Ledger) -> dict[str, date]:
    """Return when each customer (id or address) last had, or will have, a mail that was not about a contract."""
    last: dict[str, date] = {}
    for row in ledger["mails"]:
        made = row.day("made_at")
        if (
            made is None
            or row.text("class") == "transactional"
            or row.text("state") in ("cancelled", "refused")
        ):
            continue
        order = ledger["orders"].get(row.text("order_id"))
        for person in {row.text("to").casefold(), *(people_of(order) if order else ())}:
            last[person] = max(made, last.get(person, made))
    return last


def _too_soon(mail: MailKind, people: Iterable[str], contacted: Mapping[str, date], today: date) -> bool:
    if mail.is_transactional:
        return False
    free_until = today - timedelta(days=mail.quiet_days)
    return any(contacted.get(person, date.min) > free_until for person in people)


def _address_doubt(due: _Due, settings: Settings) -> tuple[Finding, ...] | None:
    """Return why the buyer cannot be written to; no reason is needed where the buyer wants no mail."""
    order = due.order
    address = order.text("buyer_email")
    if wants_no_mail(address):
        return ()
    if not address:
        return (_missing(due),)
    if not address.isascii() or email_problem(address, settings.emails) == "wrong":
        why = msg("The mail {mail} is due, but this is not an e-mail address.", mail=due.mail.label)
        fix = msg("Correct the address, or write {word} there if no mail is wanted.", word=NO_MAIL)
        return (order.warning("wrong-email", "buyer_email", why, fix),)
    return None


def _missing(due: _Due) -> Finding:
    why = msg("The mail {mail} is due, but there is nobody to send it to.", mail=due.mail.label)
    fix = msg("Fill in the address, or write {word} there if no mail is wanted.", word=NO_MAIL)
    return due.order.warning("missing-email", "buyer_email", why, fix)


def _incomplete(due: _Due, cannot: CannotCompose) -> Finding:
    tab, _, column = cannot.variable.partition(".")
    why = msg(
        "The mail {mail} is due, but {variable} in the template {template} cannot be filled in. {why}",
        mail=due.mail.label,
        variable=cannot.variable,
        template=cannot.template,
        why=cannot.why,
    )
    fix = msg("Fill in that value, or change the template in mail_templates so that it does not need it.")
    return due.order.finding("mail-incomplete", column if tab == "order" else "", why, fix)


def _too_long(due: _Due) -> Finding:
    why = msg("The mail {mail} has more than {limit} characters.", mail=due.mail.label, limit=_LONGEST)
    fix = msg("Shorten the names and texts of the order, or write to the customer by hand.")
    return due.order.finding("mail-too-long", "", why, fix)


def _no_sender(shop: Shop) -> Finding:
    return Finding(
        code="shop-email-missing",
        tab="",
        key="shop.yaml: shop.email",
        column="",
        value=shop.email,
        why=msg("Mails are due, but the shop has no e-mail address to send them from."),
        fix=msg("Write the shop's address into shop.yaml under shop, email."),
    )


def _undated(ledger: Ledger, settings: Settings) -> Iterator[Finding]:
    confirmations = [mail for mail in settings.mails.values() if mail.trigger == "ordered"]
    open_orders = (order for order in ledger["orders"] if is_undated(order) and not is_closed(order))
    for order in open_orders if confirmations else ():
        wanted = [mail for mail in confirmations if f"mail:{mail_id(mail, order)}" not in ledger.marks]
        reachable = "@" in order.text("buyer_email") and _takes_part(order, settings.channels)
        if wanted and reachable and not has_left(order, ()):
            why = msg(
                "Without the day of the order it is not known whether {mail} is due.", mail=wanted[0].label
            )
            fix = msg("Write when the order was made.")
            yield order.warning("order-undated", "ordered_at", why, fix)


def _queued(due: _Due, written: Composed, ledger: Ledger, settings: Settings) -> Plan:
    row: dict[str, Value] = {
        "mail_id": due.name,
        "state": "queued",
        "order_id": due.order.key,
        "template": due.mail.id,
        "to": due.order.text("buyer_email"),
        "subject": written.subject,
        "due_at": ledger.now + timedelta(minutes=settings.delay_minutes),
        "shipment_id": due.shipment.key if due.shipment else None,
        "class": due.mail.mail_class,
        "text": written.text,
        "message_id": message_id(ledger.ledger_id, due.name, due.order, settings.shop.email),
        "made_at": ledger.now,
    }
    return Plan.of(AppendRow("mails", row), marks=[f"mail:{due.name}"])
