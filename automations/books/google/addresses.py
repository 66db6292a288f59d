"""How shop.yaml names a Google spreadsheet: by key, or by its address as in the browser."""

from __future__ import annotations

import re

from automations.core.errors import Problem, SetupError
from automations.core.messages import msg

_PREFIX = "google:"
_ADDRESS = re.compile(r"https?://docs\.google\.com/spreadsheets/")
_KEY_IN_ADDRESS = re.compile(r"/spreadsheets/(?:u/\d+/)?d/(?!e/)([A-Za-z0-9_-]+)")
_KEY = re.compile(r"[A-Za-z0-9_-]{20,}")


def is_google(ledger: str) -> bool:
    """Return whether ``ledger:`` of shop.yaml names a Google spreadsheet: ``google:…`` or its bare address."""
    return ledger.startswith(_PREFIX) or bool(_ADDRESS.match(ledger))


def spreadsheet_key(ledger: str, command: str = "") -> str:
    """Return the key of the spreadsheet that is named by key or by address as in the browser.

    Args:
        ledger: What ``ledger:`` of shop.yaml says, or a person typed.
        command: The command it was typed after, else it stands in shop.yaml.

    Raises:
        SetupError: ``google-address``, there is no key in it.
    """
    named = ledger.removeprefix(_PREFIX).strip()
    in_address = _KEY_IN_ADDRESS.search(named)
    key = in_address[1] if in_address else named
    if _KEY.fullmatch(key):
        return key
    where = command or "shop.yaml: ledger"
    why = msg("'{ledger}' does not name a Google spreadsheet.", ledger=ledger)
    fix = (
        msg(
            "Open the spreadsheet in the browser and copy its address: {command} https://docs.google.com/…",
            command=command,
        )
        if command
        else msg(
            "Open the spreadsheet in the browser and write its address: ledger: google:https://docs.google.com/…"
        )
    )
    raise SetupError([Problem("google-address", where, why, fix)])
