"""Looking a mail up in the sent folder: found, not found, or not looked."""

from collections.abc import Callable
from pathlib import Path

import pytest
from mail_servers.certificates import make_certificate, server_context
from mail_servers.desk import Desk
from mail_servers.imap import Mailbox, MailboxServer, token_of
from mail_servers.smtp import PASSWORD, USER

from automations.core.mails.account import MailAccount
from automations.core.mails.account import Mailbox as Imap
from automations.mail.imap_names import decoded_name, encoded_name, folder_of
from automations.mail.sent_folder import ImapSentFolder, sent_folder_of

DeskOf = Callable[..., Desk]


def mail(number: int, more: str = "") -> bytes:
    return (
        f"Message-ID: <{number}{more}@example.com>\r\nSubject: x\r\n\r\nIt is <99@example.com>\r\n".encode()
    )


def ids(*numbers: int) -> frozenset[str]:
    return frozenset(f"<{number}@example.com>" for number in numbers)


def looked(desk: Desk, wanted: frozenset[str], **changes: object) -> frozenset[str] | None:
    folder = sent_folder_of(desk.other(**changes), desk.folder)
    assert folder is not None
    return folder.holds(wanted)


def test_finds_what_was_sent_and_nothing_else(desk: Desk) -> None:
    desk.mailbox.folders["Sent"] += [mail(1), mail(12), mail(3, ".1"), mail(3, "0")]
    desk.mailbox.folders["INBOX"] += [mail(4)]
    assert looked(desk, ids(1, 2, 3, 4, 99)) == ids(1)


def test_many_are_asked_for_with_few_commands(desk: Desk) -> None:
    desk.mailbox.folders["Sent"] += [mail(number) for number in range(0, 50, 2)]
    assert looked(desk, ids(*range(50))) == ids(*range(0, 50, 2))
    assert desk.imap.said.count("SEARCH") == 5
    assert len(desk.imap.said) <= 15


def test_nothing_found_is_an_answer(desk: Desk) -> None:
    assert looked(desk, ids(1)) == frozenset()


def test_without_a_mailbox_there_is_no_folder(tmp_path: Path) -> None:
    assert sent_folder_of(MailAccount(host="localhost"), tmp_path) is None


@pytest.mark.parametrize("literals", [True, False])
@pytest.mark.parametrize(
    ("folders", "marks", "named"),
    [
        (["INBOX", "&kAFP4W4IMH8-"], {"&kAFP4W4IMH8-": "\\Sent"}, ""),
        (["INBOX", "&kAFP4W4IMH8-"], {}, "送信済み"),
        (["INBOX", "&kAFP4W4IMH8-"], {}, "&kAFP4W4IMH8-"),
        (["INBOX", "INBOX.Sent Items"], {"INBOX.Sent Items": "\\Marked \\SENT"}, ""),
        (["INBOX", "Tom &- Jerry"], {}, "Tom & Jerry"),
        (["INBOX", "a (b) c"], {}, "a (b) c"),
    ],
)
def test_folder_is_found_by_its_mark_or_name(
    certificate: Path, desk: Desk, folders: list[str], marks: dict[str, str], named: str, literals: bool
) -> None:
    box = Mailbox({name: [] for name in folders}, marks, folders[1])
    box.keep(mail(1))
    with MailboxServer(box, server_context(certificate), user=USER, password=PASSWORD) as server:
        server.literals = literals
        assert looked(desk, ids(1, 2), imap=Imap("localhost", server.port, sent=named)) == ids(1)


def test_server_that_marks_folders_only_when_asked_is_asked(certificate: Path, desk: Desk) -> None:
    desk.mailbox.keep(mail(1))
    context = server_context(certificate)
    with MailboxServer(desk.mailbox, context, user=USER, password=PASSWORD) as server:
        server.marks_on_request = True
        assert looked(desk, ids(1), imap=Imap("localhost", server.port)) == ids(1)


@pytest.mark.parametrize(
    ("at", "say"),
    [
        ("LOGIN", "NO [AUTHENTICATIONFAILED] no"),
        ("LOGIN", "* BYE too many"),
        ("LIST", "NO not now"),
        ("EXAMINE", "NO [NONEXISTENT] gone"),
        ("SEARCH", "* BYE back soon"),
        ("SEARCH", "NO too complex"),
        ("SEARCH", "BAD what"),
        ("FETCH", ""),
        ("FETCH", "NO not now"),
    ],
)
def test_trouble_on_the_way_is_no_evidence(desk: Desk, at: str, say: str) -> None:
    desk.mailbox.keep(mail(1))
    desk.imap.will(at, say)
    folder = ImapSentFolder(desk.account, desk.folder)
    assert folder.holds(ids(1)) is None
    assert folder.trouble is not None
    assert folder.holds(ids(1)) == ids(1)
    assert folder.trouble is None


def test_wrong_password_is_told_without_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAICHO_MAIL_PASSWORD", "wrong secret")
    folder = ImapSentFolder(desk.account, desk.folder)
    assert folder.holds(ids(1)) is None
    assert folder.trouble is not None
    assert folder.trouble.code == "mail-login-refused"
    assert "wrong secret" not in f"{folder.trouble!r} {folder.trouble.value}"


def test_mailbox_nobody_vouches_for_gets_no_password(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(make_certificate(tmp_path / "other.pem")))
    assert looked(desk, ids(1)) is None
    assert desk.imap.said == []


def test_oauth_token_opens_the_mailbox(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.folder / "oauth.json"
    path.write_text('{"google_client_id": "i", "google_client_secret": "s", "google_refresh_token": "r"}')
    path.chmod(0o600)
    monkeypatch.setattr("yagmail.oauth2.refresh_authorization", lambda **_: ("access", 3600))
    assert looked(desk, ids(1), oauth_file="oauth.json") is None
    desk.imap.token = token_of(USER, "access")
    assert looked(desk, ids(1), oauth_file="oauth.json") == frozenset()


@pytest.mark.parametrize("wanted", ["<a\r\nA1 LOGOUT@example.com>", "<山@example.com>"])
def test_message_id_that_cannot_be_asked_for_is_not_asked_for(desk: Desk, wanted: str) -> None:
    assert looked(desk, frozenset({wanted})) is None
    assert desk.imap.said == []


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("送信済み", "&kAFP4W4IMH8-"),
        ("Sent & Co", "Sent &- Co"),
        ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
        ("😀", "&2D3eAA-"),
        ("plain", "plain"),
    ],
)
def test_names_of_folders_are_written_as_imap_does(name: str, written: str) -> None:
    assert encoded_name(name) == written
    assert decoded_name(written) == name


@pytest.mark.parametrize("listed", [None, b"", b"NIL", b"(\\Sent", b"()"])
def test_a_list_that_names_no_folder_is_passed_over(listed: object) -> None:
    assert folder_of(listed) is None
