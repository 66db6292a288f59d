"""Asks the scripted mailbox and Debian's Dovecot the same, and compares: python -m tests.mail_servers.compare."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from imaplib import IMAP4_SSL
from pathlib import Path
from tempfile import TemporaryDirectory

from automations.core.mails.account import MailAccount
from automations.core.mails.account import Mailbox as Imap
from automations.mail.imap_names import encoded_name, quoted
from automations.mail.sent_folder import ImapSentFolder

from .certificates import make_certificate, server_context
from .imap import Mailbox, MailboxServer
from .smtp import USER

_PASSWORD = "correct-horse-battery"  # noqa: S105 - of nobody
_SENT, _OTHER = "Sent", "送信済み & 控え"
_CONFIGURATION = """
base_dir = {here}/run
state_dir = {here}/state
log_path = {here}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{certificate}
ssl_key = <{certificate}
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
  }}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={here}/home
}}
first_valid_uid = 1
mail_location = maildir:~/Maildir
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
}}
"""


@dataclass(frozen=True)
class Question:
    """What is asked of the sent folder, and with which settings."""

    what: str
    wanted: frozenset[str]
    sent: str = ""
    password: str = _PASSWORD


def _mail(message_id: str) -> bytes:
    return f"Message-ID: {message_id}\r\nSubject: x\r\n\r\nIt is <in-the-text@example.com>\r\n".encode()


def _id(name: object) -> str:
    return f"<{name}@example.com>"


_HELD = [*range(0, 60, 2), "UPPER", "a.b+c=d", "dup", "dup"]
_HELD_ELSEWHERE = ["elsewhere"]
QUESTIONS = (
    Question("one that is there", frozenset({_id(0)})),
    Question("one that is not", frozenset({_id(1)})),
    Question("sixty, half of them there", frozenset(map(_id, range(60)))),
    Question("a part of one", frozenset({"<0@example.co>", "<@example.com>"})),
    Question("in other letters", frozenset({_id("upper"), _id("UPPER")})),
    Question("signs", frozenset({_id("a.b+c=d"), _id("a.b")})),
    Question("twice there", frozenset({_id("dup")})),
    Question("in a text only", frozenset({_id("in-the-text")})),
    Question("in the other folder", frozenset({_id("elsewhere")})),
    Question("by the folder's name", frozenset({_id("elsewhere"), _id(0)}), _OTHER),
    Question("by the folder's written name", frozenset({_id("elsewhere")}), encoded_name(_OTHER)),
    Question("a folder that is not there", frozenset({_id(0)}), "Nowhere"),
    Question("a wrong password", frozenset({_id(0)}), password="wrong"),  # noqa: S106 - of nobody
    Question("quotes in an id", frozenset({'<"0"@example.com>', "<back\\slash@example.com>"})),
)


def main() -> int:
    """Print what both answer; 1 when they differ anywhere."""
    with TemporaryDirectory() as name:
        here = Path(name)
        here.chmod(0o755)
        certificate = make_certificate(here / "localhost.pem")
        os.environ["SSL_CERT_FILE"] = str(certificate)
        with _scripted(certificate) as port:
            scripted = _answers(here, port)
        with _dovecot(here, certificate) as port:
            _fill(port)
            dovecot = _answers(here, port)
    return _print(scripted, dovecot)


def _print(scripted: Mapping[str, str], dovecot: Mapping[str, str]) -> int:
    version = subprocess.run(
        ["dovecot", "--version"], capture_output=True, text=True, check=True
    ).stdout.split()[0]
    print(f"| asked | scripted | Dovecot {version} | |\n| --- | --- | --- | --- |")
    for what, answer in scripted.items():
        print(
            f"| {what} | {answer} | {dovecot[what]} | {'same' if answer == dovecot[what] else 'DIFFERENT'} |"
        )
    differing = sum(answer != dovecot[what] for what, answer in scripted.items())
    print(f"\n{len(scripted)} questions, {differing} answered differently")
    return min(differing, 1)


def _answers(here: Path, port: int) -> dict[str, str]:
    return {question.what: _answer(here, port, question) for question in QUESTIONS}


def _answer(here: Path, port: int, question: Question) -> str:
    secret = here / "mail-password"
    secret.write_text(question.password, encoding="utf-8")
    secret.chmod(0o600)
    account = MailAccount(
        host="localhost",
        user=USER,
        password_file=secret.name,
        imap=Imap("localhost", port, sent=question.sent),
    )
    folder = ImapSentFolder(account, here)
    held = folder.holds(question.wanted)
    if held is None:
        return folder.trouble.code if folder.trouble else "no reason"
    return f"{len(held)}: {', '.join(sorted(held))[:60]}"


@contextmanager
def _scripted(certificate: Path) -> Iterator[int]:
    folders = {
        "INBOX": [],
        _SENT: list(map(_mail, map(_id, _HELD))),
        encoded_name(_OTHER): list(map(_mail, map(_id, _HELD_ELSEWHERE))),
    }
    box = Mailbox(folders, {_SENT: "\\Sent"}, _SENT)
    with MailboxServer(box, server_context(certificate), user=USER, password=_PASSWORD) as server:
        yield server.port


@contextmanager
def _dovecot(here: Path, certificate: Path) -> Iterator[int]:
    """Start a Dovecot of its own, whose files all lie in ``here``."""
    user, group = ("dovecot", "dovecot") if os.geteuid() == 0 else (_name("-un"), _name("-gn"))
    port = _free_port()
    configuration = here / "dovecot.conf"
    (here / "home").mkdir()
    shutil.chown(here / "home", user, group)
    configuration.write_text(
        _CONFIGURATION.format(
            here=here, certificate=certificate, port=port, user=user, group=group, password=_PASSWORD
        ),
        encoding="utf-8",
    )
    server = subprocess.Popen(["dovecot", "-F", "-c", str(configuration)])
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _name(what: str) -> str:
    return subprocess.run(["id", what], capture_output=True, text=True, check=True).stdout.strip()


def _free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("Dovecot does not start; is dovecot-imapd installed?")


def _fill(port: int) -> None:
    with IMAP4_SSL("localhost", port) as mailbox:
        mailbox.login(quoted(USER), _PASSWORD)
        other = quoted(encoded_name(_OTHER))
        mailbox.create(other)
        for folder, names in ((quoted(_SENT), _HELD), (other, _HELD_ELSEWHERE)):
            for name in names:
                state, said = mailbox.append(folder, "", "", _mail(_id(name)))
                assert state == "OK", said


if __name__ == "__main__":
    sys.exit(main())
