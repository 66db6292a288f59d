"""A name server on this machine that answers from a small table, for one test."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

Zone = Mapping[tuple[str, str], Sequence[str]]


@contextmanager
def name_server(zone: Zone) -> Iterator[dns.resolver.Resolver]:
    """Answer from ``zone`` ((name, kind) -> records as written in a zone file); yields a resolver that asks only here."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    thread = threading.Thread(target=_serve, args=(server, zone), daemon=True)
    thread.start()
    try:
        yield resolver_at(server.getsockname()[1])
    finally:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closing:
            closing.sendto(b"", server.getsockname())
        thread.join()
        server.close()


def resolver_at(port: int) -> dns.resolver.Resolver:
    """Return a resolver that asks only the server at this port of this machine."""
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = port
    return resolver


def _serve(server: socket.socket, zone: Zone) -> None:
    names = {name for name, _ in zone}
    while True:
        asked, sender = server.recvfrom(4096)
        if not asked:
            return
        query = dns.message.from_wire(asked)
        (question,) = query.question
        name, kind = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if records := zone.get((name, kind)):
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *records))
        elif name not in names:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        server.sendto(answer.to_wire(), sender)
