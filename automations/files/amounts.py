"""The amounts of an order in a file: fee rows, sums of columns, tax on top, totals of lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from automations.core.cells import Unreadable
from automations.core.messages import msg
from automations.core.orders.channels import Rounding, Source, as_source
from automations.core.schema import Column, Schema
from automations.core.text import normal_header
from automations.core.values import Value
from automations.files.drafts import Draft, NetPrice, NumberedRow
from automations.files.layouts import Layout
from automations.files.sources import Cells, spelling
from automations.files.texts import ValueReader

# Kinds of rows beside the amount columns, as `Amounts.kind_of` tells them.
NOTHING, UNKNOWN = "", "?"

_NO_AMOUNT = (
    msg("The amount of this row cannot be read."),
    msg("Type the right amount in the order."),
)


class Amounts:
    """Adds up what is no product, and what the file leaves to be counted."""

    def __init__(self, layout: Layout, schema: Schema, values: ValueReader) -> None:
        self.kind_of = _kinds(layout)
        self._layout = layout
        self._channel = layout.channel
        self._columns = schema["orders"].columns
        self._checks = schema["orders"].checks.sums
        self._values = values
        self._taken_off = {name for check in self._checks for name in check.minus}
        self._of_lines = tuple(
            name for name, written in self._channel.orders.items() if as_source(written).lines_total
        )
        self._roundings = next(
            (part.source.tax_rounding for part in layout.lines if part.source.plus_tax), ("half_up",)
        )

    def add_row(self, draft: Draft, target: str, row: NumberedRow) -> None:
        """Add the amount of a fee, shipping or discount row to its column of the order.

        Args:
            draft: The order.
            target: What `kind_of` says of the row; a row of an unknown kind is told and added nowhere.
            row: The row.
        """
        kinds = self._channel.row_kinds
        if target == NOTHING or kinds is None:
            return
        number, cells = row
        text = self._layout.reader(kinds.price)(cells)
        if target == UNKNOWN:
            self._note_unknown(draft, text, row)
            return
        price = self._values.read(self._columns[target], text)
        pieces = _pieces(self._layout.reader(kinds.quantity)(cells))
        if isinstance(price, Unreadable) or pieces is None:
            draft.note("not-an-amount", ("orders", target), text, *_NO_AMOUNT, row=number)
        elif isinstance(price, int):
            draft.sums[target] = draft.sums.get(target, 0) + price * pieces

    def add_tax(self, draft: Draft, line: dict[str, Value], column: str, rate: str) -> None:
        """Take a line's price for one without tax; without a rate nobody knows the price."""
        net = line.get(column)
        line[column] = None
        percent = re.fullmatch(r"(\d{1,2})(\.0+)?", rate)
        if isinstance(net, int) and (percent or net == 0):
            draft.net_prices.append(NetPrice(line, column, net, int(percent[1]) if percent else 0))

    def count_up(self, draft: Draft, rows: Sequence[NumberedRow]) -> None:
        """Fill in every amount that several rows, columns or lines make up."""
        for name, source in self._layout.sums.items():
            self._add_columns(draft, name, source, rows)
        for name, amount in draft.sums.items():
            # What is taken off the total counts positive whatever the sign in the file.
            counted = abs(amount) if name in self._taken_off else amount
            draft.cells[name] = _amount(draft.cells, name) + counted
        self._tax_lines(draft)
        for name in self._of_lines if all(map(_is_priced, draft.lines)) else ():
            draft.cells[name] = _goods_of(draft)
        self._fill_gaps(draft, rows[0][1])

    def _note_unknown(self, draft: Draft, amount: str, row: NumberedRow) -> None:
        number, cells = row
        named = (part for part in self._layout.lines if part.column.id == "product_name")
        name = next((part.read(cells) for part in named), "")
        kind = self._layout.reader(self._channel.row_kinds.column)(cells) if self._channel.row_kinds else ""
        why = msg(
            "A row of this order is neither a product nor an amount that is known here: {name} {amount} "
            "(kind {kind}).",
            name=name,
            amount=amount,
            kind=kind,
        )
        fix = msg(
            "Put it into the order by hand, and its kind under row_kinds in sheets_schema/channels/{channel}.yaml.",
            channel=self._channel.id,
        )
        draft.note("unknown-row-kind", ("orders", ""), kind, why, fix, row=number)

    def _add_columns(self, draft: Draft, name: str, source: Source, rows: Sequence[NumberedRow]) -> None:
        counted = 0
        for header in source.sum_of:
            read = self._layout.reader(header)
            number, text = next(((row, text) for row, cells in rows if (text := read(cells))), (0, ""))
            amount = self._values.read(self._columns[name], text)
            if isinstance(amount, Unreadable):
                draft.note("not-an-amount", ("orders", name), text, *_NO_AMOUNT, row=number)
            elif isinstance(amount, int) and _counts(amount, source):
                counted += abs(amount) if source.only == "negative" else amount
        draft.sums[name] = draft.sums.get(name, 0) + counted

    def _tax_lines(self, draft: Draft) -> None:
        """Put the tax on the lines, rounded as the shop system must have done it."""
        if not draft.net_prices:
            return
        for rounding in (*self._roundings, self._roundings[0]):
            for price in draft.net_prices:
                price.line[price.column] = price.net + _tax(price, rounding)
            if _goods_of(draft) == draft.cells.get("goods_total"):
                return

    def _fill_gaps(self, draft: Draft, first: Cells) -> None:
        """Fill in an amount that is just what lacks to the total (tax on top)."""
        for check in self._checks:
            plus = sum(_amount(draft.cells, name) for name in check.plus)
            minus = sum(_amount(draft.cells, name) for name in check.minus)
            gap = _amount(draft.cells, check.total) - plus + minus
            for part in self._channel.difference if gap > 0 else ():
                column: Column = self._columns[part.goes_to]
                if self._values.read(column, self._layout.reader(part.column)(first)) == gap:
                    draft.cells[part.goes_to] = _amount(draft.cells, part.goes_to) + gap
                    break


def _kinds(layout: Layout) -> Callable[[Cells], str | None]:
    """Return what tells the amount column a row belongs to: None for a product, or NOTHING or UNKNOWN."""
    kinds = layout.channel.row_kinds
    if kinds is None:
        return lambda _cells: None
    targets: dict[str, str | None] = {
        normal_header(word): name for name, words in kinds.sums.items() for word in words
    }
    targets |= {normal_header(word): NOTHING for word in kinds.ignore}
    targets |= {normal_header(word): None for word in kinds.products}
    other = UNKNOWN if kinds.products else None
    read = layout.reader(kinds.column)
    return lambda cells: targets.get(spelling(read(cells)), other)


def _pieces(text: str) -> int | None:
    number = re.fullmatch(r"(-?\d{1,6})(\.0+)?", text or "1")
    return int(number[1]) if number else None


def _counts(amount: int, source: Source) -> bool:
    return not source.only or (amount < 0) == (source.only == "negative")


def _tax(price: NetPrice, rounding: Rounding) -> int:
    hundredths = price.net * price.percent
    return {"half_up": (hundredths + 50) // 100, "down": hundredths // 100, "up": -(-hundredths // 100)}[
        rounding
    ]


def _goods_of(draft: Draft) -> int:
    return sum(_amount(line, "unit_price") * _amount(line, "qty") for line in draft.lines)


def _amount(cells: Mapping[str, Value], column: str) -> int:
    value = cells.get(column)
    return value if isinstance(value, int) else 0


def _is_priced(line: Mapping[str, Value]) -> bool:
    return isinstance(line.get("unit_price"), int) and isinstance(line.get("qty"), int)
