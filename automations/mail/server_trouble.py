"""Why a mail server could not be used, in one clear sentence with what to do about it."""

from __future__ import annotations

import socket
import ssl

from automations.core.mails.account import Security
from automations.core.mails.outcomes import AccountRefused, QuotaPaused
from automations.core.messages import Message, msg
from automations.mail.credentials import WHERE, SignIn
from automations.mail.smtp_replies import Reply, shown

_GOOGLE = ("gmail.com", "googlemail.com")
_MUST_SIGN_IN = frozenset({530, 534, 535, 538})
_Told = tuple[str, Message, Message]


def trouble(error: OSError, host: str, security: Security, who: SignIn) -> AccountRefused | QuotaPaused:
    """Return what it means that a mail server could not be opened.

    Args:
        error: As the library raised it; a reply of the server is in its ``smtp_code`` and ``smtp_error``.
        host: Of the server.
        security: As shop.yaml has it.
        who: Signed in, or tried to; nothing of it gets into the text.
    """
    reply = _reply_in(error, who)
    if reply is not None:
        return refusal(reply, host)
    code, why, fix = _of_line(error, host, security)
    return AccountRefused(code, why, fix, where=WHERE)


def refusal(reply: Reply, host: str) -> AccountRefused | QuotaPaused:
    """Return what it means that the server says no to the account itself, not to one mail."""
    if reply.sign == "quota":
        return QuotaPaused(reply.words)
    if reply.code in _MUST_SIGN_IN:
        return _sign_in_refused(host, reply.words)
    return AccountRefused(
        "mail-server-refused",
        msg("The mail server {host} does not serve this account.", host=host),
        msg("Read its words, and check host, port, user and the shop's address in shop.yaml."),
        where=WHERE,
        value=reply.words,
    )


def not_signed_in(host: str, said: str, who: SignIn) -> AccountRefused:
    """Return what to tell when user or password are not taken."""
    return _sign_in_refused(host, shown(who.hides(said)))


def _reply_in(error: OSError, who: SignIn) -> Reply | None:
    code, said = getattr(error, "smtp_code", None), getattr(error, "smtp_error", b"")
    if not isinstance(code, int) or code <= 0:
        return None
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return Reply(code, who.hides(text))


def _sign_in_refused(host: str, words: str) -> AccountRefused:
    if host.casefold().endswith(_GOOGLE):
        fix = msg(
            "Gmail takes an app password only: make one at https://myaccount.google.com/apppasswords and write it "
            "into the password file."
        )
    else:
        fix = msg("Check user in shop.yaml, and write the password anew where Daicho reads it.")
    why = msg("The mail server {host} does not take the user name or password.", host=host)
    return AccountRefused("mail-login-refused", why, fix, where=WHERE, value=words)


def _of_line(error: OSError, host: str, security: Security) -> _Told:
    """Return why there is no line to talk over; by what kind of error it is."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            "mail-not-secure",
            msg("{host} cannot prove that it is the mail server: its certificate is not good.", host=host),
            msg("Write the server's name exactly as the provider gives it; nothing was sent to it."),
        )
    if isinstance(error, ssl.SSLError) or "STARTTLS" in str(error):
        return (
            "mail-not-secure",
            msg(
                "The mail server {host} does not speak '{security}' on this port.",
                host=host,
                security=security,
            ),
            msg("Write port 465 with security tls, or port 587 with security starttls (IMAP: 993 with tls)."),
        )
    if isinstance(error, socket.gaierror):
        return (
            "mail-server-unreachable",
            msg("There is no mail server called {host}, or this computer is offline.", host=host),
            msg("Check the internet connection and the host under mail: in shop.yaml."),
        )
    if isinstance(error, ConnectionRefusedError):
        return (
            "mail-server-unreachable",
            msg("The mail server {host} takes no connections on this port.", host=host),
            msg(
                "Write port 465 with security tls, or port 587 with security starttls (IMAP: 993 with tls)."
                " If it worked before, try again later; the mails wait."
            ),
        )
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return (
            "mail-server-unreachable",
            msg("The mail server {host} did not answer in time.", host=host),
            msg("Check the internet connection and the port; many providers close port 25."),
        )
    if "AUTH" in str(error) or "authentication method" in str(error):
        return (
            "mail-not-secure",
            msg("The mail server {host} offers no way to sign in on this port.", host=host),
            msg("Write port 465 with security tls, or port 587 with security starttls (IMAP: 993 with tls)."),
        )
    return (
        "mail-server-unreachable",
        msg("The line to the mail server {host} broke.", host=host),
        msg("Check the internet connection; the mails go with a later run."),
    )
