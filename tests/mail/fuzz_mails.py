"""Hostile names, subjects and addresses through template, message and parser: make fuzz-mails.

A seed is one mail. What cannot be sent safely must be refused; whatever is built must hold exactly what was meant.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent.parent))

from letters import Desk

from automations.app.configuration import BUNDLED
from automations.app.letters import Letters
from automations.core.ledger import Row
from automations.core.mails.occasions import Composed
from automations.mail.addresses import one_address
from automations.mail.message import MailRefused
from automations.mail.smtp_line import as_sent

MADE = datetime(2026, 11, 24, 10, 0, tzinfo=timezone(timedelta(hours=9)))
HERE = str(Path(__file__).resolve())
HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version",
    "Content-Type", "Content-Transfer-Encoding", "Content-Language",
]  # fmt: skip
PIECES = (
    "\r\n", "\n", "\r", "\x00", "\x0b", "\x85", "\u2028", "\r\n\r\n", "\r\n.\r\n", ".", "..", "\t", " ", "　", "  ",
    "Bcc: b@example.com", "\r\nBcc: b@example.com", "\nTo: b@example.com", "Content-Type: text/html", "X-A: b",
    "\r\nContent-Disposition: attachment; filename=a.exe\r\n", ",", ";", ":", "<", ">", '"', "'", "\\", "@", "(", ")",
    "b@example.com", "<b@example.com>", ", b@example.com", "%0d%0aBcc:b@example.com", "=?utf-8?q?=0ABcc:_b?=", "=?",
    "?=", "=?iso-2022-jp?b?GyRCJUYlOSVIGyhC?=", "--=_", "--", "--boundary--", "=3D", "=\n", "&amp;", "<b>", "</pre>",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)", '" onmouseover="x', "<!--",
    "</body></html>", "<a href='http://example.com'>", 'https://example.com/?a=<b>&c="d"', "{{ 7 * 7 }}", "{% raw %}",
    HERE, "/etc/passwd", "../../shop.yaml", "C:\\a.txt", "山田", "髙﨑", "𠮷野家", "さくら", "ｶﾞｷﾞｸﾞ", "株式会社", "様", "御中",
    "😀", "👨‍👩‍👧", "🇯🇵", "é", "e\u0301", "\u200b", "\u202e", "\u2066", "\ufeff", "\u00ad", "שלום", "مرحبا", "\ud800",
    "a" * 90, "あ" * 40, "ご注文ありがとうございます", "【", "】", "~", "①", "㈱", "MAIL FROM:<>", "DATA", "QUIT",
)  # fmt: skip
ADDRESSES = (
    "sakura@example.com",
    "a.b+c@sub.example.com",
    "haruka..tea.@docomo.ne.jp",
    "o'hara@example.com",
    "a@例え.jp",
)


class Page(HTMLParser):
    """What a mail program would see of a page: whatever the layout itself never writes is a danger."""

    def __init__(self, known: frozenset[str]) -> None:
        super().__init__()
        self._known = known
        self._href = ""
        self.dangers: list[str] = []
        self.ends = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self._known:
            self.dangers.append(tag)
        given = {name: value or "" for name, value in attrs}
        self._href = given.pop("href", "")
        if self._href and not self._href.startswith(("https://", "http://", "mailto:")):
            self.dangers.append(self._href)
        self.dangers += [name for name in given if name.startswith("on") or name in {"src", "action"}]

    def handle_data(self, data: str) -> None:
        if self._href and data not in self._href:
            self.dangers.append(f"{data} leads to {self._href}")
        self._href = ""

    def handle_endtag(self, tag: str) -> None:
        self.ends += tag == "html"

    def handle_comment(self, data: str) -> None:
        self.dangers.append(f"comment {data}")


@cache
def tags_of_layout() -> frozenset[str]:
    """Return the tags that the bundled layout writes; addresses in a text become links to just themselves."""
    layout = (BUNDLED / "mail_templates" / "_layout.html.j2").read_text(encoding="utf-8")
    return frozenset({"a", *re.findall(r"<([a-z0-9]+)", layout)})


def struck(seed: int) -> str:
    """Build one hostile mail; return ``built``, ``refused`` or ``held``. Raises AssertionError when something got through."""
    chance = Random(seed)
    desk = _desk("ja" if seed % 2 else "en")
    composed = _composed(desk, chance)
    if composed is None:
        return "held"
    subject = chance.choice((composed.subject, _hostile(chance), f"【山本商店】{_hostile(chance)}"))
    text = chance.choice((composed.text, composed.text, f"{_hostile(chance)}\n"))
    to = chance.choice(
        (*ADDRESSES, _hostile(chance), f"{_hostile(chance)}@example.com", f"a@example.com{_hostile(chance)}")
    )
    cells = {
        "to": to,
        "subject": subject,
        "text": text,
        "message_id": f"<{seed}@example.com>",
        "made_at": MADE,
    }
    row = Row(
        "mails", f"order_confirmation:{seed}", {**cells, "class": chance.choice(("transactional", "service"))}
    )
    try:
        content = Letters(desk.configuration).content(row)
    except MailRefused:
        return "refused"
    _check(content, to, subject, text, desk.configuration.shop.email)
    return "built"


def _check(content: bytes, to: str, subject: str, text: str, sender: str) -> None:
    assert content.isascii()
    head = content.split(b"\r\n\r\n", 1)[0].decode()
    assert all(line for line in head.split("\r\n"))
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert b"\r\n.\r\n" not in as_sent(content)[:-5]
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    names = message.keys()
    assert len(names) == len(set(names)), f"twice: {names}"
    assert set(names) <= {*HEADERS, "List-Unsubscribe", "List-Unsubscribe-Post"}, f"too many: {names}"
    address = one_address(to)
    assert address is not None
    assert [found for _, found in getaddresses([message["To"]])] == [address.addr_spec], message["To"]
    assert getaddresses([message["From"]]) == [("茶菓処こもれび堂", sender)]
    assert message["Subject"] == subject, (message["Subject"], subject)
    _check_parts(message, text)


def _check_parts(message: EmailMessage, text: str) -> None:
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds in (["text/plain"], ["multipart/alternative", "text/plain", "text/html"]), kinds
    assert all(
        part.get_content_disposition() is None and part.get_filename() is None for part in message.walk()
    )
    plain = message.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().splitlines() == text.splitlines()
    page = message.get_body(("html",))
    if page is not None:
        seen = Page(tags_of_layout())
        seen.feed(page.get_content())
        assert (seen.dangers, seen.ends) == ([], 1)


def _composed(desk: Desk, chance: Random) -> Composed | None:
    """Return what the bundled template makes of hostile names; None when it holds the mail."""
    occasion = _occasion(desk)
    order = {**occasion.order.cells, "buyer_name": _hostile(chance), "buyer_company": _hostile(chance)}
    line = {**occasion.lines[0].cells, "product_name": _hostile(chance)}
    made = desk.compose(
        replace(
            occasion,
            order=Row("orders", occasion.order.key, order),
            lines=(Row("order_lines", occasion.lines[0].key, line),),
        )
    )
    return made if isinstance(made, Composed) else None


def _hostile(chance: Random) -> str:
    return "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 4)))


@cache
def _desk(language: str) -> Desk:
    return Desk(language)


@cache
def _occasion(desk: Desk):  # noqa: ANN202 - of the desk
    return desk.occasion("order_confirmation")


def _struck_from(first: int, count: int) -> Counter[str]:
    return Counter(struck(seed) for seed in range(first, first + count))


def main() -> None:
    """Strike with many seeds on all cores, and print what became of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0, help="the first one")
    given = parser.parse_args()
    step = 2_500
    total: Counter[str] = Counter()
    with ProcessPoolExecutor() as pool:
        firsts = range(given.seed, given.seed + given.count, step)
        for told in pool.map(_struck_from, firsts, [step] * len(firsts)):
            total += told
    print(f"{total.total():,} mails: {dict(total)}; nothing got through")  # noqa: T201 - its answer


if __name__ == "__main__":
    main()
