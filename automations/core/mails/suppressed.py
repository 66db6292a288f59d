"""Who gets no mail: addresses that refused, complained or do not exist, and who agreed to advertising."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

from automations.core.ledger import Ledger, Row
from automations.core.mails.kinds import MailClass
from automations.core.records import dataclass

Reason = Literal["refused", "bounced", "complaint", "no_consent"]
Wish = Literal["refused", "consented", ""]
# 128 bits, written in hexadecimal digits.
_MARK_LENGTH = 32
_ALWAYS = date.max


def address_mark(address: str) -> str:
    """Return the mark under which an address is known when it is no longer kept: the same for every spelling."""
    return hashlib.sha256(b"daicho:" + plain_address(address).encode()).hexdigest()[:_MARK_LENGTH]


def plain_address(address: str) -> str:
    """Return an address for comparing."""
    return address.strip().casefold()


def wish_of(customer: Row) -> Wish:
    """Return what a customer's row says of mails that the order does not need: the younger of consent and refusal.

    On the same day, or where one of the days cannot be read, the refusal counts.
    """
    refused = _day(customer, "refused_on")
    consented = customer.day("consent_on")
    if refused is not None and (consented is None or consented <= refused):
        return "refused"
    return "consented" if consented is not None else ""


def _day(row: Row, column: str) -> date | None:
    return row.day(column) or (_ALWAYS if column in row.raw else None)


@dataclass(frozen=True)
class Suppressed:
    """Which addresses get no mails, in one ledger.

    Attributes:
        refused: Mark of an address -> the last day on which it refused or complained.
        bounced: Marks of addresses that do not take mail.
        complained: Those of ``refused`` that reported a mail as spam.
        wishes: Address -> what its customers' rows say; a refusal in any of them counts.
        consented: Address -> the last day on which it agreed to advertising.
    """

    refused: Mapping[str, date]
    bounced: frozenset[str]
    complained: frozenset[str]
    wishes: Mapping[str, Wish]
    consented: Mapping[str, date]

    @classmethod
    def of(cls, ledger: Ledger) -> Suppressed:
        """Return who is suppressed in ``ledger``; a row that stands twice counts as well."""
        table = ledger["suppressions"]
        rows = [row for row in (*table.rows, *table.set_aside) if row.get("lifted_on") is None]
        refused: dict[str, date] = {}
        for row in rows:
            if row.text("reason") != "bounced":
                for mark in marks_of(row):
                    refused[mark] = max(row.day("since") or _ALWAYS, refused.get(mark, date.min))
        wishes, consented = _of_customers((*ledger["customers"].rows, *ledger["customers"].set_aside))
        return cls(
            refused,
            frozenset(mark for row in rows if row.text("reason") == "bounced" for mark in marks_of(row)),
            frozenset(mark for row in rows if row.text("reason") == "complaint" for mark in marks_of(row)),
            wishes,
            consented,
        )

    def stops(self, address: str, mail_class: MailClass) -> Reason | None:
        """Return why no mail of this class may go to ``address`` now, None when it may.

        What bounced stops every mail; a refusal or complaint those that are not about the order itself, until a
        younger consent. Advertising also needs a consent record (safety L2, L3).
        """
        mark = address_mark(address) if self.bounced or self.refused else ""
        if mark in self.bounced:
            return "bounced"
        if mail_class == "transactional":
            return None
        plain = plain_address(address)
        consented = self.consented.get(plain, date.min)
        if mark in self.refused and consented <= self.refused[mark]:
            return "complaint" if mark in self.complained else "refused"
        if self.wishes.get(plain) == "refused":
            return "refused"
        return "no_consent" if mail_class == "advertising" and consented == date.min else None


def marks_of(row: Row) -> set[str]:
    """Return the marks of the addresses a row of the tab stands for: of its number, and of what was typed since."""
    numbered = row.text("suppression_id").partition("-")[0]
    address = row.text("address")
    return {mark for mark in (numbered, address_mark(address) if address else "") if mark}


def _of_customers(customers: Iterable[Row]) -> tuple[dict[str, Wish], dict[str, date]]:
    wishes: dict[str, Wish] = {}
    consented: dict[str, date] = {}
    for customer in customers:
        address = plain_address(customer.text("email"))
        wish = wish_of(customer) if address else ""
        if wish and wishes.get(address) != "refused":
            wishes[address] = wish
        if (day := customer.day("consent_on")) and address:
            consented[address] = max(day, consented.get(address, day))
    return wishes, consented
