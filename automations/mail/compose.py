"""Composes mails from the templates in mail_templates: subject and plain text, ready to be frozen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from automations.core.errors import SetupError
from automations.core.mails.occasions import CannotCompose, Composed, Occasion
from automations.core.messages import Message, msg
from automations.core.shop import Shop
from automations.mail.footer import lacking_in
from automations.mail.wording import fold

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

# A cell holds 32,767 characters; a mail that long is a mistake in the template anyway.
LONGEST_TEXT = 30_000
_SUBJECT = re.compile(r"Subject:[ \t]*(?P<subject>[^\n]+)\n[ \t]*\n(?P<text>.*)", re.DOTALL)


class Composer:
    """Composes the mails of one shop in its language; satisfies ``core.mails.Compose``.

    Args:
        folders: Template folders with one folder per language inside; the shop's own before the bundled.
        language: ``ja`` or ``en``.
        shop: The sender, ``shop`` in the templates.
        currency: ISO code of all amounts.
    """

    def __init__(self, folders: Sequence[Path], language: str, shop: Shop, currency: str = "JPY") -> None:
        self._folders = tuple(folders)
        self._language = language
        self._shop = shop
        self._currency = currency
        self._footers: dict[str, tuple[str, ...]] = {}

    def __call__(self, occasion: Occasion) -> Composed | CannotCompose:
        """Return the mail, or which value of its template is unknown or empty (safety M6).

        A template that is missing, broken, or of an advertising mail without what the law asks keeps back its own
        mails only; then there is no ``variable``, and ``template`` names file and line.
        """
        from automations.mail.environment import NotRendered, render  # noqa: PLC0415 - only runs with mails need it
        from automations.mail.views import context_of  # noqa: PLC0415 - as above

        name = template_name(occasion.mail.id)
        try:
            written = render(self._environment, name, context_of(occasion, self._shop, self._language))
        except NotRendered as error:
            return CannotCompose(name, error.variable, error.why)
        except SetupError as error:
            first = error.problems[0]
            place = first.where.removeprefix("mail_templates: ")
            return CannotCompose(self._place(place), "", first.why)
        if occasion.mail.mail_class == "advertising" and (lacking := self._lacking(name)):
            return CannotCompose(self._place(name), "", _no_footer(lacking))
        return parted(name, written)

    def _place(self, name: str) -> str:
        return f"mail_templates/{self._language}/{name}"

    def _lacking(self, name: str) -> tuple[str, ...]:
        """Return what the law asks of an advertising mail and the template does not show; looked up once."""
        if name not in self._footers:
            self._footers[name] = lacking_in(self._environment, name)
        return self._footers[name]

    @cached_property
    def _environment(self) -> ImmutableSandboxedEnvironment:
        from automations.mail.environment import environment_of  # noqa: PLC0415 - as above

        return environment_of(self._folders, self._language, self._currency)


def _no_footer(lacking: tuple[str, ...]) -> Message:
    return msg(
        "By law an advertising mail shows its sender and how to refuse; missing: {names}.", names=lacking
    )


def template_name(mail: str) -> str:
    """Return the file name of a mail's template."""
    return f"{mail}.txt.j2"


def parted(name: str, written: str) -> Composed | CannotCompose:
    """Return subject and text of a template filled in: at most one empty line, no line too long."""
    found = _SUBJECT.fullmatch(written.lstrip("\n"))
    if not found:
        return CannotCompose(name, "Subject", msg("A mail begins with 'Subject: …' and an empty line."))
    text = re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t　]+\n", "\n", found["text"])).strip("\n")
    if not text or len(text) > LONGEST_TEXT:
        return CannotCompose(
            name, "text", msg("The text of a mail has 1 to {most} characters.", most=LONGEST_TEXT)
        )
    return Composed(" ".join(found["subject"].split()), fold(text) + "\n")
