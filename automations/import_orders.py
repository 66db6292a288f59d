"""Take in orders: from files of a channel, and those typed by hand, with their lines and customers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from automations.core.channels import Channel
from automations.core.customers import Customers, KnownCustomer
from automations.core.incoming import Incoming, IncomingOrder
from automations.core.ledger import Ledger, Row, Table, update
from automations.core.messages import Message, msg, spoken
from automations.core.numbering import LineNumbers, Numbers
from automations.core.plan import AppendRow, Finding, Part, Plan, SetCells
from automations.core.source_state import (
    State,
    in_words,
    open_differences,
    read_state,
    settled,
    state_of,
    state_text,
    write_state,
)
from automations.core.statuses import ENDED, is_closed
from automations.core.values import Cells, Value

READS = {
    "orders": (
        "order_id", "status", "status_set", "payment_state", "payment_set", "credit_state", "paid_on", "channel",
        "channel_order_no", "customer_id", "buyer_name", "buyer_phone", "buyer_email", "source_state", "source_change",
    ),
    "order_lines": ("line_id", "order_id", "sku", "qty"),
    "products": ("name", "price", "tax_rate", "components"),
    "customers": ("customer_id", "name", "phone", "email"),
    "shipments": ("order_id", "state"),
    "movements": ("movement_id",),
}  # fmt: skip
WRITES = {
    "orders": (
        "order_id", "status", "payment_state", "credit_state", "paid_on", "posted_on", "customer_id", "imported_at",
        "source_state", "source_change",
    ),
    "order_lines": ("line_id", "order_id", "components"),
    "customers": ("customer_id",),
    "movements": ("movement_id",),
}  # fmt: skip

# A channel that says so has shipped the order itself; nothing is left for this shop to ship.
_SHIPPED_ELSEWHERE = frozenset({"shipped", "arrived", "posted"})
_ON_THE_WAY = frozenset({"instructed", "shipped", "arrived", "returned"})
# A payment only ever moves on to the right.
_PAYMENT_STEPS = ("", "unpaid", "partly_paid", "paid", "refunded")
_LINE_FILLED_FROM = {"product_name": "name", "unit_price": "price", "tax_rate": "tax_rate"}
HAND = "hand"


@dataclass(frozen=True)
class Settings:
    """How numbers are given, and which mail addresses stand for no person.

    Attributes:
        hand_prefix: Before the number of an order typed by hand.
        masked_mail_domains: Malls that hide the buyer's address behind one of their own.
    """

    channels: Mapping[str, Channel]
    hand_prefix: str = "H-"
    customer_prefix: str = "C-"
    movement_prefix: str = "M-"
    masked_mail_domains: tuple[str, ...] = ("marketplace.amazon.co.jp", "fw.rakuten.ne.jp")


def plan(ledger: Ledger, settings: Settings) -> Plan:
    """Append orders that arrived, note what changed at their source, and number what was typed by hand.

    Args:
        ledger: ``ledger.incoming`` holds the parsed order files.
        settings: Declared channels; prefixes of numbers.

    Returns:
        New rows in orders, order_lines and customers, each order marked ``import:<channel>:<number>`` so that
        it is never taken in twice. An order known already is only compared: differences are put into words in
        ``source_change``; a cancellation or a payment at the channel flows on where no person decided
        otherwise. Findings of the files pass through.
    """
    intake = _Intake(ledger, settings)
    typed = list(intake.typed_orders())
    arrived = list(intake.arrived_orders())
    known = list(intake.known_orders())
    return Plan.of(
        intake.customer_numbers,
        intake.customers.added,
        typed,
        known,
        arrived,
        intake.typed_lines(),
        _numbered(ledger["movements"], settings.movement_prefix),
        _file_findings(ledger.incoming, settings.channels),
        marks=intake.marks,
    )


@dataclass
class _Intake:
    """One run of the intake: what is known, and what was given out so far."""

    ledger: Ledger
    settings: Settings
    marks: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        orders = self.ledger["orders"]
        self.customer_numbers = _numbered(self.ledger["customers"], self.settings.customer_prefix)
        self.customers = _customers(self.ledger, self.settings, self.customer_numbers)
        self._order_ids: set[str] = {row.key for row in (*orders, *orders.set_aside)}
        self._by_number: dict[tuple[str, str], Row] = {
            (row.text("channel"), row.text("channel_order_no")): row
            for row in (*orders.set_aside, *orders)
            if row.get("channel_order_no") is not None
        }
        self._set_aside = {row.key for row in orders.set_aside}
        self._hand_numbers = Numbers(self.settings.hand_prefix, self._hand_keys())
        lines = self.ledger["order_lines"]
        self._line_numbers = LineNumbers(row.key for row in (*lines, *lines.set_aside))
        self._typed: list[str] = []

    def typed_orders(self) -> Iterator[Part]:
        """Give numbers to orders typed without one, and a customer to every open order without one."""
        for row in self.ledger["orders"]:
            cells: dict[str, Value] = {}
            if not row.has_key:
                if not _has_typed_cells(row, self.ledger):
                    continue
                number = self._hand_numbers.following()
                while number in self._order_ids:
                    number = self._hand_numbers.following()
                cells["order_id"] = number
                self._order_ids.add(number)
                self._typed.append(number)
                self.marks.append(f"import:{HAND}:{number}")
            if row.get("customer_id") is None and not is_closed(row):
                customer = self.customers.of(row.cells)
                if customer is not None:
                    cells["customer_id"] = customer
            yield update(row, cells, msg("typed by hand") if "order_id" in cells else None)

    def arrived_orders(self) -> Iterator[Part]:
        """Append every order that was never taken in; of one that arrived twice the later file counts."""
        for (channel, number), order in self._by_source().items():
            row = self._known(order, channel)
            mark = f"import:{channel}:{number}"
            if row is None and mark in self.ledger.marks:
                yield _deleted(order, channel, self.settings.channels)
            elif row is None:
                self.marks.append(mark)
                yield from self._appended(order, channel)
                yield order.findings
            elif mark not in self.ledger.marks:
                self.marks.append(mark)

    def known_orders(self) -> Iterator[Part]:
        """Compare the orders that are here already with what arrived."""
        shipments: dict[str, list[Row]] | None = None
        lines: dict[str, list[Row]] | None = None
        for (channel, _), order in self._by_source().items():
            row = self._known(order, channel)
            if row is None or row.key in self._set_aside or is_closed(row):
                continue
            if shipments is None or lines is None:
                shipments, lines = self.ledger["shipments"].by("order_id"), self.ledger.lines_of()
            on_the_way = any(parcel.text("state") in _ON_THE_WAY for parcel in shipments.get(row.key, ()))
            cells, findings = _compared(row, lines.get(row.key, ()), order, self.ledger)
            flow, more = _flowing_on(row, order, on_the_way=on_the_way)
            yield update(row, {**cells, **flow}, msg("so at the channel") if flow else None)
            yield (*findings, *more)

    def typed_lines(self) -> Iterator[Part]:
        """Give numbers to typed lines; one without an order number belongs to the only order typed just now."""
        for row in self.ledger["order_lines"]:
            if row.has_key or not _has_typed_cells(row, self.ledger):
                continue
            order_id = row.text("order_id") or (self._typed[0] if len(self._typed) == 1 else "")
            if not order_id:
                yield _without_order(row)
            elif order_id in self._order_ids and order_id not in self._set_aside:
                cells: dict[str, Value] = {"line_id": self._line_numbers.following(order_id), "order_id": order_id}
                product = self.ledger["products"].get(row.text("sku"))
                if product is not None and product.get("components") is not None:
                    cells["components"] = product.get("components")
                yield update(row, cells, msg("typed by hand"))

    def _hand_keys(self) -> Iterator[str]:
        """Every number ever given to a typed order, deleted ones included: their mails were sent."""
        yield from self._order_ids
        start = f"import:{HAND}:"
        yield from (mark.removeprefix(start) for mark in self.ledger.marks if mark.startswith(start))

    def _by_source(self) -> dict[tuple[str, str], IncomingOrder]:
        incoming = self.ledger.incoming
        return {(_channel_of(order), order.number): order for order in (incoming.orders if incoming else ())}

    def _known(self, order: IncomingOrder, channel: str) -> Row | None:
        """Return the row of an order: by the channel's number, or by ours if it is that channel's."""
        row = self._by_number.get((channel, order.number))
        if row is not None:
            return row
        row = self.ledger["orders"].get(self._base_id(order, channel))
        if row is None or row.get("source_state") is None or row.text("channel") not in (channel, ""):
            return None
        return row

    def _base_id(self, order: IncomingOrder, channel: str) -> str:
        declared = self.settings.channels.get(channel)
        return declared.order_id(order.number) if declared else order.number.lstrip("#")

    def _free_id(self, order: IncomingOrder, channel: str) -> str:
        number = base = self._base_id(order, channel)
        attempt = 0
        while number in self._order_ids:
            attempt += 1
            number = f"{base}-{channel}" if attempt == 1 else f"{base}-{channel}-{attempt}"
        return number

    def _appended(self, order: IncomingOrder, channel: str) -> Iterator[AppendRow]:
        order_id = self._free_id(order, channel)
        self._order_ids.add(order_id)
        told = {"channel": channel, "channel_order_no": order.number, **order.order}
        yield AppendRow(
            "orders",
            {
                **told,
                **_first_status(order.order, self.ledger),
                "order_id": order_id,
                "memo": _memo(order, self.ledger),
                "customer_id": self.customers.of(order.order),
                "imported_at": self.ledger.now,
                "source_state": write_state(state_of(order.order, order.lines)),
            },
        )
        for line in order.lines:
            numbered = {"line_id": self._line_numbers.following(order_id), "order_id": order_id}
            yield AppendRow("order_lines", {**numbered, **_filled(line, self.ledger["products"])})


def _numbered(table: Table, prefix: str) -> list[SetCells]:
    """Give numbers to rows a person typed without one."""
    numbers = Numbers(prefix, (row.key for row in (*table, *table.set_aside)))
    typed = [row for row in table if not row.has_key and _is_typed(row, table)]
    return [change for row in typed for change in update(row, {table.tab.key[0]: numbers.following()})]


def _customers(ledger: Ledger, settings: Settings, numbered: Sequence[SetCells]) -> Customers:
    """Return the customers as they are known, just numbered ones included; used numbers are never given again."""
    table = ledger["customers"]
    new_ids = {change.key: str(change.cells["customer_id"]) for change in numbered}
    used = [row.key for row in (*table, *table.set_aside)] + list(new_ids.values())
    used += [row.text("customer_id") for row in ledger["orders"]]
    known = (
        KnownCustomer(new_ids.get(row.key, row.key), row.text("name"), row.text("phone"), row.text("email"))
        for row in table
        if row.has_key or row.key in new_ids
    )
    return Customers(known, Numbers(settings.customer_prefix, used), settings.masked_mail_domains)


def _has_typed_cells(row: Row, ledger: Ledger) -> bool:
    return _is_typed(row, ledger[row.tab])


def _is_typed(row: Row, table: Table) -> bool:
    """Return whether a person has written anything into the row."""
    columns = table.tab.columns
    return any(name in columns and columns[name].owner == "human" for name in (*row.cells, *row.raw))


def _channel_of(order: IncomingOrder) -> str:
    """Return the channel the order itself names (a ledger CSV may), else that of its file."""
    named = order.order.get("channel")
    return named if isinstance(named, str) else order.channel


def _first_status(order: Cells, ledger: Ledger) -> dict[str, Value]:
    """Return how an order begins; one shipped elsewhere is closed, so that nothing ships it again."""
    status = order.get("status")
    if status in ENDED:
        return {"status": status, "posted_on": None}
    if status in _SHIPPED_ELSEWHERE:
        return {"status": "posted", "posted_on": order.get("posted_on") or ledger.today}
    return {"status": "received", "posted_on": None}


def _memo(order: IncomingOrder, ledger: Ledger) -> Value:
    """Return the memo: what the file says, notices, and values that could not be read, so that none is lost."""
    told = order.order.get("memo")
    notes = [told] if isinstance(told, str) else []
    if order.order.get("status") in _SHIPPED_ELSEWHERE:
        notes.append(msg("Already shipped when it was imported.").text(ledger.language))
    for finding in order.findings:
        column = ledger.schema[finding.tab].columns.get(finding.column)
        if column is None:
            notes.append(finding.why.text(ledger.language))
        elif finding.value and finding.level == "error":
            notes.append(f"{column.label.text(ledger.language)}: {finding.value}")
    return "\n".join(dict.fromkeys(notes)) or None


def _filled(line: Cells, products: Table) -> dict[str, Value]:
    """Return a line with what the file leaves blank taken from the product, and the set's parts as of now."""
    cells = dict(line)
    sku = line.get("sku")
    product = products.get(sku) if isinstance(sku, str) else None
    if product is None:
        return cells
    for column, source in _LINE_FILLED_FROM.items():
        if cells.get(column) is None:
            cells[column] = product.get(source)
    return {**cells, "components": product.get("components")}


