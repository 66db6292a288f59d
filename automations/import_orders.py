"""Take in orders: from files of a channel, and those typed by hand, with their lines and customers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from automations.core.channels import Channel, plain_number
from automations.core.customers import Customers, KnownCustomer
from automations.core.incoming import Incoming, IncomingOrder
from automations.core.known_orders import SHIPPED_ELSEWHERE, compared, flowing_on
from automations.core.ledger import Ledger, Row, Table, is_begun, update
from automations.core.messages import msg
from automations.core.numbering import LineNumbers, Numbers, shipment_id
from automations.core.plan import AppendRow, Finding, Part, Plan, SetCells
from automations.core.source_state import state_of, with_notices, write_state
from automations.core.statuses import ENDED, is_closed
from automations.core.values import Cells, Value

READS = {
    "orders": (
        "order_id", "status", "status_set", "payment_state", "payment_set", "credit_state", "paid_on", "channel",
        "channel_order_no", "customer_id", "imported_at", "buyer_name", "buyer_phone", "buyer_email", "source_state",
        "source_change", "seal",
    ),
    "order_lines": ("line_id", "order_id", "sku", "qty", "components", "shipment_id"),
    "products": ("name", "price", "tax_rate", "components"),
    "customers": ("customer_id", "name", "phone", "email"),
    "shipments": ("order_id", "state"),
    "movements": ("movement_id",),
    "runs": ("run_id",),
}  # fmt: skip
WRITES = {
    "orders": (
        "order_id", "status", "payment_state", "credit_state", "paid_on", "ship_on", "arrived_on", "posted_on",
        "customer_id", "imported_at", "source_state", "source_change",
    ),
    "order_lines": ("line_id", "order_id", "components", "shipment_id"),
    "shipments": ("shipment_id", "order_id", "parcel", "state", "shipped_on", "arrived_on", "service_reason"),
    "customers": ("customer_id",),
    "movements": ("movement_id",),
}  # fmt: skip

_ON_THE_WAY = frozenset({"instructed", "shipped", "arrived", "returned"})
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
        intake.corrected_lines(),
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
        self._by_number = _by_number((*orders.set_aside, *orders))
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
                if not is_begun(row, self.ledger.schema["orders"]):
                    continue
                number = self._hand_numbers.following()
                while number in self._order_ids:
                    number = self._hand_numbers.following()
                cells["order_id"] = number
                self._order_ids.add(number)
                self._typed.append(number)
                self.marks.append(f"import:{HAND}:{number}")
                cells["imported_at"] = self.ledger.now
            elif self._is_typed_just_now(row):
                cells["imported_at"] = self.ledger.now
            if row.get("customer_id") is None and not is_closed(row):
                customer = self.customers.of(row.cells)
                if customer is not None:
                    cells["customer_id"] = customer
            if cells:
                yield update(row, cells, msg("typed by hand") if "order_id" in cells else None)

    def _is_typed_just_now(self, row: Row) -> bool:
        """Return whether a person gave the number: the row is new in a ledger that has run before."""
        is_new = row.get("seal") is None and row.get("imported_at") is None
        return is_new and len(self.ledger["runs"]) > 0 and not is_closed(row)

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
            cells, findings = compared(row, lines.get(row.key, ()), order, self.ledger)
            flow, more = flowing_on(row, order, on_the_way=on_the_way)
            yield update(row, {**cells, **flow}, msg("so at the channel") if flow else None)
            yield (*findings, *more)

    def typed_lines(self) -> Iterator[Part]:
        """Give numbers to typed lines; one without an order number belongs to the only order typed just now."""
        for row in self.ledger["order_lines"]:
            if row.has_key or not is_begun(row, self.ledger.schema["order_lines"]):
                continue
            order_id = row.text("order_id") or (self._typed[0] if len(self._typed) == 1 else "")
            if not order_id:
                yield _without_order(row)
            elif order_id in self._order_ids and order_id not in self._set_aside:
                cells: dict[str, Value] = {
                    "line_id": self._line_numbers.following(order_id),
                    "order_id": order_id,
                }
                product = self.ledger["products"].get(row.text("sku"))
                if product is not None and product.get("components") is not None:
                    cells["components"] = product.get("components")
                yield update(row, cells, msg("typed by hand"))

    def corrected_lines(self) -> Iterator[Part]:
        """Take the parts of a line anew when a person has put another product into it."""
        lines = [row for row in self.ledger["order_lines"] if row.get("components") is not None]
        sets = {row.text("components") for row in self.ledger["products"]} if lines else set()
        for line in lines:
            product = self.ledger["products"].get(line.text("sku"))
            parcel = self.ledger["shipments"].get(line.text("shipment_id"))
            order = self.ledger["orders"].get(line.text("order_id"))
            if product is None or order is None or is_closed(order):
                continue
            if parcel is not None and parcel.text("state") in _ON_THE_WAY:
                continue
            now = product.get("components")
            # A set whose parts changed since the order keeps the parts of then.
            if now is None or (now != line.get("components") and line.get("components") in sets):
                yield update(line, {"components": now}, msg("another product was put into this line"))

    def _hand_keys(self) -> Iterator[str]:
        """Every number ever given to a typed order, deleted ones included: their mails were sent."""
        yield from self._order_ids
        start = f"import:{HAND}:"
        yield from (mark.removeprefix(start) for mark in self.ledger.marks if mark.startswith(start))

    def _by_source(self) -> dict[tuple[str, str], IncomingOrder]:
        incoming = self.ledger.incoming
        orders = incoming.orders if incoming else ()
        return {(_channel_of(order), plain_number(order.number)): order for order in orders}

    def _known(self, order: IncomingOrder, channel: str) -> Row | None:
        """Return the row of an order: by the channel's number, or by ours if it is that channel's."""
        row = self._by_number.get((channel, plain_number(order.number)))
        if row is not None:
            return row
        row = self.ledger["orders"].get(self._base_id(order, channel))
        if row is None or row.get("source_state") is None or row.text("channel") not in (channel, ""):
            return None
        return row

    def _base_id(self, order: IncomingOrder, channel: str) -> str:
        declared = self.settings.channels.get(channel)
        return declared.order_id(order.number) if declared else plain_number(order.number)

    def _free_id(self, order: IncomingOrder, channel: str) -> str:
        number = base = self._base_id(order, channel)
        attempt = 0
        while number in self._order_ids:
            attempt += 1
            number = f"{base}-{channel}" if attempt == 1 else f"{base}-{channel}-{attempt}"
        return number

    def _appended(self, order: IncomingOrder, channel: str) -> Iterator[AppendRow]:
        order_id = self._free_id(order, channel)
        gone = _parcel_gone(order.order, order_id, self.ledger)
        parcel = {"shipment_id": gone.cells["shipment_id"]} if gone else {}
        self._order_ids.add(order_id)
        told = {"channel": channel, "channel_order_no": order.number, **order.order}
        yield AppendRow(
            "orders",
            {
                **told,
                **_first_status(order.order, self.ledger),
                "order_id": order_id,
                "memo": _memo(order, self.ledger),
                "remark": _remark(order, self.ledger),
                "customer_id": self.customers.of(order.order),
                "imported_at": self.ledger.now,
                "source_state": write_state(with_notices(state_of(order.order, order.lines), order.findings)),
            },
        )
        for line in order.lines:
            numbered = {"line_id": self._line_numbers.following(order_id), "order_id": order_id}
            yield AppendRow("order_lines", {**numbered, **parcel, **_filled(line, self.ledger["products"])})
        if gone:
            yield gone


def _by_number(orders: Sequence[Row]) -> dict[tuple[str, str], Row]:
    """Return the orders by channel and its number; an imported row counts before one copied from it by hand."""
    imported_last = sorted(orders, key=lambda row: row.get("source_state") is not None)
    return {
        (row.text("channel"), plain_number(row.text("channel_order_no"))): row
        for row in imported_last
        if row.get("channel_order_no") is not None
    }


def _numbered(table: Table, prefix: str) -> list[SetCells]:
    """Give numbers to rows a person typed without one."""
    numbers = Numbers(prefix, (row.key for row in (*table, *table.set_aside)))
    typed = [row for row in table if not row.has_key and is_begun(row, table.tab)]
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


def _channel_of(order: IncomingOrder) -> str:
    """Return the channel the order itself names (a ledger CSV may), else that of its file."""
    named = order.order.get("channel")
    return named if isinstance(named, str) else order.channel


def _first_status(order: Cells, ledger: Ledger) -> dict[str, Value]:
    """Return how an order begins: ended, on its way from elsewhere, or received."""
    status = order.get("status")
    begun = {"status": status, "ship_on": order.get("ship_on"), "arrived_on": None, "posted_on": None}
    if status in SHIPPED_ELSEWHERE:
        begun["arrived_on"] = None if status == "shipped" else order.get("arrived_on") or ledger.today
        begun["posted_on"] = order.get("posted_on") or ledger.today if status == "posted" else None
    elif status not in ENDED:
        begun["status"] = "received"
    return begun


def _parcel_gone(order: Cells, order_id: str, ledger: Ledger) -> AppendRow | None:
    """Return the parcel of an order that was shipped elsewhere, so that nothing ships it again."""
    status = order.get("status")
    if status not in SHIPPED_ELSEWHERE:
        return None
    return AppendRow(
        "shipments",
        {
            "shipment_id": shipment_id(order_id, 1, ledger["shipments"].keys()),
            "order_id": order_id,
            "parcel": 1,
            "state": "shipped" if status == "shipped" else "arrived",
            "shipped_on": order.get("ship_on") or ledger.today,
            "arrived_on": None if status == "shipped" else order.get("arrived_on") or ledger.today,
            "service_reason": msg("shipped elsewhere before it was imported").text(ledger.language),
        },
    )


def _remark(order: IncomingOrder, ledger: Ledger) -> Value:
    """Return the customer's remark and below it what nothing else stops: the order waits until it was read."""
    told = order.order.get("remark")
    unread = [] if order.order.get("status") in SHIPPED_ELSEWHERE else _left_over(order, ledger, needed=False)
    return "\n".join((*([told] if isinstance(told, str) else []), *unread)) or None


