"""Checks every mail template before a row is read: it is there, it can be filled in, it keeps to its class."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from automations.core.declare import Problems
from automations.core.errors import SetupError
from automations.core.mails.kinds import MailKind
from automations.core.mails.occasions import CannotCompose
from automations.core.messages import LANGUAGES, msg
from automations.core.schema import Schema
from automations.mail.compose import parted, template_name
from automations.mail.footer import lacking_in
from automations.mail.sample import SHOP, occasions
from automations.mail.views import context_of

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
_NONE: Mapping[str, Collection[str]] = MappingProxyType({})


def check_templates(
    mails: Mapping[str, MailKind],
    folders: Sequence[Path],
    schema: Schema,
    problems: Problems,
    languages: Sequence[str] = LANGUAGES,
    own_columns: Mapping[str, Collection[str]] = _NONE,
) -> None:
    """Note templates that are missing, broken, use unknown values, or say what their class may not say.

    Args:
        mails: The entries of mails.yaml.
        folders: As for ``Composer``: the shop's own folder before the bundled one.
        schema: The ledger's tabs; their columns may be used.
        problems: Where problems go, naming file and line.
        languages: Every one of these must have every template.
        own_columns: Headers in the sheet that the schema does not know, by tab; they may be used, too.
    """
    from automations.mail.environment import environment_of  # noqa: PLC0415 - the template engine loads slowly

    for language in languages:
        environment = environment_of(folders, language, "JPY")
        for mail in mails.values():
            before = len(problems.found)
            texts = list(_tried(mail, environment, language, schema, own_columns, problems))
            if len(problems.found) == before:
                _check_class(mail, environment, language, texts, problems)


def _tried(
    mail: MailKind,
    environment: ImmutableSandboxedEnvironment,
    language: str,
    schema: Schema,
    own_columns: Mapping[str, Collection[str]],
    problems: Problems,
) -> Iterator[str]:
    """Fill the template in for every kind of order; stop at the first problem."""
    from automations.mail.environment import NotRendered, render  # noqa: PLC0415 - as above

    name = template_name(mail.id)
    where = f"mail_templates/{language}/{name}"
    for occasion in occasions(mail, schema, own_columns):
        try:
            written = render(environment, name, context_of(occasion, SHOP, language))
        except SetupError as error:
            for problem in error.problems:
                place = f"mail_templates/{language}/{problem.where.removeprefix('mail_templates: ')}"
                problems.add(problem.code, place, problem.why, problem.fix)
            return
        except NotRendered as error:
            place = f"{where}:{error.line}" if error.line else where
            why = msg("{variable} cannot be filled in. {why}", variable=error.variable, why=error.why)
            fix = msg("Use a value that mail_templates/README.md names, or put it into {{% if %}}.")
            problems.add("template-value", place, why, fix)
            return
        composed = parted(name, written)
        if isinstance(composed, CannotCompose):
            problems.add("template-form", where, composed.why, msg("Write it as the bundled templates do."))
            return
        yield composed.text


def _check_class(
    mail: MailKind,
    environment: ImmutableSandboxedEnvironment,
    language: str,
    texts: Sequence[str],
    problems: Problems,
) -> None:
    name = template_name(mail.id)
    where = f"mail_templates/{language}/{name}"
    if mail.mail_class == "service" and any(_LINK.search(text) for text in texts):
        problems.add(
            "mail-has-link",
            where,
            msg("A follow-up with a link to a page counts as advertising."),
            msg("Take the link out, or write 'mail_class: advertising' in mails.yaml and add the footer."),
        )
    if mail.mail_class == "advertising":
        lacking = lacking_in(environment, name)
        if lacking:
            problems.add(
                "mail-footer-missing",
                where,
                msg(
                    "By law an advertising mail shows its sender and how to refuse; missing: {names}.",
                    names=lacking,
                ),
                msg('Add at its end: {{% include "_advertising_footer.txt.j2" %}}'),
            )
