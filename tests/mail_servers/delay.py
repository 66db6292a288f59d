"""A line that takes its time: every piece of what goes through arrives half a round trip later."""

from __future__ import annotations

import asyncio


class Delay:
    """Listens on 127.0.0.1 and passes everything on to a server there."""

    def __init__(self, behind: int, round_trip_ms: float) -> None:
        self._behind = behind
        self._half_s = round_trip_ms / 2000

    async def listen(self) -> int:
        """Listen on a free port, and return its number."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind_reader, behind_writer = await asyncio.open_connection("127.0.0.1", self._behind)
        await asyncio.gather(self._pass(reader, behind_writer), self._pass(behind_reader, writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while piece := await reader.read(65_536):
            loop.call_later(self._half_s, writer.write, piece)
        loop.call_later(self._half_s, writer.close)