def _deleted(order: IncomingOrder, channel: str, channels: Mapping[str, Channel]) -> Finding:
    name = channels[channel].label if channel in channels else channel
    return Finding(
        "order-deleted",
        "orders",
        order.number.lstrip("#"),
        "",
        order.number,
        msg("This order of {channel} was imported before and its row was deleted, so it is left out.", channel=name),
        msg("Nothing needs to be done. To have it back, type it into the orders tab."),
        order.row,
        "warning",
    )


def _compared(
    row: Row, lines: Iterable[Row], order: IncomingOrder, ledger: Ledger
) -> tuple[dict[str, Value], list[Finding]]:
    """Return source_change and source_state of an order that arrived again; human cells are never touched."""
    kept = read_state(row.text("source_state"))
    if kept is None:
        return {}, []
    arrived = state_of(order.order, order.lines)
    if kept == arrived and row.get("source_change") is None:
        return {}, []
    still_open = open_differences(kept, arrived, _state_here(row, lines))
    phrases = in_words(still_open, kept, arrived, ledger.schema, ledger.currency)
    words = spoken(phrases, ledger.language)
    cells: dict[str, Value] = {
        "source_change": words or None,
        "source_state": write_state(settled(kept, arrived, still_open)),
    }
    if not words or words == row.text("source_change"):
        return cells, []
    why = msg("The order arrived again with other contents: {changes}.", changes=phrases)
    fix = msg("Ask the customer if need be, and change the order here by hand where it is right.")
    return cells, [row.finding("order-changed", "", why, fix, "warning")]