def _memo(order: IncomingOrder, ledger: Ledger) -> Value:
    """Return the memo: what the file says, notices, and cells that must be filled before the order goes on."""
    told = order.order.get("memo")
    notes = [told] if isinstance(told, str) else []
    if order.order.get("status") in SHIPPED_ELSEWHERE:
        notes.append(msg("Already shipped when it was imported.").text(ledger.language))
        notes += _left_over(order, ledger, needed=False)
    return "\n".join((*notes, *_left_over(order, ledger, needed=True))) or None


def _left_over(order: IncomingOrder, ledger: Ledger, *, needed: bool) -> list[str]:
    """Return what the file says and no cell holds, each once.

    Args:
        order: The order as it arrived.
        ledger: Gives columns their labels.
        needed: Take what the row check asks for anyway, and mere hints; else what could be overlooked.
    """
    notes = []
    for finding in order.findings:
        column = ledger.schema[finding.tab].columns.get(finding.column)
        if (finding.level == "warning" or (column is not None and column.required)) != needed:
            continue
        if column is None:
            notes.append(finding.why.text(ledger.language))
        elif finding.value and finding.level == "error":
            notes.append(f"{column.label.text(ledger.language)}: {finding.value}")
    return list(dict.fromkeys(notes))


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
        plain_number(order.number),
        "",
        order.number,
        msg(
            "This order of {channel} was imported before and its row was deleted, so it is left out.",
            channel=name,
        ),
        msg("Nothing needs to be done. To have it back, type it into the orders tab."),
        order.row,
        "warning",
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
