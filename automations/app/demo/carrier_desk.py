"""The carrier of the demo: issues a tracking number for each label and gives back its list of issued labels."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from datetime import date

_ENCODING = "cp932"
_REFERENCE, _NUMBER, _SHIP_ON = 0, 3, 4
_FIRST_NUMBER = 40_000_100_000


def issued_list(shipping_file: bytes, printed: Collection[str], *, on: date, first: int) -> bytes:
    """Return Yamato's list of issued labels (発行済データ) for a shipping file: the same columns, numbers filled in.

    Args:
        shipping_file: What Daicho wrote for the carrier.
        printed: Shipments whose label is printed now.
        on: The day of printing; it stands in the list as ship day.
        first: How many labels the shop had before; numbers go up from there.

    Source: carriers.md 1.5; the last digit of a number is the first eleven modulo 7 (carriers.md 5).
    """
    header, *labels = csv.reader(io.StringIO(shipping_file.decode(_ENCODING)))
    issued = io.StringIO(newline="")
    writer = csv.writer(issued, lineterminator="\r\n")
    writer.writerow(header)
    chosen = (label for label in labels if label[_REFERENCE] in printed)
    for number, label in enumerate(chosen, first + 1):
        ship_on = f"{on:%Y/%m/%d}"
        writer.writerow([*label[:_NUMBER], _number(number), ship_on, *label[_SHIP_ON + 1 :]])
    return issued.getvalue().encode(_ENCODING)


def _number(number: int) -> str:
    eleven = _FIRST_NUMBER + number
    return f"{eleven}{eleven % 7}"
