"""The mail courier: claims groups of due mails, tries each at most once, and reports (commit-protocol 6 and 7)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from typing import Literal

from automations.app.post_office import PostOffice
from automations.core.errors import DaichoError
from automations.core.ledger import Ledger, Row, update
from automations.core.mails.caps import left_today
from automations.core.mails.claims import (
    claim,
    is_due,
    is_ours,
    most_important,
    new_claim,
    open_claims,
    release_marks,
    until_of,
)
from automations.core.mails.clock import is_behind
from automations.core.mails.contacts import Contacts
from automations.core.mails.lookups import looked_up, proofs, to_look_up
from automations.core.mails.occasions import Occasions
from automations.core.mails.outcomes import AccountRefused, Outcome, Outgoing, QuotaPaused, Transport
from automations.core.mails.quiet_hours import end_of_quiet
from automations.core.mails.reports import Tried, report
from automations.core.mails.settings import Settings
from automations.core.mails.standing import Standing
from automations.core.mails.stopping import called_off
from automations.core.messages import Message
from automations.core.plan import Part, Plan
from automations.core.records import dataclass

# A claim holds what is sent in about two minutes; first nobody knows how much that is. Where nothing can be looked up,
# so many at most are left in doubt when the program ends.
_FIRST, _MOST, _BLIND = 50, 500, 10
_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Group:
    """Mails in the hands of this process: what goes, under which claim."""

    claim: str
    mails: Mapping[str, Outgoing]


@dataclass()
class Told:
    """What the courier has to say at the end of a run.

    Attributes:
        sent: Keys of the mails the server took.
        trouble: Why mails wait although they are due: the account is refused, or pauses.
        look_trouble: Why it could not be looked up which mails went.
        left: How many are due and wait for the next run, or for the limit of a day.
    """

    sent: list[str] = field(default_factory=list)
    trouble: DaichoError | None = None
    look_trouble: DaichoError | None = None
    is_paused: bool = False
    left: int = 0


class Courier:
    """Sends the mails of one run.

    What became of them is kept in memory until the ledger surely shows it. It never writes to the ledger itself:
    ``next`` says what to write and what may be sent once that stands there, ``send`` sends it.
    """

    def __init__(
        self,
        office: PostOffice,
        settings: Settings,
        now: Callable[[], datetime],
    ) -> None:
        self.told = Told()
        self._office, self._account = office, office.account
        self._settings, self._now = settings, now
        self._transport: Transport | None = None
        self._tried: dict[str, Tried] = {}
        # Mails that were claimed and not tried yet, and under which claim.
        self._claimed_by: dict[str, str] = {}
        self._size = _FIRST if office.sent else _BLIND
        self._left = office.account.run_limit
        self._look: tuple[frozenset[str], frozenset[str] | None, datetime] | None = None

    def takes(self, mail: Row) -> bool:
        """Return whether a mail is sent; others are written as files."""
        return self._account.may_write_to(mail.text("to"))

    def next(self, ledger: Ledger) -> tuple[Plan, Group | None]:
        """Return what to write next, and the mails that may be sent once that stands in the ledger."""
        if any(tab == "mails" for tab, _ in ledger.unclear):
            return Plan(), None
        self._give_up(ledger)
        reported = Plan.of(self._looked_up(ledger), report(self._tried, ledger), self._released(ledger))
        ledger = ledger.apply(reported)
        orphans = self._orphans(ledger)
        if orphans is not None:
            return reported, orphans
        stopped, group = self._claimed(ledger)
        return Plan.of(reported, stopped), group

    def written(self) -> None:
        """Forget what was reported: the ledger shows it."""
        self._tried.clear()
        if self._look is not None:
            self._look = (frozenset(), frozenset(), self._look[2])

    def send(self, group: Group, ledger: Ledger) -> None:
        """Send a group that stands in ``ledger``, which is settled and was read after the claim."""
        until = until_of(group.claim)
        begun = self._now()
        mine = {
            key: mail
            for key, mail in group.mails.items()
            if (row := ledger["mails"].get(key)) is not None and is_ours(row, group.claim)
        }
        # What was told of a mail that stands under a newer claim was written together with that claim.
        self._tried = {
            key: one for key, one in self._tried.items() if key not in mine or one.claim == group.claim
        }
        for key, stop in self._called_off(mine, ledger).items():
            self._tried[key] = Tried(group.claim, "called_off", begun, *stop)
        ready = [mail for key, mail in mine.items() if key not in self._tried]
        self._left -= len(ready)
        asked: set[str] = set()

        def may_send(key: str) -> bool:
            if key not in mine or key in self._tried or self._now() >= until:
                return False
            asked.add(key)
            return True

        rest = self._attempt(ready, may_send, group.claim)
        for mail in ready:
            if mail.key not in self._tried:
                doubt = rest is None and mail.key in asked
                outcome = Outcome("unknown") if doubt else rest or Outcome("before")
                self._tried[mail.key] = Tried(group.claim, outcome, self._now())
        for key in mine:
            self._claimed_by.pop(key, None)
        self._pace(len(ready), self._now() - begun)

    def close(self) -> None:
        """Say goodbye to the mail server."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def _attempt(
        self, mails: list[Outgoing], may_send: Callable[[str], bool], claimed: str
    ) -> Outcome | Literal["paused"] | None:
        """Hand mails over and note what becomes of each; return what the others count as when it was broken off."""
        if self._transport is None or not mails:
            return None
        try:
            for key, outcome in self._transport.send(mails, may_send):
                self._tried[key] = Tried(claimed, outcome, self._now())
                if outcome.kind == "sent":
                    self.told.sent.append(key)
        except QuotaPaused:
            self.told.is_paused = True
            return "paused"
        except AccountRefused as refused:
            self.told.trouble = refused
            return Outcome("before")
        return None

    def _called_off(self, mails: Iterable[str], ledger: Ledger) -> dict[str, tuple[str, Message]]:
        standing = Standing.of(ledger, self._settings.trouble_days)
        occasions = Occasions(ledger, self._settings)
        stops = {key: called_off(ledger["mails"][key], ledger, occasions, standing) for key in mails}
        return {key: stop for key, stop in stops.items() if stop is not None}

    def _pace(self, count: int, took: timedelta) -> None:
        """Choose how many mails to claim next: as many as go in two minutes at the rate of these."""
        if self._office.sent is not None and count:
            rate = count / max(took.total_seconds(), 1)
            self._size = min(_MOST, max(_BLIND, int(rate * _SECONDS)))

    def _looked_up(self, ledger: Ledger) -> Plan:
        """Look once, as the run begins, for the mails of which nobody knows whether they went."""
        if self._office.sent is None:
            return Plan()
        if self._look is None:
            unknown = frozenset(to_look_up(ledger).values())
            asked = unknown | proofs(ledger) if unknown else unknown
            begun = self._now()
            self._look = (asked, self._office.sent.holds(asked) if asked else asked, begun)
            self.told.look_trouble = self._office.sent.trouble
        asked, found, at = self._look
        return Plan() if found is None else looked_up(ledger, asked, found, at)

    def _give_up(self, ledger: Ledger) -> None:
        """Count mails as not tried that are in our hands and cannot go any more."""
        for mail in self._untried(ledger):
            name = mail.text("claim")
            if self._now() >= until_of(name):
                self._tried[mail.key] = Tried(name, Outcome("before"), self._now())
            elif isinstance(refused := self._built(mail), DaichoError):
                self._tried[mail.key] = Tried(name, "called_off", self._now(), "held", refused.why)

    def _untried(self, ledger: Ledger) -> list[Row]:
        """Return mails that stand in the ledger as ours and were never tried."""
        rows = {key: ledger["mails"].get(key) for key in self._claimed_by}
        return [
            row
            for key, row in rows.items()
            if row is not None and is_ours(row, self._claimed_by[key]) and not self._has_tried(row)
        ]

    def _has_tried(self, mail: Row) -> bool:
        """Return whether a mail was tried under the claim it stands under."""
        tried = self._tried.get(mail.key)
        return tried is not None and tried.claim == mail.text("claim")

    def _released(self, ledger: Ledger) -> Plan:
        """Release claims whose rows do not stand as ours, because a person moved them: nothing was sent under them."""
        if not self._claimed_by:
            return Plan()
        standing = open_claims(ledger.marks)
        ours = {mail.key for mail in self._untried(ledger)} | self._tried.keys()
        gone = {
            key: name
            for key, name in self._claimed_by.items()
            if key not in ours and name in standing.get(key, ())
        }
        for key in gone:
            del self._claimed_by[key]
        return Plan.of(marks=[mark for key, name in gone.items() for mark in release_marks(key, [name])])

    def _orphans(self, ledger: Ledger) -> Group | None:
        """Return mails that a commit of unknown fate gave to this process after all, to be sent now."""
        mails = self._untried(ledger)
        names = sorted({mail.text("claim") for mail in mails})
        if not names:
            return None
        built = {mail.key: self._built(mail) for mail in mails if mail.text("claim") == names[0]}
        return Group(names[0], {key: one for key, one in built.items() if isinstance(one, Outgoing)})

    def _claimed(self, ledger: Ledger) -> tuple[Plan, Group | None]:
        """Return the plan that claims the next group, and stops what may not go; nothing while mails must wait."""
        due = self._due(ledger)
        self.told.left = len(due)
        if not due or self.told.trouble is not None or self.told.is_paused or is_behind(ledger):
            return Plan(), None
        parts, mails = self._chosen(due, ledger)
        if not mails or not self._is_open():
            return Plan.of(parts), None
        name = new_claim(self._now(), secrets.token_hex(4))
        self._claimed_by |= dict.fromkeys(mails, name)
        self.told.left -= len(mails)
        return Plan.of(parts, claim([ledger["mails"][key] for key in mails], name)), Group(name, mails)

    def _chosen(self, due: Sequence[Row], ledger: Ledger) -> tuple[list[Part], dict[str, Outgoing]]:
        """Return the mails of the next group, and what becomes of those that may not go (now)."""
        parts: list[Part] = []
        mails: dict[str, Outgoing] = {}
        most = min(self._size, self._left, left_today(ledger, self._account))
        contacts = Contacts(ledger)
        standing = Standing.of(ledger, self._settings.trouble_days)
        occasions = Occasions(ledger, self._settings)
        for mail in due:
            if len(mails) == most:
                break
            if (stop := called_off(mail, ledger, occasions, standing)) is not None:
                parts.append(_stopped(mail, *stop, ledger))
            elif (wait := self._postponed(mail, ledger, contacts)) is not None:
                parts.append(update(mail, {"due_at": wait}))
            elif isinstance(built := self._built(mail), Outgoing):
                mails[mail.key] = built
                contacts.add(mail, ledger.today)
            else:
                parts.append(_refused(mail, built, ledger))
        return parts, mails

    def _due(self, ledger: Ledger) -> list[Row]:
        now = self._now()
        claimed = open_claims(ledger.marks)
        is_quiet = end_of_quiet(now.astimezone(ledger.now.tzinfo), self._account.quiet) != now
        due = [
            mail
            for mail in ledger["mails"]
            if is_due(mail, now, claimed)
            and self.takes(mail)
            and mail.text("text")
            and not (is_quiet and mail.text("class") != "transactional")
        ]
        return most_important(due)

    def _postponed(self, mail: Row, ledger: Ledger, contacts: Contacts) -> datetime | None:
        kind = self._settings.mails.get(mail.text("template"))
        free = contacts.free_on(mail, kind.quiet_days if kind else 0)
        if free <= ledger.today:
            return None
        moment = datetime.combine(free, ledger.now.time(), ledger.now.tzinfo)
        return end_of_quiet(moment, self._account.quiet)

    def _is_open(self) -> bool:
        """Log in when there is something to send; an account that is refused stops the mails, and nothing else."""
        if self._transport is None:
            try:
                self._transport = self._office.open()
            except AccountRefused as refused:
                self.told.trouble = refused
            except QuotaPaused:
                self.told.is_paused = True
        return self._transport is not None

    def _built(self, mail: Row) -> Outgoing | DaichoError:
        from automations.mail.message import MailRefused

        try:
            content = self._office.message(mail)
        except MailRefused as refused:
            return refused
        return Outgoing(mail.key, mail.text("to"), content, mail.text("message_id"))


def _stopped(mail: Row, state: str, why: Message, ledger: Ledger) -> Part:
    return update(mail, {"state": state, "errors": why.text(ledger.language)}, why)


def _refused(mail: Row, refused: DaichoError, ledger: Ledger) -> Part:
    """Hold a mail that cannot become a message, and say why; the others go on."""
    reason = f"{refused.why.text(ledger.language)} {refused.fix.text(ledger.language)}"
    finding = mail.finding(refused.code, "", refused.why, refused.fix)
    return Plan.of(update(mail, {"state": "held", "errors": reason}), finding)
