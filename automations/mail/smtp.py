"""Sends mails through the shop's account, each at most once: yagmail opens the lines, several when there are many."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from pathlib import Path
from queue import SimpleQueue

from automations.core.mails.account import MailAccount
from automations.core.mails.outcomes import AccountRefused, Outcome, Outgoing, QuotaPaused
from automations.mail.addresses import one_address
from automations.mail.credentials import SignIn, sign_in
from automations.mail.server_trouble import trouble
from automations.mail.signing import Sign, signer_of
from automations.mail.smtp_line import Letter, Line

# Another line costs about as much as so many mails over one that is open.
_WORTH_A_LINE = 8
# So many lines that broke one after the other, and no mail got through: then it is not the lines.
_MOST_BROKEN = 3

MaySend = Callable[[str], bool]


def open_transport(account: MailAccount, folder: Path) -> AccountTransport:
    """Return a transport that has signed in, so that a wrong password shows before any mail is claimed.

    Args:
        account: The block ``mail:`` of shop.yaml.
        folder: The shop's folder; passwords and keys are named relative to it.

    Raises:
        AccountRefused: The account cannot be used.
        QuotaPaused: It may send no more for now.
    """
    return AccountTransport(account, sign_in(account, folder), signer_of(account.dkim, folder))


class AccountTransport:
    """A mail account that was signed in to; satisfies ``core.mails.outcomes.Transport``."""

    def __init__(self, account: MailAccount, who: SignIn, sign: Sign) -> None:
        self._account = account
        self._who = who
        self._sign = sign
        self._lines = [Line(account, who)]

    def send(self, batch: Sequence[Outgoing], may_send: MaySend) -> Iterator[tuple[str, Outcome]]:
        """Try each mail at most once, and yield its key and outcome as they come.

        A line that breaks is replaced for the mails that were not begun. Mails that ``may_send`` refuses, and those
        that an error came before, were not tried and are not yielded.

        Raises:
            QuotaPaused: The account may send no more for now; everything that was tried has been yielded.
            AccountRefused: No line can be opened any more, or the server refuses the sender; as above.
        """
        shift = _Shift(batch, may_send)
        workers = min(self._account.connections, -(-len(batch) // _WORTH_A_LINE))
        if not workers:
            return
        with ThreadPoolExecutor(workers, "mail") as pool:
            working = [pool.submit(self._work, shift, is_extra=number > 0) for number in range(workers)]
            try:
                yield from shift.outcomes(workers)
            finally:
                shift.stop()
        for worker in working:
            worker.result()

    def close(self) -> None:
        """Say goodbye to the server; never fails."""
        while self._lines:
            self._lines.pop().close()

    def _work(self, shift: _Shift, *, is_extra: bool) -> None:
        """Send mails one after the other until none is left; an extra line that cannot be opened is done without."""
        line = self._lines.pop() if self._lines else None
        try:
            while shift.goes_on:
                try:
                    line = self._ready(line)
                except (AccountRefused, QuotaPaused):
                    if is_extra:
                        return
                    raise
                self._send_one(shift, line)
        finally:
            if line is not None and line.is_open:
                self._lines.append(line)
            shift.end_of_worker()

    def _ready(self, line: Line | None) -> Line:
        if line is not None and line.is_open:
            if not line.is_stale:
                return line
            line.close()
        return Line(self._account, self._who)

    def _send_one(self, shift: _Shift, line: Line) -> None:
        mail = shift.next()
        if mail is None:
            return
        letter = self._letter(mail)
        if letter is None:
            shift.tell(mail, Outcome("refused"))
            return
        attempt = line.attempt(letter)
        shift.tell(mail, attempt.outcome)
        if attempt.stop is not None:
            shift.stop()
            raise attempt.stop
        if shift.breaks(was_lost=not line.is_open) == _MOST_BROKEN:
            shift.stop()
            raise trouble(ConnectionResetError(), self._account.host, self._account.security, self._who)

    def _letter(self, mail: Outgoing) -> Letter | None:
        """Return the mail as it travels; None when its sender or receiver is not exactly one address."""
        receiver, sender = one_address(mail.receiver), one_address(_sender(mail.content))
        if receiver is None or sender is None:
            return None
        return Letter(sender.addr_spec, receiver.addr_spec, self._sign(mail.content))


class _Shift:
    """The mails of one batch while several lines work at them."""

    def __init__(self, batch: Sequence[Outgoing], may_send: MaySend) -> None:
        self._left = deque(batch)
        self._may_send = may_send
        self._lock = threading.Lock()
        self._told: SimpleQueue[tuple[str, Outcome] | None] = SimpleQueue()
        self._broken = 0

    @property
    def goes_on(self) -> bool:
        """Whether a mail is left to be begun."""
        return bool(self._left)

    def next(self) -> Outgoing | None:
        """Return the next mail that may be sent right now; None when there is none."""
        with self._lock:
            while self._left:
                mail = self._left.popleft()
                if self._may_send(mail.key):
                    return mail
        return None

    def tell(self, mail: Outgoing, outcome: Outcome) -> None:
        self._told.put((mail.key, outcome))

    def breaks(self, *, was_lost: bool) -> int:
        """Count the lines lost since one last held."""
        with self._lock:
            self._broken = self._broken + 1 if was_lost else 0
            return self._broken

    def stop(self) -> None:
        """Let no further mail be begun."""
        with self._lock:
            self._left.clear()

    def end_of_worker(self) -> None:
        self._told.put(None)

    def outcomes(self, workers: int) -> Iterator[tuple[str, Outcome]]:
        """Yield what is told until so many workers have ended."""
        while workers:
            told = self._told.get()
            if told is None:
                workers -= 1
            else:
                yield told


def _sender(content: bytes) -> str:
    return parseaddr(str(BytesHeaderParser().parsebytes(content)["From"] or ""))[1]
