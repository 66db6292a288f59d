"""Find the mails that are due and freeze each as it will be sent, or say why it cannot be written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from automations.core.checks.contacts import email_problem
from automations.core.ledger import Ledger
from automations.core.mails.approving import ASKS
from automations.core.mails.due import NO_MAIL, message_id, wants_no_mail
from automations.core.mails.due_mails import Due, head_of
from automations.core.mails.kinds import MailKind
from automations.core.mails.occasions import CannotCompose, Composed, Occasions
from automations.core.mails.settings import Settings
from automations.core.mails.standing import Standing, people_of
from automations.core.messages import msg
from automations.core.plan import AppendRow, Finding, Part, Plan
from automations.core.shop import Shop
from automations.core.text import utf16_length
from automations.core.values import Value

# What a cell of the mails tab holds.
_LONGEST = 32_767


def queue(
    due: Iterable[Due], occasions: Occasions, ledger: Ledger, settings: Settings, standing: Standing
) -> Iterator[Part]:
    """Yield a new row for each mail that may go, with its frozen text, or why it cannot be written."""
    if email_problem(settings.shop.email, settings.emails) == "wrong":
        yield _no_sender(settings.shop)
        return
    contacted = _last_contacts(ledger)
    reported: set[str] = set()
    said: set[tuple[str, str]] = set()
    for one in due:
        if said.intersection((one.order.key, other) for other in one.mail.covered_by):
            yield Plan.of(marks=_marks(one))
            continue
        people = people_of(one.order)
        is_stopped = standing.stops(one.mail, one.order, occasions.lines_of(one.order))
        if is_stopped or _too_soon(one.mail, people, contacted, ledger.today):
            continue
        doubt = _address_doubt(one, settings)
        if doubt is not None:
            if one.order.key not in reported and one.mail.is_transactional:
                yield from doubt
                reported.add(one.order.key)
            continue
        written = settings.compose(occasions.of(one.mail, one.order, one.shipment, one.holds))
        if isinstance(written, CannotCompose):
            yield _incomplete(one, written)
            continue
        if utf16_length(written.text) > _LONGEST:
            yield _too_long(one)
            continue
        yield _queued(one, written, ledger, settings)
        said.add((one.order.key, one.mail.id))
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
        order = head_of(row, ledger)
        for person in {row.text("to").casefold(), *(people_of(order) if order else ())}:
            last[person] = max(made, last.get(person, made))
    return last


def _too_soon(mail: MailKind, people: Iterable[str], contacted: Mapping[str, date], today: date) -> bool:
    if mail.is_transactional:
        return False
    free_until = today - timedelta(days=mail.quiet_days)
    return any(contacted.get(person, date.min) > free_until for person in people)


def _address_doubt(due: Due, settings: Settings) -> tuple[Finding, ...] | None:
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


def _missing(due: Due) -> Finding:
    why = msg("The mail {mail} is due, but there is nobody to send it to.", mail=due.mail.label)
    fix = msg("Fill in the address, or write {word} there if no mail is wanted.", word=NO_MAIL)
    return due.order.warning("missing-email", "buyer_email", why, fix)


def _incomplete(due: Due, cannot: CannotCompose) -> Finding:
    if not cannot.variable:
        return Finding(
            code="mail-template",
            tab="",
            key=cannot.template,
            column="",
            value="",
            why=msg(
                "The mail {mail} is due, but its template does not work. {why}",
                mail=due.mail.label,
                why=cannot.why,
            ),
            fix=msg(
                "Mend that file; its mails go with the next run. The others go on. See more with: daicho mail check"
            ),
        )
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


def _too_long(due: Due) -> Finding:
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


def _queued(due: Due, written: Composed, ledger: Ledger, settings: Settings) -> Plan:
    row: dict[str, Value] = {
        "mail_id": due.name,
        "state": "awaiting" if due.mail.approval else "queued",
        "order_id": due.order.key if due.order.tab == "orders" else None,
        "template": due.mail.id,
        "to": due.order.text("buyer_email"),
        "subject": written.subject,
        "due_at": settings.mail.first_moment(due.mail.mail_class, ledger.now),
        "shipment_id": due.shipment.key if due.shipment else None,
        "class": due.mail.mail_class,
        "text": written.text,
        "message_id": message_id(ledger.ledger_id, due.name, due.order, settings.shop.email),
        "made_at": ledger.now,
        "customer_id": due.order.get("customer_id"),
        "errors": ASKS.text(ledger.language) if due.mail.approval else None,
    }
    return Plan.of(AppendRow("mails", row), marks=_marks(due))


def _marks(due: Due) -> list[str]:
    return [f"mail:{name}" for name in (due.name, *due.also)]
