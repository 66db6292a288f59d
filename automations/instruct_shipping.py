"""Hand parcels that are due and ready to the carrier: labels frozen, one shipping file per carrier and run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from automations.core.ledger import Ledger, Row, update
from automations.core.messages import Message, msg
from automations.core.orders.late_changes import late_changes
from automations.core.payments import Payment
from automations.core.plan import Change, Finding, Plan
from automations.core.records import dataclass
from automations.core.shipping.batches import ParcelLabel, batch_plans, day_of, is_cut_off, parcel_mark
from automations.core.shipping.carriers import Carrier, Service
from automations.core.shipping.flows import FieldProblem
from automations.core.shipping.layouts import Rendered, render, thaw
from automations.core.shipping.parcels import label_record
from automations.core.shipping.shared_parcels import orders_in
from automations.core.shop import Shop
from automations.core.statuses import is_ended, moved_on_by_hand

ASKS_WHETHER_CLOSED = True
READS = {
    "shipments": (
        "shipment_id", "state", "order_id", "with_orders", "tracking_number", "errors", "carrier", "service", "ship_on",
        "deliver_on", "requested_on", "requested_time", "temperature", "size", "weight_g", "boxes", "cod_amount", "cod_tax", "ship_name",
        "ship_company", "ship_postcode", "ship_prefecture", "ship_address", "ship_building", "ship_phone",
        "sender_name", "contents", "handling", "noshi", "stopped", "batch_id", "instructed_at", "label_fields",
    ),
    "orders": (
        "order_id", "status", "status_set", "intake", "payment_state", "credit_state", "payment_method", "ship_name",
        "ship_company", "ship_postcode", "ship_prefecture", "ship_address", "ship_building", "ship_phone",
        "buyer_name", "buyer_company", "buyer_postcode", "buyer_prefecture", "buyer_address", "buyer_building",
        "buyer_phone", "total",
    ),
    "order_lines": ("order_id", "shipment_id", "sku", "components", "qty", "allocated_qty", "reserved"),
    "holds": ("order_id", "state", "severity"),
    "batches": ("batch_id", "shipments"),
}  # fmt: skip
WRITES = {
    "shipments": ("state", "batch_id", "instructed_at", "label_fields", "errors"),
    "batches": (
        "batch_id",
        "state",
        "carrier",
        "ship_on",
        "parcels",
        "file",
        "made_at",
        "shipments",
        "sha256",
    ),
}
# Label field -> column of the shipment it is taken from, where the two have different names.
_LEDGER_COLUMNS = {
    "ship_full_address": "ship_address",
    "ship_postcode_dashed": "ship_postcode",
    "service_code": "service",
    "ship_plain_name": "ship_name",
    "delivery_wish": "requested_time",
}
# Label field -> key in the block shop: of shop.yaml, likewise.
_SHOP_KEYS = {"sender_full_address": "address", "sender_postcode_dashed": "postcode"}


@dataclass(frozen=True)
class Settings:
    """The sender, the carriers, and the payment methods with their gates."""

    shop: Shop
    carriers: Mapping[str, Carrier]
    payments: Mapping[str, Payment]


def plan(ledger: Ledger, settings: Settings) -> Plan:
    """Instruct every planned parcel whose day has come and whose order may ship.

    Args:
        ledger: A parcel is ready when all its lines are reserved in full and its order is complete, not on
            hold, not cancelled, not set to shipped by a person, and free on the payment side. Nothing leaves before its ``ship_on``.
        settings: Carriers say what a label looks like.

    Returns:
        Frozen labels (``label_fields``), one batch per carrier and ship day (more where the carrier limits a
        file), and the marks ``batch:<id>`` and ``parcel:<id>``. A label that cannot be written becomes ``label-problem`` and keeps
        its parcel planned. What changes in an order after the instruction is a warning; its label stays as it is.
        A batch of which a run that was cut off has left only the parcels is made up for, with those labels.
    """
    ready = _ready_shipments(ledger, settings)
    cut_off = {shipment.key for shipment in ledger["shipments"] if is_cut_off(shipment, ledger)}
    labels = list(_labels(ledger, settings, ready, cut_off))
    due = ready | cut_off
    good = [label for label in labels if not label.rendered.problems and label.shipment.key in due]
    return Plan.of(
        _error_cells(labels, ledger.language),
        batch_plans(good, ledger),
        dict.fromkeys(_label_findings(labels)),
        late_changes(ledger, settings.payments),
    )


def _ready_shipments(ledger: Ledger, settings: Settings) -> set[str]:
    """Return the keys of planned parcels that are due and may ship."""
    due = [
        shipment
        for shipment in ledger["shipments"]
        if shipment.text("state") == "planned"
        and not shipment.text("tracking_number")  # a person has shipped it without us
        and (day := shipment.day("ship_on"))
        and day <= ledger.today
    ]
    if not due:
        return set()
    lines = ledger["order_lines"].by("shipment_id")
    held = _held_orders(ledger)
    return {
        shipment.key
        for shipment in due
        if held.isdisjoint(orders_in(shipment))
        and all(_may_ship(ledger["orders"].get(key), settings.payments) for key in orders_in(shipment))
        and _all_reserved(lines.get(shipment.key, ()))
    }


def _held_orders(ledger: Ledger) -> set[str]:
    """Return orders with an open hold, or with a line that was set aside (copied, renamed): never half of them."""
    held = {
        hold.text("order_id")
        for hold in ledger["holds"]
        if hold.text("state") == "open" and hold.text("severity") in ("block", "confirm")
    }
    return held | {line.text("order_id") for line in ledger["order_lines"].set_aside}


def _may_ship(order: Row | None, payments: Mapping[str, Payment]) -> bool:
    if order is None or is_ended(order) or order.text("intake") == "incomplete":
        return False
    if _put_on_hold(order) or moved_on_by_hand(order):
        return False
    payment = payments.get(order.text("payment_method"))
    return payment is not None and payment.may_ship(order)


def _put_on_hold(order: Row) -> bool:
    """Return whether a person chose 保留; the same status set by the program follows the holds."""
    return order.text("status") == "on_hold" and order.text("status_set") != "on_hold"


def _all_reserved(lines: Collection[Row]) -> bool:
    return bool(lines) and all(line.number_of("allocated_qty") == line.number_of("qty") > 0 for line in lines)


def _labels(
    ledger: Ledger, settings: Settings, ready: Collection[str], cut_off: Collection[str]
) -> Iterator[ParcelLabel]:
    """Yield a label for every ready parcel, those whose last label could not be written, and those without their batch."""
    in_batches = {key for batch in ledger["batches"] for key in batch.text("shipments").split()}
    for shipment in ledger["shipments"]:
        is_tried = shipment.key in ready or bool(shipment.text("errors"))
        is_planned = shipment.text("state") == "planned" and is_tried
        carrier = settings.carriers.get(shipment.text("carrier"))
        if carrier is None or not (is_planned or shipment.key in cut_off):
            continue
        day = shipment.day("ship_on") if is_planned else day_of(shipment.text("batch_id"))
        ship_on = max(day or ledger.today, ledger.today) if is_planned else day or ledger.today
        label = ParcelLabel(shipment, carrier, ship_on, Rendered())
        if shipment.key in cut_off and (fields := thaw(shipment.text("label_fields"), len(carrier.columns))):
            yield replace(label, rendered=Rendered(fields))
        elif service := carrier.services.get(shipment.text("service")):
            is_done = is_planned and (shipment.key in in_batches or parcel_mark(shipment.key) in ledger.marks)
            yield replace(label, rendered=_rendered(label, service, ledger, settings, is_done=is_done))


def _rendered(
    label: ParcelLabel, service: Service, ledger: Ledger, settings: Settings, *, is_done: bool
) -> Rendered:
    if is_done:
        return Rendered(problems=(_ALREADY,))
    if label.shipment.money("cod_amount") and ledger.currency != _COLLECTED_IN:
        return Rendered(problems=(_OTHER_MONEY,))
    record = label_record(label.shipment, label.ship_on, service, settings.shop, label.carrier)
    return render(label.carrier, service, record)


def _error_cells(labels: Iterable[ParcelLabel], language: str) -> Iterator[Iterable[Change]]:
    for label in labels:
        texts = [_said(problem).text(language) for problem in label.rendered.problems]
        yield update(label.shipment, {"errors": " / ".join(texts) or None})


def _label_findings(labels: Iterable[ParcelLabel]) -> Iterator[Finding]:
    for label in labels:
        for problem in label.rendered.problems:
            yield _label_finding(label, problem)


def _label_finding(label: ParcelLabel, problem: FieldProblem) -> Finding:
    why, shipment = _said(problem), label.shipment
    if problem is _ALREADY:
        return shipment.finding("already-instructed", "state", why, problem.fix)
    field = _first_field(label.carrier, problem.field)
    place = _in_shop_file(shipment, label.carrier, field)
    if place:
        # The same for every parcel: told once.
        return Finding("label-problem", "", place, "", problem.value, why, problem.fix)
    column = _LEDGER_COLUMNS.get(field, field)
    fix = _in_products(problem.fix) if field == "contents" else _in_order(shipment, problem.fix)
    return Finding(
        "label-problem", shipment.tab, shipment.key, column, problem.value, why, fix, shipment.number
    )


def _said(problem: FieldProblem) -> Message:
    return msg("{column}: {why}", column=problem.column, why=problem.why) if problem.column else problem.why


def _first_field(carrier: Carrier, field: str) -> str:
    """Return the record field behind a column of a running text (``ship_lines.2``: the building)."""
    name, _, line = field.partition(".")
    flow = carrier.flows.get(name)
    return flow.pieces[min(int(line), len(flow.pieces)) - 1] if flow else field


def _in_shop_file(shipment: Row, carrier: Carrier, field: str) -> str:
    """Return where shop.yaml gives a field, ``""`` for a field of the parcel's own."""
    if field.startswith("account."):
        return f"shop.yaml: carriers.{carrier.id}.{field.removeprefix('account.')}"
    if not field.startswith("sender_") or (field == "sender_name" and shipment.text("sender_name")):
        return ""
    return f"shop.yaml: shop.{_SHOP_KEYS.get(field, field.removeprefix('sender_'))}"


def _in_products(fix: Message) -> Message:
    return msg("{fix} It comes from Name on label in the products tab.", fix=fix)


def _in_order(shipment: Row, fix: Message) -> Message:
    return msg("{fix} It comes from order {order}.", fix=fix, order=shipment.text("order_id"))


_ALREADY = FieldProblem(
    "",
    "batch_id",
    "",
    msg("This parcel is already in a shipping file; it is not handed over twice."),
    msg("If its row was deleted or changed, put it back as it was; the folder backup has it."),
)
# Carriers read the amount on a label as yen, whatever the shop counts in.
_COLLECTED_IN = "JPY"
_OTHER_MONEY = FieldProblem(
    "",
    "cod_amount",
    "",
    msg("Carriers collect yen at the door, and this shop counts in another currency."),
    msg("Agree on another payment method."),
)
