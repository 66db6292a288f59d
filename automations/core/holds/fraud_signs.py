"""Small signs that, taken together, speak for a misused card or name (H24). Source: backoffice-practice 1.4."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import time

from automations.core.checks.sums import amount_of
from automations.core.holds.case import Case, Evidence, Surroundings
from automations.core.holds.order_rules import minor
from automations.core.holds.reasons import HoldReason
from automations.core.messages import Message, msg
from automations.core.money import written
from automations.core.orders.persons import email_key
from automations.core.text import match_key

_NIGHT_ENDS = time(5, 0)
_HIRAGANA = re.compile(r"[\u3041-\u3096]")
_KANA_RUN = re.compile(r"[\u30a1-\u30fa\u30fc]{2,}")
_RECEIVER = ("ship_name", "ship_postcode", "ship_prefecture", "ship_address", "ship_building")

Sign = Callable[[Case, "HoldReason", Surroundings], Message | None]


def many_signs(case: Case, reason: HoldReason, around: Surroundings) -> Evidence:
    """H24: the declared weights of all signs together reach the declared score."""
    if not reason.score_from:
        return ()
    found: list[tuple[int, Message]] = []
    within_reach = sum(reason.weights.values())
    if within_reach < reason.score_from:
        return ()
    for name, weight in reason.weights.items():
        said = SIGNS[name](case, reason, around) if weight else None
        if said is not None:
            found.append((weight, said))
            continue
        within_reach -= weight
        if within_reach < reason.score_from:
            return ()
    score = sum(weight for weight, _ in found)
    signs = tuple(msg("{sign} ({weight})", sign=sign, weight=weight) for weight, sign in found)
    return (msg("{score} points of {limit}: {signs}", score=score, limit=reason.score_from, signs=signs),)


def kana_contradicts(name: str, kana: str) -> bool:
    """Return whether the kana inside a name are not in its reading: ``山本 さくら`` and ``ヤマモト ハナコ``."""
    if not name or not kana:
        return False
    read = _katakana(kana)
    return any(run not in read for run in _KANA_RUN.findall(_katakana(name)))


def _katakana(text: str) -> str:
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    return _HIRAGANA.sub(lambda sign: chr(ord(sign[0]) + 0x60), plain)


def _free_mail(case: Case, reason: HoldReason, _around: Surroundings) -> Message | None:
    domain = email_key(case.order.text("buyer_email")).rpartition("@")[2]
    return msg("free mail {domain}", domain=domain) if domain in reason.free_mail_domains else None


def _new_customer(case: Case, _reason: HoldReason, around: Surroundings) -> Message | None:
    return msg("first order") if around.is_first(case.order) else None


def _high_amount(case: Case, reason: HoldReason, around: Surroundings) -> Message | None:
    amount, currency = amount_of(case.order, case.lines), around.ledger.currency
    if not reason.amount_from or amount < minor(reason.amount_from, currency):
        return None
    return msg("amount {amount}", amount=written(amount, currency))


def _night_order(case: Case, _reason: HoldReason, _around: Surroundings) -> Message | None:
    ordered_at = case.order.moment("ordered_at")
    # Midnight to the minute is what a day without a time becomes.
    at_night = ordered_at is not None and time(0, 0) < ordered_at.time() < _NIGHT_ENDS
    return msg("ordered at night") if at_night else None


def _other_receiver(case: Case, _reason: HoldReason, _around: Surroundings) -> Message | None:
    name, company = case.order.text("buyer_name"), case.order.text("buyer_company")
    others = any(
        receiver.name not in (name, company)
        and match_key(receiver.name) not in ("", match_key(name), match_key(company))
        for receiver in case.destinations
    )
    return msg("goes to somebody else") if others else None


def _address_changed(case: Case, _reason: HoldReason, around: Surroundings) -> Message | None:
    changes = case.order.text("source_change")
    columns = around.ledger.schema["orders"].columns
    labels = (label for name in _RECEIVER for label in (columns[name].label.ja, columns[name].label.en))
    changed = bool(changes) and any(label in changes for label in labels)
    return msg("delivery address changed after the order") if changed else None


def _kana_mismatch(case: Case, _reason: HoldReason, _around: Surroundings) -> Message | None:
    mismatch = kana_contradicts(case.order.text("buyer_name"), case.order.text("buyer_kana"))
    return msg("name and kana do not fit") if mismatch else None


SIGNS: Mapping[str, Sign] = {
    "free_mail": _free_mail,
    "new_customer": _new_customer,
    "high_amount": _high_amount,
    "night_order": _night_order,
    "other_receiver": _other_receiver,
    "address_changed": _address_changed,
    "kana_mismatch": _kana_mismatch,
}
