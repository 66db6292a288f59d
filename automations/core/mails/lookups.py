"""Mails of which nobody knows whether they went: they are looked up, and sent again at most once (commit-protocol 7)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta

from automations.core.ledger import Ledger, Row, update
from automations.core.mails.claims import open_claims, overdue, release_marks
from automations.core.messages import Message, msg
from automations.core.plan import Finding, Part, Plan
from automations.core.values import Value

_BETWEEN_LOOKS = timedelta(minutes=10)
# So many mails that surely went are looked up too; if none of all is there, the folder proves nothing.
_PROOFS = 5
_NO_PROOF = msg(
    "It may have arrived: the folder of sent mails keeps none of Daicho's mails, so it tells nothing."
)


def take_over(ledger: Ledger) -> Iterator[Part]:
    """Yield what makes mails ``unknown`` that a process took and never reported."""
    claimed = open_claims(ledger.marks)
    for mail in overdue(ledger["mails"], ledger.now, claimed):
        why = msg("It may have arrived: the program ended while it was being sent.")
        cells: dict[str, Value] = {"state": "unknown", "claim": None, "until": None, "look": None}
        yield update(mail, {**cells, "errors": why.text(ledger.language)}, why)


def doubtful(ledger: Ledger) -> Iterator[Finding]:
    """Yield the mails of which only a person can find out whether they went."""
    for mail in ledger["mails"]:
        if mail.text("state") == "unknown" and mail.text("wish") != "resend":
            why = msg("It is not known whether this mail to {address} went.", address=mail.text("to"))
            fix = msg(
                "Look among the sent mails. Choose resend and write a reason if it is not there, else cancel."
            )
            yield mail.warning("mail-unknown", "state", why, fix)


def to_look_up(ledger: Ledger) -> dict[str, str]:
    """Return the Message-IDs of mails whose fate is not known, by key."""
    return {
        mail.key: mail.text("message_id")
        for mail in ledger["mails"]
        if mail.text("state") == "unknown" and mail.text("message_id")
    }


def proofs(ledger: Ledger) -> frozenset[str]:
    """Return the Message-IDs of the last mails that surely went through the account."""
    sent = [mail for mail in ledger["mails"] if mail.text("state") == "sent" and mail.moment("sent_at")]
    sent.sort(key=lambda mail: str(mail.get("sent_at")), reverse=True)
    return frozenset(mail.text("message_id") for mail in sent[:_PROOFS])


def looked_up(ledger: Ledger, asked: Collection[str], found: Collection[str], at: datetime) -> Plan:
    """Return what follows from a look into the folder of sent mails.

    Args:
        ledger: As it stands.
        asked: Message-IDs that were looked for: those of ``to_look_up`` and ``proofs``.
        found: Those of them that are in the folder.
        at: When it was looked into; what came later, this look cannot know.
    """
    claims = open_claims(ledger.marks)
    mails = [ledger["mails"][key] for key, name in to_look_up(ledger).items() if name in asked]
    return Plan.of([_of_mail(mail, found, ledger, claims, at) for mail in mails])


def _of_mail(
    mail: Row, found: Collection[str], ledger: Ledger, claims: Mapping[str, Collection[str]], at: datetime
) -> Part:
    look = mail.moment("look")
    cells: dict[str, Value]
    if mail.text("message_id") in found:
        sent_at = mail.get("sent_at") or ledger.now
        return update(mail, {"state": "sent", "sent_at": sent_at, "look": None, "errors": None})
    if look is None:
        return update(mail, {"look": at})
    if at < look + _BETWEEN_LOOKS:
        return ()
    if mail.text("wish") == "cancel":
        why = (
            msg("A person stopped it.") if found else msg("A person stopped it; it may have arrived before.")
        )
        cells = {"state": "cancelled", "look": None, "errors": why.text(ledger.language)}
        return update(mail, cells, why)
    if not found:
        return _held(mail, _NO_PROOF, ledger)
    if mail.number_of("resent"):
        return _held(mail, msg("It was sent twice and both times nobody knows whether it went."), ledger)
    cells = {"state": "queued", "due_at": ledger.now, "look": None, "resent": 1, "errors": None}
    return Plan.of(update(mail, cells), marks=release_marks(mail.key, claims.get(mail.key, ())))


def _held(mail: Row, why: Message, ledger: Ledger) -> Part:
    said = msg("{why} Look there yourself; to send it once more choose resend.", why=why)
    return update(mail, {"state": "held", "look": None, "errors": said.text(ledger.language)}, why)
