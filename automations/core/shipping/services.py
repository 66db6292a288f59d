"""Which carrier and service takes a parcel, and how many days it is under way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce

from automations.core.calendar import Calendar
from automations.core.messages import Message, msg
from automations.core.places.prefectures import REGION_OF, full_name
from automations.core.shipping.carriers import Carrier, Record, Service
from automations.core.shipping.refusals import refusals

# The parcel sizes carriers count in: length, width and height together in cm, and the weight that goes with them.
# Source: backoffice-practice 4.4, read 2026-11.
SIZES = (
    (60, 2_000),
    (80, 5_000),
    (100, 10_000),
    (120, 15_000),
    (140, 20_000),
    (160, 25_000),
    (180, 30_000),
    (200, 30_000),
)
_MAILBOX_MM = 30
_MAILBOX_G = 1_000


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a service must be able to carry.

    Attributes:
        record: ``temperature``, ``cod_amount``, ``requested_on``, ``requested_time``, ``size``, ``weight_g``.
        thickness_mm: Of all units on top of each other; 0 when a product does not say.
        fits_mailbox: Every product is marked for the mailbox.
    """

    record: Record
    thickness_mm: int
    fits_mailbox: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """A carrier's service and why it was chosen; no service, and why, when none takes the parcel."""

    carrier: Carrier
    service: Service | None
    reason: Message


def main_carrier(carriers: Mapping[str, Carrier], preferred: str) -> Carrier:
    """Return the preferred carrier; the first one (those the shop uses come first) when there is none of that name."""
    return carriers.get(preferred) or next(iter(carriers.values()))


def lead_days(carrier: Carrier, origin: str, destination: str, service: Service | None = None) -> int:
    """Return the days from shipping to arrival between two prefectures (1 = the next day).

    An unknown prefecture counts as the farthest region, so that no day is promised too early.
    """
    days = carrier.lead_days.get(REGION_OF.get(full_name(origin) or "", ""), {})
    farthest = max(days.values(), default=1)
    region = REGION_OF.get(full_name(destination) or "", "")
    return days.get(region, farthest) + (service.extra_days if service else 0)


def latest_ship_day(calendar: Calendar, requested_on: date, days: int) -> date:
    """Return the last working day on which a parcel still arrives on the requested day (practice 4.1)."""
    return calendar.last_open(requested_on - timedelta(days=days))


def choose(
    parcel: Parcel,
    wish: str,
    carriers: Mapping[str, Carrier],
    preferred: str,
    *,
    prefer_mailbox: bool,
    mailbox_carrier: str = "",
) -> Chosen:
    """Return the service for a parcel: the customer's wish where it fits, else the first that fits.

    Args:
        parcel: What must be carried.
        wish: Id of the service the customer wants, ``""`` for none.
        carriers: All declared carriers; only those the shop uses, and the preferred one, are asked.
        preferred: Id of the carrier that ships without a wish; the others are tried after it, in their order.
        prefer_mailbox: Take a mailbox service without a wish, too.
        mailbox_carrier: Whose mailbox services are tried first, ``""`` for the preferred carrier's.

    Source: carriers.md 6.2.
    """
    usual = main_carrier(carriers, preferred)
    asked = [usual, *(carrier for carrier in carriers.values() if carrier.in_use and carrier is not usual)]
    lost: list[Message] = []
    wished = _offers(carriers.values()).get(wish)
    if wished is not None:
        carrier, service = wished
        against = _against(parcel, service) if carrier in asked else _not_used(carrier)
        if against is None:
            return Chosen(carrier, service, msg("as the customer wishes"))
        lost.append(against)
        asked.sort(key=lambda other: other is not carrier)
    for carrier, service in _in_order(
        asked, parcel, prefer_mailbox=prefer_mailbox, mailbox_carrier=mailbox_carrier
    ):
        against = _against(parcel, service)
        if against is None:
            return Chosen(carrier, service, _reason(service, lost))
        if against not in lost:
            lost.append(against)
    return Chosen(asked[0], None, _joined(lost))


def _offers(carriers: Iterable[Carrier]) -> dict[str, tuple[Carrier, Service]]:
    return {service.id: (carrier, service) for carrier in carriers for service in carrier.services.values()}


def _not_used(carrier: Carrier) -> Message:
    return msg("The shop does not ship with {carrier}.", carrier=carrier.label)


def _in_order(
    carriers: Sequence[Carrier], parcel: Parcel, *, prefer_mailbox: bool, mailbox_carrier: str
) -> Iterator[tuple[Carrier, Service]]:
    """Yield the services to try without a wish: those that collect cash exactly when there is cash to collect."""
    cash = bool(parcel.record.get("cod_amount"))
    without = "never" if cash else "always"
    offers = [offer for offer in _offers(carriers).values() if offer[1].cod != without]
    if prefer_mailbox:
        in_mailbox = [offer for offer in offers if offer[1].delivery == "mailbox"]
        yield from sorted(in_mailbox, key=lambda offer: offer[0].id != (mailbox_carrier or carriers[0].id))
    yield from (offer for offer in offers if offer[1].delivery == "hand")


def _against(parcel: Parcel, service: Service) -> Message | None:
    """Return the first thing that speaks against a service, None when it takes the parcel."""
    refused = refusals(service, parcel.record)
    if refused:
        return refused[0].why
    if service.delivery == "mailbox" and not parcel.fits_mailbox:
        return msg("{service} takes only products marked for the mailbox.", service=service.label)
    limit = service.max_thickness_mm or (_MAILBOX_MM if service.delivery == "mailbox" else 0)
    if limit and parcel.thickness_mm > limit:
        return msg("{service} takes at most {limit} mm.", service=service.label, limit=limit)
    weight = parcel.record.get("weight_g")
    if (
        service.delivery == "mailbox"
        and isinstance(weight, int)
        and weight > (service.max_weight_g or _MAILBOX_G)
    ):
        return msg(
            "{service} takes at most {limit} g.",
            service=service.label,
            limit=service.max_weight_g or _MAILBOX_G,
        )
    return None


def _reason(service: Service, lost: Sequence[Message]) -> Message:
    if not lost:
        return msg("the usual service")
    return msg("{service}: {lost}", service=service.label, lost=_joined(lost))


def _joined(sentences: Sequence[Message]) -> Message:
    if not sentences:
        return msg("no service is declared for this")
    return reduce(lambda first, then: msg("{first} {then}", first=first, then=then), sentences)
