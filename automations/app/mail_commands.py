"""The commands `daicho mail`: looking at mails before they go."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from automations.app.options import LANGUAGE, _, common
from automations.core.messages import msg


@click.group(help=_("Look at mails before they go."))
def mail() -> None:
    """Group the mail commands."""


@mail.command(help=_("Show a mail as it would go.\n\nExample: daicho mail preview shipped --order KM-1002"))
@click.argument("name")
@click.option("--order", required=True, help=_("Order number."))
@click.option("--html", "as_html", is_flag=True, help=_("Print the page instead of the text."))
@click.option("--open", "in_browser", is_flag=True, help=_("Show both in the browser."))
@common
def preview(  # noqa: PLR0913 - the options of the command
    name: str,
    order: str,
    folder: Path,
    now: datetime | None,
    language: str | None,
    as_html: bool,
    in_browser: bool,
) -> None:
    """Show one mail for one order."""
    from automations.app.mail_preview import preview_mail, write_page

    shown = preview_mail(folder, name, order, now, language)
    if in_browser:
        page = write_page(shown)
        click.launch(page.as_uri())
        click.echo(str(page))
        return
    click.echo(shown.html if as_html else shown.written)


@mail.command(
    help=_(
        "Send one mail to yourself, with [TEST] in its subject.\n\n"
        "Example: daicho mail test shipped --to me@example.com --order KM-1002"
    )
)
@click.argument("name")
@click.option("--to", required=True, help=_("Your own address."))
@click.option("--order", help=_("Order number; without it the mail is about an invented order."))
@common
def test(
    name: str, to: str, order: str | None, folder: Path, now: datetime | None, language: str | None
) -> None:
    """Send a sample; the ledger never hears of it."""
    from automations.app.mail_test import send_test

    click.echo(send_test(folder, name, to, order, now, language).text(language or LANGUAGE))


@mail.command(
    help=_("Read every mail template on samples and on your own orders.\n\nExample: daicho mail check")
)
@common
def check(folder: Path, now: datetime | None, language: str | None) -> None:
    """Report what is wrong with mails; exit 1 when a mail must not go as it is."""
    from automations.app.mail_check import check_mails
    from automations.app.tell import print_findings

    checked = check_mails(folder, now, language)
    print_findings(checked.findings, checked.ledger, err=False)
    if not checked.findings:
        click.echo(msg("Nothing is wrong.").text(checked.ledger.language or LANGUAGE))
    sys.exit(1 if any(finding.level == "error" for finding in checked.findings) else 0)
