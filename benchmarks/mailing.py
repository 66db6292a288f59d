"""Mails: made against Jinja2 and the standard library alone, sent against yagmail.send() in a loop."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from os import environ
from pathlib import Path
from typing import Any
from unittest import mock

import yagmail
from generate import NOW
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from measure import Line, timed

from automations.app.configuration import BUNDLED, load
from automations.core.ledger import Row
from automations.core.mails.account import MailAccount
from automations.core.mails.occasions import Composed, Occasion
from automations.core.mails.outcomes import Outgoing
from automations.mail.compose import Composer, parted
from automations.mail.environment import environment_of
from automations.mail.html import LAYOUT, blocks_of, html_of
from automations.mail.message import build_message
from automations.mail.sample import SHOP, occasions
from automations.mail.smtp import open_transport
from automations.mail.views import context_of

_ROOT = Path(__file__).parent.parent
_MAIL, _TEMPLATES = "order_confirmation", BUNDLED / "mail_templates"
_FOLDERS = (_TEMPLATES,)
_MOST_COST, _LEAST_RATE = 1.5, 8.0
_ROUND_TRIP_MS = 25
# What the server of tests/mail_servers takes.
_USER, _PASSWORD = "shop@example.com", "correct horse battery"
_MADE, _SENT, _SENT_BY_LOOP = 400, 200, 15


def race(shop: Path, repeats: int) -> Iterator[Line]:
    """Yield the lines about making mails and about sending them."""
    yield _making(shop, repeats)
    yield _sending(shop)


def _making(shop: Path, repeats: int) -> Line:
    """Fill in the same template for so many orders and build the messages; both must write the same words."""
    asked = list(_occasions(shop))
    compose = Composer([_TEMPLATES], "ja", SHOP)
    given = [_given(occasion, compose(occasion)) for occasion in asked]
    environment = _plain_environment()
    template, layout = environment.get_template(f"ja/{_MAIL}.txt.j2"), environment.get_template(LAYOUT)
    own = timed(
        lambda _: [_built(compose(occasion), n) for n, occasion in enumerate(asked)], repeats, lambda: None
    )
    peer = timed(
        lambda _: [
            _built_plainly(template.render(context), layout.render(page), n)
            for n, (context, page) in enumerate(given)
        ],
        repeats,
        lambda: None,
    )
    ours = compose(asked[0])
    assert isinstance(ours, Composed)
    assert ours == parted(_MAIL, template.render(given[0][0])), "both sides must write the same mail"
    assert html_of(ours.text, SHOP, "ja", _FOLDERS) == layout.render(given[0][1]), "and the same page"
    ratio = own.best / peer.best
    return Line(
        f"{_MADE} mails filled in and built",
        str(own),
        f"Jinja2's sandbox and email.message: {peer}",
        f"{ratio:.2f} x",
        f"<= {_MOST_COST} x",
        ratio <= _MOST_COST,
    )


def _given(occasion: Occasion, composed: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what template and layout are filled in with, ready for them."""
    assert isinstance(composed, Composed)
    page = {"blocks": tuple(blocks_of(composed.text)), "shop": SHOP, "language": "ja"}
    return dict(context_of(occasion, SHOP, "ja")), page


def _occasions(shop: Path) -> Iterator[Occasion]:
    configuration = load(shop)
    sample = next(iter(occasions(configuration.mails[_MAIL], configuration.schema, {})))
    for number in range(_MADE):
        cells = {**sample.order.cells, "order_id": f"A-{number:05}", "buyer_name": f"山田 {number}"}
        yield replace(sample, order=Row("orders", f"A-{number:05}", cells))


def _plain_environment() -> SandboxedEnvironment:
    """Return Jinja2's own sandbox, with the filters that the templates use."""
    environment = SandboxedEnvironment(
        loader=FileSystemLoader([_TEMPLATES, _TEMPLATES / "ja"]),
        autoescape=lambda name: str(name).endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= environment_of([_TEMPLATES], "ja", "JPY").filters
    return environment


def _built(composed: object, number: int) -> bytes:
    assert isinstance(composed, Composed)
    row = Row("mails", str(number), _cells(composed, number))
    return build_message(row, SHOP, html=html_of(composed.text, SHOP, "ja", _FOLDERS)).as_bytes()


def _cells(composed: Composed, number: int) -> dict[str, object]:
    return {
        "to": f"c{number}@example.com",
        "subject": composed.subject,
        "text": composed.text,
        "message_id": f"<{number}@example.com>",
        "made_at": NOW,
    }


def _built_plainly(written: str, page: str, number: int) -> bytes:
    head, _, text = written.partition("\n\n")
    message = EmailMessage(policy=SMTP)
    message["From"] = f"{SHOP.name} <{SHOP.email}>"
    message["To"] = f"c{number}@example.com"
    message["Subject"] = head.removeprefix("Subject: ")
    message["Date"] = NOW
    message["Message-ID"] = f"<{number}@example.com>"
    message.set_content(text)
    message.add_alternative(page, subtype="html")
    return message.as_bytes()


def _sending(shop: Path) -> Line:
    """Send over a line of 25 ms there and back, with TLS and sign-in; by the clock on the wall, since it is waiting."""
    with _server(shop) as port:
        own = _mails_a_second(_SENT, lambda: _send_own(shop, port))
        peer = _mails_a_second(_SENT_BY_LOOP, lambda: _send_in_a_loop(port))
    return Line(
        f"mails sent a second over a {_ROUND_TRIP_MS} ms line (wall clock)",
        f"{own:.0f}",
        f"yagmail.send() in a loop: {peer:.1f}",
        f"{own / peer:.1f} x",
        f">= {_LEAST_RATE:g} x",
        own / peer >= _LEAST_RATE,
    )


def _mails_a_second(count: int, send: object) -> float:
    assert callable(send)
    begun = time.perf_counter()
    send()
    return count / (time.perf_counter() - begun)


def _send_own(shop: Path, port: int) -> None:
    secret = shop / "mail-password"
    secret.write_text(_PASSWORD, encoding="utf-8")
    secret.chmod(0o600)
    account = MailAccount(host="localhost", port=port, user=_USER, password_file=secret.name)
    content = _built_plainly(
        "Subject: 発送のお知らせ\n\n本日発送しました。\n", "<p>本日発送しました。</p>\n", 0
    )
    batch = [Outgoing(str(n), f"c{n}@example.com", content, "<0@example.com>") for n in range(_SENT)]
    transport = open_transport(account, shop)
    outcomes = list(transport.send(batch, lambda _key: True))
    transport.close()
    assert {outcome.kind for _, outcome in outcomes} == {"sent"}, outcomes
    assert len(outcomes) == _SENT


def _send_in_a_loop(port: int) -> None:
    client = yagmail.Client(_USER, _PASSWORD, host="localhost", port=port)
    for number in range(_SENT_BY_LOOP):
        assert client.send(f"c{number}@example.com", "発送のお知らせ", "本日発送しました。\n") == {}
    client.close()


@contextmanager
def _server(shop: Path) -> Iterator[int]:
    """Start the mail server of the tests in a process of its own; both sides trust its certificate."""
    certificate = shop / "localhost.pem"
    command = [sys.executable, "-m", "tests.mail_servers", "--certificate", str(certificate)]
    server = subprocess.Popen(
        [*command, "--round-trip-ms", str(_ROUND_TRIP_MS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=_ROOT,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        port = int(server.stdout.readline())
        with mock.patch.dict(environ, {"SSL_CERT_FILE": str(certificate)}):
            yield port
    finally:
        server.stdin.close()
        server.stdout.close()
        server.wait()
