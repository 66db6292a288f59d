"""Hold rules about what is written: the mail address (H07), a receipt (H21), characters on labels (H25)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from automations.core.checks.contacts import email_problem
from automations.core.holds.case import Case, Evidence, Surroundings
from automations.core.holds.reasons import HoldReason
from automations.core.mails.due import wants_no_mail
from automations.core.messages import Message, msg
from automations.core.shipping.labels import label_text, shown, unprintable
from automations.core.text import match_key

# Every carrier's labels can be printed with these; a carrier that can do more loses nothing.
_LABEL_ENCODING = "cp932"
# What is left of a remark that asks for a receipt and says nothing else.
_POLITE = re.compile(
    r"(?:の)?(?:発行|同封|添付|送付)?(?:を)?(?:も)?(?:希望(?:します|いたします)?|お願い(?:し|致し|いたし)?(?:ます)?|"
    r"欲しいです|ください|下さい|要|必要です|PLEASE|WANTED|NEEDED)?[。.!！、,]*"
)


def mail_unreachable(case: Case, _reason: HoldReason, around: Surroundings) -> Evidence:
    """H07: the buyer's mail address is none, or mail to it came back before; no address at all is no doubt."""
    email = case.order.text("buyer_email")
    if not email or wants_no_mail(email):
        return ()
    if email_problem(email, around.emails) == "wrong":
        return (msg("{email} is no mail address", email=email),)
    if email.casefold() in around.index(_came_back):
        return (msg("Mail to {email} came back before", email=email),)
    return ()


def _came_back(around: Surroundings) -> frozenset[str]:
    ticked = (row.text("email") for row in around.ledger["customers"] if row.flag("email_bounced"))
    refused = (row.text("to") for row in around.ledger["mails"] if row.text("state") == "refused")
    return frozenset(address.casefold() for address in (*ticked, *refused) if address)


def receipt_wanted(case: Case, reason: HoldReason, around: Surroundings) -> Evidence:
    """H21: the customer wants a receipt, by tick or in the remark.

    With payment at the door, or by a later bill, somebody else's slip is the receipt and a second one must
    not be made. Source: backoffice-practice 6.6.
    """
    return tuple(_receipt(case, reason, around))


def _receipt(case: Case, reason: HoldReason, around: Surroundings) -> Iterator[Message]:
    order = case.order
    name, remark = order.text("receipt_name"), order.text("remark")
    if name:
        yield msg("Receipt for {name}", name=name)
    elif order.flag("receipt"):
        yield msg("A receipt is wanted")
    elif _asks_for_receipt(remark, reason):
        only = is_receipt_wish(remark)
        yield msg("Remark: {remark}", remark=remark) if only else msg("The remark asks for a receipt")
    else:
        return
    payment = around.payments.get(order.text("payment_method"))
    if payment is not None and payment.cod:
        yield msg("paid at the door: the carrier's slip is the receipt, do not make another")
    elif payment is not None and payment.bill != "none":
        yield msg("paid by a later bill: its slip is the receipt, do not make another")


def _asks_for_receipt(remark: str, reason: HoldReason) -> bool:
    if not remark:
        return False
    plain = match_key(remark)
    return any(match_key(word) in plain for word in reason.receipt_words)


def is_receipt_wish(remark: str) -> bool:
    """Return whether a remark says nothing but that a receipt is wanted; H21 has said it all then."""
    plain = match_key(remark)
    for word in ("領収書", "領収証", "RECEIPT"):
        if plain.startswith(word):
            return bool(_POLITE.fullmatch(plain.removeprefix(word)))
    return False


def unprintable_text(case: Case, _reason: HoldReason, _around: Surroundings) -> Evidence:
    """H25: characters that labels do not have; on labels alone they are written with their sister character."""
    texts = [case.order.text("buyer_name")]
    for receiver in case.destinations:
        texts += [receiver.name, receiver.company, receiver.prefecture, receiver.address, receiver.building]
    if not unprintable("".join(texts), _LABEL_ENCODING):
        return ()
    return tuple(sentence for text in dict.fromkeys(texts) for sentence in _on_label(text))


def _on_label(text: str) -> Iterator[Message]:
    lost = unprintable(text, _LABEL_ENCODING)
    if not lost:
        return
    printed = label_text(text, _LABEL_ENCODING)
    left = unprintable(printed, _LABEL_ENCODING)
    if left:
        yield msg(
            "{text}: labels do not have {characters}",
            text=text,
            characters=tuple(shown(char) for char in left),
        )
    else:
        yield msg("{text} is written {printed} on the label", text=text, printed=printed)
