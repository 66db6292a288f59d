"""One connection to a mail server: yagmail opens it and signs in, each mail is then said step by step, once."""

from __future__ import annotations

import re
import ssl
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from automations.core.mails.account import MailAccount
from automations.core.mails.outcomes import AccountRefused, Outcome, QuotaPaused
from automations.core.records import dataclass
from automations.mail.credentials import SignIn
from automations.mail.server_trouble import not_signed_in, refusal, trouble
from automations.mail.smtp_replies import Reply

CONNECT_S, ENVELOPE_S, REPLY_S, GOODBYE_S = 30.0, 120.0, 600.0, 5.0
# A mail that has not reached its body by then is not begun any more: another program may soon look it up.
IDLE_S = 240.0
_RIGHT = (250, 250, 354)
_TOO_LARGE = 552
# Neither the computer's name nor a look-up of it goes out with every mail.
_OUR_NAME = "[127.0.0.1]"
_ANY_LINE_END = re.compile(rb"\r\n|\r|\n")
_DOT = re.compile(rb"^\.", re.MULTILINE)


def steady_seconds() -> float:
    """Return seconds that only grow, and go on while the computer sleeps."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


@dataclass(frozen=True)
class Letter:
    """One mail on its way: from one address to one, its bytes as they are sent."""

    sender: str
    receiver: str
    content: bytes


@dataclass(frozen=True)
class Attempt:
    """What became of one mail, and what the server said of the account meanwhile: no more mails go then."""

    outcome: Outcome
    stop: AccountRefused | QuotaPaused | None = None


class Line:
    """An open connection, signed in.

    Attributes:
        is_open: False as soon as it broke; a line is never mended, another one takes its place.
    """

    def __init__(
        self, account: MailAccount, who: SignIn, clock: Callable[[], float] = steady_seconds
    ) -> None:
        """Connect and sign in.

        Raises:
            AccountRefused: The server cannot be reached, is not the one it should be, or does not take the sign-in.
            QuotaPaused: The account may send no more for now.
        """
        self._host = account.host
        self._clock = clock
        self._client = _client(account, who)
        try:
            self._client.login()
            self._smtp: Any = self._client.smtp
            self._smtp.ehlo_or_helo_if_needed()
            if who.token:
                self._show_token(who)
            self._pipelines = bool(self._smtp.has_extn("pipelining"))
            self._takes_size = bool(self._smtp.has_extn("size"))
        except OSError as error:
            self._drop()
            raise trouble(error, account.host, account.security, who) from None
        except AccountRefused:
            self._drop()
            raise
        self.is_open = True
        self._heard_at = clock()

    @property
    def is_stale(self) -> bool:
        """Whether nothing was heard for so long that the server may have hung up."""
        return self._clock() - self._heard_at > IDLE_S

    def attempt(self, letter: Letter) -> Attempt:
        """Try to send a mail once. Nothing can have been delivered unless the outcome is ``sent`` or ``unknown``."""
        begun = self._clock()
        replies = self._envelope(letter)
        self._heard_at = self._clock()
        wrong = next((at for at, reply in enumerate(replies) if not _is(reply, _RIGHT[at])), None)
        if wrong is not None:
            self._forget(awaits_text=len(replies) == 3 and replies[2].code == 354)
            return self._not_taken(replies[wrong], at_sender=wrong == 0)
        if len(replies) < 3 or self._heard_at - begun > IDLE_S:
            self._drop()
            return Attempt(Outcome("before"))
        return self._text(letter.content)

    def close(self) -> None:
        """Say goodbye; never fails."""
        if self.is_open:
            with suppress(OSError):
                self._smtp.sock.settimeout(GOODBYE_S)
                self._client.close()
        self._drop()

    def _envelope(self, letter: Letter) -> list[Reply]:
        """Say from whom, to whom, and that the text follows; return the replies up to a no or a lost line."""
        size = f" SIZE={len(letter.content)}" if self._takes_size else ""
        commands = (f"MAIL FROM:<{letter.sender}>{size}\r\n", f"RCPT TO:<{letter.receiver}>\r\n", "DATA\r\n")
        replies: list[Reply] = []
        with self._losing(ENVELOPE_S):
            if self._pipelines:
                self._smtp.send("".join(commands))
                replies.extend(Reply.of(self._smtp.getreply()) for _ in commands)
                return replies
            for command, right in zip(commands, _RIGHT, strict=True):
                self._smtp.send(command)
                replies.append(Reply.of(self._smtp.getreply()))
                if not _is(replies[-1], right):
                    break
        return replies

    def _not_taken(self, bad: Reply, *, at_sender: bool) -> Attempt:
        """Return what a no before the text means; one to the sender concerns all mails, but for a mail too large."""
        match bad.sign:
            case "lost":
                self._drop()
                return Attempt(Outcome("before", bad.words))
            case "quota":
                self._drop()
                return Attempt(Outcome("before", bad.words), refusal(bad, self._host))
            case "never" if at_sender and bad.code != _TOO_LARGE:
                return Attempt(Outcome("before", bad.words), refusal(bad, self._host))
            case "never":
                return Attempt(Outcome("refused", bad.words))
        return Attempt(Outcome("deferred", bad.words))

    def _forget(self, *, awaits_text: bool) -> None:
        """Take back what was said of a mail that does not go; who waits for its text hears no more of us."""
        if awaits_text:
            self._drop()
        if not self.is_open:
            return
        with self._losing(ENVELOPE_S):
            if Reply.of(self._smtp.docmd("RSET")).code != 250:
                self._drop()

    def _text(self, content: bytes) -> Attempt:
        """Send the text; from its first byte on only a reply tells what became of it."""
        reply = None
        with self._losing(REPLY_S):
            self._smtp.send(as_sent(content))
            reply = Reply.of(self._smtp.getreply())
        if reply is None:
            return Attempt(Outcome("unknown"))
        self._heard_at = self._clock()
        match reply.sign:
            case "go" if reply.code < 300:
                return Attempt(Outcome("sent", reply.words))
            case "later":
                return Attempt(Outcome("deferred", reply.words))
            case "never":
                return Attempt(Outcome("refused", reply.words))
        self._drop()
        match reply.sign:
            case "quota":
                return Attempt(Outcome("deferred", reply.words), refusal(reply, self._host))
            case "lost":
                return Attempt(Outcome("deferred", reply.words))
        return Attempt(Outcome("unknown", reply.words))

    def _show_token(self, who: SignIn) -> None:
        """Sign in with a token: yagmail's own way does not look at the answer."""
        code, said = self._smtp.docmd("AUTH", f"XOAUTH2 {who.token}")
        if code == 334:
            code, said = self._smtp.docmd("")
        if code != 235:
            raise not_signed_in(self._host, f"{code} {said.decode('utf-8', 'replace')}", who)

    @contextmanager
    def _losing(self, wait_s: float) -> Iterator[None]:
        """Talk with a time limit; when the line breaks, leave it, and go on behind the block."""
        try:
            self._smtp.sock.settimeout(wait_s)
            yield
        except OSError:
            self._drop()

    def _drop(self) -> None:
        """Leave the line without a word."""
        self.is_open = False
        self._client.is_closed = True
        if self._client.smtp is not None:
            self._client.smtp.close()


