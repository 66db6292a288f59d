"""Columns of the schema that a sheet does not have: deleted, or their header was changed."""

from __future__ import annotations

from collections.abc import Container, Iterable

from automations.core.messages import Message, msg
from automations.core.schema import Schema
from automations.core.snapshot import Sheet
from automations.core.unclear import Place


def missing_columns(
    sheets: Iterable[Sheet], schema: Schema, unclear: Container[Place]
) -> tuple[list[Message], list[Message]]:
    """Return what to say of columns a sheet lacks: of those a run writes into, and of those only people fill in.

    Of ``unclear`` ones a finding tells.
    """
    written: list[Message] = []
    typed: list[Message] = []
    for sheet in sheets:
        declared = schema[sheet.tab].columns
        gone = [
            column
            for name, column in declared.items()
            if name not in sheet.columns and (sheet.tab, name) not in unclear
        ]
        needed = tuple(column.label for column in gone if column.owner != "human")
        others = tuple(column.label for column in gone if column.owner == "human")
        if needed:
            written.append(
                msg(
                    "the tab {title} lacks columns a run writes into: the next run adds {labels} at its end",
                    title=sheet.title,
                    labels=needed,
                )
            )
        if others:
            typed.append(
                msg(
                    "the tab {title} has no columns {labels}; they count as empty. "
                    "Give a column you renamed its header back",
                    title=sheet.title,
                    labels=others,
                )
            )
    return written, typed
