"""What `daicho doctor` says of the domain mails come from, asked of a name server on this machine."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping, Sequence

import pytest
from dns_server import Zone, name_server, resolver_at

from automations.mail.dns_records import Sender, examined, with_patience

SENDER = Sender("shop.example.com", "mail.example.com", "shop.example.com", "s1")
GOOD: Mapping[tuple[str, str], Sequence[str]] = {
    ("shop.example.com", "MX"): ["10 mail.example.com."],
    ("shop.example.com", "TXT"): ['"v=spf1 include:_spf.example.com ~all"', '"site=1"'],
    ("s1._domainkey.shop.example.com", "TXT"): ['"v=DKIM1; k=rsa; " "p=MIIB" "AQAB"'],
    ("_dmarc.shop.example.com", "TXT"): ['"v=DMARC1; p=none"'],
    ("mail.example.com", "A"): ["192.0.2.25"],
    ("25.2.0.192.in-addr.arpa", "PTR"): ["mail.example.com."],
}


def told(zone: Zone, sender: Sender = SENDER) -> list[str]:
    with name_server(zone) as resolver:
        return [
            f"{mark} {sentence.text('en')}" for mark, sentence in examined(sender, with_patience(resolver))
        ]


def mending(zone: Zone, sender: Sender = SENDER) -> list[str]:
    return [line[2:] for line in told(zone, sender) if line.startswith("△")]


def test_domain_in_order_is_called_well() -> None:
    assert len(told(GOOD)) == 5
    assert not mending(GOOD)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({("shop.example.com", "MX"): []}, "no MX record"),
        ({("shop.example.com", "MX"): ["0 ."]}, "no MX record"),
        ({("shop.example.com", "TXT"): ['"site=1"']}, "no SPF record"),
        ({("shop.example.com", "TXT"): ['"v=spf1 a -all"', '"v=spf1 mx -all"']}, "more than one SPF"),
        ({("shop.example.com", "TXT"): ['"v=spf1 +all"']}, "lets everybody send"),
        ({("s1._domainkey.shop.example.com", "TXT"): []}, "holds no key"),
        ({("s1._domainkey.shop.example.com", "TXT"): ['"v=DKIM1; p="']}, "was withdrawn"),
        ({("_dmarc.shop.example.com", "TXT"): []}, "no DMARC record"),
        ({("_dmarc.shop.example.com", "TXT"): ['"v=DMARC1"']}, "has no p="),
        ({("25.2.0.192.in-addr.arpa", "PTR"): []}, "reverse DNS"),
        ({("25.2.0.192.in-addr.arpa", "PTR"): ["other.example.com."]}, "reverse DNS"),
        ({("mail.example.com", "A"): []}, "is not known"),
    ],
)
def test_one_thing_missing_is_named(change: Zone, says: str) -> None:
    (line,) = mending({**GOOD, **change})
    assert says in line


def test_record_of_the_domain_above_counts_for_forged_mails() -> None:
    zone = {key: records for key, records in GOOD.items() if not key[0].startswith("_dmarc")}
    assert not mending({**zone, ("_dmarc.example.com", "TXT"): ['"v=DMARC1; p=reject"']})


def test_signature_of_another_domain_does_not_help() -> None:
    zone = {**GOOD, ("s1._domainkey.other.example.org", "TXT"): ['"v=DKIM1; p=MIIB"']}
    (line,) = mending(zone, Sender("shop.example.com", "mail.example.com", "other.example.org", "s1"))
    assert "sign for the same domain" in line


def test_without_a_selector_it_says_that_it_cannot_look() -> None:
    (line,) = mending(GOOD, Sender("shop.example.com", "mail.example.com"))
    assert "cannot be looked up without a selector" in line


@pytest.mark.parametrize(("host", "mark"), [("smtp.gmail.com", "✓"), ("smtp.example.com", "△")])
def test_gmail_address_must_go_through_google(host: str, mark: str) -> None:
    ((found, _),) = examined(Sender("gmail.com", host), None)
    assert found == mark


def test_no_name_server_is_said_plainly_and_soon() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        resolver = with_patience(resolver_at(silent.getsockname()[1]))
        resolver.timeout = resolver.lifetime = 0.2
        began = time.process_time()
        ((mark, sentence),) = examined(SENDER, resolver)
        assert time.process_time() - began < 5
    assert mark == "△"
    assert "cannot be looked up from here" in sentence.text("en")
    ((_, same),) = examined(SENDER, None)
    assert same == sentence
