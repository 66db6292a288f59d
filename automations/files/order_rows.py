"""The rows of one order to an incoming order: its own values, its lines, its amounts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from automations.core.cells import Unreadable
from automations.core.channels import plain_number
from automations.core.incoming import IncomingOrder
from automations.core.messages import Message, msg
from automations.core.payments import Payment
from automations.core.plan import Finding, Level
from automations.core.reading import unreadable_code
from automations.core.schema import Schema
from automations.core.text import normal_header
from automations.core.values import Value
from automations.files.layouts import Cells, Field, Layout, spelling
from automations.files.texts import ValueReader

NumberedRow = tuple[int, Cells]

_NO_LINES = (
    msg("No product stands in this order."),
    msg("Add its products in the order lines tab, or export the file again with products."),
)
_ADD_SKU = msg("Type the product code in the order line, and give the product a code in the shop system.")
_NO_AMOUNT = (
    msg("The amount of this row cannot be read."),
    msg("Type the right amount in the order."),
)


@dataclass
class _Draft:
    """An order while it is being read."""

    key: str
    row: int
    cells: dict[str, Value] = field(default_factory=dict)
    lines: list[dict[str, Value]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def note(  # noqa: PLR0913 - the parts of a finding
        self,
        code: str,
        column: tuple[str, str],
        value: str,
        why: Message,
        fix: Message,
        *,
        row: int,
        level: Level = "error",
    ) -> None:
        """Add a finding about ``column`` (tab and id)."""
        tab, name = column
        self.findings.append(Finding(code, tab, self.key, name, value, why, fix, row, level))


class OrderReader:
    """Reads the orders of one file by its layout."""

    def __init__(
        self,
        layout: Layout,
        schema: Schema,
        payments: Mapping[str, Payment],
        *,
        zone: ZoneInfo,
        currency: str,
    ) -> None:
        self._layout = layout
        self._channel = layout.channel
        self._schema = schema
        self._payments = tuple(payment.label for payment in payments.values())
        self._values = ValueReader(zone, currency)
        self._kind = _kind_of(layout)
        self._notices = [(notice, layout.holds(notice)) for notice in self._channel.notices]
        own = {part.column.id for part in layout.lines}
        self._on_lines = frozenset(part.column.id for part in layout.orders) & own

    def read(self, file: str, number: str, rows: Sequence[NumberedRow]) -> IncomingOrder:
        """Return the order its rows tell; whatever cannot be read is a finding and stays blank.

        Args:
            file: Name of the file, for the order.
            number: Order number as the channel writes it.
            rows: All rows of the order in file order, at least one.
        """
        draft = _Draft(plain_number(number), rows[0][0])
        if self._channel.order_values == "first_row":
            rows = self._until_repeated(draft, rows)
        for part in self._layout.orders:
            self._read_order_field(draft, part, rows)
        for row in rows:
            self._read_line(draft, row)
        self._count_up(draft, rows[0][1])
        if not draft.lines:
            draft.note("no-lines", ("orders", ""), number, *_NO_LINES, row=draft.row)
        self._notice(draft, rows[0][1])
        return IncomingOrder(
            file=file,
            row=draft.row,
            channel=self._channel.id,
            number=number,
            order=draft.cells,
            lines=tuple(draft.lines),
            findings=tuple(draft.findings),
        )

    def _until_repeated(self, draft: _Draft, rows: Sequence[NumberedRow]) -> Sequence[NumberedRow]:
        """Return the rows before the order begins a second time (its total stands there again)."""
        total = next((part.read for part in self._layout.orders if part.column.id == "total"), None)
        again = next((at for at, (_, cells) in enumerate(rows) if at and total and total(cells)), None)
        if again is None:
            return rows
        why = msg("This order stands twice in the file; only the first one counts.")
        fix = msg("Compare the two in the file. If the second is right, change the order by hand.")
        draft.note("order-doubled", ("orders", ""), draft.key, why, fix, row=rows[again][0], level="warning")
        return rows[:again]

    def _read_order_field(self, draft: _Draft, part: Field, rows: Sequence[NumberedRow]) -> None:
        row, cells = rows[0]
        text = part.read(cells)
        if self._channel.order_values == "every_row" and len(rows) > 1:
            filled = [(number, found) for number, each in rows if (found := part.read(each))]
            if not filled:
                return
            row, text = filled[0]
            other = next(((number, found) for number, found in filled if found != text), None)
            if other and part.column.id not in self._on_lines:
                why = msg(
                    "The rows of this order say different things here: {values}.", values=(text, other[1])
                )
                fix = msg("The first one was taken. Correct it in the ledger if the other is right.")
                place = ("orders", part.column.id)
                draft.note("values-differ", place, other[1], why, fix, row=other[0], level="warning")
        if text:
            self._put(draft, draft.cells, "orders", part, text, row=row)

    def _read_line(self, draft: _Draft, row: NumberedRow) -> None:
        number, cells = row
        kind = self._kind(cells)
        if kind is not None:
            self._add_up(draft, kind, row)
            return
        line: dict[str, Value] = {}
        texts = [(part, text) for part in self._layout.lines if (text := part.read(cells))]
        if not any(part.column.id not in self._on_lines for part, _ in texts):
            return
        for part, text in texts:
            self._put(draft, line, "order_lines", part, text, row=number)
            if part.source.plus_tax:
                self._add_tax(line, part.column.id, self._layout.reader(part.source.plus_tax)(cells))
        if all(line.get(name) == draft.cells.get(name) for name in self._on_lines):
            for name in self._on_lines:
                line.pop(name, None)
        if line.get("sku") is None:
            named = str(line.get("product_name") or "")
            why = msg(
                "The product {name} has no code in the file, so it cannot be found in stock.", name=named
            )
            draft.note("sku-missing", ("order_lines", "sku"), "", why, _ADD_SKU, row=number)
        draft.lines.append(line)

    def _add_up(self, draft: _Draft, target: str, row: NumberedRow) -> None:
        """Add the amount of a fee, shipping or discount row to its column of the order."""
        kinds = self._channel.row_kinds
        if not target or kinds is None:
            return
        number, cells = row
        column = self._schema["orders"].columns[target]
        price = self._values.read(column, self._layout.reader(kinds.price)(cells))
        quantity = self._layout.reader(kinds.quantity)(cells) or "1"
        pieces = int(quantity) if re.fullmatch(r"-?\d{1,6}", quantity) else None
        if isinstance(price, Unreadable) or pieces is None:
            text = self._layout.reader(kinds.price)(cells)
            draft.note("not-an-amount", ("orders", target), text, *_NO_AMOUNT, row=number)
        elif isinstance(price, int):
            amount = price * pieces
            so_far = draft.cells.get(target)
            taken_off = any(target in check.minus for check in self._schema["orders"].checks.sums)
            counted = abs(amount) if taken_off else amount
            draft.cells[target] = (so_far if isinstance(so_far, int) else 0) + counted

    def _add_tax(self, line: dict[str, Value], column: str, rate: str) -> None:
        price = line.get(column)
        if isinstance(price, int) and re.fullmatch(r"\d{1,2}(\.0+)?", rate):
            percent = int(rate.partition(".")[0])
            line[column] = price + (price * percent + 50) // 100

    def _count_up(self, draft: _Draft, first: Cells) -> None:
        """Fill the sum of the lines, and the amount that just lacks to the total (tax on top)."""
        for name, written in self._channel.orders.items():
            if not isinstance(written, str) and written.lines_total and all(map(_is_priced, draft.lines)):
                draft.cells[name] = sum(
                    _amount(line, "unit_price") * _amount(line, "qty") for line in draft.lines
                )
        for check in self._schema["orders"].checks.sums:
            plus = sum(_amount(draft.cells, name) for name in check.plus)
            gap = (
                _amount(draft.cells, check.total)
                - plus
                + sum(_amount(draft.cells, name) for name in check.minus)
            )
            for part in self._channel.difference if gap > 0 else ():
                column = self._schema["orders"].columns[part.goes_to]
                if self._values.read(column, self._layout.reader(part.column)(first)) == gap:
                    draft.cells[part.goes_to] = _amount(draft.cells, part.goes_to) + gap
                    break

    def _notice(self, draft: _Draft, first: Cells) -> None:
        for notice, holds in self._notices:
            if holds(first):
                shown = self._layout.reader(notice.shows or notice.column)(first)
                why, fix = msg("{sentence}", sentence=notice.why), msg("{sentence}", sentence=notice.fix)
                draft.note(notice.code, ("orders", ""), shown, why, fix, row=draft.row, level=notice.level)

    def _put(
        self, draft: _Draft, cells: dict[str, Value], tab: str, part: Field, text: str, *, row: int
    ) -> None:
        column = part.column
        value = self._values.read_field(part, text)
        if not isinstance(value, Unreadable):
            cells[column.id] = value
            return
        fix = value.fix
        if column.choices_from == "payments":
            fix = msg(
                "Choose the method in the order ({methods}), and add this spelling to its aliases in payments.yaml.",
                methods=self._payments,
            )
        draft.note(unreadable_code(column), (tab, column.id), text, value.why, fix, row=row)


def _kind_of(layout: Layout) -> Callable[[Cells], str | None]:
    """Return what tells the amount column a row belongs to: None for a product, ``""`` for nothing."""
    kinds = layout.channel.row_kinds
    if kinds is None:
        return lambda _cells: None
    targets = {normal_header(word): name for name, words in kinds.sums.items() for word in words}
    targets |= {normal_header(word): "" for word in kinds.ignore}
    read = layout.reader(kinds.column)
    return lambda cells: targets.get(spelling(read(cells)))


def _amount(cells: Mapping[str, Value], column: str) -> int:
    value = cells.get(column)
    return value if isinstance(value, int) else 0


def _is_priced(line: Mapping[str, Value]) -> bool:
    return isinstance(line.get("unit_price"), int) and isinstance(line.get("qty"), int)
