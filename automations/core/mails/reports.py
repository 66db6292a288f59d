"""What is written of mails after they were tried (commit-protocol 7): evidence always, the rest while it is ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Literal

from automations.core.ledger import Ledger, Row, update
from automations.core.mails.claims import is_ours, release_marks
from automations.core.mails.outcomes import Outcome
from automations.core.messages import Message, msg
from automations.core.plan import Part, Plan
from automations.core.records import dataclass
from automations.core.values import Value

# Minutes until a mail that the server put off is tried again; about two days, then a person looks at it.
_WAITS = (5, 15, 60, 180, 360, 720, 1440)
_AT_ONCE = timedelta(minutes=1)
_PAUSE = timedelta(hours=1)
_FREE: dict[str, Value] = {"claim": None, "until": None}


@dataclass(frozen=True, slots=True)
class Tried:
    """What this process knows of a mail it claimed.

    Attributes:
        claim: Under which it had the mail.
        outcome: Of the one attempt; ``called_off`` and ``paused`` when there was none.
        at: When that was.
        state, why: What it must become and what spoke against it, for ``called_off``.
    """

    claim: str
    outcome: Outcome | Literal["called_off", "paused"]
    at: datetime
    state: str = "cancelled"
    why: Message | None = None


def report(tried: Mapping[str, Tried], ledger: Ledger) -> Plan:
    """Return what the ledger must be told of these mails, by key; what it knows already is left out."""
    return Plan.of([_of_mail(ledger["mails"].get(key), one, ledger) for key, one in tried.items()])


def _of_mail(mail: Row | None, tried: Tried, ledger: Ledger) -> Part:
    if mail is None:
        return ()  # deleted, or there twice: its marks keep it from going again
    if isinstance(tried.outcome, Outcome) and tried.outcome.kind == "sent":
        sent_at = mail.get("sent_at") or tried.at
        return update(mail, {**_FREE, "state": "sent", "sent_at": sent_at, "look": None, "errors": None})
    if not is_ours(mail, tried.claim):
        return ()
    if isinstance(tried.outcome, Outcome):
        return _of_failure(mail, tried, tried.outcome, ledger)
    if tried.outcome == "called_off":
        return _told(mail, {**_FREE, "state": tried.state}, tried.why, ledger, released=tried.claim)
    why = msg("The mail account has reached its limit; this mail goes later by itself.")
    return _told(mail, _queued(tried.at + _PAUSE), why, ledger, released=tried.claim)


def _of_failure(mail: Row, tried: Tried, outcome: Outcome, ledger: Ledger) -> Plan:
    match outcome.kind:
        case "before":
            return _told(mail, _queued(tried.at + _AT_ONCE), None, ledger, released=tried.claim)
        case "deferred":
            return _put_off(mail, tried, outcome.reply, ledger)
        case "refused":
            why = msg("The mail server refused it: {reply}", reply=outcome.reply or "-")
            return _told(mail, {**_FREE, "state": "refused"}, why, ledger, released=tried.claim)
    return _told(mail, {**_FREE, "state": "unknown", "look": None}, UNANSWERED, ledger)


def _put_off(mail: Row, tried: Tried, reply: str, ledger: Ledger) -> Plan:
    times = mail.number_of("attempts")
    if times >= len(_WAITS):
        why = msg("The mail server put it off for two days: {reply}", reply=reply or "-")
        return _told(mail, {**_FREE, "state": "held"}, why, ledger, released=tried.claim)
    due = tried.at + timedelta(minutes=_WAITS[times])
    why = msg("The mail server put it off: {reply}", reply=reply or "-")
    return _told(mail, {**_queued(due), "attempts": times + 1}, why, ledger, released=tried.claim)


def _queued(due: datetime) -> dict[str, Value]:
    return {**_FREE, "state": "queued", "due_at": due}


def _told(
    mail: Row, cells: dict[str, Value], why: Message | None, ledger: Ledger, *, released: str = ""
) -> Plan:
    """Return the change with its sentence in the row, and the mark that releases the claim."""
    said = why.text(ledger.language) if why else None
    marks: Iterator[str] | tuple[str, ...] = release_marks(mail.key, [released]) if released else ()
    return Plan.of(update(mail, {**cells, "errors": said}, why), marks=marks)


UNANSWERED = msg("It may have arrived: the mail server did not answer.")
