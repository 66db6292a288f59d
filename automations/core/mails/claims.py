"""Claims: which process may send a mail, and until when. A claim is a state, a deadline and a mark that stays."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from automations.core.ledger import Row, update
from automations.core.plan import Part, Plan

CLAIMED_FOR = timedelta(minutes=10)
# A sender that was paused has lost its connection by then.
MARGIN = timedelta(minutes=5)
_CLAIM, _RELEASE = "claim:", "release:"


def new_claim(now: datetime, token: str) -> str:
    """Return the name of a claim that is made ``now``; it bears its deadline, ``token`` makes it its maker's own."""
    return f"{int((now + CLAIMED_FOR).timestamp()):x}-{token}"


def until_of(claim: str) -> datetime:
    """Return the deadline of a claim; one that does not bear any has long passed it."""
    try:
        return datetime.fromtimestamp(int(claim.partition("-")[0], 16), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def open_claims(marks: Iterable[str]) -> dict[str, set[str]]:
    """Return the claims that were never released, by mail; a sent mail keeps its claim for ever."""
    found: dict[str, set[str]] = {}
    released: list[tuple[str, str]] = []
    for mark in marks:
        if mark.startswith(_CLAIM):
            key, _, claim = mark.removeprefix(_CLAIM).rpartition(":")
            found.setdefault(key, set()).add(claim)
        elif mark.startswith(_RELEASE):
            key, _, claim = mark.removeprefix(_RELEASE).rpartition(":")
            released.append((key, claim))
    for key, claim in released:
        found.get(key, set()).discard(claim)
    return {key: claims for key, claims in found.items() if claims}


def release_marks(key: str, claims: Iterable[str]) -> Iterator[str]:
    """Yield the marks that release claims of a mail: nothing of it was sent under them."""
    return (f"{_RELEASE}{key}:{claim}" for claim in sorted(claims))


def is_due(mail: Row, now: datetime, claimed: Collection[str] = ()) -> bool:
    """Return whether a queued mail may go now: due, never sent, and in nobody's hands."""
    due = mail.moment("due_at")
    return (
        mail.text("state") == "queued"
        and mail.get("sent_at") is None
        and mail.key not in claimed
        and (due is None or due <= now)
    )


def most_important(mails: Iterable[Row]) -> list[Row]:
    """Return mails in the order they go: those about a contract first, then the one that waited longest."""
    return sorted(
        mails, key=lambda mail: (mail.text("class") != "transactional", str(mail.get("due_at") or ""))
    )


def claim(mails: Iterable[Row], name: str) -> Plan:
    """Return the plan that takes mails into the hands of whoever made the claim ``name``."""
    until = until_of(name)
    parts: list[Part] = []
    marks: list[str] = []
    for mail in mails:
        parts.append(update(mail, {"state": "sending", "claim": name, "until": until, "errors": None}))
        marks.append(f"{_CLAIM}{mail.key}:{name}")
    return Plan.of(parts, marks=marks)


def is_ours(mail: Row, name: str) -> bool:
    """Return whether a mail still stands as the claim ``name`` left it."""
    return mail.text("state") == "sending" and mail.text("claim") == name


def overdue(mails: Iterable[Row], now: datetime, claimed: Mapping[str, Collection[str]]) -> Iterator[Row]:
    """Yield mails that somebody took and never reported, and copied or restored rows of such mails."""
    for mail in mails:
        state = mail.text("state")
        if state == "sending":
            until = mail.moment("until") or until_of(mail.text("claim"))
        elif state in ("queued", "awaiting") and mail.key in claimed:
            until = max(map(until_of, claimed[mail.key]))
        else:
            continue
        if now > until + MARGIN:
            yield mail