def as_sent(content: bytes) -> bytes:
    """Return a message as it follows DATA: CRLF line ends, dots doubled at line starts, the closing dot."""
    lines = _ANY_LINE_END.sub(b"\r\n", content)
    end = b".\r\n" if lines.endswith(b"\r\n") else b"\r\n.\r\n"
    return _DOT.sub(b"..", lines) + end


def _is(reply: Reply, right: int) -> bool:
    return reply.code == right or (right == 250 and reply.code == 251)


def _client(account: MailAccount, who: SignIn) -> Any:  # noqa: ANN401 - yagmail has no types
    """Return yagmail's client, which has not connected yet: certificates checked, nothing logged or asked."""
    import yagmail  # noqa: PLC0415 - only who sends needs it

    how: dict[str, Any] = {"timeout": CONNECT_S, "local_hostname": _OUR_NAME}
    context = None if account.security == "plain" else ssl.create_default_context()
    if account.security == "tls":
        how["context"] = context
    client = yagmail.Client(
        user={who.user: who.user},
        password=who.password,
        host=account.host,
        port=account.port,
        smtp_ssl=account.security == "tls",
        smtp_starttls={"context": context} if account.security == "starttls" else False,
        smtp_skip_login=not who.user or bool(who.token),
        soft_email_validation=False,
        **how,
    )
    client.set_logging(None)
    return client
