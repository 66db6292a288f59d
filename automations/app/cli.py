"""The command `daicho`: parses, calls the runner, prints. Heavy imports wait until a command needs them."""

from __future__ import annotations

import gc
import gettext
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

import click

from automations import AUTOMATIONS
from automations.app.google_commands import google
from automations.app.hold_commands import holds
from automations.app.mail_commands import mail
from automations.app.options import LANGUAGE, _, common, language_of, language_option
from automations.core.messages import LOCALE_DIR, Message, msg

# How often a run tells what it is about to do: files, ledger, rules, writing, effects.
RUN_STEPS = 5


def _show_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    """Print which version this is; a folder of the source that is not installed has none."""
    if not wanted:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        number = version("daicho")
    except PackageNotFoundError:
        number = _("(started from its folder, not installed)")
    click.echo(f"daicho {number}")
    ctx.exit()


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=_("Runs the back office of a small online shop from its own spreadsheet."),
    epilog=_("Start with: daicho demo"),
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help=_("Show the version and exit."),
)
def cli() -> None:
    """Group all commands."""


@cli.command(
    help=_(
        "Make a shop folder with settings, inbox and ledger; with --google a spreadsheet as ledger, or mend it."
        "\n\nExample: daicho init my-shop"
    )
)
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--google", "spreadsheet", metavar="ID", help=_("The Google spreadsheet: its address or id."))
@language_option
def init(folder: Path | None, spreadsheet: str | None, language: str | None) -> None:
    """Make a new shop, or build and mend the spreadsheet of one."""
    from automations.app.shops import init_shop

    chosen = language or LANGUAGE
    if spreadsheet is not None:
        from automations.app.google_init import init_google

        own = language_of(folder) if folder else ""
        for sentence in init_google(spreadsheet, folder, chosen):
            _say(sentence, language or own or LANGUAGE)
        return
    if folder is None:
        raise click.UsageError(
            msg("Name the folder to make, for example: daicho init my-shop").text(LANGUAGE)
        )
    init_shop(folder, language=chosen)
    _say(msg("{folder} is ready. Next: fill in {file}, open {ledger}, then run: daicho run --shop {folder}",
             folder=str(folder), file="shop.yaml", ledger="ledger.xlsx"), chosen)  # fmt: skip


@cli.command(help=_("Make a sample shop in this folder and walk through its days.\n\nExample: daicho demo"))
@click.option("--sheets", is_flag=True, help=_("Keep its ledger in a stand-in for Google Sheets."))
@language_option
def demo(sheets: bool, language: str | None) -> None:
    """Run the tour."""
    from automations.app.demo.sheets import is_available
    from automations.app.demo.tour import run_tour, run_tour_in_sheets

    if sheets and not is_available():
        text = msg("The stand-in for Google Sheets comes with the source only: run this in a checkout of it.")
        raise click.UsageError(text.text(LANGUAGE))
    (run_tour_in_sheets if sheets else run_tour)(Path.cwd(), language or LANGUAGE, click.echo)


@cli.command(help=_("List everything wrong in the ledger, settings and templates.\n\nExample: daicho check"))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
@common
def check(folder: Path, now: datetime | None, language: str | None, as_json: bool) -> None:
    """Report findings; exit 1 when there are any."""
    from automations.app.checking import check_shop
    from automations.app.tell import print_findings, print_json

    checked = check_shop(folder, now, language)
    if as_json:
        print_json({"findings": checked.findings}, checked.ledger)
    else:
        print_findings(checked.findings, checked.ledger, err=False)
        if not checked.findings:
            _say(msg("Nothing is wrong."), checked.ledger.language)
    sys.exit(1 if checked.findings else 0)


