"""What a service cannot do for a parcel, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from automations.core.messages import Label, Message, msg
from automations.core.records import dataclass
from automations.core.shipping.carriers import Record, Service


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a service does not take a parcel, by the field that asks too much."""

    field: str
    why: Message
    fix: Message


def refusals(service: Service, record: Record) -> tuple[Refusal, ...]:
    """Return everything the service cannot do for this parcel: COD, cold, time, day, measures (in this order).

    Reads ``cod_amount``, ``temperature``, ``requested_time``, ``requested_on``, ``size``, ``weight_g`` and ``boxes``;
    a blank or absent field asks for nothing. Source: carriers.md 6.2 and 6.3.
    """
    return tuple(_refusals(service, record))


def _refusals(service: Service, record: Record) -> Iterator[Refusal]:
    yield from _cod_refusals(service, record)
    temperature = str(record.get("temperature") or "ambient")
    if temperature not in service.temperatures:
        yield Refusal(
            "temperature",
            msg(
                "{service} does not carry {temperature} parcels.",
                service=service.label,
                temperature=TEMPERATURES.get(temperature, temperature),
            ),
            _ANOTHER_SERVICE,
        )
    window = record.get("requested_time")
    if window and window not in service.times:
        yield Refusal("requested_time", *_time_refusal(service))
    if record.get("requested_on") and not service.day:
        yield Refusal(
            "requested_on",
            msg("{service} does not take a delivery day.", service=service.label),
            msg("Choose another service, or remove the requested day from the order."),
        )
    yield from _measure_refusals(service, record, temperature)


def _measure_refusals(service: Service, record: Record, temperature: str) -> Iterator[Refusal]:
    size, size_limit = record.get("size"), service.size_limit(temperature)
    if size_limit and isinstance(size, int) and size > size_limit:
        why = msg("{service} takes at most {limit} cm.", service=service.label, limit=size_limit)
        yield Refusal("size", why, _ANOTHER_SERVICE)
    weight, weight_limit = record.get("weight_g"), service.weight_limit(temperature)
    if weight_limit and isinstance(weight, int) and weight > weight_limit:
        why = msg("{service} takes at most {limit} g.", service=service.label, limit=weight_limit)
        yield Refusal("weight_g", why, _ANOTHER_SERVICE)
    boxes = record.get("boxes")
    if isinstance(boxes, int) and boxes > service.max_boxes:
        yield Refusal("boxes", *_box_refusal(service))


def _box_refusal(service: Service) -> tuple[Message, Message]:
    if service.max_boxes > 1:
        why = msg(
            "{service} takes at most {limit} boxes under one number.",
            service=service.label,
            limit=service.max_boxes,
        )
    else:
        why = msg("{service} gives every box a number of its own.", service=service.label)
    return why, msg("Empty the cell, and make the labels of further boxes at the carrier.")


def _cod_refusals(service: Service, record: Record) -> Iterator[Refusal]:
    amount = record.get("cod_amount") or 0
    if not amount and service.cod == "always":
        yield Refusal(
            "cod_amount",
            msg("{service} needs the amount to collect.", service=service.label),
            msg("Fill in the order's total, or choose a service without cash on delivery."),
        )
    if amount and service.cod == "never":
        yield Refusal(
            "cod_amount",
            msg("{service} does not collect cash on delivery.", service=service.label),
            msg("Choose a service that does, or another payment method."),
        )
    elif isinstance(amount, int) and not 0 <= amount <= service.cod_max:
        yield Refusal(
            "cod_amount",
            msg(
                "{service} collects from 1 to {limit} yen.",
                service=service.label,
                limit=f"{service.cod_max:,}",
            ),
            msg("Choose another service or payment method, or split the order."),
        )


def _time_refusal(service: Service) -> tuple[Message, Message]:
    if service.times:
        return (
            msg("{service} has no such delivery window.", service=service.label),
            msg("Choose one of: {windows}.", windows=service.times),
        )
    return (
        msg("{service} does not take a delivery time.", service=service.label),
        msg("Choose another service, or remove the requested time from the order."),
    )


TEMPERATURES: Mapping[str, Label] = {
    "ambient": Label("常温", "ambient"),
    "chilled": Label("冷蔵", "chilled"),
    "frozen": Label("冷凍", "frozen"),
}
_ANOTHER_SERVICE = msg("Choose another service.")
