"""What goes into one parcel: temperature, size, weight, what is written on it, the money to collect."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from automations.core.destinations import Destination, destination_of
from automations.core.ledger import Row
from automations.core.money import tax_included
from automations.core.services import SIZES
from automations.core.stock import parts_of

# Printed on Japanese labels, whatever language the shop reads.
_AND_OTHERS = "ほか"
_FRAGILE = "ワレモノ注意"
_COLD = ("ambient", "chilled", "frozen")


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one order that may lie in one parcel.

    Attributes:
        ready: Every line for this destination is reserved in full.
    """

    destination: Destination
    temperature: str
    lines: tuple[Row, ...]
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


def grouped(order: Row, lines: Sequence[Row], products: Mapping[str, Row], day: date) -> tuple[Group, ...]:
    """Return the parcels an order needs, in line order: one per destination, frozen goods apart.

    Chilled and ambient goods for one destination travel together, chilled. Source: practice 4.4.

    Args:
        order: Gives the receiver where a line names none.
        lines: Lines that are in no parcel yet that has been handed over.
        products: Rows of the products tab by code.
        day: Day for products that are chilled in a season only.
    """
    places: dict[Destination, list[Row]] = {}
    for line in lines:
        places.setdefault(destination_of(order, line), []).append(line)
    return tuple(
        group for place, own in places.items() for group in _by_temperature(place, own, products, day)
    )


def _by_temperature(
    place: Destination, lines: Sequence[Row], products: Mapping[str, Row], day: date
) -> Iterator[Group]:
    ready = all(line.number_of("allocated_qty") >= line.number_of("qty") > 0 for line in lines)
    colds = {line.key: temperature_of(line, products, day) for line in lines}
    frozen = tuple(line for line in lines if colds[line.key] == "frozen")
    rest = tuple(line for line in lines if colds[line.key] != "frozen")
    if rest:
        yield Group(place, max((colds[line.key] for line in rest), key=_COLD.index), rest, ready)
    if frozen:
        yield Group(place, "frozen", frozen, ready)


def temperature_of(line: Row, products: Mapping[str, Row], day: date) -> str:
    """Return the coldest temperature that the line's product or one of its parts needs on ``day``."""
    found = (_temperature(product, day) for product in _inside(line, products))
    return max(found, key=_COLD.index, default="ambient")


def _temperature(product: Row, day: date) -> str:
    own = product.text("temperature") or "ambient"
    begins, _, ends = product.text("chilled_season").partition("/")
    today = f"{day:%m-%d}"
    in_season = begins <= today <= ends if begins <= ends else not ends < today < begins
    return "chilled" if own == "ambient" and ends and in_season else own


def measure(
    lines: Sequence[Row], products: Mapping[str, Row], *, box_size_cm: int, box_weight_g: int
) -> Measure:
    """Return the parcel's measures, box included.

    Several products are taken as cubes of their size packed into one cube; a single one keeps its size.
    """
    units = [(products.get(line.text("sku")), line.number_of("qty")) for line in lines]
    sizes = [(row.number_of("size_cm") if row else 0, qty) for row, qty in units]
    weights = [(row.number_of("weight_g") if row else 0, qty) for row, qty in units]
    thickness = sum((row.number_of("thickness_mm") if row else 0) * qty for row, qty in units)
    size = _packed_size(sizes) + box_size_cm if all(size for size, _ in sizes) else None
    weight = sum(grams * qty for grams, qty in weights) + box_weight_g if all(g for g, _ in weights) else None
    return Measure(size, weight, thickness)


def _packed_size(sizes: Sequence[tuple[int, int]]) -> int:
    volume = sum(qty * size**3 for size, qty in sizes)
    cube = math.ceil(round(math.pow(volume, 1 / 3), 6))
    return max(cube, *(size for size, _ in sizes))


def contents_of(lines: Sequence[Row], products: Mapping[str, Row]) -> str:
    """Return what the label calls the goods: the first product's label name, and whether there are more."""
    first = lines[0]
    product = products.get(first.text("sku"))
    name = (product.text("label_name") or product.text("name") if product else "") or first.text(
        "product_name"
    )
    several = len({line.text("sku") for line in lines}) > 1
    return f"{name or first.text('sku')} {_AND_OTHERS}" if several else name or first.text("sku")


def handling_of(lines: Sequence[Row], products: Mapping[str, Row]) -> str | None:
    """Return the carrier's handling note, None when nothing breaks easily."""
    fragile = any(product.flag("fragile") for line in lines for product in _inside(line, products))
    return _FRAGILE if fragile else None


def _inside(line: Row, products: Mapping[str, Row]) -> list[Row]:
    """Return the products tab's rows of a line's product and of its parts."""
    sku = line.text("sku")
    product = products.get(sku)
    made_of = line.text("components") or (product.text("components") if product else "")
    codes = dict.fromkeys((sku, *(part for part, _ in parts_of(sku, made_of))))
    return [products[code] for code in codes if code in products]


def cod_tax(order: Row, lines: Sequence[Row], products: Mapping[str, Row], *, standard_rate: int) -> int:
    """Return the consumption tax inside an order's total, rounded down once per rate.

    Shipping, fee and goods without a rate count at the standard rate (in percent); discount and points are
    taken off the goods of each rate in proportion. Source: practice 6.2, 6.3.
    """
    goods: Counter[int] = Counter()
    for line in lines:
        amount = line.money("unit_price") * line.number_of("qty") - line.money("line_discount")
        goods[_tax_rate(line, products, standard_rate)] += amount
    whole = goods.total()
    if whole <= 0:
        return tax_included(order.money("total"), standard_rate)
    off = order.money("discount") + order.money("points")
    shares = {rate: off * amount // whole for rate, amount in goods.items()}
    shares[max(goods, key=lambda rate: goods[rate])] += off - sum(shares.values())
    goods.subtract(shares)
    goods[standard_rate] += order.money("shipping_fee") + order.money("fee")
    return sum(tax_included(amount, rate) for rate, amount in goods.items())


def _tax_rate(line: Row, products: Mapping[str, Row], standard_rate: int) -> int:
    product = products.get(line.text("sku"))
    written = line.get("tax_rate")
    if written is None and product is not None:
        written = product.get("tax_rate")
    return written if isinstance(written, int) else standard_rate