def _state_here(row: Row, lines: Iterable[Row]) -> State:
    cells = {column: value for column, value in row.cells.items() if column != "source_state"}
    here = {column: state_text(value) for column, value in cells.items()}
    return {**here, **state_of({}, [line.cells for line in lines])}


def _flowing_on(
    row: Row, order: IncomingOrder, *, on_the_way: bool
) -> tuple[dict[str, Value], list[Finding]]:
    """Return the facts of the channel that flow on: cancelled, paid, approved."""
    cells = _payment_news(row, order.order)
    status = order.order.get("status")
    if status in ENDED:
        if not on_the_way and not row.is_persons("status", "status_set"):
            return {**cells, "status": status}, []
        return cells, [_cancelled_at_channel(row, on_the_way=on_the_way)]
    if status in _SHIPPED_ELSEWHERE and not on_the_way and not row.is_persons("status", "status_set"):
        return cells, [_shipped_at_channel(row)]
    return cells, []


def _payment_news(row: Row, order: Cells) -> dict[str, Value]:
    cells: dict[str, Value] = {}
    here, there = row.text("payment_state"), str(order.get("payment_state") or "")
    may_move = here in _PAYMENT_STEPS and not row.is_persons("payment_state", "payment_set")
    if may_move and there in _PAYMENT_STEPS and _PAYMENT_STEPS.index(there) > _PAYMENT_STEPS.index(here):
        cells["payment_state"] = there
        if row.get("paid_on") is None and "paid_on" not in row.raw and order.get("paid_on") is not None:
            cells["paid_on"] = order.get("paid_on")
    credit = order.get("credit_state")
    if credit in ("approved", "refused") and row.text("credit_state") in ("", "pending"):
        cells["credit_state"] = credit
    return cells


