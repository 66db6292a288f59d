"""Order sources as declared in ``sheets_schema/channels``: which file it is, which column goes where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from automations.core.declare import Problems, unknown_name
from automations.core.messages import Label, msg
from automations.core.schema import Column, Schema, Tab

# Robot columns an order file may fill at intake: the day an order was settled elsewhere.
_FILLED_AT_INTAKE = frozenset({"ship_on", "posted_on"})


@dataclass(frozen=True, kw_only=True)
class Condition:
    """True for a row of the file whose ``column`` holds one of ``equals``, or is (not) ``filled``."""

    column: str
    equals: tuple[str, ...] = ()
    filled: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Case(Condition):
    """``value`` is written when the condition holds; the first case that holds wins."""

    value: str


@dataclass(frozen=True, kw_only=True)
class Skip(Condition):
    """Orders that are left out because they are none yet (half-finished baskets)."""

    why: Label


@dataclass(frozen=True, kw_only=True)
class Notice(Condition):
    """Something a person should know about such an order; also written into its memo.

    Attributes:
        code: Kebab-case name of the finding.
        shows: Column of the file that is quoted; ``column`` when empty.
    """

    code: str
    why: Label
    fix: Label
    shows: str = ""
    level: Literal["error", "warning"] = "warning"


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where the text for one ledger column stands. Written as a plain header it means ``column``.

    Attributes:
        columns: Several headers, joined with ``joined_by``; blank ones are left out.
        first_of: Several headers, of which the first filled one counts.
        constant: The same text for every row.
        cases: Texts by condition, the first that holds.
        lines_total: Price times quantity of all lines.
        entry: Keys of ``key: value`` lines inside the text; the value of the first key found counts.
        other_entries: The ``key: value`` lines that no ``entry`` of the channel names; keys that begin
            with ``_`` belong to programs and are left out.
        pattern: Regular expression; its first group counts.
        blank: Texts that mean nothing (``設定なし``).
        map: Spelling in the file -> spelling of the ledger; anything else is read as it stands.
        part: ``prefecture`` or ``after_prefecture`` of an address in one cell.
        split_by: Several labels stand in one cell between this text; they must mean the same choice.
        beside: Labels that only stand beside the real one (``Gift Card``).
        plus_tax: Header of the tax rate in percent to be added to a price without tax, half up.
    """

    column: str = ""
    columns: tuple[str, ...] = ()
    joined_by: str = ""
    first_of: tuple[str, ...] = ()
    constant: str = ""
    cases: tuple[Case, ...] = ()
    lines_total: bool = False
    entry: tuple[str, ...] = ()
    other_entries: bool = False
    pattern: str = ""
    blank: tuple[str, ...] = ()
    map: Mapping[str, str] = field(default_factory=dict)
    part: Literal["", "prefecture", "after_prefecture"] = ""
    split_by: str = ""
    beside: tuple[str, ...] = ()
    plus_tax: str = ""

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header of the file this source looks at."""
        single = tuple(name for name in (self.column, self.plus_tax) if name)
        return (*single, *self.columns, *self.first_of, *(case.column for case in self.cases))


@dataclass(frozen=True, kw_only=True)
class RowKinds:
    """Rows that are no products: fees, shipping, discounts, points on rows of their own.

    Attributes:
        column: Header that tells the kind of a row.
        sums: Ledger column of ``orders`` -> spellings of the kind whose amounts are added up there.
            Columns that are taken off the total count positive whatever the sign in the file.
        ignore: Spellings of kinds that mean nothing here. Every other row is a product.
        price: Header of the amount.
        quantity: Header of the number of pieces; none means 1.
    """

    column: str
    sums: Mapping[str, tuple[str, ...]]
    price: str
    quantity: str = ""
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Difference:
    """An amount of the file that, when it is just what lacks to the total, goes to an ``orders`` column."""

    column: str
    goes_to: str


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One order source.

    Attributes:
        id: Name of the file without ``.yaml``; stands in ``import:`` marks.
        aliases: Other spellings of the channel's name in the sheet.
        recognise: Headers that must all be there; a file is of the channel with most of them. Empty for
            a channel without files.
        ledger_columns: The headers are this ledger's own columns (ids, labels or aliases); ``recognise``
            then names column ids, and ``orders`` and ``order_lines`` stay empty.
        number: Header of the order number. Rows without one belong to the order above.
        order_values: Where the order's own values stand: on its ``first_row`` only, or on ``every_row``
            (blank below the first is fine).
        prefix: Put before the channel's number to make our order number.
        currency: Header of the ISO currency code.
        own_mails: Daicho writes to the buyers; malls do that themselves (``false``).
    """

    id: str
    label: Label
    aliases: tuple[str, ...] = ()
    recognise: tuple[str, ...] = ()
    ledger_columns: bool = False
    number: str = ""
    order_values: Literal["first_row", "every_row"] = "every_row"
    prefix: str = ""
    currency: str = ""
    own_mails: bool = True
    skip: tuple[Skip, ...] = ()
    row_kinds: RowKinds | None = None
    orders: Mapping[str, Source | str] = field(default_factory=dict)
    order_lines: Mapping[str, Source | str] = field(default_factory=dict)
    difference: tuple[Difference, ...] = ()
    notices: tuple[Notice, ...] = ()

    def order_id(self, number: str) -> str:
        """Return our order number for a number of this channel: ``1001`` for ``#1001``."""
        return self.prefix + plain_number(number)


