"""One builder for files and for sending: the same bytes, and a way to refuse where one may refuse."""

from dataclasses import replace
from email import message_from_bytes
from pathlib import Path

import pytest
from letters import Desk
from test_mail_eml import mail

from automations.app.letters import Letters
from automations.core.mails.account import MailAccount, Unsubscribe


@pytest.fixture
def letters(tmp_path: Path) -> Letters:
    account = MailAccount(unsubscribe=Unsubscribe(url="https://example.com/u"))
    return Letters(replace(Desk().configuration, folder=tmp_path, mail=account))


@pytest.mark.parametrize("mail_class", ["service", "advertising"])
def test_mail_one_may_refuse_names_the_way(letters: Letters, mail_class: str) -> None:
    message = message_from_bytes(letters.outgoing(mail(**{"class": mail_class})).content)
    assert message["List-Unsubscribe"].startswith("<https://example.com/u/")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_mail_about_the_order_cannot_be_refused(letters: Letters, tmp_path: Path) -> None:
    assert b"List-Unsubscribe" not in letters.content(mail(**{"class": "transactional"}))
    assert list(tmp_path.iterdir()) == []


def test_mail_is_made_of_the_same_bytes_every_time(letters: Letters) -> None:
    row = mail(**{"class": "service"})
    made = letters.outgoing(row)
    assert made == letters.outgoing(row)
    assert made.content == letters.content(row)
    assert (made.key, made.receiver, made.message_id) == (row.key, "sakura@example.com", "<0123@example.com>")
