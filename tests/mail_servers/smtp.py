"""A mail server on this machine: TLS, sign-in, and whatever it is told to do wrong; it keeps what it took."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from ssl import SSLContext
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from .faults import Fault, Faults
from .imap import Mailbox
from .loops import LoopServer

# The library warns in its log about a way it uses itself.
logging.getLogger("mail.log").setLevel(logging.ERROR)
USER, PASSWORD = "shop@example.com", "correct horse battery"
Command = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class Taken:
    """A mail that the server answers for."""

    sender: str
    receivers: tuple[str, ...]
    content: bytes

    @property
    def message_id(self) -> str:
        return str(BytesHeaderParser().parsebytes(self.content)["Message-ID"])


class MailServer(LoopServer):
    """The server; ``with MailServer(context) as server`` starts and ends it.

    Attributes:
        taken: Mails it accepted, in order, also those whose reply never reached the sender.
        connections, logins: How many there were.
        said: Every command it heard, in order.
        faults: What it is to do wrong.
    """

    def __init__(
        self,
        context: SSLContext | None = None,
        *,
        starttls: bool = False,
        pipelining: bool = True,
        keeps: Mailbox | None = None,
        port: int = 0,
    ) -> None:
        super().__init__(None if starttls else context, port)
        self._starttls = context if starttls else None
        self.pipelining = pipelining
        self.keeps = keeps
        self.taken: list[Taken] = []
        self.said: list[str] = []
        self.connections = self.logins = 0
        self.faults = Faults()
        self.token = ""

    def will(self, at: str, say: str = "", **how: Any) -> Fault:
        """Tell it to fail; see ``Fault``."""
        fault = Fault(at, say, **how)
        self.faults.planned.append(fault)
        return fault

    def protocol(self) -> asyncio.BaseProtocol:
        return _Conversation(self, self._starttls, self.loop)

    def take(self, envelope: Envelope) -> None:
        content = envelope.original_content or b""
        self.taken.append(Taken(str(envelope.mail_from), tuple(envelope.rcpt_tos), content))
        if self.keeps is not None:
            self.keeps.keep(content)


class _Handler:
    """What aiosmtpd asks while it talks."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def handle_EHLO(  # noqa: N802 - the library's name
        self, _talk: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        offers = ["250-PIPELINING"] if self._server.pipelining else []
        return [responses[0], *offers, *responses[1:]]

    async def handle_DATA(self, talk: _Conversation, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        fault = self._server.faults.next("reply")
        if fault is None or fault.accept:
            self._server.take(envelope)
        if fault is not None and not await talk.answered(fault):
            return ""
        return fault.say if fault is not None and fault.say else "250 2.0.0 Taken"

    async def auth_XOAUTH2(self, talk: _Conversation, arguments: list[str]) -> AuthResult:  # noqa: N802 - as above
        if len(arguments) > 1 and arguments[1] == self._server.token:
            return AuthResult(success=True, auth_data=b"token")
        await talk.push("334 eyJzdGF0dXMiOiI0MDAifQ==")
        return AuthResult(success=False, handled=False)


class _Conversation(SMTP):
    """One connection; faults come before what the library would do."""

    line_length_limit = 100_000

    def __init__(
        self, server: MailServer, starttls: SSLContext | None, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._mail_server = server
        super().__init__(
            _Handler(server),
            hostname="mail.example.com",
            ident="ready",
            tls_context=starttls,
            require_starttls=starttls is not None,
            auth_require_tls=starttls is not None,
            authenticator=self._knows,
            loop=loop,
        )

    async def _handle_client(self) -> None:
        self._mail_server.connections += 1
        fault = self._mail_server.faults.next("connect")
        if fault is not None:
            await self.answered(fault)
            self.transport.abort()
            return
        await super()._handle_client()

    async def answered(self, fault: Fault) -> bool:
        """Do what a fault says; False when the line is cut."""
        if fault.until is not None:
            await self.loop.run_in_executor(None, fault.until.wait)
        if fault.say and self._mail_server.faults is not None and fault.at != "reply":
            await self.push(fault.say)
        if not fault.say or fault.hang_up:
            self.transport.abort()
            return False
        return True

    async def _faulty(self, at: str, command: Command, argument: str) -> None:
        self._mail_server.said.append(f"{at.upper()} {argument or ''}".strip())
        fault = self._mail_server.faults.next(at)
        if fault is None:
            await command(argument)
        elif not await self.answered(fault):
            raise ConnectionResetError

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802 - the library's name
        await self._faulty("auth", super().smtp_AUTH, arg)

    async def smtp_MAIL(self, arg: str) -> None:  # noqa: N802 - as above
        if not self.session.authenticated:
            await self.push("530 5.7.0 Authentication required")
            return
        await self._faulty("mail", super().smtp_MAIL, arg)

    async def smtp_RCPT(self, arg: str) -> None:  # noqa: N802 - as above
        await self._faulty("rcpt", super().smtp_RCPT, arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - as above
        if self.envelope is not None and self.envelope.rcpt_tos and self._mail_server.faults.next("text"):
            await self.push("354 Go on")
            await self._reader.readuntil(b"\r\n")
            self.transport.abort()
            raise ConnectionResetError
        await self._faulty("data", super().smtp_DATA, arg)

    def _knows(
        self, _talk: object, _session: object, _envelope: object, _how: str, login: object
    ) -> AuthResult:
        self._mail_server.logins += 1
        right = isinstance(login, LoginPassword) and login == LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)
