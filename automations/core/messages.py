"""Sentences for people: kept as values, put into words in the reader's language at the edge."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = ("ja", "en")
LOCALE_DIR = Path(__file__).parent.parent / "locale"

_COMMA: Mapping[str, str] = MappingProxyType({"ja": "、", "en": ", "})
_WEEKDAYS_JA = "月火水木金土日"


@dataclass(frozen=True, slots=True)
class Label:
    """A name in both languages, as written in the YAML files."""

    ja: str
    en: str

    def text(self, language: str) -> str:
        """Return the name in ``language`` (``ja`` or ``en``)."""
        return self.ja if language == "ja" else self.en


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence with its values; ``template`` is the English text and the translation key."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)

    def text(self, language: str) -> str:
        """Return the sentence in ``language``; values that are labels or messages follow suit."""
        template = _translation(language).gettext(self.template)
        return template.format(**{name: spoken(value, language) for name, value in self.values.items()})

    def __str__(self) -> str:
        return self.text("en")


def msg(template: str, /, **values: object) -> Message:
    """Make a sentence. ``template`` is a literal with ``{name}`` places, so that it can be collected."""
    return Message(template, values)


def spoken(value: object, language: str) -> str:
    """Return any value as people write it: labels translated, lists joined, dates with weekday."""
    match value:
        case Message() | Label():
            return value.text(language)
        case tuple() | list():
            return _COMMA[language].join(spoken(part, language) for part in value)
        case datetime():
            return f"{spoken(value.date(), language)} {value:%H:%M}"
        case date():
            return spoken_day(value, language)
        case None:
            return ""
        case _:
            return str(value)


def spoken_day(day: date, language: str) -> str:
    """Return a day as written in a mail: ``11月24日(火)`` or ``Tue 24 Nov``."""
    if language == "ja":
        return f"{day.month}月{day.day}日({_WEEKDAYS_JA[day.weekday()]})"
    return f"{day:%a} {day.day} {day:%b}"


@cache
def _translation(language: str) -> gettext.NullTranslations:
    return gettext.translation("daicho", LOCALE_DIR, [language], fallback=True)
