"""A mailbox on this machine, as much of IMAP as Daicho asks; checked once against Dovecot (see README.md)."""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.parser import BytesHeaderParser, BytesParser
from email.policy import compat32
from email.utils import parsedate_to_datetime
from ssl import SSLContext
from typing import Any

from .faults import Fault, Faults
from .loops import LoopServer

_AS_WRITTEN = compat32.clone(linesep="\r\n")
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|(\([^)]*\))|(\S+)')


@dataclass
class Mailbox:
    """Folders by the name IMAP writes, their marks, and the mails in them; ``sent`` keeps what a server took."""

    folders: dict[str, list[bytes]] = field(default_factory=lambda: {"INBOX": [], "Sent": []})
    marks: Mapping[str, str] = field(default_factory=lambda: {"Sent": "\\Sent"})
    sent: str = "Sent"

    def keep(self, content: bytes) -> None:
        self.folders[self.sent].append(content)


class MailboxServer(LoopServer):
    """The server of one mailbox.

    Attributes:
        said: Every command it heard.
        whole: Numbers of the mails that were read whole.
        faults: What it is to do wrong: ``say`` is a state with words (``NO nothing here``), or ``* BYE …``.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        context: SSLContext | None = None,
        *,
        user: str,
        password: str,
        port: int = 0,
    ) -> None:
        super().__init__(context, port)
        self.mailbox = mailbox
        self.user, self.password = user, password
        self.literals = self.marks_on_request = False
        self.token = ""
        self.said: list[str] = []
        self.whole: list[int] = []
        self.faults = Faults()

    def will(self, at: str, say: str = "", **how: Any) -> Fault:
        """Tell it to fail; see ``Fault``."""
        fault = Fault(at, say, **how)
        self.faults.planned.append(fault)
        return fault

    def protocol(self) -> asyncio.BaseProtocol:
        reader = asyncio.StreamReader(loop=self.loop)
        return asyncio.StreamReaderProtocol(reader, _Talk(self).talk, loop=self.loop)


class _Talk:
    """One connection."""

    def __init__(self, server: MailboxServer) -> None:
        self._server = server
        self._selected: list[bytes] = []

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        await self._say("* OK ready")
        while line := (await reader.readline()).decode():
            tag, *words = [
                quoted.replace('\\"', '"').replace("\\\\", "\\") or group or word
                for quoted, group, word in _TOKEN.findall(line)
            ]
            command = words.pop(0).upper()
            if command == "UID":
                command = words.pop(0).upper()
            self._server.said.append(command)
            fault = self._server.faults.next(command)
            if fault is not None:
                await self._fail(tag, fault)
                continue
            answer = getattr(self, f"_{command.lower()}", None)
            state = await answer(words) if answer else "BAD unknown command"
            await self._say(f"{tag} {state}")
            if command == "LOGOUT":
                break
        writer.close()

    async def _fail(self, tag: str, fault: Fault) -> None:
        if fault.say:
            await self._say(fault.say if fault.say.startswith("*") else f"{tag} {fault.say}")
        if not fault.say or fault.say.startswith("* BYE"):
            self._writer.transport.abort()

    async def _say(self, line: str) -> None:
        self._writer.write(line.encode() + b"\r\n")
        await self._writer.drain()

    async def _capability(self, _words: Sequence[str]) -> str:
        await self._say("* CAPABILITY IMAP4rev1 SPECIAL-USE AUTH=PLAIN AUTH=XOAUTH2")
        return "OK done"

    async def _login(self, words: Sequence[str]) -> str:
        right = list(words) == [self._server.user, self._server.password]
        return "OK signed in" if right else "NO [AUTHENTICATIONFAILED] Authentication failed."

    async def _authenticate(self, _words: Sequence[str]) -> str:
        await self._say("+ ")
        given = (await self._reader.readline()).strip().decode()
        right = self._server.token and given == self._server.token
        return "OK signed in" if right else "NO [AUTHENTICATIONFAILED] Invalid credentials"

    async def _list(self, words: Sequence[str]) -> str:
        asked = words[0].upper() == "(SPECIAL-USE)"
        shown = asked or not self._server.marks_on_request
        for name in self._server.mailbox.folders:
            mark = self._server.mailbox.marks.get(name, "") if shown else ""
            if asked and not mark:
                continue
            marks = f"\\HasNoChildren {mark}".strip()
            if self._server.literals:
                await self._say(f'* LIST ({marks}) "/" {{{len(name)}}}')
                await self._say(name)
            else:
                await self._say(f'* LIST ({marks}) "/" "{name}"')
        return "OK listed"

    async def _examine(self, words: Sequence[str]) -> str:
        found = self._server.mailbox.folders.get(words[0])
        if found is None:
            return "NO [NONEXISTENT] no such folder"
        self._selected = found
        await self._say(f"* {len(found)} EXISTS")
        return "OK [READ-ONLY] opened"

    _select = _examine

    async def _search(self, words: Sequence[str]) -> str:
        matches, rest = _matcher(words)
        if rest:
            return "BAD cannot be searched for"
        numbers = [str(number) for number, mail in enumerate(self._selected, 1) if matches(mail)]
        await self._say(" ".join(["* SEARCH", *numbers]))
        return "OK searched"

    async def _fetch(self, words: Sequence[str]) -> str:
        for number in map(int, words[0].split(",")):
            mail = self._selected[number - 1]
            if "[]" in words[1]:
                self._server.whole.append(number)
                told = mail
            else:
                named = words[1].partition("FIELDS (")[2].rstrip(")]").split()
                told = _head(mail, named)
            name = f"* {number} FETCH (UID {number} BODY[] {{{len(told)}}}\r\n"
            self._writer.write(name.encode() + told + b")\r\n")
        return "OK fetched"

    async def _logout(self, _words: Sequence[str]) -> str:
        await self._say("* BYE goodbye")
        return "OK done"


def _matcher(words: Sequence[str]) -> tuple[Any, Sequence[str]]:
    """Return what the first criterion of a search asks of a mail, and the words behind it."""
    if words[0].upper() == "OR":
        one, rest = _matcher(words[1:])
        other, rest = _matcher(rest)
        return (lambda mail: one(mail) or other(mail)), rest
    if words[0].upper() == "SINCE":
        day = datetime.strptime(words[1], "%d-%b-%Y").replace(tzinfo=UTC)
        return (lambda mail: parsedate_to_datetime(_date_of(mail)) >= day), words[2:]
    _, header, part, *rest = words
    return (
        lambda mail: part.casefold() in str(BytesHeaderParser().parsebytes(mail)[header]).casefold()
    ), rest


def _date_of(mail: bytes) -> str:
    """Return the day a mail came, as its Date says; mails without one came just now."""
    return str(BytesHeaderParser().parsebytes(mail)["Date"] or "Fri, 31 Dec 2100 00:00:00 +0000")


def _head(mail: bytes, names: Sequence[str]) -> bytes:
    """Return the header lines of these names, as they stand in the mail."""
    head = BytesParser(policy=_AS_WRITTEN).parsebytes(mail, headersonly=True)
    for name in {name for name in head if name.upper() not in names}:
        del head[name]
    head.set_payload("")
    return head.as_bytes()


def token_of(user: str, access: str) -> str:
    """Return an access token as both kinds of server take it."""
    return b64encode(f"user={user}\1auth=Bearer {access}\1\1".encode()).decode()
