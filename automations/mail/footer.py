"""What the law asks of an advertising mail, and whether a template shows it (safety L2, L7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

# Sender, postal address, contact for complaints, how to refuse: as the templates call them.
FOOTER = ("sender.name", "sender.address", "sender.contact", "sender.refusal")


def lacking_in(environment: ImmutableSandboxedEnvironment, name: str) -> tuple[str, ...]:
    """Return what the template ``name``, with all that it includes, does not show; everything where a part is broken."""
    from jinja2 import TemplateError  # noqa: PLC0415 - the template engine loads slowly

    from automations.mail.environment import used_names  # noqa: PLC0415 - as above

    try:
        shown = used_names(environment, name)
    except TemplateError:
        return FOOTER
    return tuple(field for field in FOOTER if field not in shown)
