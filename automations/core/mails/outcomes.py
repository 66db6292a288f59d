"""What becomes of a mail that is handed to the mail server, and what sends and looks up mails."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Literal, Protocol

from automations.core.errors import ServiceError
from automations.core.records import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt.

    Attributes:
        kind: ``sent`` (the server took it), ``before`` (nothing of the text was sent), ``deferred`` (4xx: later),
            ``refused`` (5xx: never), ``unknown`` (the text was sent and no reply came).
        reply: The server's words: one line, printable, without addresses.
    """

    kind: Literal["sent", "before", "deferred", "refused", "unknown"]
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail as it leaves: key of its row, the one address it goes to, its bytes, its Message-ID."""

    key: str
    receiver: str
    content: bytes
    message_id: str


class Transport(Protocol):
    """A mail account that was logged in to."""

    def send(
        self, batch: Sequence[Outgoing], may_send: Callable[[str], bool]
    ) -> Iterator[tuple[str, Outcome]]:
        """Try each mail at most once, and yield its key and outcome, in any order.

        Args:
            batch: Mails to send, perhaps over several connections.
            may_send: Asked with a key right before each mail, also after a reconnect; a mail it refuses is not tried
                and not yielded.

        Raises:
            QuotaPaused: The account may send no more for now; everything that was tried has been yielded.
        """
        ...

    def close(self) -> None:
        """Say goodbye to the server; never fails."""
        ...


class SentFolder(Protocol):
    """The folder in which the mail server keeps what was sent.

    Attributes:
        trouble: Why it could not be looked into the last time, for a person; None when it could.
    """

    trouble: AccountRefused | None

    def holds(self, message_ids: Collection[str]) -> frozenset[str] | None:
        """Return which of these mails are in it; None when it could not be looked into."""
        ...


class AccountRefused(ServiceError):
    """The mail account cannot be used: login or secure connection failed, before anything was tried."""


class QuotaPaused(Exception):
    """The account may send no more for now; ``reply`` has the server's words, as in `Outcome`."""

    def __init__(self, reply: str) -> None:
        self.reply = reply
        super().__init__(reply)
