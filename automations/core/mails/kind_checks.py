"""What the entries of mails.yaml must fulfil beyond their form; told at start-up, before any row is read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from automations.core.declare import Problems, unknown_name
from automations.core.mails.kinds import MailKind, Per, StopRule, Trigger
from automations.core.messages import msg
from automations.core.schema import Schema

# What nobody may leave out of a mail that is not about the contract itself (practice 5, safety L1).
ALWAYS_STOPS: tuple[StopRule, ...] = ("cancelled", "returned", "on_hold", "trouble", "refused")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LONGEST = 366
# What a mail may be about; with any other trigger it is the order.
_PER: Mapping[Trigger, tuple[Per, ...]] = {
    "shipped": ("order", "shipment"),
    "arrived": ("order", "shipment"),
    "held": ("hold",),
    "absent": ("customer",),
}


def check_mails(mails: Mapping[str, MailKind], schema: Schema, problems: Problems) -> None:
    """Note mails that could never be due, repeat without end, or leave out a stop rule they must have."""
    for mail in mails.values():
        where = f"sheets_schema/mails.yaml: {mail.id}"
        if not _NAME.fullmatch(mail.id):
            problems.add(
                "mail-name",
                where,
                msg("The name of a mail is also a file name."),
                msg("Use small letters, digits and _ only, for example thank_you."),
            )
        _check_days(mail, where, problems)
        _check_per(mail, where, problems)
        for other in mail.covered_by:
            if other not in mails:
                unknown_name("value", other, tuple(mails), f"{where}.covered_by", problems)
        if mail.only_with and mail.only_with not in schema["products"].columns:
            known = tuple(schema["products"].columns)
            unknown_name("column", mail.only_with, known, f"{where}.only_with", problems)
        if not mail.is_transactional:
            _check_restraint(mail, where, problems)


def _check_days(mail: MailKind, where: str, problems: Problems) -> None:
    by_kind = {f"wait_days_by_kind.{kind}": days for kind, days in mail.wait_days_by_kind.items()}
    least = {"wait_days": mail.wait_days, "max_age_days": mail.max_age_days, **by_kind}
    for key, days in least.items():
        if not 0 <= days <= _LONGEST:
            problems.add(
                "mail-days",
                f"{where}.{key}",
                msg("{days} is not a number of days that can be waited for.", days=days),
                msg("Write 0 to 366."),
            )


def _check_per(mail: MailKind, where: str, problems: Problems) -> None:
    fitting = _PER.get(mail.trigger, ("order",))
    if mail.per not in fitting:
        problems.add(
            "mail-per",
            f"{where}.per",
            msg(
                "What the trigger {trigger} waits for happens once per {fitting}.",
                trigger=mail.trigger,
                fitting=fitting,
            ),
            msg("Write 'per: {fitting}', or another trigger.", fitting=fitting[0]),
        )


def _check_restraint(mail: MailKind, where: str, problems: Problems) -> None:
    left_out = tuple(rule for rule in ALWAYS_STOPS if rule not in mail.not_when)
    if left_out:
        problems.add(
            "mail-stop-missing",
            f"{where}.not_when",
            msg("A mail that is not about the contract itself must stop for: {rules}.", rules=left_out),
            msg("Add them to not_when, or write 'mail_class: transactional' if it only concerns the order."),
        )
    if not 0 < mail.quiet_days <= mail.max_age_days:
        problems.add(
            "mail-quiet",
            f"{where}.quiet_days",
            msg("Such mails keep a distance to each other, and it must be shorter than max_age_days."),
            msg("Write quiet_days: 3."),
        )
