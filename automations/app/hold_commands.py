"""The commands `daicho holds`: the reasons that stop an order, and trying one out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from automations.app.options import _, common


@click.group(
    invoke_without_command=True,
    help=_("List the reasons that hold an order, with their thresholds.\n\nExample: daicho holds"),
)
@common
@click.pass_context
def holds(context: click.Context, folder: Path, now: datetime | None, language: str | None) -> None:
    """Print every reason, unless a command below is asked for, which takes over the options."""
    context.default_map = {"try": {"folder": folder, "now": now, "language": language}}
    if context.invoked_subcommand is None:
        from automations.app.hold_list import list_holds

        click.echo(list_holds(folder, now, language))


@holds.command(
    "try",
    help=_(
        "Show which orders a condition, or a reason by its name, would have held.\n\n"
        "Example: daicho holds try \"total >= 30000 and prefecture = 'Okinawa'\""
    ),
)
@click.argument("rule")
@click.option(
    "--days", default=90, show_default=True, type=click.IntRange(1, 3650), help=_("How many days back.")
)
@common
def try_rule(rule: str, days: int, folder: Path, now: datetime | None, language: str | None) -> None:
    """Try one rule; nothing is written."""
    from automations.app.hold_trial import try_hold

    click.echo(try_hold(folder, rule, days, now, language))
