"""The columns a hold rule of the shop's own may ask for, under every name people give them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from automations.core.holds.conditions import Field, Scope
from automations.core.messages import Label
from automations.core.schema import Column, Schema, Tab
from automations.core.text import normal_header

# In this order a name that several tabs have is looked for.
_SCOPES: Mapping[str, Scope] = {
    "orders": "order",
    "order_lines": "line",
    "customers": "customer",
    "products": "product",
}
# What people call the receiver's columns for short: where the parcel goes, not where the customer lives.
_RECEIVER = ("name", "company", "postcode", "prefecture", "address", "building", "phone")
_SHORT = {
    "postcode": ("郵便番号", "postcode"),
    "prefecture": ("都道府県", "prefecture"),
    "address": ("住所", "address"),
    "building": ("建物", "building"),
}
# What Daicho works out from the holds themselves: a rule on it would chase its own tail.
_NEVER = frozenset({"status"})
_OWNERS = re.compile(r"(届け先|注文者)(?!の)")


@dataclass(frozen=True)
class AskedColumns:
    """Columns by every spelling (normalised), and the columns that may not be asked for.

    Attributes:
        known: Spelling -> column; the first tab that has it wins.
        refused: Spelling -> label of a column that Daicho fills in itself.
        written: Every spelling as people write it, for finding it in a text.
        labels: The labels alone, for proposals.
    """

    known: Mapping[str, Field]
    refused: Mapping[str, Label]
    written: tuple[str, ...]
    labels: tuple[str, ...]

    @classmethod
    def of(cls, schema: Schema) -> AskedColumns:
        """Return the columns of orders, order lines, customers and products."""
        known: dict[str, Field] = {}
        refused: dict[str, Label] = {}
        written: dict[str, None] = {}
        for tab_id, scope in _SCOPES.items():
            tab = schema[tab_id]
            for column in tab.columns.values():
                if column.hidden or column.large or column.owner == "robot" or column.id in _NEVER:
                    for text in (column.id, column.label.ja, column.label.en):
                        refused.setdefault(normal_header(text), column.label)
                    continue
                for text, field in _spellings(tab, column, scope, known):
                    known.setdefault(normal_header(text), field)
                    written.setdefault(unicodedata.normalize("NFKC", text))
        refused = {text: label for text, label in refused.items() if text not in known}
        labels = {text: None for field in known.values() for text in (field.name.ja, field.name.en)}
        return cls(known, refused, tuple(written), tuple(labels))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Match a name at the start of a text, the longest first; blanks inside it may be left out."""
        names = sorted(self.written, key=lambda name: (-len(name), name))
        return re.compile("|".join(map(_as_pattern, names)), re.IGNORECASE)


def _as_pattern(name: str) -> str:
    pattern = r"\s*".join(re.escape(word) for word in name.split())
    return rf"{pattern}(?![0-9a-z_])" if name[-1].isascii() and name[-1].isalnum() else pattern


def _spellings(
    tab: Tab, column: Column, scope: Scope, known: Mapping[str, Field]
) -> Iterator[tuple[str, Field]]:
    """Yield every name of a column with the column; short names of the receiver's columns come with orders."""
    part = column.id.removeprefix("ship_")
    if column.id.startswith("ship_") and part in _RECEIVER:
        scope = "receiver"
    label = column.label
    taken = normal_header(label.ja) in known or normal_header(label.en) in known
    qualified = Label(f"{tab.label.ja}の{label.ja}", f"{tab.label.en}.{label.en}")
    field = Field(tab.id, column, scope, qualified if taken else label)
    plain = (column.id, label.ja, label.en, *column.aliases)
    for text in (*plain, qualified.ja, qualified.en, f"{tab.id}.{column.id}", f"{tab.label.ja}.{label.ja}"):
        yield text, field
        if _OWNERS.match(text):
            yield _OWNERS.sub(r"\1の", text, count=1), field
    if scope == "receiver" and tab.id == "orders":
        for text in _SHORT.get(part, ()):
            yield text, field
