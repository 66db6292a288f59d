"""A mail server that kills the program that talks to it, at a moment it was told."""

from __future__ import annotations

import os
import signal
import subprocess
import threading

from mail_servers.faults import Fault, Faults
from mail_servers.imap import Mailbox
from mail_servers.smtp import MailServer

# What a mail goes through: five moments at which the program can die, and one between acceptance and its reply.
MOMENTS = ("mail", "rcpt", "data", "text", "before it is taken", "before the reply")


class DeadlyPost(MailServer):
    """Counts what the client asks, and kills it with its n-th question.

    Attributes:
        asked: What it was asked, in order, since ``wait_for``.
        killed: Where the client died, ``""`` while it lives.
    """

    def __init__(self, keeps: Mailbox | None = None) -> None:
        super().__init__(keeps=keeps)
        self.faults = _Deadly(self)
        self.wait_for(0)

    def wait_for(self, moment: int) -> None:
        """Kill the next client at its n-th moment; 0 lets it live."""
        self.asked: list[str] = []
        self.killed = ""
        self._moment = moment
        self._client: subprocess.Popen[str] | None = None
        self._is_known = threading.Event()

    def watch(self, client: subprocess.Popen[str]) -> None:
        """Name the process that is talking; it leads a group of its own."""
        self._client = client
        self._is_known.set()

    def dies(self, what: str) -> bool:
        """Count a moment; kill the client when it is the one."""
        self.asked.append(what)
        if len(self.asked) != self._moment:
            return False
        self.killed = what
        self._is_known.wait()
        assert self._client is not None
        os.killpg(self._client.pid, signal.SIGKILL)
        self._client.wait()
        return True


class _Deadly(Faults):
    def __init__(self, post: DeadlyPost) -> None:
        super().__init__()
        self._post = post

    def next(self, at: str) -> Fault | None:
        """Hang up on a client that is dead; between the text and its reply there are two moments to die."""
        if at != "reply":
            return Fault(at) if self._post.dies(at) else None
        if self._post.dies("before it is taken"):
            return Fault(at)
        return Fault(at, accept=True) if self._post.dies("before the reply") else None
