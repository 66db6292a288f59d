"""Sending: one attempt per mail, and what became of it, whatever the server or the line does."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from mail_servers.certificates import make_certificate
from mail_servers.desk import Desk
from mail_servers.imap import token_of

from automations.core.mails.outcomes import AccountRefused, Outcome, Outgoing, QuotaPaused
from automations.mail import smtp_line
from automations.mail.smtp import AccountTransport, open_transport

DeskOf = Callable[..., Desk]
TEXT = b"From: =?utf-8?b?6Iy2?= <shop@example.com>\r\nTo: x\r\nMessage-ID: <%d@example.com>\r\n\r\n.dot\r\n..\r\n.\r\nend\r\n"


def mails(count: int, first: int = 1) -> list[Outgoing]:
    return [
        Outgoing(f"m{n}", f"c{n}@example.com", TEXT % n, f"<{n}@example.com>")
        for n in range(first, first + count)
    ]


def sent_over(
    transport: AccountTransport,
    batch: Sequence[Outgoing],
    may_send: Callable[[str], bool] = lambda _key: True,
) -> dict[str, Outcome]:
    told = list(transport.send(batch, may_send))
    assert len({key for key, _ in told}) == len(told), "a mail was told twice"
    return dict(told)


def send(desk: Desk, count: int = 1) -> dict[str, Outcome]:
    """Send over one line and say goodbye."""
    transport = open_transport(desk.other(connections=1), desk.folder)
    try:
        return sent_over(transport, mails(count))
    finally:
        transport.close()


def collect(transport: AccountTransport, told: dict[str, Outcome], count: int = 4) -> None:
    for key, outcome in transport.send(mails(count), lambda _key: True):
        told |= {key: outcome}


def kinds(outcomes: dict[str, Outcome]) -> list[str]:
    return [outcomes[key].kind for key in sorted(outcomes)]


@pytest.mark.parametrize("security", ["tls", "starttls", "plain"])
@pytest.mark.parametrize("pipelining", [True, False])
def test_mail_arrives_once_as_it_was_built(desk_of: DeskOf, security: str, pipelining: bool) -> None:
    desk = desk_of(security=security, pipelining=pipelining)
    assert kinds(send(desk)) == ["sent"]
    (taken,) = desk.smtp.taken
    assert (taken.sender, taken.receivers, taken.content) == (
        "shop@example.com",
        ("c1@example.com",),
        TEXT % 1,
    )


def test_many_mails_share_the_lines_each_signed_in_once(desk: Desk) -> None:
    transport = open_transport(desk.account, desk.folder)
    assert set(kinds(sent_over(transport, mails(60)))) == {"sent"}
    assert set(kinds(sent_over(transport, mails(60, 61)))) == {"sent"}
    transport.close()
    assert len({taken.message_id for taken in desk.smtp.taken}) == len(desk.smtp.taken) == 120
    assert 1 <= desk.smtp.connections == desk.smtp.logins <= 4


def test_mail_that_may_not_go_any_more_is_not_begun(desk: Desk) -> None:
    transport = open_transport(desk.account, desk.folder)
    told = sent_over(transport, mails(3), lambda key: key != "m2")
    transport.close()
    assert sorted(told) == ["m1", "m3"]
    assert len(desk.smtp.taken) == 2


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("at", ["mail", "rcpt", "data"])
def test_line_cut_before_the_text_leaves_nothing_behind(desk_of: DeskOf, at: str, pipelining: bool) -> None:
    desk = desk_of(pipelining=pipelining)
    desk.smtp.will(at, skip=1)
    assert kinds(send(desk, 3)) == ["sent", "before", "sent"]
    assert len(desk.smtp.taken) == 2
    assert desk.smtp.connections == 2


@pytest.mark.parametrize("accept", [True, False])
def test_lost_reply_is_unknown_and_never_sent_again(desk: Desk, accept: bool) -> None:
    desk.smtp.will("reply", accept=accept, skip=1)
    assert kinds(send(desk, 3)) == ["sent", "unknown", "sent"]
    assert [taken.receivers[0][:2] for taken in desk.smtp.taken] == (
        ["c1", "c2", "c3"] if accept else ["c1", "c3"]
    )


def test_line_cut_within_the_text_is_unknown(desk: Desk) -> None:
    desk.smtp.will("text")
    assert kinds(send(desk, 2)) == ["unknown", "sent"]
    assert len(desk.smtp.taken) == 1


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize(
    ("at", "say", "kind"),
    [
        ("mail", "451 4.3.0 Try again", "deferred"),
        ("mail", "552 5.3.4 Too large", "refused"),
        ("rcpt", "450 4.2.0 Greylisted, see http://example.com", "deferred"),
        ("rcpt", "451 4.7.1 Greylisting in action", "deferred"),
        ("rcpt", "452 4.2.2 Mailbox full", "deferred"),
        ("rcpt", "550 5.1.1 No such user", "refused"),
        ("rcpt", "552 5.2.2 Over quota", "refused"),
        ("data", "451 4.3.0 Not now", "deferred"),
        ("data", "554 5.7.1 Not this one", "refused"),
        ("reply", "451 4.3.0 Disk is full", "deferred"),
        ("reply", "554 5.7.1 Looks like spam", "refused"),
        ("reply", "999 what", "unknown"),
        ("reply", "hello", "unknown"),
    ],
)
def test_a_no_counts_for_its_mail_only(
    desk_of: DeskOf, at: str, say: str, kind: str, pipelining: bool
) -> None:
    desk = desk_of(pipelining=pipelining)
    desk.smtp.will(at, say, skip=1)
    outcomes = send(desk, 3)
    assert kinds(outcomes) == ["sent", kind, "sent"]
    assert len(desk.smtp.taken) == 2
    if kind != "unknown":
        assert outcomes["m2"].reply == say


@pytest.mark.parametrize(
    ("at", "say", "kind"),
    [
        ("mail", "421 4.7.0 Too fast", "before"),
        ("rcpt", "421 4.7.28 Unusual rate", "before"),
        ("mail", "550 5.4.5 Daily user sending limit exceeded", "before"),
        ("reply", "550 5.4.5 Daily user sending limit exceeded", "deferred"),
        ("reply", "421 4.7.0 Try later", "deferred"),
        ("data", "454 4.7.0 Too many messages", "before"),
    ],
)
def test_quota_stops_the_queue_and_harms_no_mail(desk: Desk, at: str, say: str, kind: str) -> None:
    desk.smtp.will(at, say, skip=1)
    transport = open_transport(desk.other(connections=1), desk.folder)
    told: dict[str, Outcome] = {}
    with pytest.raises(QuotaPaused) as paused:
        collect(transport, told)
    transport.close()
    assert kinds(told) == ["sent", kind]
    assert paused.value.reply == say
    assert len(desk.smtp.taken) == 1


def test_server_that_hangs_up_on_an_idle_line_is_called_again(desk: Desk) -> None:
    desk.smtp.will("mail", "421 4.4.2 Idle for too long", hang_up=True)
    assert kinds(send(desk, 2)) == ["before", "sent"]


def test_line_nobody_used_for_long_is_replaced(desk: Desk) -> None:
    transport = open_transport(desk.other(connections=1), desk.folder)
    transport._lines[0]._heard_at -= 300  # noqa: SLF001 - no test waits five minutes
    assert kinds(sent_over(transport, mails(1))) == ["sent"]
    transport.close()
    assert desk.smtp.logins == 2


def test_sender_the_server_refuses_stops_everything(desk: Desk) -> None:
    desk.smtp.will("mail", "553 5.7.1 <shop@example.com>: not yours")
    transport = open_transport(desk.other(connections=1), desk.folder)
    told: dict[str, Outcome] = {}
    with pytest.raises(AccountRefused) as refused:
        collect(transport, told)
    assert kinds(told) == ["before"]
    assert refused.value.value == "553 5.7.1 <…>: not yours"
    assert desk.smtp.taken == []


def test_network_that_breaks_for_good_stops_after_three_lines(desk: Desk) -> None:
    desk.smtp.will("reply", times=99)
    transport = open_transport(desk.other(connections=1), desk.folder)
    told: dict[str, Outcome] = {}
    with pytest.raises(AccountRefused):
        collect(transport, told, 9)
    assert kinds(told) == ["unknown"] * 3


def test_extra_line_that_is_refused_is_done_without(desk: Desk) -> None:
    desk.smtp.will("connect", "421 4.7.0 Too many connections", skip=1, times=9)
    transport = open_transport(desk.account, desk.folder)
    assert set(kinds(sent_over(transport, mails(40)))) == {"sent"}
    transport.close()


@pytest.mark.parametrize(
    ("at", "limit", "kind"), [("rcpt", "ENVELOPE_S", "before"), ("reply", "REPLY_S", "unknown")]
)
def test_silence_ends_at_its_limit(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, at: str, limit: str, kind: str
) -> None:
    monkeypatch.setattr(smtp_line, limit, 0.05)
    until = threading.Event()
    desk.smtp.will(at, "250 2.0.0 At last", until=until)
    transport = open_transport(desk.other(connections=1), desk.folder)
    assert kinds(sent_over(transport, mails(1))) == [kind]
    until.set()
    transport.close()


def test_reply_that_takes_its_time_is_waited_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert smtp_line.REPLY_S == 600
    monkeypatch.setattr(smtp_line, "ENVELOPE_S", 5.0)
    until = threading.Event()
    desk.smtp.will("reply", "250 2.0.0 At last", until=until, accept=True)
    transport = open_transport(desk.other(connections=1), desk.folder)
    threading.Timer(0.01, until.set).start()
    assert kinds(sent_over(transport, mails(1))) == ["sent"]
    transport.close()


def test_receiver_that_is_not_one_address_never_reaches_the_server(desk: Desk) -> None:
    transport = open_transport(desk.account, desk.folder)
    bad = [Outgoing("m1", "a@example.com>\r\nRCPT TO:<b@example.com", TEXT % 1, "<1@example.com>")]
    assert kinds(sent_over(transport, bad)) == ["refused"]
    transport.close()
    assert not [said for said in desk.smtp.said if "RCPT" in said]


def test_who_stops_listening_leaves_no_mail_half_said(desk: Desk) -> None:
    transport = open_transport(desk.other(connections=1), desk.folder)
    outcomes = transport.send(mails(20), lambda _key: True)
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]
    transport.close()
    assert len(desk.smtp.taken) < 20


def opening(desk: Desk, folder: Path | None = None, **changes: object) -> AccountRefused:
    with pytest.raises(AccountRefused) as refused:
        open_transport(desk.other(**changes), folder or desk.folder)
    told = f"{refused.value!r} {refused.value.why} {refused.value.fix} {refused.value.value}"
    assert "wrong secret" not in told
    return refused.value


def test_wrong_password_is_told_without_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAICHO_MAIL_PASSWORD", "wrong secret")
    refused = opening(desk)
    assert str(refused.why) == "The mail server localhost does not take the user name or password."
    assert refused.value.startswith("535 5.7.8")


def test_server_that_asks_for_an_app_password_is_understood(desk: Desk) -> None:
    desk.smtp.will("auth", "534 5.7.9 Application-specific password required, shop@example.com", times=9)
    assert opening(desk).value == "534 5.7.9 Application-specific password required, …"


def test_too_many_sign_ins_are_a_pause(desk: Desk) -> None:
    desk.smtp.will("auth", "454 4.7.0 Too many login attempts", times=9)
    with pytest.raises(QuotaPaused):
        open_transport(desk.account, desk.folder)


def test_certificate_nobody_vouches_for_is_refused_before_the_password(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert "cannot prove" in str(opening(desk).why)
    assert desk.smtp.logins == 0


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_server_of_another_name_is_refused(
    desk_of: DeskOf, security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_of(
        security=security, certificate=make_certificate(tmp_path / "other.pem", "mail.example.com")
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
    assert "cannot prove" in str(opening(desk).why)
    assert desk.smtp.logins == 0


def test_password_never_goes_out_where_tls_was_taken_away(desk_of: DeskOf) -> None:
    desk = desk_of(security="plain")
    assert "does not speak 'starttls'" in str(opening(desk, security="starttls").why)
    assert "does not speak 'tls'" in str(opening(desk, security="tls").why)
    assert desk.smtp.logins == 0


def test_host_port_and_silence_are_told_apart(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no mail server called" in str(opening(desk, host="mail.invalid").why)
    assert "takes no connections" in str(opening(desk, port=desk.imap.port, host="127.0.0.3").why)
    desk.smtp.will("connect")
    assert "broke" in str(opening(desk).why)
    with monkeypatch.context() as quick:
        quick.setattr(smtp_line, "CONNECT_S", 0.05)
        until = threading.Event()
        desk.smtp.will("connect", until=until)
        assert "did not answer in time" in str(opening(desk).why)
        until.set()
    desk.smtp.will("connect", "554 5.7.1 Your network is blocked")
    assert opening(desk).value == "554 5.7.1 Your network is blocked"


def test_oauth_token_signs_in_and_its_refusal_is_seen(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.folder / "oauth.json"
    path.write_text('{"google_client_id": "i", "google_client_secret": "s", "google_refresh_token": "r"}')
    path.chmod(0o600)
    asked: list[tuple[str, str, str]] = []

    def refreshed(
        google_client_id: str, google_client_secret: str, google_refresh_token: str
    ) -> tuple[str, int]:
        asked.append((google_client_id, google_client_secret, google_refresh_token))
        return "access", 3600

    monkeypatch.setattr("yagmail.oauth2.refresh_authorization", refreshed)
    refused = opening(desk, oauth_file="oauth.json")
    assert "access" not in refused.value
    desk.smtp.token = token_of("shop@example.com", "access")
    transport = open_transport(desk.other(oauth_file="oauth.json"), desk.folder)
    assert kinds(sent_over(transport, mails(1))) == ["sent"]
    transport.close()
    assert asked == [("i", "s", "r")] * 2
