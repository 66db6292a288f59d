"""`daicho mail test`, `daicho doctor --mail` and a run that looks into the mailbox, on a shop with a mail account."""

from __future__ import annotations

import re
from datetime import datetime
from email import message_from_bytes, policy
from html import unescape
from pathlib import Path

import pytest
import yaml
from hand_shop import TOKYO, HandShop
from mail_servers.desk import Desk

from automations.app import doctor
from automations.app.mail_preview import preview_mail, write_page
from automations.app.mail_test import SampleRefused, send_test
from automations.core.errors import ServiceError
from automations.core.mails.suppressed import Suppressed

NOW = datetime(2026, 11, 24, 10, tzinfo=TOKYO)
ME = "me@example.com"


@pytest.fixture
def shop(tmp_path: Path) -> HandShop:
    made = HandShop(tmp_path / "shop")
    made.type_order()
    return made


def connect(shop: HandShop, desk: Desk, **more: object) -> None:
    """Write the account of the desk into the shop's settings."""
    account = desk.account
    block = {
        "host": account.host,
        "port": account.port,
        "user": account.user,
        "password_file": str(desk.folder / account.password_file),
        "imap": {"host": account.imap.host, "port": account.imap.port},
        **more,
    }
    with (shop.folder / "shop.yaml").open("a", encoding="utf-8") as file:
        file.write("\n" + yaml.safe_dump({"mail": block}))


def test_sample_without_an_account_lies_in_the_outbox(shop: HandShop) -> None:
    told = send_test(shop.folder, "order_confirmation", ME, "1001", NOW, "en").text("en")
    (file,) = (shop.folder / "outbox").glob("*.eml")
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert file.name in told
    assert mail["To"] == ME
    assert str(mail["Subject"]).startswith("[TEST] ")


def test_sample_is_sent_to_oneself_and_the_ledger_never_hears_of_it(shop: HandShop, desk: Desk) -> None:
    connect(shop, desk)
    before = (shop.folder / "ledger.xlsx").read_bytes()
    for order in ("1001", None):
        assert "Sent to" in send_test(shop.folder, "order_confirmation", ME, order, NOW, "en").text("en")
    assert [mail.receivers for mail in desk.smtp.taken] == [(ME,), (ME,)]
    assert (shop.folder / "ledger.xlsx").read_bytes() == before


def test_page_for_the_browser_shows_nothing_as_markup(shop: HandShop) -> None:
    shop.type_order("1002", buyer_name="<b>北村</b>")
    shown = preview_mail(shop.folder, "order_confirmation", "1002", NOW, "en")
    page = write_page(shown)
    frame = re.search(r'srcdoc="([^"]*)"', page.read_text(encoding="utf-8"))
    assert frame
    assert unescape(frame[1]) == shown.html
    assert "&lt;b&gt;北村&lt;/b&gt;" in shown.html
    for text in (shown.html, shown.page):
        assert "<b>北村" not in text
    assert page.stat().st_mode & 0o077 == 0 or page.parent.stat().st_mode & 0o077 == 0


def test_broken_template_keeps_back_its_own_mails_only(shop: HandShop) -> None:
    own = shop.folder / "mail_templates" / "en"
    own.mkdir(parents=True)
    (own / "order_confirmation.txt.j2").write_text("Subject: a\n\n{{ addressee }\n", encoding="utf-8")
    outcome = shop.run("2026-11-24 10:00")
    assert [finding.key for finding in outcome.findings if finding.code == "mail-template"] == [
        "mail_templates/en/order_confirmation.txt.j2:3"
    ]
    assert not shop.ledger()["mails"].rows
    (own / "order_confirmation.txt.j2").unlink()
    shop.run("2026-11-24 10:05")
    assert len(shop.ledger()["mails"]) == 1


def test_sample_keeps_to_the_test_profile(shop: HandShop, desk: Desk) -> None:
    connect(shop, desk, only_to=["@shop.example.com"])
    assert "nothing was sent" in send_test(shop.folder, "order_confirmation", ME, "1001", NOW, "en").text(
        "en"
    )
    assert not desk.smtp.taken


def test_sample_that_is_not_taken_is_told(shop: HandShop, desk: Desk) -> None:
    connect(shop, desk)
    desk.smtp.will("rcpt", "550 5.1.1 no such user", times=9)
    with pytest.raises(ServiceError, match="test-not-sent") as told:
        send_test(shop.folder, "order_confirmation", ME, "1001", NOW, "en")
    assert "no such user" in told.value.value


@pytest.mark.parametrize("to", ["", "me", "a@example.com, b@example.com", "a b@example.com"])
def test_sample_goes_to_exactly_one(shop: HandShop, to: str) -> None:
    with pytest.raises(SampleRefused, match="test-address"):
        send_test(shop.folder, "order_confirmation", to, "1001", NOW, "en")


def test_sample_of_a_shop_without_a_name_says_where_to_write_it(shop: HandShop) -> None:
    settings = shop.folder / "shop.yaml"
    blank = re.sub(
        r"^  name: .*$", '  name: ""', settings.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE
    )
    settings.write_text(blank, encoding="utf-8")
    with pytest.raises(SampleRefused) as refused:
        send_test(shop.folder, "order_confirmation", ME, None, NOW, "en")
    assert "shop.name" in refused.value.why.text("en")
    assert refused.value.fix.text("en") == "Fill in name under shop: in shop.yaml."


@pytest.mark.parametrize(("language", "line"), [("en", "can be read"), ("ja", "を読めます")])
def test_doctor_speaks_the_language_it_is_asked_in(shop: HandShop, language: str, line: str) -> None:
    lines, _ = doctor.examine(shop.folder, NOW, language)
    assert any(line in told for told in lines)


def test_doctor_signs_in_without_sending(shop: HandShop, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("automations.mail.dns_records.patient_resolver", lambda: None)
    connect(shop, desk)
    lines, healthy = doctor.examine(shop.folder, NOW, "en", mail=True)
    assert healthy
    assert any("can be used; nothing was sent" in line for line in lines)
    assert any("can be looked into" in line for line in lines)
    assert not desk.smtp.taken
    desk.smtp.will("auth", "535 5.7.8 not accepted", times=9)
    lines, healthy = doctor.examine(shop.folder, NOW, "en", mail=True)
    assert not healthy
    assert any(line.startswith("✗") for line in lines)


def test_run_takes_in_what_came_back_to_the_mailbox_once(shop: HandShop, desk: Desk) -> None:
    connect(shop, desk, delay_minutes=60)
    desk.mailbox.folders["INBOX"].append(
        b"From: kitamura@example.com\r\nSubject: unsubscribe\r\nMessage-ID: <s1@example.com>\r\n\r\n"
    )
    shop.type("customers", "", customer_id="C9", name="K", email="kitamura@example.com")
    shop.run("2026-11-24 10:00")
    assert Suppressed.of(shop.ledger()).stops("kitamura@example.com", "service") == "refused"
    shop.run("2026-11-25 10:00")
    assert len(shop.ledger()["suppressions"]) == 1


def test_closed_mailbox_is_told_and_the_run_goes_on(shop: HandShop, desk: Desk) -> None:
    connect(shop, desk, delay_minutes=60)
    desk.imap.will("LOGIN", "NO wrong password", times=9)
    outcome = shop.run("2026-11-24 10:00")
    assert any(finding.code == "mail-login-refused" for finding in outcome.findings)
    assert len(shop.ledger()["mails"]) == 1
