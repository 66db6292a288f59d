"""Runs gspread's own tests against a server of this machine, without recordings.

python -m tests.sheets_server.live PATH_TO_GSPREAD [-k EXPRESSION]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HERE = Path(__file__).resolve().parent
FILES = ("cell_test.py", "worksheet_test.py", "spreadsheet_test.py", "client_test.py")
# Tests of gspread that are not run, each with its reason.
EXCLUDED: dict[str, str] = {}
# What the client tests expect to find in an account: one more file, and one that is somebody else's.
FOREIGN = "1jIKzPs8LsiZZdLdeMEP-5ZIHw6RkjiOmj1LrJN706Yc"
ACCOUNT_HOLDS = (
    {"key": "1another-file-of-this-account", "title": "Another file"},
    {"key": FOREIGN, "title": "Private", "owner": "somebody.else@example.com"},
)


def main() -> int:
    """Run the tests and return pytest's exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.sheets_server.live", description=__doc__)
    parser.add_argument("gspread", type=Path, help="a checkout of gspread, with its tests folder")
    parser.add_argument("-k", dest="expression", default="", help="as pytest's -k")
    given = parser.parse_args()
    with server() as address, tempfile.TemporaryDirectory() as folder:
        key_file = Path(folder) / "service-account.json"
        key_file.write_text(json.dumps(service_account(f"{address}/token")), "utf-8")
        key_file.chmod(0o600)
        return _tested(given.gspread.resolve(), given.expression, address, key_file)


@contextmanager
def server() -> Iterator[str]:
    """Serve in a process of its own, with the files ``ACCOUNT_HOLDS``, and give the address."""
    import requests

    with subprocess.Popen(
        [sys.executable, "-m", "sheets_server"], cwd=_HERE.parent, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            address = process.stdout.readline().strip() if process.stdout else ""
            for one in ACCOUNT_HOLDS:
                requests.post(f"{address}/admin/document", json=one, timeout=10).raise_for_status()
            yield address
        finally:
            process.terminate()


def service_account(token_uri: str) -> dict[str, str]:
    """Return a service-account file with a throw-away key, whose tokens come from ``token_uri``."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {
        "type": "service_account",
        "project_id": "local",
        "private_key_id": "local",
        "private_key": text.decode(),
        "client_email": "daicho@shop.example.com",
        "client_id": "1",
        "token_uri": token_uri,
    }


def _tested(checkout: Path, expression: str, address: str, key_file: Path) -> int:
    """Run pytest inside the checkout; its modules must not meet this project's ``tests`` package."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(_HERE.parent),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "GS_CREDS_FILENAME": str(key_file),
        "SHEETS_SERVER": address,
    }
    chosen = [str(checkout / "tests" / name) for name in FILES]
    left_out = [part for name in EXCLUDED for part in ("--deselect", f"tests/{name}")]
    command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", str(checkout)]
    command += ["-p", "no:cacheprovider", "-p", "sheets_server.live_plugin", *left_out, *chosen]
    for name, reason in EXCLUDED.items():
        sys.stdout.write(f"not run: {name}: {reason}\n")
    return subprocess.run(
        command + (["-k", expression] if expression else []), cwd=checkout, env=environment, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
