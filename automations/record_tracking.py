"""Take tracking numbers from carriers and people, and move what was shipped out of the stock."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from automations.core.incoming import TrackingResult
from automations.core.ledger import Ledger, Row, update
from automations.core.messages import Message, msg
from automations.core.plan import AppendRow, Finding, Level, Part, Plan
from automations.core.records import dataclass
from automations.core.shipping.carriers import Carrier
from automations.core.shipping.proposals import decided, proposed
from automations.core.shipping.read_back import TrackingForm
from automations.core.stock.components import read_components
from automations.core.text import only_digits
from automations.core.values import Value

READS = {
    "shipments": (
        "shipment_id", "state", "stopped", "order_id", "carrier", "tracking_number", "shipped_on", "ship_on",
        "instructed_at", "ship_name", "ship_company", "ship_postcode", "proposed_number", "proposal_note",
        "number_choice", "refused_numbers",
    ),
    "order_lines": ("line_id", "shipment_id", "qty", "allocated_qty", "reserved"),
    "movements": ("movement_id",),
}  # fmt: skip
WRITES = {
    "shipments": (
        "state", "tracking_number", "shipped_on", "proposed_number", "proposal_note", "number_choice",
        "refused_numbers",
    ),
    "movements": ("movement_id", "kind", "sku", "place", "lot", "qty", "moved_at", "shipment_id"),
}  # fmt: skip
_DATE = re.compile(r"(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})")
_GONE = frozenset({"shipped", "arrived", "returned"})
# Long enough to find a slip of the pen; much later carriers give their numbers out again.
_NEVER_AGAIN_DAYS = 90
_NOT_RESERVED = "tracking-not-reserved"


@dataclass(frozen=True)
class Settings:
    """The carriers, for the form of their numbers."""

    carriers: Mapping[str, Carrier]

    def proposes(self, result: TrackingResult) -> bool:
        """Return whether a result names a person, because its carrier gives no key of ours back."""
        carrier = self.carriers.get(result.carrier)
        return carrier is not None and carrier.read_back.proposes


@dataclass(frozen=True, slots=True)
class _Number:
    """A tracking number for a parcel: from a file (``result``), or already in its row."""

    digits: str
    shipped_on: date | None
    result: TrackingResult | None = None


def plan(ledger: Ledger, settings: Settings) -> Plan:
    """Record tracking numbers, and set parcels to 出荷済み on their ship day.

    Args:
        ledger: ``ledger.incoming`` brings carriers' results; a number a person typed into 出荷 counts as well,
            and wins over a different one of a file. Further parcels of one shipment in a file are left out.
            A number of a list that names people only is proposed, and a person decides (core/shipping/proposals.py).
        settings: Carriers give the length and check digit of their numbers.

    Returns:
        Number, ship day and state of each parcel, and one ``shipped`` movement per reserved product, place
        and lot, numbered ``S-<shipment>-<n>``. A number with a wrong check digit, of an unknown parcel or of
        one that may not ship is a finding and is not recorded. Reading a file again changes nothing.
    """
    choices = decided(ledger)
    now = ledger if choices.is_empty else ledger.apply(choices)
    arrived = now.incoming.tracking if now.incoming else ()
    of_people = [result for result in arrived if settings.proposes(result)]
    results, unmatched = _by_shipment(now, [result for result in arrived if not settings.proposes(result)])
    owners = _owners(now, results)
    lines: dict[str, list[Row]] | None = None
    parts: list[Part] = [choices, unmatched]
    for shipment in now["shipments"]:
        result = results.get(shipment.key)
        if result is None and (shipment.text("state") in _GONE or not shipment.text("tracking_number")):
            continue
        lines = now["order_lines"].by("shipment_id") if lines is None else lines
        twice = _standing_twice(shipment, result, owners)
        parts.append(twice or _recorded(shipment, result, lines.get(shipment.key, []), now, settings))
    return Plan.of(parts, proposed(now, of_people, settings.carriers, owners), _of_files(ledger, settings))


def _of_files(ledger: Ledger, settings: Settings) -> Iterator[Finding]:
    """Yield what was wrong with carriers' files as a whole; order files are told by ``import_orders``."""
    for file in ledger.incoming.files if ledger.incoming else ():
        if file.source in settings.carriers:
            yield from file.findings


