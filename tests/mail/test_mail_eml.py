"""The message and its file: one receiver, nothing smuggled in, the same bytes every time."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from automations.core.ledger import Row
from automations.core.shop import Shop
from automations.mail.eml import file_name, write_eml
from automations.mail.message import MailRefused, build_message

SHOP = Shop(name="茶菓処こもれび堂", email="shop@example.com")
MADE = datetime(2026, 11, 24, 10, 0, tzinfo=timezone(timedelta(hours=9)))


def mail(key: str = "order_confirmation:1001", **cells: str) -> Row:
    frozen = {
        "mail_id": key,
        "to": "sakura@example.com",
        "subject": "【茶菓処こもれび堂】ご注文ありがとうございます",
        "text": "山本 さくら 様\n\n〒150-0001 𠮷野家の隣\n",
        "message_id": "<0123@example.com>",
    }
    return Row("mails", key, {**frozen, "made_at": MADE, **cells})


def written(folder: Path, row: Row) -> Path:
    return write_eml(folder, row, build_message(row, SHOP).as_bytes())


def test_message_carries_what_was_frozen() -> None:
    message = message_from_bytes(build_message(mail(), SHOP).as_bytes(), policy=default)
    assert message["From"] == "茶菓処こもれび堂 <shop@example.com>"
    assert message["To"] == "sakura@example.com"
    assert message["Subject"] == "【茶菓処こもれび堂】ご注文ありがとうございます"
    assert message["Message-ID"] == "<0123@example.com>"
    assert message["Date"].datetime == MADE
    assert message["Content-Language"] == "ja"
    assert message.get_content().replace("\r\n", "\n") == "山本 さくら 様\n\n〒150-0001 𠮷野家の隣\n"


def test_bytes_pass_every_server_and_never_change() -> None:
    content = build_message(mail(), SHOP).as_bytes()
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert content == build_message(mail(), SHOP).as_bytes()


@pytest.mark.parametrize(
    "to",
    [
        "",
        "a@example.com, b@example.com",
        "a@example.com;b@example.com",
        "A <a@example.com>",
        "a@example.com\r\nBcc: b@example.com",
        "a@example.com\nx",
        "a b@example.com",
        "a@b@example.com",
        "no-address",
        "葵@example.com",
        "=?iso-2022-jp?b?GyRCJUYlOSVIGyhC?=@example.com",
        "a@example.com/../x",
        "a@example..com",
        "a@-.com",
        "a" * 65 + "@example.com",
        "a@",
    ],
)
def test_anything_but_one_address_is_refused(to: str) -> None:
    with pytest.raises(MailRefused):
        build_message(mail(to=to), SHOP)


def test_old_addresses_of_phone_companies_are_not_refused() -> None:
    assert build_message(mail(to="haruka..tea.@docomo.ne.jp"), SHOP)["To"] == "haruka..tea.@docomo.ne.jp"


@pytest.mark.parametrize("subject", ["a\r\nBcc: b@example.com", "a\nb", "a\x00b", "a\u2028b", "", " "])
def test_subject_of_several_lines_is_refused(subject: str) -> None:
    with pytest.raises(MailRefused):
        build_message(mail(subject=subject), SHOP)


@pytest.mark.parametrize("shop", [replace(SHOP, name="a\nBcc: b@example.com"), replace(SHOP, email="")])
def test_sender_must_be_one_line_and_one_address(shop: Shop) -> None:
    with pytest.raises(MailRefused):
        build_message(mail(), shop)


@pytest.mark.parametrize("cells", [{"message_id": ""}, {"message_id": "a@b>\n<c@d"}])
def test_mail_without_its_own_id_is_refused(cells: dict[str, str]) -> None:
    with pytest.raises(MailRefused):
        build_message(mail(**cells), SHOP)


def test_file_is_written_whole_and_once_more_alike(tmp_path: Path) -> None:
    outbox = tmp_path / "outbox"
    first = written(outbox, mail())
    content = first.read_bytes()
    assert written(outbox, mail()) == first
    assert first.read_bytes() == content
    assert [path.name for path in outbox.iterdir()] == ["mail-order_confirmation-1001.eml"]


def test_what_a_cut_off_run_left_is_used_up(tmp_path: Path) -> None:
    (tmp_path / f".{file_name(mail())}.part").write_bytes(b"Subject: half a ma" * 999)
    path = written(tmp_path, mail())
    assert path.read_bytes() == build_message(mail(), SHOP).as_bytes()
    assert list(tmp_path.iterdir()) == [path]


def test_refused_mail_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(MailRefused):
        written(tmp_path, mail(to=""))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "key", ["shipped:../../etc:A", "x:\\..\\a", "a:..", "x:１００１", "thank_you:a/b", "x:" + "9" * 300]
)
def test_file_name_stays_in_its_folder(tmp_path: Path, key: str) -> None:
    path = written(tmp_path, mail(key))
    assert path.parent == tmp_path
    assert path.is_file()
    assert len(path.name) < 120


def test_different_mails_have_different_files() -> None:
    keys = [
        "shipped:1:2",
        "shipped:1-2",
        "shipped:1/2",
        "shipped:1_2",
        "shipped:あ",
        "shipped:い",
        "shipped:1:2~2",
    ]
    assert len({file_name(mail(key)).lower() for key in keys}) == len(keys)


def test_page_stands_beside_the_text_and_no_text_can_end_its_part() -> None:
    row = mail(text="--=_\r\nContent-Type: text/html\r\n\r\n<script>\n")
    content = build_message(row, SHOP, html="<p>山本</p>\n").as_bytes()
    message = message_from_bytes(content, policy=default)
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert content == build_message(row, SHOP, html="<p>山本</p>\n").as_bytes()


def test_address_with_a_japanese_domain_travels_in_ascii() -> None:
    assert build_message(mail(to="a@例え.jp"), SHOP)["To"] == "a@xn--r8jz45g.jp"


def test_damaged_character_is_refused() -> None:
    with pytest.raises(MailRefused):
        build_message(mail(text="a\ud800b\n"), SHOP)


@pytest.mark.parametrize(
    "headers", [{"List-Unsubscribe": "<https://例え.jp>"}, {"X-A": "a\r\nBcc: b@example.com"}]
)
def test_further_headers_are_one_line_of_ascii(headers: dict[str, str]) -> None:
    with pytest.raises(MailRefused):
        build_message(mail(), SHOP, headers=headers)