def plain_number(number: str) -> str:
    """Return an order number without the sign some channels put before it: ``1001`` for ``#1001``."""
    return number.lstrip("#").strip()


def as_source(written: Source | str) -> Source:
    """Return the source a layout line means; a plain header is a source of one column."""
    return Source(column=written) if isinstance(written, str) else written


def is_filled_from_files(column: Column) -> bool:
    """Return whether an order file may fill this ledger column."""
    return column.owner != "robot" or column.id in _FILLED_AT_INTAKE


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
        for condition in _conditions(channel):
            _check_condition(condition, where, problems)


def _check_sources(tab: Tab, sources: Mapping[str, Source | str], where: str, problems: Problems) -> None:
    for name, written in sources.items():
        column = tab.columns.get(name)
        if column is None or not is_filled_from_files(column):
            fillable = tuple(known.id for known in tab.columns.values() if is_filled_from_files(known))
            unknown_name("column", name, fillable, where, problems, "column-missing")
            continue
        source = as_source(written)
        _check_origin(source, f"{where}.{name}", problems)
        _check_pattern(source.pattern, f"{where}.{name}.pattern", problems)
        if column.choices:
            _check_choices(column, source, f"{where}.{name}", problems)


def _check_origin(source: Source, where: str, problems: Problems) -> None:
    given = (
        source.column,
        source.columns,
        source.first_of,
        source.constant,
        source.cases,
        source.lines_total,
    )
    if sum(map(bool, given)) != 1:
        problems.add(
            "source-unclear",
            where,
            msg("It is not clear where this value comes from."),
            msg("Give exactly one of column, columns, first_of, constant, cases and lines_total."),
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
            unknown_name("amount", name, amounts, where, problems, "column-missing")


def _conditions(channel: Channel) -> Iterator[Condition]:
    yield from (*channel.skip, *channel.notices)
    for written in (*channel.orders.values(), *channel.order_lines.values()):
        yield from as_source(written).cases


def _check_condition(condition: Condition, where: str, problems: Problems) -> None:
    if bool(condition.equals) == (condition.filled is not None):
        problems.add(
            "condition-unclear",
            f"{where}: {condition.column}",
            msg("A condition compares a column with values, or asks whether it is filled."),
            msg("Write either equals: [...] or filled: true."),
        )
