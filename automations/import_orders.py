"""Take in orders: from files of a channel, and those typed by hand, with their lines and customers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from automations.core.incoming import Incoming, IncomingOrder
from automations.core.ledger import Ledger, Row, Table, is_begun, update
from automations.core.messages import msg
from automations.core.orders.channels import Channel, plain_number
from automations.core.orders.customers import Customers, KnownCustomer
from automations.core.orders.known_orders import compared, flowing_on
from automations.core.orders.new_orders import rows_of
from automations.core.orders.numbering import LineNumbers, Numbers
from automations.core.orders.order_numbers import OrderNumbers, channel_of
from automations.core.plan import Finding, Part, Plan, SetCells
from automations.core.shipping.shared_parcels import parcels_of
from automations.core.statuses import is_closed
from automations.core.values import Value

READS = {
    "orders": (
        "order_id", "status", "status_set", "payment_state", "payment_set", "credit_state", "paid_on", "channel",
        "channel_order_no", "customer_id", "imported_at", "buyer_name", "buyer_phone", "buyer_email", "source_state",
        "source_change", "seal",
    ),
    "order_lines": ("line_id", "order_id", "sku", "qty", "components", "shipment_id"),
    "products": ("name", "price", "tax_rate", "components"),
    "customers": ("customer_id", "name", "phone", "email"),
    "shipments": ("order_id", "with_orders", "state"),
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
        self._numbers = OrderNumbers(orders, self.settings.channels)
        self._set_aside = {row.key for row in orders.set_aside}
        self._hand_numbers = Numbers(self.settings.hand_prefix, self._hand_keys())
        lines = self.ledger["order_lines"]
        self._line_numbers = LineNumbers(row.key for row in (*lines, *lines.set_aside))
        self._typed: list[str] = []
        self._archived = self.ledger.incoming.archived if self.ledger.incoming else {}

    def typed_orders(self) -> Iterator[Part]:
        """Give numbers to orders typed without one, and a customer to every open order without one."""
        for row in self.ledger["orders"]:
            cells: dict[str, Value] = {}
            if not row.has_key:
                if not is_begun(row, self.ledger.schema["orders"]):
                    continue
                number = self._hand_numbers.following()
                while number in self._numbers.taken:
                    number = self._hand_numbers.following()
                cells["order_id"] = number
                self._numbers.taken.add(number)
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
            row = self._numbers.row_of(order)
            mark = f"import:{channel}:{number}"
            if row is None and mark in self._archived:
                yield _in_archive(order, channel, self._archived[mark], self.settings.channels)
            elif row is None and mark in self.ledger.marks:
                yield _deleted(order, channel, self.settings.channels)
            elif row is None:
                self.marks.append(mark)
                order_id, customer = self._numbers.new_id(order), self.customers.of(order.order)
                yield from rows_of(order, order_id, customer, self._line_numbers, self.ledger)
                yield order.findings
            elif mark not in self.ledger.marks:
                self.marks.append(mark)

    def known_orders(self) -> Iterator[Part]:
        """Compare the orders that are here already with what arrived."""
        shipments: Mapping[str, Sequence[Row]] | None = None
        lines: dict[str, list[Row]] | None = None
        for order in self._by_source().values():
            row = self._numbers.row_of(order)
            if row is None or row.key in self._set_aside or is_closed(row):
                continue
            if shipments is None or lines is None:
                shipments, lines = parcels_of(self.ledger), self.ledger.lines_of()
            on_the_way = any(parcel.text("state") in _ON_THE_WAY for parcel in shipments.get(row.key, ()))
            news = _without_own_news(order, self.settings.channels) if on_the_way else order
            flow, unsettled = flowing_on(row, news, on_the_way=on_the_way)
            cells, findings = compared(row, lines.get(row.key, ()), news, self.ledger, unsettled)
            yield update(row, {**cells, **flow}, msg("so at the channel") if flow else None)
            yield (*findings, *unsettled)

    def typed_lines(self) -> Iterator[Part]:
        """Give numbers to typed lines; one without an order number belongs to the only order typed just now."""
        for row in self.ledger["order_lines"]:
            if row.has_key or not is_begun(row, self.ledger.schema["order_lines"]):
                continue
            order_id = row.text("order_id") or (self._typed[0] if len(self._typed) == 1 else "")
            if not order_id:
                yield _without_order(row)
            elif order_id in self._numbers.taken and order_id not in self._set_aside:
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
        yield from self._numbers.taken
        start = f"import:{HAND}:"
        yield from (mark.removeprefix(start) for mark in self.ledger.marks if mark.startswith(start))

    def _by_source(self) -> dict[tuple[str, str], IncomingOrder]:
        incoming = self.ledger.incoming
        orders = incoming.orders if incoming else ()
        return {(channel_of(order), plain_number(order.number)): order for order in orders}


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


def _without_own_news(order: IncomingOrder, channels: Mapping[str, Channel]) -> IncomingOrder:
    """Return an order without the notices that a parcel from here has caused at the channel."""
    notices = channels[order.channel].notices if order.channel in channels else ()
    own = {notice.code for notice in notices if notice.until_shipped}
    return replace(order, findings=tuple(finding for finding in order.findings if finding.code not in own))


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


def _in_archive(order: IncomingOrder, channel: str, name: str, channels: Mapping[str, Channel]) -> Finding:
    return Finding(
        "order-archived",
        "orders",
        plain_number(order.number),
        "",
        order.number,
        msg(
            "This order of {channel} was closed long ago and is in the archive {name}, so it is left out.",
            channel=channels[channel].label if channel in channels else channel,
            name=name,
        ),
        msg("Nothing needs to be done. To look at it: daicho why {order}", order=plain_number(order.number)),
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
