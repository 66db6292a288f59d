"""`daicho mail check`: every template read as a careful person would, on samples and on the ledger's own orders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from automations.app.checking import Checked
from automations.app.configuration import Configuration
from automations.app.runner import open_shop, read_ledger
from automations.app.services import composer_of
from automations.core.declare import Problems
from automations.core.ledger import Ledger, Row
from automations.core.mails.due import due_on
from automations.core.mails.kinds import MailKind
from automations.core.mails.occasions import CannotCompose, Occasions
from automations.core.messages import LANGUAGES, msg
from automations.core.plan import Finding
from automations.core.records import dataclass
from automations.mail.checks import check_templates
from automations.mail.compose import Composer, template_name
from automations.mail.proofread import Remark, proofread
from automations.mail.sample import SHOP, occasions

# So many of the newest orders are put into words; the older ones went long ago.
_NEWEST = 300


@dataclass(frozen=True)
class _Written:
    """One mail put into words: of an order, or of a sample where ``order`` is None."""

    mail: MailKind
    language: str
    subject: str
    text: str
    order: Row | None = None


def check_mails(folder: Path, now: datetime | None, language: str | None) -> Checked:
    """Return what is wrong with the mails of a shop; each slip once for every template, with file and line.

    Raises:
        SetupError: YAML files are wrong; all problems at once.
    """
    shop = open_shop(folder, language)
    configuration = shop.configuration
    snapshot, ledger = read_ledger(shop, now)
    own = {tab: tuple(sheet.unknown) for tab, sheet in snapshot.sheets.items()}
    problems = Problems()
    check_templates(
        configuration.mails, configuration.template_folders, configuration.schema, problems, own_columns=own
    )
    found = [
        Finding(problem.code, "", problem.where, "", "", problem.why, problem.fix)
        for problem in problems.found
    ]
    broken = tuple(problem.where for problem in problems.found)
    found += _of_samples(configuration, own, broken)
    found += _of_orders(configuration, ledger, broken)
    return Checked(
        ledger,
        tuple(
            {(finding.code, finding.tab, finding.key, finding.column): finding for finding in found}.values()
        ),
    )


def _of_samples(
    configuration: Configuration, own: Mapping[str, Sequence[str]], broken: Sequence[str]
) -> Iterator[Finding]:
    for language in LANGUAGES:
        compose = Composer(configuration.template_folders, language, SHOP, configuration.currency)
        for mail in configuration.mails.values():
            if _is_broken(mail, language, broken):
                continue
            for occasion in occasions(mail, configuration.schema, own):
                made = compose(occasion)
                if not isinstance(made, CannotCompose):
                    yield from _remarks(_Written(mail, language, made.subject, made.text), configuration)


def _of_orders(configuration: Configuration, ledger: Ledger, broken: Sequence[str]) -> Iterator[Finding]:
    """Yield what is wrong with the mails that orders have had or will have, whether they are due today or not."""
    compose = composer_of(configuration)
    gathered = Occasions(ledger, configuration)
    kinds = [
        mail for mail in configuration.mails.values() if not _is_broken(mail, configuration.language, broken)
    ]
    for order in ledger["orders"].rows[-_NEWEST:]:
        matter = gathered.matter(order)
        for mail in kinds:
            for shipment in matter.parcels if mail.per == "shipment" else (None,):
                if mail.is_late or due_on(mail, matter, shipment) is None:
                    continue
                made = compose(gathered.of(mail, order, shipment))
                if isinstance(made, CannotCompose):
                    yield _incomplete(mail, order, made)
                else:
                    written = _Written(mail, configuration.language, made.subject, made.text, order)
                    yield from _remarks(written, configuration)


def _is_broken(mail: MailKind, language: str, broken: Sequence[str]) -> bool:
    place = f"mail_templates/{language}/{template_name(mail.id)}"
    return any(where == place or where.startswith(f"{place}:") for where in broken)


def _incomplete(mail: MailKind, order: Row, cannot: CannotCompose) -> Finding:
    why = msg(
        "{mail}: {variable} in the template {template} cannot be filled in. {why}",
        mail=mail.label,
        variable=cannot.variable,
        template=cannot.template,
        why=cannot.why,
    )
    fix = msg("Fill in that value, or change the template in mail_templates so that it does not need it.")
    tab, _, column = cannot.variable.partition(".")
    return order.finding("mail-incomplete", column if tab == "order" else "", why, fix)


def _remarks(written: _Written, configuration: Configuration) -> Iterator[Finding]:
    links = [configuration.shop.url, SHOP.url, "https://parcels.example.com/"]
    links += [carrier.tracking.url.partition("{number}")[0] for carrier in configuration.carriers.values()]
    allowed = frozenset(link for link in links if link)
    for remark in proofread(written.mail, written.subject, written.text, allowed):
        place = _place(written, remark, configuration.template_folders)
        yield Finding(remark.code, "", place, "", _order(written), remark.why, remark.fix, level=remark.level)


def _order(written: _Written) -> str:
    return written.order.key if written.order else ""


def _place(written: _Written, remark: Remark, folders: Sequence[Path]) -> str:
    """Return the template, with the line where the words stand; what comes from a value has no line."""
    name = f"{written.language}/{template_name(written.mail.id)}"
    source = next((path for folder in folders if (path := folder / name).is_file()), None)
    lines = source.read_text(encoding="utf-8").splitlines() if source else []
    number = next((number for number, line in enumerate(lines, 1) if remark.found in line), 0)
    return f"mail_templates/{name}:{number}" if number else f"mail_templates/{name}"
