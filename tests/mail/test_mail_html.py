"""The page beside the text: the same words, nothing from elsewhere, nothing that acts."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from letters import Desk, one_order

from automations.mail.html import blocks_of, html_of

DESK = Desk()
FOLDERS = DESK.configuration.template_folders


class _Reader(HTMLParser):
    """Collects what a reader of the page sees, and where it could lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words = ""
        self.tags: set[str] = set()
        self.links: list[str] = []
        self._hidden = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._hidden = tag in ("style", "title")
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "background")]
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words += data


def read(text: str) -> _Reader:
    return _Reader(html_of(text, DESK.configuration.shop, "ja", FOLDERS))


def bare(text: str) -> str:
    return re.sub(r"[\s\u3000■・─―━=-]", "", text)


@pytest.mark.parametrize("mail", ["order_confirmation", "shipped", "thank_you", "shortage", "hold_question"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_page_says_what_the_text_says(mail: str, language: str) -> None:
    text = Desk(language).text(mail)
    assert bare(read(text).words) == bare(text)


def test_page_brings_nothing_from_elsewhere() -> None:
    page = read(Desk().text("shipped"))
    assert page.tags.isdisjoint({"img", "script", "iframe", "form", "link", "object", "video"})
    assert all(link.startswith(("https://", "mailto:")) for link in page.links)


def test_name_with_a_tag_stays_a_name() -> None:
    orders = one_order({"buyer_name": "<script>alert(1)</script><img src=x>"})
    page = read(Desk(orders=orders).text("order_confirmation"))
    assert page.tags.isdisjoint({"script", "img"})
    assert "<script>alert(1)</script>" in page.words


@given(st.text(st.characters(exclude_categories=("C",)), max_size=80))
def test_no_text_becomes_a_tag_or_a_foreign_link(text: str) -> None:
    page = read(text)
    plain = read("x")
    assert page.tags <= plain.tags | {"ul", "li", "hr", "br", "a", "span", "p"}
    assert all(link.startswith(("http://", "https://", "mailto:", "ftp://")) for link in page.links)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("こんにちは。", ["paragraph"]),
        ("■受注番号\u30001001", ["field"]),
        ("■お届け先\n〒150-0001\n渋谷区", ["heading", "paragraph"]),
        ("・煎茶\n\u30002点\n・玉露", ["list"]),
        ("――――――――――\n合計", ["rule", "paragraph"]),
        ("a\n──────────\n店\n──────────", ["paragraph", "rule", "small", "rule"]),
    ],
)
def test_blocks(text: str, kinds: list[str]) -> None:
    assert [block.kind for block in blocks_of(text)] == kinds


def test_broken_lines_are_whole_again_and_meant_ones_stay() -> None:
    [block] = blocks_of("ご注文をくださいまして、\n誠にありがとうございます。\n〒150-0001")
    assert list(block.lines) == ["ご注文をくださいまして、誠にありがとうございます。", "〒150-0001"]
