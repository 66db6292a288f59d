"""Stop queued mails that the facts, or a person, speak against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from automations.core.ledger import Ledger, Row, update
from automations.core.mails.due import mail_id
from automations.core.mails.queueing import Due
from automations.core.mails.settings import Settings
from automations.core.mails.standing import Standing
from automations.core.messages import Message, msg
from automations.core.plan import Part, Plan, SetCells

_STOPPED: Mapping[str, Message] = {
    "cancelled": msg("The order was cancelled."),
    "returned": msg("The order came back."),
    "on_hold": msg("The order is held until somebody has checked it."),
    "trouble": msg("Another order of this customer is in trouble."),
    "refused": msg("The customer wants no such mails."),
    "mourning": msg("The order is for a mourning."),
    "gift": msg("The order is a gift."),
}
_MOVED = msg("The buyer's address was changed before it went.")


def stop_queued(ledger: Ledger, settings: Settings, standing: Standing) -> Iterator[Part]:
    """Yield what turns queued mails that may not go any more to ``cancelled`` or ``held``, with the reason."""
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


def due_anew(stopped: Plan, ledger: Ledger, settings: Settings) -> Iterator[Due]:
    """Mails stopped for an address that was changed are made anew, so that name and address fit each other."""
    for change in stopped.changes:
        if change.why is _MOVED and isinstance(change, SetCells):
            row = ledger["mails"][change.key]
            mail, order = settings.mails[row.text("template")], ledger["orders"][row.text("order_id")]
            shipment = ledger["shipments"].get(row.text("shipment_id"))
            name = mail_id(mail, order, shipment)
            number = row.key.removeprefix(name).removeprefix("~") or "1"
            if number.isdecimal():
                yield Due(f"{name}~{int(number) + 1}", mail, order, shipment, ledger.today)
