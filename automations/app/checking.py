"""`daicho check`: every finding of the rows, the 設定 tab and the mail templates; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from automations.app.runner import open_shop, planned, read_ledger
from automations.core.errors import SetupError
from automations.core.ledger import Ledger
from automations.core.plan import Finding
from automations.mail.compose import check_templates


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
    configuration = shop.configuration
    problems = check_templates(
        configuration.template_folders, configuration.mails, configuration.language, configuration.shop
    )
    if problems:
        raise SetupError(problems)
    _, ledger = read_ledger(shop, now)
    return Checked(ledger, planned(shop, ledger, ("check_rows",)).findings)
