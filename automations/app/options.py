"""What every command shares: the language it speaks, and the options --shop, --now and --lang."""

from __future__ import annotations

import locale
import os
import re
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from automations.core.messages import LANGUAGES, msg

F = TypeVar("F", bound=Callable[..., Any])


def interface_language(arguments: Sequence[str]) -> str:
    """Return the language of help and refusals: --lang, DAICHO_LANG, the shop's own, else the locale's."""
    named = _option(arguments, "--lang") or os.environ.get("DAICHO_LANG")
    if named:
        return named if named in LANGUAGES else "en"
    own = language_of(Path(_option(arguments, "--shop") or os.environ.get("DAICHO_SHOP") or "."))
    if own:
        return own
    wanted = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES")
    wanted = wanted or os.environ.get("LANG") or locale.getlocale()[0] or ""
    return "ja" if wanted.lower().startswith("ja") else "en"


def _option(arguments: Sequence[str], name: str) -> str:
    """Return what an option is given, before anything is parsed; ``""`` without it."""
    for place, argument in enumerate(arguments):
        if argument == name and place + 1 < len(arguments):
            return arguments[place + 1]
        if argument.startswith(f"{name}="):
            return argument.removeprefix(f"{name}=")
    return ""


# How far into the settings the line of the language is looked for, in characters.
_LOOKED_AT = 100_000


def language_of(folder: Path) -> str:
    """Return the ``language:`` line of a shop's settings, ``""`` where none can be read."""
    try:
        with (folder / "shop.yaml").open(encoding="utf-8") as file:
            text = file.read(_LOOKED_AT)
    except (OSError, UnicodeDecodeError):
        return ""
    line = re.search(rf"^language:\s*['\"]?({'|'.join(LANGUAGES)})\b", text, re.MULTILINE)
    return line[1] if line else ""


LANGUAGE = interface_language(sys.argv[1:])


def _(template: str) -> str:
    return msg(template).text(LANGUAGE)


def common(command: F) -> F:
    """Add the options every command on a shop has."""
    options = (
        click.option("--shop", "folder", type=click.Path(path_type=Path), default=Path(), envvar="DAICHO_SHOP",
                     help=_("The shop's folder (default: here).")),
        click.option("--now", type=Moment(), envvar="DAICHO_NOW",
                     help=_("Act as if it were this moment, for example 2026-11-24T10:00.")),
        language_option,
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


class Moment(click.ParamType[datetime]):
    """A moment such as ``2026-11-24T10:00``; a day alone means 09:00."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:  # noqa: ANN401
        """Return the moment; click reports one that cannot be read."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(_("Write the moment like 2026-11-24T10:00."), param, ctx)
        return moment.replace(hour=9) if len(value) == len("2026-11-24") else moment


language_option = click.option(
    "--lang", "language", type=click.Choice(LANGUAGES), envvar="DAICHO_LANG", help=_("Japanese or English.")
)
