"""What a mail server's words mean, and how a person sees them."""

import pytest

from automations.mail.smtp_replies import Reply, shown


@pytest.mark.parametrize(
    ("code", "said", "sign"),
    [
        (250, "2.0.0 OK", "go"),
        (354, "Go on", "go"),
        (421, "4.7.0 Try again later, closing connection", "quota"),
        (421, "Service not available", "quota"),
        (421, "4.4.2 mail.example.com Error: timeout exceeded", "lost"),
        (450, "4.2.1 The user you are trying to contact is receiving mail too quickly", "later"),
        (451, "4.7.1 Greylisted, please try again", "later"),
        (450, "4.7.0 Graylisting in effect", "later"),
        (452, "4.2.2 The email account that you tried to reach is over quota", "later"),
        (452, "4.3.1 Insufficient system storage", "later"),
        (454, "4.7.0 Too many login attempts, please try again later", "quota"),
        (450, "4.7.28 Our system has detected an unusual rate of mail", "quota"),
        (550, "5.4.5 Daily user sending limit exceeded", "quota"),
        (554, "5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException", "quota"),
        (550, "5.1.1 No such user", "never"),
        (552, "5.2.2 Mailbox full", "never"),
        (199, "what", "odd"),
        (-1, "garbage", "odd"),
    ],
)
def test_what_a_reply_means(code: int, said: str, sign: str) -> None:
    assert Reply(code, said).sign == sign


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("<sakura@example.com>: no such user", "<…>: no such user"),
        ("a\r\nb\x00c\x1b[31m", "a b c [31m"),
        ("user=sakura@example.com;", "…;"),
        ("x" * 300, "x" * 199 + "…"),
    ],
)
def test_words_are_one_line_without_addresses(said: str, told: str) -> None:
    assert shown(said) == told


def test_lines_of_a_reply_are_joined() -> None:
    reply = Reply.of((550, b"5.7.1 Not this one.\n5.7.1 \x83\xe3See http://example.com"))
    assert reply.words.startswith("550 5.7.1 Not this one. 5.7.1 ")
    assert "\n" not in reply.words
