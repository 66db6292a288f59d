"""An order file of any declared channel to incoming orders. Wrong files, rows and values become findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from automations.core.cells import Unreadable
from automations.core.channels import Channel
from automations.core.incoming import IncomingFile, IncomingOrder
from automations.core.messages import Label, Message, msg
from automations.core.payments import Payment
from automations.core.plan import Finding, Level
from automations.core.reading import unreadable_code
from automations.core.schema import Schema
from automations.core.text import normal_header
from automations.core.values import Value
from automations.files.layouts import Cells, Field, Layout, recognised, spelling
from automations.files.tables import FileRefused, TextTable, read_table
from automations.files.texts import ValueReader

# How many order numbers a remark on a file names.
_MOST_NAMED = 10
_Row = tuple[int, Cells]


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
        ``source`` ``""`` and no orders. An order with a row that cannot be told apart, without its number or
        in another currency is not among the orders.
    """
    try:
        table = read_table(content)
        layout = recognised(table.header, channels, schema)
    except FileRefused as refused:
        finding = Finding(refused.code, "", name, "", "", refused.why, refused.fix, refused.row)
        return IncomingFile(name, "", 0, (finding,)), ()
    intake = _Intake(name, layout, schema, payments, zone=zone, currency=currency)
    orders = tuple(intake.orders(table))
    return IncomingFile(name, layout.channel.id, len(table.rows), tuple(intake.findings)), orders


@dataclass
class _Group:
    """The rows of one order number."""

    number: str
    rows: list[_Row] = field(default_factory=list)
    broken: list[_Row] = field(default_factory=list)


@dataclass
class _Draft:
    """An order while it is being read."""

    number: str
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


