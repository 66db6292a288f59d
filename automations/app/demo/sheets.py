"""The demo's spreadsheet: a service on this machine that speaks as Google Sheets does, and a person who types there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automations.app.configuration import BUNDLED
from automations.books.xlsx import SheetEdit
from automations.core.cells import WrittenCell

if TYPE_CHECKING:
    import gspread

_GOOGLE = ("https://sheets.googleapis.com", "https://www.googleapis.com")
_ACCOUNT = "daicho@shop.example.com"


def is_available() -> bool:
    """Return whether the service is here: it is part of the source, not of what is installed."""
    return (BUNDLED / "tests" / "sheets_server" / "__main__.py").is_file()


@dataclass(frozen=True)
class Desk:
    """A blank spreadsheet at a service of its own.

    Attributes:
        address: Of the service.
        key: Of the spreadsheet.
    """

    address: str
    key: str

    def type_in(self, edits: Sequence[SheetEdit]) -> None:
        """Type values into cells as somebody does who has the spreadsheet open beside Daicho."""
        from gspread.utils import rowcol_to_a1

        typed = [
            {
                "range": f"'{edit.sheet}'!{rowcol_to_a1(cell.row, cell.column)}",
                "values": [[_typed(cell.value)]],
            }
            for edit in edits
            for cell in edit.cells
        ]
        book = client_at(self.address, "somebody").open_by_key(self.key)
        book.values_batch_update({"valueInputOption": "USER_ENTERED", "data": typed})

    def calls(self) -> tuple[int, int]:
        """Return how many reads and writes the service was asked for by everybody."""
        import requests

        asked = requests.get(f"{self.address}/admin/calls", timeout=10).json()["calls"]
        sheets = [(method, path) for method, path, _ in asked if path.startswith("/v4/")]
        reads = sum(method == "GET" or "GetByDataFilter" in path for method, path in sheets)
        return reads, len(sheets) - reads


@contextmanager
def desk(folder: Path) -> Iterator[Desk]:
    """Start the service, and let every command of this process work there until the end of the block.

    Args:
        folder: Where this computer's note of what it has seen goes meanwhile.
    """
    command = [sys.executable, "-m", "tests.sheets_server", "--port", "0"]
    with subprocess.Popen(command, cwd=BUNDLED, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own
        assert server.stdout is not None  # noqa: S101 - it is piped
        address = server.stdout.readline().strip()
        before = dict(os.environ)
        try:
            os.environ.update(_environment(address, folder))
            yield Desk(address, client_at(address, "daicho").create("demo").id)
        finally:
            os.environ.clear()
            os.environ.update(before)
            server.terminate()


def client_at(address: str, token: str) -> gspread.Client:
    """Return the real client, its calls sent to the local service."""
    import gspread
    from google.oauth2.credentials import Credentials
    from requests import Response

    class Local(gspread.HTTPClient):
        def request(self, method: str, endpoint: str, *args: Any, **how: Any) -> Response:  # noqa: ANN401
            for host in _GOOGLE:
                endpoint = endpoint.replace(host, address)
            answer: Response = super().request(method, endpoint, *args, **how)
            return answer

    return gspread.authorize(Credentials(token), http_client=Local)  # type: ignore[no-untyped-call] # of google-auth


def _environment(address: str, folder: Path) -> Mapping[str, str]:
    """Return what makes the service stand in for Google; the service account is good for this one run."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    account = {
        "type": "service_account",
        "client_email": _ACCOUNT,
        "private_key": pem.decode(),
        "token_uri": f"{address}/token",
    }
    return {
        "DAICHO_GOOGLE_ENDPOINT": address,
        "DAICHO_GOOGLE_CREDENTIALS_JSON": json.dumps(account),
        "DAICHO_STATE": str(folder / ".daicho-seen.json"),
    }


def _typed(value: WrittenCell) -> str | bool | float:
    match value:
        case bool() | str():
            return value
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case int() | float() | Decimal():
            return float(value)
        case _:
            return ""
