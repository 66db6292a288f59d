"""How Daicho signs in to the mail account: a password or OAuth2, never in shop.yaml, a log or an error."""

from __future__ import annotations

import json
import os
import shlex
import socket
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from automations.core.mails.account import MailAccount
from automations.core.mails.outcomes import AccountRefused
from automations.core.messages import Message, msg

IN_ENVIRONMENT = "DAICHO_MAIL_PASSWORD"
WHERE = "shop.yaml: mail"
_SERVICE = "daicho"
_OTHERS = 0o077
_TOKEN_TIMEOUT_S = 30.0
# What yagmail keeps of a person who agreed; see its README about OAuth2.
_OAUTH_PARTS = ("google_client_id", "google_client_secret", "google_refresh_token")


class SignIn:
    """Who signs in, and with what; without a user nobody needs to. It never shows a secret when it is printed.

    Attributes:
        user: As the mail server knows it.
        password: ``""`` where a token stands in for it.
        token: What OAuth2 hands out for an hour, as both SMTP and IMAP take it (base64).
    """

    __slots__ = ("password", "token", "user")

    def __init__(self, user: str, password: str = "", token: str = "") -> None:
        self.user = user
        self.password = password
        self.token = token

    def __repr__(self) -> str:
        return f"SignIn({self.user!r})"

    def hides(self, said: str) -> str:
        """Return a server's words without any secret or name it may have repeated."""
        for secret in (self.password, self.token, self.user):
            said = said.replace(secret, "…") if len(secret) > 1 else said
        return said


def sign_in(account: MailAccount, folder: Path, environment: Mapping[str, str] = os.environ) -> SignIn:
    """Return how to sign in to ``account``: OAuth2 where a file for it is named, else with its password.

    Args:
        account: The block ``mail:`` of shop.yaml.
        folder: The shop's folder.
        environment: Variables of the process.

    Raises:
        AccountRefused: There is none, or it cannot be used; no secret is ever part of the text.
    """
    if not account.user:
        return SignIn("")
    if not _is_plain(account.user):
        raise AccountRefused(
            "mail-secret-wrong",
            msg("The user name of the mail account has signs that mail servers do not take."),
            msg("Write it as the provider gives it: mail: {{user: …}} in shop.yaml."),
            where=WHERE,
        )
    if account.oauth_file:
        return SignIn(
            account.user, token=_token(account.user, folder / Path(account.oauth_file).expanduser())
        )
    return SignIn(account.user, password_of(account, folder, environment))


def password_of(account: MailAccount, folder: Path, environment: Mapping[str, str] = os.environ) -> str:
    """Return the password: of ``DAICHO_MAIL_PASSWORD``, of ``password_file``, or of the key ring; the first there is.

    Raises:
        AccountRefused: There is none, others may read the file, or it cannot be a password.
    """
    if found := environment.get(IN_ENVIRONMENT):
        return _checked(found, IN_ENVIRONMENT)
    if account.password_file:
        path = folder / Path(account.password_file).expanduser()
        return _checked(read_private(path).removesuffix("\n").removesuffix("\r"), path.name)
    if found := _of_key_ring(account.user):
        return _checked(found, msg("the key ring"))
    raise AccountRefused(
        "mail-no-password",
        msg("Daicho has no password for the mail account."),
        msg(
            "Write it into a file that only you can read (chmod 600) and name the file in shop.yaml: "
            "mail: {{password_file: …}}"
        ),
        where=WHERE,
    )


def read_private(path: Path) -> str:
    """Return the text of a file that nobody else may read.

    Raises:
        AccountRefused: It is not there, or others may read it.
    """
    try:
        open_to = stat.S_IMODE(path.stat().st_mode) & _OTHERS if os.name == "posix" else 0
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise AccountRefused(
            "mail-secret-missing",
            msg("The file {name} of the mail account is not there or cannot be read.", name=path.name),
            msg("Put it there, or correct its name under mail: in shop.yaml."),
            where=WHERE,
        ) from None
    if open_to:
        raise AccountRefused(
            "mail-secret-readable",
            msg(
                "Others on this computer may read the file {name}, which opens your mail account.",
                name=path.name,
            ),
            msg("Type: chmod 600 {path}", path=_as_typed(path)),
            where=WHERE,
        )
    return text


def _as_typed(path: Path) -> str:
    """Return a file as it is typed in a terminal that stands where this process does."""
    here = Path.cwd()
    return shlex.quote(str(path.resolve().relative_to(here) if path.resolve().is_relative_to(here) else path))


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and text == text.strip()


def _checked(secret: str, where: str | Message) -> str:
    if not secret or not _is_plain(secret):
        raise AccountRefused(
            "mail-secret-wrong",
            msg(
                "The password of the mail account in {place} has a line end, a space at its end, or a sign that is "
                "not a plain letter, digit or mark.",
                place=where,
            ),
            msg("Write only the password there, in one line."),
            where=WHERE,
        )
    return secret


def _of_key_ring(user: str) -> str:
    try:
        import keyring  # noqa: PLC0415 - an extra that only some have
        from keyring.errors import KeyringError  # noqa: PLC0415 - as above
    except ImportError:
        return ""
    try:
        return keyring.get_password(_SERVICE, user) or ""
    except KeyringError:
        return ""


def _token(user: str, path: Path) -> str:
    """Return an access token for an hour; yagmail asks Google for it with what a person once agreed to."""
    from yagmail.oauth2 import get_oauth_string  # noqa: PLC0415 - only who sends needs yagmail

    try:
        agreed = json.loads(read_private(path))
        parts = {part: str(agreed[part]) for part in _OAUTH_PARTS}
    except (ValueError, KeyError, TypeError):
        raise AccountRefused(
            "mail-secret-wrong",
            msg("{name} is not a sign-in for OAuth2 as yagmail keeps it.", name=path.name),
            msg("Make it anew; it holds {parts}.", parts=_OAUTH_PARTS),
            where=WHERE,
        ) from None
    try:
        with _impatient():
            return str(get_oauth_string(user, parts))
    except (OSError, ValueError, KeyError) as error:
        raise _no_token(error, path.name) from None


@contextmanager
def _impatient() -> Iterator[None]:
    """Let a connection that is opened without a time limit have one."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_TOKEN_TIMEOUT_S)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _no_token(error: Exception, name: str) -> AccountRefused:
    if getattr(error, "code", 0) in {400, 401}:
        return AccountRefused(
            "mail-token-refused",
            msg("Google takes the sign-in of {name} no longer.", name=name),
            msg("Sign in anew: make the file again as yagmail's instructions for OAuth2 say."),
            where=WHERE,
        )
    return AccountRefused(
        "mail-server-unreachable",
        msg("Google's sign-in could not be reached."),
        msg("Check the internet connection; the mails go with a later run."),
        where=WHERE,
    )