def _owners(ledger: Ledger, results: Mapping[str, TrackingResult]) -> dict[str, set[str]]:
    """Return the orders each number of the last weeks or of a file belongs to; carriers use numbers again."""
    oldest = ledger.today - timedelta(days=_NEVER_AGAIN_DAYS)
    owners: dict[str, set[str]] = {}
    for shipment in ledger["shipments"]:
        digits = _digits(shipment, results.get(shipment.key))
        if digits and (shipment.day("shipped_on") or ledger.today) >= oldest:
            owners.setdefault(digits, set()).add(shipment.text("order_id"))
    return owners


def _digits(shipment: Row, result: TrackingResult | None) -> str:
    """Return the digits of the number that stands at a parcel, else of the one a file has for it."""
    arrived = result.tracking_number if result else ""
    return only_digits(shipment.text("tracking_number") or arrived)


def _standing_twice(
    shipment: Row, result: TrackingResult | None, owners: Mapping[str, Collection[str]]
) -> Finding | None:
    others = set(owners.get(_digits(shipment, result), ())) - {shipment.text("order_id")}
    if not others or shipment.text("state") in _GONE:
        return None
    why = msg("The same number stands at a parcel of order {orders}.", orders=tuple(sorted(others)))
    fix = msg("Compare both with their labels, and correct the wrong one.")
    return _finding(shipment, _number(shipment, result), "tracking-twice", why, fix)


def _by_shipment(
    ledger: Ledger, results: Iterable[TrackingResult]
) -> tuple[dict[str, TrackingResult], list[Finding]]:
    """Return the first result of each shipment, and a finding for each result without one."""
    found: dict[str, TrackingResult] = {}
    unmatched: list[Finding] = []
    for result in results:
        key = unicodedata.normalize("NFKC", result.reference).strip().upper()
        if key in ledger["shipments"]:
            first = found.setdefault(key, result)
            if first.tracking_number != result.tracking_number:
                unmatched.append(_second(result, first))
        else:
            unmatched.append(_unmatched(result))
    return found, unmatched


def _unmatched(result: TrackingResult) -> Finding:
    if result.reference:
        why = msg(
            "{recipient}: there is no parcel {reference}.",
            recipient=result.recipient,
            reference=result.reference,
        )
    else:
        why = msg("{recipient}: the row names no parcel.", recipient=result.recipient)
    return _in_file(
        "tracking-unmatched",
        result,
        why,
        msg("If it is one of ours, type the tracking number into its row in the shipments tab."),
    )


def _second(result: TrackingResult, first: TrackingResult) -> Finding:
    return _in_file(
        "tracking-differs",
        result,
        msg(
            "{reference} stands in the file twice; {number} is kept.",
            reference=result.reference,
            number=first.tracking_number,
        ),
        msg("If this number is on the parcel, type it into its row in the shipments tab."),
    )


def _recorded(
    shipment: Row, result: TrackingResult | None, lines: Sequence[Row], ledger: Ledger, settings: Settings
) -> Part:
    number = _number(shipment, result)
    against = _against(shipment, number, lines)
    if against and against[0] != _NOT_RESERVED:
        return _finding(shipment, number, *against)
    carrier = settings.carriers.get(shipment.text("carrier"))
    if carrier and not carrier.tracking.is_right(number.digits):
        return _finding(shipment, number, "tracking-number-wrong", *_wrong_number(carrier.tracking))
    if against:
        # The file comes only once: the number is kept, and the parcel counts as shipped when that is mended.
        shipped_on = shipment.day("shipped_on") or number.shipped_on
        kept: dict[str, Value] = {"tracking_number": number.digits, "shipped_on": shipped_on}
        return [update(shipment, kept) if number.result else [], _finding(shipment, number, *against)]
    differs = _differs(shipment, result)
    if shipment.text("state") in _GONE:
        return differs
    if carrier and carrier.tracking.is_unusual(number.digits):
        differs.append(_unusual(shipment, number))
    shipped_on = shipment.day("shipped_on") or number.shipped_on or ledger.today
    if shipped_on > ledger.today:
        # The label is printed the day before: the number is known, the goods are still here.
        cells: dict[str, Value] = {"tracking_number": number.digits, "shipped_on": shipped_on}
        return [update(shipment, cells, msg("the label is issued")), differs]
    cells = {"tracking_number": number.digits, "shipped_on": shipped_on, "state": "shipped"}
    return [update(shipment, cells, msg("shipped")), _movements(shipment, lines, ledger), differs]


