"""Where a parcel goes: the line's own receiver, else the order's, else the buyer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from automations.core.ledger import Row
from automations.core.places.postcodes import prefectures_by_prefix
from automations.core.places.prefectures import split_off


@dataclass(frozen=True, slots=True)
class Destination:
    """One receiver. Equal values are one destination, so that lines can be grouped by it.

    Attributes:
        postcode: Seven bare digits, ``""`` when not given.
        prefecture: Full name such as ``京都府``; where nobody gave it, what the address begins with or the
            postcode tells, else ``""``.
        address: City to house number, as typed.
        phone: Bare digits.
    """

    name: str
    company: str
    postcode: str
    prefecture: str
    address: str
    building: str
    phone: str


_PERSON = ("ship_name", "ship_company")
_PLACE = ("ship_postcode", "ship_prefecture", "ship_address", "ship_building")
_OF_BUYER: dict[tuple[str, ...], tuple[str, ...]] = {
    columns: tuple(column.replace("ship", "buyer", 1) for column in columns) for columns in (_PERSON, _PLACE)
}
_RECEIVER = frozenset((*_PERSON, *_PLACE))
_POSTCODE_DIGITS = 7


def destination_of(order: Row, line: Row | None = None) -> Destination:
    """Return the receiver of ``line``, or of the whole order when no line is given.

    Person (name, company) and place (postcode to building) are each taken as a whole from the first of
    line, order and buyer that gives any part of it, so that a receiver never gets the buyer's building or
    company. A receiver without a phone number gets the buyer's (practice 1.4, H05).
    """
    own = [row for row in (line, order) if row is not None and _gives(row, _RECEIVER)]
    name, company = _first(own, order, _PERSON)
    postcode, written, address, building = _first(own, order, _PLACE)
    prefecture = written or _prefecture_of(postcode, address)
    phone = (own[0] if own else order).text("ship_phone") or order.text("buyer_phone")
    return Destination(name, company, postcode, prefecture, address, building, phone)


def destinations_of(order: Row, lines: Sequence[Row]) -> tuple[Destination, ...]:
    """Return every distinct receiver of an order, in line order; the order's own when it has no lines."""
    if not any(_gives(line, _RECEIVER) for line in lines):
        return (destination_of(order),)
    return tuple(dict.fromkeys(destination_of(order, line) for line in lines))


def _prefecture_of(postcode: str, address: str) -> str:
    places = prefectures_by_prefix(postcode) if len(postcode) == _POSTCODE_DIGITS else ()
    return split_off(address)[0] or (places[0] if len(places) == 1 else "")


def _gives(row: Row, columns: Collection[str]) -> bool:
    cells = row.cells
    return not cells.keys().isdisjoint(columns) and any(cells.get(column) is not None for column in columns)


def _first(own: Sequence[Row], order: Row, columns: tuple[str, ...]) -> tuple[str, ...]:
    for row in own:
        if _gives(row, columns):
            return tuple(map(row.text, columns))
    return tuple(map(order.text, _OF_BUYER[columns]))
