"""`daicho check`: every finding of the rows, the 設定 tab and the mail templates; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from automations.app.runner import Shop, open_shop, planned, read_ledger
from automations.core.declare import Problems
from automations.core.errors import SetupError
from automations.core.ledger import Ledger
from automations.core.plan import Finding
from automations.mail.checks import check_templates


@dataclass(frozen=True)
class Checked:
    """The findings, and the ledger they speak of."""

    ledger: Ledger
    findings: tuple[Finding, ...]


def check_shop(folder: Path, now: datetime | None, language: str | None) -> Checked:
    """Return every finding in the ledger.

    Raises:
        SetupError: YAML files or templates are wrong; all problems at once.
    """
    shop = open_shop(folder, language)
    require_templates(shop)
    _, ledger = read_ledger(shop, now)
    return Checked(ledger, planned(shop, ledger, ("check_rows",)).findings)


def require_templates(shop: Shop) -> None:
    """Try every mail template of the shop.

    Raises:
        SetupError: Templates are missing or cannot be filled in; all problems at once.
    """
    configuration = shop.configuration
    problems = Problems()
    check_templates(configuration.mails, configuration.template_folders, configuration.schema, problems)
    if problems.found:
        raise SetupError(problems.found)
