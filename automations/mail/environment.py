"""The sandbox in which mail templates are rendered, and what can go wrong in it."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError, TemplateError, UndefinedError
from jinja2.runtime import Context, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from automations.core import money
from automations.core.errors import Problem, SetupError
from automations.core.messages import Message, msg
from automations.core.text import postcode_written
from automations.mail.seen import Blank, Choice, Seen, View
from automations.mail.template_causes import cause_of_syntax, forbidden_name
from automations.mail.wording import full_day, full_moment, price

# What counts up to any number, or makes a text as long as it is told to.
_COUNTING = ("range", "lipsum", "cycler", "joiner", "namespace", "dict")
_FILLING = ("center", "format", "indent", "wordwrap", "batch", "slice", "pprint", "xmlattr", "urlize")


class NotRendered(Exception):
    """A template could not be filled in: ``variable`` is unknown or empty, or ``why`` says what else."""

    def __init__(self, variable: str, why: Message, line: int = 0) -> None:
        self.variable = variable
        self.why = why
        self.line = line
        super().__init__(variable)


class Unknown(StrictUndefined):
    """A name no template value has; using it in any way fails, naming it as the template does."""

    @property
    def _undefined_message(self) -> str:
        owner = self._undefined_obj
        return f"{owner}.{self._undefined_name}" if isinstance(owner, View) else str(self._undefined_name)


class _Sandbox(ImmutableSandboxedEnvironment):
    """The sandbox without sums: one line of them could fill the machine. A template shows values."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        """Refuse to multiply."""
        del context, left, right
        raise SecurityError(f"'{operator}'")

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Return whether a template may see this; of a view, all that is not private, without looking any further."""
        if isinstance(obj, View):
            return not attr.startswith("_")
        return super().is_safe_attribute(obj, attr, value)


def environment_of(folders: Sequence[Path], language: str, currency: str) -> ImmutableSandboxedEnvironment:
    """Return the sandbox for the templates of one language; earlier folders win over later ones."""
    environment = _Sandbox(
        loader=FileSystemLoader([folder / language for folder in folders]),
        undefined=Unknown,
        finalize=_filled,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= _filters(language, currency)
    for name in _COUNTING:
        environment.globals.pop(name, None)
    for name in _FILLING:
        environment.filters.pop(name, None)
    return environment


def render(environment: ImmutableSandboxedEnvironment, name: str, context: Mapping[str, Seen]) -> str:
    """Return the template ``name`` filled in.

    Raises:
        NotRendered: A value is unknown, empty or of the wrong kind.
        SetupError: The template is not there, cannot be read as a template, or reaches for what it must not.
    """
    try:
        return environment.get_template(name).render(context)
    except TemplateNotFound as error:
        raise SetupError([_not_found(str(error.name))]) from error
    except TemplateSyntaxError as error:
        raise SetupError([_not_a_template(error)]) from error
    except SecurityError as error:
        raise SetupError([_forbidden(name, error)]) from error
    except UndefinedError as error:
        raise NotRendered(str(error.message), msg("There is no such value."), _line_of(error)) from error
    except NotRendered as error:
        raise NotRendered(error.variable, error.why, _line_of(error)) from error
    except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
        raise NotRendered("?", msg("A filter or a sum does not fit the value."), _line_of(error)) from error


def used_names(environment: ImmutableSandboxedEnvironment, name: str) -> set[str]:
    """Return the dotted names a template and what it includes use: ``order.total``, ``sender.refusal``."""
    found: set[str] = set()
    waiting, seen = [name], set[str]()
    while waiting:
        current = waiting.pop()
        if current in seen or environment.loader is None:
            continue
        seen.add(current)
        tree = environment.parse(environment.loader.get_source(environment, current)[0])
        uses = tree.find_all(nodes.Getattr)
        found |= {f"{use.node.name}.{use.attr}" for use in uses if isinstance(use.node, nodes.Name)}
        included = (part.template for part in tree.find_all(nodes.Include))
        waiting += [part.value for part in included if isinstance(part, nodes.Const)]
    return found


def _filters(language: str, currency: str) -> dict[str, Callable[[Seen], Seen]]:
    def of_filled(write: Callable[[Seen], Seen]) -> Callable[[Seen], Seen]:
        return lambda value: value if isinstance(value, (Blank, Undefined)) else write(value)

    return {
        "money": of_filled(lambda value: money.written(_amount(value), currency)),
        "price": of_filled(lambda value: price(_amount(value), currency, language)),
        "day": of_filled(lambda value: full_day(_day(value), language)),
        "moment": of_filled(lambda value: full_moment(_moment(value), language)),
        "postcode": of_filled(lambda value: postcode_written(str(value))),
        "label": of_filled(lambda value: value.label.text(language) if isinstance(value, Choice) else value),
    }


def _filled(value: object) -> object:
    """Let nothing empty be written into a mail (safety M6)."""
    if isinstance(value, Blank):
        raise NotRendered(value.path, msg("It is empty."))
    if value is None or value == "":
        raise NotRendered("?", msg("A value is empty."))
    return value


def _amount(value: Seen) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise NotRendered(str(value), msg("It is not an amount."))


def _day(value: Seen) -> date:
    if isinstance(value, date):
        return value
    raise NotRendered(str(value), msg("It is not a day."))


def _moment(value: Seen) -> datetime:
    if isinstance(value, datetime):
        return value
    raise NotRendered(str(value), msg("It is not a day with a time."))


def _line_of(error: BaseException) -> int:
    """Return the line of the template in which it failed, 0 when unknown."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename.endswith(".j2")]
    return (lines[-1] or 0) if lines else 0


def _not_found(name: str) -> Problem:
    return Problem(
        "template-missing",
        f"mail_templates: {name}",
        msg("There is no template {name}.", name=name),
        msg("Make the file {name} in mail_templates, in the folder of the language.", name=name),
    )


def _not_a_template(error: TemplateSyntaxError) -> Problem:
    return Problem(
        "template-broken",
        f"mail_templates: {error.name or error.filename}:{error.lineno}",
        msg("This line cannot be read as a template: {reason}.", reason=cause_of_syntax(error.message or "")),
        msg(
            "Compare it with the bundled file of the same name: each {{{{ needs its }}}}, each if its endif."
        ),
    )


def _forbidden(name: str, error: SecurityError) -> Problem:
    return Problem(
        "template-forbidden",
        f"mail_templates: {name}",
        msg(
            "A template may only show values, and '{name}' is none.", name=forbidden_name(str(error.message))
        ),
        msg("Use the values that mail_templates/README.md names."),
    )