def _number(shipment: Row, result: TrackingResult | None) -> _Number:
    """Return the parcel's number: what stands in its row, else what the file says."""
    typed = shipment.text("tracking_number")
    if typed or result is None:
        plain = unicodedata.normalize("NFKC", typed)
        digits = only_digits(plain) if re.fullmatch(r"[\d\s-]+", plain) else plain.strip()
        return _Number(digits, _day(result.shipped_on) if result else None)
    return _Number(only_digits(result.tracking_number), _day(result.shipped_on), result)


def _day(written: str) -> date | None:
    found = _DATE.match(unicodedata.normalize("NFKC", written).strip())
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _against(shipment: Row, number: _Number, lines: Sequence[Row]) -> tuple[str, Message, Message] | None:
    """Return why a parcel cannot count as shipped, None when nothing speaks against it."""
    state = shipment.text("state")
    if number.result is not None and number.result.carrier != (
        shipment.text("carrier") or number.result.carrier
    ):
        return (
            "tracking-other-carrier",
            msg("The number is another carrier's than the one this parcel was handed to."),
            msg("If it went out with that carrier, type the number into its row in the shipments tab."),
        )
    if state == "cancelled" or (shipment.flag("stopped") and state not in _GONE):
        return (
            "tracking-cancelled",
            msg("This parcel was called off, but it has a tracking number."),
            msg("Stop it at the carrier and empty the number, or correct the order if it really went out."),
        )
    if state == "planned" and number.result is not None:
        return (
            "tracking-not-instructed",
            msg("This parcel was never instructed, but the carrier has a number for it."),
            msg("If it went out, type the number into its row in the shipments tab."),
        )
    if state not in _GONE and not _all_reserved(lines):
        return (
            _NOT_RESERVED,
            msg("This parcel has a tracking number, but its goods are not all reserved."),
            msg("Correct the stock or the order lines, so that the right goods leave the stock."),
        )
    return None


def _all_reserved(lines: Sequence[Row]) -> bool:
    return bool(lines) and all(line.number_of("allocated_qty") >= line.number_of("qty") for line in lines)


def _wrong_number(form: TrackingForm) -> tuple[Message, Message]:
    return (
        msg(
            "The carrier's numbers have {digits} digits, the last of them a check digit.", digits=form.digits
        ),
        msg("Compare it with the label and type it again."),
    )


def _unusual(shipment: Row, number: _Number) -> Finding:
    why = msg("The last digit does not follow from the others, as it does with other carriers.")
    return _finding(shipment, number, "tracking-unusual", why, msg("Compare it with the label."))


def _differs(shipment: Row, result: TrackingResult | None) -> list[Finding]:
    typed = shipment.text("tracking_number")
    if result is None or not typed or only_digits(typed) == only_digits(result.tracking_number):
        return []
    why = msg("The carrier's file says {number}; what stands here is kept.", number=result.tracking_number)
    fix = msg("If the file is right, correct the number here.")
    return [shipment.warning("tracking-differs", "tracking_number", why, fix)]


def _movements(shipment: Row, lines: Sequence[Row], ledger: Ledger) -> Iterator[AppendRow]:
    """Yield a movement out for every product, place and lot that the parcel's lines had reserved."""
    reserved = [pair for line in lines for pair in read_components(line.text("reserved")) or ()]
    for number, (stock_key, qty) in enumerate(reserved, 1):
        movement_id = f"S-{shipment.key}-{number}"
        if movement_id in ledger["movements"]:
            continue
        sku, place, lot = (*stock_key.split("/"), "", "")[:3]
        yield AppendRow(
            "movements",
            {
                "movement_id": movement_id,
                "kind": "shipped",
                "sku": sku,
                "place": place or None,
                "lot": lot or None,
                "qty": -qty,
                "moved_at": ledger.now,
                "shipment_id": shipment.key,
            },
        )


def _finding(shipment: Row, number: _Number, code: str, why: Message, fix: Message) -> Finding:
    """Return a finding where the number stands: in the file it came from, or in the parcel's row."""
    if number.result is None:
        return shipment.finding(code, "tracking_number", why, fix, level=_level(code))
    return _in_file(code, number.result, msg("{parcel}: {why}", parcel=shipment.key, why=why), fix)


def _in_file(code: str, result: TrackingResult, why: Message, fix: Message) -> Finding:
    return Finding(code, "", result.file, "", result.tracking_number, why, fix, result.row, _level(code))


def _level(code: str) -> Level:
    """Parcels of other origin and parcels called off are told, but nothing is kept from going on."""
    return "warning" if code in ("tracking-unmatched", "tracking-cancelled", "tracking-unusual") else "error"
