"""The product's two doors to the mail server: a line that hands mails over, and the folder of sent mails."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from typing import TYPE_CHECKING

from automations.core.mails.outcomes import Outcome, Outgoing, QuotaPaused

from .clock import Process
from .post import MINUTE, Letter, Post, Reply

if TYPE_CHECKING:
    from .world import World

# A server drops a line on which nothing happens for this long.
_IDLE_S = 9.5 * MINUTE
_KINDS = {
    "accepted": Outcome("sent", "250 2.0.0 queued"),
    "deferred": Outcome("deferred", "451 4.7.1 try again later"),
    "refused": Outcome("refused", "550 5.1.1 no such user"),
    "dropped": Outcome("before", "the line was dropped"),
    "lost": Outcome("unknown", "no reply after the text"),
}


class Rough:
    """What happens to one run around its steps: it stands still, or is killed before or after.

    Attributes:
        name: The run's own name; each run is a process of its own.
    """

    def __init__(self, world: World, process: Process, name: str) -> None:
        self._world, self._process, self.name = world, process, name
        self.chance = world.chance

    def wait(self, seconds: float) -> None:
        """Let time go by."""
        self._process.step(seconds)

    def before(self, what: str, seconds: float) -> float:
        """Let the step's time go by; return how long the process stood still in it."""
        is_still = not self._world.is_calm and self.chance.random() < self._world.rates.paused
        still = self._minutes_still() * MINUTE if is_still else 0.0
        if still:
            self._world.note(f"{self.name} stands still for {still / MINUTE:.0f} minutes ({what})")
            self._world.truth.counts["stood still"] += 1
            self._world.truth.doubts.add(self.name)
        self.wait(seconds + still)
        self._perhaps_die("before", what)
        return still

    def _minutes_still(self) -> float:
        """Return how long: a while, or the whole night."""
        return self.chance.uniform(1, 40) if self.chance.random() < 0.7 else self.chance.uniform(40, 400)

    def after(self, what: str) -> None:
        """Perhaps die when the step is done and nobody knows yet."""
        self._perhaps_die("after", what)

    def note_reply(self, mail: str, reply: Reply) -> None:
        """Note which mails may be in doubt."""
        if reply == "lost":
            self._world.truth.doubts.add(mail)
        elif reply == "deferred":
            self._world.truth.is_deferred(mail)

    def fails(self, share: float = 1.0) -> float:
        """Return a number below 1 when a call of the ledger fails; which, tells how."""
        rate = 0.0 if self._world.is_calm else self._world.rates.ledger * share
        drawn = self.chance.random()
        return drawn / rate if drawn < rate else 1.0

    def _perhaps_die(self, when: str, what: str) -> None:
        if not self._world.is_calm and self.chance.random() < self._world.rates.killed / 2:
            self._world.note(f"{self.name} is killed {when} {what}")
            self._world.truth.counts[f"killed {when} {what}"] += 1
            self._world.truth.doubts.add(self.name)
            self._process.die()


class Line:
    """A mail account that was logged in to; several connections, so that replies come in any order."""

    def __init__(self, post: Post, rough: Rough) -> None:
        self._post, self._rough = post, rough

    def send(
        self, batch: Sequence[Outgoing], may_send: Callable[[str], bool]
    ) -> Iterator[tuple[str, Outcome]]:
        """Try each mail once; tell outcomes a little later than they happen."""
        told: list[tuple[str, Outcome]] = []
        for mail in batch:
            reply = self._tried(mail, may_send)
            if reply == "quota":
                yield from told
                raise QuotaPaused("421 4.7.0 daily limit reached")
            if reply:
                told.append((mail.key, _KINDS[reply]))
            if self._rough.chance.random() < 0.6:
                yield from reversed(told)
                told.clear()
        yield from told

    def close(self) -> None:
        """Say goodbye."""
        self._post.hang_up(self._rough.name)

    def _tried(self, mail: Outgoing, may_send: Callable[[str], bool]) -> Reply | None:
        while may_send(mail.key):
            if self._rough.before("send", 0.3) > _IDLE_S:
                continue  # the line is gone; on a new one it is asked again
            reply = self._post.attempt(self._letter(mail))
            self._rough.note_reply(mail.key, reply)
            self._rough.after("send")
            if reply == "lost" and self._rough.chance.random() < 0.2:
                self._rough.wait(10 * MINUTE)
            return reply
        return None

    def _letter(self, mail: Outgoing) -> Letter:
        """Return the mail as the server sees it: by its bytes, not by what the product thinks of it."""
        head = BytesHeaderParser().parsebytes(mail.content)
        assert head["Message-ID"].strip() == mail.message_id
        assert [address for _, address in getaddresses(head.get_all("To"))] == [mail.receiver]
        assert not head.get_all("Cc")
        return Letter(mail.key, mail.receiver, mail.message_id, self._rough.name)


class Sent:
    """The folder of sent mails."""

    trouble = None

    def __init__(self, post: Post, rough: Rough) -> None:
        self._post, self._rough = post, rough

    def holds(self, message_ids: Collection[str]) -> frozenset[str] | None:
        """Return which of these mails are in it."""
        self._rough.before("look", 0.5)
        return self._post.holds(frozenset(message_ids))
