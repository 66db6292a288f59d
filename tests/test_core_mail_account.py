"""The mail account of shop.yaml: what is refused, when nobody is written to, who is written to in tests."""

from __future__ import annotations

from datetime import datetime, time

import ledgers
import pytest

from automations.core.declare import Problems
from automations.core.mails.account import MailAccount, Mailbox, check_account
from automations.core.mails.quiet_hours import end_of_quiet, hours_in

NIGHT = (time(21), time(8))


def _codes(account: MailAccount) -> list[str]:
    problems = Problems()
    check_account(account, problems)
    return [problem.code for problem in problems.found]


@pytest.mark.parametrize(
    ("account", "codes"),
    [
        pytest.param(MailAccount(), [], id="nothing given: files"),
        pytest.param(MailAccount("mail.example.com"), [], id="host alone"),
        pytest.param(MailAccount("127.0.0.1", security="plain"), [], id="plain to this machine"),
        pytest.param(MailAccount("mail.example.com", security="plain"), ["mail-plain"], id="plain elsewhere"),
        pytest.param(
            MailAccount("mail.example.com", imap=Mailbox("10.0.0.1", security="plain")),
            ["mail-plain"],
            id="plain mailbox",
        ),
        pytest.param(
            MailAccount("localhost.example.com", security="plain"), ["mail-plain"], id="like localhost"
        ),
        pytest.param(MailAccount("mail.example.com", port=0), ["mail-number"], id="no port"),
        pytest.param(MailAccount(user="me"), ["mail-half"], id="user without host"),
        pytest.param(
            MailAccount("mail.example.com", quiet_hours="25:00-08:00"), ["mail-quiet-hours"], id="25 o'clock"
        ),
        pytest.param(MailAccount("mail.example.com", quiet_hours=""), [], id="no quiet hours"),
    ],
)
def test_account_that_cannot_work_is_refused(account: MailAccount, codes: list[str]) -> None:
    assert _codes(account) == codes


@pytest.mark.parametrize(
    ("hour", "end"),
    [
        pytest.param((24, 20, 59), (24, 20, 59), id="just before"),
        pytest.param((24, 21, 0), (25, 8, 0), id="evening"),
        pytest.param((24, 7, 59), (24, 8, 0), id="morning"),
        pytest.param((24, 8, 0), (24, 8, 0), id="just after"),
    ],
)
def test_quiet_hours_end_in_the_morning(hour: tuple[int, int, int], end: tuple[int, int, int]) -> None:
    moment = datetime(2026, 11, *hour, tzinfo=ledgers.TOKYO)
    assert end_of_quiet(moment, NIGHT) == datetime(2026, 11, *end, tzinfo=ledgers.TOKYO)


def test_quiet_hours_within_a_day() -> None:
    noon = datetime(2026, 11, 24, 12, 30, tzinfo=ledgers.TOKYO)
    assert end_of_quiet(noon, hours_in("12:00-13:00")) == noon.replace(hour=13, minute=0)
    assert end_of_quiet(noon, None) == noon


def test_test_profile_writes_to_its_own_people_only() -> None:
    account = MailAccount("mail.example.com", only_to=("Me@example.com", "@shop.example.com"))
    assert account.may_write_to("me@Example.com")
    assert account.may_write_to("anybody@shop.example.com")
    assert not account.may_write_to("anybody@notshop.example.com")
    assert MailAccount("mail.example.com").may_write_to("anybody@example.com")
