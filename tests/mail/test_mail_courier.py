"""The mail courier, whatever happens between any two of its steps: each mail at most once, and none forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from post import ACCOUNT, NOON, Killed, Post, at_step, count_steps, killing

from automations.core.mails.account import Mailbox
from automations.core.mails.outcomes import AccountRefused, Outcome, QuotaPaused
from automations.core.messages import msg
from automations.core.values import Value

BLIND = replace(ACCOUNT, imap=Mailbox())
ALL_SENT = {"1001": "sent", "1002": "sent", "1003": "sent"}
ONCE = dict.fromkeys(ALL_SENT, 1)


def test_due_mails_are_claimed_sent_and_reported() -> None:
    post = Post()
    told = post.run().told
    assert post.states() == ALL_SENT
    assert post.times_delivered() == ONCE
    assert (post.mail().get("sent_at"), post.mail().get("claim"), post.mail().get("until")) == (
        NOON,
        None,
        None,
    )
    assert sorted(told.sent) == [f"order_confirmation:{number}" for number in ONCE]
    post.until_quiet()
    assert post.times_delivered() == ONCE


@pytest.mark.parametrize(
    ("outcome", "state", "due", "attempts"),
    [
        pytest.param(Outcome("before"), "queued", 1, 0, id="nothing was sent: in a minute"),
        pytest.param(Outcome("deferred", "451 later"), "queued", 5, 1, id="4xx: in five minutes"),
        pytest.param(Outcome("refused", "550 no such user"), "refused", 0, 0, id="5xx: never"),
        pytest.param(Outcome("unknown"), "unknown", 0, 0, id="no answer: not known"),
    ],
)
def test_what_was_not_sent_is_told_in_its_row(outcome: Outcome, state: str, due: int, attempts: int) -> None:
    post = Post(1)
    post.server.answers["order_confirmation:1001"] = [outcome]
    post.run()
    mail = post.mail()
    assert mail.text("state") == state
    assert mail.moment("due_at") == NOON + timedelta(minutes=due)
    assert mail.number_of("attempts") == attempts
    assert mail.get("claim") is None
    assert outcome.reply in mail.text("errors")


def test_mail_put_off_goes_later_each_time_and_is_held_after_two_days() -> None:
    post = Post(1)
    post.server.answers["order_confirmation:1001"] = [Outcome("deferred", "451 greylisted")] * 20
    waits = []
    while post.mail().text("state") == "queued":
        waits.append((post.mail().moment("due_at") or NOON) - post.now)
        post.now = post.mail().moment("due_at") or NOON
        post.run()
    assert [wait // timedelta(minutes=1) for wait in waits] == [0, 5, 15, 60, 180, 360, 720, 1440]
    assert post.mail().text("state") == "held"
    assert "451 greylisted" in post.mail().text("errors")


def test_mail_put_off_once_is_sent_when_the_server_takes_it() -> None:
    post = Post(1)
    post.server.answers["order_confirmation:1001"] = [Outcome("deferred", "451 greylisted")]
    post.run()
    post.until_quiet(minutes=5)
    assert post.states() == {"1001": "sent"}
    assert post.times_delivered() == {"1001": 1}


STEPS = range(count_steps(Post()))


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_every_mail_goes_once_when_it_can_be_looked_up(step: int) -> None:
    post = Post()
    post.write_sent_mail()
    with pytest.raises(Killed):
        post.run(hook=killing(step))
    post.until_quiet()
    assert post.states() == {"1000": "sent", **ALL_SENT}
    assert post.times_delivered() == {"1000": 1, **ONCE}


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_nothing_goes_twice_or_is_lost_silently_when_it_cannot(step: int) -> None:
    post = Post(account=BLIND)
    with pytest.raises(Killed):
        post.run(hook=killing(step))
    post.until_quiet()
    assert set(post.states().values()) <= {"sent", "unknown"}
    assert max(post.times_delivered().values()) <= 1
    for number, state in post.states().items():
        assert state == "unknown" or post.times_delivered()[number] == 1


@pytest.mark.parametrize("step", STEPS)
def test_two_runners_at_once_send_each_mail_once(step: int) -> None:
    post, hook = Post(), []
    hook.append(at_step(step, lambda: post.run() and None))
    post.run(hook=hook[0])
    post.until_quiet()
    assert post.states() == ALL_SENT
    assert post.times_delivered() == ONCE


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    ("tab", "key", "cells"),
    [
        pytest.param("mails", "order_confirmation:1002", {"wish": "cancel"}, id="stopped"),
        pytest.param("orders", "1002", {"status": "cancelled"}, id="order cancelled"),
        pytest.param("orders", "1002", {"buyer_email": "other@example.com"}, id="address changed"),
    ],
)
def test_called_off_at_any_step_a_mail_is_either_sent_or_not_and_its_row_says_which(
    step: int, tab: str, key: str, cells: dict[str, Value]
) -> None:
    post = Post()
    post.run(hook=at_step(step, lambda: post.person(tab, key, **cells)))
    state, times = post.states()["1002"], post.times_delivered()["1002"]
    assert (state, times) in (("sent", 1), ("cancelled", 0))
    if step <= 2:  # before the claim stood, and before it was read again
        assert state == "cancelled"


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("does", ["deletes", "copies", "sorts"])
def test_person_who_moves_rows_at_any_step_makes_no_mail_go_twice(step: int, does: str) -> None:
    post = Post()
    post.write_sent_mail()
    post.run(hook=at_step(step, lambda: post.meddle(does, "order_confirmation:1002")))
    post.until_quiet()
    times = post.times_delivered()
    assert max(times.values()) == 1
    assert times["1001"] == times["1003"] == 1
    if does == "sorts":
        assert times["1002"] == 1
    if does == "deletes":
        assert "1002" not in post.states()


def test_two_follow_ups_to_one_customer_keep_their_distance_when_they_are_sent() -> None:
    post = Post(2, **{"class": "service", "template": "thank_you", "customer_id": "C-1"})
    post.run()
    assert sorted(post.states().values()) == ["queued", "sent"]
    waiting = next(row for row in post.ledger()["mails"] if row.text("state") == "queued")
    assert waiting.day("due_at") == NOON.date() + timedelta(days=3)
    post.now += timedelta(days=2)
    post.run()
    assert len(post.server.delivered) == 1
    post.now += timedelta(days=1)
    post.run()
    assert len(post.server.delivered) == 2


def test_paused_sender_sends_nothing_after_its_deadline() -> None:
    post = Post(1)

    def sleep() -> None:
        post.now += timedelta(minutes=11)

    post.run(hook=at_step(3, sleep))
    assert post.server.delivered == []
    assert post.states() == {"1001": "queued"}


def test_late_report_of_a_paused_sender_is_evidence_whatever_the_row_shows() -> None:
    post = Post(1)

    def taken_over() -> None:
        post.now += timedelta(minutes=16)
        post.plan()
        assert post.states() == {"1001": "unknown"}

    post.run(hook=at_step(5, taken_over))
    assert post.states() == {"1001": "sent"}
    assert post.times_delivered() == {"1001": 1}


def test_refused_account_stops_the_mails_at_once_and_claims_none() -> None:
    post = Post()
    post.server.refuses = AccountRefused("mail-login", msg("No."), msg("Yes."))
    told = post.run().told
    assert told.trouble is post.server.refuses
    assert (told.left, post.server.signed_in) == (3, 1)
    assert set(post.states().values()) == {"queued"}
    assert not any(mark.startswith("claim:") for mark in post.ledger().marks)


def test_account_at_its_limit_puts_the_rest_off() -> None:
    post = Post()
    post.server.answers["order_confirmation:1002"] = [QuotaPaused("550 5.4.5")]
    told = post.run().told
    assert told.is_paused
    assert post.states() == {"1001": "sent", "1002": "queued", "1003": "queued"}
    assert post.mail("1003").moment("due_at") == NOON + timedelta(hours=1)
    post.until_quiet()
    assert post.times_delivered() == ONCE


@pytest.mark.parametrize("limit", ["run_limit", "daily_limit"])
def test_no_more_mails_go_than_the_shop_allows(limit: str) -> None:
    post = Post(account=replace(ACCOUNT, **{limit: 2}))
    told = post.run().told
    assert (len(post.server.delivered), told.left) == (2, 1)
    post.now += timedelta(hours=1)
    post.run()
    assert len(post.server.delivered) == (3 if limit == "run_limit" else 2)
    post.now += timedelta(hours=24)
    post.run()
    assert post.times_delivered() == ONCE


def test_mail_of_unknown_fate_is_sent_once_more_only_after_two_looks_in_a_folder_that_proves_itself() -> None:
    post = Post(1)
    post.write_sent_mail()
    post.server.answers["order_confirmation:1001"] = [Outcome("unknown")]
    post.run()
    post.run()
    assert post.mail().moment("look") == NOON
    post.now += timedelta(minutes=9)
    post.run()
    assert post.mail().text("state") == "unknown"
    post.now += timedelta(minutes=2)
    post.run()
    assert (post.mail().text("state"), post.mail().number_of("resent")) == ("sent", 1)
    assert post.times_delivered()["1001"] == 1


def test_mail_of_unknown_fate_that_is_in_the_folder_was_sent() -> None:
    post = Post(1)
    post.server.answers["order_confirmation:1001"] = [Outcome("unknown", "lost")]
    post.run()
    post.run()
    assert post.states() == {"1001": "sent"}
    post.until_quiet()
    assert post.times_delivered() == {"1001": 1}


@pytest.mark.parametrize(
    ("reply", "state", "times"),
    [pytest.param("lost", "sent", 1, id="it had gone"), pytest.param("", "cancelled", 0, id="it had not")],
)
def test_mail_of_unknown_fate_that_a_person_stops_is_looked_up_first(
    reply: str, state: str, times: int
) -> None:
    post = Post(1)
    post.write_sent_mail()
    post.server.answers["order_confirmation:1001"] = [Outcome("unknown", reply)]
    post.run()
    post.person("mails", "order_confirmation:1001", wish="cancel")
    post.until_quiet()
    assert post.states()["1001"] == state
    assert post.times_delivered().get("1001", 0) == times


def test_mail_of_unknown_fate_uses_the_limit_of_one_day_only() -> None:
    post = Post(2, account=replace(BLIND, daily_limit=1))
    post.server.answers["order_confirmation:1001"] = [Outcome("unknown")]
    post.run()
    assert post.states() == {"1001": "unknown", "1002": "queued"}
    post.now += timedelta(hours=25)
    post.run()
    assert post.states() == {"1001": "unknown", "1002": "sent"}


def test_folder_that_keeps_no_sent_mails_proves_nothing() -> None:
    post = Post(1)
    post.server.keeps = False
    post.write_sent_mail()
    post.server.answers["order_confirmation:1001"] = [Outcome("unknown", "lost")]
    post.run()
    post.until_quiet()
    assert post.mail().text("state") == "held"
    assert post.times_delivered()["1001"] == 1


def test_mails_found_in_the_folder_prove_it_for_the_others() -> None:
    post = Post(2)
    post.server.answers["order_confirmation:1001"] = [Outcome("unknown", "lost")]
    post.server.answers["order_confirmation:1002"] = [Outcome("unknown")]
    post.run()
    post.until_quiet()
    assert post.states() == {"1001": "sent", "1002": "sent"}
    assert post.times_delivered() == {"1001": 1, "1002": 1}


def test_folder_that_shows_mails_late_is_asked_again_before_a_person_is() -> None:
    post = Post(1)
    post.write_sent_mail()
    post.server.answers["order_confirmation:1001"] = [Outcome("unknown", "lost")]
    post.run()
    post.server.keeps = False
    post.run()
    post.server.keeps = True
    post.until_quiet()
    assert post.states() == {"1000": "sent", "1001": "sent"}
    assert post.times_delivered() == {"1000": 1, "1001": 1}


def test_mail_that_was_not_begun_goes_in_the_same_run_once_its_minute_is_over() -> None:
    post = Post(2)
    post.server.answers["order_confirmation:1001"] = [Outcome("before")]

    def slow() -> None:
        post.now += timedelta(minutes=2)

    post.run(hook=at_step(6, slow))  # before the second mail
    assert post.states() == {"1001": "sent", "1002": "sent"}
    assert post.times_delivered() == {"1001": 1, "1002": 1}


def test_mail_that_is_lost_twice_is_held() -> None:
    post = Post(1)
    post.write_sent_mail()
    post.server.answers["order_confirmation:1001"] = [Outcome("unknown"), Outcome("unknown")]
    post.run()
    post.until_quiet()
    assert post.mail().text("state") == "held"


def test_copied_row_of_a_claimed_mail_is_not_sent() -> None:
    post = Post(1)
    post.server.answers["order_confirmation:1001"] = [Outcome("unknown", "lost")]
    post.run()
    post.person("mails", "order_confirmation:1001", state="queued")  # an older version of the sheet came back
    post.run()
    assert post.times_delivered() == {"1001": 1}
    post.until_quiet()
    assert (post.states(), post.times_delivered()) == ({"1001": "sent"}, {"1001": 1})


def test_service_mail_waits_for_the_morning_and_for_its_distance() -> None:
    post = Post(1, **{"class": "service", "template": "thank_you"})
    post.person("orders", "1001", arrived_on=NOON.date())
    post.now = NOON.replace(hour=22)
    post.run()
    assert post.states() == {"1001": "queued"}
    post.now = (NOON + timedelta(days=1)).replace(hour=9)
    post.run()
    assert post.states() == {"1001": "sent"}


def test_many_more_mails_than_usual_wait_for_approval() -> None:
    post = Post(0)
    for day in range(1, 8):
        post.write_sent_mail(f"9{day}", NOON - timedelta(days=day))
    post.queue_more(40)
    told = post.run()
    assert len(told.told.sent) == 30
    waiting = [key for key, state in post.states().items() if state == "awaiting"]
    assert len(waiting) == 10
    post.person("mails", f"order_confirmation:{waiting[0]}", approved=True)
    post.run()
    post.now += timedelta(minutes=6)
    post.run()
    assert post.states()[waiting[0]] == "sent"
    post.person("mails", f"order_confirmation:{waiting[1]}", wish="approve_all")
    post.run()
    post.now += timedelta(minutes=6)
    post.run()
    assert set(post.states().values()) == {"sent"}
    assert max(post.times_delivered().values()) == 1


def test_thousand_mails_need_few_calls() -> None:
    post = Post(0, account=replace(ACCOUNT, run_limit=5000, daily_limit=5000))
    post.queue_more(1000)
    post.run()
    assert set(post.states().values()) == {"sent"}
    assert len(post.server.delivered) == len(set(post.server.delivered)) == 1000
    assert post.calls <= 9


def test_test_profile_sends_to_its_own_people_and_writes_the_others(tmp_path: Path) -> None:
    post = Post(account=replace(ACCOUNT, only_to=("b1002@example.com",)), folder=tmp_path)
    post.run()
    assert post.states() == {"1001": "written", "1002": "sent", "1003": "written"}
    assert post.server.delivered == ["<1002@example.com>"]
