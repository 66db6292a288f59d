"""`daicho mail preview`: a mail as it would go, composed from the ledger; nothing is queued."""

from __future__ import annotations

from datetime import datetime
from html import escape
from pathlib import Path
from tempfile import mkdtemp

from automations.app.configuration import Configuration
from automations.app.orders import find_order
from automations.app.runner import open_shop, read_ledger
from automations.app.services import composer_of
from automations.core.errors import DaichoError
from automations.core.ledger import Ledger, Row
from automations.core.mails.kinds import MailKind
from automations.core.mails.occasions import CannotCompose, Composed, Occasions
from automations.core.messages import msg
from automations.core.records import dataclass
from automations.core.shipping.shared_parcels import parcels_of
from automations.core.text import nearest, visible

_PAGE = """<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body {{ font-family: sans-serif; max-width: 46em; margin: 1em auto; padding: 0 1em }}
pre {{ white-space: pre-wrap }} iframe {{ width: 100%; height: 60vh; border: 1px solid #bbb }}</style>
<pre>{head}</pre>
<iframe sandbox title="HTML" srcdoc="{html}"></iframe>
<pre>{text}</pre>
"""


class PreviewRefused(DaichoError):
    """The mail is not known or cannot be written for this order."""

    exit_code = 2


@dataclass(frozen=True)
class Preview:
    """A mail for one order as it would go: its first lines, its text, and the page that travels beside the text."""

    to: str
    subject: str
    text: str
    html: str

    @property
    def written(self) -> str:
        """The mail as plain text, for the screen."""
        return visible(f"{self.to}\n{self.subject}\n\n{self.text}")

    @property
    def page(self) -> str:
        """The mail for the browser: as a mail program shows it, and below it the text."""
        head = escape(f"{self.to}\n{self.subject}")
        return _PAGE.format(
            title=escape(self.subject), head=head, html=escape(self.html), text=escape(visible(self.text))
        )


def preview_mail(folder: Path, name: str, number: str, now: datetime | None, language: str | None) -> Preview:
    """Return a mail for one order.

    Raises:
        PreviewRefused: There is no such mail, or something it needs is missing.
        OrderUnknown: There is no such order.
    """
    from automations.mail.html import html_of

    shop = open_shop(folder, language)
    configuration = shop.configuration
    mail = known_mail(configuration, name)
    _, ledger = read_ledger(shop, now)
    order, made = composed_for(configuration, ledger, mail, number)
    return Preview(
        msg("To: {to}", to=order.text("buyer_email") or "-").text(ledger.language),
        msg("Subject: {subject}", subject=made.subject).text(ledger.language),
        made.text,
        html_of(made.text, configuration.shop, configuration.language, configuration.template_folders),
    )


def write_page(preview: Preview) -> Path:
    """Write a preview as a page for the browser, which only you can read, and return the file."""
    path = Path(mkdtemp(prefix="daicho-preview-")) / "mail.html"
    path.write_text(preview.page, encoding="utf-8")
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
