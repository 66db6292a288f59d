"""An event loop in a thread of its own, in which the servers of the tests live."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from ssl import SSLContext
from typing import Self


class LoopServer:
    """A server on 127.0.0.1 for the time of a ``with`` block; ``port`` is its number."""

    def __init__(self, context: SSLContext | None = None, port: int = 0) -> None:
        self._context = context
        self.port = port
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(lambda _loop, _what: None)
        self._lines: list[asyncio.BaseTransport] = []
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def protocol(self) -> asyncio.BaseProtocol:
        """Return what talks over a new connection."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(self._noted), self.loop).result()
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def _noted(self) -> asyncio.BaseProtocol:
        """Return what talks over a new connection, whose line is cut at the end."""
        protocol = self.protocol()
        begin = protocol.connection_made

        def noted(line: asyncio.BaseTransport) -> None:
            self._lines.append(line)
            begin(line)

        protocol.connection_made = noted  # type: ignore[method-assign]
        return protocol

    async def _listen(self, protocol: Callable[[], asyncio.BaseProtocol]) -> asyncio.Server:
        return await self.loop.create_server(protocol, "127.0.0.1", self.port, ssl=self._context)

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    async def _end(self) -> None:
        self._server.close()
        for line in self._lines:
            with suppress(
                AttributeError
            ):  # before Python 3.11.5 a TLS line that is gone cannot be cut once more
                line.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for _ in range(5):  # a line is closed some rounds after it was cut
            await asyncio.sleep(0)
