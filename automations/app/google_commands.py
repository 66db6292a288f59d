"""The commands `daicho google`: signing in as a person."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from automations.app.options import LANGUAGE, _, common
from automations.core.messages import msg


@click.group(help=_("What a ledger in a Google spreadsheet needs."))
def google() -> None:
    """Group the commands for Google."""


@google.command(
    help=_(
        "Sign in at Google with the browser, once; needs the client file of a desktop app.\n\n"
        "Example: daicho google login"
    )
)
@common
def login(folder: Path, now: datetime | None, language: str | None) -> None:  # noqa: ARG001 - every command takes a moment
    """Keep the sign-in beside the client file that shop.yaml names."""
    from automations.app.configuration import load
    from automations.books.google.credentials import file_of, no_client, sign_in

    client = file_of(load(folder, language).google.credentials, folder)
    if client is None:
        raise no_client()
    kept = sign_in(client)
    click.echo(
        msg("Signed in; kept in {file}, which only you can read.", file=kept.name).text(language or LANGUAGE)
    )
