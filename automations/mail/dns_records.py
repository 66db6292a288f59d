"""What the domain name system says of the domain mails come from: whether other servers will take them.

Sources: RFC 7208 (SPF), RFC 6376 (DKIM), RFC 7489 (DMARC), and Google's rules for senders (read 2026-11-22).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from automations.core.mails.account import is_loopback
from automations.core.messages import Message, msg
from automations.core.records import dataclass

if TYPE_CHECKING:
    import dns.resolver

Mark = Literal["✓", "△"]
Told = tuple[Mark, Message]
# How long one question may take, in seconds; the first that gets no answer ends the asking.
_PATIENCE = 2.0
_GMAIL = frozenset({"gmail.com", "googlemail.com"})
_GOOGLE_HOSTS = ("gmail.com", "googlemail.com", "google.com")


class NoAnswer(Exception):
    """No name server answered in time, or there is none."""


@dataclass(frozen=True)
class Sender:
    """Where mails come from: domain of the From address, sending host, and the key they are signed with."""

    domain: str
    host: str
    dkim_domain: str = ""
    dkim_selector: str = ""


def patient_resolver() -> dns.resolver.Resolver | None:
    """Return what asks the name servers of this machine, None when it knows none."""
    import dns.resolver  # noqa: PLC0415 - only the doctor asks

    try:
        resolver = dns.resolver.Resolver()
    except dns.resolver.NoResolverConfiguration:
        return None
    return with_patience(resolver)


def with_patience(resolver: dns.resolver.Resolver) -> dns.resolver.Resolver:
    """Return the resolver, told not to wait long."""
    resolver.timeout = resolver.lifetime = _PATIENCE
    return resolver


def examined(sender: Sender, resolver: dns.resolver.Resolver | None) -> Iterator[Told]:
    """Yield what is well and what is worth mending; says plainly when nobody answers."""
    if sender.domain in _GMAIL:
        yield from _of_gmail(sender)
        return
    if resolver is None:
        yield _unknown(sender)
        return
    try:
        yield from _asked(sender, resolver)
    except NoAnswer:
        yield _unknown(sender)


def _unknown(sender: Sender) -> Told:
    return "△", msg(
        "the records of {domain} cannot be looked up from here (no name server answers): SPF, DKIM, DMARC and the name "
        "of the sending host are unknown",
        domain=sender.domain,
    )


def _of_gmail(sender: Sender) -> Iterator[Told]:
    if sender.host.endswith(_GOOGLE_HOSTS):
        yield "✓", msg("mails come from {domain} and go through Google", domain=sender.domain)
    else:
        yield (
            "△",
            msg(
                "mails from an address at {domain} that do not go through Google are refused by many servers: "
                "use an address of your own domain in shop.yaml under shop, email",
                domain=sender.domain,
            ),
        )


def _asked(sender: Sender, resolver: dns.resolver.Resolver) -> Iterator[Told]:
    yield _mx(sender.domain, resolver)
    yield _spf(sender.domain, resolver)
    yield from _dkim(sender, resolver)
    yield _dmarc(sender.domain, resolver)
    if not is_loopback(sender.host):
        yield _reverse(sender.host, resolver)


def _mx(domain: str, resolver: dns.resolver.Resolver) -> Told:
    found = [record for record in _records(domain, "MX", resolver) if record.split()[-1] != "."]
    if found or _records(domain, "A", resolver):
        return "✓", msg("answers to {domain} arrive (MX)", domain=domain)
    return "△", msg(
        "nobody receives mail for {domain} (no MX record): answers and returned mails are lost", domain=domain
    )


def _spf(domain: str, resolver: dns.resolver.Resolver) -> Told:
    found = [text for text in _texts(domain, resolver) if text.lower().split(" ")[0] == "v=spf1"]
    if not found:
        return "△", msg(
            "{domain} does not say who may send for it (no SPF record): add the one your mail provider names",
            domain=domain,
        )
    if len(found) > 1:
        return "△", msg(
            "{domain} has more than one SPF record; then none counts: make them one", domain=domain
        )
    if found[0].lower().split(" ")[-1] in ("+all", "all"):
        return "△", msg(
            "the SPF record of {domain} lets everybody send for it: end it with ~all", domain=domain
        )
    return "✓", msg("{domain} says who may send for it (SPF)", domain=domain)


def _dkim(sender: Sender, resolver: dns.resolver.Resolver) -> Iterator[Told]:
    if not (sender.dkim_selector and sender.dkim_domain):
        yield (
            "△",
            msg(
                "whether mails are signed (DKIM) cannot be looked up without a selector; most providers sign by "
                "themselves: send a test to a Gmail address and look for DKIM: PASS under 'Show original'"
            ),
        )
        return
    name = f"{sender.dkim_selector}._domainkey.{sender.dkim_domain}"
    keys = [tags for text in _texts(name, resolver) if "p" in (tags := _tags(text))]
    if not keys:
        yield "△", msg("{name} holds no key (DKIM): add the record that belongs to your key file", name=name)
    elif not keys[0]["p"]:
        yield "△", msg("the key in {name} was withdrawn (DKIM): add the record of the present key", name=name)
    else:
        yield "✓", msg("{name} holds the key for signatures (DKIM)", name=name)
    if not _aligned(sender.dkim_domain, sender.domain):
        yield (
            "△",
            msg(
                "mails are signed for {signed} but come from {domain}: sign for the same domain",
                signed=sender.dkim_domain,
                domain=sender.domain,
            ),
        )


def _dmarc(domain: str, resolver: dns.resolver.Resolver) -> Told:
    labels = domain.split(".")
    for first in range(len(labels) - 1):
        name = ".".join(labels[first:])
        found = [
            tags for text in _texts(f"_dmarc.{name}", resolver) if (tags := _tags(text)).get("v") == "DMARC1"
        ]
        if found and found[0].get("p") in ("none", "quarantine", "reject"):
            return "✓", msg("{domain} says what becomes of forged mails (DMARC)", domain=name)
        if found:
            return "△", msg("the DMARC record of {domain} has no p=: write p=none to begin with", domain=name)
    return "△", msg(
        "{domain} does not say what becomes of forged mails (no DMARC record): add _dmarc.{domain} with "
        "v=DMARC1; p=none",
        domain=domain,
    )


def _reverse(host: str, resolver: dns.resolver.Resolver) -> Told:
    import dns.reversename  # noqa: PLC0415 - as above

    addresses = [*_records(host, "A", resolver), *_records(host, "AAAA", resolver)]
    for address in addresses:
        for name in _records(dns.reversename.from_address(address).to_text(), "PTR", resolver):
            if address in (*_records(name, "A", resolver), *_records(name, "AAAA", resolver)):
                return "✓", msg("the sending host {host} is known by its name both ways", host=host)
    if not addresses:
        return "△", msg("the sending host {host} is not known: check mail.host in shop.yaml", host=host)
    return "△", msg(
        "the address of the sending host {host} leads to no name that leads back (reverse DNS): ask your provider",
        host=host,
    )


def _tags(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): "".join(value.split()) for name, equals, value in pairs if equals}


def _aligned(signed: str, domain: str) -> bool:
    return signed == domain or domain.endswith(f".{signed}") or signed.endswith(f".{domain}")


def _texts(name: str, resolver: dns.resolver.Resolver) -> list[str]:
    return _records(name, "TXT", resolver)


def _records(name: str, kind: str, resolver: dns.resolver.Resolver) -> list[str]:
    """Return the records of a name as text, none when it has none; a text in pieces is put together.

    Raises:
        NoAnswer: Nobody answered.
    """
    import dns.exception  # noqa: PLC0415 - as above
    import dns.resolver  # noqa: PLC0415 - as above

    try:
        found = resolver.resolve(name, kind, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.YXDOMAIN):
        return []
    except (dns.resolver.NoNameservers, dns.exception.Timeout, OSError) as error:
        raise NoAnswer from error
    except dns.exception.DNSException:
        return []  # a name that cannot be one
    if kind == "TXT":
        return [b"".join(record.strings).decode("utf-8", "replace") for record in found]
    return [record.to_text() for record in found]
