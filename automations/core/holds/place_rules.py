"""Hold rules about where a parcel goes: forwarders (H14), islands (H15), places that do not suit the payment (H22)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache

from automations.core.holds.case import Case, Evidence, Surroundings
from automations.core.holds.reasons import HoldReason
from automations.core.mails.standing import is_gift
from automations.core.messages import Message, msg
from automations.core.orders.buyers import Place
from automations.core.payments import Payment
from automations.core.places.addresses import full_address
from automations.core.places.destinations import Destination
from automations.core.places.islands import is_island
from automations.core.text import match_key

_LETTER = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ]")
_TOKEN = re.compile(r"[A-Za-z0-9]+")
# A customer's number has letters and a row of digits; a room such as B1203 is shorter.
_LETTER_AND_DIGITS = re.compile(r"(?=.*[A-Za-z])(?=(?:.*\d){4})")
_BETWEEN_LETTER_AND_DIGIT = re.compile(r"(?<=[A-Za-z])[-\s](?=\d)")
_JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z]{3}")
_OKINAWA = "沖縄県"
_LAST_NUMBER = re.compile(r".*\d")


def forwarding_address(case: Case, reason: HoldReason, _around: Surroundings) -> Evidence:
    """H14: a customer's number behind the address, a known warehouse, or an address in Latin letters."""
    found = (sentence for receiver in case.destinations for sentence in _forwarder(receiver, reason))
    return tuple(dict.fromkeys(found))


def _forwarder(receiver: Destination, reason: HoldReason) -> Iterator[Message]:
    written = f"{receiver.address} {receiver.building} {receiver.name} {receiver.company}"
    if not reason.warehouses and not _LETTER.search(written):
        return
    plain = unicodedata.normalize("NFKC", written)
    number = _customer_number(plain, reason.token_length)
    if number:
        yield msg("{number} looks like a customer's number at a forwarding company", number=number)
    place = full_address(receiver.prefecture, receiver.address)
    if any(match_key(known) in match_key(plain) for known in reason.warehouses):
        yield msg("{place} is a forwarding company's warehouse", place=place)
    if _LATIN_WORD.search(receiver.address) and not _JAPANESE.search(receiver.address):
        yield msg("The address is in Latin letters: {place}", place=place)


def _customer_number(plain: str, length: int) -> str | None:
    if not length:
        return None
    tokens = _TOKEN.findall(_BETWEEN_LETTER_AND_DIGIT.sub("", plain))
    return next((token for token in tokens if len(token) >= length and _LETTER_AND_DIGITS.match(token)), None)


def island_first(case: Case, reason: HoldReason, around: Surroundings) -> Evidence:
    """H15: the customer's first parcel to an island or to Okinawa, where days, fees and cold differ."""
    found = _far_away(case, reason)
    return found if found and _is_first_far(case, around) else ()


def island_again(case: Case, reason: HoldReason, around: Surroundings) -> Evidence:
    """H15: another parcel to an island or to Okinawa; the customer knows what that means."""
    found = _far_away(case, reason)
    return found if found and not _is_first_far(case, around) else ()


def _far_away(case: Case, reason: HoldReason) -> Evidence:
    def of(receiver: Destination) -> Message | None:
        if is_island(receiver.postcode):
            place = full_address(receiver.prefecture, receiver.address)
            return msg("{place} is on an island", place=place)
        if receiver.prefecture in reason.prefectures:
            return msg("The parcel goes to {prefecture}", prefecture=receiver.prefecture)
        return None

    return tuple(dict.fromkeys(found for found in map(of, case.destinations) if found))


def _is_first_far(case: Case, around: Surroundings) -> bool:
    this = around.orders.sent.get(case.order.key)
    if this is None:
        return True
    found = map(around.index(_first_far), this.buyers)
    return all(first is None or first >= this.place for first in found)


def _first_far(around: Surroundings) -> Callable[[str], Place | None]:
    """Return what gives a buyer's first order to an island or Okinawa; only few buyers are asked about."""
    orders, by_buyer = around.ledger["orders"], around.orders.by_buyer

    @cache
    def goes_far(order_key: str) -> bool:
        receivers = Case(orders[order_key], around.lines.get(order_key, ())).destinations
        return any(receiver.prefecture == _OKINAWA or is_island(receiver.postcode) for receiver in receivers)

    @cache
    def first_far(buyer: str) -> Place | None:
        return next((place for place in by_buyer[buyer] if goes_far(place[2])), None)

    return first_far


def payment_and_place(case: Case, reason: HoldReason, around: Surroundings) -> Evidence:
    """H22: a bill that comes later, for a place where the receiver cannot be told, or enclosed in a gift.

    Source: backoffice-practice 1.4, sources 10 and 19: providers refuse pick-up at an office, hotels,
    hospitals and schools.
    """
    payment = around.payments.get(case.order.text("payment_method"))
    if payment is None or payment.bill == "none":
        return ()
    return tuple(dict.fromkeys((*_unsuited(payment, case, reason), *_bill_in_gift(payment, case))))


def _unsuited(payment: Payment, case: Case, reason: HoldReason) -> Iterator[Message]:
    for receiver in case.destinations:
        behind = _LAST_NUMBER.sub("", receiver.address) if reason.places else ""
        written = (receiver.company, receiver.name, receiver.building, behind)
        word = next((word for word in reason.places for text in written if word in text), None)
        word = word or next((word for word in reason.pick_up if word in receiver.address), None)
        if word:
            yield msg(
                "{payment} is not taken for {place} ({word})",
                payment=payment.label,
                place=" ".join(
                    part
                    for part in (receiver.address, receiver.building, receiver.company, receiver.name)
                    if part
                ),
                word=word,
            )


def _bill_in_gift(payment: Payment, case: Case) -> Iterator[Message]:
    if payment.bill == "enclosed" and is_gift(case.order, case.lines):
        for receiver in case.destinations:
            if match_key(receiver.name) != match_key(case.order.text("buyer_name")):
                yield msg(
                    "{payment}: {name} would find the bill in the gift",
                    payment=payment.label,
                    name=receiver.name,
                )
