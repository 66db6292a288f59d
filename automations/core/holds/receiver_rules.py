"""Hold rules about who receives a parcel and where: H02 to H06."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from automations.core.checks.contacts import phone_problem
from automations.core.holds.case import Case, Evidence, Surroundings
from automations.core.holds.reasons import HoldReason
from automations.core.messages import Message, msg
from automations.core.places.addresses import full_address, has_house_number
from automations.core.places.destinations import Destination
from automations.core.places.postcodes import prefectures_of
from automations.core.places.prefectures import full_name, split_off
from automations.core.text import postcode_written

_KANA = re.compile(r"[\u3041-\u309f\u30a1-\u30ff\uff66-\uff9f・]+")
_LATIN = re.compile(r"[A-Za-z.,'-]+")
_THREE_TIMES = re.compile(r"(.)\1\1")
_COMPANY = re.compile(
    r"会社|\(株\)|\(有\)|法人|組合|協会|学校|学園|大学|病院|医院|クリニック|商店|事務所|センター|寺|神社|御中"
)


def no_house_number(case: Case, _reason: HoldReason, around: Surroundings) -> Evidence:
    """H02: nothing behind the town tells the house; companies are found by their name."""

    def of(receiver: Destination) -> Message | None:
        if receiver.company or _COMPANY.search(_plain(receiver.name)):
            return None
        if not receiver.address:
            return msg("No address for {name}", name=receiver.name)
        if has_house_number(receiver.address, around.towns_of(receiver)):
            return None
        return msg("No house number: {address}", address=full_address(receiver.prefecture, receiver.address))

    return _each(case, of)


def unknown_postcode(case: Case, reason: HoldReason, around: Surroundings) -> Evidence:
    """H03: no postcode, or one that neither the area codes nor the big receivers' codes have."""

    def of(receiver: Destination) -> Message | None:
        if not receiver.postcode:
            return msg("No postcode for {name}", name=receiver.name)
        if receiver.postcode in reason.known_postcodes or around.towns_of(receiver):
            return None
        return msg("There is no postcode {postcode}", postcode=postcode_written(receiver.postcode))

    return _each(case, of)


def other_prefecture(case: Case, _reason: HoldReason, around: Surroundings) -> Evidence:
    """H04: the postcode lies in another prefecture than the address says."""

    def of(receiver: Destination) -> Message | None:
        written = full_name(receiver.prefecture) or split_off(receiver.address)[0]
        places = prefectures_of(around.towns_of(receiver))
        if not written or not places or written in places:
            return None
        return msg(
            "{postcode} lies in {places}, the address says {prefecture}",
            postcode=postcode_written(receiver.postcode),
            places=places,
            prefecture=written,
        )

    return _each(case, of)


def doubtful_phone(case: Case, _reason: HoldReason, around: Surroundings) -> Evidence:
    """H05: the carrier could not call the receiver, nor the buyer in his place."""

    def of(receiver: Destination) -> Message | None:
        if not receiver.phone:
            return msg("No phone number for {name}", name=receiver.name)
        problem = phone_problem(receiver.phone, around.phones)
        if not problem:
            return None
        if problem == "length":
            return msg("{phone} has {count} digits", phone=receiver.phone, count=len(receiver.phone))
        return msg("{phone} is no phone number", phone=receiver.phone)

    return _each(case, of)


def doubtful_name(case: Case, _reason: HoldReason, _around: Surroundings) -> Evidence:
    """H06: the buyer's or a receiver's name is not a full name; companies need none."""
    people = {receiver.name: receiver.company for receiver in case.destinations}
    people.setdefault(case.order.text("buyer_name"), case.order.text("buyer_company"))
    found = (_name_evidence(name, company) for name, company in people.items() if name)
    return tuple(evidence for evidence in found if evidence)


def _name_evidence(name: str, company: str) -> Message | None:
    plain = _plain(name)
    if company or _COMPANY.search(plain):
        return None
    letters = re.sub(r"\s+", "", plain)
    if _THREE_TIMES.search(letters):
        return msg("{name}: the same character three times", name=name)
    if len(letters) == 1 or (len(letters) == 2 and letters == plain):
        return msg("{name} is not a full name", name=name)
    if _KANA.fullmatch(letters):
        return msg("{name} is only in kana", name=name)
    if _LATIN.fullmatch(letters):
        return msg("{name} is only in Latin letters", name=name)
    return None


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip()


def _each(case: Case, rule: Callable[[Destination], Message | None]) -> Evidence:
    found = (rule(receiver) for receiver in case.destinations)
    return tuple(dict.fromkeys(evidence for evidence in found if evidence))
