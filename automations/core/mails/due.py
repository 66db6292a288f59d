"""When a mail is due by the facts in the ledger, and the names under which it exists once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import date, timedelta

from automations.core.ledger import Row
from automations.core.mails.kinds import MailKind
from automations.core.messages import Label
from automations.core.orders.order_day import ordered_day
from automations.core.text import normal_header

# Written in the e-mail cell of an order, these say that the buyer wants no mail.
NO_MAIL = Label("不要", "none")
_NO_MAIL = frozenset(normal_header(word) for word in ("不要", "none", "なし", "無し", "-", "no mail"))
_GONE = frozenset({"shipped", "arrived", "returned"})
_GONE_STATUS = frozenset({"partially_shipped", "shipped", "arrived", "posted", "returned"})


def due_on(mail: MailKind, order: Row, parcels: Sequence[Row], shipment: Row | None = None) -> date | None:
    """Return the day on which ``mail`` is due, None while what triggers it has not happened.

    What happened before the order was imported triggers nothing: the shop has told the buyer in its old way.
    """
    if mail.trigger == "ordered":
        happened = None if has_left(order, parcels) else ordered_day(order)
    elif mail.trigger == "shipped":
        happened = _before_import(order, _shipped_on([shipment] if shipment else parcels))
    else:
        arrived = shipment.day("arrived_on") if shipment else order.day("arrived_on")
        happened = _before_import(order, arrived)
    return happened + timedelta(days=mail.wait_days) if happened else None


def is_due(mail: MailKind, due: date | None, today: date) -> bool:
    """Return whether a mail that is due on ``due`` may still go out ``today``."""
    return due is not None and due <= today <= due + timedelta(days=mail.max_age_days)


def is_undated(order: Row) -> bool:
    """Return whether nothing tells when the order was made, so that nobody knows if it still needs confirming."""
    return ordered_day(order) is None


def has_left(order: Row, parcels: Sequence[Row]) -> bool:
    """Return whether anything of the order has been on its way."""
    return (
        order.text("status") in _GONE_STATUS
        or order.get("arrived_on") is not None
        or any(parcel.text("state") in _GONE for parcel in parcels)
    )


def _shipped_on(parcels: Sequence[Row]) -> date | None:
    """Return the day the last of the parcels left, None while one stands here or has no tracking number."""
    days = [
        parcel.day("shipped_on")
        for parcel in parcels
        if parcel.text("state") == "shipped" and parcel.text("tracking_number")
    ]
    known = [day for day in days if day]
    return max(known) if known and len(known) == len(parcels) else None


def _before_import(order: Row, day: date | None) -> date | None:
    imported = order.day("imported_at")
    return None if day and imported and day < imported else day


def mail_id(mail: MailKind, order: Row, shipment: Row | None = None) -> str:
    """Return the name under which this mail exists once and for ever: ``shipped:10023:10023A``."""
    return ":".join((mail.id, order.key, *([shipment.key] if shipment else [])))


def message_id(ledger_id: str, name: str, order: Row, shop_email: str) -> str:
    """Return the Message-ID of the mail ``name``: the same one however often it is made."""
    stamp = order.text("ordered_at") or order.text("imported_at")
    digest = hashlib.sha256(f"{ledger_id}|{name}|{stamp}".encode()).hexdigest()[:32]
    domain = shop_email.rpartition("@")[2]
    plain = domain if re.fullmatch(r"[A-Za-z0-9.-]+", domain) else "daicho.invalid"
    return f"<{digest}@{plain.lower()}>"


def wants_no_mail(address: str) -> bool:
    """Return whether an e-mail cell says that no mail is wanted (``不要``, ``none``)."""
    return normal_header(address) in _NO_MAIL
