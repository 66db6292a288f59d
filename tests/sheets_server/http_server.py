"""The service on the wire. Calls below ``/admin`` set faults, people and documents; they are nobody's real API."""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from .service import Answer, Request, Service

# Shorter answers go as they are.
_WORTH_PACKING = 1_000


class Handler(BaseHTTPRequestHandler):
    """Turns HTTP into requests of the service."""

    protocol_version = "HTTP/1.1"
    # An answer leaves in one piece at once; in two it waits for the client's acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True
    server_version = "ESF"
    sys_version = ""
    service: ClassVar[Service]

    def do_GET(self) -> None:
        """Answer a GET."""
        self._serve()

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET  # noqa: N815 - names the base class calls

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the service's own time, for the Date header."""
        return super().date_time_string(int(self.service.clock() if timestamp is None else timestamp))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing: requests hold customers' data."""

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        parts = urlsplit(self.path)
        if parts.path.startswith("/admin/"):
            self._send(_administered(self.service, parts.path.removeprefix("/admin/"), raw))
            return
        try:
            body = _body(raw, self.headers.get("Content-Type", ""))
        except ValueError:
            message = {
                "error": {
                    "code": 400,
                    "message": "Invalid JSON payload received.",
                    "status": "INVALID_ARGUMENT",
                }
            }
            self._send(Answer(400, json.dumps(message).encode()))
            return
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        query = parse_qs(parts.query, keep_blank_values=True)
        self._send(self.service.answer(Request(self.command, parts.path, query, body, token)))

    def _send(self, answer: Answer) -> None:
        time.sleep(answer.seconds)
        if answer.body is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        body = answer.body
        self.send_response(answer.code)
        self.send_header("Content-Type", answer.content_type)
        if len(body) > _WORTH_PACKING and not answer.cut_short and self._takes_packed():
            body = gzip.compress(body, 6)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body) * (2 if answer.cut_short else 1)))
        self.end_headers()
        self.wfile.write(body)
        if answer.cut_short:
            self.close_connection = True
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)

    def _takes_packed(self) -> bool:
        """Return whether the caller names gzip in both places where the real service looks for it."""
        return all("gzip" in self.headers.get(name, "") for name in ("Accept-Encoding", "User-Agent"))


def _body(raw: bytes, content_type: str) -> Any:  # noqa: ANN401 - JSON or text
    if not raw:
        return None
    return json.loads(raw) if "json" in content_type else raw.decode("utf-8", "replace")


def _administered(service: Service, what: str, raw: bytes) -> Answer:
    given = json.loads(raw) if raw else {}
    told: Any = {}
    match what:
        case "faults":
            service.faults.add(given)
        case "person":
            after = int(given.pop("after", 0))
            if after:
                service.acts.append((len(service.calls) + after, given))
            else:
                service.person(str(given["key"]), given)
        case "calls":
            told = {"calls": service.calls}
        case "expire":
            service.expired.add(str(given["token"]))
        case "document":
            service.put_document(**given)
        case "token":
            service.tokens[str(given["token"])] = str(given["email"])
        case _:
            return Answer(404, b"{}")
    return Answer(200, json.dumps(told).encode())


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the base class's types
        """Let a line that broke on purpose pass in silence."""


def server_for(service: Service, port: int = 0) -> ThreadingHTTPServer:
    """Return a server on the loopback address; port 0 takes a free one."""
    handler = type("BoundHandler", (Handler,), {"service": service})
    return _Server(("127.0.0.1", port), handler)


@contextmanager
def running(service: Service) -> Iterator[str]:
    """Serve in the background and give the address, ``http://127.0.0.1:40123``."""
    server = server_for(service)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
