"""Who asks Google: keys are found where they may be, and refused where others could read them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from google_desk import ROBOT, throw_away_key

from automations.books.google import credentials as module
from automations.books.google.credentials import SCOPES, account_of, credentials_of, token_file, write_private
from automations.core.errors import SetupError

PERSON = {"refresh_token": "secret-r", "client_id": "c", "client_secret": "secret-s", "token": "secret-t"}
CLIENT = {"installed": {"client_id": "c", "client_secret": "secret-s", "token_uri": "http://127.0.0.1:9/token",
                        "auth_uri": "http://127.0.0.1:9/auth", "redirect_uris": ["http://localhost"]}}  # fmt: skip


def key() -> dict[str, str]:
    address = "https://oauth2.googleapis.com/token"
    return {
        "type": "service_account",
        "client_email": ROBOT,
        "private_key": throw_away_key(),
        "token_uri": address,
    }


def kept(path: Path, content: object) -> Path:
    write_private(path, content if isinstance(content, str) else json.dumps(content))
    return path


def refused(folder: Path, named: str = "key.json", **environment: str) -> SetupError:
    with pytest.raises(SetupError) as caught:
        credentials_of(named, folder, environment)
    assert "PRIVATE" not in str(caught.value)
    assert "secret" not in str(caught.value)
    return caught.value


def test_key_of_a_service_account_is_named_in_shop_yaml(tmp_path: Path) -> None:
    kept(tmp_path / "key.json", key())
    found: Any = credentials_of("key.json", tmp_path, {})
    assert account_of(found) == ROBOT
    assert tuple(found.scopes) == SCOPES == ("https://www.googleapis.com/auth/spreadsheets",)


@pytest.mark.parametrize("variable", ["DAICHO_GOOGLE_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS"])
def test_key_is_named_in_the_environment(tmp_path: Path, variable: str) -> None:
    path = kept(tmp_path / "elsewhere.json", key())
    assert account_of(credentials_of("", tmp_path / "shop", {variable: str(path)})) == ROBOT


def test_own_variable_goes_before_shop_yaml_and_that_before_googles(tmp_path: Path) -> None:
    first = kept(tmp_path / "1.json", {**key(), "client_email": "first@example.com"})
    kept(tmp_path / "2.json", {**key(), "client_email": "second@example.com"})
    third = kept(tmp_path / "3.json", {**key(), "client_email": "third@example.com"})
    both = {"DAICHO_GOOGLE_CREDENTIALS": str(first), "GOOGLE_APPLICATION_CREDENTIALS": str(third)}
    assert account_of(credentials_of("2.json", tmp_path, both)) == "first@example.com"
    del both["DAICHO_GOOGLE_CREDENTIALS"]
    assert account_of(credentials_of("2.json", tmp_path, both)) == "second@example.com"


def test_hosted_job_has_the_key_itself_in_a_secret(tmp_path: Path) -> None:
    environment = {"DAICHO_GOOGLE_CREDENTIALS_JSON": json.dumps(key())}
    assert account_of(credentials_of("not-there.json", tmp_path, environment)) == ROBOT


def test_key_that_others_may_read_is_refused_with_the_command_that_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kept(tmp_path / "my key.json", key()).chmod(0o640)
    error = refused(tmp_path, "my key.json")
    assert error.code == "google-key-readable"
    assert str(error).endswith("chmod 600 'my key.json'")
    (tmp_path / "my key.json").chmod(0o400)
    credentials_of("my key.json", tmp_path, {})


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(None, "google-key-missing", id="no file"),
        pytest.param("BEGIN PRIVATE KEY secret", "google-key-wrong", id="no json"),
        pytest.param(["secret"], "google-key-wrong", id="json of another form"),
        pytest.param({"web": {"client_secret": "secret"}}, "google-key-wrong", id="client of a web page"),
        pytest.param(
            {"type": "service_account", "private_key": "secret"}, "google-key-wrong", id="half a key"
        ),
        pytest.param(CLIENT, "google-not-signed-in", id="client nobody signed in with"),
    ],
)
def test_what_is_no_key_is_told(tmp_path: Path, content: object, code: str) -> None:
    if content is not None:
        kept(tmp_path / "key.json", content)
    assert refused(tmp_path).code == code


FEDERATION = {
    "type": "external_account",
    "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
    "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
    "token_url": "https://sts.googleapis.com/v1/token",
    "credential_source": {"file": "/dev/null"},
    "service_account_impersonation_url": "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
    f"{ROBOT}:generateAccessToken",
}


def test_a_federation_needs_no_key_and_its_description_is_no_secret(tmp_path: Path) -> None:
    path = kept(tmp_path / "federation.json", FEDERATION)
    path.chmod(0o644)
    found: Any = credentials_of("", tmp_path, {"GOOGLE_APPLICATION_CREDENTIALS": str(path)})
    assert account_of(found) == ROBOT
    assert tuple(found.scopes) == SCOPES


def test_without_any_sign_in_it_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        os, "environ", {**os.environ, "NO_GCE_CHECK": "true", "CLOUDSDK_CONFIG": str(tmp_path)}
    )
    assert refused(tmp_path, "").code == "google-no-key"


def test_a_person_signs_in_once_and_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = kept(tmp_path / "client.json", CLIENT)

    class Flow:
        @staticmethod
        def from_client_config(config: object, scopes: object) -> Flow:
            assert (config, scopes) == (CLIENT, SCOPES)
            return Flow()

        def run_local_server(self, **_how: object) -> Flow:
            return self

        def to_json(self) -> str:
            return json.dumps(PERSON)

    monkeypatch.setattr("google_auth_oauthlib.flow.InstalledAppFlow", Flow)
    path = module.sign_in(client)
    assert path == token_file(client) == tmp_path / "client.signed-in.json"
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
    found: Any = credentials_of("client.json", tmp_path, {})
    assert (found.refresh_token, tuple(found.scopes)) == ("secret-r", SCOPES)
    assert str(account_of(found)) == "the signed-in account"


def test_kept_sign_in_that_others_may_read_is_refused(tmp_path: Path) -> None:
    client = kept(tmp_path / "key.json", CLIENT)
    kept(token_file(client), PERSON).chmod(0o644)
    assert refused(tmp_path).code == "google-key-readable"


def test_signing_in_needs_the_client_of_a_desktop_app(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="google-key-wrong"):
        module.sign_in(kept(tmp_path / "key.json", key()))
