"""What can stand between a run and its Google spreadsheet, made at a service on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import google_desk
import yaml
from google.oauth2.credentials import Credentials
from google_desk import ROBOT, Desk, says, token_refused
from sheets_server.cells import Cell
from sheets_server.service import Answer

from automations.app.configuration import load
from automations.app.seen import refuse_older, remember
from automations.books.google.addresses import spreadsheet_key
from automations.books.google.credentials import credentials_of
from automations.books.google.ids import sheet_id_of
from automations.books.google.probe.bench import Bench
from automations.books.google.service import Spreadsheet
from automations.books.google_sheets import refuse_copied
from automations.core.journal import Commit
from automations.core.snapshot import Snapshot

_EDIT = [{"updateCells": {"rows": [], "fields": "userEnteredValue", "start": {"sheetId": 0}}}]
_DENIED = ("PERMISSION_DENIED", "The caller does not have permission")
_REFUSALS: Mapping[str, Answer] = {
    "not-found": says(404, "NOT_FOUND", "Requested entity was not found."),
    "not-shared": says(403, *_DENIED),
    "read-only": says(403, *_DENIED),
    "api-off": says(
        403, "PERMISSION_DENIED",
        "Google Sheets API has not been used in project 123456789012 before or it is disabled.", "SERVICE_DISABLED",
    ),
    "scope": says(403, "PERMISSION_DENIED", "Request had insufficient authentication scopes."),
    "protected": says(400, "INVALID_ARGUMENT", "You are trying to edit a protected cell or object."),
    "full": says(
        400, "INVALID_ARGUMENT",
        "This action would increase the number of cells in the workbook above the limit of 10000000 cells.",
    ),
    "refused": says(403, "PERMISSION_DENIED", "The account is suspended."),
    "unexpected": Answer(200, b"{}"),
}  # fmt: skip
_WRITING = frozenset({"read-only", "protected", "full"})
_FAULTS = {"quota": "quota", "unreachable": "dropped_before"}
_TOKENS = {
    "signed-out": token_refused("invalid_grant", "Token has been expired or revoked."),
    "clock": token_refused("invalid_grant", "Invalid JWT: Check your iat and exp values in the JWT claim."),
}


class _Robot(Credentials):
    """A person's credentials that bear the name of a service account."""

    service_account_email = ROBOT


def _asked(what: str, key: str) -> None:
    with google_desk.desk() as desk:
        spreadsheet = _opened(desk, what, key)
        if what in _WRITING:
            spreadsheet.update(_EDIT)
        spreadsheet.values([{"gridRange": {"sheetId": 0}}])


def _opened(desk: Desk, what: str, key: str) -> Spreadsheet:
    if what in _FAULTS:
        desk.service.faults.add({"kind": _FAULTS[what], "times": 99})
    if what in _TOKENS:
        desk.service.expired.add("old")
        desk.service.will(_TOKENS[what], path="/token")
    if what in _REFUSALS:
        desk.service.will(_REFUSALS[what])
    return desk.spreadsheet(desk.signed_in(_Robot), key=key)


def _addressed(folder: Path) -> str:
    return spreadsheet_key(yaml.safe_load((folder / "shop.yaml").read_text(encoding="utf-8"))["ledger"])


def _signed_in(folder: Path, *, private: bool) -> None:
    """Sign in with what the example's folder holds, kept from others or not, on a machine that has nothing else."""
    files = list(folder.glob("key.json"))
    for file in files:
        file.chmod(0o600 if private else 0o644)
    named = yaml.safe_load((folder / "shop.yaml").read_text(encoding="utf-8")).get("google") or {}
    with patch.dict("os.environ", {"NO_GCE_CHECK": "true", "CLOUDSDK_CONFIG": str(folder)}):
        credentials_of(named.get("credentials", ""), folder, {})


def _copied(folder: Path) -> None:
    refuse_copied(Commit("op", 1, "", "ledger", home="1AnotherSpreadsheet"), _addressed(folder))


def _tried_on_a_filled_one(folder: Path) -> None:
    """Try the assumptions on a spreadsheet that somebody uses."""
    key = _addressed(folder)
    with google_desk.desk() as desk:
        desk.spreadsheet().update([{"addSheet": {"properties": {"title": "受注"}}}])
        desk.service.documents[key] = desk.service.documents[desk.key]
        Bench(desk.spreadsheet(_Robot("token"), key=key)).require_blank()


def _restored(folder: Path) -> None:
    shop = load(folder)
    with patch.dict("os.environ", {"DAICHO_STATE": str(folder / "seen.json")}):
        remember(shop, Snapshot("ledger", "b", 42, {}))
        refuse_older(shop, Snapshot("ledger", "a", 40, {}))


def _not_ledger(desk: Desk, what: str) -> None:
    """Make the desk's spreadsheet one that cannot be made a ledger as it stands."""
    tab = desk.service.documents[desk.key].tabs[0]
    match what:
        case "taken":
            tab.properties = {**tab.properties, "title": "受注"}
            tab.write({(0, 0): Cell("曜日"), (1, 0): Cell("月")})
        case "headless":
            tab.id, tab.properties = sheet_id_of("orders"), {**tab.properties, "title": "受注"}
            tab.write({(0, 0): Cell("A-1")})
        case "excel":
            unsupported = "This operation is not supported for this document"
            desk.service.will(says(400, "FAILED_PRECONDITION", unsupported), path="spreadsheets")
        case "restless":
            exists = 'Invalid requests[1].addSheet: A sheet with the name "受注" already exists.'
            desk.service.will(says(400, "INVALID_ARGUMENT", exists), path="batchUpdate", times=3)


@contextmanager
def google_holds(folder: Path, what: str) -> Iterator[None]:
    """Let the spreadsheet that shop.yaml names be there, but so: ``taken``, ``headless``, ``excel``, ``restless``."""
    with google_desk.desk() as desk:
        _not_ledger(desk, what)
        desk.service.documents[_addressed(folder)] = desk.service.documents[desk.key]
        with patch.dict("os.environ", desk.environment()):
            yield


_DOORS: Mapping[str, Callable[[Path], object]] = {
    "address": _addressed,
    "copied": _copied,
    "restored": _restored,
    "filled": _tried_on_a_filled_one,
    "key": lambda folder: _signed_in(folder, private=True),
    "readable-key": lambda folder: _signed_in(folder, private=False),
}


@contextmanager
def google_says(folder: Path, what: str) -> Iterator[None]:
    """Let a Google spreadsheet be asked that answers so: ``not-shared``; or try ``key``, ``address``, a ``filled`` one."""
    if what in _DOORS:
        _DOORS[what](folder)
    else:
        _asked(what, _addressed(folder))
    yield
