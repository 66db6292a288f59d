"""Hold rules about what is in an order: not by air (H16), goods that may not be chilled (H19), age (H29)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from automations.core.holds.case import Case, Evidence, Surroundings
from automations.core.holds.reasons import HoldReason
from automations.core.ledger import Row
from automations.core.messages import msg
from automations.core.places.addresses import full_address
from automations.core.places.islands import is_island
from automations.core.shipping.packing import Catalogue, Group, grouped
from automations.core.stock.shelf import parts_of

# Product codes with a tick, alone or as a part of a set.
Codes = frozenset[str]


def not_by_air(case: Case, reason: HoldReason, around: Surroundings) -> Evidence:
    """H16: goods that may not fly, to a place that parcels fly to: an island or one of ``prefectures``."""
    held = _ticked(case.lines, around.index(_with_tick, "no_air"), around)
    if not held:
        return ()
    far = (
        full_address(receiver.prefecture, receiver.address)
        for receiver in case.destinations
        if receiver.prefecture in reason.prefectures or is_island(receiver.postcode)
    )
    return tuple(msg("{codes} may not fly to {place}", codes=held, place=place) for place in far)


def mixed_temperatures(case: Case, _reason: HoldReason, around: Surroundings) -> Evidence:
    """H19: ambient goods that must stay dry in one chilled parcel with others.

    Frozen goods need no person: packing gives them a parcel of their own.
    """
    dry = around.index(_with_tick, "not_chilled")
    if not _ticked(case.lines, dry, around):
        return ()
    day = case.order.day("requested_on") or around.ledger.today
    groups = grouped(case.order, case.lines, around.index(_catalogue), day)
    return tuple(
        msg(
            "{dry} must not be chilled, but lies in the chilled parcel of {name}",
            dry=_ticked(group.lines, dry, around),
            name=group.destination.name,
        )
        for group in _chilled(groups)
        if _ticked(group.lines, dry, around)
    )


def _chilled(groups: Iterable[Group]) -> Iterator[Group]:
    return (group for group in groups if group.temperature == "chilled")


def age_unchecked(case: Case, _reason: HoldReason, around: Surroundings) -> Evidence:
    """H29: goods that only adults may buy; a customer whose age was checked before may have them."""
    held = _ticked(case.lines, around.index(_with_tick, "age_check"), around)
    if not held:
        return ()
    customer = around.ledger["customers"].get(case.order.text("customer_id"))
    if customer is not None and customer.day("age_checked_on"):
        return ()
    return (msg("Only for adults: {codes}", codes=held),)


def _ticked(lines: Iterable[Row], codes: Codes, around: Surroundings) -> tuple[str, ...]:
    """Return the product codes of lines that are, or contain, one of ``codes``."""
    if not codes:
        return ()
    return tuple(
        dict.fromkeys(line.text("sku") for line in lines if not codes.isdisjoint(_inside(line, around)))
    )


def _inside(line: Row, around: Surroundings) -> Iterator[str]:
    sku, made_of = line.text("sku"), line.text("components")
    yield sku
    product = around.ledger["products"].get(sku)
    if made_of or product is not None:
        yield from (code for code, _ in parts_of(sku, made_of or _components(product)))


def _components(product: Row | None) -> str:
    return product.text("components") if product is not None else ""


def _catalogue(around: Surroundings) -> Catalogue:
    products = around.ledger["products"]
    return Catalogue({product.key: product for product in products})


def _with_tick(around: Surroundings, column: str) -> Codes:
    return frozenset(product.key for product in around.ledger["products"] if product.flag(column))
