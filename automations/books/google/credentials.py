"""Who asks Google: a service account's key file, a person who signed in once, or what the machine itself has."""

from __future__ import annotations

import json
import os
import shlex
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automations.core.errors import Problem, SetupError
from automations.core.messages import Message, msg

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

SCOPES = ("https://www.googleapis.com/auth/spreadsheets",)
_WHERE = "shop.yaml: google.credentials"
_OTHERS = 0o077
_FEDERATION = "external_account"
_IN_ENVIRONMENT = "DAICHO_GOOGLE_CREDENTIALS_JSON"
_FILE_IN_ENVIRONMENT = "DAICHO_GOOGLE_CREDENTIALS"
_GOOGLES_OWN = "GOOGLE_APPLICATION_CREDENTIALS"


def credentials_of(named: str, folder: Path, environment: Mapping[str, str] = os.environ) -> Credentials:
    """Return who asks, with the scope for spreadsheets only; the first of these that is there.

    1. ``DAICHO_GOOGLE_CREDENTIALS_JSON``: the key itself, for hosted jobs.
    2. The file of ``DAICHO_GOOGLE_CREDENTIALS``, of ``google: {credentials: …}`` in shop.yaml, or of
       ``GOOGLE_APPLICATION_CREDENTIALS``: a service account's key, the description of a federation, or the
       client of a person who signed in with ``daicho google login``.
    3. What the machine has (an attached service account, ``gcloud auth application-default login``).

    Args:
        named: The file shop.yaml names; relative to ``folder``.
        folder: The shop's folder.
        environment: Variables of the process.

    Raises:
        SetupError: None is there, or it cannot be used; no secret is ever part of the text.
    """
    if text := environment.get(_IN_ENVIRONMENT):
        return _of_json(text, _IN_ENVIRONMENT)
    path = file_of(named, folder, environment)
    if path is None:
        return _of_machine()
    kind = _kind(_text(path), path.name)
    if kind == _FEDERATION:
        return _of_json(_text(path), path.name)  # it describes where tokens come from, and is no secret
    content = read_private(path)
    return _of_person(path) if kind == "client" else _of_json(content, path.name)


def file_of(named: str, folder: Path, environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return the credentials file that is named anywhere, None when none is."""
    path = environment.get(_FILE_IN_ENVIRONMENT) or named or environment.get(_GOOGLES_OWN)
    return folder / Path(path).expanduser() if path else None


def read_private(path: Path) -> str:
    """Return the text of a file that nobody else may read.

    Raises:
        SetupError: It is not there, or others may read it.
    """
    content = _text(path)
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & _OTHERS:
        raise _refused(
            "google-key-readable",
            msg(
                "Others on this computer may read the file {name}, which opens your spreadsheet.",
                name=path.name,
            ),
            msg("Type: chmod 600 {path}", path=_as_typed(path)),
        )
    return content


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise _refused(
            "google-key-missing",
            msg(
                "The file {name} with the sign-in for Google is not there or cannot be read.", name=path.name
            ),
            msg("Put it there, or write where it is: google: {{credentials: …}} in shop.yaml."),
        ) from None


def _as_typed(path: Path) -> str:
    """Return a file as it is typed in a terminal that stands where this process does."""
    here = Path.cwd()
    return shlex.quote(str(path.resolve().relative_to(here) if path.resolve().is_relative_to(here) else path))


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody else may read, replacing an old one in one step."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def token_file(client: Path) -> Path:
    """Return where the sign-in of a person is kept: beside the client file it was made with."""
    return client.with_name(f"{client.stem}.signed-in.json")


def sign_in(client: Path) -> Path:
    """Let a person sign in with the browser and keep the sign-in; return the file it is kept in.

    Raises:
        SetupError: The file is no desktop client, or the person did not agree.
    """
    from google_auth_oauthlib.flow import InstalledAppFlow  # noqa: PLC0415 - only to sign in

    content = read_private(client)
    if _kind(content, client.name) != "client":
        raise _wrong(client.name)
    flow = InstalledAppFlow.from_client_config(json.loads(content), SCOPES)
    credentials = flow.run_local_server(port=0, open_browser=True)
    write_private(token_file(client), credentials.to_json())
    return token_file(client)


def account_of(credentials: Credentials | None) -> str | Message:
    """Return who asks, as people name it: the service account's mail address, or words."""
    mail = getattr(credentials, "service_account_email", None) or getattr(credentials, "account", "")
    return mail if mail and "@" in mail else msg("the signed-in account")


def _kind(content: str, name: str) -> str:
    """Return what a credentials file is for: its ``type``, or ``client`` for that of a desktop app."""
    try:
        info = json.loads(content)
    except ValueError:
        raise _wrong(name) from None
    if not isinstance(info, dict):
        raise _wrong(name)
    if "installed" in info:
        return "client"
    return str(info.get("type", ""))


def _of_json(text: str, name: str) -> Credentials:
    from google.auth import identity_pool  # noqa: PLC0415 - loads slowly
    from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415 - as above
    from google.oauth2 import credentials, service_account  # noqa: PLC0415 - as above

    makers: dict[str, Any] = {
        "service_account": service_account.Credentials.from_service_account_info,
        "authorized_user": credentials.Credentials.from_authorized_user_info,
        _FEDERATION: identity_pool.Credentials.from_info,
    }
    make = makers.get(_kind(text, name))
    if make is None:
        raise _wrong(name)
    try:
        made: Credentials = make(json.loads(text), scopes=SCOPES)
    except (ValueError, GoogleAuthError):
        raise _wrong(name) from None
    return made


def _of_person(client: Path) -> Credentials:
    path = token_file(client)
    if not path.exists():
        raise _refused(
            "google-not-signed-in",
            msg("Nobody has signed in at Google yet with {name}.", name=client.name),
            msg("Type: daicho google login"),
        )
    return _of_json(_as_user(read_private(path), path.name), path.name)


def _as_user(content: str, name: str) -> str:
    """Return a kept sign-in as the file of an authorised user, which it is but for its type."""
    _kind(content, name)
    return json.dumps({**json.loads(content), "type": "authorized_user"})


def _of_machine() -> Credentials:
    import google.auth  # noqa: PLC0415 - loads slowly
    from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415 - as above

    try:
        found, _ = google.auth.default(scopes=SCOPES)
    except GoogleAuthError:
        raise no_file() from None
    return found


def no_file() -> SetupError:
    """Return what to tell where no sign-in is named anywhere, and the machine has none of its own."""
    return _refused(
        "google-no-key",
        msg("Daicho does not know as whom to open the Google spreadsheet."),
        msg(
            "Put the key file of a service account into the shop folder and name it in shop.yaml: "
            "google: {{credentials: key.json}}"
        ),
    )


def no_client() -> SetupError:
    """Return what to tell who wants to sign in where no client file is named."""
    return _refused(
        "google-no-key",
        msg("Daicho does not know with which client file to sign in at Google."),
        msg(
            "Put the client file of a desktop app into the shop folder and name it in shop.yaml: "
            "google: {{credentials: client.json}}"
        ),
    )


def _wrong(name: str) -> SetupError:
    return _refused(
        "google-key-wrong",
        msg("{name} is not a sign-in for Google that Daicho can use.", name=name),
        msg("Take the key of a service account (JSON), or the client of a desktop app, as downloaded."),
    )


def _refused(code: str, why: Message, fix: Message) -> SetupError:
    return SetupError([Problem(code, _WHERE, why, fix)])
