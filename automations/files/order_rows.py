"""The rows of one order to an incoming order: its own values, its lines, its amounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from automations.core.cells import Unreadable
from automations.core.incoming import IncomingOrder
from automations.core.messages import Message, msg
from automations.core.orders.channels import plain_number
from automations.core.reading import unreadable_code
from automations.core.text import shortened
from automations.files.amounts import Amounts
from automations.files.drafts import Draft, NumberedRow

if TYPE_CHECKING:
    from automations.core.payments import Payment
    from automations.core.plan import Level
    from automations.core.schema import Column, Schema
    from automations.core.values import Value
    from automations.files.layouts import Field, Layout
    from automations.files.texts import ValueReader

# How much of a text a finding names.
_SHOWN = 80
_NO_LINES = (
    msg("No product stands in this order."),
    msg("Add its products in the order lines tab, or export the file again with products."),
)
_ADD_SKU = msg("Type the product code in the order line, and give the product a code in the shop system.")


class OrderReader:
    """Reads the orders of one file by its layout."""

    def __init__(
        self, layout: Layout, schema: Schema, payments: Mapping[str, Payment], values: ValueReader
    ) -> None:
        self._layout = layout
        self._channel = layout.channel
        self._payments = tuple(payment.label for payment in payments.values())
        self._values = values
        self._amounts = Amounts(layout, schema, values)
        self._notices = [(notice, layout.holds(notice)) for notice in self._channel.notices]
        own = {part.column.id for part in layout.lines}
        self._receiver = [part for part in layout.orders if part.column.id in own]
        self._on_lines = frozenset(part.column.id for part in self._receiver)
        self._silent_on = layout.silent_on(schema)

    def read(self, file: str, number: str, rows: Sequence[NumberedRow]) -> IncomingOrder:
        """Return the order its rows tell; whatever cannot be read is a finding and stays blank.

        Args:
            file: Name of the file, for the order.
            number: Order number as the channel writes it.
            rows: All rows of the order in file order, at least one.
        """
        draft = Draft(plain_number(number), rows[0][0])
        if self._channel.order_values == "first_row":
            rows = self._until_repeated(draft, rows)
        own = rows[:1] if self._channel.order_values == "first_row" else rows
        receiver = (self._receiver_row(own),)
        for part in self._layout.orders:
            texts = _texts_of(part, receiver if part.column.id in self._on_lines else own)
            if texts:
                self._put(draft, draft.cells, "orders", part, texts[0][0], row=texts[0][1])
            if len(texts) > 1:
                _note_difference(draft, part, texts[0][0], *texts[1])
        for row in rows:
            self._read_line(draft, row)
        self._amounts.count_up(draft, rows)
        if not draft.lines:
            draft.note("order-without-lines", ("orders", ""), number, *_NO_LINES, row=draft.row)
        self._notice(draft, rows)
        return IncomingOrder(
            file=file,
            row=draft.row,
            channel=self._channel.id,
            number=number,
            order=draft.cells,
            lines=tuple(draft.lines),
            findings=tuple(draft.findings),
            silent_on=self._silent_on,
        )

    def _until_repeated(self, draft: Draft, rows: Sequence[NumberedRow]) -> Sequence[NumberedRow]:
        """Return the rows before the order begins a second time (its total stands there again)."""
        total = next((part.read for part in self._layout.orders if part.column.id == "total"), None)
        again = next((at for at, (_, cells) in enumerate(rows) if at and total and total(cells)), None)
        if again is None:
            return rows
        why = msg("This order stands twice in the file; only the first one counts.")
        fix = msg("Compare the two in the file. If the second is right, change the order by hand.")
        draft.note("order-doubled", ("orders", ""), draft.key, why, fix, row=rows[again][0], level="warning")
        return rows[:again]

    def _receiver_row(self, rows: Sequence[NumberedRow]) -> NumberedRow:
        """Return the row whose receiver is the order's: that of its first product, as a whole."""
        if len(rows) == 1 or not self._receiver:
            return rows[0]
        products = [row for row in rows if self._amounts.kind_of(row[1]) is None]
        named = (row for row in (*products, *rows) if any(part.read(row[1]) for part in self._receiver))
        return next(named, rows[0])

    def _read_line(self, draft: Draft, row: NumberedRow) -> None:
        number, cells = row
        kind = self._amounts.kind_of(cells)
        if kind is not None:
            self._amounts.add_row(draft, kind, row)
            return
        line: dict[str, Value] = {}
        texts = [(part, text) for part in self._layout.lines if (text := part.read(cells))]
        if not any(part.column.id not in self._on_lines for part, _ in texts):
            return
        for part, text in texts:
            self._put(draft, line, "order_lines", part, text, row=number)
            if part.source.plus_tax:
                rate = self._layout.reader(part.source.plus_tax)(cells)
                self._amounts.add_tax(draft, line, part.column.id, rate)
        if all(line.get(name) == draft.cells.get(name) for name in self._on_lines):
            for name in self._on_lines:
                line.pop(name, None)
        if line.get("sku") is None:
            named = shortened(str(line.get("product_name") or ""), _SHOWN)
            why = msg(
                "The product {name} has no code in the file, so it cannot be found in stock.", name=named
            )
            draft.note("sku-missing", ("order_lines", "sku"), "", why, _ADD_SKU, row=number)
        draft.lines.append(line)

    def _notice(self, draft: Draft, rows: Sequence[NumberedRow]) -> None:
        for notice, holds in self._notices:
            row = next((row for row in rows if holds(row[1])), None)
            if row is not None:
                shown = self._layout.reader(notice.shows or notice.column)(row[1])
                why, fix = msg("{sentence}", sentence=notice.why), msg("{sentence}", sentence=notice.fix)
                draft.note(notice.code, ("orders", ""), shown, why, fix, row=draft.row, level=notice.level)

    def _put(
        self, draft: Draft, cells: dict[str, Value], tab: str, part: Field, text: str, *, row: int
    ) -> None:
        column = part.column
        value = self._values.read_field(part, text)
        if not isinstance(value, Unreadable):
            cells[column.id] = value
            return
        fix = self._fix_of_choice(column) or value.fix
        draft.note(unreadable_code(column), (tab, column.id), text, value.why, fix, row=row)

    def _fix_of_choice(self, column: Column) -> Message | None:
        """Return where the spelling of a choice can be taught, None for other columns."""
        if column.choices_from == "payments":
            return msg(
                "Choose the method in the order ({methods}), and add this spelling to its aliases in payments.yaml.",
                methods=self._payments,
            )
        if column.choices and not self._channel.ledger_columns:
            return msg(
                "Choose one of {labels} in the order, and add this spelling under {column} in "
                "sheets_schema/channels/{channel}.yaml.",
                labels=tuple(choice.label for choice in column.choices.values()),
                column=column.id,
                channel=self._channel.id,
            )
        return None


def _texts_of(part: Field, rows: Sequence[NumberedRow]) -> list[tuple[str, int]]:
    """Return what the rows of an order say in a field, each different text once with its first row."""
    texts: dict[str, int] = {}
    for number, cells in rows:
        text = part.read(cells)
        if text and text not in texts:
            texts[text] = number
    if part.source.all_rows and len(texts) > 1:
        told = dict.fromkeys(line for text in texts for line in text.splitlines())
        return [("\n".join(told), min(texts.values()))]
    return list(texts.items())


def _note_difference(draft: Draft, part: Field, taken: str, other: str, row: int) -> None:
    values = tuple(shortened(each, _SHOWN) for each in (taken, other))
    why = msg("The rows of this order say different things here: {values}.", values=values)
    fix = msg("The first one was taken. Correct it in the ledger if the other is right.")
    # What the program acts on must be looked at; two remarks only are worth a word.
    level: Level = "warning" if part.column.type == "text" else "error"
    draft.note("values-differ", ("orders", part.column.id), other, why, fix, row=row, level=level)