class _Intake:
    """Reads one file by its layout; ``findings`` are those that belong to no imported order."""

    def __init__(
        self,
        name: str,
        layout: Layout,
        schema: Schema,
        payments: Mapping[str, Payment],
        *,
        zone: ZoneInfo,
        currency: str,
    ) -> None:
        self.findings: list[Finding] = []
        self._name = name
        self._layout = layout
        self._channel = layout.channel
        self._schema = schema
        self._payments = tuple(payment.label for payment in payments.values())
        self._currency = currency
        self._values = ValueReader(zone, currency)
        self._number = layout.reader(self._channel.number)
        self._kind = _kind_of(layout)
        self._notices = [(notice, layout.holds(notice)) for notice in self._channel.notices]
        own = {part.column.id for part in layout.lines}
        self._on_lines = frozenset(part.column.id for part in layout.orders) & own

    def orders(self, table: TextTable) -> Iterator[IncomingOrder]:
        """Yield the orders of the table."""
        self._remark_on_unknown()
        left_out: dict[Label, list[str]] = {}
        skips = [(skip.why, self._layout.holds(skip)) for skip in self._channel.skip]
        for group in self._groups(table):
            why = next((why for why, holds in skips if group.rows and holds(group.rows[0][1])), None)
            if why is not None:
                left_out.setdefault(why, []).append(group.number)
            elif group.broken:
                self._note_broken(group)
            elif not self._is_other_currency(group):
                yield self._order(group)
        for why, numbers in left_out.items():
            shown = (*numbers[:_MOST_NAMED], *(["…"] if len(numbers) > _MOST_NAMED else []))
            reason = msg("Left out, because {why}: {numbers}.", why=why, numbers=shown)
            self._remark("left-out", reason, _NOTHING)

    def _groups(self, table: TextTable) -> list[_Group]:
        width = len(table.header)
        groups: dict[str, _Group] = {}
        current: _Group | None = None
        for row, cells in sorted((*table.rows, *table.broken)):
            fits = len(cells) == width
            number = self._number(cells if fits else (*cells, *("",) * width)).lstrip("'")
            if number:
                current = groups.setdefault(number, _Group(number))
            if current is None:
                self._without_number(row)
            elif fits:
                current.rows.append((row, cells))
            else:
                current.broken.append((row, cells))
        return list(groups.values())

    def _order(self, group: _Group) -> IncomingOrder:
        draft = _Draft(group.number, group.number.lstrip("#"), group.rows[0][0])
        rows = group.rows
        if self._channel.order_values == "first_row":
            rows = self._until_repeated(draft, rows)
        for part in self._layout.orders:
            self._read_order_field(draft, part, rows)
        for row in rows:
            self._read_line(draft, row)
        self._count_up(draft, rows[0][1])
        if not draft.lines:
            draft.note("no-lines", ("orders", ""), group.number, *_NO_LINES, row=draft.row)
        for notice, holds in self._notices:
            if holds(rows[0][1]):
                shown = self._layout.reader(notice.shows or notice.column)(rows[0][1])
                why, fix = msg("{sentence}", sentence=notice.why), msg("{sentence}", sentence=notice.fix)
                draft.note(notice.code, ("orders", ""), shown, why, fix, row=draft.row, level=notice.level)
        return IncomingOrder(
            file=self._name,
            row=draft.row,
            channel=self._channel.id,
            number=group.number,
            order=draft.cells,
            lines=tuple(draft.lines),
            findings=tuple(draft.findings),
        )

    def _until_repeated(self, draft: _Draft, rows: list[_Row]) -> list[_Row]:
        """Return the rows before the order begins a second time (its total stands there again)."""
        total = next((part.read for part in self._layout.orders if part.column.id == "total"), None)
        again = next((at for at, (_, cells) in enumerate(rows) if at and total and total(cells)), None)
        if again is None:
            return rows
        why = msg("This order stands twice in the file; only the first one counts.")
        fix = msg("Compare the two in the file. If the second is right, change the order by hand.")
        draft.note("order-doubled", ("orders", ""), draft.number, why, fix, row=rows[again][0], level="warning")
        return rows[:again]

    def _read_order_field(self, draft: _Draft, part: Field, rows: Sequence[_Row]) -> None:
        row, cells = rows[0]
        text = part.read(cells)
        if self._channel.order_values == "every_row" and len(rows) > 1:
            filled = [(number, found) for number, each in rows if (found := part.read(each))]
            if not filled:
                return
            row, text = filled[0]
            other = next(((number, found) for number, found in filled if found != text), None)
            if other and part.column.id not in self._on_lines:
                why = msg("The rows of this order say different things here: {values}.", values=(text, other[1]))
                fix = msg("The first one was taken. Correct it in the ledger if the other is right.")
                place = ("orders", part.column.id)
                draft.note("values-differ", place, other[1], why, fix, row=other[0], level="warning")
        if text:
            self._put(draft, draft.cells, "orders", part, text, row=row)

    def _read_line(self, draft: _Draft, row: _Row) -> None:
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
            why = msg("The product {name} has no code in the file, so it cannot be found in stock.", name=named)
            draft.note("sku-missing", ("order_lines", "sku"), "", why, _ADD_SKU, row=number)
        draft.lines.append(line)

    def _add_up(self, draft: _Draft, target: str, row: _Row) -> None:
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
                draft.cells[name] = sum(_amount(line, "unit_price") * _amount(line, "qty") for line in draft.lines)
        for check in self._schema["orders"].checks.sums:
            plus = sum(_amount(draft.cells, name) for name in check.plus)
            gap = _amount(draft.cells, check.total) - plus + sum(_amount(draft.cells, name) for name in check.minus)
            for part in self._channel.difference if gap > 0 else ():
                column = self._schema["orders"].columns[part.goes_to]
                if self._values.read(column, self._layout.reader(part.column)(first)) == gap:
                    draft.cells[part.goes_to] = _amount(draft.cells, part.goes_to) + gap
                    break

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
        key = group.number.lstrip("#")
        self.findings.append(
            Finding("other-currency", "orders", key, "total", written, why, fix, group.rows[0][0])
        )
        return True

    def _note_broken(self, group: _Group) -> None:
        for row, cells in group.broken:
            why = msg(
                "This row has another number of cells ({count}) than the header, so the order was left out.",
                count=len(cells),
            )
            fix = msg("Export the file again, or mend the row: commas and line breaks belong in quotation marks.")
            key = group.number.lstrip("#")
            self.findings.append(Finding("broken-row", "orders", key, "", cells[0], why, fix, row))

    def _without_number(self, row: int) -> None:
        why = msg("This row has no order number, and none stands above it.")
        fix = msg("Fill in {header} and import the file again.", header=self._header_of_number())
        self.findings.append(Finding("number-missing", "", self._name, "", "", why, fix, row))

    def _header_of_number(self) -> str | Label:
        column = self._schema["orders"].columns["order_id"]
        return column.label if self._channel.ledger_columns else self._channel.number

    def _remark_on_unknown(self) -> None:
        if self._layout.unknown:
            names = self._layout.unknown
            why = msg("These columns are not known here and were left out: {names}.", names=names)
            self._remark("unknown-columns", why, msg("Rename them like the columns of the ledger if they matter."))

    def _remark(self, code: str, why: Message, fix: Message) -> None:
        self.findings.append(Finding(code, "", self._name, "", "", why, fix, 0, "warning"))


_NOTHING = msg("Nothing needs to be done; they are imported once they are orders.")
_NO_LINES = (
    msg("No product stands in this order."),
    msg("Add its products in the order lines tab, or export the file again with products."),
)
_ADD_SKU = msg("Type the product code in the order line, and give the product a code in the shop system.")
_NO_AMOUNT = (
    msg("The amount of this row cannot be read."),
    msg("Type the right amount in the order."),
)


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
