"""What goes into one parcel: temperature, size, weight, what is written on it, the money to collect."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from automations.core.ledger import Row
from automations.core.money import tax_included
from automations.core.places.destinations import Destination, destination_of
from automations.core.shipping.services import SIZES
from automations.core.stock.shelf import parts_of
from automations.core.text import match_key
from automations.core.values import Value

# Printed on Japanese labels, whatever language the shop reads.
_AND_OTHERS = "ほか"
_FRAGILE = "ワレモノ注意"
_COLD = ("ambient", "chilled", "frozen")
SHIP_COLUMNS = frozenset(
    f"ship_{part}" for part in ("name", "company", "postcode", "prefecture", "address", "building", "phone")
)


@dataclass(frozen=True, slots=True)
class Goods:
    """What packing must know of a product: its own row, and for a set the cold and fragile parts in it.

    Attributes:
        label: Name on the label, ``""`` when the products tab has no such row.
        size_cm: Length, width and height of one together; 0 when not given, as for weight and thickness.
        temperature: All year round.
        seasons: ``mm-dd/mm-dd`` in which it is sent chilled.
        price: Of one piece, tax included, in minor units; 0 when not given.
        tax_rate: In percent; None when not given.
    """

    label: str = ""
    size_cm: int = 0
    weight_g: int = 0
    thickness_mm: int = 0
    mailbox: bool = False
    fragile: bool = False
    temperature: str = "ambient"
    seasons: tuple[str, ...] = ()
    price: int = 0
    tax_rate: int | None = None
    release_on: date | None = None

    def temperature_on(self, day: date) -> str:
        """Return the temperature it needs on ``day``."""
        if self.temperature == "ambient" and any(_is_in(season, day) for season in self.seasons):
            return "chilled"
        return self.temperature


class Catalogue:
    """The products tab as packing sees it; each product is looked at once."""

    __slots__ = ("_known", "_products")

    def __init__(self, products: Mapping[str, Row]) -> None:
        self._products = products
        self._known: dict[tuple[str, str], Goods] = {}

    def of(self, line: Row) -> Goods:
        """Return the goods of an order line, made of what it was sold with."""
        sku, made_of = line.text("sku"), line.text("components")
        goods = self._known.get((sku, made_of))
        if goods is None:
            goods = self._known[(sku, made_of)] = self._look_up(sku, made_of)
        return goods

    def _look_up(self, sku: str, made_of: str) -> Goods:
        product = self._products.get(sku)
        if product is None:
            return Goods()
        codes = dict.fromkeys(
            (sku, *(part for part, _ in parts_of(sku, made_of or product.text("components"))))
        )
        inside = [self._products[code] for code in codes if code in self._products]
        rate = product.get("tax_rate")
        return Goods(
            label=product.text("label_name") or product.text("name"),
            size_cm=product.number_of("size_cm"),
            weight_g=product.number_of("weight_g"),
            thickness_mm=product.number_of("thickness_mm"),
            mailbox=product.flag("mailbox"),
            fragile=any(row.flag("fragile") for row in inside),
            temperature=max((row.text("temperature") or "ambient" for row in inside), key=_COLD.index),
            seasons=tuple(season for row in inside if (season := row.text("chilled_season"))),
            price=product.money("price"),
            tax_rate=rate if isinstance(rate, int) else None,
            release_on=product.day("release_on"),
        )


def _is_in(season: str, day: date) -> bool:
    begins, _, ends = season.partition("/")
    today = f"{day:%m-%d}"
    return begins <= today <= ends if begins <= ends else not ends < today < begins


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one order that may lie in one parcel.

    Attributes:
        goods: What packing knows of each line's product.
        ready: Every line for this destination is reserved in full.
    """

    destination: Destination
    temperature: str
    lines: tuple[Row, ...]
    goods: tuple[Goods, ...]
    ready: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """How large and heavy a parcel is; None where a product does not say.

    Attributes:
        size_cm: Length, width and height together.
        thickness_mm: All units on top of each other; products that do not say count nothing.
    """

    size_cm: int | None
    weight_g: int | None
    thickness_mm: int

    @property
    def size_class(self) -> int | None:
        """Return the parcel size 60 to 200 by the larger of size and weight; None if unknown or too large."""
        if self.size_cm is None:
            return None
        weight = self.weight_g or 0
        return next((size for size, grams in SIZES if self.size_cm <= size and weight <= grams), None)


def grouped(order: Row, lines: Sequence[Row], catalogue: Catalogue, day: date) -> tuple[Group, ...]:
    """Return the parcels an order needs, in line order: one per destination, frozen goods apart.

    Chilled and ambient goods for one destination travel together, chilled. Source: practice 4.4.

    Args:
        order: Gives the receiver where a line names none.
        lines: Lines that are in no parcel yet that has been handed over.
        catalogue: The products.
        day: Day for products that are chilled in a season only.
    """
    usual = destination_of(order)
    places: dict[Destination, list[Row]] = {}
    for line in lines:
        place = usual if SHIP_COLUMNS.isdisjoint(line.cells) else destination_of(order, line)
        places.setdefault(place, []).append(line)
    return tuple(
        group for place, own in places.items() for group in _by_temperature(place, own, catalogue, day)
    )