@cli.command(help=_("Run everything, or only the named automations.\n\nExample: daicho run --dry-run"))
@click.argument("names", nargs=-1)
@click.option("--dry-run", is_flag=True, help=_("Only show what would happen."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
@common
def run(
    names: tuple[str, ...],
    folder: Path,
    now: datetime | None,
    language: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Act, or only show."""
    from automations.app.runner import run as run_shop
    from automations.app.tell import print_outcome, print_run_json

    with _progress(language) as progress:
        outcome = run_shop(
            folder,
            names=_known(names, folder),
            now=now,
            dry_run=dry_run,
            language=language,
            progress=progress,
        )
    if as_json:
        print_run_json(outcome)
    else:
        print_outcome(outcome)
    trouble = outcome.delivered.told.trouble or outcome.delivered.told.look_trouble
    if trouble is not None:
        raise trouble  # the run's work stands; the mails wait


@cli.command(help=_("Say what blocks an order, and who can clear it.\n\nExample: daicho why KM-1015"))
@click.argument("order")
@common
def why(order: str, folder: Path, now: datetime | None, language: str | None) -> None:
    """Explain one order."""
    from automations.app.why import explain

    click.echo(explain(folder, order, now, language))


@cli.command(
    "import", help=_("Take in order files of any known channel.\n\nExample: daicho import orders_export.csv")
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
@common
def import_files(
    files: tuple[Path, ...], folder: Path, now: datetime | None, language: str | None, as_json: bool
) -> None:
    """Import; exit 1 when something was wrong with a file."""
    from automations.app.importing import import_files as take_in
    from automations.app.tell import print_import

    outcome, counts = take_in(folder, files, now, language)
    print_import(outcome, counts, as_json=as_json)
    wrong = any(finding.level == "error" for count in counts for finding in count.findings)
    sys.exit(1 if wrong else 0)


@cli.command(help=_("Print rows of a tab.\n\nExample: daicho show orders --where status=on_hold"))
@click.argument("tab")
@click.option("--where", "conditions", multiple=True, help=_("Only rows with COLUMN=VALUE; may be repeated."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
@click.option("--csv", "as_csv", is_flag=True, help=_("Print CSV."))
@click.option("--archive", "archived", is_flag=True, help=_("Look into the archives instead."))
@common
def show(  # noqa: PLR0913 - the options of the command
    tab: str,
    conditions: tuple[str, ...],
    folder: Path,
    now: datetime | None,
    language: str | None,
    as_json: bool,
    as_csv: bool,
    archived: bool,
) -> None:
    """Print rows by column id."""
    from automations.app.rows import show_rows

    form: Literal["json", "csv", "table"] = "json" if as_json else "csv" if as_csv else "table"
    told = show_rows(folder, tab, conditions, form, now, language, archived=archived)
    click.echo(told, nl=form != "csv")


@cli.command(help=_("Go on with a copied or restored ledger.\n\nExample: daicho adopt"))
@common
def adopt(folder: Path, now: datetime | None, language: str | None) -> None:
    """Hold what may be out already, and take the ledger as it stands."""
    from automations.app.adopting import adopt as take

    _say(take(folder, now, language), language or LANGUAGE)


@cli.command(help=_("Print the day in figures.\n\nExample: daicho report"))
@click.option("--archive", "archived", is_flag=True, help=_("Also count what the archives hold."))
@common
def report(folder: Path, now: datetime | None, language: str | None, archived: bool) -> None:
    """Orders per status and age, shortages, what needs a person."""
    from automations.app.report import day_report

    click.echo(day_report(folder, now, language, archived=archived))


@cli.command(
    help=_("Move closed orders to the archive of their year.\n\nExample: daicho archive --dry-run"),
)
@click.option("--dry-run", is_flag=True, help=_("Only show what would happen."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
@common
def archive(folder: Path, now: datetime | None, language: str | None, dry_run: bool, as_json: bool) -> None:
    """Keep the ledger small; nothing is ever lost."""
    from automations.app.archive_telling import archive_json, archive_lines
    from automations.app.archiving import archive as archive_closed

    done = archive_closed(folder, now=now, language=language, dry_run=dry_run)
    if as_json:
        import json

        click.echo(json.dumps(archive_json(done), ensure_ascii=False, indent=2))
        return
    for line in archive_lines(done):
        click.echo(line)


@cli.command(
    help=_("Write a shipping file again, the same bytes.\n\nExample: daicho export yamato-20261124-1")
)
@click.argument("batch")
@common
def export(batch: str, folder: Path, now: datetime | None, language: str | None) -> None:
    """Write the files of a batch again."""
    from automations.app.exporting import export_batch

    for line in export_batch(folder, batch, now, language):
        click.echo(line)


cli.add_command(holds)
cli.add_command(google)


cli.add_command(mail)


@cli.command(help=_("Check access, headers and settings, in plain words.\n\nExample: daicho doctor"))
@click.option(
    "--probe",
    "blank",
    metavar="SPREADSHEET",
    help=_("Try on a blank Google spreadsheet (id or address) whether Google does what Daicho relies on."),
)
@click.option(
    "--mail", is_flag=True, help=_("Also sign in to the mail account and out again; nothing is sent.")
)
@common
def doctor(folder: Path, now: datetime | None, language: str | None, blank: str | None, mail: bool) -> None:
    """Exit 2 when something must be mended before a run can work; a trial exits 1 when something does not hold."""
    if blank:
        from automations.app.probe import probe

        sys.exit(0 if probe(folder, blank, language or LANGUAGE, click.echo) else 1)
    from automations.app.doctor import examine

    lines, healthy = examine(folder, now, language or LANGUAGE, mail=mail)
    for line in lines:
        click.echo(line)
    sys.exit(0 if healthy else 2)


def main() -> None:
    """Run the command line; every failure becomes one calm line and an exit code, never a traceback."""
    from automations.core.errors import DaichoError

    gc.disable()  # a command is short, and looking for garbage while everything is imported and read costs a tenth of it
    _utf8_streams()
    _share_catalogue()
    try:
        cli.main(standalone_mode=True)
    except DaichoError as error:
        from automations.app.show import error_text

        click.echo(error_text(error, LANGUAGE), err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:  # noqa: BLE001 - the one place that turns our own bugs into a calm line
        _report_bug(error)
        sys.exit(4)


def _known(names: tuple[str, ...], folder: Path) -> tuple[str, ...]:
    """Return the automations asked for, all of them when none is named."""
    from automations.app.own_automations import own_names
    from automations.core.text import nearest

    known = (*AUTOMATIONS, *own_names(folder))
    wanted = tuple(name.replace("-", "_") for name in names)
    for name in wanted:
        if name not in known:
            close = nearest(name, known)
            hint = (
                msg("Did you mean '{close}'?", close=close) if close else msg("Names: {names}.", names=known)
            )
            text = msg("There is no automation '{name}'. {hint}", name=name, hint=hint).text(LANGUAGE)
            raise click.UsageError(text)
    return wanted or AUTOMATIONS


@contextmanager
def _progress(language: str | None) -> Iterator[Callable[[Message], None] | None]:
    """Show on a terminal how far a run has come; nothing elsewhere (click's own progress bar)."""
    if not sys.stderr.isatty():
        yield None
        return
    spoken = language or LANGUAGE
    with click.progressbar(
        length=RUN_STEPS, file=sys.stderr, show_eta=False, item_show_func=lambda step: step or ""
    ) as bar:

        def tell(message: Message) -> None:
            if bar.pos < RUN_STEPS:
                bar.update(1, message.text(spoken))

        yield tell


def _say(message: Message, language: str) -> None:
    click.echo(message.text(language))


def _utf8_streams() -> None:
    """Print Japanese everywhere, also where the terminal's own encoding is narrower (Windows, cron)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _share_catalogue() -> None:
    """Let click say its own words, such as "Usage:", in the same language from the same catalogue."""
    gettext.bindtextdomain("daicho", str(LOCALE_DIR))
    gettext.textdomain("daicho")
    os.environ["LANGUAGE"] = LANGUAGE


def _report_bug(error: Exception) -> None:
    """Keep the traceback in a file for the developers and tell the user one calm sentence."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile(
        "w", prefix="daicho-bug-", suffix=".log", delete=False, encoding="utf-8"
    ) as file:
        # Frames and the error's kind only: messages and values may hold customers' data.
        file.write("".join(traceback.format_tb(error.__traceback__)))
        file.write(f"{type(error).__name__}\n")
    text = msg("This is a mistake in Daicho itself, not in your sheet. Nothing half done is left behind; "
               "running again is safe. Details for the developers: {file}", file=file.name)  # fmt: skip
    click.echo(text.text(LANGUAGE), err=True)
