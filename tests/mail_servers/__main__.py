"""Starts a mail server: python -m tests.mail_servers --certificate new.pem [--round-trip-ms 25].

It prints its port and takes the user and password of ``smtp.py``, until its input ends. Whoever sends to it names the
certificate in SSL_CERT_FILE.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from .certificates import make_certificate, server_context
from .delay import Delay
from .smtp import MailServer


def main() -> None:
    """Serve until it is stopped."""
    parser = argparse.ArgumentParser(prog="python -m tests.mail_servers", description=__doc__)
    parser.add_argument("--certificate", type=Path, required=True, help="made when it is not there")
    parser.add_argument(
        "--round-trip-ms", type=float, default=0, help="how long the way there and back takes"
    )
    given = parser.parse_args()
    if not given.certificate.exists():
        make_certificate(given.certificate)
    with MailServer(server_context(given.certificate)) as server:
        port = server.port
        if given.round_trip_ms:
            delay = Delay(server.port, given.round_trip_ms)
            port = asyncio.run_coroutine_threadsafe(delay.listen(), server.loop).result()
        print(port, flush=True)
        sys.stdin.read()


main()
