"""`daicho mail preview`: a mail as it would go, composed from the ledger; nothing is queued."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from automations.app.configuration import Configuration
from automations.app.orders import find_order
from automations.app.runner import open_shop, read_ledger
from automations.app.services import composer_of
from automations.core.errors import DaichoError
from automations.core.ledger import Ledger, Row
from automations.core.mails.kinds import MailKind
from automations.core.mails.occasions import CannotCompose, Composed, Occasions
from automations.core.messages import msg
from automations.core.shipping.shared_parcels import parcels_of
from automations.core.text import nearest, visible


class PreviewRefused(DaichoError):
    """The mail is not known or cannot be written for this order."""

    exit_code = 2


def preview_mail(folder: Path, name: str, number: str, now: datetime | None, language: str | None) -> str:
    """Return subject, recipient and text of a mail for one order.

    Raises:
        PreviewRefused: There is no such mail, or something it needs is missing.
        OrderUnknown: There is no such order.
    """
    shop = open_shop(folder, language)
    mail = known_mail(shop.configuration, name)
    _, ledger = read_ledger(shop, now)
    order, made = composed_for(shop.configuration, ledger, mail, number)
    to = msg("To: {to}", to=order.text("buyer_email") or "-").text(ledger.language)
    subject = msg("Subject: {subject}", subject=made.subject).text(ledger.language)
    return visible(f"{to}\n{subject}\n\n{made.text}")


def preview_page(folder: Path, name: str, number: str, now: datetime | None, language: str | None) -> Path:
    """Write a mail for one order as a page for the browser, which only you can read, and return the file.

    Raises:
        PreviewRefused: As ``preview_mail``.
        OrderUnknown: There is no such order.
    """
    from html import escape
    from tempfile import mkdtemp

    shown = escape(preview_mail(folder, name, number, now, language))
    page = (
        '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{escape(name)}</title><pre style="white-space: pre-wrap; max-width: 40em">{shown}</pre>'
    )
    path = Path(mkdtemp(prefix="daicho-preview-")) / "mail.html"
    path.write_text(page, encoding="utf-8")
    return path


def known_mail(configuration: Configuration, name: str) -> MailKind:
    """Return the mail of this name.

    Raises:
        PreviewRefused: There is none; the nearest is offered.
    """
    mail = configuration.mails.get(name)
    if mail is None:
        close = nearest(name, tuple(configuration.mails))
        fix = (
            msg("Did you mean '{close}'?", close=close)
            if close
            else msg("Mails: {names}.", names=tuple(configuration.mails))
        )
        why = msg("There is no mail '{name}'.", name=name)
        raise PreviewRefused("unknown-mail", why, fix, where="sheets_schema/mails.yaml", value=name)
    return mail


def composed_for(
    configuration: Configuration, ledger: Ledger, mail: MailKind, number: str
) -> tuple[Row, Composed]:
    """Return the order with this number, and the mail about it in words; of several parcels about the first.

    Raises:
        PreviewRefused: Something the mail needs is missing.
        OrderUnknown: There is no such order.
    """
    order = find_order(ledger, number)
    occasions = Occasions(ledger, configuration)
    parcels = parcels_of(ledger).get(order.key, [])
    shipment = parcels[0] if parcels and mail.per == "shipment" else None
    made = composer_of(configuration)(occasions.of(mail, order, shipment))
    if isinstance(made, CannotCompose):
        why = msg(
            "{variable} in the template {template} cannot be filled in. {why}",
            variable=made.variable,
            template=made.template,
            why=made.why,
        )
        fix = msg("Fill in what is missing, then look again.")
        raise PreviewRefused("mail-incomplete", why if made.variable else made.why, fix, where=order.key)
    return order, made
