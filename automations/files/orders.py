"""An order file of any declared channel to incoming orders. Wrong files, rows and values become findings."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from zoneinfo import ZoneInfo

from automations.core.incoming import IncomingFile, IncomingOrder
from automations.core.messages import Label, Message, msg
from automations.core.orders.channels import Channel, plain_number
from automations.core.payments import Payment
from automations.core.plan import Finding, Level
from automations.core.schema import Schema
from automations.core.text import shortened, without_unseen
from automations.files.drafts import NumberedRow
from automations.files.layouts import Layout, recognised
from automations.files.order_rows import OrderReader
from automations.files.tables import FileRefused, TextTable, read_table, too_many_orders
from automations.files.texts import NOT_IN_BETWEEN, ValueReader

# How many order numbers or columns a remark on a file names, and how much of a long one.
_MOST_NAMED = 10
_NAME = 40
# An order of more rows is a mistake in the file; the longest number of a known channel has 28 characters.
_MOST_LINES = 1_000
# What one run takes in, reserves and writes within seconds; a peak day of the shops we write for has hundreds.
MOST_ORDERS = 5_000
_LONGEST_NUMBER = 100
# How much of a row that nobody can read is kept.
_UNREAD = 1_000
# What a spreadsheet makes of a long number.
_ROUNDED = re.compile(r"\d(\.\d+)?E\+\d\d+", re.IGNORECASE)
_NOTHING = msg("Nothing needs to be done; they are imported once they are orders.")


def read_order_file(  # noqa: PLR0913 - the declarations a file is read by
    name: str,
    content: bytes,
    channels: Mapping[str, Channel],
    schema: Schema,
    payments: Mapping[str, Payment],
    *,
    zone: ZoneInfo,
    currency: str,
) -> tuple[IncomingFile, tuple[IncomingOrder, ...]]:
    """Return what a file holds: one incoming order per order number, in file order.

    Args:
        name: File name without folder, for findings.
        content: Its bytes.
        channels: Layouts by id.
        schema: Types the values by the columns of ``orders`` and ``order_lines``.
        payments: Supplies the names offered when a payment label is unknown.
        zone: The shop's time zone, for moments without an offset.
        currency: The shop's currency; orders in another one are left out with a finding.

    Returns:
        The file with its findings (tab ``""``, key the file's name, when the whole file is meant), and the
        orders. Findings of an order carry its number as key and the row of the file. A refused file has
        ``source`` ``""`` and no orders. An order with a row that is too long, without its number or
        in another currency is not among the orders.
    """
    values = ValueReader(zone, currency)
    try:
        table, layout = _recognised(name, content, channels, schema)
        intake = _Intake(name, layout, OrderReader(layout, schema, payments, values), schema, currency)
        orders = tuple(intake.orders(table))
    except FileRefused as refused:
        level: Level = "warning" if refused.code == "no-rows" else "error"
        why, fix = refused.why, refused.fix
        finding = Finding(refused.code, "", name, "", refused.value, why, fix, refused.row, level)
        return IncomingFile(name, "", 0, (finding,)), ()
    intake.remark_on_zeros(values.zeros_put_back)
    return IncomingFile(name, layout.channel.id, len(table.rows), tuple(intake.findings)), orders


def _recognised(
    name: str, content: bytes, channels: Mapping[str, Channel], schema: Schema
) -> tuple[TextTable, Layout]:
    try:
        table = read_table(content)
    except FileRefused as refused:
        if refused.header:  # without rows it is nothing to worry about, if it is a file of a channel at all
            recognised(name, refused.header, channels, schema)
        raise
    return table, recognised(name, table.header, channels, schema)


@dataclass
class _Group:
    """The rows of one order number."""

    number: str
    rows: list[NumberedRow] = field(default_factory=list)
    short: list[NumberedRow] = field(default_factory=list)
    broken: list[NumberedRow] = field(default_factory=list)


class _Intake:
    """Reads one file by its layout; ``findings`` are those that belong to no imported order."""

    def __init__(self, name: str, layout: Layout, reader: OrderReader, schema: Schema, currency: str) -> None:
        self.findings: list[Finding] = []
        self._name = name
        self._layout = layout
        self._channel = layout.channel
        self._reader = reader
        self._number_label = schema["orders"].columns["order_id"].label
        self._currency = currency
        self._number = layout.reader(self._channel.number)

    def orders(self, table: TextTable) -> Iterator[IncomingOrder]:
        """Yield the orders of the table."""
        self._remark_on_unknown()
        left_out: dict[Label, list[str]] = {}
        skips = [(skip.why, self._layout.holds(skip)) for skip in self._channel.skip]
        for group in self._groups(table):
            why = next((why for why, holds in skips if group.rows and holds(group.rows[0][1])), None)
            if unusable := _unusable(group):
                self.findings.append(self._left_out(group, unusable))
            elif why is not None:
                left_out.setdefault(why, []).append(group.number)
            elif not self._is_other_currency(group):
                yield self._read(group, len(table.header))
        for why, numbers in left_out.items():
            reason = msg("Left out, because {why}: {numbers}.", why=why, numbers=_first_few(numbers))
            self._remark("left-out", reason, _NOTHING)

    def remark_on_zeros(self, put_back: Collection[str]) -> None:
        """Tell that the file went through a spreadsheet: what was mended, and what cannot be."""
        if put_back:
            why = msg(
                "Leading zeros were lost in telephone numbers or postcodes and were put back ({count}); product "
                "codes and order numbers may have lost theirs as well.",
                count=len(put_back),
            )
            fix = msg("Import the file as it was exported, without saving it in a spreadsheet in between.")
            self._remark("zeros-lost", why, fix)

    def _groups(self, table: TextTable) -> list[_Group]:
        width = len(table.header)
        groups: dict[str, _Group] = {}
        current: _Group | None = None
        for row, cells in sorted((*table.rows, *table.broken)):
            fits = len(cells) == width
            number = self._number(cells if fits else (*cells, *("",) * width)).lstrip("'")
            number = without_unseen(number)
            if number:
                current = groups.setdefault(number, _Group(number))
                if len(groups) > MOST_ORDERS:
                    raise too_many_orders(MOST_ORDERS)
            if current is None:
                self._without_number(row)
            elif len(cells) > width:
                current.broken.append((row, cells))
            else:
                current.rows.append((row, (*cells, *("",) * (width - len(cells)))))
                current.short += [] if fits else [(row, cells)]
        return list(groups.values())

    def _is_other_currency(self, group: _Group) -> bool:
        """Note an order whose amounts are in another currency; they could not be compared with anything."""
        if not self._channel.currency:
            return False
        read = self._layout.reader(self._channel.currency)
        written = next((text for _, cells in group.rows if (text := read(cells))), self._currency)
        if written.upper() == self._currency:
            return False
        why = msg(
            "The amounts of this order are in {written}; the shop counts in {currency}.",
            written=written,
            currency=self._currency,
        )
        fix = msg("Type the order by hand with amounts in {currency}.", currency=self._currency)
        key = plain_number(group.number)
        self.findings.append(
            Finding("other-currency", "orders", key, "total", written, why, fix, group.rows[0][0])
        )
        return True

    def _read(self, group: _Group, width: int) -> IncomingOrder:
        """Read an order; a row that nobody can read becomes a line that a person must complete."""
        if group.rows:
            order = self._reader.read(self._name, group.number, group.rows)
            if not (group.broken or group.short):
                return order
        else:
            first = group.broken[0][0]
            order = IncomingOrder(self._name, first, self._channel.id, group.number, {}, ())
        unread = tuple({"product_name": shortened(" | ".join(cells), _UNREAD)} for _, cells in group.broken)
        notes = (*order.findings, *_short_rows(group, width), *_long_rows(group))
        return replace(order, lines=(*order.lines, *unread), findings=notes)

    def _left_out(self, group: _Group, unusable: tuple[str, Message, Message]) -> Finding:
        row = min(row for row, _ in (*group.rows, *group.broken))
        code, why, fix = unusable
        return Finding(code, "", self._name, "", group.number, why, fix, row)

    def _without_number(self, row: int) -> None:
        why = msg("This row has no order number, and none stands above it.")
        header = self._number_label if self._channel.ledger_columns else self._channel.number
        fix = msg("Fill in {header} and import the file again.", header=header)
        self.findings.append(Finding("number-missing", "", self._name, "", "", why, fix, row))

    def _remark_on_unknown(self) -> None:
        if self._layout.unknown:
            names = _first_few(shortened(name, _NAME) for name in self._layout.unknown)
            why = msg("These columns are not known here and were left out: {names}.", names=names)
            self._remark(
                "unknown-columns", why, msg("Rename them like the columns of the ledger if they matter.")
            )

    def _remark(self, code: str, why: Message, fix: Message) -> None:
        self.findings.append(Finding(code, "", self._name, "", "", why, fix, 0, "warning"))


def _first_few(names: Iterable[str]) -> tuple[str, ...]:
    few = tuple(islice(names, _MOST_NAMED + 1))
    return few if len(few) <= _MOST_NAMED else (*few[:_MOST_NAMED], "…")


def _unusable(group: _Group) -> tuple[str, Message, Message] | None:
    """Return code, why and fix where an order cannot become rows of the ledger."""
    if _ROUNDED.fullmatch(group.number):
        why = msg("A spreadsheet program has rounded this order number, and its last digits are lost.")
        return "number-unusable", why, NOT_IN_BETWEEN
    if len(group.number) > _LONGEST_NUMBER:
        why = msg("An order number has at most {limit} characters.", limit=_LONGEST_NUMBER)
        return (
            "number-unusable",
            why,
            msg("Export the file again; its columns or quotation marks are mixed up."),
        )
    if len(group.rows) + len(group.broken) > _MOST_LINES:
        why = msg("This order has more than {limit} rows.", limit=_MOST_LINES)
        return (
            "order-too-long",
            why,
            msg("Look whether all rows carry its number rightly, or type it by hand in parts."),
        )
    return None


def _short_rows(group: _Group, width: int) -> Iterator[Finding]:
    """Note rows that end early: what is there was taken in, the rest is blank."""
    for row, cells in group.short:
        why = msg(
            "This row ends after {count} of {width} cells; what was missing is blank.",
            count=len(cells),
            width=width,
        )
        fix = msg("Compare the order with the shop system, and fill in what is missing.")
        yield Finding("row-cut-short", "orders", plain_number(group.number), "", cells[0], why, fix, row)


def _long_rows(group: _Group) -> Iterator[Finding]:
    """Note rows with more cells than the header: nobody can tell which cell belongs where."""
    for row, cells in group.broken:
        why = msg(
            "This row has more cells ({count}) than the header, so nobody can tell which belongs where; it stands "
            "as it is in a line of its own.",
            count=len(cells),
        )
        fix = msg("Fill in product code and quantity of that line by hand.")
        yield Finding("broken-row", "orders", plain_number(group.number), "", cells[0], why, fix, row)
