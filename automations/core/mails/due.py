"""When a mail is due by the facts in the ledger, and the names under which it exists once."""

from __future__ import annotations

import hashlib
import re
from datetime import date, timedelta

from automations.core.ledger import Row
from automations.core.mails.kinds import MailKind
from automations.core.mails.matter import Matter
from automations.core.mails.triggers import happened_on
from automations.core.messages import Label
from automations.core.orders.order_day import ordered_day
from automations.core.text import normal_header

# Written in the e-mail cell of an order, these say that the buyer wants no mail.
NO_MAIL = Label("不要", "none")
_NO_MAIL = frozenset(normal_header(word) for word in ("不要", "none", "なし", "無し", "-", "no mail"))


def due_on(mail: MailKind, matter: Matter, shipment: Row | None = None) -> date | None:
    """Return the day on which ``mail`` is due, None while what triggers it has not happened."""
    happened = happened_on(mail, matter, shipment)
    if happened is None:
        return None
    due = happened + timedelta(days=_wait_days(mail, matter))
    return matter.declared.calendar.shifted(due, mail.wait_workdays) if mail.wait_workdays else due


def _wait_days(mail: MailKind, matter: Matter) -> int:
    if not mail.wait_days_by_kind:
        return mail.wait_days
    products = (matter.products.get(line.text("sku")) for line in matter.lines)
    kinds = {product.text("kind") for product in products if product is not None}
    return max(
        (mail.wait_days_by_kind[kind] for kind in kinds if kind in mail.wait_days_by_kind),
        default=mail.wait_days,
    )


def is_due(mail: MailKind, due: date | None, today: date) -> bool:
    """Return whether a mail that is due on ``due`` may still go out ``today``."""
    return due is not None and due <= today <= due + timedelta(days=mail.max_age_days)


def is_undated(order: Row) -> bool:
    """Return whether nothing tells when the order was made, so that nobody knows if it still needs confirming."""
    return ordered_day(order) is None


def mail_id(mail: MailKind, order: Row, about: Row | None = None) -> str:
    """Return the name under which this mail exists once and for ever: ``shipped:10023:10023A``.

    Args:
        mail: Its kind.
        order: Its order.
        about: The parcel, or the hold, that it is about.
    """
    return ":".join((mail.id, order.key, *([about.key.removeprefix(f"{order.key}:")] if about else [])))


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
