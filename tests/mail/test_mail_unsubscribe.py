"""One click stops the mails: headers, tokens, the page, and the refusal in the ledger."""

from __future__ import annotations

import io
import os
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from hand_shop import TOKYO, HandShop

from automations.app.runner import run
from automations.app.unsubscribing import application, keep
from automations.core.errors import ServiceError
from automations.core.mails.account import MailAccount, Unsubscribe
from automations.core.mails.suppressed import Suppressed, address_mark
from automations.mail.unsubscribe import (
    KEY_FILE,
    KEY_VARIABLE,
    answer,
    headers_for,
    keys_of,
    mark_of,
    token_for,
)

OLD, NEW = b"the old secret", b"the new secret"
HANA = "hana@example.com"
TOKEN = token_for(HANA, OLD)


@pytest.mark.parametrize(
    ("url", "address", "ways"),
    [
        ("", "", ""),
        ("https://shop.example.com/u/", "", f"<https://shop.example.com/u/{TOKEN}>"),
        ("", "stop@example.com", f"<mailto:stop@example.com?subject=unsubscribe%20{TOKEN}>"),
    ],
)
def test_headers_name_the_ways_that_are_set_up(url: str, address: str, ways: str) -> None:
    headers = headers_for(HANA, MailAccount(unsubscribe=Unsubscribe(url, address)), OLD)
    assert headers.get("List-Unsubscribe", "") == ways
    assert ("List-Unsubscribe-Post" in headers) is bool(url)


def test_token_names_the_address_to_nobody_but_the_shop() -> None:
    assert mark_of(TOKEN, [OLD]) == address_mark("HANA@example.com")
    assert mark_of(TOKEN.upper(), [NEW, OLD]) == address_mark(HANA)
    assert "hana" not in TOKEN
    assert address_mark(HANA)[:8] not in TOKEN
    assert token_for(HANA, NEW) != TOKEN


def test_every_changed_letter_makes_a_token_nobody_made() -> None:
    for at, letter in enumerate(TOKEN[:-1]):
        wrong = TOKEN[:at] + ("a" if letter != "a" else "b") + TOKEN[at + 1 :]
        assert mark_of(wrong, [OLD]) == ""


@pytest.mark.parametrize(
    "path", ["/u/", "/u/short", f"/u/{TOKEN}x", "/u/" + "ü" * 52, "/u/../../etc/passwd", ""]
)
def test_wrong_token_looks_like_no_page(path: str) -> None:
    for method in ("GET", "POST"):
        told = answer(method, path, b"List-Unsubscribe=One-Click", [OLD])
        assert (told.status, told.mark) == ("404 Not Found", "")


def test_looking_changes_nothing_and_posting_refuses() -> None:
    looked = answer("GET", f"/u/{TOKEN}", b"", [OLD])
    assert (looked.status, looked.mark) == ("200 OK", "")
    assert "<button" in looked.body.decode()
    posted = answer("POST", f"/u/{TOKEN}", b"List-Unsubscribe=One-Click", [OLD])
    assert (posted.status, posted.mark) == ("200 OK", address_mark(HANA))
    assert answer("DELETE", f"/u/{TOKEN}", b"", [OLD]).mark == ""
    assert answer("POST", f"/u/{TOKEN}", bytes(20_000), [OLD]).mark == ""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HandShop:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    return HandShop(tmp_path)


def test_secret_is_made_once_by_however_many_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    assert keys_of(tmp_path, make=False) == ()
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: keys_of(tmp_path), range(16)))
    assert len(made) == 1
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]
    if os.name == "posix":
        assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600


def test_two_secrets_in_the_environment_let_old_links_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, f"{NEW.decode()}, {OLD.decode()}")
    assert keys_of(tmp_path) == (NEW, OLD)
    assert mark_of(TOKEN, keys_of(tmp_path)) == address_mark(HANA)
    assert not list(tmp_path.iterdir())


def test_empty_secret_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    (tmp_path / KEY_FILE).write_text("\n")
    with pytest.raises(ServiceError, match="unsubscribe-secret"):
        keys_of(tmp_path)


def ask(folder: Path, method: str, token: str) -> tuple[str, bytes]:
    told: list[str] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": f"/u/{token}",
        "CONTENT_LENGTH": "26",
        "wsgi.input": io.BytesIO(b"List-Unsubscribe=One-Click"),
    }
    body = b"".join(application(folder)(environ, lambda status, _headers: told.append(status)))  # type: ignore[arg-type, return-value]
    return told[0], body


def test_one_click_is_in_the_ledger_before_the_answer(shop: HandShop) -> None:
    shop.type("customers", "", customer_id="C9", name="花", email="Hana@example.com", consent_on="2026-01-01")
    token = token_for(HANA, keys_of(shop.folder)[0])
    assert ask(shop.folder, "GET", token)[0] == "200 OK"
    assert Suppressed.of(shop.ledger()).stops(HANA, "advertising") is None
    for _ in range(2):  # an impatient customer
        assert ask(shop.folder, "POST", token)[0] == "200 OK"
    ledger = shop.ledger()
    assert Suppressed.of(ledger).stops(HANA, "advertising") == "refused"
    assert ledger["customers"]["C9"].day("refused_on") is not None
    assert len(ledger["suppressions"]) == 1
    assert not list((shop.folder / "inbox").glob("*.eml"))


def test_refusal_waits_in_the_inbox_while_the_ledger_cannot_be_used(shop: HandShop) -> None:
    token = token_for(HANA, keys_of(shop.folder)[0])
    ledger = shop.folder / "ledger.xlsx"
    away = ledger.rename(shop.folder / "away.xlsx")
    assert ask(shop.folder, "POST", token)[0] == "200 OK"
    assert len(list((shop.folder / "inbox").glob("*.eml"))) == 1
    away.rename(ledger)
    shop.run("2026-11-24 10:00")
    (row,) = shop.ledger()["suppressions"]
    assert row.key == f"{address_mark(HANA)}-refused"
    assert row.text("address") == ""


def test_nothing_is_promised_that_could_not_be_kept(shop: HandShop) -> None:
    token = token_for(HANA, keys_of(shop.folder)[0])
    (shop.folder / "inbox").rmdir()
    (shop.folder / "inbox").write_text("a file in its place")
    assert ask(shop.folder, "POST", token)[0] == "503 Service Unavailable"


def test_refusal_survives_that_the_customer_is_deleted(shop: HandShop) -> None:
    shop.type("customers", "", customer_id="C9", name="花", email=HANA)
    keep(shop.folder, token_for(HANA, keys_of(shop.folder)[0]))
    shop.run("2026-11-24 10:00")
    shop.empty("customers", "C9")
    shop.run("2026-11-25 10:00")
    (row,) = shop.ledger()["suppressions"]
    assert row.text("address") == ""
    assert Suppressed.of(shop.ledger()).stops(HANA, "service") == "refused"


def test_no_page_tells_an_address(shop: HandShop) -> None:
    token = token_for(HANA, keys_of(shop.folder)[0])
    for method in ("GET", "POST"):
        assert not re.search(rb"hana|example", ask(shop.folder, method, token)[1])


def test_refusal_counts_before_anything_is_sent_in_the_same_run(shop: HandShop) -> None:
    shop.type("customers", "", customer_id="C9", name="花", email=HANA)
    keep(shop.folder, token_for(HANA, keys_of(shop.folder)[0]))
    outcome = run(shop.folder, now=datetime(2026, 11, 24, 10, tzinfo=TOKYO))
    assert [name for name, _ in outcome.steps].index("record_mail_replies") < [
        name for name, _ in outcome.steps
    ].index("queue_mails")
