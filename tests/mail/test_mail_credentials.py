"""Where the password comes from, and that it goes nowhere else."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from automations.core.mails.account import MailAccount
from automations.core.mails.outcomes import AccountRefused
from automations.mail.credentials import SignIn, password_of, sign_in

ACCOUNT = MailAccount(host="mail.example.com", user="shop@example.com", password_file="secret")  # noqa: S106 - a file's name
NO_FILE = MailAccount(host="mail.example.com", user="shop@example.com")


def kept(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "secret"
    path.write_bytes(text.encode())
    path.chmod(mode)
    return path


def test_file_that_only_its_owner_reads_is_taken(tmp_path: Path) -> None:
    for written in ("hush hush", "hush hush\n", "hush hush\r\n", "\ufeffhush hush\n"):
        kept(tmp_path, written)
        assert password_of(ACCOUNT, tmp_path, {}) == "hush hush"


def test_environment_goes_before_the_file(tmp_path: Path) -> None:
    kept(tmp_path, "of the file")
    assert (
        password_of(ACCOUNT, tmp_path, {"DAICHO_MAIL_PASSWORD": "of the environment"}) == "of the environment"
    )


def test_key_ring_is_asked_last_and_may_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring, errors = ModuleType("keyring"), ModuleType("keyring.errors")
    ring.get_password = lambda service, user: f"{service}:{user}"  # type: ignore[attr-defined]
    errors.KeyringError = RuntimeError  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", ring)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    assert password_of(NO_FILE, tmp_path, {}) == "daicho:shop@example.com"

    def locked(_service: str, _user: str) -> str:
        raise RuntimeError

    ring.get_password = locked  # type: ignore[attr-defined]
    assert refused(NO_FILE, tmp_path) == "mail-no-password"
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert refused(NO_FILE, tmp_path) == "mail-no-password"


def refused(account: MailAccount, folder: Path) -> str:
    with pytest.raises(AccountRefused) as caught:
        sign_in(account, folder, {})
    told = f"{caught.value!r} {caught.value.why} {caught.value.fix} {caught.value.value}"
    assert "hush" not in told
    return caught.value.code


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o620])
def test_file_that_others_may_open_is_refused(tmp_path: Path, mode: int) -> None:
    kept(tmp_path, "hush", mode)
    assert refused(ACCOUNT, tmp_path) == "mail-secret-readable"


@pytest.mark.parametrize(
    "written",
    ["", "\n", "hush\nhush", "hush\n\n", " hush", "hush ", "hu\tsh", "hush\x00", "ひみつhush", "hush\u200b"],
)
def test_what_can_be_no_password_is_refused_without_showing_it(tmp_path: Path, written: str) -> None:
    kept(tmp_path, written)
    assert refused(ACCOUNT, tmp_path) == "mail-secret-wrong"


@pytest.mark.parametrize("user", ["shop@example.com\r\nQUIT", "店@example.com", " shop"])
def test_user_that_no_server_takes_is_refused(tmp_path: Path, user: str) -> None:
    assert refused(MailAccount(host="mail.example.com", user=user), tmp_path) == "mail-secret-wrong"


def test_nobody_signs_in_without_a_user(tmp_path: Path) -> None:
    assert sign_in(MailAccount(host="localhost"), tmp_path, {}).user == ""


@pytest.mark.parametrize(
    "written", ["{", "[]", '{"google_client_id": "hush"}', '{"installed": {"client_id": "hush"}}']
)
def test_oauth_file_that_yagmail_would_ask_questions_about_is_refused(tmp_path: Path, written: str) -> None:
    kept(tmp_path, written)
    account = MailAccount(host="mail.example.com", user="shop@example.com", oauth_file="secret")
    assert refused(account, tmp_path) == "mail-secret-wrong"


def test_sign_in_never_shows_its_secret() -> None:
    who = SignIn("shop@example.com", "hush", "dG9rZW4=")
    assert repr(who) == "SignIn('shop@example.com')"
    assert who.hides("no hush for shop@example.com with dG9rZW4=") == "no … for … with …"
