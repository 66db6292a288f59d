"""What could never work in a channel's declaration, told before the first file is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from automations.core.declare import Problems, unknown_name
from automations.core.messages import msg
from automations.core.orders.channels import Channel, Condition, Source, as_source, is_filled_from_files
from automations.core.schema import Column, Schema, Tab


def check_channels(channels: Mapping[str, Channel], schema: Schema, problems: Problems) -> None:
    """Note layouts that name unknown ledger columns or values, or that could never be read."""
    for channel in channels.values():
        where = f"sheets_schema/channels/{channel.id}.yaml"
        if bool(channel.recognise) != bool(channel.number or channel.ledger_columns):
            problems.add(
                "layout-incomplete",
                where,
                msg("A channel with files needs both recognise and number."),
                msg("Write the headers that tell this file from others, and the header of the order number."),
            )
        for name, sources in (("orders", channel.orders), ("order_lines", channel.order_lines)):
            if name in schema:
                _check_sources(schema[name], sources, f"{where}: {name}", problems)
        if "orders" in schema:
            _check_sums(channel, schema["orders"], where, problems)
        _check_names(channel, where, problems)
        for condition in _conditions(channel):
            _check_condition(condition, where, problems)


def _check_sources(tab: Tab, sources: Mapping[str, Source | str], where: str, problems: Problems) -> None:
    for name, written in sources.items():
        column = tab.columns.get(name)
        if column is None or not is_filled_from_files(column):
            fillable = tuple(known.id for known in tab.columns.values() if is_filled_from_files(known))
            unknown_name("column", name, fillable, where, problems, "unknown-column")
            continue
        for source in as_source(written).nested:
            _check_origin(source, f"{where}.{name}", problems)
            _check_pattern(source.pattern, f"{where}.{name}.pattern", problems)
            if column.choices:
                _check_choices(column, source, f"{where}.{name}", problems)
            if source.sum_of and (column.type != "money" or source is not written):
                amounts = tuple(known.id for known in tab.columns.values() if known.type == "money")
                unknown_name("amount", name, amounts, f"{where}.{name}.sum_of", problems, "unknown-column")


def _check_origin(source: Source, where: str, problems: Problems) -> None:
    given = (
        source.column,
        source.columns,
        source.first_of,
        source.either,
        source.sum_of,
        source.constant,
        source.cases,
        source.lines_total,
    )
    if sum(map(bool, given)) != 1:
        problems.add(
            "source-unclear",
            where,
            msg("It is not clear where this value comes from."),
            msg(
                "Give exactly one of column, columns, first_of, either, sum_of, constant, cases and lines_total."
            ),
        )


def _check_pattern(pattern: str, where: str, problems: Problems) -> None:
    try:
        groups = re.compile(pattern).groups
    except re.error:
        groups = 0
    if pattern and not groups:
        problems.add(
            "pattern-wrong",
            where,
            msg("The pattern '{pattern}' cannot be used.", pattern=pattern),
            msg("Write a regular expression with the wanted part in brackets, such as 'No\\.(\\d+)'."),
        )


def _check_choices(column: Column, source: Source, where: str, problems: Problems) -> None:
    written = (*source.map.values(), *(case.value for case in source.cases), source.constant)
    for value in written:
        if value and value not in column.choices:
            unknown_name("value", value, tuple(column.choices), where, problems)


def _check_sums(channel: Channel, tab: Tab, where: str, problems: Problems) -> None:
    kinds = tuple(channel.row_kinds.sums) if channel.row_kinds else ()
    for name in (*kinds, *(part.goes_to for part in channel.difference)):
        if name not in tab.columns or tab.columns[name].type != "money":
            amounts = tuple(column.id for column in tab.columns.values() if column.type == "money")
            unknown_name("amount", name, amounts, where, problems, "unknown-column")


def _check_names(channel: Channel, where: str, problems: Problems) -> None:
    """Note other names of a header that nothing looks at: misspelt, they would never help."""
    used = tuple(dict.fromkeys(filter(None, channel.headers)))
    for header in channel.also_named:
        if header not in used:
            unknown_name("column", header, used, f"{where}: also_named", problems, "unknown-column")


def _conditions(channel: Channel) -> Iterator[Condition]:
    cases = (case for source in channel.sources for case in source.cases)
    for condition in (*channel.skip, *channel.notices, *cases):
        yield from condition.chain


def _check_condition(condition: Condition, where: str, problems: Problems) -> None:
    if bool(condition.equals) == (condition.filled is not None):
        problems.add(
            "condition-unclear",
            f"{where}: {condition.column}",
            msg("A condition compares a column with values, or asks whether it is filled."),
            msg("Write either equals: [...] or filled: true."),
        )
