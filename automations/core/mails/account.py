"""The account mails are sent through, and its limits: the block ``mail:`` of shop.yaml."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Literal

from automations.core.declare import Problems
from automations.core.mails.quiet_hours import Hours, end_of_quiet, hours_in
from automations.core.messages import msg
from automations.core.records import dataclass

Security = Literal["tls", "starttls", "plain"]
_WHERE = "shop.yaml: mail"
# The least and the most of each number; more connections or days than that help nobody.
_RANGES = {
    "port": (1, 65_535),
    "connections": (1, 10),
    "daily_limit": (1, 1_000_000),
    "run_limit": (1, 1_000_000),
    "delay_minutes": (0, 1_440),
    "usual_factor": (1, 1_000),
}


@dataclass(frozen=True)
class Mailbox:
    """Where sent mails can be looked up, and where answers and returned mails arrive (IMAP).

    Attributes:
        host: ``""`` when there is no mailbox to look into.
        sent: Folder of sent mails; ``""`` for the one that the server marks as such.
    """

    host: str = ""
    port: int = 993
    security: Security = "tls"
    sent: str = ""
    inbox: str = "INBOX"


@dataclass(frozen=True)
class Dkim:
    """The key Daicho signs mails with; without a domain it does not sign (most providers do it themselves)."""

    domain: str = ""
    selector: str = ""
    key_file: str = ""


@dataclass(frozen=True)
class Unsubscribe:
    """How a customer refuses further mails: the https address of the endpoint, or a mail address."""

    url: str = ""
    address: str = ""


@dataclass(frozen=True)
class MailAccount:
    """The block ``mail:`` of shop.yaml. Files are named relative to the shop's folder; secrets never stand here.

    Attributes:
        host: SMTP server; ``""`` when mails are written to ``outbox/`` as .eml files.
        daily_limit: Most mails in any 24 hours (80 % of what Gmail allows).
        run_limit: Most mails in one run.
        delay_minutes: How long a mail waits, so that a person can stop it; files do not wait.
        quiet_hours: No service or advertising mail goes in these hours; ``""`` for none.
        usual_factor: More than so many times the mails of a usual day wait for a person's approval.
        only_to: Addresses, or ``@domain``, that mails are sent to; all others are written to ``outbox/``. For tests.
    """

    host: str = ""
    port: int = 465
    security: Security = "tls"
    user: str = ""
    password_file: str = ""
    oauth_file: str = ""
    dkim: Dkim = Dkim()
    imap: Mailbox = Mailbox()
    unsubscribe: Unsubscribe = Unsubscribe()
    connections: int = 4
    daily_limit: int = 400
    run_limit: int = 300
    delay_minutes: int = 5
    quiet_hours: str = "21:00-08:00"
    usual_factor: int = 3
    only_to: tuple[str, ...] = ()

    @property
    def sends(self) -> bool:
        """True when mails are sent; else they are written as files."""
        return bool(self.host)

    @property
    def delay(self) -> int:
        """Minutes a mail waits before it goes; what is only written can be looked at anyway."""
        return self.delay_minutes if self.sends else 0

    @property
    def quiet(self) -> Hours | None:
        """The quiet hours, None when there are none."""
        return hours_in(self.quiet_hours)

    def first_moment(self, mail_class: str, now: datetime) -> datetime:
        """Return when a mail that is made ``now`` may go: once it can have been stopped, and not in quiet hours."""
        moment = now + timedelta(minutes=self.delay)
        is_free = mail_class == "transactional" or not self.sends
        return moment if is_free else end_of_quiet(moment, self.quiet)

    def may_write_to(self, address: str) -> bool:
        """Return whether mails to this address are sent, and not only written as files."""
        written = address.casefold()
        names = {name.casefold() for name in self.only_to}
        return not names or written in names or written[written.rfind("@") :] in names


def check_account(account: MailAccount, problems: Problems) -> None:
    """Note what would send a password in the clear, or can never work."""
    for place, server in (("", account), (".imap", account.imap)):
        if server.security == "plain" and server.host and not is_loopback(server.host):
            problems.add(
                "mail-plain",
                f"{_WHERE}{place}.security",
                msg("The password would travel unprotected to {host}.", host=server.host),
                msg(
                    "Take this line away (the connection is then protected, port {tls}).",
                    tls=993 if place else 465,
                ),
            )
    numbers = {name: getattr(account, name) for name in _RANGES} | {"imap.port": account.imap.port}
    for name, number in numbers.items():
        least, most = _RANGES[name.rpartition(".")[2]]
        if not least <= number <= most:
            problems.add(
                "mail-number",
                f"{_WHERE}.{name}",
                msg("{number} cannot be used here.", number=number),
                msg("Write {least} to {most}.", least=least, most=most),
            )
    if account.quiet_hours and account.quiet is None:
        problems.add(
            "mail-quiet-hours",
            f"{_WHERE}.quiet_hours",
            msg("'{value}' is not a time from and to.", value=account.quiet_hours),
            msg("Write it like {example}; leave it empty for none.", example='"21:00-08:00"'),
        )
    _check_whole(account, problems)


def _check_whole(account: MailAccount, problems: Problems) -> None:
    dkim = account.dkim
    signs = (dkim.domain, dkim.selector, dkim.key_file)
    half = [("dkim", any(signs) and not all(signs))]
    half.append(("host", not account.host and bool(account.user or account.imap.host)))
    for name in (name for name, is_half in half if is_half):
        problems.add(
            "mail-half",
            f"{_WHERE}.{name}",
            msg("Only a part of it is filled in."),
            msg("Fill in the other lines as well, or take these away."),
        )
    for name in account.only_to:
        if "@" not in name:
            problems.add(
                "mail-only-to",
                f"{_WHERE}.only_to",
                msg("'{value}' is not an e-mail address.", value=name),
                msg("Write addresses, or a whole domain like @example.com."),
            )
    if account.unsubscribe.url and not account.unsubscribe.url.startswith("https://"):
        problems.add(
            "mail-unsubscribe-url",
            f"{_WHERE}.unsubscribe.url",
            msg("Mail programs only follow addresses that begin with https://."),
            msg("Write the https address, or use unsubscribe.address instead."),
        )


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine itself."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.casefold().rstrip(".") == "localhost"
