"""Order sources as declared in ``sheets_schema/channels``: which file it is, which column goes where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Literal

from automations.core.messages import Label
from automations.core.records import dataclass
from automations.core.schema import Column

Rounding = Literal["half_up", "down", "up"]

# Robot columns an order file may fill at intake: the day an order was settled elsewhere.
_FILLED_AT_INTAKE = frozenset({"ship_on", "posted_on"})


@dataclass(frozen=True, kw_only=True)
class Condition:
    """True for a row of the file whose ``column`` holds one of ``equals``, or is (not) ``filled``.

    Never true where the file has no such column: nothing is known then.

    Attributes:
        unless: Another condition that must not hold beside it.
    """

    column: str
    equals: tuple[str, ...] = ()
    filled: bool | None = None
    unless: Condition | None = None

    @property
    def chain(self) -> Iterator[Condition]:
        """The condition itself and the exceptions to it."""
        yield self
        if self.unless:
            yield from self.unless.chain


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
        until_shipped: Says nothing new once a parcel of the order has gone out from here.
    """

    code: str
    why: Label
    fix: Label
    shows: str = ""
    until_shipped: bool = False
    level: Literal["error", "warning"] = "warning"


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where the text for one ledger column stands. Written as a plain header it means ``column``.

    Attributes:
        columns: Several headers, joined with ``joined_by``; blank ones are left out.
        with_names: Each of the ``columns`` with its header before it (``ラッピング: 赤いリボン``).
        first_of: Several headers, of which the first filled one counts.
        either: Several sources, of which the first that gives a text counts.
        sum_of: Several headers whose amounts are added up; with ``only`` just those above or below zero,
            the latter counted positive.
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
        all_rows: Every different text of the order's rows counts, one per line.
        plus_tax: Header of the tax rate in percent to be added to a price without tax.
        tax_rounding: How the tax of one piece is rounded; of several the first with which the lines come to
            the order's ``goods_total``.
    """

    column: str = ""
    columns: tuple[str, ...] = ()
    joined_by: str = ""
    with_names: bool = False
    first_of: tuple[str, ...] = ()
    either: tuple[Source | str, ...] = ()
    sum_of: tuple[str, ...] = ()
    only: Literal["", "positive", "negative"] = ""
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
    all_rows: bool = False
    plus_tax: str = ""
    tax_rounding: tuple[Rounding, ...] = ("half_up",)

    @property
    def nested(self) -> Iterator[Source]:
        """The source itself and those it tries one after the other."""
        yield self
        for written in self.either:
            yield from as_source(written).nested

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header of the file this source looks at."""
        below = (header for written in self.either for header in as_source(written).headers)
        single = tuple(name for name in (self.column, self.plus_tax) if name)
        several = (*self.columns, *self.first_of, *self.sum_of)
        conditions = (condition.column for case in self.cases for condition in case.chain)
        return (*single, *several, *conditions, *below)


@dataclass(frozen=True, kw_only=True)
class RowKinds:
    """Rows that are no products: fees, shipping, discounts, points on rows of their own.

    Attributes:
        column: Header that tells the kind of a row.
        sums: Ledger column of ``orders`` -> spellings of the kind whose amounts are added up there.
            Columns that are taken off the total count positive whatever the sign in the file.
        ignore: Spellings of kinds that mean nothing here.
        products: Spellings of kinds that are products; any other kind is told then. Without them every row
            of another kind is a product.
        price: Header of the amount.
        quantity: Header of the number of pieces; none means 1.
    """

    column: str
    sums: Mapping[str, tuple[str, ...]]
    price: str
    quantity: str = ""
    ignore: tuple[str, ...] = ()
    products: tuple[str, ...] = ()


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
        file_names: Patterns such as ``honten-*.csv``; only files of such a name are of this channel. Tells
            two shops apart whose files look the same.
        also_named: Header -> other names of it; where the header is missing the first of them counts.
        ledger_columns: The headers are this ledger's own columns (ids, labels or aliases); ``recognise``
            then names column ids, and ``orders`` and ``order_lines`` stay empty.
        number: Header of the order number. Rows without one belong to the order above.
        order_values: Where the order's own values stand: on its ``first_row`` only, or on ``every_row``
            (blank below the first is fine).
        prefix: Put before the channel's number to make our order number.
        currency: Header of the ISO currency code.
        own_mails: Daicho writes to the buyers; malls do that themselves (``false``), or let the shop write about
            the order and nothing else (``transactional``).
    """

    id: str
    label: Label
    aliases: tuple[str, ...] = ()
    recognise: tuple[str, ...] = ()
    file_names: tuple[str, ...] = ()
    also_named: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ledger_columns: bool = False
    number: str = ""
    order_values: Literal["first_row", "every_row"] = "every_row"
    prefix: str = ""
    currency: str = ""
    own_mails: bool | Literal["transactional"] = True
    skip: tuple[Skip, ...] = ()
    row_kinds: RowKinds | None = None
    orders: Mapping[str, Source | str] = field(default_factory=dict)
    order_lines: Mapping[str, Source | str] = field(default_factory=dict)
    difference: tuple[Difference, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def sources(self) -> Iterator[Source]:
        """Every source of a ledger column, those tried one after the other each on its own."""
        for written in (*self.orders.values(), *self.order_lines.values()):
            yield from as_source(written).nested

    @property
    def headers(self) -> Iterator[str]:
        """Every header the layout looks at; some come more than once."""
        yield from (self.number, self.currency, *self.recognise)
        for told in (*self.skip, *self.notices):
            yield from (condition.column for condition in told.chain)
        for notice in self.notices:
            yield notice.shows
        for part in self.difference:
            yield part.column
        if self.row_kinds:
            yield from (self.row_kinds.column, self.row_kinds.price, self.row_kinds.quantity)
        for written in (*self.orders.values(), *self.order_lines.values()):
            yield from as_source(written).headers

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