def _by_temperature(
    place: Destination, lines: Sequence[Row], catalogue: Catalogue, day: date
) -> Iterator[Group]:
    ready = all(line.number_of("allocated_qty") >= line.number_of("qty") > 0 for line in lines)
    parcels: dict[bool, list[tuple[Row, Goods, str]]] = {}
    for line in lines:
        goods = catalogue.of(line)
        cold = goods.temperature_on(day)
        parcels.setdefault(cold == "frozen", []).append((line, goods, cold))
    for _, inside in sorted(parcels.items(), key=lambda parcel: parcel[0]):
        own, kinds, colds = zip(*inside, strict=True)
        yield Group(place, max(colds, key=_COLD.index), own, kinds, ready)


def homes_of(groups: Sequence[Group], free: Mapping[str, Row]) -> list[Row | None]:
    """Return the planned parcel that each group lies in already, each parcel once."""
    left = dict(free)
    homes: list[Row | None] = []
    for group in groups:
        named = (left.pop(line.text("shipment_id"), None) for line in group.lines)
        homes.append(next((home for home in named if home is not None), None))
    return homes


def homeless(groups: Sequence[Group], kept: Sequence[tuple[Group, Row | None]]) -> Iterator[Row]:
    """Yield the lines of groups that no parcel is planned for."""
    placed = {id(group) for group, _ in kept}
    for group in groups:
        if id(group) not in placed:
            yield from group.lines


def measure(group: Group, *, box_size_cm: int, box_weight_g: int) -> Measure:
    """Return the parcel's measures, box included.

    Several products are taken as cubes of their size packed into one cube; a single one keeps its size.
    """
    units = [(goods, line.number_of("qty")) for line, goods in zip(group.lines, group.goods, strict=True)]
    thickness = sum(goods.thickness_mm * qty for goods, qty in units)
    size = weight = None
    if all(goods.size_cm for goods, _ in units):
        size = _packed_size([(goods.size_cm, qty) for goods, qty in units]) + box_size_cm
    if all(goods.weight_g for goods, _ in units):
        weight = sum(goods.weight_g * qty for goods, qty in units) + box_weight_g
    return Measure(size, weight, thickness)


def _packed_size(sizes: Sequence[tuple[int, int]]) -> int:
    if len(sizes) == 1 and sizes[0][1] == 1:
        return sizes[0][0]
    volume = sum(qty * size**3 for size, qty in sizes)
    cube = math.ceil(round(math.pow(volume, 1 / 3), 6))
    return max(cube, *(size for size, _ in sizes))


def contents_of(group: Group) -> str:
    """Return what the label calls the goods: the first product's label name, and whether there are more."""
    first = group.lines[0]
    name = group.goods[0].label or first.text("product_name") or first.text("sku")
    several = any(line.get("sku") != first.get("sku") for line in group.lines)
    return f"{name} {_AND_OTHERS}" if several else name


def handling_of(group: Group) -> str | None:
    """Return the carrier's handling note, None when nothing breaks easily."""
    return _FRAGILE if any(goods.fragile for goods in group.goods) else None


def written_on(order: Row, group: Group) -> dict[str, Value]:
    """Return the cells of a shipment that its label is made from: receiver, sender of a gift, contents, handling."""
    to = group.destination
    buyer = {match_key(order.text("buyer_name")), match_key(order.text("buyer_company"))}
    return {
        "ship_name": to.name or None,
        "ship_company": to.company or None,
        "ship_postcode": to.postcode or None,
        "ship_prefecture": to.prefecture or None,
        "ship_address": to.address or None,
        "ship_building": to.building or None,
        "ship_phone": to.phone or None,
        "sender_name": None if match_key(to.name) in buyer else order.text("buyer_name") or None,
        "contents": contents_of(group),
        "handling": handling_of(group),
        "noshi": order.get("noshi"),
        "gift": order.get("gift"),
    }


def cod_tax(order: Row, lines: Sequence[Row], catalogue: Catalogue, *, standard_rate: int) -> int:
    """Return the consumption tax inside an order's total, rounded down once per rate.

    Shipping, fee and goods without a rate count at the standard rate (in percent); discount and points are
    taken off the goods of each rate in proportion. A line without a price
    has its product's. Source: practice 6.2, 6.3.
    """
    goods: Counter[int] = Counter()
    for line in lines:
        price = catalogue.of(line).price if line.get("unit_price") is None else line.money("unit_price")
        amount = price * line.number_of("qty") - line.money("line_discount")
        goods[_tax_rate(line, catalogue, standard_rate)] += amount
    whole = goods.total()
    if whole <= 0:
        return tax_included(order.money("total"), standard_rate)
    off = order.money("discount") + order.money("points")
    shares = {rate: off * amount // whole for rate, amount in goods.items()}
    shares[max(goods, key=lambda rate: goods[rate])] += off - sum(shares.values())
    goods.subtract(shares)
    goods[standard_rate] += order.money("shipping_fee") + order.money("fee")
    return sum(tax_included(amount, rate) for rate, amount in goods.items())


def _tax_rate(line: Row, catalogue: Catalogue, standard_rate: int) -> int:
    written = line.get("tax_rate")
    if written is None:
        written = catalogue.of(line).tax_rate
    return written if isinstance(written, int) else standard_rate
