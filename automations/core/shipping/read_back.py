"""How a carrier's tracking numbers come back: which file is its result, where each value stands, the form of a number."""

from __future__ import annotations

from typing import Literal

from automations.core.records import dataclass


@dataclass(frozen=True)
class ReadColumn:
    """A column of the carrier's result file: its known headers, the usual one first."""

    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shape:
    """A result file without a header row, known by its number of columns and the right number in its place.

    Attributes:
        columns: How many columns every row has.
        number: Place of the tracking number, counted from 1; the other places likewise, 0 where it has none.
    """

    columns: int
    number: int
    reference: int
    shipped_on: int = 0
    recipient: int = 0
    called_off: int = 0


@dataclass(frozen=True)
class ReadBack:
    """How tracking numbers come back.

    Attributes:
        reference: What we wrote as our own key. Without it the carrier gives none back: numbers are then
            proposed by ``recipient`` and ``postcode``, and a person decides.
        called_off: A row with anything but blank or 0 here was deleted at the carrier.
        shapes: The forms of files without a header row.
    """

    reference: ReadColumn = ReadColumn()
    number: ReadColumn = ReadColumn()
    shipped_on: ReadColumn = ReadColumn()
    recipient: ReadColumn = ReadColumn()
    postcode: ReadColumn = ReadColumn()
    called_off: ReadColumn = ReadColumn()
    shapes: tuple[Shape, ...] = ()

    @property
    def proposes(self) -> bool:
        """Return whether the carrier's list names people instead of our parcels."""
        return bool(self.number.names and self.recipient.names) and not self.reference.names


@dataclass(frozen=True)
class TrackingForm:
    """The form of a tracking number. Source: carriers.md 4 (12 digits, last = first 11 mod 7).

    Attributes:
        digits: How many there are; 0 is any text.
        check: How the last digit follows from the others; ``unsure`` where that rule is not confirmed for
            the carrier, so that it is not used.
        url: Address of the carrier's page for ``{number}``.
    """

    digits: int = 0
    check: Literal["none", "mod7", "unsure"] = "none"
    url: str = ""

    def is_right(self, number: str) -> bool:
        """Return whether a number has this form: any text where none is declared, else bare digits."""
        if not self.digits:
            return bool(number)
        if not number.isascii() or not number.isdigit() or len(number) != self.digits:
            return False
        return self.check != "mod7" or _last_follows(number)

    def is_unusual(self, number: str) -> bool:
        """Return whether a number of the right form fails a check that is not confirmed for this carrier."""
        return self.check == "unsure" and self.is_right(number) and not _last_follows(number)


def _last_follows(number: str) -> bool:
    return int(number[:-1]) % 7 == int(number[-1])