def _cancelled_at_channel(row: Row, *, on_the_way: bool) -> Finding:
    why: Message = msg("This order was cancelled at the channel, and its status here was set by hand.")
    fix = msg("Choose cancelled in this cell, or settle it with the customer.")
    if on_the_way:
        why = msg("This order was cancelled at the channel, and its parcel is already on its way out.")
        fix = msg("Stop the parcel and choose cancelled here; if it has left, agree on a return and choose returned.")
    return row.finding("cancelled-at-channel", "status", why, fix)


def _shipped_at_channel(row: Row) -> Finding:
    return row.finding(
        "shipped-at-channel",
        "status",
        msg("The channel says that this order was shipped, but it did not go out from here."),
        msg("Choose cancelled here if it was shipped elsewhere, so that it is not sent twice."),
    )


def _without_order(row: Row) -> Finding:
    return row.finding(
        "line-without-order",
        "order_id",
        msg("It is not clear which order this line belongs to."),
        msg("Type the order number into this cell."),
    )


def _file_findings(incoming: Incoming | None, channels: Mapping[str, Channel]) -> Iterator[Finding]:
    """Yield what was wrong with order files as a whole; carriers' result files are told elsewhere."""
    for file in incoming.files if incoming else ():
        if not file.source or file.source in channels:
            yield from file.findings
