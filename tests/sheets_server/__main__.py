"""Starts the service: python -m tests.sheets_server --port 8765 [--state sheets.bin] [--quota 60]."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .http_server import server_for
from .service import Service


def main() -> None:
    """Serve until it is stopped."""
    parser = argparse.ArgumentParser(prog="python -m tests.sheets_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--state", type=Path, help="file that keeps the spreadsheets between starts")
    parser.add_argument(
        "--quota", type=int, default=0, help="reads and writes a minute for each caller; 0: none"
    )
    given = parser.parse_args()
    server = server_for(Service(quota=given.quota, file=given.state), given.port)
    sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
