"""The shop itself: name, address, how it is reached, when it works."""

from __future__ import annotations

from automations.core.records import dataclass


@dataclass(frozen=True)
class Shop:
    """The block ``shop:`` of shop.yaml. Mails and carrier files take the sender from here.

    Attributes:
        closed_weekdays: Names as in ``sat``, ``sun``.
        closed_on: The shop's own closing days, ISO dates.
        cut_off: Time of day (``12:00``) until which an order can still ship on the same working day.
        registration_number: T and 13 digits, printed on documents; empty if there is none.
    """

    name: str
    company: str = ""
    postcode: str = ""
    prefecture: str = ""
    address: str = ""
    building: str = ""
    phone: str = ""
    email: str = ""
    url: str = ""
    staff: str = ""
    hours: str = ""
    registration_number: str = ""
    bank_account: str = ""
    cut_off: str = "12:00"
    closed_weekdays: tuple[str, ...] = ("sat", "sun")
    closed_holidays: bool = True
    closed_on: tuple[str, ...] = ()
