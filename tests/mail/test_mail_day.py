"""A shop's day with real mails: from the order to the mail program of the customer, and back into the mail tab."""

from __future__ import annotations

from email import message_from_bytes, policy
from pathlib import Path

import pytest
from click.testing import CliRunner
from hand_shop import HandShop
from mail_servers.desk import Desk, let_send

from automations.app.cli import cli
from automations.core.mails.outcomes import AccountRefused


@pytest.fixture
def shop(tmp_path: Path) -> HandShop:
    return HandShop(tmp_path / "shop")


def test_customer_gets_the_confirmation_and_the_mail_tab_shows_it(shop: HandShop, desk: Desk) -> None:
    let_send(shop.folder, desk, delay_minutes=5)
    shop.type_order()
    assert shop.run("2026-11-24 09:00").after["orders"]["1001"].text("status") == "instructed"
    assert desk.smtp.taken == []

    outcome = shop.run("2026-11-24 09:05")
    (taken,) = desk.smtp.taken
    assert taken.receivers == ("kitamura@example.com",)
    letter = message_from_bytes(taken.content, policy=policy.default)
    mail = shop.ledger()["mails"]["order_confirmation:1001"]
    assert (letter["Message-ID"], letter["Subject"]) == (mail.text("message_id"), mail.text("subject"))
    body = letter.get_body(("plain",))
    assert body is not None
    assert body.get_content().split() == mail.text("text").split()
    assert (mail.text("state"), f"{mail.moment('sent_at'):%H:%M}") == ("sent", "09:05")
    assert outcome.delivered.told.sent == ["order_confirmation:1001"]
    assert not (shop.folder / "outbox").exists()

    shop.run("2026-11-24 09:30")
    assert len(desk.smtp.taken) == 1


def test_person_stops_a_mail_in_the_minutes_before_it_goes(shop: HandShop, desk: Desk) -> None:
    let_send(shop.folder, desk, delay_minutes=5)
    shop.type_order()
    shop.run("2026-11-24 09:00")
    shop.type("mails", "order_confirmation:1001", wish="cancel")
    shop.run("2026-11-24 09:10")
    assert desk.smtp.taken == []
    assert shop.ledger()["mails"]["order_confirmation:1001"].text("state") == "cancelled"


def test_wrong_password_keeps_the_mails_and_says_so_and_the_rest_of_the_run_is_done(
    shop: HandShop, desk: Desk
) -> None:
    let_send(shop.folder, desk)
    (shop.folder / "mail-password").write_text("wrong\n", encoding="utf-8")
    shop.type_order()
    told = CliRunner().invoke(cli, ["run", "--shop", str(shop.folder), "--now", "2026-11-24 09:00"])
    assert isinstance(told.exception, AccountRefused)
    assert told.exception.exit_code == 3
    assert "→ mails that wait until the mail account works: 1" in told.stdout
    assert desk.smtp.taken == []
    assert shop.ledger()["orders"]["1001"].text("status") == "instructed"

    let_in = desk.folder / "mail-password"
    (shop.folder / "mail-password").write_bytes(let_in.read_bytes())
    shop.run("2026-11-24 09:10")
    assert len(desk.smtp.taken) == 1


def test_reply_that_is_lost_is_looked_up_and_the_mail_does_not_go_again(shop: HandShop, desk: Desk) -> None:
    let_send(shop.folder, desk)
    shop.type_order()
    desk.smtp.will("reply", accept=True)
    shop.run("2026-11-24 09:00")
    assert shop.ledger()["mails"]["order_confirmation:1001"].text("state") == "unknown"
    shop.run("2026-11-24 09:10")
    assert shop.ledger()["mails"]["order_confirmation:1001"].text("state") == "sent"
    assert len(desk.smtp.taken) == 1
