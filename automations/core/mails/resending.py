"""Sending a mail once more because a person asks for it: a new row with the words as they were frozen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import count

from automations.core.ledger import Ledger, Row, update
from automations.core.mails.due import message_id
from automations.core.mails.settings import Settings
from automations.core.messages import Message, msg
from automations.core.plan import AppendRow, Part, Plan
from automations.core.values import Value

_ON_ITS_WAY = frozenset({"queued", "awaiting", "sending"})
# What stands for a text that is no longer kept.
_HASHED = re.compile(r"sha256:[0-9a-f]{64}.*", re.DOTALL)


def needs_texts(ledger: Ledger) -> bool:
    """Return whether a person wants to send a mail once more whose text was not read."""
    return any(mail.text("wish") == "resend" and _is_open(mail, ledger) for mail in ledger["mails"])


def _is_open(mail: Row, ledger: Ledger) -> bool:
    return not mail.text("text") and f"resend:{mail.key}" not in ledger.marks


def resend(ledger: Ledger, settings: Settings) -> Iterator[Part]:
    """Yield a new row for each mail that a person wants to send once more, or why it cannot be."""
    keys = {row.key for row in (*ledger["mails"].rows, *ledger["mails"].set_aside)}
    for mail in ledger["mails"]:
        if mail.text("wish") != "resend" or f"resend:{mail.key}" in ledger.marks:
            continue
        order = ledger["orders"].get(mail.text("order_id"))
        why = _refusal(mail, order)
        if why is not None or order is None:
            if why is not None:
                yield update(mail, {"errors": why.text(ledger.language)}, why)
            continue
        yield _again(mail, order, keys, ledger, settings)
        yield _settled(mail, ledger)


def _refusal(mail: Row, order: Row | None) -> Message | None:
    if mail.text("state") in _ON_ITS_WAY:
        return msg("It is still on its way; it can be sent once more when it has gone.")
    if not mail.text("wish_reason"):
        return msg("To send it once more, write why into the column for the reason.")
    if order is None:
        return msg("Its order is not there, or stands there twice.")
    if not mail.text("text") or _HASHED.fullmatch(mail.text("text")):
        return msg("Its text is no longer kept, so it cannot be sent once more.")
    return None


def _again(mail: Row, order: Row, keys: set[str], ledger: Ledger, settings: Settings) -> Plan:
    name = mail.key.partition("~")[0]
    taken = keys | {mark.removeprefix("mail:") for mark in ledger.marks if mark.startswith(f"mail:{name}")}
    key = next(f"{name}~{number}" for number in count(2) if f"{name}~{number}" not in taken)
    keys.add(key)
    cells: dict[str, Value] = {
        "mail_id": key,
        "state": "queued",
        "order_id": order.key,
        "template": mail.get("template"),
        "to": order.text("buyer_email"),
        "subject": mail.get("subject"),
        "due_at": ledger.now + timedelta(minutes=settings.mail.delay),
        "shipment_id": mail.get("shipment_id"),
        "class": mail.get("class"),
        "text": mail.get("text"),
        "message_id": message_id(ledger.ledger_id, key, order, settings.shop.email),
        "made_at": ledger.now,
        "customer_id": order.get("customer_id"),
        "resend_of": mail.key,
        "approved_at": ledger.now,
    }
    why = msg("A person sends it once more: {reason}", reason=mail.text("wish_reason"))
    return Plan.of(AppendRow("mails", cells, why), marks=(f"mail:{key}", f"resend:{mail.key}"))


def _settled(mail: Row, ledger: Ledger) -> Part:
    """Return what becomes of the first row; one of unknown fate is not looked up any more."""
    if mail.text("state") != "unknown":
        return update(mail, {"errors": None}) if mail.text("state") in ("sent", "written") else ()
    why = msg("A person sent it once more.")
    return update(mail, {"state": "held", "look": None, "errors": why.text(ledger.language)}, why)
