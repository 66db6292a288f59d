"""Stop queued mails that the facts, or a person, speak against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from automations.core.ledger import Ledger, Row, update
from automations.core.mails.due_mails import Due, head_of
from automations.core.mails.kinds import MailKind
from automations.core.mails.occasions import Occasions
from automations.core.mails.settings import Settings
from automations.core.mails.standing import Standing
from automations.core.mails.triggers import has_ended
from automations.core.messages import Message, msg
from automations.core.plan import Part, Plan, SetCells

_STOPPED: Mapping[str, Message] = {
    "cancelled": msg("The order was cancelled."),
    "returned": msg("The order came back."),
    "on_hold": msg("The order is held until somebody has checked it."),
    "trouble": msg("Another order of this customer is in trouble."),
    "refused": msg("The customer wants no such mails, or mail to this address came back."),
    "mourning": msg("The order is for a mourning."),
    "gift": msg("The order is a gift."),
}
_WAITING = ("queued", "awaiting")
# A mail that was put off for two days, or over a closing day, is not too old.
_LATE_DAYS = 5
_MOVED = msg("The buyer's address was changed before it went.")


def stop_queued(ledger: Ledger, settings: Settings, standing: Standing) -> Iterator[Part]:
    """Yield what turns waiting mails that may not go any more to ``cancelled`` or ``held``, with the reason."""
    occasions: Occasions | None = None  # all tabs are gone through for it, and on most runs no mail waits
    # Where it can be looked up whether a mail went, that comes first.
    doubtful = ("held",) if settings.mail.imap.host else ("held", "unknown")
    for row in ledger["mails"]:
        if row.text("state") in _WAITING:
            occasions = occasions or Occasions(ledger, settings)
            if stop := called_off(row, ledger, occasions, standing):
                yield _to(row, *stop, ledger)
        elif row.text("wish") == "cancel" and row.text("state") in doubtful:
            yield _to(row, "cancelled", msg("A person stopped it; it may have arrived before."), ledger)


def called_off(
    row: Row, ledger: Ledger, occasions: Occasions, standing: Standing
) -> tuple[str, Message] | None:
    """Return the state a mail that has not gone must take now, and why; None when it may go."""
    order = head_of(row, ledger)
    mail = occasions.declared.mails.get(row.text("template"))
    if row.text("wish") == "cancel":
        return "cancelled", msg("A person stopped it.")
    if order is None or mail is None:
        return "held", msg("Its order is not there, or stands there twice.")
    if rule := standing.stops(mail, order, []):
        return "cancelled", _STOPPED[rule]
    if has_ended(mail, occasions.matter(order)):
        return "cancelled", msg("What it speaks of has been settled.")
    if order.text("buyer_email").casefold() != row.text("to").casefold():
        return "cancelled", _MOVED
    if _is_too_old(row, mail, ledger):
        if row.text("state") == "awaiting":
            return "cancelled", msg("Nobody approved it in time; to send it all the same choose resend.")
        return "held", msg("It is too late for this mail now; to send it all the same choose resend.")
    return None


def _is_too_old(row: Row, mail: MailKind, ledger: Ledger) -> bool:
    """Return whether a mail waited longer than such mails may be late; an approval begins the time anew."""
    since = row.day("approved_at") or row.day("made_at")
    return since is not None and since + timedelta(days=max(mail.max_age_days, _LATE_DAYS)) < ledger.today


def _to(row: Row, state: str, why: Message, ledger: Ledger) -> tuple[Part, ...]:
    return update(row, {"state": state, "errors": why.text(ledger.language)}, why)


def due_anew(stopped: Plan, ledger: Ledger, settings: Settings) -> Iterator[Due]:
    """Mails stopped for an address that was changed are made anew, so that name and address fit each other."""
    for change in stopped.changes:
        if change.why is _MOVED and isinstance(change, SetCells):
            row = ledger["mails"][change.key]
            mail, order = settings.mails[row.text("template")], head_of(row, ledger)
            name, _, number = row.key.partition("~")
            if order is not None and (number or "1").isdecimal():
                shipment = ledger["shipments"].get(row.text("shipment_id"))
                yield Due(f"{name}~{int(number or 1) + 1}", mail, order, ledger.today, shipment)
