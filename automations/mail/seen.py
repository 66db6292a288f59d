"""Values as templates see them: plain and cleaned; an empty one is false, and an error where it is to be shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Self, TypeAlias

from automations.core.ledger import Row
from automations.core.messages import Label
from automations.core.schema import Column, Tab
from automations.core.values import Value

# Line ends would break the form of a mail, direction marks would turn its text round.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]+")


class Blank(str):
    """A known value that is empty: false in ``{% if %}``, an error in ``{{ }}``; ``path`` names it."""

    __slots__ = ("path",)
    path: str

    def __new__(cls, path: str) -> Self:
        """Make the empty value of ``path``, for example ``order.buyer_building``."""
        blank = super().__new__(cls)
        blank.path = path
        return blank


class Choice(str):
    """The id of one of a column's values, with the name people see for the filter ``label``."""

    __slots__ = ("label",)
    label: Label

    def __new__(cls, chosen: str, label: Label) -> Self:
        """Make the id ``chosen`` with its label."""
        choice = super().__new__(cls, chosen)
        choice.label = label
        return choice


Seen: TypeAlias = "Value | View | list[View] | list[str]"


class View:
    """Read-only values by name; an empty one is a ``Blank``, one nobody declared is not there."""

    __slots__ = ("_known", "_name", "_values")

    def __init__(self, name: str, values: Mapping[str, Seen], known: Iterable[str] = ()) -> None:
        self._name = name
        self._values = {key: value for key, value in values.items() if value not in (None, "")}
        self._known = frozenset(known) | values.keys()

    def __getattr__(self, name: str) -> Seen:
        if name in self._values:
            return self._values[name]
        if name in self._known:
            return Blank(f"{self._name}.{name}")
        raise AttributeError(name)

    def __getitem__(self, name: str) -> Seen:
        try:
            return self.__getattr__(name)
        except AttributeError:
            raise KeyError(name) from None

    def __str__(self) -> str:
        return self._name


def clean(text: str) -> str:
    """Return text from a cell as one line without unseen characters."""
    return _UNSEEN.sub(" ", text).strip()


def row_view(name: str, row: Row, tab: Tab, more: Mapping[str, Seen] | None = None) -> View:
    """Return a row under its column names; columns the schema does not know are there where filled in."""
    values: dict[str, Seen] = {key: _seen(tab.columns.get(key), value) for key, value in row.cells.items()}
    return View(name, {**values, **(more or {})}, tab.columns)


def _seen(column: Column | None, value: Value) -> Value:
    if not isinstance(value, str):
        return value
    choice = column.choices.get(value) if column else None
    return Choice(value, choice.label) if choice else clean(value)
